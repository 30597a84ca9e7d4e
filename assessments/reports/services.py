"""Publish frozen results: one document from which screen, paper, Word and workbook are drawn."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from assessments.entries.models import EntryState, ManualEntry
from assessments.entries.selectors import entries_of
from assessments.reports import builder, documents, shape
from assessments.reports.models import Report, ReportDocument
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import locked, root_of_results
from branches import audit
from branches.audit import anchors, seal
from branches.audit.models import AuditAnchor
from branches.reach import access
from branches.reach.rights import PUBLISH
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.periods import Period
from common.text import quoted


def assessment_publish(*, by: Actor, assessment: Assessment, number: str = "") -> Report:
    """Publish a frozen assessment as a Report and return it.

    Whoever ran the trial may not publish it (decisions 11); beat and the command line count as the system. The head of
    the audit chain at this moment is printed in the report (control C54). number: of the document, or "". Raises
    ValidationError on "number" where it is not written as a document's number is.
    """
    if number and not shape.is_document_number(number):
        raise ValidationError({"number": "文号应写成“×党〔2026〕3号”的样式，或留空。"})
    anchor = seal.seal_all()
    with transaction.atomic():
        root = root_of_results()
        access.require(by, PUBLISH, root)
        assessment = locked(assessment, AssessmentState.FROZEN, "发布")
        if by is not OPERATOR and assessment.made_by_id == by.pk:
            raise Conflict("试算由您完成，须由另一位有权限的同志发布。")
        if by is not OPERATOR and _entered(assessment).filter(made_by=by.pk).exists():
            raise Conflict("结果中有您登记的加分、调整或否决情形，须由另一位有权限的同志发布。")
        with audit.change(by=by, verb="assessment.publish", obj=assessment, organisation=root):
            assessment.state, assessment.published = AssessmentState.PUBLISHED, clock.now()
            assessment.published_by = account_of(by)
            assessment.save()
            body = builder.build(assessment, anchor=anchor, number=number)
            report = Report.objects.create(
                assessment=assessment,
                organisation=root,
                title=body["title"],
                body=body,
                anchor=anchor,
                published=assessment.published,
            )
            anchors.keep(head=anchor, source=AuditAnchor.Source.REPORT)
    return report


def _entered(assessment: Assessment) -> QuerySet[ManualEntry]:
    """The entries by hand that count in an assessment: whoever gave one does not publish it (decisions 11)."""
    return entries_of(Period.parse(assessment.period), assessment.scheme.key).filter(state=EntryState.APPROVED)


def printed_anchors() -> Iterator[anchors.Anchor]:
    """Yield the head of the audit trail that each published report prints, from its frozen JSON (control C54)."""
    for pk, title, body in Report.objects.order_by("pk").values_list("pk", "title", "body"):
        head = body.get("anchor") or ""
        if anchors.ANCHOR.fullmatch(head):
            yield anchors.Anchor(head, f"报告{quoted(title)}（编号 {pk}）所印的锚点")


def report_document(report: Report, kind: str, organisation: int | None = None) -> bytes:
    """Return a document of a published report, made when it is first asked for and kept from then on.

    kind: docx or xlsx. organisation: the id of a branch, for the extract about it; the whole report otherwise. Raises
    KeyError for a branch that the report does not assess.
    """
    kept = ReportDocument.objects.filter(report=report, kind=kind, organisation=organisation)
    row = kept.first()
    if row is None:
        body = report.body if organisation is None else shape.for_branch(report.body, str(organisation))
        try:
            with transaction.atomic():
                row = ReportDocument.objects.create(
                    report=report, kind=kind, organisation_id=organisation, data=documents.render(body, kind)
                )
        except IntegrityError:
            # Two asked at once for the first time; one of the two was kept.
            row = kept.get()
    return bytes(row.data)
