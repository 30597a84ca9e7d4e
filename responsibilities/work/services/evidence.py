"""Link a record to a stage, take a link back with a reason, keep a paper where no record can exist."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404

from branches import audit
from branches.reach.rights import RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from members.activities.models import Activity, ActivityState
from responsibilities.proof_files.services import proof_file_keep
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, WorkItem
from responsibilities.work.rights import Powers, carriers_of, require
from responsibilities.work.rules import day_problem
from responsibilities.work.services.items import mark_work


def may_link(user: Actor, item: WorkItem, carriers: Iterable[int], activity: Activity | None = None) -> bool:
    """Whether `user` may link evidence: at the record's organisation, at a carrying branch, or as who edits the item."""
    places = {item.organisation_id, *carriers, *([activity.organisation_id] if activity else [])}
    powers = Powers(user, places)
    return powers.links(item, carriers) or (activity is not None and powers.records(activity.organisation_id))


def _require_link(by: Actor, item: WorkItem, activity: Activity | None = None) -> None:
    require(may_link(by, item, carriers_of(item), activity), by, RECORD, item)
    # Both ends are what the writer may read: an id typed by hand names nothing else (access rule 3).
    readable = WorkItem.objects.filter(pk=item.pk).visible_to(by).exists()
    if activity is not None:
        readable = readable and Activity.objects.filter(pk=activity.pk).visible_to(by).exists()
    if not readable:
        raise Http404


def _days(evidence: StageEvidence) -> list[date]:
    """The days whose facts the link concerns: the business dates of its point, and its own."""
    row = evidence.milestone or evidence.stage
    own = evidence.activity.day if evidence.activity else evidence.day
    return [day for day in (row.planned_on, row.happened_on, own) if day]


def _mark(evidence: StageEvidence) -> None:
    item = evidence.stage.item
    mark_work(item, carriers_of(item), _days(evidence))


@one_transaction
def evidence_link(
    *, by: Actor, stage: SyncStage, activity: Activity, milestone: Milestone | None = None
) -> StageEvidence:
    """Link a record to a stage (or to one of its milestones) and return the StageEvidence; twice gives the first one.

    Drafts may be linked; they count once they are submitted (decisions 20).
    """
    activity = Activity.objects.select_related("organisation").get(pk=activity.pk)
    if activity.state == ActivityState.CANCELLED:
        raise ValidationError("已取消的活动不能作为佐证。")
    if milestone is not None and milestone.stage_id != stage.pk:
        raise ValidationError("节点不属于这个环节。")
    _require_link(by, stage.item, activity)
    same = StageEvidence.objects.active().filter(stage=stage, milestone=milestone, activity=activity)
    link = StageEvidence(
        stage=stage, milestone=milestone, activity=activity, added=clock.now(), added_by=account_of(by)
    )
    try:
        with transaction.atomic():
            before = same.first()
            if before is not None:
                return before
            link.save(force_insert=True)
    except IntegrityError:
        # The other half of a double click was faster.
        return same.get()
    _written(by, link, "work.link", str(activity))
    return link


@one_transaction
def evidence_paper(
    *, by: Actor, stage: SyncStage, title: str, day: date | None, file: UploadedFile, milestone: Milestone | None = None
) -> StageEvidence:
    """Keep a file as evidence of a stage where no record can exist; raises ValidationError on title, day or file."""
    if milestone is not None and milestone.stage_id != stage.pk:
        raise ValidationError("节点不属于这个环节。")
    _require_link(by, stage.item)
    errors = {}
    if not title.strip():
        errors["title"] = "请填写材料名称。"
    problem = "请填写日期。" if day is None else day_problem(day, actual=True).replace("实际日期", "材料日期")
    if problem:
        errors["day"] = problem
    if errors:
        raise ValidationError(errors)
    proof_file = proof_file_keep(by=by, organisation=stage.item.organisation, file=file)
    link = StageEvidence(
        stage=stage,
        milestone=milestone,
        paper=proof_file,
        day=day,
        title=title.strip()[:120],
        added=clock.now(),
        added_by=account_of(by),
    )
    link.full_clean(exclude=["stage", "milestone", "paper", "added_by", "removed_by", "removed_at"])
    link.save()
    _written(by, link, "work.paper", f"{link.title}（{proof_file.name}）")
    return link


def _written(by: Actor, link: StageEvidence, verb: str, note: str) -> None:
    """Leave the entry, which is about the stage, and mark the facts."""
    place = link.stage.item.organisation
    audit.record(by=by, verb=verb, obj=link.stage, organisation=place, after=audit.snapshot(link), note=note)
    _mark(link)


@one_transaction
def evidence_remove(*, by: Actor, evidence: StageEvidence, reason: str) -> StageEvidence:
    """Take a link back with a reason; the row stays. Raises Conflict when it was taken back already."""
    _require_link(by, evidence.stage.item, evidence.activity)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "请写明撤下的原因。"})
    stage = evidence.stage
    # The entry is about the stage; what it keeps is the link.
    with audit.change(
        by=by,
        verb="work.unlink",
        obj=stage,
        organisation=stage.item.organisation,
        note=reason,
        view=lambda _: audit.snapshot(evidence),
    ):
        removed = StageEvidence.objects.active().filter(pk=evidence.pk)
        if removed.update(removed_at=clock.now(), removed_by=account_of(by), remove_reason=reason[:300]) != 1:
            raise Conflict("这条佐证已经撤下。")
        evidence.refresh_from_db()
    _mark(evidence)
    return evidence
