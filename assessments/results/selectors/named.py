"""What only a scheme that names it reads: targets, faults of yearly plans, of rosters and of development, milestones of campaigns, adopted
practices, care and pledges, duties one by one.
"""

from collections.abc import Collection
from datetime import date

from assessments import scoring
from assessments.facts.tree_on import parents_on
from assessments.results.selectors.caring import care_entries, pledge_entries
from assessments.results.selectors.developing import (
    DEVELOPMENT,
    DUES_FAULTS,
    MEMBER_MONTHS,
    development_entries,
    dues_entries,
    months_entries,
)
from assessments.results.selectors.learning import learning_entries
from assessments.results.selectors.scoring_items import Entry, duty_entries
from assessments.results.selectors.upward import above
from assessments.schemes.measures import DUTY
from assessments.targets.selectors.faults import PLAN_FAULTS, plan_faults
from assessments.targets.selectors.scored import DONE, NONE, OPEN, SOON, TARGET, TARGETS_ON_COURSE, Scored, scored
from branches.places.selectors.names import labels
from common.periods import Period
from common.text import quoted
from members.care.measured import CARE_ANSWERED
from members.commitments.measured import FULFILLED as PLEDGES_FULFILLED
from members.transfers.faults import ROSTER_FAULTS, roster_faults
from responsibilities.campaigns.models import CAMPAIGN_MILESTONES, CampaignMilestone
from responsibilities.campaigns.selectors.steps import steps
from responsibilities.measures import DUTIES_DONE
from responsibilities.practices.measures import adopted_in
from responsibilities.practices.models import PRACTICES_ADOPTED


def named_entries(read: set[str], period: Period, until: date, places: Collection[int], as_of: date) -> list[Entry]:
    """Return the Entries of the measures in `read` that are asked for by name, of some organisations.

    until: what came after that day counts for nothing (`counted_until`).
    """
    found: list[Entry] = []
    if CAMPAIGN_MILESTONES in read:
        found += _milestones(period, min(as_of, until), places)
    if PRACTICES_ADOPTED in read:
        found += _adoptions(period, min(as_of, until), places)
    if TARGETS_ON_COURSE in read or any(measure.startswith(TARGET) for measure in read):
        rows = scored(period, places, min(as_of, until))
        found += [entry for row in rows for entry in _of_target(row, period, as_of) if entry.measure in read]
    if PLAN_FAULTS in read:
        found += _of_plans(period, min(as_of, until), places)
    if ROSTER_FAULTS in read:
        found += _of_rosters(period, min(as_of, until), places)
    if read & DEVELOPMENT:
        found += development_entries(read, period, min(as_of, until), places)
    if DUES_FAULTS in read:
        found += dues_entries(period, min(as_of, until), places)
    if MEMBER_MONTHS in read:
        found += months_entries(period, min(as_of, until), places)
    if CARE_ANSWERED in read:
        found += care_entries(period, min(as_of, until), places)
    if PLEDGES_FULFILLED in read:
        found += pledge_entries(period, min(as_of, until), places)
    found += learning_entries(read, period, min(as_of, until), places)
    keys = {measure.removeprefix(DUTY) for measure in read if measure.startswith(DUTY)} - {
        DUTIES_DONE.removeprefix(DUTY)
    }
    if keys:
        found += duty_entries(period, until, places, as_of, keys)
    return found


def _milestones(period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Milestones that fall due in the period, as their campaign's page has them; those of nobody's campaign are none."""
    rows = CampaignMilestone.objects.filter(due__range=(period.first, period.last))
    states = {"met": scoring.MET, "met_late": scoring.MET_LATE, "overdue": scoring.OVERDUE}
    found = []
    for step in steps(rows, day, places):
        if step.due not in period:
            continue
        state, name = states.get(step.state, scoring.NOT_DUE), f"节点{quoted(step.name)}"
        item = scoring.Item(
            state,
            name,
            ("campaign", step.campaign),
            unit="个节点",
            text=f"{name}未完成，时限 {step.due:%-m月%-d日}" if state == scoring.OVERDUE else "",
            late_text=f"{name}逾期完成",
        )
        found.append(Entry(step.organisation, CAMPAIGN_MILESTONES, item, (step.activity,) if step.activity else ()))
    return found


def _adoptions(period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Adoptions found better in the period, each met at the organisation whose practice it is and at all above it."""
    rows = adopted_in(period, None, day)
    if not rows:
        return []
    tree, wanted = parents_on(min(period.last, day)), {*places}
    names = labels({row.organisation for row in rows})
    found = []
    for row in rows:
        name = f"{names[row.organisation]}采用{quoted(row.title)}"
        item = scoring.Item(scoring.MET, name, ("practice", row.practice), unit="项")
        at = (row.owner, *above(row.owner, tree))
        found += [Entry(place, PRACTICES_ADOPTED, item) for place in at if place in wanted]
    return found


_STATES = {SOON: scoring.NOT_DUE, OPEN: scoring.UNKNOWN, NONE: scoring.NOT_APPLICABLE}


def _of_target(row: Scored, period: Period, as_of: date) -> list[Entry]:
    """How far a target is, in the period in which its last day lies; and whether it is on course, in each that it runs in."""
    name, target = f"目标{quoted(row.target.name)}", ("target", row.target.pk)
    rests_on = (row.target.measure,) if row.target.measure else ()
    state = row.state_on(as_of) if row.due in period else SOON
    percent = row.standing.percent or 0
    if state == DONE:
        item = scoring.Item(
            scoring.MET if percent >= 100 else scoring.OVERDUE,
            name,
            target,
            expected=100,
            done=None if percent >= 100 else percent,
            unit="%",
            text=f"{name}完成 {percent}%" if percent < 100 else "",
            rests_on=rests_on,
        )
    else:
        item = scoring.Item(_STATES[state], name, target, unit="%", rests_on=rests_on)
    found = [Entry(row.organisation, row.measure, item)]
    if row.leaf:
        good = row.on_course
        states = {True: scoring.MET, False: scoring.OVERDUE, None: scoring.NOT_APPLICABLE}
        text = f"{name}{row.standing.state.label}" if good is False else ""
        item = scoring.Item(states[good], name, target, unit="项", text=text, rests_on=rests_on)
        found.append(Entry(row.organisation, TARGETS_ON_COURSE, item))
    return found


def _of_plans(period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Faults of the yearly plan, in the period in which its day of approval lies."""
    found = []
    for fault in plan_faults(period.year, places, day):
        if fault.due not in period:
            continue
        state = scoring.NOT_DUE if day < fault.due else scoring.OVERDUE if fault.found else scoring.MET
        target = ("target_plan", fault.plan) if fault.plan else ()
        text = fault.found if state == scoring.OVERDUE else ""
        item = scoring.Item(state, "年度计划", target, text=text, fault=fault.kind)
        found.append(Entry(fault.organisation, PLAN_FAULTS, item))
    return found


def _of_rosters(period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Who should have been transferred by the period's last day, and what was found to be kept wrongly in the period, one by one.

    Where there is nothing, nothing is owed.
    """
    found = []
    for fault in roster_faults(min(period.last, day), places, since=period.first):
        target = ("transfer", fault.transfer) if fault.transfer else ("member", fault.member)
        if fault.correction:
            target = ("correction", fault.correction)
        item = scoring.Item(scoring.OVERDUE, fault.name, target, unit="人", text=fault.words, fault=fault.kind)
        found.append(Entry(fault.organisation, ROSTER_FAULTS, item))
    return found
