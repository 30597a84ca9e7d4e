"""Supervision (督查): a notice from a superior about one thing, with replies until it is closed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach, reach_of
from branches.reach.rights import PRINCIPALS, PUBLISH, SUPERVISE, VIEW
from branches.settings.joining import start_at
from branches.settings.start import start_of, with_start
from common import clock
from common.names import entered_by
from common.operator import OPERATOR
from responsibilities.portfolios.rights import in_charge

# Name of the measure of notices answered in time.
SUPERVISIONS_ANSWERED = "supervisions.answered"
# Of what was issued from above: struck off, the answer having come in time.
SUPERVISIONS_CLOSED = "supervisions.closed"


class SupervisionState(models.TextChoices):
    OPEN = "open", "待回复"
    REPORTED = "reported", "待审核"
    RETURNED = "returned", "已退回"
    # The reply is accepted; problems of the list are still to be struck off.
    ACCEPTED = "accepted", "整改中"
    CLOSED = "closed", "已销号"


# The recipient has the next step: overdue once the due date has passed.
AWAITING = (SupervisionState.OPEN, SupervisionState.RETURNED)


class Subject(models.TextChoices):
    DUTY = "duty", "责任事项"
    STAGE = "stage", "同步环节"
    REQUIREMENT = "requirement", "应办义务"
    RESULT = "result", "考核结果"
    RUN = "run", "制度程序"
    TARGET = "target", "党建目标"
    FREE = "free", "其他"


class SupervisionQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Notices to organisations within reach; one to a person is read by him, by the sender, and by those who supervise
        or publish there. A leader acts (right `raise_supervisions`) on what he himself raised within his portfolio.
        """
        condition = reach(user, right, "organisation__")
        if right == SUPERVISE:
            condition |= in_charge(user) & Q(issued_by=user.pk or 0)
        if right == VIEW and user is not OPERATOR:
            above = reach(user, SUPERVISE, "organisation__") | reach(user, PUBLISH, "organisation__")
            # Whoever acts for a leader reads what is addressed to him, and what he raised.
            persons = [user.pk or 0, *reach_of(user).principals]
            own = Q(holder__in=persons) | Q(issued_by__in=persons)
            condition = (Q(holder__isnull=True) & condition) | above | own
        return self.filter(condition)

    def readable(self, user):
        """Return the notices that `user` may read, ready for a list or a page."""
        rows = self.visible_to(user, VIEW)
        return with_start(rows).select_related("organisation__parent", "holder", "issued_by", "issued_from__parent")

    def about(self, user, thing):
        """Return the notices about one thing ("requirement/3/life-theme-day/2026-10"), the newest first, at most ten."""
        return list(self.readable(user).filter(about=thing)[:10])

    def open_about(self, user, things):
        """Return {thing: [open notices that `user` may read, the newest first]} of these things, in one statement."""
        found = {}
        if things:
            for row in self.readable(user).filter(about__in=things).exclude(state=SupervisionState.CLOSED):
                found.setdefault(row.about, []).append(row)
        return found


class Supervision(models.Model):
    """What is asked, of whom, by when, and what is expected as proof."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="承办组织", on_delete=models.PROTECT, related_name="supervisions"
    )
    # A person in particular (a member of the leading group); none: the organisation's secretary answers.
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="supervisions"
    )
    year = models.PositiveSmallIntegerField(editable=False)
    number = models.PositiveSmallIntegerField(editable=False)
    subject = models.CharField("督查对象", max_length=12, choices=Subject.choices, default=Subject.FREE)
    # Address within the subject: duty/12/2026Q3, stage/45, requirement/3/life-theme-day/2026-10, result/9, run/31 (a step),
    # target/12/3 (at an organisation).
    about = models.CharField(max_length=120, blank=True)
    about_name = models.CharField(max_length=200, blank=True)
    about_url = models.CharField(max_length=200, blank=True)
    title = models.CharField("督查事项", max_length=120)
    expected = models.CharField("要求", max_length=500)
    due = models.DateField("回复时限")
    # The due date as first set: prolonging keeps it.
    first_due = models.DateField(editable=False)
    state = models.CharField("状态", max_length=10, choices=SupervisionState.choices, default=SupervisionState.OPEN)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="issued_supervisions"
    )
    # Who wrote it for the leader who issued it (代录).
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代录人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    issued_from = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField("首次回复", null=True)
    answered_late = models.BooleanField(default=False)
    closed_at = models.DateTimeField("销号时间", null=True)
    escalated_at = models.DateTimeField("逾期上报", null=True)

    # The agency's start, where `with_start` has read it along.
    start_said: str | None

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查"
        default_permissions = ()
        ordering = ["-issued_at", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "due"], name="supervision_place_due"),
            models.Index(fields=["state", "due"], name="supervision_state_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="supervision_number_once"),
            models.CheckConstraint(condition=Q(state__in=SupervisionState.values), name="supervision_state_known"),
        ]

    def __str__(self):
        return self.title

    @property
    def label(self):
        """Return 「督查〔2026〕3号」."""
        return f"督查〔{self.year}〕{self.number}号"

    @property
    def recipient(self):
        """Whom it addresses, for pages: the person, or the organisation."""
        return f"{self.holder.name}同志" if self.holder_id else self.organisation.label

    @property
    def overdue_days(self):
        """Days past the due date while an answer is still owed, else 0: overdue is derived, not stored.

        What was due before the agency's start is not overdue.
        """
        days = (clock.today() - self.due).days if self.state in AWAITING else 0
        return days if days > 0 and self.due >= start_at(self.organisation, start_of(self)) else 0

    @property
    def late(self):
        """Whether the first answer came late, and lateness is counted: not of what was due before the agency's start."""
        return self.answered_late and self.due >= start_at(self.organisation, start_of(self))

    @property
    def unstruck_days(self):
        """Days past the due date while the answer is accepted and problems are still to be struck off, else 0."""
        if self.state != SupervisionState.ACCEPTED:
            return 0
        return max((clock.today() - self.due).days, 0)


class SupervisionDraftQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """What was drafted for oneself, or for the leader for whom one acts; whatever else one may."""
        if user is OPERATOR:
            return self.all()
        now = reach_of(user)
        leads = {user.pk} if any(seat.role in PRINCIPALS for seat in now.seats) else set()
        return self.filter(leader__in=leads | now.principals)


class SupervisionDraft(models.Model):
    """A notice that somebody wrote for a leader: his to issue, to change or to drop. It is gone once it is issued."""

    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="supervision_drafts", verbose_name="代办对象"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="承办组织", on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField("督查对象", max_length=12, choices=Subject.choices, default=Subject.FREE)
    about = models.CharField(max_length=120, blank=True)
    title = models.CharField("督查事项", max_length=120)
    expected = models.CharField("要求", max_length=500)
    due = models.DateField("回复时限")
    problems = models.TextField("问题清单", blank=True)
    written = models.DateTimeField(default=timezone.now)

    objects = SupervisionDraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查草稿"
        default_permissions = ()
        ordering = ["-written", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(leader=F("author")), name="supervision_draft_by_another"),
        ]

    def __str__(self):
        return self.title


class OfSupervisionQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Rows of the notices that the user may read (or act on)."""
        rows = Supervision.objects.order_by().visible_to(user, right)
        return self.filter(supervision__in=rows.values("pk"))


class SupervisionReply(models.Model):
    """An answer with its evidence, and what the superior made of it."""

    supervision = models.ForeignKey(Supervision, on_delete=models.PROTECT, related_name="replies")
    text = models.CharField("办理情况", max_length=1000)
    activity = models.ForeignKey(
        "members.Activity", null=True, blank=True, on_delete=models.PROTECT, related_name="supervision_replies"
    )
    paper = models.ForeignKey(
        "responsibilities.ProofFile",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supervision_replies",
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The leader in whose name somebody else answered (代录).
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代谁录入",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Who wrote it for the leader who sent it himself (代录).
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代录人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    written = models.DateTimeField(default=timezone.now)
    accepted = models.BooleanField(null=True)
    reason = models.CharField("退回原因", max_length=300, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    objects = OfSupervisionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(accepted=False) | ~Q(reason=""), name="reply_returned_with_reason"),
        ]

    def __str__(self):
        return self.text[:40]

    @property
    def writer(self):
        """Who wrote it, and in whose name; of a draft that the leader sent, both."""
        drafted = f"（{self.drafted_by.name}代录）" if self.drafted_by else ""
        return (entered_by(self.author, self.on_behalf_of) or "服务器操作员") + drafted


class ReplyDraftQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Drafts of answers that the user is asked for himself, or the leader for whom he acts; whatever else he may."""
        if user is OPERATOR:
            return self.all()
        return self.filter(supervision__holder__in=[user.pk or 0, *reach_of(user).principals])


class SupervisionReplyDraft(models.Model):
    """An answer to a notice that addresses a person, begun by him or by who acts for him; gone once an answer is sent."""

    supervision = models.OneToOneField(Supervision, on_delete=models.CASCADE, related_name="reply_draft")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField("办理情况", max_length=1000)
    activity = models.ForeignKey("members.Activity", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    written = models.DateTimeField(default=timezone.now)

    objects = ReplyDraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查回复草稿"
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.text[:40]

    @property
    def organisation(self):
        return self.supervision.organisation


class SupervisionProblem(models.Model):
    """One line of problem → measure → done (销号)."""

    supervision = models.ForeignKey(Supervision, on_delete=models.CASCADE, related_name="problems")
    order = models.PositiveSmallIntegerField("序号", default=1)
    problem = models.CharField("问题", max_length=300)
    measure = models.CharField("整改措施", max_length=300, blank=True)
    done_on = models.DateField("销号日期", null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfSupervisionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["supervision", "order"], name="problem_order")]

    def __str__(self):
        return self.problem

    @property
    def organisation(self):
        return self.supervision.organisation


class SupervisionExtension(models.Model):
    """The due date was moved, with the reason."""

    supervision = models.ForeignKey(Supervision, on_delete=models.CASCADE, related_name="extensions")
    before = models.DateField()
    after = models.DateField()
    reason = models.CharField("延期原因", max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return f"{self.before} → {self.after}"
