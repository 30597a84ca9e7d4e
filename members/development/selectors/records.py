"""Records that may show a step of a case."""

from django.db.models import Exists, OuterRef, QuerySet

from branches.reach.intervals import above
from common.operator import Actor
from members.activities.models import ATTENDING, COUNTING_STATES, Activity, Attendance
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.rights import HELD_ABOVE
from members.development.steps import BRANCH, Step

# Records among which a step's is chosen.
MOST = 60


def showable(user: Actor, row: DevelopmentCase) -> QuerySet[Activity]:
    """Return the records that `user` reads, and those of others that the person of the case took part in: a training above."""
    there = Attendance.objects.filter(activity=OuterRef("pk"), member=row.member_id, state__in=ATTENDING)
    return Activity.objects.visible_to(user) | Activity.objects.filter(Exists(there))


def fitting_records(user: Actor, row: DevelopmentCase, spec: Step) -> QuerySet[Activity]:
    """Return the records that may show a step: of its kinds, of the organisation that holds it, since the application."""
    home = row.member.home
    places = Activity.objects.filter(organisation=home.pk)
    if spec.who != BRANCH or spec.key in HELD_ABOVE:
        upper = Activity.objects.filter(above(home, "organisation__"))
        places = upper | places if spec.who == BRANCH else upper
    used = CaseStep.objects.standing().filter(case=row, key=spec.key, activity__isnull=False).order_by()
    rows = showable(user, row).filter(pk__in=places.values("pk"))
    rows = rows.filter(kinds__kind__in=spec.records, state__in=COUNTING_STATES, day__gte=row.opened_on)
    latest = (
        rows.exclude(pk__in=used.values("activity")).order_by("-day", "-pk").distinct().values_list("pk", flat=True)
    )
    return Activity.objects.filter(pk__in=list(latest[:MOST])).order_by("-day", "-pk")
