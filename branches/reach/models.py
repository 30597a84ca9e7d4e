"""Appointments: the source of every right, and the guardian grants derived from them."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from guardian.models import UserObjectPermissionBase

from branches.reach.intervals import above
from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import Reach, Seat, principal_serves
from branches.reach.rights import ASSISTANT, JUDGES, PRINCIPALS, ROLE_CHOICES, SYSTEM_ROLES
from common import clock
from common.dated import DatedQuerySet
from common.names import titled


class AppointmentQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    def in_force_during(self, first: date, last: date) -> Self:
        """Return the appointments in force on at least one day from `first` to `last`; a withdrawn one was on none."""
        return super().in_force_during(first, last).filter(withdrawn_at__isnull=True)

    def giving_power(self, day: date) -> Self:
        """Return the appointments in force on `day`; one that rests on another's only while that one is in force."""
        return self.in_force(day).filter(principal_serves(day))


class Appointment(models.Model):
    """An account acts in a role at an organisation between two days, both included."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="账号", on_delete=models.PROTECT, related_name="appointments"
    )
    role = models.CharField("角色", max_length=30, choices=ROLE_CHOICES)
    organisation = models.ForeignKey(
        "branches.Organisation",
        verbose_name="党组织",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    # Of an assistant: the appointment of the leader in whose name he enters and reports; his ends with it at the latest.
    principal = models.ForeignKey(
        "self", verbose_name="代办对象", null=True, blank=True, on_delete=models.PROTECT, related_name="assistants"
    )
    starts = models.DateField("任职起")
    ends = models.DateField("任职止", null=True, blank=True)
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="接手人",
    )
    end_reason = models.CharField("结束原因", max_length=200, blank=True)
    # When it was entered: a mistake is withdrawn on that day. Of rows older than the column, and
    # of the operator's, it is not known.
    made_at = models.DateTimeField("登记时间", null=True, blank=True, editable=False)
    # Withdrawn: it ends before it starts, so that it is in force on no day, and the row stays with its reason.
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True, editable=False)
    # No column: the code that whoever just appointed hands over, for the one answer to him.
    first_code = ""

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职授权"
        default_permissions = ()
        ordering = ["-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")) | Q(withdrawn_at__isnull=False),
                name="appointment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(role__in=SYSTEM_ROLES, organisation__isnull=True)
                | (~Q(role__in=SYSTEM_ROLES) & Q(organisation__isnull=False)),
                name="appointment_place_fits_role",
            ),
            models.CheckConstraint(
                condition=Q(role=ASSISTANT, principal__isnull=False) | (~Q(role=ASSISTANT) & Q(principal__isnull=True)),
                name="appointment_principal_of_assistant",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "organisation"],
                condition=Q(ends__isnull=True),
                name="appointment_one_open",
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.get_role_display()} {self.organisation or ''}".strip()

    def save(self, *args, **kwargs):
        # Separation of duties holds for a raw save() too, not only through the service.
        self.check_separation()
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """The post with its place, as a letter would write it."""
        if self.principal is not None:
            return f"{self.principal.user.name}的{self.get_role_display()}"
        label = self.get_role_display()
        # An office that names its own body is none of the place above at which it was appointed.
        named = self.role in ("committee_staff", "committee_secretary", "discipline_officer")
        return label if named else titled(self.organisation.label if self.organisation else "", label)

    @property
    def is_of_today(self) -> bool:
        """Whether it was entered today, and can therefore be withdrawn."""
        return self.made_at is not None and clock.day_of(self.made_at) == clock.today()

    def in_force_on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or self.ends >= day)

    def check_separation(self) -> None:
        """One account holds at most one of administrator, auditor and content roles on any day (GB/T 22239 8.1.4.2)."""
        # The room above links members to accounts; whoever keeps the system reads nobody's file as his own.
        if self.role in SYSTEM_ROLES and self.pk is None and getattr(self.user, "member", None) is not None:
            raise ValidationError("已关联党员的账号不能担任系统管理员或安全审计员，请另建账号。")
        others = Appointment.objects.filter(user=self.user).exclude(pk=self.pk)
        others = others.in_force_during(self.starts, self.ends or date.max)
        mine = self.role if self.role in SYSTEM_ROLES else "content"
        for role in others.values_list("role", flat=True):
            if (role if role in SYSTEM_ROLES else "content") != mine:
                raise ValidationError("系统管理、安全审计和业务工作须由不同人员承担，该账号在同一时段已有另一类职责。")
        self._check_assistant(others)

    def _check_assistant(self, others: "AppointmentQuerySet") -> None:
        """Nobody enters for a leader whose work he judges, nor for two at a time; and it rests on a leader's appointment."""
        if self.principal is not None:
            fits = self.principal.role in PRINCIPALS and self.principal.organisation_id == self.organisation_id
            if not fits or self.principal.user_id == self.user_id:
                raise ValidationError("代办人须由党组成员、党组书记为本人任命，不能代自己办理。")
            # One who was appointed after the leader's last day was found out ends on his own first; he acted for nobody.
            last = self.principal.ends and max(self.principal.ends, self.starts)
            if last and (self.ends is None or self.ends > last):
                raise ValidationError("代办不能晚于代办对象的任职结束。")
            if others.filter(role=ASSISTANT).exists():
                raise ValidationError({"user": "该账号在同一时段已是代办人，一个账号只代一位领导办理。"})
            judged, judging = [self], list(others)
        else:
            judged, judging = list(others.filter(role=ASSISTANT)), [self]
        seats = [Seat(row.organisation_id, row.role, date.min, None) for row in judging if row.organisation_id]
        if any(Reach(seats).holds(right, row.organisation_id) for row in judged for right in JUDGES):
            raise ValidationError({"user": "审核、督查或考核领导工作的人不能同时做他的代办人。"})


class GrantQuerySet(DatedQuerySet):
    def giving(self, right: str, day: date) -> Self:
        """Grants of `right` in force on `day` whose accounts are not locked."""
        return self.in_force(day).filter(permission__codename=right, user__is_active=True)

    def over(self, place: Any) -> Self:
        """Grants that reach `place`: held there, or above it and reaching downwards."""
        return self.filter(Q(content_object=place.pk) | self._from_above(place))

    def above(self, place: Any) -> Self:
        """Grants held strictly above `place` that reach down to it."""
        return self.filter(self._from_above(place))

    @staticmethod
    def _from_above(place: Any) -> Q:
        return Q(above(place, "content_object__"), below=True)


class OrganisationGrant(UserObjectPermissionBase):
    """guardian's direct grant, dated and with its reach; written by reach/access.py only."""

    content_object = models.ForeignKey("branches.Organisation", on_delete=models.CASCADE, related_name="grants")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="grants")
    starts = models.DateField()
    ends = models.DateField(null=True)
    below = models.BooleanField()

    objects = GrantQuerySet.as_manager()  # type: ignore[assignment,misc]  # guardian's own manager knows no dates

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object", "appointment"],
                name="grant_once_per_appointment",
            ),
        ]
        indexes = [models.Index(fields=["user", "permission"], name="grant_user_right")]

    def __str__(self):
        return f"{self.user_id} {self.permission_id} {self.content_object_id}"
