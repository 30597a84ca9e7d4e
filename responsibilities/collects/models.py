"""Asking once (信息征集): only what the system does not hold is asked, as a small form with a due date."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach
from branches.reach.rights import ASSIGN, VIEW


class CollectState(models.TextChoices):
    DRAFT = "draft", "草稿"
    OPEN = "open", "征集中"
    CLOSED = "closed", "已结束"


class CollectQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Collections of organisations where the user assigns work; to read also those sent to an organisation within reach."""
        condition = reach(user, ASSIGN if right == VIEW else right, "organisation__")
        if right == VIEW:
            asked = CollectTarget.objects.order_by().filter(reach(user, VIEW, "organisation__"))
            condition |= Q(pk__in=asked.values("collect")) & ~Q(state=CollectState.DRAFT)
        return self.filter(condition)


class Collect(models.Model):
    """What is asked, why, and until when."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="征集组织", on_delete=models.PROTECT, related_name="collects"
    )
    title = models.CharField("征集事项", max_length=120)
    purpose = models.CharField("用途", max_length=300)
    due = models.DateField("时限")
    state = models.CharField("状态", max_length=10, choices=CollectState.choices, default=CollectState.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = CollectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信息征集"
        default_permissions = ()
        ordering = ["-created", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(state__in=CollectState.values), name="collect_state_known")]

    def __str__(self):
        return self.title


class FieldKind(models.TextChoices):
    NUMBER = "number", "数字"
    DATE = "date", "日期"
    CHOICE = "choice", "单选"
    TEXT = "text", "文字"
    FILE = "file", "文件"


class CollectField(models.Model):
    """One thing asked; `figure` is the key of the KnownFigure that answers it: then nobody is asked."""

    collect = models.ForeignKey(Collect, on_delete=models.CASCADE, related_name="fields")
    order = models.PositiveSmallIntegerField(default=1)
    label = models.CharField("内容", max_length=60)
    kind = models.CharField("类型", max_length=10, choices=FieldKind.choices, default=FieldKind.NUMBER)
    options = models.JSONField("选项", default=list, blank=True)
    required = models.BooleanField("必填", default=True)
    figure = models.CharField(max_length=40, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["collect", "order"], name="collect_field_order")]

    def __str__(self):
        return self.label


class CollectTarget(models.Model):
    """An organisation that is asked."""

    collect = models.ForeignKey(Collect, on_delete=models.CASCADE, related_name="targets")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="asked")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["collect", "organisation"], name="collect_target_once")]

    def __str__(self):
        return str(self.organisation)


class CollectAnswerQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Answers of organisations within reach, and all answers to one's own collection."""
        own = reach(user, right, "target__organisation__")
        return self.filter(own | reach(user, ASSIGN, "target__collect__organisation__"))


class CollectAnswer(models.Model):
    """The value of one field for one organisation, as text in its plain form: 12, 2026-11-24, 是."""

    target = models.ForeignKey(CollectTarget, on_delete=models.CASCADE, related_name="answers")
    field = models.ForeignKey(CollectField, on_delete=models.PROTECT, related_name="answers")
    value = models.CharField(max_length=500, blank=True)
    paper = models.ForeignKey(
        "responsibilities.ProofFile", null=True, blank=True, on_delete=models.PROTECT, related_name="collect_answers"
    )

    objects = CollectAnswerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["target", "field"], name="collect_answer_once")]

    def __str__(self):
        return self.value
