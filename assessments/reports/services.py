"""Publish frozen results: one document from which screen, paper, Word and workbook are drawn."""

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse

from assessments.entries.models import EntryState, ManualEntry
from assessments.entries.selectors import entries_of
from assessments.reports import documents, shape
from assessments.reports.builder import Head
from assessments.reports.correction import approved, earlier_version
from assessments.reports.drafts import MOVED_ON, Drafted, drafted, edited, in_form, readdressed, reckoned
from assessments.reports.extract import for_branches
from assessments.reports.loaders import Extract
from assessments.reports.models import Report, ReportDocument, ReportDraft
from assessments.reports.readers import readers_of
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import locked, root_of_results
from branches import audit
from branches.audit import anchors, seal
from branches.audit.models import AuditAnchor
from branches.jobs import services as jobs
from branches.jobs.following import WAITING
from branches.jobs.models import JobRun
from branches.notices.services import notice_send
from branches.reach import access
from branches.reach.rights import PUBLISH, REPORTS
from common import clock, database, progress
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.periods import Period
from common.stale_form import require_unchanged
from common.text import quoted

KIND = "report_documents"
_ASKING_LOCK = 7_302_062
# Documents of more branches than these are drawn by the worker.
LARGE = 200


def assessment_publish(*, by: Actor, assessment: Assessment, head: Head | None = None, seen: str = "") -> Report:
    """Publish a frozen assessment as a Report and return it; who could read the version it corrects is told.

    Whoever ran the trial may not publish it (decisions 11); beat and the command line count as the system. The head of
    the audit chain at this moment is printed in the report (control C54). head: what was chosen (drafts.checked), None takes
    that of the draft. seen: mark of the draft as it was shown. Raises Conflict where the draft has changed since, or has
    deadlines in the past.
    """
    anchor = seal.seal_all()
    with transaction.atomic():
        root = root_of_results()
        access.require(by, PUBLISH, root)
        assessment = locked(assessment, AssessmentState.FROZEN, "发布")
        if by is not OPERATOR and assessment.made_by_id == by.pk:
            raise Conflict("试算由您完成，须由另一位有权限的同志发布。")
        if by is not OPERATOR and _entered(assessment).filter(made_by=by.pk).exists():
            raise Conflict("结果中有您登记的加分、调整或否决情形，须由另一位有权限的同志发布。")
        row = ReportDraft.objects.select_for_update().filter(assessment=assessment).first()
        # The operator's own command may take its time.
        stands = reckoned(assessment, row) if by is OPERATOR else drafted(assessment, row)
        require_unchanged(seen, stands.shown, MOVED_ON)
        head = readdressed(head, stands) if head is not None else None
        if head is not None and head != stands.head:
            stands = in_form(assessment, stands, head)
        _read_by_another(by, stands)
        _timely(stands.body)
        with audit.change(by=by, verb="assessment.publish", obj=assessment, organisation=root):
            assessment.state, assessment.published = AssessmentState.PUBLISHED, clock.now()
            assessment.published_by = account_of(by)
            assessment.save()
            body = _final(stands.body, assessment, anchor)
            report = Report.objects.create(
                assessment=assessment,
                organisation=root,
                title=body["title"],
                body=body,
                anchor=anchor,
                published=assessment.published,
            )
            anchors.keep(head=anchor, source=AuditAnchor.Source.REPORT)
        _tell_of_correction(by, report)
        if len(body["branches"]) > LARGE:
            documents_ask(by=by, report=report)
    return report


def _read_by_another(by: Actor, stands: Drafted) -> None:
    """Whoever put a paragraph in other words does not publish them."""
    if by is not OPERATOR and any(by.pk in row.by for row in edited(stands)):
        raise Conflict("报告文字有您改过的段落，须由另一位有权限的同志核对后发布。")


def publishers(assessment: Assessment, stands: Drafted, *, without: int | None = None) -> list[str]:
    """Return the names of those who may publish an assessment as it stands, nobody who had a hand in it.

    without: an account that is about to put a paragraph in other words.
    """
    hands = {assessment.made_by_id, without, *_entered(assessment).values_list("made_by", flat=True)}
    hands |= {pk for row in edited(stands) for pk in row.by}
    seats = access.who_can(PUBLISH, root_of_results(), limit=50)
    return list(dict.fromkeys(seat.user.name for seat in seats if seat.user_id not in hands))


def _timely(body: dict[str, Any]) -> None:
    today = clock.today().isoformat()
    if any(row["due"] < today for row in body["actions"]):
        raise Conflict("草稿里下一步事项的时限已过，请在草稿页重新取数后再发布。")


def _final(body: dict[str, Any], assessment: Assessment, anchor: str) -> dict[str, Any]:
    """The draft as it is published: its day, its anchor, and who approved a correction."""
    assert assessment.published is not None
    day = clock.day_of(assessment.published).isoformat()
    body = body | {"state": shape.PUBLISHED, "published_on": day, "anchor": anchor}
    body["signature"] = body["signature"] | {"on": day}
    return shape.check(approved(body, assessment.published_by.name if assessment.published_by else ""))


def _tell_of_correction(by: Actor, report: Report) -> None:
    """Tell everybody who can read the version that this one corrects."""
    before = earlier_version(report.assessment)
    if before is None:
        return
    url, period = reverse("report_detail", args=[report.pk]), Period.parse(report.assessment.period)
    reason = report.assessment.reason.rstrip("。")
    text = f"{period.label()}考核报告已更正为第 {report.assessment.version} 版：{reason}"
    for user in readers_of(before.report):
        if user != by:
            notice_send(by=by, to=user, kind="report", text=text, url=url, about=f"report/{report.pk}")


def _entered(assessment: Assessment) -> QuerySet[ManualEntry]:
    """The entries by hand that count in an assessment: whoever gave one does not publish it (decisions 11)."""
    return entries_of(Period.parse(assessment.period), assessment.scheme.key).filter(state=EntryState.APPROVED)


def printed_anchors() -> Iterator[anchors.Anchor]:
    """Yield the head of the audit trail that each published report prints, from its frozen JSON (control C54)."""
    for pk, title, body in Report.objects.order_by("pk").values_list("pk", "title", "body"):
        head = body.get("anchor") or ""
        if anchors.ANCHOR.fullmatch(head):
            yield anchors.Anchor(head, f"报告{quoted(title)}（编号 {pk}）所印的锚点")


def _kept(report: Report, kind: str, extract: Extract | None) -> QuerySet[ReportDocument]:
    organisation = extract.organisation if extract else None
    return ReportDocument.objects.filter(report=report, kind=kind, organisation=organisation)


def is_at_hand(report: Report, kind: str, extract: Extract | None = None) -> bool:
    """Whether a document is kept, or drawn as quickly as a page: that of a few branches."""
    return extract is not None or len(report.body["branches"]) <= LARGE or _kept(report, kind, extract).exists()


def report_document(report: Report, kind: str, extract: Extract | None = None) -> bytes:
    """Return a document of a published report, made when it is first asked for and kept from then on.

    kind: docx or xlsx. extract: of some branches; the whole report otherwise. Raises KeyError where it assesses none of them.
    """
    organisation = extract.organisation if extract else None
    kept = _kept(report, kind, extract)
    row = kept.first()
    if row is None:
        body = for_branches(report.body, extract.keys, extract.name) if extract else report.body
        try:
            with transaction.atomic():
                row = ReportDocument.objects.create(
                    report=report, kind=kind, organisation_id=organisation, data=documents.render(body, kind)
                )
        except IntegrityError:
            # Two asked at once for the first time; one of the two was kept.
            row = kept.get()
    return bytes(row.data)


def documents_waiting(report: Report) -> JobRun | None:
    """Return the job that draws the documents of a report, None where none is on its way."""
    return JobRun.objects.filter(kind=KIND, state__in=WAITING, parameters__report=report.pk).first()


@one_transaction
def documents_ask(*, by: Actor, report: Report) -> JobRun:
    """Have the worker draw the documents of a whole report, and return the job; that which is on its way already, if any."""
    database.advisory_lock(_ASKING_LOCK)
    return documents_waiting(report) or jobs.enqueue(by=by, kind=KIND, report=report.pk)


@jobs.job(KIND, alone=True)
def _draw(by: Actor, *, report: int) -> str:
    if not any(access.holds_anywhere(by, right) for right in (REPORTS, PUBLISH)):
        raise jobs.JobFailed("查阅报告的权限已终止，没有生成文件。")
    row = Report.objects.get(pk=report)
    kinds = ("docx", "xlsx")
    progress.begin("正在生成文件", len(kinds))
    for kind in kinds:
        report_document(row, kind)
        progress.tick()
    return f"报告 {report} 的文件已生成"
