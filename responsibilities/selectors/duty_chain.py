"""One duty's chain both ways, and what proves it over the year."""

from branches import clock
from members.models import Activity
from responsibilities.duty_progress import progress
from responsibilities.duty_slot import ACCEPTED, CLOSED, DONE, OPEN, REPORTED
from responsibilities.models import LEVEL_ORDER, Duty, Level, ListState
from responsibilities.selectors.duty_names import CARD_OF, CARDS, chip

DEEPEST = len(LEVEL_ORDER)
_READ = ("list__organisation", "list__holder", "list__member__account")
# Rows of these levels are a person's own: nobody else reads so much as their wording.
PERSONAL = (Level.LEADER, Level.MEMBER)


def relatives(duty, user):
    """Return (duties above from the nearest up, duties below, ids that `user` may read), one statement for each step.

    duty: with its list. Drafts are left out.
    """
    above, here = [], duty
    while here.serves_id and len(above) < DEEPEST:
        here = Duty.objects.select_related(*_READ).get(pk=here.serves_id)
        if here.list.state == ListState.ISSUED:
            above.append(here)
    below, level = [], [duty.pk]
    for _ in range(DEEPEST):
        rows = Duty.objects.visible_to(user).filter(serves__in=level, list__state=ListState.ISSUED)
        found = list(rows.select_related(*_READ).order_by("list__organisation__lft", "pk"))
        if not found:
            break
        below += found
        level = [row.pk for row in found]
    seen = set(Duty.objects.visible_to(user).filter(pk__in=[row.pk for row in above]).values_list("pk", flat=True))
    return above, below, seen | {row.pk for row in below} | {duty.pk}


def of_board(duty, board):
    """Return the same as `relatives` out of a Board, without asking the database for what it holds."""
    above, here = [], duty
    hidden = set()
    while here.serves_id and len(above) < DEEPEST:
        upper = board.by_pk.get(here.serves_id)
        if upper is None:
            upper = Duty.objects.select_related(*_READ).get(pk=here.serves_id)
            hidden.add(upper.pk)
        here = upper
        if here.list.state == ListState.ISSUED:
            above.append(here)
    children = {}
    for row in board.all:
        children.setdefault(row.serves_id, []).append(row)
    below, level = [], [duty.pk]
    for _ in range(DEEPEST):
        level = [row for pk in level for row in children.get(pk, ())]
        below += level
        level = [row.pk for row in level]
    return above, below, {row.pk for row in [duty, *above, *below]} - hidden


def chain(duty, relatives, slots, as_of=None):
    """Return the lines of the chain from the top level down; a level without a duty says so (一级抓一级).

    relatives: as from the function above. slots: {duty id: [DutySlot]} of what the user may read. Each line: {"level", "name",
    "text", "url", "state", "word", "here", "missing", "parts": the single duties where there are several}.
    """
    as_of = as_of or clock.today()
    above, below, seen = relatives
    by_card = {}
    for row in [*reversed(above), duty, *below]:
        by_card.setdefault(CARD_OF[row.list.level], []).append(row)
    lines = []
    for card, _, name in CARDS:
        rows = by_card.get(card, ())
        if not rows:
            lines.append({"level": name, "missing": True, "text": "这一级没有对应的责任", "state": "", "here": False})
        elif card in (Level.BRANCH, Level.MEMBER) and len(rows) > 1:
            lines.append(_many(name, rows, slots, as_of, duty))
        else:
            lines += [_line(row, duty, seen, slots, as_of) for row in rows]
    return lines


def _line(row, duty, seen, slots, as_of):
    readable = row.pk in seen and row.pk in slots
    personal = row.list.level in PERSONAL and not readable
    line = {
        "level": row.list.get_level_display(),
        "name": "" if personal else row.list.holder_name,
        "text": "一项责任" if personal else row.text,
        "url": f"/duties/{row.pk}/" if readable else "",
        "here": row.pk == duty.pk,
        "missing": False,
        "state": "",
        "word": "",
        "kind": "",
    }
    if readable:
        found = progress(slots[row.pk], as_of)
        line["state"], line["word"] = chip(found, slots[row.pk], as_of)
        line["kind"] = _kind(found)
        if found.state in (CLOSED, ACCEPTED, REPORTED):
            line["word"] = ""
    return line


def _kind(found):
    if found.overdue:
        return "bad"
    return "ok" if found.state in DONE else ""


def _many(name, rows, slots, as_of, duty):
    total = progress([slot for row in rows for slot in slots.get(row.pk, ())], as_of)
    late = len({row.list_id for row in rows if progress(slots.get(row.pk, ()), as_of).overdue})
    unit = "名" if rows[0].list.level == Level.MEMBER else "个"
    state, word = chip(total, (), as_of)
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
        "parts": [_line(row, duty, {row.pk}, slots, as_of) for row in rows],
    }


def timeline(duty, slots, user, as_of=None, limit=12):
    """Return items for c-timeline: records that prove it, what was reported, dates missed, the next date; newest last.

    Only records that `user` may read are named; the others are counted in the slot's own words.
    """
    as_of = as_of or clock.today()
    wanted = {pk for slot in slots for pk in slot.records}
    records = Activity.objects.visible_to(user).filter(pk__in=wanted).prefetch_related("kinds").order_by("-day")[:limit]
    items = [
        {
            "when": row.day,
            "title": row.title or row.kinds_label,
            "note": row.kinds_label if row.title else "",
            "url": f"/activities/{row.pk}/",
        }
        for row in records
    ]
    for slot in slots:
        if slot.report is not None:
            items.append(_reported(slot))
        elif slot.state in DONE and not slot.records:
            items.append({"when": slot.due, "title": slot.name, "note": slot.text, "url": slot.url})
    missed = [slot for slot in slots if slot.behind(as_of)]
    items += [
        {"when": slot.due, "title": f"{slot.name}到期，未落实", "note": slot.text, "url": slot.url, "kind": "bad"}
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


def _following(slot, as_of):
    left = (slot.due - as_of).days
    if slot.waits(as_of):
        return {"when": slot.due, "title": slot.name, "note": slot.text, "url": slot.url, "kind": "fu"}
    if left > 0:
        return {"when": slot.due, "title": f"{slot.name}到期", "note": f"还有 {left} 天", "kind": "fu"}
    return {"when": slot.due, "title": f"{slot.name}今天到期", "note": slot.text, "kind": "fu"}


def _reported(slot):
    report = slot.report
    words = {"reported": "已报告", "accepted": "报告已通过", "returned": "报告已退回", "confirmed": "已确认办结"}
    return {
        "when": report.reported_at,
        "title": f"{slot.name}{words[report.state]}" + ("（迟报）" if report.late else ""),
        "note": report.text or slot.text,
        "who": report.reported_by.name if report.reported_by else "",
        "url": f"/papers/{report.paper_id}/" if report.paper_id else "",
        "kind": "bad" if report.state == "returned" else "",
    }
