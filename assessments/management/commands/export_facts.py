from assessments.facts.exports import fact_rows
from assessments.facts.waiting import filled
from common.period_command import PeriodCommand, whole_file
from common.tabular import write_csv


class Command(PeriodCommand):
    help = "Write every fact whose own period lies within --period as CSV (UTF-8 with BOM), unfiltered."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--out", required=True, metavar="FILE.csv")

    def handle(self, *args, **options):
        period, as_of = self.read(options)
        with whole_file(options["out"], "wb") as file, filled(as_of=as_of, span=period):
            columns, rows = fact_rows(period, as_of)
            write_csv(rows, columns, file)
