from django.core.management.base import BaseCommand, CommandError

from assessments.reports.services import printed_anchors
from branches.audit import seal
from branches.audit.verify import verify


class Command(BaseCommand):
    help = "Seal and verify the audit chain against all anchors kept; exit 1 with the first broken position."

    def add_arguments(self, parser):
        parser.add_argument(
            "--anchor", default="", metavar="POS:HASH", help="a head printed earlier outside the database"
        )

    def handle(self, *args, **options):
        verdict = verify(options["anchor"], printed_anchors())
        if not verdict.ok:
            raise CommandError(verdict.message, returncode=1)
        self.stdout.write(f"{verdict.message}，链头 {seal.head()}")
