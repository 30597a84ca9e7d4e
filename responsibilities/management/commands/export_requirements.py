from common.period_command import PeriodCommand, whole_file
from common.tabular import write_csv
from responsibilities.requirements.exports import requirement_rows


class Command(PeriodCommand):
    help = (
        "Write the requirements of branches and small groups that rates, facts and scores count (the rules marked `counted`) "
        "and whose own period lies within --period, as CSV (UTF-8 with BOM), unfiltered. What upper levels and persons owe is "
        "in the export of the page 应办义务."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--out", required=True, metavar="FILE.csv")

    def handle(self, *args, **options):
        period, as_of = self.read(options)
        columns, rows = requirement_rows(period, as_of)
        with whole_file(options["out"], "wb") as file:
            write_csv(rows, columns, file)
