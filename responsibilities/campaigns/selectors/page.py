"""The page of one campaign: its time line, a lane for each that takes part, goals, outcomes, what each made of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse

from branches.access.models import User
from branches.places.models.organisations import Organisation
from common import clock
from common.periods import MONTH, Period, add_months
from members.activities.models import Activity
from responsibilities.assigning import assigns_work
from responsibilities.campaigns.links import CampaignPolicy, CampaignWork
from responsibilities.campaigns.models import (
    LIVE,
    Campaign,
    CampaignClosing,
    CampaignMilestone,
    CampaignOutcome,
    CampaignRecord,
    CampaignState,
    Level,
    Participation,
)
from responsibilities.campaigns.rights import own_places, seen_whole
from responsibilities.campaigns.rules import Held, Stage, stage_of, sums_up
from responsibilities.campaigns.selectors.board import elapsed
from responsibilities.campaigns.selectors.goals import GoalBar, goal_bars
from responsibilities.campaigns.selectors.steps import Pair, Step, counted_in, held_in, steps_of
from responsibilities.policies.models import PolicyVersion
from responsibilities.work.models import WorkItem
from responsibilities.work.selectors.items import mix_from

# Lanes beyond which only those of the reader's own organisations are drawn one by one.
LANES = 12


@dataclass(frozen=True)
class Dot:
    """A record on a lane. left: 0–100. url: "" where the reader may not open it. joint: held by several."""

    left: int
    label: str
    url: str
    joint: bool


@dataclass(frozen=True)
class Lane:
    """One that takes part. steps: its milestones by due date. latest: of its records, in words.

    opens: the reader may open each of its records, so that their number bears a link.
    """

    place: Organisation
    dots: list[Dot]
    number: int
    latest: str
    steps: list[Step]
    own: bool
    opens: bool

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def overdue(self) -> int:
        return sum(step.state == "overdue" for step in self.steps)


@dataclass(frozen=True)
class Mile:
    """A milestone on the line. state: met, overdue or not_due. done, owed: of those that owe it."""

    row: CampaignMilestone
    left: int
    state: str
    done: int
    owed: int
    late: int

    @property
    def days(self) -> int:
        return (clock.today() - self.row.due).days


@dataclass
class Page:
    """Everything of one campaign that a reader sees; whole False: title and outcome alone."""

    campaign: Campaign
    stage: Stage
    whole: bool
    may_assign: bool
    months: list[tuple[str, int]] = field(default_factory=list)
    today: int | None = None
    miles: list[Mile] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    folded: int = 0
    records: int = 0
    # Whether the reader may open each of them.
    opens: bool = False
    elapsed: int = 0
    goals: list[GoalBar] = field(default_factory=list)
    outcomes: list[CampaignOutcome] = field(default_factory=list)
    closings: list[CampaignClosing] = field(default_factory=list)
    unwritten: list[Organisation] = field(default_factory=list)
    work: list[CampaignWork] = field(default_factory=list)
    policies: list[CampaignPolicy] = field(default_factory=list)
    # How the records that count serve the business work (responsibilities/work/selectors/items.py: mix_from).
    mix: dict[str, Any] = field(default_factory=dict)
    # Of the reader: where he takes part, was invited, may join.
    mine: list[Organisation] = field(default_factory=list)
    asked: list[Organisation] = field(default_factory=list)
    # Of those invited: ids of who took part before, and so is told first what it owes again.
    again: set[int] = field(default_factory=set)
    may_join: list[Organisation] = field(default_factory=list)
    own_brand: list[Organisation] = field(default_factory=list)
    own_steps: list[tuple[Organisation, Step]] = field(default_factory=list)
    # What was said by hand after its due date, of the organisations that the reader may act on or judges.
    entered: list[tuple[Organisation, Step]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether milestones may still be said to be done, or moved."""
        return self.campaign.state in LIVE

    @property
    def goes_on(self) -> bool:
        """Whether its last day has not passed."""
        return self.campaign.last_day >= clock.today()

    @property
    def over(self) -> bool:
        """Whether nothing of it will fall due any more."""
        return not self.live or not self.goes_on

    @property
    def all_done(self) -> bool:
        return bool(self.miles) and self.passed == len(self.miles)

    @property
    def moves(self) -> list[Mile]:
        """The milestones of which the reader may move the date."""
        return [mile for mile in self.miles if mile.state != "met"] if self.may_assign and self.live else []

    @property
    def judged_good(self) -> set[int]:
        """Ids of the organisations whose part was judged 好: a practice may be made of it."""
        return {row.organisation_id for row in self.closings if row.level == Level.GOOD}

    @property
    def late(self) -> list[Mile]:
        return [mile for mile in self.miles if mile.state == "overdue"]

    @property
    def passed(self) -> int:
        return sum(mile.state == "met" for mile in self.miles)


@dataclass(frozen=True)
class _Line:
    """The days that the time line shows: whole months."""

    first: date
    last: date

    def left(self, day: date) -> int:
        return elapsed(self.first, self.last, day)


def _line(campaign: Campaign) -> _Line:
    last = add_months(campaign.last_day.replace(day=1), 1) - timedelta(days=1)
    return _Line(campaign.starts.replace(day=1), last)


def _months(line: _Line) -> list[tuple[str, int]]:
    """Return [(name, left)] of the months; of more than fourteen every third."""
    month = Period.containing(MONTH, line.first)
    found: list[tuple[str, int]] = []
    while month.first <= line.last:
        label = f"{month.first.year}年{month.first.month}月" if month.first.month == 1 and found else None
        found.append((label or f"{month.first.month}月", line.left(month.first)))
        month = month.next()
    return found if len(found) <= 14 else found[::3]


def page_of(user: User, campaign: Campaign, *, every: bool = False) -> Page:
    """Return the Page of a campaign as `user` reads it; a constant number of statements. every: no lane is folded away."""
    today = clock.today()
    closings = list(
        CampaignClosing.objects.filter(campaign=campaign).select_related(
            "organisation__parent", "judged_by", "written_by"
        )
    )
    parts = list(Participation.objects.filter(campaign=campaign).select_related("organisation__parent"))
    taking = {row.organisation_id: row.organisation for row in parts if row.starts is not None}
    still = {
        row.organisation_id
        for row in parts
        if row.starts is not None and sums_up(row.ends, row.organisation.archived_on, today)
    }
    written = {row.organisation_id for row in closings}
    stage = stage_of(campaign, today, len(still - written))
    whole = campaign.pk in seen_whole(user, [campaign.pk])
    page = Page(campaign, stage, whole, assigns_work(user, campaign.organisation))
    page.outcomes = list(campaign.outcomes.select_related("organisation__parent", "honour"))
    page.work = list(campaign.work.filter(item__in=WorkItem.objects.visible_to(user)).select_related("item"))
    visible = PolicyVersion.objects.visible_to(user)
    page.policies = list(campaign.policies.filter(version__in=visible).select_related("version__policy"))
    _own(page, user, parts)
    if not whole:
        return page
    # What others made of it, and how it was judged, is read by them and above.
    page.closings = [row for row in closings if page.may_assign or row.organisation_id in {one.pk for one in page.mine}]
    page.unwritten = [taking[pk] for pk in taking if pk in still - written]
    page.mix = _mix(campaign)
    _lanes(page, user, taking, today)
    if not every:
        _fold(page)
    return page


def _mix(campaign: Campaign) -> dict[str, Any]:
    tied = CampaignRecord.objects.counting().filter(campaign=campaign).order_by()
    rows = tied.values_list("activity__way", "activity__building").annotate(number=Count("activity", distinct=True))
    return mix_from(rows)


def _own(page: Page, user: User, parts: Iterable[Participation]) -> None:
    own = list(own_places(user))
    standing = {row.organisation_id: row.starts is not None for row in parts if row.ends is None}
    ever = {row.organisation_id for row in parts if row.starts is not None}
    page.own_brand = [place for place in own if place.pk == page.campaign.organisation_id]
    page.mine = [place for place in own if place.pk in ever]
    # Once it is over nobody joins any more, nor declines.
    joinable = page.campaign.state == CampaignState.PUBLISHED and page.goes_on
    page.asked = [place for place in own if standing.get(place.pk) is False and joinable]
    page.again = {place.pk for place in page.asked if place.pk in ever}
    there = [place for place in own if place.pk not in standing and page.campaign.organisation.contains(place)]
    page.may_join = there if joinable else []


def _lanes(page: Page, user: User, taking: dict[int, Organisation], today: date) -> None:
    campaign, line = page.campaign, _line(page.campaign)
    held = held_in([campaign.pk], today)
    steps = steps_of([campaign.pk], today, held=held)
    by_place: dict[int, list[Step]] = defaultdict(list)
    for step in sorted(steps, key=lambda one: (one.due, one.milestone)):
        by_place[step.organisation].append(step)
    records = counted_in(held, {(campaign.pk, pk) for pk in taking})[campaign.pk]
    readable = set(Activity.objects.visible_to(user).filter(pk__in=records).order_by().values_list("pk", flat=True))
    page.records, page.opens = len(records), records <= readable
    several = _several(held, taking)
    own = {place.pk for place in page.mine}
    lanes = [
        _lane(place, held.get((campaign.pk, pk), {}), by_place[pk], line, (readable, several), pk in own)
        for pk, place in taking.items()
    ]
    lanes.sort(key=lambda lane: (not lane.own, lane.place.level, lane.place.pk))
    page.lanes = lanes
    page.months = _months(line)
    page.today = line.left(today) if line.first <= today <= line.last else None
    page.elapsed = elapsed(campaign.starts, campaign.last_day, today)
    page.miles = [_mile(row, steps, line) for row in campaign.milestones.all()]
    page.goals = goal_bars(campaign, held, taking, page.elapsed)
    places = {place.pk: place for place in page.mine}
    if page.live:
        # A project that is handed in early may not wait for its dates.
        wanted = ("overdue", "due_soon", *(("not_due",) if campaign.is_brand else ()))
        page.own_steps = [
            (places[step.organisation], step)
            for step in sorted(steps, key=lambda one: (one.due, one.milestone))
            if step.organisation in places and step.state in wanted
        ]
    told = taking if page.may_assign else places
    page.entered = [
        (told[step.organisation], step) for step in steps if step.entered is not None and step.organisation in told
    ]


def _fold(page: Page) -> None:
    """Leave the lanes of the reader first and as many others as are drawn; the rest is a number that opens their list."""
    lanes = page.lanes
    page.lanes = lanes[:LANES]
    page.folded = len(lanes) - len(page.lanes)


def _several(held: dict[Pair, dict[int, Held]], taking: dict[int, Organisation]) -> set[int]:
    """Return the records that stand at more than one of those that take part."""
    times: dict[int, int] = defaultdict(int)
    for (_, place), rows in held.items():
        for pk in rows if place in taking else ():
            times[pk] += 1
    return {pk for pk, number in times.items() if number > 1}


def _lane(
    place: Organisation,
    held: dict[int, Held],
    steps: list[Step],
    line: _Line,
    known: tuple[set[int], set[int]],
    own: bool,
) -> Lane:
    readable, several = known
    rows = sorted(held.values(), key=lambda row: (row.day, row.activity))
    dots = [
        Dot(
            line.left(row.day),
            f"{row.day:%m-%d} {row.title}",
            reverse("activity_detail", args=[row.activity]) if row.activity in readable else "",
            row.activity in several,
        )
        for row in rows
    ]
    latest = f"最近 {rows[-1].day:%m-%d} {rows[-1].title}" if rows else "尚无活动"
    return Lane(place, dots, len(rows), latest, steps, own, readable.issuperset(held))


def _mile(row: CampaignMilestone, steps: list[Step], line: _Line) -> Mile:
    own = [step for step in steps if step.milestone == row.pk]
    done = sum(step.done for step in own)
    late = sum(step.state == "overdue" for step in own)
    state = "met" if own and done == len(own) else "overdue" if late else "not_due"
    return Mile(row, line.left(row.due), state, done, len(own), late)
