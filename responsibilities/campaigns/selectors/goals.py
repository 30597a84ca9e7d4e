"""Goals of a campaign with their bars: records that are counted, or a measure before and since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from branches.places.models.organisations import Organisation
from common import clock
from responsibilities.campaigns.figures import PERCENT, Change, changes, compared, measure_names, span_words
from responsibilities.campaigns.models import Campaign, CampaignGoal
from responsibilities.campaigns.rules import Held
from responsibilities.campaigns.selectors.steps import Pair

# Share of what was planned by which a goal may lag.
TOLERANCE = Decimal("0.1")


@dataclass(frozen=True)
class GoalBar:
    """A goal with its value, None where it is unknown. share: 0–100. state: key of a chip.

    before: of a measure, over as many months right before the first day; None where it is unknown, or records are counted.
    name: of the measure. months: between which months (as written, the first and the last) `before` and `value` are read.
    """

    row: CampaignGoal
    value: Decimal | None
    share: int
    state: str
    before: Decimal | None = None
    name: str = ""
    months: tuple[str, str] = ("", "")


def goal_bars(
    campaign: Campaign, held: Mapping[Pair, Mapping[int, Held]], taking: Mapping[int, Organisation], gone: int
) -> list[GoalBar]:
    """Return the bars of a campaign's goals; the measures among them are read in one statement.

    held: records that count for those that take part (`taking`, by id); gone: 0–100, of its days.
    """
    goals = list(campaign.goals.all())
    measured = [row for row in goals if row.measure]
    last = min(campaign.last_day, clock.today())
    found = changes([row.measure for row in measured], _tops(taking), campaign.starts, last)
    before, since = compared(campaign.starts, last)
    spans = span_words(before), span_words(since)
    by_goal = {row.pk: change for row, change in zip(measured, found, strict=True)}
    names = measure_names()
    return [
        replace(_measured(row, by_goal[row.pk], gone), name=names.get(row.measure, ""), months=spans)
        if row.measure
        else _counted(row, held, taking, gone)
        for row in goals
    ]


def _tops(taking: Mapping[int, Organisation]) -> list[int]:
    """Return those that take part and stand below no other: a fact speaks of an organisation and all below it."""
    places = taking.values()
    return [one.pk for one in places if not any(above.pk != one.pk and above.contains(one) for above in places)]


def _measured(row: CampaignGoal, change: Change, gone: int) -> GoalBar:
    if change.after is None:
        return GoalBar(row, None, 0, "unknown", change.before)
    # A rate is compared with what is planned itself, not with the time that has passed.
    bar = _bar(row, change.after, 100 if row.unit == PERCENT else gone)
    return replace(bar, before=change.before)


def _counted(row: CampaignGoal, held: Mapping[Pair, Mapping[int, Held]], taking: Collection[int], gone: int) -> GoalBar:
    if not row.kinds:
        return GoalBar(row, None, 0, "unknown")
    own = {
        pk
        for (_, place), rows in held.items()
        if place in taking
        for pk, one in rows.items()
        if one.kinds & {*row.kinds}
    }
    return _bar(row, Decimal(len(own)), gone)


def _bar(row: CampaignGoal, value: Decimal, wanted: int) -> GoalBar:
    """Return the bar of a value. wanted: how much of what is planned should be there by now, in percent."""
    share = min(100, round(100 * value / row.planned))
    behind = value < row.planned * (Decimal(wanted) / 100 - TOLERANCE)
    return GoalBar(row, value, share, "met" if value >= row.planned else "target_behind" if behind else "on_course")
