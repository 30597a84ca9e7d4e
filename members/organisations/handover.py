"""What is still open at a place when its secretary goes (access rule 8)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from branches.places.selectors.terms import WARN_DAYS
from branches.reach.intervals import above, within
from branches.reach.models import Appointment
from common import clock
from common.together import count_together
from members.activities.models import Activity, ActivityRevision, ActivityState, Resolution
from members.activities.models.leave import Leave
from members.cadres.models import ClassRecord, StudyTopic, TrainingClass
from members.care.waiting import due_at
from members.commitments.models import Commitment, CommitmentState
from members.corrections.models import Correction
from members.development.models.cases import DevelopmentCase
from members.dues.selectors.lives import owed_at
from members.education.models import BroughtHours, LengthMend, MendState
from members.resources.models import OfferAsk, Resource, ResourceUse
from members.transfers.models import Transfer, TransferKind


@dataclass(frozen=True)
class Left:
    """What somebody leaves to his successor: how many of what, and the list behind the number.

    name, args, query: of its address; args of the page of one thing.
    """

    label: str
    count: int
    name: str
    query: str = ""
    args: tuple[int, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.name, args=self.args) + self.query


# What the subjects of the rooms above say of a place and of who goes; they put themselves here when the rooms are ready.
ABOVE: list[Callable[[Organisation, User], list[Left]]] = []


def open_items(organisation: Organisation, user: User) -> list[Left]:
    """Return what is unfinished at `organisation` and below when `user` goes."""
    return [*_of_people(organisation), *(left for said in ABOVE for left in said(organisation, user))]


def who_may_take_over(appointment: Appointment, found: Iterable[User]) -> QuerySet[User]:
    """Return the accounts that may follow in an appointment: who is appointed there, above or below, and those found by name."""
    place = appointment.organisation
    rows = Appointment.objects.in_force(clock.today()).filter(within(place) | above(place))
    wanted = Q(pk__in=rows.values("user")) | Q(pk__in=[user.pk for user in found])
    return User.objects.filter(wanted, is_active=True).exclude(pk=appointment.user_id).order_by("name", "pk")


# (label, what is left or how much of it, name and query of the list's address)
_Row = tuple[str, QuerySet[Any] | int, str, str]


def _answers(organisation: Organisation, place: str) -> list[tuple[str, Any, str, str]]:
    """What was stated or asked there and nobody has answered yet."""
    mends = LengthMend.objects.waiting().filter(within(organisation))
    brought = BroughtHours.objects.filter(within(organisation), state=MendState.WAITING)
    leaves = Leave.objects.waiting().filter(within(organisation))
    return [
        ("待上级确认的补填时长", mends, "education_unknown", f"?{place}"),
        ("待上级确认的转来学时", brought, "education_unknown", f"?{place}"),
        ("待答复的请假", leaves, "activity_list", f"?{place}&state=planned"),
    ]


def _of_people(organisation: Organisation) -> list[Left]:
    """Count all of it in one statement."""
    rows = _rows(organisation)
    counted = {row[0]: row[1].order_by().values_list("pk") for row in rows if not isinstance(row[1], int)}
    numbers = count_together(counted)
    return [
        Left(label, found if isinstance(found, int) else numbers[label], name, query)
        for label, found, name, query in rows
    ]


def _rows(organisation: Organisation) -> list[_Row]:
    records = Activity.objects.filter(within(organisation)).order_by()
    resolutions = Resolution.objects.tasks().filter(
        within(organisation, "activity__organisation__"), done_on__isnull=True
    )
    terms = Term.objects.filter(
        within(organisation), closed_on__isnull=True, expires__lte=clock.today() + timedelta(days=WARN_DAYS)
    )
    corrections = ActivityRevision.objects.in_hand().filter(within(organisation, "activity__organisation__"))
    uses = ResourceUse.objects.waiting().filter(within(organisation, "resource__organisation__"))
    asks = OfferAsk.objects.waiting().filter(within(organisation, "offer__activity__organisation__"))
    developing = DevelopmentCase.objects.open().filter(within(organisation, "member__home__"))
    asked = Correction.objects.waiting().filter(within(organisation, "member__home__"))
    pledged = Commitment.objects.filter(within(organisation, "member__home__")).exclude(
        state__in=[CommitmentState.PUBLISHED, CommitmentState.APPRAISED]
    )
    transfers = Transfer.objects.open()
    receiving = transfers.filter(within(organisation, "taker__"), kind=TransferKind.INSIDE)
    given = transfers.filter(within(organisation, "giver__"))
    held = ClassRecord.objects.active().order_by().values("training_class")
    planned = TrainingClass.objects.filter(within(organisation), cancelled_on__isnull=True).exclude(pk__in=held)
    topics = StudyTopic.objects.open().filter(within(organisation))
    place = f"organisation={organisation.pk}"
    resources = Resource.objects.living().filter(within(organisation))
    return [
        ("未提交的草稿", records.filter(state=ActivityState.DRAFT), "activity_list", f"?{place}&state=draft"),
        ("退回待改的记录", records.filter(state=ActivityState.RETURNED), "activity_list", f"?{place}&state=returned"),
        ("没有提交的更正", corrections, "activity_list", f"?{place}"),
        ("待审核的记录", records.filter(state=ActivityState.SUBMITTED), "activity_list", f"?{place}&state=submitted"),
        ("已计划的活动", records.filter(state=ActivityState.PLANNED), "activity_list", f"?{place}&state=planned"),
        ("未办结的决议事项", resolutions, "resolution_list", f"?{place}"),
        ("待核对的更正请求", asked, "correction_list", f"?{place}"),
        ("正在办理的发展进程", developing, "development_list", f"?{place}"),
        ("待审核、待公开的承诺", pledged, "commitment_list", ""),
        # A number alone: who is to be visited, his successor reads on its page.
        ("该走访的（人次）", due_at(organisation), "care_list", ""),
        ("到期未交的党费（人月）", owed_at(organisation), "dues_list", ""),
        ("没有办的培训班次", planned.filter(first__year=clock.today().year), "cadres_classes", f"?{place}"),
        ("没有结题的课题", topics, "cadres_topics", f"?{place}&state=open"),
        *_answers(organisation, place),
        ("待接收的组织关系", receiving, "transfer_list", "?state=in"),
        ("没有办结的转出", given, "transfer_list", "?state=out"),
        ("待答复的资源使用申请", uses, "resource_list", ""),
        ("待答复的联办报名", asks, "offer_list", ""),
        ("提供的共享资源", resources, "resource_list", ""),
        ("半年内届满或已届满的任期", terms, "organisation_list", f"?at={organisation.pk}"),
    ]
