"""What a case is made of beside its steps: reviews, the public notice, votes, documents kept on paper."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from members.development.checks import DOCUMENTS
from members.development.file import ADMIT, CANCEL, EXTEND, TO_FULL
from members.development.models.cases import CaseStep, DevelopmentCase, OfCaseQuerySet


class CaseReview(models.Model):
    """A half-yearly review of an activist: a record, or a line of its own (第十一条)."""

    case = models.ForeignKey(DevelopmentCase, on_delete=models.CASCADE, related_name="reviews")
    day = models.DateField("考察日期")
    activity = models.ForeignKey("members.Activity", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField("考察意见", max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "半年考察"
        default_permissions = ()
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "day"], name="development_review_once_a_day")]

    def __str__(self):
        return f"{self.case} {self.day}"


class PublicNotice(models.Model):
    """The notice before somebody is listed; replaced by another with a reason. posted_on: not counted; first, last: its working days,
    empty while unknown.
    """

    case = models.ForeignKey(DevelopmentCase, on_delete=models.CASCADE, related_name="notices")
    posted_on = models.DateField("张贴日期")
    first = models.DateField("公示起", null=True, blank=True)
    last = models.DateField("公示止", null=True, blank=True)
    places = models.JSONField("公示地点", default=list)
    objections = models.PositiveIntegerField("收到意见", null=True, blank=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    remove_reason = models.CharField("更换原因", max_length=200, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        default_permissions = ()
        ordering = ["posted_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "posted_on"],
                condition=Q(removed_at__isnull=True),
                name="development_notice_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | ~Q(remove_reason=""),
                name="development_notice_replaced_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(last__isnull=True) | Q(last__gt=F("posted_on")), name="development_notice_dates"
            ),
        ]

    def __str__(self):
        return f"{self.case} {self.posted_on}"


class VoteAbout(models.TextChoices):
    ADMIT = ADMIT, "接收为预备党员"
    FULL = TO_FULL, "按期转为正式党员"
    EXTEND = EXTEND, "延长预备期"
    CANCEL = CANCEL, "取消预备党员资格"


class CaseVote(models.Model):
    """The counts of a vote that a step rests on. expected, present: of those with a vote; written_yes: of those away."""

    entry = models.OneToOneField(CaseStep, on_delete=models.CASCADE, related_name="vote")
    about = models.CharField("表决事项", max_length=8, choices=VoteAbout.choices)
    expected = models.PositiveIntegerField("应到有表决权人数")
    present = models.PositiveIntegerField("实到有表决权人数")
    yes = models.PositiveIntegerField("赞成")
    no = models.PositiveIntegerField("不赞成", default=0)
    abstain = models.PositiveIntegerField("弃权", default=0)
    written_yes = models.PositiveIntegerField("书面赞成", default=0)
    months = models.PositiveSmallIntegerField("延长月数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "表决"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(present__lte=F("expected")), name="development_vote_present"),
            models.CheckConstraint(
                condition=Q(about=EXTEND, months__gt=0) | (~Q(about=EXTEND) & Q(months=0)),
                name="development_vote_months_of_extension",
            ),
        ]

    def __str__(self):
        return f"{self.get_about_display()} {self.yes}"


class CaseDocument(models.Model):
    """One of the six papers of a case: when it was seen, and where it is kept (第三十六条)."""

    case = models.ForeignKey(DevelopmentCase, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField("材料", max_length=12, choices=list(DOCUMENTS.items()))
    held_on = models.DateField("日期")
    kept_at = models.CharField("存放处", max_length=60)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发展党员材料"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="development_document_once")]

    def __str__(self):
        return self.get_kind_display()
