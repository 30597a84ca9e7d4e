from members.activities.ledger import ACTIVITIES_LEDGER
from members.imports.command import MembersLedgerCommand


class Command(MembersLedgerCommand):
    help = "Import the ledger of activities (XLSX or CSV), all or nothing; wrong rows as `row N: field: message`."
    ledgers = (ACTIVITIES_LEDGER,)
