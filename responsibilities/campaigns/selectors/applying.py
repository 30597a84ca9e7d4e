"""What the system knows of a branch that applies for a brand project, so that nobody asks it; what a campaign may serve and rest on."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from common import clock
from common.operator import Actor
from members.activities.models import COUNTING_STATES, Activity, ActivityKindCode
from responsibilities.campaigns.models import Campaign
from responsibilities.policies.models import PolicyVersion
from responsibilities.work.models import WorkCarrier, WorkItem


@dataclass(frozen=True)
class Known:
    """Of a branch: names of the business work it carries, its records of this year and the last, the commonest kinds."""

    work: list[str]
    this_year: int
    last_year: int
    kinds: list[tuple[str, int]]


def known_of(user: Actor, organisation: Organisation) -> Known:
    """Return what is Known of an organisation and what lies below it; three statements."""
    year = clock.today().year
    rows = Activity.objects.visible_to(user).filter(within(organisation), state__in=COUNTING_STATES).order_by()
    years = dict(rows.filter(day__year__in=(year - 1, year)).values_list("day__year").annotate(number=Count("pk")))
    kinds = rows.filter(day__year=year).values_list("kinds__kind").annotate(number=Count("pk")).order_by("-number")
    carried = WorkCarrier.objects.filter(organisation=organisation, ended__isnull=True, item__stopped_on__isnull=True)
    names = carried.order_by("item__name").values_list("item__name", flat=True)
    labels = dict(ActivityKindCode.choices)
    return Known(
        list(names[:8]),
        years.get(year, 0),
        years.get(year - 1, 0),
        [(labels[kind], number) for kind, number in kinds[:5] if kind],
    )


def work_open(user: Actor) -> QuerySet[WorkItem, WorkItem]:
    """Return the business work that `user` may read and that runs today."""
    today = clock.today()
    rows = WorkItem.objects.visible_to(user).filter(starts__lte=today, ends__gte=today)
    return rows.filter(stopped_on__isnull=True).order_by("name")


def policies_offered(user: Actor, campaign: Campaign | None) -> QuerySet[PolicyVersion, PolicyVersion]:
    """Return the versions that a campaign may rest on: those in force that `user` may read, and those it names already."""
    live = PolicyVersion.objects.in_force(clock.today()).order_by()
    named = campaign.policies.order_by().values("version") if campaign else []
    rows = PolicyVersion.objects.visible_to(user).filter(Q(pk__in=live.values("pk")) | Q(pk__in=named))
    return rows.select_related("policy").order_by("policy__title", "number")
