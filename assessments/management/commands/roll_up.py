from assessments.facts.waiting import filled
from common.period_command import PeriodCommand


class Command(PeriodCommand):
    help = (
        "Fill the facts: every missing, half-done, marked or aged slot (of --period, or of all). --rebuild fills anew."
    )
    period_required = False

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--rebuild", action="store_true", help="undo and fill all slots of the period anew")

    def handle(self, *args, **options):
        period, as_of = self.read(options)
        with filled(as_of=as_of, span=period, rebuild=options["rebuild"]) as outcome:
            pass
        self.stdout.write(f"汇总完成：整格 {outcome.filled} 个，修补 {outcome.mended} 个")
