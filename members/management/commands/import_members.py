from members.imports.command import MembersLedgerCommand


class Command(MembersLedgerCommand):
    help = "Import the ledger of members (XLSX or CSV), all or nothing; wrong rows as `row N: field: message`."
    ledgers = ("members",)
