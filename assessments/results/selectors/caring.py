"""What schemes read of pledges and of care, as entries to be scored: by branch, never by a person."""

from collections.abc import Collection
from datetime import date

from assessments import scoring
from assessments.facts.tree_on import parents_on
from assessments.results.selectors.scoring_items import Entry
from assessments.results.selectors.upward import above
from common.periods import Period
from members.care.measured import CARE_ANSWERED
from members.care.rules import ANSWERED, LATE, OVERDUE, is_few
from members.care.selectors.occasions import Placed, least_told, occasions
from members.commitments.measured import FULFILLED, year_counts


def care_entries(period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Return the occasions of care that fall due in a period, those of one branch, kind and day together, there and above it."""
    found: dict[tuple[int, str, date], list[str]] = {}
    by_branch: dict[int, list[Placed]] = {}
    records: dict[tuple[int, str, date], set[int]] = {}
    for one in occasions(period.first, period.last, None, day, until=day):
        occasion = one.occasion
        assert occasion.due is not None
        key = (one.branch, occasion.name, occasion.due)
        found.setdefault(key, []).append(occasion.state)
        by_branch.setdefault(one.branch, []).append(one)
        if occasion.answered is not None:
            records.setdefault(key, set()).add(occasion.answered.activity)
    if not found:
        return []
    few = {branch for branch, rows in by_branch.items() if is_few(least_told(rows))}
    tree, wanted = parents_on(min(period.last, day)), {*places}
    entries = []
    for (branch, name, due), states in sorted(found.items()):
        item = _item(name, due, states, branch, few=branch in few)
        at = (branch, *above(branch, tree))
        key = (branch, name, due)
        entries += [
            Entry(place, CARE_ANSWERED, item, tuple(sorted(records.get(key, ())))) for place in at if place in wanted
        ]
    return entries


def _item(name: str, due: date, states: list[str], branch: int, *, few: bool) -> scoring.Item:
    """few: the branch looks after so few that its reasons, which are read above it, tell no number (decision 241)."""
    done, late, missed = states.count(ANSWERED), states.count(LATE), states.count(OVERDUE)
    state = scoring.NOT_DUE
    if missed:
        state = scoring.OVERDUE
    elif done + late == len(states):
        state = scoring.MET_LATE if late else scoring.MET
    told = state in (scoring.OVERDUE, scoring.MET_LATE)
    return scoring.Item(
        state,
        name,
        ("care", branch),
        expected=len(states),
        unit="人次",
        text=f"{name}{'有' if few else ''}逾期未走访{'的' if few else f' {missed} 人次'}，时限 {due:%-m月%-d日}"
        if missed
        else "",
        late_text=f"{name}{'有补走访的' if few else f'补走访 {late} 人次'}" if late else "",
        done=done if told else None,
        late=late if told else None,
    )


def pledge_entries(period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Return how the pledges of a year were kept, in the period in which its last day lies."""
    last = date(period.year, 12, 31)
    if last not in period:
        return []
    entries = []
    for place, _, kept, owed, partly, open_ in year_counts(period.year, places, day):
        if not owed:
            continue
        missed, state = owed - kept, scoring.NOT_DUE
        if day > last:
            state = scoring.OVERDUE if missed else scoring.MET_LATE if partly else scoring.MET
        words = f"承诺 {owed} 项，兑现 {kept - partly} 项，部分兑现 {partly} 项，未兑现 {missed} 项"
        told = state in (scoring.OVERDUE, scoring.MET_LATE)
        item = scoring.Item(
            state,
            "承诺践诺",
            ("commitments", period.year, place),
            expected=owed,
            unit="项",
            text=words + (f"，其中 {open_} 项没有说明" if open_ else "") if missed and state == scoring.OVERDUE else "",
            late_text=f"承诺部分兑现 {partly} 项" if partly else "",
            done=kept - partly if told else None,
            late=partly if told else None,
        )
        entries.append(Entry(place, FULFILLED, item))
    return entries
