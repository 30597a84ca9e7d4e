"""Policies (制度): their versions with procedure and assessment rule, runs of the procedure, and who has taken note.

A policy is a mechanism once each step says who, within how many working days, yielding what, and a rule says how it is
assessed. States, due days and flags are derived (rules.py, selectors/); what is stored was said by a person.
"""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import within_outer
from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach
from branches.reach.rights import ASSIGN, VIEW
from members.activities.models import ActivityKindCode, BuildingField
from members.activities.ties import RecordTie, tie_constraints

# Longest time of a step in working days.
MOST_DAYS = 250
# Whom a policy may address.
ADDRESSABLE = (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH, Kind.SMALL_GROUP)
# Which organisations issue policies.
ISSUING = (Kind.PARTY_GROUP, Kind.COMMITTEE, Kind.GENERAL_BRANCH)


class Trigger(models.TextChoices):
    MANUAL = "manual", "需要时"
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    HALF = "half", "每半年"
    YEAR = "year", "每年"
    RECORD = "record", "有记录时"


PERIODIC = (Trigger.MONTH, Trigger.QUARTER, Trigger.HALF, Trigger.YEAR)


class PolicySeat(models.TextChoices):
    """Who has a step, as seen from the organisation that runs the procedure (seats.py)."""

    INITIATOR = "initiator", "发起组织"
    BRANCH_SECRETARY = "branch_secretary", "党支部书记"
    BRANCH_COMMITTEE = "branch_committee", "支委会"
    GENERAL_BRANCH = "general_branch", "党总支"
    STAFF = "staff", "机关党委办公室"
    COMMITTEE = "committee", "机关党委"
    DISCIPLINE = "discipline", "机关纪委"
    LEADER = "leader", "分管领导"
    PARTY_GROUP = "party_group", "党组"


class CountedFrom(models.TextChoices):
    TRIGGER = "trigger", "自程序开始"
    PREVIOUS = "previous", "自上一步办结"


# What a step yields beside records of some kinds.
DOCUMENT, DECISION = "document", "decision"
YIELDS = {DOCUMENT: "文件", DECISION: "决定"} | dict(ActivityKindCode.choices)


def kinds_in(yields):
    """Return the kinds of record among what a step yields."""
    return [code for code in yields if code in ActivityKindCode.values]


class PolicyQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Policies of organisations within reach; to read also those addressed to an organisation within reach.

        A policy of which no version was issued yet is read by whoever assigns work there.
        """
        condition = reach(user, right, "organisation__")
        if right == VIEW:
            places = Organisation.objects.order_by().filter(
                reach(user, VIEW, ""), within_outer("version__policy__organisation__"), kind=OuterRef("kind")
            )
            told = PolicyAddressee.objects.order_by().filter(Exists(places), version__issued_at__isnull=False)
            issued = PolicyVersion.objects.order_by().filter(issued_at__isnull=False)
            condition &= Q(pk__in=issued.values("policy")) | reach(user, ASSIGN, "organisation__")
            condition |= Q(pk__in=told.values("version__policy"))
        return self.filter(condition)


class Policy(models.Model):
    """An internal rule of the agency; what it says stands in its versions."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="制定组织", on_delete=models.PROTECT, related_name="policies"
    )
    title = models.CharField("制度名称", max_length=100)
    building = models.CharField("所属方面", max_length=12, choices=BuildingField.choices)
    steward = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="解释人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="stewarded_policies",
    )
    trial = models.BooleanField("试行", default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    # When those with whom steps of its runs wait were last reminded.
    steps_reminded_at = models.DateTimeField(null=True, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度"
        default_permissions = ()
        ordering = ["-created", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "title"], name="policy_title_once"),
            models.CheckConstraint(condition=Q(building__in=BuildingField.values), name="policy_building_known"),
        ]

    def __str__(self):
        return self.title


class PolicyVersionQuerySet(ScopedQuerySet):
    organisation_path = "policy__organisation__"

    def visible_to(self, user, right=VIEW):
        """The versions of policies that the user may read; drafts by whoever assigns work there."""
        rows = self.filter(policy__in=Policy.objects.order_by().visible_to(user, right).values("pk"))
        if right == VIEW:
            rows = rows.filter(Q(issued_at__isnull=False) | reach(user, ASSIGN, self.organisation_path))
        return rows

    def issued(self):
        """Versions that were put in force, or will be on their day."""
        return self.filter(issued_at__isnull=False)

    def in_force(self, day):
        """The versions in force on a day."""
        open_end = Q(in_force_to__isnull=True) | Q(in_force_to__gte=day)
        return self.issued().filter(open_end, in_force_from__lte=day)

    def whole(self):
        """The versions that are a mechanism as they stand now: what flags.Mechanism.has_both says of one, asked of many."""
        steps = PolicyStep.objects.order_by().filter(version=OuterRef("pk"))
        vague = steps.filter(Q(seat="") | Q(days__isnull=True) | Q(yields=[]))
        return self.filter(Exists(steps.filter(optional=False)), ~Exists(vague), check_rule__planned__gt=0)


class PolicyVersion(models.Model):
    """What a policy says from one day on. issued_at: when it was put in force; none: a draft."""

    TRAIL_NAMES = {"trigger_kinds": dict(ActivityKindCode.choices)}

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("版次", default=1)
    document = models.CharField("文号", max_length=80, blank=True)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    in_force_from = models.DateField("施行日期", null=True, blank=True)
    in_force_to = models.DateField("施行至", null=True, blank=True)
    decided_in = models.ForeignKey(
        "members.Activity",
        verbose_name="审议记录",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    file = models.ForeignKey(
        "responsibilities.ProofFile",
        verbose_name="正文",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="policy_versions",
    )
    summary = models.TextField("摘要", max_length=500, blank=True)
    trigger = models.CharField("何时启动", max_length=8, choices=Trigger.choices, default=Trigger.MANUAL)
    trigger_kinds = models.JSONField("启动程序的记录", default=list, blank=True)
    repeal_reason = models.CharField("废止原因", max_length=200, blank=True)
    issued_at = models.DateTimeField(null=True, editable=False)
    # When those who had not taken note were last reminded.
    reminded_at = models.DateTimeField(null=True, editable=False)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度版本"
        default_permissions = ()
        ordering = ["policy", "number"]
        indexes = [models.Index(fields=["in_force_from"], name="policy_version_from")]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number"),
            models.UniqueConstraint(
                fields=["policy"], condition=Q(issued_at__isnull=True), name="policy_version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(in_force_to__isnull=True) | Q(in_force_to__gte=F("in_force_from")),
                name="policy_version_dates",
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True) | Q(issued_on__isnull=False, in_force_from__isnull=False),
                name="policy_version_issued_with_days",
            ),
            models.CheckConstraint(condition=Q(trigger__in=Trigger.values), name="policy_version_trigger_known"),
        ]

    def __str__(self):
        return f"{self.policy}（第 {self.number} 版）"

    @property
    def organisation(self):
        """The issuer: who may act on it is asked there."""
        return self.policy.organisation

    def state(self, day):
        """Return draft, coming, in_force, revised (another version followed), repealed or expired (a trial's end)."""
        if self.issued_at is None:
            return "draft"
        if self.in_force_from > day:
            return "coming"
        if self.in_force_to is None or self.in_force_to >= day:
            return "in_force"
        if self.repeal_reason:
            return "repealed"
        return "expired" if self.policy.trial else "revised"


class PolicyAddressee(models.Model):
    """A kind of organisation that a version addresses: they take note of it, and run its procedure."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="addressees")
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "kind"], name="policy_addressee_once")]

    def __str__(self):
        return self.get_kind_display()


class PolicyStep(models.Model):
    """One step of the procedure; seat "", days None or no yield: it says too little to be a mechanism."""

    TRAIL_NAMES = {"yields": YIELDS}

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(default=1)
    title = models.CharField("步骤", max_length=80)
    seat = models.CharField("由谁办理", max_length=16, choices=PolicySeat.choices, blank=True)
    days = models.PositiveSmallIntegerField("几个工作日", null=True, blank=True)
    counted_from = models.CharField("起算", max_length=8, choices=CountedFrom.choices, default=CountedFrom.PREVIOUS)
    yields = models.JSONField("形成什么", default=list, blank=True)
    optional = models.BooleanField("可不办", default=False)

    class Meta:
        default_permissions = ()
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "order"], name="policy_step_order"),
            models.CheckConstraint(
                condition=Q(days__isnull=True) | Q(days__lte=MOST_DAYS), name="policy_step_days_within"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def yields_label(self):
        return "、".join(YIELDS[code] for code in self.yields if code in YIELDS)

    @property
    def complete(self):
        """Whether it says who, within how many working days, yielding what."""
        return bool(self.seat) and self.days is not None and bool(self.yields)

    @property
    def kinds(self):
        """The kinds of record that it yields."""
        return kinds_in(self.yields)


class PolicyCheck(models.Model):
    """How a version is assessed; one a version."""

    version = models.OneToOneField(PolicyVersion, on_delete=models.CASCADE, related_name="check_rule")
    measure = models.CharField(max_length=60, default="policies.on_time")
    planned = models.PositiveSmallIntegerField("按期率应达（%）", default=90)
    consequence = models.CharField("达不到怎么办", max_length=120, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(planned__lte=100), name="policy_check_percent")]

    def __str__(self):
        return f"按期办结率不低于 {self.planned}%"


class PolicyRunQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Runs of organisations within reach, and those of which a step waits at one of them."""
        condition = reach(user, right, "organisation__")
        if right == VIEW:
            waiting = RunStep.objects.order_by().filter(Q(organisation__in=_places(user)) | Q(holder=user.pk or 0))
            condition |= Q(pk__in=waiting.values("run"))
        return self.filter(condition)

    def standing(self):
        """Runs that were not cancelled."""
        return self.filter(cancelled_on__isnull=True)


def _places(user):
    return Organisation.objects.order_by().filter(reach(user, VIEW, "")).values("pk")


class PolicyRun(models.Model):
    """One execution of a procedure by an organisation, under the version of the day it began; open or closed is derived."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="runs")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="policy_runs")
    subject = models.CharField("事项", max_length=80)
    about = models.CharField("说明", max_length=120, blank=True)
    opened_on = models.DateField("启动日期")
    # Of a periodic run: the period as written; "" for others.
    period = models.CharField(max_length=7, blank=True, editable=False)
    # The record that began it.
    activity = models.ForeignKey("members.Activity", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_on = models.DateField(null=True, blank=True)
    cancel_reason = models.CharField("撤销原因", max_length=200, blank=True)

    objects = PolicyRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度程序"
        default_permissions = ()
        ordering = ["-opened_on", "-pk"]
        indexes = [models.Index(fields=["organisation", "opened_on"], name="policy_run_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "organisation", "period"], condition=~Q(period=""), name="policy_run_period_once"
            ),
            models.UniqueConstraint(
                fields=["version", "organisation", "activity"],
                condition=Q(activity__isnull=False),
                name="policy_run_record_once",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True, cancel_reason="")
                | (Q(cancelled_on__isnull=False) & ~Q(cancel_reason="")),
                name="policy_run_cancelled_with_reason",
            ),
        ]

    def __str__(self):
        return self.subject


class RunStepQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """The steps of the runs that the user may read."""
        return self.filter(run__in=PolicyRun.objects.order_by().visible_to(user, right).values("pk"))


class RunStep(models.Model):
    """A step of a run: where it waits, and what was said of it. What a record closed is read from the record (ties)."""

    run = models.ForeignKey(PolicyRun, on_delete=models.CASCADE, related_name="steps")
    step = models.ForeignKey(PolicyStep, on_delete=models.PROTECT, related_name="runs")
    # Resolved along the tree of the day on which the run began (seats.py).
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="policy_steps")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="policy_steps"
    )
    # Where nobody held the seat that day, so that the step waits at the next level above.
    vacant_at = models.ForeignKey(
        "branches.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    done_on = models.DateField("办结日期", null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField("办理情况", max_length=200, blank=True)
    skipped_on = models.DateField(null=True, blank=True)
    skipped_reason = models.CharField("不办原因", max_length=200, blank=True)

    objects = RunStepQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["run", "step__order"]
        constraints = [
            models.UniqueConstraint(fields=["run", "step"], name="run_step_once"),
            models.CheckConstraint(
                condition=Q(skipped_on__isnull=True, skipped_reason="")
                | (Q(skipped_on__isnull=False) & ~Q(skipped_reason="")),
                name="run_step_skipped_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(skipped_on__isnull=True), name="run_step_done_or_skipped"
            ),
        ]

    def __str__(self):
        return f"{self.run}：{self.step}"


class StepRecord(RecordTie):
    """That a record closes a step of a run."""

    step = models.ForeignKey(RunStep, on_delete=models.PROTECT, related_name="records")

    class Meta(RecordTie.Meta):
        constraints = tie_constraints("step_record", "step")


class PolicyReceipt(models.Model):
    """That an organisation has taken note of a version."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="receipts")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "organisation"], name="policy_receipt_once")]

    def __str__(self):
        return str(self.organisation)


class PolicyStudy(RecordTie):
    """That a record studied a version: its organisation has taken note of it."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="studies")

    class Meta(RecordTie.Meta):
        constraints = tie_constraints("policy_study", "version")
