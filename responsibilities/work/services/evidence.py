"""Evidence of a stage: link a record or keep a paper, confirm it, return it, take it back (judgement 3).

Who links never confirms, nor does who wrote the record: a link made with the record is confirmed by its acceptance, a later
one by whoever reviews the branch.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import RECORD, REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.text import clean_text
from members.activities.likeness import LONGEST, SHORTEST, bare, matching_sentence, wanted, written_by_hand
from members.activities.models import Activity, ActivityHost
from members.activities.ties import why_not_confirm
from responsibilities.proof_files.services import proof_file_keep
from responsibilities.work.models import EVIDENCE, Milestone, StageEvidence, SyncStage, WorkItem, confirmed
from responsibilities.work.rights import Powers, carriers_of, require
from responsibilities.work.rules import day_problem, refusal
from responsibilities.work.selectors.points import hosts_of, point_of
from responsibilities.work.selectors.stage_links import returned_links, returned_words
from responsibilities.work.services.items import mark_work
from responsibilities.work.stages import SyncPoint

SAYS_NOTHING = "这句话没有内容，请写明做了什么、怎样服务这项业务。"
# Fewer different characters than this say nothing.
DISTINCT = 4
ASK_SENTENCE = "记录里没有写到这项业务，请用一句话写明怎样服务这项业务。"


def may_link(user: Actor, item: WorkItem, carriers: list[int], activity: Activity | None = None) -> bool:
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
    item, places = evidence.stage.item, set(carriers_of(evidence.stage.item))
    if evidence.activity is not None:
        # Whoever held the record may owe such a meeting himself.
        hosts = (
            ActivityHost.objects.filter(activity=evidence.activity).order_by().values_list("organisation", flat=True)
        )
        places |= {evidence.activity.organisation_id, *hosts}
    mark_work(item, places, _days(evidence), EVIDENCE)


def texts_of(activity: Activity) -> tuple[str, str, list[str]]:
    """Return (title, minutes, decisions) of a saved record."""
    return activity.title, activity.content, [row.text for row in activity.resolutions.order_by("order")]


def offered_sentence(item: WorkItem, milestone: Milestone | None, activity: Activity) -> str:
    """Return the sentence of a saved record that speaks of the work, "" where none does: what a link is filled in with."""
    _, minutes, decisions = texts_of(activity)
    return matching_sentence(wanted(item.name, milestone.name if milestone else ""), minutes, decisions)


def _sentence(item: WorkItem, milestone: Milestone | None, activity: Activity, said: str) -> tuple[str, bool]:
    """Return (the sentence as it is kept, whether it was written by hand); ValidationError where it cannot stand."""
    said = clean_text(said)
    sentence = said or offered_sentence(item, milestone, activity)
    if not sentence:
        raise ValidationError({"sentence": ASK_SENTENCE})
    look = wanted(item.name, milestone.name if milestone else "")
    by_hand = written_by_hand(sentence, look, *texts_of(activity))
    _check_sentence(sentence, by_hand)
    others = StageEvidence.objects.active().filter(activity=activity).exclude(stage__item=item)
    if bare(sentence) in {bare(one) for one in others.values_list("sentence", flat=True)}:
        raise ValidationError({"sentence": "这句话已用于另一项业务；一条记录服务几项业务的，请分别写明。"})
    return sentence, by_hand


def _check_sentence(sentence: str, by_hand: bool) -> None:
    if len(sentence) > LONGEST:
        raise ValidationError({"sentence": f"请写在 {LONGEST} 个字以内。"})
    if by_hand and len(set(bare(sentence))) < DISTINCT:
        raise ValidationError({"sentence": SAYS_NOTHING})
    if by_hand and len(bare(sentence)) < SHORTEST:
        raise ValidationError({"sentence": f"请写明做了什么、怎样服务这项业务，不少于 {SHORTEST} 个字。"})


def _check_returned(stage: SyncStage, milestone: Milestone | None, activity: Activity, sentence: str) -> None:
    """Raise where the same record was returned for this point with the same words: another sentence has to be written."""
    rows = returned_links(stage, milestone).filter(activity=activity)
    if bare(sentence) in {bare(one) for one in rows.values_list("sentence", flat=True)}:
        said = returned_words(list(rows)[-1]).rstrip("。")
        raise ValidationError({"sentence": f"{said}。请另写一句，或换一条记录。"})


def _branch(by: Actor, activity: Activity | None, item: WorkItem, point: SyncPoint) -> Organisation:
    """Return whose work a link shows: who carries the item and held the meeting, else the carrier that `by` records for."""
    if activity is not None:
        host = activity.organisation
        own = host.parent if host.kind == Kind.SMALL_GROUP else host
        if own is not None and own.pk in point.carriers:
            return own
        joint = [row.organisation_id for row in activity.hosts.all() if row.organisation_id in point.carriers]
        if joint:
            return Organisation.objects.get(pk=joint[0])
    powers = Powers(by, point.carriers)
    recorded = [place for place in point.carriers if by is not OPERATOR and powers.records(place)]
    return Organisation.objects.get(pk=next(iter([*recorded, *point.carriers]), item.organisation_id))


@one_transaction
def evidence_link(
    *,
    by: Actor,
    stage: SyncStage,
    activity: Activity,
    milestone: Milestone | None = None,
    sentence: str = "",
    recording: bool = False,
) -> StageEvidence:
    """Link a record to a stage (or to one of its milestones) and return the StageEvidence; twice gives the first one.

    sentence: how it served the work; "" takes the sentence of the record that speaks of the work. recording: the link is
    made while the record is written: it need not be submitted yet, and is confirmed with it. ValidationError on `sentence`,
    or without a field where the record may not show this stage.
    """
    activity = Activity.objects.select_related("organisation__parent").get(pk=activity.pk)
    if milestone is not None and milestone.stage_id != stage.pk:
        raise ValidationError("节点不属于这个环节。")
    _require_link(by, stage.item, activity)
    same = StageEvidence.objects.active().filter(stage=stage, milestone=milestone, activity=activity)
    before = same.first()
    if before is not None:
        return before
    point = point_of(stage, milestone.pk if milestone else None)
    problem = refusal(point, activity, hosts_of(activity), recording=recording)
    if problem:
        raise ValidationError(problem)
    kept, by_hand = _sentence(stage.item, milestone, activity, sentence)
    _check_returned(stage, milestone, activity, kept)
    link = StageEvidence(stage=stage, milestone=milestone, activity=activity, sentence=kept, by_hand=by_hand)
    link.branch = _branch(by, activity, stage.item, point)
    link.added, link.added_by = clock.now(), account_of(by)
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError:
        # The other half of a double click was faster.
        return same.get()
    _written(by, link, "work.link", f"{activity}：{kept}"[:300])
    return link


@one_transaction
def evidence_paper(
    *,
    by: Actor,
    stage: SyncStage,
    title: str,
    day: date | None,
    file: UploadedFile,
    sentence: str,
    milestone: Milestone | None = None,
) -> StageEvidence:
    """Keep a file as evidence of a stage where no record can exist; it waits to be confirmed like every later link.

    ValidationError on title, day, sentence or file.
    """
    if milestone is not None and milestone.stage_id != stage.pk:
        raise ValidationError("节点不属于这个环节。")
    _require_link(by, stage.item)
    sentence = clean_text(sentence)
    errors = {}
    if not title.strip():
        errors["title"] = "请填写材料名称。"
    problem = "请填写日期。" if day is None else day_problem(day, actual=True).replace("实际日期", "材料日期")
    if problem:
        errors["day"] = problem
    if not sentence:
        errors["sentence"] = "请用一句话写明怎样服务这项业务。"
    if errors:
        raise ValidationError(errors)
    _check_sentence(sentence, True)
    proof_file = proof_file_keep(by=by, organisation=stage.item.organisation, file=file)
    point = point_of(stage, milestone.pk if milestone else None)
    link = StageEvidence(
        stage=stage,
        milestone=milestone,
        paper=proof_file,
        day=day,
        title=title.strip()[:120],
        branch=_branch(by, None, stage.item, point),
        sentence=sentence,
        by_hand=True,
        added=clock.now(),
        added_by=account_of(by),
    )
    people = ["added_by", "confirmed_by", "removed_by"]
    link.full_clean(exclude=["stage", "milestone", "paper", "branch", *people, "confirmed_at", "removed_at"])
    link.save()
    _written(by, link, "work.paper", f"{link.title}（{proof_file.name}）")
    return link


def _written(by: Actor, link: StageEvidence, verb: str, note: str) -> None:
    """Leave the entry, which is about the stage, and mark the facts."""
    place = link.stage.item.organisation
    audit.record(by=by, verb=verb, obj=link.stage, organisation=place, after=audit.snapshot(link), note=note)
    _mark(link)


def _held(by: Actor, evidence: StageEvidence) -> StageEvidence:
    """Return the link with its row locked, as whoever reviews its branch holds it; raises where `by` may not decide on it."""
    rows = StageEvidence.objects.select_for_update(of=("self",))
    fresh = rows.select_related("stage__item__organisation", "milestone", "activity", "branch").get(pk=evidence.pk)
    access.require(by, REVIEW, fresh.branch or fresh.stage.item.organisation)
    if fresh.removed_at is not None:
        raise Conflict("这条佐证已经撤下或退回。")
    problem = why_not_confirm(by, fresh)
    if problem:
        raise Conflict(problem)
    return fresh


@one_transaction
def evidence_confirm(*, by: Actor, evidence: StageEvidence, early_reason: str = "") -> StageEvidence:
    """Say that a link is true. early_reason: why a record that is too early for the stage is counted all the same.

    Conflict when it was confirmed or taken back meanwhile, or `by` made it. Without a reason a record that is too early stays
    linked and does not count.
    """
    fresh = _held(by, evidence)
    early_reason = clean_text(early_reason)[:300]
    stands = fresh.confirmed_at is not None and StageEvidence.objects.filter(confirmed(), pk=fresh.pk).exists()
    if stands and not (early_reason and not fresh.early_reason):
        raise Conflict("这条佐证已由他人确认。")
    note = f"过早仍计入：{early_reason}" if early_reason else fresh.sentence
    stage = fresh.stage
    with audit.change(
        by=by,
        verb="work.confirm",
        obj=stage,
        organisation=stage.item.organisation,
        note=note,
        view=lambda _: audit.snapshot(fresh),
    ):
        fresh.confirmed_at, fresh.confirmed_by = clock.now(), account_of(by)
        fresh.early_reason = early_reason or fresh.early_reason
        fresh.save(update_fields=["confirmed_at", "confirmed_by", "early_reason"])
    _mark(fresh)
    _tell(by, fresh, "accepted", f"佐证已确认：{fresh.stage.item.name} {fresh.stage.get_stage_display()}，{fresh}")
    return fresh


@one_transaction
def evidence_return(*, by: Actor, evidence: StageEvidence, reason: str) -> StageEvidence:
    """Send a link back with a reason: it no longer stands, the record itself is not touched; another may take its place."""
    fresh = _held(by, evidence)
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请写明退回的原因。"})
    _take_out(by, fresh, "work.return", reason, returned=True)
    _tell(
        by,
        fresh,
        "returned",
        f"佐证被退回：{fresh.stage.item.name} {fresh.stage.get_stage_display()}，{fresh}：{reason}",
    )
    return fresh


def _tell(by: Actor, evidence: StageEvidence, kind: str, text: str) -> None:
    if evidence.added_by is not None:
        url = reverse("work_detail", args=[evidence.stage.item_id])
        about = f"evidence/{evidence.pk}"
        notice_send(by=by, to=evidence.added_by, kind=kind, text=text[:300], url=url, about=about)


@one_transaction
def evidence_withdraw(*, by: Actor, evidence: StageEvidence) -> StageEvidence:
    """Take one's own link back while nobody has confirmed it; Conflict once somebody has."""
    _require_link(by, evidence.stage.item, evidence.activity)
    account = account_of(by)
    if account is not None and evidence.added_by_id != account.pk:
        raise Conflict("只能撤回本人关联的佐证；其他佐证请写明原因撤下。")
    if not StageEvidence.objects.with_confirmed().filter(pk=evidence.pk, is_confirmed=False).exists():
        raise Conflict("这条佐证已经确认，撤下须写明原因。")
    return _take_out(by, evidence, "work.withdraw", "确认前撤回")


@one_transaction
def evidence_remove(*, by: Actor, evidence: StageEvidence, reason: str) -> StageEvidence:
    """Take a link back with a reason; the row stays. Raises Conflict when it was taken back already."""
    _require_link(by, evidence.stage.item, evidence.activity)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "请写明撤下的原因。"})
    return _take_out(by, evidence, "work.unlink", reason)


def _take_out(by: Actor, evidence: StageEvidence, verb: str, reason: str, *, returned: bool = False) -> StageEvidence:
    """End a link; the entry is about the stage, what it keeps is the link."""
    stage = evidence.stage
    with audit.change(
        by=by,
        verb=verb,
        obj=stage,
        organisation=stage.item.organisation,
        note=reason,
        view=lambda _: audit.snapshot(evidence),
    ):
        standing = StageEvidence.objects.active().filter(pk=evidence.pk)
        columns = {"removed_at": clock.now(), "removed_by": account_of(by), "remove_reason": reason[:300]}
        if standing.update(**columns, returned=returned) != 1:
            raise Conflict("这条佐证已经撤下。")
        evidence.refresh_from_db()
    _mark(evidence)
    return evidence
