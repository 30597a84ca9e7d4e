"""Milestones for each that takes part: done by which record or said by hand, late, overdue. The one place that reckons it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from branches.places.models.organisations import Kind
from branches.settings.start import agency_start
from common import clock
from responsibilities.campaigns.models import (
    COUNTED,
    CampaignMilestone,
    CampaignRecord,
    MilestoneResult,
    Participation,
    ParticipationSource,
)
from responsibilities.campaigns.rules import NEAR, Asked, Held, closed_by, kind_words, milestone_state

# (campaign, organisation)
Pair = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """One milestone of one organisation. state: met, met_late, overdue, due_soon, not_due. activity: what closed it, or None."""

    milestone: int
    campaign: int
    organisation: int
    name: str
    due: date
    state: str
    done_on: date | None = None
    activity: int | None = None
    said: str = ""
    # The day on which it was said, where that is after the due date.
    entered: date | None = None
    # The kinds of record that alone close it; none: it may be said by hand.
    kinds: tuple[str, ...] = ()

    @property
    def closes(self) -> str:
        """Return 「主题党日或党课」, the kinds of record that alone close it; "" where it may be said by hand."""
        return kind_words(self.kinds)

    @property
    def words(self) -> str:
        """Return what was said of it, with the day on which that was said too late."""
        return f"{clock.in_words(self.entered)}补登：{self.said}" if self.entered is not None else self.said

    @property
    def done(self) -> bool:
        return self.done_on is not None


@dataclass(frozen=True)
class Span:
    """Between which days what falls due is owed by an organisation, and its records count. ends: None while it takes part."""

    starts: date
    ends: date | None

    def holds(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


def spans_of(campaigns: Any, organisations: Collection[int] | None = None) -> dict[Pair, Span]:
    """Return {(campaign, organisation): from its first joining to its last leaving}, and NEAR days beyond that.

    Who leaves still owes what was near then, and who joins again owes what fell due meanwhile: otherwise leaving on the eve of
    a milestone would take away that it was missed. An organisation that was archived ends on that day, a project of its own
    with its decision.
    """
    rows = Participation.objects.taken().filter(campaign__in=campaigns).order_by("starts", "pk")
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    found: dict[Pair, Span] = {}
    for campaign, place, source, starts, ends, archived in rows.values_list(
        "campaign", "organisation", "source", "starts", "ends", "organisation__archived_on"
    ):
        last = ends or date.max
        if ends is not None and source != ParticipationSource.OWN:
            last = ends + timedelta(days=NEAR)
        before = found.get((campaign, place))
        if before is not None:
            starts, last = before.starts, max(last, before.ends or date.max)
        last = min(last, archived or date.max)
        found[campaign, place] = Span(starts, None if last == date.max else last)
    return found


def held_in(campaigns: Any, as_of: date, organisations: Collection[int] | None = None) -> dict[Pair, dict[int, Held]]:
    """Return {(campaign, organisation): {record: Held}} of the tied records that count there; of a group, at its branch too.

    One statement. A record of several hosts stands at each for which it counts.
    """
    rows = CampaignRecord.objects.counting().filter(
        campaign__in=campaigns, activity__day__lte=as_of, activity__judgements__valid=True
    )
    if organisations is not None:
        own = Q(activity__judgements__organisation__in=organisations)
        rows = rows.filter(own | Q(activity__judgements__organisation__parent__in=organisations))
    found: dict[Pair, dict[int, tuple[date, str, set[str]]]] = defaultdict(dict)
    judged = "activity__judgements__organisation"
    for campaign, pk, day, title, place, kind_of_place, parent, kind in rows.order_by().values_list(
        "campaign",
        "activity",
        "activity__day",
        "activity__title",
        judged,
        f"{judged}__kind",
        f"{judged}__parent",
        "activity__judgements__kind",
    ):
        for one in (place, parent) if kind_of_place == Kind.SMALL_GROUP else (place,):
            found[campaign, one].setdefault(pk, (day, title, set()))[2].add(kind)
    return {
        pair: {pk: Held(pk, day, title, frozenset(kinds)) for pk, (day, title, kinds) in records.items()}
        for pair, records in found.items()
    }


def counted_in(held: Mapping[Pair, Mapping[int, Held]], taking: Collection[Pair]) -> dict[int, set[int]]:
    """Return {campaign: ids of the records that count for any that takes or took part}: the number on its page and its card."""
    found: dict[int, set[int]] = defaultdict(set)
    for pair in taking:
        found[pair[0]].update(held.get(pair, ()))
    return found


def _owed(
    rows: Iterable[CampaignMilestone], spans: Mapping[Pair, Span], start: date
) -> dict[Pair, list[CampaignMilestone]]:
    """Return {(campaign, organisation): the milestones that it owes}."""
    places: dict[int, list[int]] = defaultdict(list)
    for campaign, place in spans:
        places[campaign].append(place)
    owed: dict[Pair, list[CampaignMilestone]] = defaultdict(list)
    for row in rows:
        own = places[row.campaign_id] if row.organisation_id is None else [row.organisation_id]
        for place in own:
            pair = row.campaign_id, place
            if row.due >= start and pair in spans and spans[pair].holds(row.due):
                owed[pair].append(row)
    return owed


def steps(
    milestones: QuerySet[CampaignMilestone],
    as_of: date | None = None,
    organisations: Collection[int] | None = None,
    held: Mapping[Pair, Mapping[int, Held]] | None = None,
) -> list[Step]:
    """Return the Steps of all milestones of the campaigns in which any of `milestones` lies; five statements.

    Which record closes which milestone is reckoned over a whole campaign, so that the caller picks what he needs of it.
    organisations: ids of those that take part, None: all. held: what `held_in` says of these campaigns, where it was read.
    """
    today = as_of or clock.today()
    counted = milestones.filter(campaign__state__in=COUNTED)
    campaigns = set(counted.order_by().values_list("campaign", flat=True).distinct())
    if not campaigns:
        return []
    rows = list(CampaignMilestone.objects.filter(campaign__in=campaigns))
    spans = spans_of(campaigns, organisations)
    results = {
        (row.milestone_id, row.organisation_id): row
        for row in MilestoneResult.objects.filter(milestone__campaign__in=campaigns, done_on__lte=today)
    }
    held = held_in(campaigns, today, organisations) if held is None else held
    found = []
    for (campaign, place), owed in _owed(rows, spans, agency_start()).items():
        own = [row for row in held.get((campaign, place), {}).values() if spans[campaign, place].holds(row.day)]
        said = {row.pk: results[row.pk, place] for row in owed if (row.pk, place) in results}
        asked = [Asked(row.pk, row.name, row.due, tuple(row.kinds)) for row in owed]
        closed = closed_by(asked, own, said)
        found += [_step(row, place, said.get(row.pk), closed.get(row.pk), today) for row in owed]
    return found


def _step(row: CampaignMilestone, place: int, said: MilestoneResult | None, closed: Held | None, today: date) -> Step:
    done_on = said.done_on if said is not None else closed.day if closed is not None else None
    entered = clock.day_of(said.added) if said is not None else None
    return Step(
        row.pk,
        row.campaign_id,
        place,
        row.name,
        row.due,
        milestone_state(row.due, done_on, today, entered),
        done_on,
        closed.activity if closed is not None and said is None else None,
        said.text if said is not None else "",
        entered if entered is not None and entered > row.due else None,
        tuple(row.kinds),
    )


def steps_of(
    campaigns: Any,
    as_of: date | None = None,
    organisations: Collection[int] | None = None,
    held: Mapping[Pair, Mapping[int, Held]] | None = None,
) -> list[Step]:
    """Return the Steps of these campaigns (ids or a queryset)."""
    return steps(CampaignMilestone.objects.filter(campaign__in=campaigns), as_of, organisations, held)
