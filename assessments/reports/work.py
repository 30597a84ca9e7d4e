"""The report's chapters on business work and duties: which work, which stages, which level."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.urls import reverse

from assessments import scoring
from assessments.results.periods import counted_until
from branches.places.selectors.names import names_over_time
from common.periods import Period
from responsibilities.duties.headline import Headline, headline
from responsibilities.duties.models import LEVEL_ORDER, Duty, Level
from responsibilities.duties.progress import DONE, duty_slots
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.slot import DutySlot, counts_on
from responsibilities.measures import issued_duties
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, SyncState, WorkItem
from responsibilities.work.selectors.rates import Rate, total
from responsibilities.work.stages import DUE, SyncPoint, sync_points

# A report names the worst; all of them stand on the board of the four synchronisations, and in the annex.
PROBLEMS_SHOWN = 60
# So many lists of duties are judged at a time.
PART = 100


@dataclass(frozen=True)
class Stand:
    """What fell due at one level: its headline, the duties behind with their slots, and who answers for them."""

    level: Level
    head: Headline
    behind: list[tuple[Duty, list[DutySlot]]]
    holders: list[str]

    @property
    def label(self) -> str:
        return str(self.level.label)


@dataclass(frozen=True)
class Seen:
    """Work and duties of a period as judged on a day, read once. mine: points whose business date lies in the period."""

    period: Period
    as_of: date
    points: list[SyncPoint] = field(default_factory=list)
    mine: list[SyncPoint] = field(default_factory=list)
    items: dict[int, WorkItem] = field(default_factory=dict)
    stands: list[Stand] = field(default_factory=list)

    @property
    def due(self) -> list[SyncPoint]:
        return [point for point in self.mine if point.state in DUE]

    @property
    def rate(self) -> Rate:
        return total(self.mine, [point for point in self.points if point.item in self.items])


def seen(period: Period, as_of: date) -> Seen:
    """Return what happened in `period`, judged on `as_of`, of the whole agency; members' own duties are left out.

    What was held after the period's end and its days of grace counts no more here than in its scores (decisions 109).
    """
    until = counted_until(period)
    points = sync_points(as_of=as_of, held_until=until)
    mine = [point for point in points if not point.left_out and point.day is not None and point.day in period]
    items = WorkItem.objects.select_related("leader").in_bulk({point.item for point in mine})
    return Seen(period, as_of, points, mine, items, _stands(period, as_of, until))


def work_of(found: Seen) -> dict[str, Any] | None:
    """Return the chapter as plain data (shape.py), or None where there is neither business work nor a duty in the period."""
    if not found.mine and not found.stands:
        return None
    levels = [_level(stand) for stand in found.stands]
    return {
        "title": _title(found.items, found.due),
        "paragraphs": [*_paragraphs(found), *_level_words(levels)],
        "stages": [_stage(kind, found.mine) for kind in SyncStageKind] if found.mine else [],
        "problems": _problems(found),
        "levels": levels,
    }


def _stands(period: Period, as_of: date, until: date) -> list[Stand]:
    """What fell due at each level, from the top down: done, or behind by the day of judging.

    Some lists are judged after the others, so that no more is held at a time than what is behind.
    """
    rows = issued_duties(period.year, as_of).order_by("list__pk").values_list("list__pk", flat=True)
    lists = list(rows.distinct())
    heads = dict.fromkeys(LEVEL_ORDER, Headline())
    behind: list[tuple[Duty, list[DutySlot]]] = []
    for start in range(0, len(lists), PART):
        duties, fallen = _judged(period, as_of, until, lists[start : start + PART])
        for level in {duty.list.level for duty in duties}:
            heads[Level(level)] += headline([duty for duty in duties if duty.list.level == level], fallen, as_of)
        late = [(duty, [slot for slot in fallen[duty.pk] if slot.behind(as_of)]) for duty in duties]
        behind += [(duty, slots) for duty, slots in late if slots]
    people = holders_each({duty.list_id: duty.list for duty, _ in behind}.values(), as_of)
    stands = []
    for level, head in heads.items():
        if head.duties:
            mine = [row for row in behind if row[0].list.level == level]
            names = [user.name for duty, _ in mine for user in people[duty.list_id]]
            stands.append(Stand(Level(level), head, mine, list(dict.fromkeys(names))))
    return stands


def _judged(
    period: Period, as_of: date, until: date, lists: Sequence[int]
) -> tuple[list[Duty], dict[int, list[DutySlot]]]:
    """Return (duties of some lists (ids), {duty id: the slots that fell due in the period: done, or behind by the day of judging})."""
    rows = issued_duties(period.year, as_of).filter(list__in=lists)
    duties = list(rows.select_related("list__organisation", "list__holder", "list__member"))
    fallen = {
        pk: [
            slot
            for slot in slots
            if counts_on(slot, period.year) in period and (slot.state in DONE or slot.behind(as_of))
        ]
        for pk, slots in duty_slots(duties, as_of=as_of, held_until=until).items()
    }
    return duties, fallen


def _level(stand: Stand) -> dict[str, Any]:
    head = stand.head
    return {
        "name": stand.label,
        "owed": head.slots,
        "done": head.fulfilled,
        "overdue": head.missed,
        "holders": head.holders,
        "duties": head.duties,
        "on_time": head.on_time,
        "late": head.late,
        "behind": head.overdue,
    }


def _level_words(levels: Sequence[dict[str, Any]]) -> list[str]:
    """The whole, then which level is behind in the largest share: never the one that merely has the most duties."""
    if not levels:
        return []
    keys = ("duties", "holders", "on_time", "late", "behind", "owed", "done")
    duties, holders, on_time, late, behind, owed, done = (sum(row[key] for row in levels) for key in keys)
    text = f"期内到期的责任 {duties} 项，涉及 {holders} 个责任主体，{on_time} 项按期"
    text += (f"，{late} 项补录或补办" if late else "") + (f"，{behind} 项逾期" if behind else "")
    texts = [f"{text}。按次计应落实 {owed} 项次，已落实 {done} 项次。"]
    if behind:
        shares = "，".join(f"{row['name']} {row['behind']}/{row['duties']}" for row in levels)
        most = max(Fraction(row["behind"], row["duties"]) for row in levels)
        worst = "、".join(row["name"] for row in levels if Fraction(row["behind"], row["duties"]) == most)
        texts.append(f"逾期责任占到期责任：{shares}；{worst}的比例最高，为 {scoring.rounded(most * 100, 0)}%。")
    return texts


def _number(points: Sequence[SyncPoint], state: SyncState) -> int:
    return sum(point.state == state for point in points)


def _title(items: dict[int, WorkItem], due: Sequence[SyncPoint]) -> str:
    if not items:
        return "期内没有重点业务环节。"
    number = len({point.item for point in due})
    text = f"{number} 项重点业务应同步 {len(due)} 个环节，同步 {_number(due, SyncState.SYNCHRONISED)} 个"
    missing = _number(due, SyncState.MISSING)
    return f"{text}，缺失 {missing} 个。" if missing else f"{text}。"


def _paragraphs(found: Seen) -> list[str]:
    if not found.items:
        return []
    due, rate = found.due, found.rate
    worst = max(
        SyncStageKind,
        key=lambda kind: sum(point.kind == kind and point.state != SyncState.SYNCHRONISED for point in due),
    )
    open_ones = sum(point.kind == worst and point.state != SyncState.SYNCHRONISED for point in due)
    text = (
        f"{SyncStageKind(worst).label}的问题最多，{open_ones} 个环节滞后或缺失。"
        if open_ones
        else "到期环节都在容许天数内同步。"
    )
    texts = [
        text,
        f"到考核的重点业务 {rate.items} 项，闭环 {rate.closed} 项。" if rate.items else "还没有重点业务到考核。",
    ]
    apart = [f"{rate.to_confirm} 个环节的佐证待确认" if rate.to_confirm else ""]
    apart.append(f"{rate.ended} 个环节因业务终止不再要求" if rate.ended else "")
    if any(apart):
        texts.append("，".join(filter(None, apart)) + "，不计入应同步。")
    return texts if rate.median_lag is None else [*texts, f"党建一侧与业务相差天数的中位数：{rate.lag_words}。"]


def _stage(kind: SyncStageKind, points: Sequence[SyncPoint]) -> dict[str, Any]:
    mine = [point for point in points if point.kind == kind]
    return {
        "name": SyncStageKind(kind).label,
        "due": sum(point.state in DUE for point in mine),
        "synchronised": _number(mine, SyncState.SYNCHRONISED),
        "lagging": _number(mine, SyncState.LAGGING),
        "missing": _number(mine, SyncState.MISSING),
        "waived": _number(mine, SyncState.WAIVED),
    }


def _problems(found: Seen) -> list[dict[str, Any]]:
    """The missing ones first, then those that lag most; carriers are called as on the day of judging."""
    due, items, day = found.due, found.items, min(found.period.last, found.as_of)
    wrong = [point for point in due if point.state in (SyncState.MISSING, SyncState.LAGGING)]
    wrong.sort(key=lambda point: (point.state != SyncState.MISSING, -(point.lag or 0), point.item))
    names = names_over_time()
    return [
        {
            "work": items[point.item].name,
            "stage": STAGE_SHORT[point.kind] + (f"（{point.name}）" if point.name else ""),
            "state": _words(point),
            "who": "、".join(str(names(place, day)) for place in point.carriers),
            "leader": items[point.item].leader_name,
            "url": f"{reverse('work_detail', args=[point.item])}#stage-{point.kind}",
        }
        for point in wrong[:PROBLEMS_SHOWN]
    ]


def _words(point: SyncPoint) -> str:
    if point.state == SyncState.MISSING:
        why = f"，有记录但不计入（{point.found}）" if point.found else ""
        return f"缺失，业务 {point.happened:%-m月%-d日}{why}"
    return f"滞后 {point.lag} 天"
