"""Whom an organisation looks after, what befell them, what was given to them, and honours. Notes are kept encrypted (pi-sensitive)."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from branches.reach.querysets import ScopedQuerySet
from common.dated import DatedQuerySet
from common.fields import EncryptedField

ANSWER_DAYS, JULY_FIRST, BIRTHDAY = "care_answer_days", "care_july1", "birthday_day"
NOTE_MOST = 200


class MarkKind(models.TextChoices):
    """Why somebody is looked after (care-holidays, care-pre1949, care-mechanism)."""

    HARDSHIP = "hardship", "生活困难"
    ILL = "ill", "患病"
    FRAIL = "frail", "年老体弱"
    PRE1949 = "pre1949", "新中国成立前入党"
    OLD_CADRE = "old_cadre", "老干部"
    FALLEN_FAMILY = "fallen_family", "因公殉职牺牲党员家庭"
    INJURED = "injured", "因公伤残"


# Who is visited between New Year and the Spring Festival.
AT_FESTIVAL = (MarkKind.HARDSHIP, MarkKind.FRAIL, MarkKind.PRE1949, MarkKind.OLD_CADRE)


class EventKind(models.TextChoices):
    """What befell somebody, so that he is visited or talked with (care-six-visits)."""

    HOSPITAL = "hospital", "住院"
    DISASTER = "disaster", "受灾"
    BEREAVEMENT = "bereavement", "丧亲"
    STRAIN = "strain", "思想或家庭困扰"


class HelpKind(models.TextChoices):
    GRANT = "grant", "补助"
    OTHER = "other", "其他帮扶"


class HelpSource(models.TextChoices):
    DUES = "dues", "党费"
    BUDGET = "budget", "行政经费"
    DONATION = "donation", "捐助"


class HonourLevel(models.TextChoices):
    OWN = "own", "本单位"
    CITY = "city", "市级"
    PROVINCE = "province", "省级"
    CENTRAL = "central", "中央"


def looked_after_at(row: "CareMark | CareEvent | CareHelp") -> str:
    """Return by what the trail calls a row: the branch. Who is looked after is for the branch and himself alone (decision 244)."""
    return f"{row.member.home.label}一人"


class OfMemberQuerySet(ScopedQuerySet):
    """Rows follow their member into his present branch."""

    organisation_path = "member__home__"


class MarkQuerySet(DatedQuerySet, OfMemberQuerySet):  # type: ignore[override]  # the plugin's two managers
    pass


class _OfMember(models.Model):
    """Something kept of one member, sealed: uid binds the ciphertext of its note to the row."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    @property
    def organisation(self) -> Any:
        return self.member.home  # type: ignore[attr-defined]  # each row names its member


class CareMark(_OfMember):
    """Somebody is looked after between two days, both included; ended, never overwritten."""

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="care_marks")
    kind = models.CharField("类别", max_length=15, choices=MarkKind.choices)
    note = EncryptedField("备注", blank=True)
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "关怀对象"
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind"], condition=Q(ends__isnull=True), name="care_mark_one_open_of_a_kind"
            ),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="care_mark_dates"),
            models.CheckConstraint(condition=Q(kind__in=MarkKind.values), name="care_mark_kind_known"),
        ]

    def __str__(self):
        return looked_after_at(self)


class CareEvent(_OfMember):
    """What befell somebody on a day; it asks for a visit or a talk within the agency's days."""

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="care_events")
    kind = models.CharField("事由", max_length=15, choices=EventKind.choices)
    day = models.DateField("日期")
    note = EncryptedField("备注", blank=True)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "关怀事由"
        default_permissions = ()
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["member", "kind", "day"], name="care_event_once_a_day"),
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="care_event_kind_known"),
        ]
        indexes = [models.Index(fields=["day"], name="care_event_of_day")]

    def __str__(self):
        return looked_after_at(self)


class CareHelp(models.Model):
    """What was given to somebody. use: of dues, the row it wrote, so that it is typed once (fee-collective, care-assist-fund)."""

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="care_helps")
    on = models.DateField("日期")
    kind = models.CharField("形式", max_length=10, choices=HelpKind.choices)
    amount = models.DecimalField("金额（元）", max_digits=8, decimal_places=2, null=True, blank=True)
    source = models.CharField("来源", max_length=10, choices=HelpSource.choices)
    decided_in = models.ForeignKey(
        "members.Activity",
        verbose_name="集体决定的会议",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    use = models.OneToOneField(
        "members.DuesUse", null=True, blank=True, on_delete=models.PROTECT, related_name="care_help", editable=False
    )

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "帮扶"
        default_permissions = ()
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=HelpKind.values), name="care_help_kind_known"),
            models.CheckConstraint(condition=Q(source__in=HelpSource.values), name="care_help_source_known"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="care_help_amount"),
            models.CheckConstraint(condition=~Q(kind="grant") | Q(amount__isnull=False), name="care_grant_has_amount"),
        ]

    def __str__(self):
        return looked_after_at(self)

    @property
    def organisation(self) -> Any:
        return self.member.home


class HonourQuerySet(ScopedQuerySet):
    # Kept beside a member's honour too, so that reach is one comparison; it stays where it was won.
    organisation_path = "place__"


class Honour(models.Model):
    """An honour of one member or one organisation. place: the organisation, or the member's branch of that day."""

    member = models.ForeignKey(
        "members.Member",
        verbose_name="党员",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="honours",
    )
    organisation_held = models.ForeignKey(
        "branches.Organisation",
        verbose_name="党组织",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="honours",
    )
    place = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", editable=False)
    title = models.CharField("荣誉名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=HonourLevel.choices)
    granted_on = models.DateField("授予日期")
    granted_by = models.CharField("授予单位", max_length=60)
    document = models.CharField("文号", max_length=80, blank=True)
    cancelled_on = models.DateField("作废日期", null=True, blank=True, editable=False)
    cancel_reason = models.CharField("作废原因", max_length=200, blank=True)

    objects = HonourQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "表彰"
        default_permissions = ()
        ordering = ["granted_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, organisation_held__isnull=True)
                | Q(member__isnull=True, organisation_held__isnull=False),
                name="honour_one_holder",
            ),
            models.CheckConstraint(condition=Q(level__in=HonourLevel.values), name="honour_level_known"),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True) | ~Q(cancel_reason=""), name="honour_cancelled_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["place", "granted_on"], name="honour_of_place")]

    def __str__(self):
        return self.title

    @property
    def organisation(self) -> Any:
        return self.place

    @property
    def holder(self) -> str:
        return self.member.name if self.member is not None else str(self.organisation_held.label)  # type: ignore[union-attr]
