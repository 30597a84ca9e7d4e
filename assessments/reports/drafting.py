"""The draft of a large report, written by the worker: at the size of a province it takes a minute and more (drafts.py: LARGE)."""

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from assessments.reports import builder
from assessments.reports.builder import Head
from assessments.reports.drafts import MOVED_ON, audit_view, drafted, is_written, moment_of, require_writes, with_words
from assessments.reports.models import ReportDraft
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import root_of_results
from branches import audit
from branches.jobs import services as jobs
from branches.jobs.following import WAITING
from branches.jobs.models import JobRun
from common import clock, database, progress
from common.database import one_transaction
from common.operator import Actor
from common.stale_form import require_unchanged

KIND = "report_draft"
# Who asks does not wait for whoever writes.
_ASKING_LOCK = 7_302_063
MOVED = "起草期间结果或草稿又有变动，请重新起草。"


def draft_run(assessment: Assessment) -> JobRun | None:
    """Return the newest job that writes, or wrote, the draft of an assessment."""
    return JobRun.objects.filter(kind=KIND, parameters__assessment=assessment.pk).order_by("-pk").first()


def draft_waiting(assessment: Assessment) -> JobRun | None:
    """Return the job that writes the draft of an assessment, None where none is on its way."""
    run = draft_run(assessment)
    return run if run is not None and run.state in WAITING else None


@one_transaction
def draft_ask(*, by: Actor, assessment: Assessment, head: Head | None = None, seen: str = "") -> JobRun:
    """Have the worker write the draft of a large assessment and return the job; that which is on its way already, if any.

    head: in which form, None leaves it as it is. seen: mark of the draft as it was shown; Conflict where it is another by
    now. The audit entry is that of the draft, which the job writes with it.
    """
    require_writes(by)
    row = ReportDraft.objects.filter(assessment=assessment).first()
    if is_written(assessment, row):
        require_unchanged(seen, drafted(assessment, row).shown, MOVED_ON)
    database.advisory_lock(_ASKING_LOCK)
    chosen = asdict(head) if head is not None else None
    return draft_waiting(assessment) or jobs.enqueue(by=by, kind=KIND, assessment=assessment.pk, head=chosen)


@jobs.job(KIND, alone=True)
def _write(by: Actor, *, assessment: int, head: dict[str, str] | None) -> str:
    try:
        require_writes(by)
    except (Http404, PermissionDenied):
        raise jobs.JobFailed("考核评分和发布的权限已终止，没有起草。") from None
    found = Assessment.objects.select_related("scheme").get(pk=assessment)
    if found.state == AssessmentState.PUBLISHED:
        raise jobs.JobFailed("报告已发布，没有起草。")
    row = ReportDraft.objects.filter(assessment=found).first()
    kept = Head(row.kind, row.number, row.signer, row.recipient) if row is not None else Head()
    chosen = Head(**head) if head is not None else kept
    before = _stood(row)
    progress.begin("正在起草报告", 0)
    # Nobody is kept waiting meanwhile: what has moved by the end is told.
    body = builder.build(found, head=chosen)
    lost = draft_keep(by=by, assessment=found, stood=before, head=chosen, body=body)
    said = f"，{len(lost)} 段的数字有变化，改过的文字没有保留，请重新核对" if lost else ""
    return f"报告草稿已起草，{len(body['branches'])} 个党组织{said}"


def _stood(row: ReportDraft | None) -> tuple[Any, ...]:
    """Return what people have decided of a draft so far, to be told apart from what they decide meanwhile."""
    if row is None:
        return ()
    return row.changed, row.kind, row.number, row.signer, row.recipient, row.edits.count()


@one_transaction
def draft_keep(
    *, by: Actor, assessment: Assessment, stood: tuple[Any, ...], head: Head, body: dict[str, Any]
) -> tuple[str, ...]:
    """Keep a draft that was reckoned outside of any transaction, and return the keys of paragraphs whose words are lost.

    stood: the draft as it stood when the reckoning began (`_stood`); JobFailed where it or the results have changed since.
    """
    fresh = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    row = ReportDraft.objects.select_for_update().filter(assessment=fresh).first()
    same = _stood(row) == stood and moment_of(fresh) == moment_of(assessment)
    if fresh.state == AssessmentState.PUBLISHED or not same:
        raise jobs.JobFailed(MOVED)
    row = row or ReportDraft(assessment=fresh, body={}, frozen=moment_of(fresh))
    with audit.change(by=by, verb="report.draft_refresh", obj=row, organisation=root_of_results(), view=audit_view):
        row.kind, row.number, row.signer, row.recipient = head.kind, head.number, head.signer, head.recipient
        row.body, lost = with_words(body, row) if row.pk else (body, ())
        row.frozen, row.changed = moment_of(fresh), clock.now()
        row.full_clean(exclude=["assessment", "body"])
        row.save()
    return lost
