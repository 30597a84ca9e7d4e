from branches.imports.command import OneLedgerCommand, columns_of
from branches.imports.ledger import organisations_import, organisations_plan
from branches.places.ledger import ORGANISATIONS_LEDGER


class Command(OneLedgerCommand):
    help = "Import the ledger of organisations (XLSX or CSV), all or nothing; wrong rows as `row N: field: message`."
    ledgers = (ORGANISATIONS_LEDGER,)

    def handle(self, *args, file, dry_run, username, column, sheet, verbosity, **options):
        by = self.acting(username)
        work = organisations_plan if dry_run else organisations_import
        plan = self.guarded(lambda: work(by, file, file.name, columns=columns_of(column), sheet=sheet))
        self.report([plan], dry_run=dry_run, verbosity=verbosity)
