"""Records that may show a step of a case: those that fit, and why one of them cannot be chosen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.intervals import above
from branches.reach.rights import RECORD
from common import clock
from common.operator import Actor
from common.text import quoted
from members.activities.models import (
    ATTENDING,
    COUNTING_STATES,
    Activity,
    ActivityJudgement,
    ActivityKindCode,
    Attendance,
    Resolution,
)
from members.activities.selectors.rosters import committees, has_committee
from members.activities.ties import why_uncounted
from members.development.checks import BY_COMMITTEE
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.rights import HELD_ABOVE, committee_of
from members.development.selectors.cases import is_assembly, judged_for
from members.development.steps import BRANCH, GENERAL_BRANCH, Step

# Records among which a step's is chosen.
MOST = 60


@dataclass(frozen=True)
class Offered:
    """The records among which one is chosen. refusals: {id: why it cannot be}; whose: what stands among them, in words."""

    rows: QuerySet[Activity]
    refusals: dict[int, str]
    whose: str

    @property
    def free(self) -> list[Activity]:
        """Those that can be chosen, the latest first."""
        return [row for row in self.rows if row.pk not in self.refusals]


def showable(user: Actor, row: DevelopmentCase) -> QuerySet[Activity]:
    """Return the records that `user` reads, and those of others that the person of the case took part in: a training above."""
    there = Attendance.objects.filter(activity=OuterRef("pk"), member=row.member_id, state__in=ATTENDING)
    return Activity.objects.visible_to(user) | Activity.objects.filter(Exists(there))


def offered(user: Actor, row: DevelopmentCase, spec: Step, again: Activity | None = None) -> Offered:
    """Return the records that fit a step, those that cannot be chosen with the reason. again: shows the step already, and is put right."""
    judged = Prefetch("judgements", ActivityJudgement.objects.order_by("pk"))
    rows = _fitting(user, row, spec).select_related("organisation__parent").prefetch_related("kinds", judged)
    used = CaseStep.objects.standing().filter(case=row, key=spec.key, activity__isnull=False).order_by()
    shown = set(used.values_list("activity", flat=True))
    refusals = {}
    seated = committees({one.organisation_id for one in rows if is_assembly(one, spec)})
    for one in rows:
        why = why_uncounted(one, judged_for(one, spec))
        if not why and is_assembly(one, spec) and seated.at(one.organisation_id, one.day):
            why = BY_COMMITTEE.rstrip("。")
        if one.pk in shown and why:
            refusals[one.pk] = f"已关联{quoted(spec.label)}，未计入：{why}"
        elif one.pk in shown and (again is None or again.pk != one.pk):
            refusals[one.pk] = f"已登记为{quoted(spec.label)}"
        elif why:
            refusals[one.pk] = why
    return Offered(rows, refusals, _whose(row, spec))


def _whose(row: DevelopmentCase, spec: Step) -> str:
    kinds = "、".join(ActivityKindCode(kind).label for kind in spec.records)
    named = f"写明{row.member.name}的" if spec.names else ""
    if spec.who == GENERAL_BRANCH:
        return f"列出党总支的{kinds}记录；党支部的会议记录不能代替党总支审议。"
    if spec.who == BRANCH:
        place = f"{row.member.home.label}{'及上级组织' if spec.key in HELD_ABOVE else ''}"
        return f"列出{place}{named}{kinds}记录。" if named else f"列出{place}的{kinds}记录。"
    return f"列出上级组织{named or '的'}{kinds}记录。"


def fitting_records(user: Actor, row: DevelopmentCase, spec: Step) -> QuerySet[Activity]:
    """Return the records that fit a step and do not show it yet, the latest first."""
    used = CaseStep.objects.standing().filter(case=row, key=spec.key, activity__isnull=False).order_by()
    return _fitting(user, row, spec).exclude(pk__in=used.values("activity"))


def _fitting(user: Actor, row: DevelopmentCase, spec: Step) -> QuerySet[Activity]:
    """Return the records of the kinds of a step, of the organisation that holds it, since the application, that name who is to be named."""
    places = Activity.objects.filter(_held_by(row, spec))
    rows = showable(user, row).filter(pk__in=places.values("pk"))
    rows = rows.filter(kinds__kind__in=spec.records, state__in=COUNTING_STATES, day__gte=row.opened_on)
    if spec.names:
        rows = rows.filter(_naming(row))
    latest = rows.order_by("-day", "-pk").distinct().values_list("pk", flat=True)
    return Activity.objects.filter(pk__in=list(latest[:MOST])).order_by("-day", "-pk")


def _held_by(row: DevelopmentCase, spec: Step) -> Q:
    home = row.member.home
    upper = above(home, "organisation__")
    if spec.who == GENERAL_BRANCH:
        return Q(organisation__kind=Kind.GENERAL_BRANCH) & upper
    if spec.who == BRANCH:
        own = Q(organisation=home.pk)
        return own | upper if spec.key in HELD_ABOVE else own
    return upper


def _naming(row: DevelopmentCase) -> Q:
    """Return the condition «the person of the case took part, or is named», over records."""
    there = Attendance.objects.filter(activity=OuterRef("pk"), member=row.member_id, state__in=ATTENDING)
    name = row.member.name
    decided = Resolution.objects.filter(activity=OuterRef("pk"), text__contains=name)
    said = Q(title__contains=name) | Q(content__contains=name)
    return said | Q(Exists(there.order_by())) | Q(Exists(decided.order_by()))


def names_person(activity: Activity, row: DevelopmentCase) -> bool:
    """Return whether a record says that the person took part: in its attendance, or by name."""
    return Activity.objects.filter(_naming(row), pk=activity.pk).exists()


def replaces_committee(spec: Step, place: Organisation, kinds: Collection[str], day: date) -> bool:
    """Whether a record of these kinds is of an assembly that does what is for the committee of the branch, which has one that day."""
    by_assembly = spec.of_the_committee and ActivityKindCode.COMMITTEE_MEETING not in kinds
    return by_assembly and has_committee(place, day)


def record_kind(spec: Step, place: Organisation) -> str:
    """Return the kind of record with which a step is shown at an organisation now: of an assembly where it has no committee."""
    if spec.of_the_committee and not has_committee(place, clock.today()):
        return ActivityKindCode.ASSEMBLY
    return spec.records[0]


def recorded_at(user: Actor, row: DevelopmentCase, spec: Step) -> Organisation | None:
    """Return the organisation at which `user` may enter the record of a step, None where he records at none that holds it."""
    home: Organisation = row.member.home
    place: Organisation | None = home
    if spec.who == GENERAL_BRANCH:
        place = home.parent
    elif spec.who != BRANCH:
        # What agencies hear first is heard by the Party group.
        heard = ActivityKindCode.PARTY_GROUP_MEETING in spec.records
        groups = Organisation.objects.above(home).filter(kind=Kind.PARTY_GROUP)
        place = groups.first() if heard else committee_of(home)
    return place if place is not None and access.has_right(user, RECORD, place) else None
