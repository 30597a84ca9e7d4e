"""The secretary's workbench: exact at this second, from the same functions that facts and scores are made of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from assessments.home.selectors.tasks import Group
from assessments.home.selectors.waiting import OPEN_DRAFTS, corrections_in_hand, records_in_hand
from branches.places.models.organisations import Kind, Organisation
from branches.places.selectors.names import labels
from branches.rulebook import rule, short_citation
from common import clock
from common.periods import MONTH, QUARTER, Period
from common.together import Rows
from members.activities.models import ActivityState, RevisionState
from responsibilities.requirements.addresses import record_url, requirement_url, requirements_url
from responsibilities.requirements.models import OVERDUE_RETURNED
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import COUNTED_RULES
from responsibilities.requirements.selectors import (
    Requirement,
    YearOfBranch,
    cell_state,
    days_of,
    found_words,
    requirement_name,
)


@dataclass
class Line:
    """One requirement as the workbench shows it."""

    row: Requirement
    name: str
    days: int | None
    state: str
    basis: str
    note: str
    url: str
    new: str

    @property
    def late(self) -> bool:
        """Whether its day has passed, also where a chip says that a record of it was returned."""
        return self.row.state == State.OVERDUE


def line_of(row: Requirement, own: Organisation, names: dict[int, str]) -> Line:
    """Return the Line of a requirement; a small group's carries its name when `own` is the branch."""
    group = "" if row.organisation == own.pk else f"{names[row.organisation]}"
    return Line(
        row=row,
        name=f"{group}{requirement_name(row)}",
        days=days_of(row),
        state=cell_state(row),
        basis=f"{short_citation(rule(row.rule))} · {row.row.frequency()}",
        note=_note(row),
        url=requirement_url(row.organisation, row.rule, row.period),
        new=record_url(row.organisation, row.row.kinds[0], row.period),
    )


def _note(row: Requirement) -> str:
    if row.row.counts_members:
        return f"已谈 {row.done} 人，还差 {row.expected - row.done} 人"
    if row.returned:
        return "有一条记录被退回，修改后重报即可"
    if row.found and not row.done:
        return found_words(row)
    if row.state == State.OVERDUE:
        return "已开展请补录，未开展请补办或写明原因"
    return ""


def workbench(organisation: Organisation, since: date, year: YearOfBranch, waiting: Mapping[str, Rows]) -> dict:
    """Return the page data of one branch or small group for its own secretary or leader.

    year: what it owes this year. waiting: of `waiting_at`.

    since: the day from which he answers for it. What fell due before last month, or before that day and this month (his
    predecessor's), stands apart as `older`, so that his page begins with what he can still do in time; `overdue` counts
    all that fell due since he answers for it.
    """
    today = clock.today()
    quarter, month = Period.containing(QUARTER, today), Period.containing(MONTH, today)
    rows = year.rows
    if organisation.kind == Kind.SMALL_GROUP:
        rows = [row for row in rows if row.organisation == organisation.pk]
    names = {row.organisation: "" for row in rows}
    names.update(_short_names(organisation, names))
    due = [
        row
        for row in rows
        if row.state == State.OVERDUE or (row.state in (State.DUE_SOON, State.NOT_DUE) and row.due in month)
    ]
    due.sort(key=lambda row: (row.state != State.OVERDUE, row.due, row.organisation))
    began = max(month.previous().first, min(since, month.first))
    older = [row for row in due if row.due < began]
    his = [row for row in due if row.due >= min(since, month.first)]
    due = due[len(older) :]
    this_quarter = [row for row in rows if row.due in quarter or row.period.within(quarter)]
    return {
        "due": [line_of(row, organisation, names) for row in due],
        "older": [line_of(row, organisation, names) for row in older],
        # From when he answers, where that explains why it stands apart.
        "since": since if since > month.previous().first else None,
        "overdue": sum(row.state == State.OVERDUE for row in his),
        "coming": sum(row.state != State.OVERDUE for row in due),
        "done_this_month": sum(row.state in (State.MET, State.MET_LATE) and row.period.within(month) for row in rows),
        "strip": _strip(this_quarter),
        "quarter": quarter,
        "owed": sum(row.applies for row in this_quarter),
        "met": sum(row.state in (State.MET, State.MET_LATE) for row in this_quarter),
        **_in_hand(organisation, waiting),
        "notices": [
            {"text": text, "url": url, "sender": name or account, "sent": sent}
            for text, url, name, account, sent in waiting["notices"]
        ],
    }


def _in_hand(organisation: Organisation, waiting: Mapping[str, Rows]) -> dict:
    """Return the records that wait for their writers: returned, drafts, corrections, invitations of others."""
    records, corrections = records_in_hand(waiting["records"]), corrections_in_hand(waiting["corrections"])
    return {
        "returned": [record for record in records if record.state == ActivityState.RETURNED],
        "drafts": [record for record in records if record.state in OPEN_DRAFTS],
        "corrections": [row for row in corrections if row.state == RevisionState.DRAFT],
        "corrections_returned": [row for row in corrections if row.state == RevisionState.RETURNED],
        "invitations": [
            record
            for record in records
            if record.organisation_id != organisation.pk and record.organisation.parent_id != organisation.pk
        ],
    }


def _short_names(organisation: Organisation, ids: Collection[int]) -> dict[int, str]:
    found = labels([pk for pk in ids if pk != organisation.pk]) if len(ids) > 1 else {}
    return {pk: name.removeprefix(str(organisation)) for pk, name in found.items()}


def _strip(rows: list[Requirement]) -> list[dict]:
    """One entry for each rule of the quarter with a mark for each period; groups of a branch are drawn together."""
    strip = []
    for kind in COUNTED_RULES:
        mine = [row for row in rows if row.rule == kind.rule]
        if not mine:
            continue
        marks = []
        for period in sorted({row.period for row in mine}):
            here = [row for row in mine if row.period == period]
            worst = min(here, key=lambda row: _RANK[row.state])
            done = sum(row.state in (State.MET, State.MET_LATE) for row in here)
            text = period.short() if period.kind == MONTH else ""
            if kind.counts_members and worst.applies:
                text = f"{worst.done}/{worst.expected}人"
            elif period.kind != MONTH:
                words: dict[str, str] = {State.NOT_DUE: f"{worst.due:%-m月%-d日}前", State.NOT_APPLICABLE: "不适用"}
                text = words.get(worst.state, worst.word if cell_state(worst) == State.MET_LATE else "")
            marks.append(
                {
                    "state": cell_state(worst),
                    "text": text,
                    "url": requirement_url(worst.organisation, worst.rule, period)
                    if len(here) == 1
                    else requirements_url(kind.rule, period),
                    "note": f"{done}/{len(here)}" if len(here) > 1 else "",
                }
            )
        urgent = any(mark["state"] in _URGENT for mark in marks)
        strip.append({"name": kind.short, "frequency": kind.frequency(), "marks": marks, "urgent": urgent})
    return strip


_URGENT = (State.OVERDUE, OVERDUE_RETURNED, State.DUE_SOON, ActivityState.RETURNED)


def folds(data: dict, groups: list[Group]) -> dict[str, int]:
    """Return how much of each panel waits below its first lines on the phone (c-fold). groups: the tasks beside."""
    items = ("returned", "corrections_returned", "invitations", "drafts", "corrections")
    return {
        "due": max(0, len(data["due"]) - 2),
        "strip": sum(not entry["urgent"] for entry in data["strip"]),
        "drafts": max(0, sum(len(data[name]) for name in items) - 1),
        "notices": max(0, len(data["notices"]) - 1),
        "tasks": sum(group.total for group in groups[1:]),
    }


_RANK: dict[str, int] = {
    state: place
    for place, state in enumerate(
        (State.OVERDUE, State.DUE_SOON, State.NOT_DUE, State.MET_LATE, State.MET, State.EXEMPT, State.NOT_APPLICABLE)
    )
}
