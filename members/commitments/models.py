"""What members pledge for a year: a commitment with its pledges, published in the branch, judged at the year's end (care-promise)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.reach.querysets import ScopedQuerySet

PLEDGE_LEAST, PLEDGE_MOST, PLEDGE_DUE = "pledge_items_least", "pledge_items_most", "pledge_due"
TEXT_MOST, HOW_MOST, REASON_MOST = 80, 120, 200


class CommitmentState(models.TextChoices):
    """Where a commitment stands; whether its pledges were kept follows from them (`rules.kept`)."""

    DRAFTED = "drafted", "待审核"
    REVIEWED = "reviewed", "已审核，待公开"
    PUBLISHED = "published", "已公开"
    APPRAISED = "appraised", "已评定"


# What everybody of the branch may read.
PUBLIC = (CommitmentState.PUBLISHED, CommitmentState.APPRAISED)


class Kept(models.TextChoices):
    """How a pledge was kept, as its member or the appraisal says."""

    FULFILLED = "fulfilled", "兑现"
    PARTLY = "partly", "部分兑现"
    NOT = "not", "未兑现"


class CommitmentQuerySet(ScopedQuerySet):
    # A commitment goes along with its member.
    organisation_path = "member__home__"


class Commitment(models.Model):
    """What one member pledges for a year.

    organisation: his branch when it was made. entered_by: who wrote it last; he does not review it. return_reason: why a draft came
    back, "" where it did not. appraised_in: the review of members of that year.
    """

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="commitments")
    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党支部", on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField(
        "状态", max_length=10, choices=CommitmentState.choices, default=CommitmentState.DRAFTED, editable=False
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    return_reason = models.CharField("退回原因", max_length=REASON_MOST, blank=True)
    published_on = models.DateField("公开日期", null=True, blank=True)
    appraised_in = models.ForeignKey(
        "members.Activity",
        verbose_name="评诺的民主评议",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "承诺"
        default_permissions = ()
        ordering = ["year", "member"]
        constraints = [
            models.UniqueConstraint(fields=["member", "year"], name="commitment_one_a_year"),
            models.CheckConstraint(condition=Q(state__in=CommitmentState.values), name="commitment_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "appraised"]) | Q(published_on__isnull=False),
                name="commitment_published_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="appraised") | Q(appraised_in__isnull=False), name="commitment_appraised_in_review"
            ),
        ]
        indexes = [models.Index(fields=["year", "state"], name="commitment_of_year")]

    def __str__(self):
        return f"{self.member} {self.year} 年承诺"

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC

    @property
    def is_returned(self) -> bool:
        return self.state == CommitmentState.DRAFTED and bool(self.return_reason)


class PledgeQuerySet(ScopedQuerySet):
    organisation_path = "commitment__member__home__"

    def standing(self) -> "PledgeQuerySet":
        """Pledges that were not changed since for others."""
        return self.filter(ended_on__isnull=True)


class Pledge(models.Model):
    """One thing that is pledged. What is changed after publication ends and stays to be read; the new one names it and why.

    about: address of the work or target it speaks of, "" for none. own, how, said_on: what the member says of it and when, a
    sentence where it was not kept whole; activity: a record that shows it. confirmed, confirmed_on: what the appraisal says.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="pledges")
    order = models.PositiveSmallIntegerField("序号")
    text = models.CharField("承诺", max_length=TEXT_MOST)
    due = models.DateField("完成时限")
    about = models.CharField(max_length=60, blank=True)
    own = models.CharField("本人说明", max_length=10, choices=Kept.choices, blank=True)
    how = models.CharField("情况", max_length=HOW_MOST, blank=True)
    said_on = models.DateField("说明日期", null=True, blank=True, editable=False)
    activity = models.ForeignKey(
        "members.Activity", verbose_name="记录", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed = models.CharField("评定", max_length=10, choices=Kept.choices, blank=True)
    confirmed_on = models.DateField("评定日期", null=True, blank=True, editable=False)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by", editable=False
    )
    reason = models.CharField("修改原因", max_length=REASON_MOST, blank=True)
    ended_on = models.DateField("改为他项的日期", null=True, blank=True, editable=False)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "承诺事项"
        default_permissions = ()
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "order"], condition=Q(ended_on__isnull=True), name="pledge_one_of_an_order"
            ),
            models.CheckConstraint(condition=Q(order__gte=1, order__lte=20), name="pledge_order"),
            models.CheckConstraint(condition=Q(own__in=["", *Kept.values]), name="pledge_own_known"),
            models.CheckConstraint(condition=Q(confirmed__in=["", *Kept.values]), name="pledge_confirmed_known"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""), name="pledge_changed_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("pk")), name="pledge_replaces_another"
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def organisation(self) -> Any:
        return self.commitment.organisation

    @property
    def grade(self) -> str:
        """How it was kept as far as is known: what the appraisal says, else the member."""
        return self.confirmed or self.own


# A page of a notebook; nobody is asked for more.
RATING_MOST = 600


class SelfRatingQuerySet(ScopedQuerySet):
    organisation_path = "member__home__"


class SelfRating(models.Model):
    """What a member says of himself before the review of members of a year; he changes it until the review was held."""

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="self_ratings")
    year = models.PositiveSmallIntegerField("年度")
    text = models.CharField("自评", max_length=RATING_MOST)
    written_on = models.DateField("填写日期")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SelfRatingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "民主评议自评"
        default_permissions = ()
        ordering = ["-year", "pk"]
        constraints = [models.UniqueConstraint(fields=["member", "year"], name="self_rating_once_a_year")]

    def __str__(self):
        return f"{self.member}{self.year}年自评"

    @property
    def organisation(self) -> Any:
        return self.member.home
