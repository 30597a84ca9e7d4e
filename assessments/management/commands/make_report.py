from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from assessments.reports import builder, documents
from assessments.reports.services import report_document
from assessments.results.models import AssessmentState
from assessments.results.services import assessment_trial
from assessments.schemes.services import BRANCH_SCHEME
from common import crash_points
from common.operator import OPERATOR
from common.period_command import PeriodCommand, whole_file


class Command(PeriodCommand):
    help = "Write the report of a period; without a published result a draft marked 试算 is made."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--format", required=True, choices=sorted(documents.FORMATS))
        parser.add_argument("--out", required=True, metavar="FILE")

    def handle(self, *args, **options):
        period, as_of = self.read(options)
        assessment = builder.newest(period, BRANCH_SCHEME)
        if assessment is not None and assessment.state == AssessmentState.PUBLISHED:
            report, published = assessment.report.body, assessment.report
        else:
            published = None
            if assessment is None or assessment.state == AssessmentState.TRIAL:
                try:
                    assessment = assessment_trial(by=OPERATOR, period=period, as_of=as_of)
                except ValidationError as error:
                    raise CommandError("；".join(error.messages), returncode=1) from None
            report = builder.build(assessment)
        with whole_file(options["out"], "wb") as file:
            if published is not None and options["format"] != "html":
                file.write(report_document(published, options["format"]))
            else:
                file.write(documents.render(report, options["format"]))
            crash_points.point("report.write")
        self.stdout.write(
            f"已生成 {options['out']}（{report['title']}，{'已发布' if report['published_on'] else '试算'}）"
        )
