from members.imports.command import MembersLedgerCommand
from members.roster.ledger import MEMBERS_LEDGER


class Command(MembersLedgerCommand):
    help = "Import the ledger of members (XLSX or CSV), all or nothing; wrong rows as `row N: field: message`."
    ledgers = (MEMBERS_LEDGER,)
