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
from branches.reach.rights import ROLE_CHOICES, SYSTEM_ROLES
from common.dated import DatedQuerySet
from common.names import titled


class AppointmentQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    pass


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
    # No column: the code that whoever just appointed hands over, for the one answer to him.
    first_code = ""

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职授权"
        default_permissions = ()
        ordering = ["-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="appointment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(role__in=SYSTEM_ROLES, organisation__isnull=True)
                | (~Q(role__in=SYSTEM_ROLES) & Q(organisation__isnull=False)),
                name="appointment_place_fits_role",
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
        return titled(self.organisation.label if self.organisation else "", self.get_role_display())

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
