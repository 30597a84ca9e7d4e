"""The commands for one ledger of people or activities."""

from branches.imports.command import OneLedgerCommand, columns_of
from members.imports.agency import import_files, plan_files


class MembersLedgerCommand(OneLedgerCommand):
    def handle(self, *args, file, dry_run, username, column, sheet, verbosity, **options):
        by = self.acting(username)
        ledger = self.ledgers[0].key
        plans = self.guarded(
            lambda: (plan_files if dry_run else import_files)(
                by,
                {ledger: (file, file.name)},
                columns={ledger: columns_of(column)},
                sheets={ledger: sheet},
            )
        )
        self.report(plans, dry_run=dry_run, verbosity=verbosity)
