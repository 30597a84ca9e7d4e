"""Links that wait for somebody else's yes: the queue of a reviewer, and what stands beside one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from branches.reach.rights import REVIEW
from common import clock
from common.operator import Actor
from common.periods import Period
from common.text import quoted
from members.activities.likeness import Likeness, bare, folded, likeness, origin
from members.activities.models import Activity, ActivityRevision, ActivityState, ActivityWriter, RevisionState
from members.activities.ties import confirmable
from responsibilities.work.models import (
    STAGE_SHORT,
    Milestone,
    StageEvidence,
    StageEvidenceQuerySet,
    SyncStage,
    WorkCarrier,
    WorkItem,
)
from responsibilities.work.selectors.candidates import item_words, outcome
from responsibilities.work.selectors.items import proof_label, registered_after
from responsibilities.work.stages import SyncPoint, sync_points

_WITH = (
    "stage__item__organisation",
    "stage__noted_by",
    "milestone__noted_by",
    "activity__organisation__parent",
    "paper",
    "branch",
    "added_by",
)


@dataclass(frozen=True)
class Dated:
    """Business date of a point as its reviewer sees it. after: the day on which the item was registered, where that came later."""

    planned: date | None
    happened: date | None
    noted_by: str
    noted_on: date | None
    after: date | None

    @property
    def entered_later(self) -> bool:
        return bool(self.happened and self.noted_on and self.noted_on > self.happened)

    @property
    def words(self) -> str:
        """Who noted the date and when, and what was planned; "" where no date is noted."""
        if self.happened is None or self.noted_on is None:
            return ""
        who = f"由{self.noted_by}" if self.noted_by else ""
        said = f"{self.noted_on:%m-%d} {who}{'补登' if self.entered_later else '登记'}"
        return said + (f"，计划 {self.planned:%m-%d}" if self.planned and self.planned != self.happened else "")


@dataclass
class Waiting:
    """One link of the queue: its point, what the record says of the work, what the point would become.

    origin: where its sentence comes from (likeness.origin). added: words of the work that a correction of the record brought
    in, which stood nowhere in the version before.
    """

    link: StageEvidence
    point: SyncPoint
    like: Likeness
    outcome: str
    days_waiting: int
    origin: str = ""
    added: tuple[str, ...] = ()

    @property
    def item(self) -> WorkItem:
        return self.link.stage.item

    @property
    def name(self) -> str:
        return f"{self.item.name}　{self.link.stage.get_stage_display()}" + (
            f"（{self.point.name}）" if self.point.name else ""
        )

    @property
    def label(self) -> str:
        link = self.link
        return proof_label(link.activity) if link.activity else f"材料 {clock.short(link.day)}" if link.day else "材料"

    @property
    def dated(self) -> Dated:
        """The business date that the link answers: of its milestone, else of the part of its stage that it shows."""
        row: SyncStage | Milestone = self.link.milestone or self.link.stage
        who = row.noted_by.name if row.noted_by else ""
        after = registered_after(self.item, [self.point])
        return Dated(self.point.planned, self.point.happened, who, row.noted_on, after)

    @property
    def too_early(self) -> bool:
        return self.outcome == "too_early" and not self.link.early_reason

    @property
    def words(self) -> str:
        """What the queue says of it in one word or two."""
        return "没有写到" if not self.like.words else self.added_words

    @property
    def added_words(self) -> str:
        """That what it rests on came with a correction, "" where it stood there before."""
        return f"{''.join(map(quoted, self.added))}是更正时新写入的" if self.added else ""


def waiting_links(user: Actor) -> StageEvidenceQuerySet:
    """Return the links that wait for `user`, the oldest first: of branches that he reviews, neither made nor written by him."""
    rows = confirmable(StageEvidence.objects.waiting().visible_to(user, REVIEW), user)
    found: StageEvidenceQuerySet = rows.order_by("added", "pk")
    return found


def waiting_links_count(user: Actor) -> int:
    """Return how many links wait for `user`."""
    return waiting_links(user).count()


def point_of_link(link: StageEvidence, points: Iterable[SyncPoint]) -> SyncPoint:
    """Return the point that a link shows: that of its milestone, else the first of its stage."""
    mine = [row for row in points if row.stage == link.stage_id]
    return next((row for row in mine if link.milestone_id and row.milestone == link.milestone_id), mine[0])


def seen(links: Iterable[StageEvidence]) -> list[Waiting]:
    """Return the Waiting of links read with what they belong to, in their order; constant statements."""
    rows = list(links)
    points = sync_points({row.stage.item_id for row in rows})
    found, today = [], clock.today()
    before = _before_correction(row.activity for row in rows if row.activity is not None)
    for link in rows:
        point, record = point_of_link(link, points), link.activity
        added: tuple[str, ...] = ()
        day = record.day if record else link.day
        like, source = Likeness(), ""
        if record is not None:
            decisions = [row.text for row in record.resolutions.all()]
            look = item_words(link.stage.item, point)
            like = likeness(look, record.title, record.content, decisions)
            source = origin(link.sentence, look, record.content, decisions) if link.sentence else ""
            if record.pk in before:
                added = tuple(word for word in like.words if word not in before[record.pk])
        waited = (today - clock.day_of(link.added)).days
        found.append(Waiting(link, point, like, outcome(point, day or today), waited, source, added))
    return found


def _before_correction(records: Iterable[Activity]) -> dict[int, str]:
    """Return {record: all it said in the version before its last correction, folded} of those that were corrected."""
    ids = {record.pk for record in records if record.revised_at is not None}
    if not ids:
        return {}
    standing = (RevisionState.SUBMITTED, RevisionState.ACCEPTED)
    versions: dict[int, list[Any]] = {}
    rows = ActivityRevision.objects.filter(activity__in=ids, state__in=standing).order_by("number")
    for pk, data in rows.values_list("activity_id", "data"):
        versions.setdefault(pk, []).append(data)
    return {pk: folded(_text(of_record[-2])) for pk, of_record in versions.items() if len(of_record) > 1}


def _text(version: dict[str, Any]) -> str:
    columns = version["columns"]
    return "\n".join([columns["title"], columns["content"], *(row["text"] for row in version["resolutions"])])


def with_records(user: Actor) -> StageEvidenceQuerySet:
    """Return the links that are confirmed with a record which waits for the review of `user`, the oldest first."""
    rows = StageEvidence.objects.visible_to(user, REVIEW).active()
    rows = rows.filter(activity__state=ActivityState.SUBMITTED, added__lte=F("activity__submitted_at"))
    written = ActivityWriter.objects.filter(user=user.pk).order_by().values("activity")
    return rows.exclude(activity__in=written).exclude(activity__author=user.pk).order_by("activity__submitted_at", "pk")


def decided(user: Actor) -> StageEvidenceQuerySet:
    """Return the links that `user` confirmed or returned himself, the last first."""
    mine = Q(confirmed_by=user.pk) | Q(returned=True, removed_by=user.pk)
    rows = StageEvidence.objects.visible_to(user, REVIEW).filter(mine)
    return rows.with_confirmed().annotate(at=Coalesce("removed_at", "confirmed_at")).order_by("-at", "-pk")


def read(rows: StageEvidenceQuerySet) -> StageEvidenceQuerySet:
    """Return links with what a list of them says."""
    return rows.select_related(*_WITH).prefetch_related("activity__kinds", "activity__resolutions")


def queue(user: Actor) -> StageEvidenceQuerySet:
    """Return `waiting_links` with what a page of the queue says of them."""
    return read(waiting_links(user))


def readable_link(rows: StageEvidenceQuerySet) -> StageEvidenceQuerySet:
    """Return links with all that the page of one says."""
    return rows.select_related(*_WITH, "confirmed_by", "removed_by").prefetch_related(
        "activity__kinds", "activity__resolutions", "activity__judgements__organisation"
    )


def links_for_review(user: Actor, activity: Activity) -> list[Waiting]:
    """Return the standing links of a record that waits for its review, as its reviewer sees them."""
    rows = StageEvidence.objects.visible_to(user, REVIEW).active().filter(activity=activity).order_by("pk")
    return seen(read(rows))


def links_said(user: Actor, records: Iterable[int]) -> dict[int, list[StageEvidence]]:
    """Return {record: its standing links} of records that wait for a review: what their acceptance confirms; one statement."""
    rows = StageEvidence.objects.visible_to(user, REVIEW).active().filter(activity__in=list(records)).order_by("pk")
    found: dict[int, list[StageEvidence]] = {}
    for row in rows.select_related("stage__item__organisation", "milestone"):
        if row.activity_id is not None:
            found.setdefault(row.activity_id, []).append(row)
    return found


def findings(row: Waiting) -> list[tuple[str, str]]:
    """Return [(tone, sentence)] of what the system has checked about a link. tone: ok, soon, or "" for what only is to be known."""
    link, record, point = row.link, row.link.activity, row.point
    found = [("ok", row.like.said) if row.like.words else ("soon", "标题、议程、决议都没有写到这项业务")]
    if row.added:
        found.append(("soon", f"{row.added_words}，更正前的版本里没有"))
    found.append(_date_finding(row))
    if row.dated.after:
        found.append(("soon", f"业务事项 {row.dated.after:%-m月%-d日}才登记，晚于业务日期，属于事后登记"))
    if record is None:
        found.append(("soon", "是上传的材料，不是活动记录"))
    else:
        sent = f"{clock.day_of(record.submitted_at):%-m月%-d日}报送" if record.submitted_at else "由台账导入"
        passed = f"，{clock.day_of(record.reviewed_at):%-m月%-d日}通过" if record.reviewed_at else ""
        unreviewed = record.state == ActivityState.ACCEPTED and record.reviewer_id is None
        found.append(("soon" if unreviewed else "ok", f"记录{sent}{passed}{'，没有人审核过' if unreviewed else ''}"))
        found += _other_uses(link, record)
        late = (clock.day_of(link.added) - record.day).days
        if late > point.tolerance:
            found.append(("soon", f"活动 {late} 天后才关联，由您判断"))
        short = [row for row in record.judgements.all() if not row.valid and row.organisation_id in point.allowed]
        if kinds := list(dict.fromkeys(row.get_kind_display() for row in short)):
            found.append(("soon", f"{'、'.join(kinds)}不足法定人数"))
    if link.by_hand:
        found.append(("soon", "这句话是另写的，记录里没有这句话"))
    return found


def _date_finding(row: Waiting) -> tuple[str, str]:
    point, record = row.point, row.link.activity
    day = record.day if record else row.link.day
    if point.day is None or day is None:
        return "", "业务日期还没有登记"
    days = (day - point.day).days
    if days < -point.early_days:
        return "soon", f"早于业务日期 {-days} 天，超过 {point.early_days} 天，过早"
    if days < 0:
        return "ok", f"活动早于业务 {-days} 天"
    if days <= point.tolerance:
        return "ok", f"活动晚于业务 {days} 天，在 {point.tolerance} 天以内" if days else "活动与业务同一天"
    return "soon", f"活动晚于业务 {days} 天，确认后为滞后"


def _other_uses(link: StageEvidence, record: Activity) -> list[tuple[str, str]]:
    others = StageEvidence.objects.active().exclude(stage__item=link.stage.item_id)
    same = Q(activity=record) | Q(branch=link.branch_id, branch__isnull=False)
    rows = others.filter(same).order_by("pk").values_list("activity", "stage__item__name", "stage__stage", "sentence")
    rows = list(rows)
    used = [f"{quoted(name)}{STAGE_SHORT[stage]}" for pk, name, stage, _ in rows if pk == record.pk]
    copied = [
        f"{quoted(name)}{STAGE_SHORT[stage]}"
        for _, name, stage, text in rows
        if text and bare(text) == bare(link.sentence)
    ]
    found = [("soon", f"已用于{'、'.join(used[:3])}") if used else ("ok", "没有用于别的业务")]
    return found + ([("soon", f"与{'、'.join(copied[:3])}的说明相同")] if copied else [])


def pending_in(period: Period, place: int | None = None) -> list[tuple[WorkItem, SyncPoint]]:
    """Return [(WorkItem, SyncPoint)] of the points of a period with a link that nobody has confirmed: settled before a freeze.

    place: id of an organisation, for what it carries alone.
    """
    open_links = StageEvidence.objects.active().with_confirmed().filter(is_confirmed=False)
    if place is not None:
        carried = WorkCarrier.objects.filter(organisation=place).order_by().values("item")
        open_links = open_links.filter(stage__item__in=carried)
    wanted = set(open_links.order_by().values_list("stage__item", flat=True))
    if not wanted:
        return []
    points = [
        row
        for row in sync_points(wanted, first=period.first, last=period.last)
        if row.carriers and not row.left_out and any(proof.pending for proof in row.proofs)
    ]
    points = [row for row in points if place is None or place in row.carriers]
    items = WorkItem.objects.in_bulk({row.item for row in points})
    return [(items[row.item], row) for row in points]
