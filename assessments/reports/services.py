"""Publish frozen results: one document from which screen, paper, Word and workbook are drawn."""

import json

from django.core.exceptions import ValidationError
from django.db import transaction

from assessments.reports import builder, shape
from assessments.reports.models import Report
from assessments.results.models import AssessmentState
from assessments.results.services import locked, root_of_results
from branches import audit
from branches.audit import seal
from branches.reach import access
from branches.reach.rights import PUBLISH
from common import clock
from common.errors import Conflict


def assessment_publish(*, by, assessment, number=""):
    """Publish a frozen assessment as a Report and return it.

    Whoever ran the trial may not publish it (decisions 11); beat and the command line count as the system. The head of
    the audit chain at this moment is printed in the report (control C54). number: of the document, or "". Raises
    ValidationError on "number" where it is not written as a document's number is.
    """
    if number and not shape.is_document_number(number):
        raise ValidationError({"number": "文号应写成“云测党〔2026〕3号”的样式，或留空。"})
    anchor = seal.seal_all()
    with transaction.atomic():
        root = root_of_results()
        access.require(by, PUBLISH, root)
        assessment = locked(assessment, AssessmentState.FROZEN, "发布")
        if by is not access.OPERATOR and assessment.made_by_id == by.pk:
            raise Conflict("试算由您完成，须由另一位有权限的同志发布。")
        before = audit.snapshot(assessment)
        assessment.state, assessment.published = AssessmentState.PUBLISHED, clock.now()
        assessment.published_by = None if by is access.OPERATOR else by
        assessment.save()
        body = builder.build(assessment, anchor=anchor, number=number)
        report = Report.objects.create(
            assessment=assessment,
            organisation=root,
            title=body["title"],
            body=json.dumps(body, ensure_ascii=False),
            anchor=anchor,
            published=assessment.published,
        )
        audit.record(
            by=by,
            verb="assessment.publish",
            obj=assessment,
            organisation=root,
            before=before,
            after=audit.snapshot(assessment),
        )
    return report
