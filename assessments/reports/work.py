"""The report's chapter on business work and duties: which work, which stages, which level."""

from django.urls import reverse

from branches.places.selectors.names import names_over_time
from responsibilities.duties.headline import headline
from responsibilities.duties.models import LEVEL_ORDER, Level
from responsibilities.duties.progress import DONE, duty_slots
from responsibilities.duties.slot import counts_on
from responsibilities.measures import issued_duties
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, SyncState, WorkItem
from responsibilities.work.selectors.rates import total
from responsibilities.work.stages import DUE, sync_points

# A report names the worst; all of them stand on the board of the four synchronisations.
PROBLEMS_SHOWN = 15


def work_of(period, as_of):
    """Return the chapter as plain data (shape.py), or None where there is neither business work nor a duty in the period.

    Counted from the stages whose business date and the duties whose due date lies in `period`, judged on `as_of`, of the
    whole agency; members' own duties are left out (nobody is ranked).
    """
    points = sync_points(as_of=as_of)
    mine = [point for point in points if not point.early and point.day is not None and point.day in period]
    levels = _levels(period, as_of)
    if not mine and not levels:
        return None
    items = WorkItem.objects.in_bulk({point.item for point in mine})
    due = [point for point in mine if point.state in DUE]
    return {
        "title": _title(items, due),
        "paragraphs": [*_paragraphs(items, points, mine), *_level_words(levels)],
        "stages": [_stage(kind, mine) for kind in SyncStageKind] if mine else [],
        "problems": _problems(items, due, min(period.last, as_of)),
        "levels": levels,
    }


def _levels(period, as_of):
    """What fell due at each level: duties and who holds them, then their occurrences done or behind by the day of judging."""
    duties = list(issued_duties(period.year, as_of).select_related("list__organisation", "list__holder"))
    fallen = {
        pk: [
            slot
            for slot in slots
            if counts_on(slot, period.year) in period and (slot.state in DONE or slot.behind(as_of))
        ]
        for pk, slots in duty_slots(duties, as_of=as_of).items()
    }
    rows = []
    for level in LEVEL_ORDER:
        head = headline([duty for duty in duties if duty.list.level == level], fallen, as_of)
        if head.duties:
            rows.append(
                {
                    "name": Level(level).label,
                    "owed": head.slots,
                    "done": head.fulfilled,
                    "overdue": head.missed,
                    "holders": head.holders,
                    "duties": head.duties,
                    "on_time": head.on_time,
                    "late": head.late,
                    "behind": head.overdue,
                }
            )
    return rows


def _level_words(levels):
    if not levels:
        return []
    keys = ("duties", "holders", "on_time", "late", "behind", "owed", "done")
    duties, holders, on_time, late, behind, owed, done = (sum(row[key] for row in levels) for key in keys)
    text = f"期内到期的责任 {duties} 项，涉及 {holders} 个责任主体，{on_time} 项按期"
    text += (f"，{late} 项补录或补办" if late else "") + (f"，{behind} 项逾期" if behind else "")
    if behind:
        most = max(levels, key=lambda row: row["behind"])
        text += f"；逾期的以{most['name']}最多，{most['behind']} 项"
    return [f"{text}。按次计应落实 {owed} 项次，已落实 {done} 项次。"]


def _number(points, state):
    return sum(point.state == state for point in points)


def _title(items, due):
    if not items:
        return "期内没有重点业务环节。"
    number = len({point.item for point in due})
    text = f"{number} 项重点业务应同步 {len(due)} 个环节，同步 {_number(due, SyncState.SYNCHRONISED)} 个"
    missing = _number(due, SyncState.MISSING)
    return f"{text}，缺失 {missing} 个。" if missing else f"{text}。"


def _paragraphs(items, points, mine):
    if not items:
        return []
    due = [point for point in mine if point.state in DUE]
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
    rate = total(mine, [point for point in points if point.item in items])
    texts = [
        text,
        f"到考核的重点业务 {rate.items} 项，闭环 {rate.closed} 项。" if rate.items else "还没有重点业务到考核。",
    ]
    apart = [f"{rate.to_confirm} 个环节的佐证待确认" if rate.to_confirm else ""]
    apart.append(f"{rate.ended} 个环节因业务终止不再要求" if rate.ended else "")
    if any(apart):
        texts.append("，".join(filter(None, apart)) + "，不计入应同步。")
    return texts if rate.median_lag is None else [*texts, f"党建一侧与业务相差天数的中位数：{rate.lag_words}。"]


def _stage(kind, points):
    mine = [point for point in points if point.kind == kind]
    return {
        "name": SyncStageKind(kind).label,
        "due": sum(point.state in DUE for point in mine),
        "synchronised": _number(mine, SyncState.SYNCHRONISED),
        "lagging": _number(mine, SyncState.LAGGING),
        "missing": _number(mine, SyncState.MISSING),
        "waived": _number(mine, SyncState.WAIVED),
    }


def _problems(items, due, day):
    """The missing ones first, then those that lag most; carriers are called as on `day`."""
    wrong = [point for point in due if point.state in (SyncState.MISSING, SyncState.LAGGING)]
    wrong.sort(key=lambda point: (point.state != SyncState.MISSING, -point.lag, point.item))
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


def _words(point):
    if point.state == SyncState.MISSING:
        why = f"，有记录但不计入（{point.found}）" if point.found else ""
        return f"缺失，业务 {point.happened:%-m月%-d日}{why}"
    return f"滞后 {point.lag} 天"
