from pathlib import Path

from branches.imports.command import ImportCommand
from branches.imports.report import Plan
from members.imports.agency import LEDGERS, files_of, import_files, plan_files


class Command(ImportCommand):
    help = (
        "Import the three ledgers of a folder (organisations, members, activities; .xlsx or .csv) together, all or "
        "nothing; wrong rows as `FILE row N: field: message`."
    )
    ledgers = tuple(LEDGERS.values())
    with_file = True

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")
        super().add_arguments(parser)

    def handle(self, *args, folder, dry_run, username, verbosity, **options):
        by = self.acting(username)
        paths, errors = files_of(folder)
        if errors:
            plans = [Plan(LEDGERS[error.ledger], errors=[error]) for error in errors]
        else:
            files = {ledger: (path, path.name) for ledger, path in paths.items()}
            plans = self.guarded(lambda: (plan_files if dry_run else import_files)(by, files))
        self.report(plans, dry_run=dry_run, verbosity=verbosity)
