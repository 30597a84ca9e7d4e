"""Proofs about business work: the stages a branch carries, and what upper levels themselves did for each item.

An upper level's duty is fulfilled by its own act, never by what branches did (judgement 4.1): the Party group by its
meeting that took the item up, a leader by a record he chaired or attended, or by a supervision he raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.functional import lazy

from branches.settings import dated as dated_settings
from common import clock
from members.activities.models import ATTENDING, COUNTING_STATES, ActivityJudgement
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.proofs.scope import in_charge
from responsibilities.duties.slot import DutySlot, Slots, nothing_owed, page_of
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import (
    STAGE_SHORT,
    WEIGHING,
    StageEvidence,
    SyncStage,
    SyncStageKind,
    SyncState,
    WorkItem,
    confirmed,
)
from responsibilities.work.selectors.stage_words import pick_url
from responsibilities.work.stages import NOT_OWED, SyncPoint, Timeline

# Name, leader's account and leader's written name of an item.
Led = tuple[str, int | None, str]
# Thousands of slots have an address and few are shown.
_pick_url = lazy(pick_url, str)
NONE_THIS_YEAR = "本年度没有相关的重点业务"
# The stages at which the Party group takes an item up.
TAKEN_UP = (SyncStageKind.STUDY, SyncStageKind.ARRANGEMENT)


def stages(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each business date of work items: of those a branch carries, those in a leader's charge, all for others."""
    points = [point for point in context.points if point.day is not None and point.day in context.span]
    works = [point.work for point in points if point.work is not None]
    items: dict[int, Led] = {row.pk: (row.name, row.leader_id, row.leader_name) for row in works}
    carried, charged = _by_carrier(points), _by_leader(points, items)
    tolerance = dated_settings.timeline("sync_tolerance_days")
    found: Slots = {}
    for duty in duties:
        mine = points
        if duty.list.holder:
            holder = duty.list.holder
            mine = [*charged.get(holder.pk, ()), *charged.get(holder.name, ())]
        elif duty.list.level == Level.BRANCH:
            mine = carried.get(duty.list.organisation_id, [])
        slots = [_stage(context, duty, point, items[point.item][0], tolerance) for point in mine]
        slots.sort(key=lambda slot: (slot.due, slot.key))
        found[duty.pk] = slots or nothing_owed(duty, NONE_THIS_YEAR)
    return found


def _by_carrier(points: list[SyncPoint]) -> dict[int, list[SyncPoint]]:
    by_carrier: dict[int, list[SyncPoint]] = {}
    for point in points:
        for place in set(point.carriers):
            by_carrier.setdefault(place, []).append(point)
    return by_carrier


def _by_leader(points: list[SyncPoint], items: Mapping[int, Led]) -> dict[int | str, list[SyncPoint]]:
    """Points by the leader in charge of their item: by account, or by name where it was written down without one."""
    by_leader: dict[int | str, list[SyncPoint]] = {}
    for point in points:
        _, leader, written = items[point.item]
        if leader or written:
            by_leader.setdefault(leader or written, []).append(point)
    return by_leader


def _stage(context: ProofContext, duty: Duty, point: SyncPoint, item: str, tolerance: Timeline) -> DutySlot:
    day = point.day or context.day
    due = day + timedelta(days=int(dated_settings.at(tolerance, day)))
    text = {
        SyncState.SYNCHRONISED: f"党建活动 {point.party:%m-%d}" if point.party else "",
        SyncState.LAGGING: f"滞后 {point.lag} 天",
        SyncState.MISSING: f"有记录但不计入：{point.found}" if point.found else "业务已开展，未见党建记录",
        SyncState.TO_CONFIRM: "佐证待上级确认",
        SyncState.ENDED: point.reason,
        SyncState.WAIVED: point.reason if point.left_out else f"免予同步：{point.reason}",
        SyncState.NOT_DUE: "业务尚未开展" if point.happened is None else "业务已开展，在容许天数之内",
    }[point.state]
    fulfilled = point.state in (SyncState.SYNCHRONISED, SyncState.LAGGING)
    return DutySlot(
        duty.pk,
        f"stage/{point.stage}" if point.milestone is None else f"node/{point.milestone}",
        f"{item} {STAGE_SHORT[point.kind]}" + (f"（{point.name}）" if point.name else ""),
        # The Party side is owed only once the business side has happened.
        # What waits for somebody else's yes is not behind: the days at the reviewer cost nobody anything.
        due if point.happened and point.state != SyncState.TO_CONFIRM else max(due, context.as_of),
        expected=0 if point.state in NOT_OWED else 1,
        done=int(fulfilled),
        late=int(point.state == SyncState.LAGGING),
        late_word=SyncState.LAGGING.label,
        records=[proof.activity for proof in point.proofs if proof.counts and proof.activity],
        text=text,
        url=page_of("work_detail", point.item),
        mend=("补佐证", _pick_url(point)),
        item=point.item,
        rests_on=(f"sync.{point.kind}",),
    )


# ---- the Party group


def minuted(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each item studied or arranged in the year: a meeting of the list's Party group that serves one of both.

    In time as a stage is: within the days allowed after the business date. The link counts once it is confirmed.
    """
    points = [point for point in context.points if point.kind in TAKEN_UP]
    by_item: dict[int, list[SyncPoint]] = {}
    for point in points:
        # One whose day nobody knows yet is still to come.
        if point.day is None or point.day in context.span:
            by_item.setdefault(point.item, []).append(point)
    by_item = {item: mine for item, mine in by_item.items() if any(point.day for point in mine)}
    names = {point.item: point.work.name for mine in by_item.values() for point in mine if point.work is not None}
    held = _held(context, duties, points)
    found: Slots = {}
    for duty in duties:
        own = held.get(duty.list.organisation_id, set())
        slots = [_minuted(context, duty, names[item], mine, own) for item, mine in by_item.items()]
        found[duty.pk] = sorted(slots, key=lambda slot: (slot.due, slot.key)) or nothing_owed(duty, NONE_THIS_YEAR)
    return found


def _held(context: ProofContext, duties: list[Duty], points: list[SyncPoint]) -> dict[int, set[int]]:
    """Return {organisation id: ids of linked records that count as a meeting of the duty's kinds there}."""
    linked = {proof.activity for point in points for proof in point.proofs if proof.counts and proof.activity}
    kinds = {kind for duty in duties for kind in kinds_of(duty)}
    rows = ActivityJudgement.objects.filter(
        Q(since__isnull=True) | Q(since__lte=context.as_of),
        activity__in=linked,
        organisation__in={duty.list.organisation_id for duty in duties},
        kind__in=kinds,
        valid=True,
    )
    held: dict[int, set[int]] = {}
    for place, activity in rows.order_by().values_list("organisation", "activity"):
        held.setdefault(place, set()).add(activity)
    return held


def _minuted(context: ProofContext, duty: Duty, name: str, points: list[SyncPoint], own: set[int]) -> DutySlot:
    owed = [point for point in points if point.state not in NOT_OWED]
    # (day, record, whether in time); one meeting may serve both stages.
    meetings = sorted(
        (proof.day, proof.activity, point.happened is None or proof.day <= _last_day(point))
        for point in owed
        for proof in point.proofs
        if proof.counts and proof.activity in own and proof.day <= context.as_of
    )
    in_time = [row for row in meetings if row[2]]
    slot = DutySlot(
        duty.pk,
        f"work/{points[0].item}",
        name,
        max((_due(context, point) for point in owed or points), default=context.day),
        expected=int(bool(owed)),
        done=int(bool(meetings)),
        late=int(bool(meetings) and not in_time),
        records=list(dict.fromkeys(activity for _, activity, _ in meetings)),
        url=page_of("work_detail", points[0].item),
        mend=("补佐证", _pick_url((owed or points)[0])),
        item=points[0].item,
    )
    if not owed:
        slot.text = points[0].reason
    elif meetings:
        slot.text = f"党组会议 {(in_time or meetings)[0][0]:%m-%d}"
    else:
        slot.text = "未见党组会议研究、部署这项业务的记录"
    return slot


def _last_day(point: SyncPoint) -> date:
    """The last day in time of a point whose business side has happened."""
    assert point.happened is not None
    return point.happened + timedelta(days=point.tolerance)


def _due(context: ProofContext, point: SyncPoint) -> date:
    """The Party side is owed only once the business side has happened; until then a day later each day."""
    if point.happened is not None:
        return _last_day(point)
    return max((point.day or context.day) + timedelta(days=point.tolerance), context.as_of)


# ---- a leader


@dataclass
class _Acts:
    """What leaders did for items. linked: {item: {record: (day, chair's id, chair's name)}}; raised: {(item, account): days}."""

    linked: dict[int, dict[int, tuple[date, int | None, str]]]
    raised: dict[tuple[int, int], list[date]]


def led(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each item in a leader's charge: what he himself did for it between its first and its last day.

    A record linked to the item that he chaired or attended, or a supervision that he raised about one of its stages.
    """
    first, last = context.span.first, context.span.last
    # What a branch registered itself puts nobody in its debt by naming him: it is owed once somebody has taken it in.
    rows = WorkItem.objects.filter(starts__lte=last, ends__gte=first, uptake__in=WEIGHING).order_by("ends", "pk")
    if context.narrow:
        rows = rows.filter(in_charge(context))
    items = [row for row in rows if not (row.stopped_on and row.stopped_on <= context.as_of)]
    acts = _acts(context, items)
    found: Slots = {}
    for duty in duties:
        holders = {user.pk: user.name for user in context.holders[duty.list_id]}
        mine = [
            item
            for item in items
            if item.leader_id in holders or (item.leader_id is None and item.leader_name in holders.values())
        ]
        slots = [_led(context, duty, item, acts) for item in mine]
        found[duty.pk] = slots or nothing_owed(duty, "本年度没有分管的重点业务")
    return found


def _acts(context: ProofContext, items: list[WorkItem]) -> _Acts:
    acts = _Acts({}, {})
    spans = {item.pk: (item.starts, min(item.ends, context.until)) for item in items}
    # As everywhere, a link tells something once somebody else has confirmed it.
    # What was submitted, or began to count, after the day of judging is not known on it.
    known = Q(activity__judgements__since__isnull=True) | Q(activity__judgements__since__lte=context.as_of)
    sent = Q(activity__submitted_at__isnull=True) | Q(activity__submitted_at__date__lte=context.as_of)
    links = StageEvidence.objects.active().filter(
        confirmed(),
        known,
        sent,
        stage__item__in=list(spans),
        activity__state__in=COUNTING_STATES,
        activity__judgements__valid=True,
    )
    columns = ("stage__item", "activity", "activity__day", "activity__chair", "activity__chair_name")
    for item, record, day, chair, name in links.order_by("activity__day").distinct().values_list(*columns):
        if spans[item][0] <= day <= spans[item][1]:
            acts.linked.setdefault(item, {})[record] = (day, chair, name.strip())
    stages = {
        f"stage/{pk}": item for pk, item in SyncStage.objects.filter(item__in=list(spans)).values_list("pk", "item")
    }
    notices = Supervision.objects.filter(subject="stage", issued_by__isnull=False).order_by("issued_at")
    for about, by, moment in notices.values_list("about", "issued_by", "issued_at"):
        item, day = stages.get(about), clock.day_of(moment)
        if item is not None and spans[item][0] <= day <= spans[item][1]:
            acts.raised.setdefault((item, by), []).append(day)
    return acts


def _led(context: ProofContext, duty: Duty, item: WorkItem, acts: _Acts) -> DutySlot:
    names = {user.name for user in context.holders[duty.list_id]}
    members = {member.pk for member in context.members[duty.list_id]}
    records = {
        record: day
        for record, (day, chair, name) in acts.linked.get(item.pk, {}).items()
        if chair in members
        or name in names
        or any(context.attendance.get(member, {}).get(record) in ATTENDING for member in members)
    }
    raised = [day for user in context.holders[duty.list_id] for day in acts.raised.get((item.pk, user.pk), ())]
    words = [f"参加{len(records)}次有关活动"] if records else []
    words += [f"督办{len(raised)}次"] if raised else []
    return DutySlot(
        duty.pk,
        f"work/{item.pk}",
        item.name,
        min(item.ends, context.span.last),
        done=int(bool(records or raised)),
        records=list(records),
        text="，".join(words) or "未见本人参加或督办这项业务的记录",
        url=page_of("work_detail", item.pk),
        item=item.pk,
    )
