"""One duty's chain both ways, and what proves it over the year."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.http import urlencode

from branches.places.models.organisations import tree_order
from common import clock
from common.operator import Actor
from members.activities.models import Activity
from responsibilities.duties.kept import keeper
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyReport, Level, ListState, ReportState
from responsibilities.duties.progress import Progress, progress
from responsibilities.duties.selectors.board import Board
from responsibilities.duties.selectors.crowds import MANY, Crowd, crowds_of, join_crowds
from responsibilities.duties.selectors.wording import CARD_OF, CARDS, OPTIONAL, chip, standing
from responsibilities.duties.slot import ACCEPTED, CLOSED, DONE, OPEN, REPORTED, STATE_NAMES, UNJUDGED, DutySlot, Slots
from responsibilities.duties.tallies import Tallies, key_of

DEEPEST = len(LEVEL_ORDER)
_READ = ("list__organisation", "list__holder", "list__member__account")
# Rows of these levels are a person's own: nobody else reads so much as their wording.
PERSONAL = (Level.LEADER, Level.MEMBER)


Ids = list[int]
# Levels to look at, None for all.
Levels = Sequence[Level] | None
Children = Callable[[Ids, Levels], list[Duty]]


@dataclass
class Family:
    """The duties of one chain.

    above: from the nearest up; below; beside: of levels that would else be missing, they serve one of `above`. visible: ids
    that the user may read; hidden: number of leaders' duties beside that he may not read. crowds: of levels at which so many
    belong to it that they are counted, not listed. kept: {id: Progress} of those whose slots are not judged for the page.
    """

    above: list[Duty]
    below: list[Duty]
    beside: list[Duty]
    visible: set[int]
    hidden: int = 0
    crowds: dict[str, Crowd] = field(default_factory=dict)
    kept: dict[int, Progress] = field(default_factory=dict)

    def readable(self, duty: Duty) -> list[Duty]:
        """Return the duty and its relatives that the user may read."""
        return [duty, *(row for row in [*self.above, *self.below, *self.beside] if row.pk in self.visible)]


def relatives(duty: Duty, user: Actor) -> Family:
    """Return the Family of a duty (with its list), one statement for each step. Drafts are left out.

    The duty that it serves is taken from it where it has been read with it.
    """

    crowds: dict[str, Crowd] = {}

    def children(ids: Ids, levels: Levels) -> list[Duty]:
        rows = Duty.objects.visible_to(user).filter(serves__in=ids, list__state=ListState.ISSUED)
        if levels is not None:
            rows = rows.filter(list__level__in=levels)
        listed = rows.select_related(*_READ).order_by(*tree_order("list__organisation__"), "pk")
        found = list(listed[: MANY + 1])
        if len(found) <= MANY and not any(row.list.level in crowds for row in found):
            return found
        large = crowds_of(rows, Duty.objects.visible_to(user), duty.list.year, crowds)
        join_crowds(crowds, large)
        return list(listed.exclude(list__level__in=list(large)))

    served = duty.serves if duty.serves_id and "serves" in duty._state.fields_cache else None
    known = {served.pk: served} if served else {}
    family = _walk(duty, known, children, lambda tops: _leaders(tops, user))
    ids = [row.pk for row in family.above]
    family.visible |= set(Duty.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    family.crowds = crowds
    # What was listed before its level turned out to be a crowd joins it.
    early = [row.pk for row in family.below if row.list.level in crowds]
    if early:
        join_crowds(crowds, crowds_of(Duty.objects.filter(pk__in=early), None, duty.list.year, crowds))
        family.below = [row for row in family.below if row.list.level not in crowds]
    return family


def of_board(duty: Duty, user: Actor, board: Board) -> Family:
    """Return the same Family out of a Board of the user, without asking the database for what it holds."""
    by_parent: dict[int | None, list[Duty]] = {}
    for row in board.all:
        by_parent.setdefault(row.serves_id, []).append(row)

    def children(ids: Ids, levels: Levels) -> list[Duty]:
        rows = [row for pk in ids for row in by_parent.get(pk, ())]
        return rows if levels is None else [row for row in rows if row.list.level in levels]

    def leaders(tops: Ids) -> list[Duty]:
        if board.others.get(Level.LEADER):
            return _leaders(tops, user)
        rows = children(tops, [Level.LEADER])
        for row in rows:
            row.mine = True
        return rows

    family = _walk(duty, board.by_pk, children, leaders)
    family.visible |= {row.pk for row in family.above if row.pk in board.by_pk}
    return family


def take_kept(duty: Duty, family: Family, as_of: date, known: Mapping[int, Tallies]) -> list[Duty]:
    """Note in the family how those of upper lists stand as it is kept; return the duty and the others that the user reads.

    known: {list id: Tallies} of those that the caller has read. Upper lists look at all that lies below them: beside a duty
    their state is worth no such reading.
    """
    keep, others = keeper(), family.readable(duty)[1:]
    upper = [row for row in others if row.list.level not in (Level.GENERAL_BRANCH, Level.BRANCH, Level.MEMBER)]
    missing = sorted({row.list_id for row in upper if row.list_id not in known})
    found = {**known, **keep.of_lists(duty.list.year, missing)} if keep and missing else known
    for row in upper:
        tally = found[row.list_id].keys.get(key_of(row)) if row.list_id in found else None
        if tally is not None:
            family.kept[row.pk] = tally.progress(as_of)
    return [duty, *(row for row in others if row.pk not in family.kept)]


def _walk(duty: Duty, known: Mapping[int, Duty], children: Children, leaders_of: Callable[[Ids], list[Duty]]) -> Family:
    """Walk the chain of a duty both ways; what `relatives` and `of_board` have in common.

    known: {id: Duty} at hand. children: (ids, levels or None for all) → the issued duties that serve them and that the
    user may read. leaders_of: ids → the leaders' duties that serve them, each with `mine`: whether he may read it.
    """
    above: list[Duty] = []
    here = duty
    while here.serves_id and len(above) < DEEPEST:
        here = known.get(here.serves_id) or Duty.objects.select_related(*_READ).get(pk=here.serves_id)
        if here.list.state == ListState.ISSUED:
            above.append(here)
    below = _down([duty.pk], children, None)
    tops = [row.pk for row in above]
    there = {CARD_OF[row.list.level] for row in [duty, *above, *below]}
    missing = [level for card, levels, _ in CARDS for level in levels if card not in there and card not in OPTIONAL]
    leaders = leaders_of(tops) if tops and Level.LEADER in missing else []
    open_ones = [row for row in leaders if row.mine]
    others = [level for level in missing if level != Level.LEADER]
    beside = open_ones + (_down([*tops, *(row.pk for row in open_ones)], children, others) if tops and others else [])
    visible = {row.pk for row in [duty, *below, *beside]}
    return Family(above, below, beside, visible, len(leaders) - len(open_ones))


def _leaders(tops: Ids, user: Actor) -> list[Duty]:
    """Return the leaders' duties that serve one of `tops`, each with `mine`: whether the user may read it."""
    readable = Exists(Duty.objects.visible_to(user).filter(pk=OuterRef("pk")))
    rows = Duty.objects.filter(serves__in=tops, list__state=ListState.ISSUED, list__level=Level.LEADER)
    rows = rows.annotate(readable=readable).select_related(*_READ)
    leaders = list(rows.order_by(*tree_order("list__organisation__"), "pk"))
    for row in leaders:
        row.mine = row.readable
    return [*leaders]


def _down(ids: Ids, children: Children, levels: Levels) -> list[Duty]:
    found: list[Duty] = []
    there: set[int] = set()
    for _ in range(DEEPEST):
        rows = [row for row in children(ids, levels) if row.pk not in there] if ids else []
        if not rows:
            break
        found += rows
        ids = [row.pk for row in rows]
        there.update(ids)
    return found


def chain(duty: Duty, family: Family, slots: Slots, as_of: date) -> list[dict[str, Any]]:
    """Return the lines of the chain from the top level down; a level without a duty says so (一级抓一级).

    family: the Family of the duty. slots: {duty id: [DutySlot]} of what the user may read. Each line: {"level", "name",
    "text", "url", "state", "word", "here", "missing", "parts": the single duties where there are several}.
    """
    by_card: dict[Level, list[Duty]] = {}
    for row in [*reversed(family.above), duty, *family.below, *family.beside]:
        by_card.setdefault(CARD_OF[row.list.level], []).append(row)
    lines: list[dict[str, Any]] = []
    for card, _, name in CARDS:
        rows = by_card.get(card, [])
        hidden = family.hidden if card == Level.LEADER else 0
        crowd = family.crowds.get(card)
        if card in OPTIONAL and not rows and crowd is None:
            continue
        if crowd is not None:
            lines.append(_crowd(name, crowd))
        if not rows and not hidden and crowd is None:
            lines.append({"level": name, "missing": True, "text": "这一级没有对应的责任", "state": "", "here": False})
        elif card in (Level.GENERAL_BRANCH, Level.BRANCH, Level.MEMBER) and len(rows) > 1:
            lines.append(_many(name, rows, slots, as_of, duty, family))
        else:
            lines += [_line(row, duty, family, slots, as_of) for row in rows]
        if hidden:
            lines.append(_hidden(name, hidden))
    return lines


def _crowd(name: str, crowd: Crowd) -> dict[str, Any]:
    """The line of more duties than are listed: how many lists, on how many of them something is past its date."""
    chosen = [("year", str(crowd.year)), ("level", crowd.level)] + ([("template", crowd.key)] if crowd.key else [])
    query = urlencode(chosen)
    unit = "名" if crowd.level == Level.MEMBER else "个"
    late = crowd.behind
    state = crowd.tally.progress().state if crowd.tally.owed else ""
    return {
        "level": name,
        "name": f"{crowd.lists} {unit}",
        "text": "、".join(crowd.texts),
        "url": f"{reverse('duty_list')}?{query}",
        "here": False,
        "missing": False,
        "state": state,
        "word": f"{late} {unit}逾期" if late else ("" if state in DONE else STATE_NAMES.get(state, "")),
        "kind": _kind(crowd.tally.progress()) if state else "",
    }


def _hidden(name: str, number: int) -> dict[str, Any]:
    """The line of leaders' duties that the user may not read: that they are there, and no word of them."""
    text = "一项责任" if number == 1 else f"{number} 项责任"
    blank = {"name": "", "url": "", "here": False, "missing": False, "state": "", "word": "", "kind": ""}
    return {"level": name, "text": text, **blank}


def _line(row: Duty, duty: Duty, family: Family, slots: Slots, as_of: date) -> dict[str, Any]:
    readable = row.pk in family.visible and (row.pk in slots or row.pk in family.kept)
    personal = row.list.level in PERSONAL and row.pk not in family.visible
    line = {
        "level": row.list.get_level_display(),
        "name": "" if personal else row.list.holder_name,
        "text": "一项责任" if personal else row.text,
        "url": reverse("duty_detail", args=[row.pk]) if readable else "",
        "here": row.pk == duty.pk,
        "missing": False,
        "state": "",
        "word": "",
        "kind": "",
    }
    if readable:
        found = family.kept.get(row.pk) or progress(slots[row.pk], as_of)
        line["state"], line["word"] = chip(found, slots.get(row.pk, ()), as_of)
        line["kind"] = _kind(found)
        if found.state in (CLOSED, ACCEPTED, REPORTED):
            line["word"] = ""
    return line


def _kind(found: Progress) -> str:
    if found.overdue:
        return "bad"
    return "ok" if found.state in DONE and found.state != UNJUDGED else ""


def _many(name: str, rows: list[Duty], slots: Slots, as_of: date, duty: Duty, family: Family) -> dict[str, Any]:
    mine = [slot for row in rows for slot in slots.get(row.pk, [])]
    total = progress(mine, as_of)
    late = len({row.list_id for row in rows if progress(slots.get(row.pk, []), as_of).overdue})
    unit = "名" if rows[0].list.level == Level.MEMBER else "个"
    state, word = chip(total, (), as_of)
    if (stands := standing(total, mine)) != total.state:
        state, word = stands, STATE_NAMES[stands]
    lists = {row.list_id for row in rows}
    return {
        "level": name,
        "name": f"{len(lists)} {unit}",
        "text": "、".join(dict.fromkeys(row.text for row in rows)),
        "url": "",
        "here": duty in rows,
        "missing": False,
        "state": state,
        "word": f"{late} {unit}逾期" if late else ("" if total.state in DONE else word),
        "kind": _kind(total),
        "parts": [_line(row, duty, family, slots, as_of) for row in rows],
    }


def timeline(
    duty: Duty, slots: list[DutySlot], user: Actor, as_of: date | None = None, limit: int = 12
) -> list[dict[str, Any]]:
    """Return items for c-timeline: records that prove it, what was reported, dates missed, the next date; newest last.

    Only records that `user` may read are named; the others are counted in the slot's own words.
    """
    as_of = as_of or clock.today()
    proving = {pk for slot in slots for pk in slot.records}
    readable = Activity.objects.visible_to(user).filter(pk__in=proving).prefetch_related("kinds")
    records = list(readable.order_by("-day")[:limit])
    named = {row.pk for row in records}
    items: list[dict[str, Any]] = [
        {
            "when": row.day,
            "title": row.title or row.kinds_label,
            "note": row.kinds_label if row.title else "",
            "url": reverse("activity_detail", args=[row.pk]),
        }
        for row in records
    ]
    for slot in slots:
        if slot.report is not None:
            items.append(_reported(slot, slot.report))
        elif slot.state in DONE and named.isdisjoint(slot.records):
            items.append({"when": slot.due, "title": slot.name, "note": slot.said, "url": slot.url})
    missed = [slot for slot in slots if slot.behind(as_of)]
    items += [
        {"when": slot.due, "title": f"{slot.name}到期，未落实", "note": slot.said, "url": slot.url, "kind": "missed"}
        for slot in missed[-limit:]
    ]
    following = min(
        (slot for slot in slots if slot.state == OPEN), key=lambda slot: (slot.waits(as_of), slot.due), default=None
    )
    items = sorted(
        items, key=lambda item: clock.day_of(item["when"]) if hasattr(item["when"], "hour") else item["when"]
    )
    items = items[-limit:]
    if following is not None:
        items.append(_following(following, as_of))
    return items


def _following(slot: DutySlot, as_of: date) -> dict[str, Any]:
    left = (slot.due - as_of).days
    if slot.waits(as_of):
        return {"when": slot.due, "title": slot.name, "note": slot.said, "url": slot.url, "kind": "future"}
    if left > 0:
        return {"when": slot.due, "title": f"{slot.name}到期", "note": f"还有 {left} 天", "kind": "future"}
    return {"when": slot.due, "title": f"{slot.name}今天到期", "note": slot.said, "kind": "future"}


def _reported(slot: DutySlot, report: DutyReport) -> dict[str, Any]:
    words = {
        ReportState.REPORTED: "已报告",
        ReportState.ACCEPTED: "已报告（无上级审核）" if report.no_reviewer else "报告已通过",
        ReportState.RETURNED: "报告已退回",
        ReportState.CONFIRMED: "已确认办结",
    }
    return {
        "when": report.reported_at,
        "title": f"{slot.name}{words[ReportState(report.state)]}" + ("（迟报）" if report.late else ""),
        "note": report.text or slot.said,
        "who": report.reporter,
        "url": reverse("paper_download", args=[report.paper_id]) if report.paper_id else "",
        "kind": "missed" if report.state == ReportState.RETURNED else "",
    }
