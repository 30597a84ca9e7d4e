"""What organisations share with each other: places, lecturers, materials, exhibitions, and planned records that others may join."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import above_outer, within_outer
from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import EVERYWHERE, NOWHERE, reach, reach_of
from branches.reach.rights import VIEW
from common import clock
from common.dated import DatedQuerySet
from common.operator import Actor, account_of
from members.activities.models import COUNTING_STATES, ActivityJudgement, ActivityState
from members.activities.ties import RecordTie, RecordTieQuerySet, tie_constraints


class ResourceKind(models.TextChoices):
    VENUE = "venue", "场地"
    LECTURER = "lecturer", "授课人"
    MATERIAL = "material", "资料"
    EXHIBIT = "exhibit", "展陈"


# Of these there is one at a time: who has it, has it alone.
EXCLUSIVE = (ResourceKind.VENUE, ResourceKind.LECTURER)
# Who keeps something for others, and who may join what another holds.
OWNERS = (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)
GUESTS = (Kind.GENERAL_BRANCH, Kind.BRANCH)


class OpenTo(models.TextChoices):
    COMMITTEE = "committee", "本机关各党组织"
    LISTED = "listed", "只向列出的党组织"


def under_one_committee(user: Actor, path: str = "organisation__") -> Q:
    """Return the condition «lies under the committee under which `user` reads something, or which he reads».

    path: leads from the filtered rows to their organisation ("" for organisations themselves). Wider than reach by intention: what is shared is known by
    name and owner to everybody there; the records behind it are not.
    """
    where = reach_of(user)
    if where.whole:
        return EVERYWHERE
    seats = {seat.organisation for seat in where.seats if seat.gives(VIEW)}
    if not seats:
        return NOWHERE
    own = Organisation.objects.order_by().filter(pk__in=seats)
    committees = Organisation.objects.order_by().filter(kind=Kind.COMMITTEE)
    near = committees.filter(
        Exists(own.filter(above_outer(strictly=False))) | Exists(own.filter(within_outer())),
    )
    inside = Q(Exists(near.filter(above_outer(strictly=False))))
    if not path:
        return inside
    there = Organisation.objects.order_by().filter(inside)
    return Q(**{f"{path.removesuffix('__')}__in": there.values("pk")})


class ResourceQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """To be read under one committee, by name and owner; to be kept where `user` holds the right."""
        if right == VIEW:
            return self.filter(under_one_committee(user))
        return super().visible_to(user, right)

    def living(self) -> Self:
        """Those that can be asked for today: in force, of an organisation that lives, with the lecturer's word."""
        rows = self.in_force(clock.today()).filter(organisation__archived_on__isnull=True)
        return rows.exclude(kind=ResourceKind.LECTURER, agreed_on__isnull=True)

    def offered_to(self, organisation: Organisation) -> Self:
        """Those that an organisation may ask for: its own, and what is open to it."""
        listed = ResourceGuest.objects.filter(resource=OuterRef("pk"), organisation=organisation.pk)
        own = Q(organisation=organisation.pk)
        return self.filter(own | Q(open_to=OpenTo.COMMITTEE) | Q(Exists(listed)))


class Resource(models.Model):
    """One thing or person that an organisation shares, from a day on; ended, never overwritten by another."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="所属组织", on_delete=models.PROTECT, related_name="resources"
    )
    kind = models.CharField("类别", max_length=10, choices=ResourceKind.choices)
    name = models.CharField("名称", max_length=60)
    detail = models.CharField("说明", max_length=200, blank=True)
    capacity = models.PositiveIntegerField("容纳人数", null=True, blank=True)
    # Of a lecturer who belongs to the organisation.
    member = models.ForeignKey("members.Member", null=True, on_delete=models.PROTECT, related_name="+")
    # When the lecturer said yes: before that nobody can ask for him.
    agreed_on = models.DateField("本人同意日期", null=True)
    open_to = models.CharField("开放范围", max_length=10, choices=OpenTo.choices, default=OpenTo.COMMITTEE)
    starts = models.DateField("起")
    ends = models.DateField("止", null=True)
    end_reason = models.CharField("停用原因", max_length=200, blank=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "共享资源"
        default_permissions = ()
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ResourceKind.values), name="resource_kind_known"),
            models.CheckConstraint(condition=Q(open_to__in=OpenTo.values), name="resource_open_to_known"),
            models.CheckConstraint(
                condition=Q(kind=ResourceKind.LECTURER) | Q(member__isnull=True, agreed_on__isnull=True),
                name="resource_member_is_lecturer",
            ),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="resource_dates"),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | ~Q(end_reason=""), name="resource_ended_with_reason"
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "name"], condition=Q(ends__isnull=True), name="resource_once"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def state(self) -> str:
        """Key of its chip: ended, open (the lecturer has not agreed) or active."""
        if self.ends is not None and self.ends < clock.today() or self.organisation.archived_on is not None:
            return "ended"
        return "open" if self.kind == ResourceKind.LECTURER and self.agreed_on is None else "active"


class ResourceGuest(models.Model):
    """An organisation that a resource is open to, where it is not open to all."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="guests")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["resource", "organisation"], name="resource_guest_once")]

    def __str__(self):
        return str(self.organisation)


class Answer(models.TextChoices):
    ASKED = "asked", "待答复"
    AGREED = "agreed", "已同意"
    DECLINED = "declined", "已谢绝"


class ResourceUseQuerySet(RecordTieQuerySet):
    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """To be read by who asked and by the owner; to be answered where `user` holds the right at the owner."""
        owner = reach(user, right, "resource__organisation__")
        return self.filter(owner | reach(user, right, "activity__organisation__") if right == VIEW else owner)

    def waiting(self) -> Self:
        """Asks that the owner has not answered, of records that are still held."""
        return self.active().filter(state=Answer.ASKED).exclude(activity__state=ActivityState.CANCELLED)

    def holding(self) -> Self:
        """Uses that keep others out: agreed for the day on which the record stands, which was not cancelled."""
        rows = self.active().filter(state=Answer.AGREED, day=F("activity__day"))
        return rows.exclude(activity__state=ActivityState.CANCELLED)

    def counting(self) -> Self:
        """Uses that happened: agreed, of a record that counts. The owner's word is the confirmation of a tie like this."""
        judged = ActivityJudgement.objects.filter(activity=OuterRef("activity"), valid=True)
        return self.active().filter(Exists(judged), state=Answer.AGREED, activity__state__in=COUNTING_STATES)


class ResourceUse(RecordTie):
    """That a record takes place with something shared; what is another's is asked for first."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="uses")
    # The branch that uses it: the record's own, of a small group its branch.
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=10, choices=Answer.choices, default=Answer.ASKED)
    # For which day it was asked: a record that moved to another day has not got it there.
    day = models.DateField("日期")
    reason = models.CharField("谢绝原因", max_length=120, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = ResourceUseQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes it for another attribute

    class Meta(RecordTie.Meta):
        abstract = False
        constraints = [
            *tie_constraints("resource_use", "resource"),
            models.CheckConstraint(condition=Q(state__in=Answer.values), name="resource_use_state_known"),
            models.CheckConstraint(
                condition=~Q(state=Answer.DECLINED) | ~Q(reason=""), name="resource_use_declined_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["resource", "day"], name="resource_use_day")]

    def __str__(self):
        return str(self.resource)


class OfferQuerySet(ScopedQuerySet):
    organisation_path = "activity__organisation__"

    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """To be read under one committee; to be kept where `user` holds the right."""
        if right == VIEW:
            return self.filter(under_one_committee(user, "activity__organisation__"))
        return super().visible_to(user, right)

    def standing(self) -> Self:
        """Those of records that are still planned."""
        return self.filter(closed_at__isnull=True, activity__state=ActivityState.PLANNED)

    def joinable(self) -> Self:
        """Those that can be joined today, as far as there is room."""
        today = clock.today()
        return self.standing().filter(until__gte=today, activity__day__gte=today)


class Offer(models.Model):
    """A planned record that other organisations may join."""

    activity = models.OneToOneField("members.Activity", on_delete=models.CASCADE, related_name="offer")
    places = models.PositiveSmallIntegerField("名额")
    until = models.DateField("报名截止")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联办邀约"
        default_permissions = ()
        ordering = ["activity__day", "pk"]
        constraints = [models.CheckConstraint(condition=Q(places__gte=1), name="offer_places")]

    def __str__(self):
        return self.activity.title or str(self.activity)

    @property
    def organisation(self) -> Any:
        return self.activity.organisation


class OfferAskQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """To be read by who asked and by the owner; to be answered where `user` holds the right at the owner."""
        owner = reach(user, right, "offer__activity__organisation__")
        return self.filter(owner | reach(user, right, "organisation__") if right == VIEW else owner)

    def taking(self) -> Self:
        """Asks that take a place: not answered yet, or agreed."""
        return self.filter(state__in=(Answer.ASKED, Answer.AGREED), withdrawn_at__isnull=True)

    def waiting(self) -> Self:
        """Asks that the owner has not answered, of offers that stand, until the day on which the record is planned."""
        rows = self.filter(state=Answer.ASKED, withdrawn_at__isnull=True, offer__closed_at__isnull=True)
        return rows.filter(offer__activity__state=ActivityState.PLANNED, offer__activity__day__gte=clock.today())


class OfferAsk(models.Model):
    """That an organisation wishes to join; agreed, it becomes a host of the record that confirms for itself later."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="asks")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=10, choices=Answer.choices, default=Answer.ASKED)
    reason = models.CharField("谢绝原因", max_length=120, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = OfferAskQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "organisation"],
                condition=Q(state__in=["asked", "agreed"], withdrawn_at__isnull=True),
                name="offer_asked_once",
            ),
            models.CheckConstraint(condition=Q(state__in=Answer.values), name="offer_ask_state_known"),
            models.CheckConstraint(
                condition=~Q(state=Answer.DECLINED) | ~Q(reason=""), name="offer_ask_declined_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")),
                name="offer_answered_by_another",
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.offer}"


def asked_by(user: Actor, row: Any) -> bool:
    """Whether `user` made this ask himself: nobody answers his own."""
    account = account_of(user)
    made_by = row.added_by_id if isinstance(row, ResourceUse) else row.asked_by_id
    return account is not None and made_by == account.pk
