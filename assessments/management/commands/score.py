from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from assessments.facts.waiting import filled
from assessments.results.services import assessment_trial
from common.errors import Conflict
from common.operator import OPERATOR
from common.period_command import PeriodCommand


class Command(PeriodCommand):
    help = "Compute the trial scores of a quarter or year and list them."

    def handle(self, *args, **options):
        period, as_of = self.read(options)
        try:
            with filled(as_of=as_of):
                assessment = assessment_trial(by=OPERATOR, period=period, as_of=as_of)
        except ValidationError as error:
            raise CommandError("；".join(error.messages), returncode=1) from None
        except Conflict as error:
            raise CommandError(error.message, returncode=1) from None
        for result in assessment.results.all():
            total = result.total if result.total is not None else "不完整"
            self.stdout.write(f"{result.organisation_name}\t{total}\t{result.grade}")
