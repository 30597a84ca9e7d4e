"""The agency's business work and the four stages in which Party work goes with it (四同步)."""

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach
from branches.reach.rights import REVIEW, VIEW
from common.names import initials_of
from common.pairs import said_in
from members.activities.models import COUNTING_STATES, Activity, Resolution
from members.activities.ties import accepted_by_another, said_since_corrected, waits_with_its_record


class WorkKind(models.TextChoices):
    STATE = "state", "国家重点"
    CITY = "city", "市重点"
    AGENCY = "agency", "本单位重点"
    BRANCH = "branch", "支部重点"


class Uptake(models.TextChoices):
    """Whether an item weighs. What a branch registered itself weighs once somebody above has taken it in: it could be fitted to
    the records that exist, and nobody wins or loses by what he alone says is work."""

    ARRANGED = "arranged", "上级部署"
    WAITING = "waiting", "待上级纳入"
    TAKEN = "taken", "上级已纳入"
    DECLINED = "declined", "上级不纳入"


# What a change mark of work says where nothing but a link of it was written (ChangeMark.kinds).
EVIDENCE = "evidence"
# Of which stages are owed and counted.
WEIGHING = (Uptake.ARRANGED, Uptake.TAKEN)


class SyncStageKind(models.TextChoices):
    STUDY = "study", "同步研究"
    ARRANGEMENT = "arrangement", "同步安排"
    IMPLEMENTATION = "implementation", "同步实施"
    ASSESSMENT = "assessment", "同步考核"


STAGE_SHORT = {
    SyncStageKind.STUDY: "研究",
    SyncStageKind.ARRANGEMENT: "安排",
    SyncStageKind.IMPLEMENTATION: "实施",
    SyncStageKind.ASSESSMENT: "考核",
}


class SyncState(models.TextChoices):
    NOT_DUE = "not_due", "未到期"
    SYNCHRONISED = "synchronised", "同步"
    LAGGING = "lagging", "滞后"
    MISSING = "missing", "缺失"
    # A record is linked and waits for somebody else's yes: neither synchronised nor missing, in no denominator.
    TO_CONFIRM = "to_confirm", "待确认"
    WAIVED = "waived", "免予同步"
    # The item was given up before the business side happened.
    ENDED = "ended", "已终止"


class Closure(models.TextChoices):
    """Whether the stages of an item are closed; only the first two count towards the rate of closure."""

    CLOSED = "closed", "已闭环"
    OPEN = "open", "未闭环"
    NOT_YET = "not_yet", "还没有到考核"
    ENDED = "ended", "已终止"


class WorkItemQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Items of organisations within reach; to read also those carried by a branch within reach, or in one's charge."""
        condition = reach(user, right, "organisation__")
        if right == VIEW and getattr(user, "pk", None):
            carried = WorkCarrier.objects.order_by().filter(reach(user, right, "organisation__"))
            condition |= Q(pk__in=carried.values("item")) | Q(leader=user)
        return self.filter(condition)

    def named(self, word):
        """Items whose name or its pinyin initials hold a word, in any case."""
        said = said_in("name", word)
        return self.filter(said | Q(initials__contains=word.lower()) if word.isascii() else said)


class WorkItem(models.Model):
    """A piece of the agency's business work. It belongs to the organisation that arranged it."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="部署组织", on_delete=models.PROTECT, related_name="work_items"
    )
    name = models.CharField("名称", max_length=120)
    # Of the name in pinyin, so that the database finds items by them.
    initials = models.CharField(max_length=100, blank=True, editable=False)
    kind = models.CharField("类别", max_length=10, choices=WorkKind.choices, default=WorkKind.AGENCY)
    lead = models.ForeignKey(
        "branches.Department", verbose_name="牵头处室", null=True, on_delete=models.PROTECT, related_name="led_items"
    )
    helpers = models.ManyToManyField(
        "branches.Department", verbose_name="配合处室", blank=True, related_name="helped_items"
    )
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="分管领导",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_items",
    )
    # As the year plan writes it; also where no account of that name exists.
    leader_name = models.CharField("分管领导", max_length=64, blank=True)
    starts = models.DateField("开始日期")
    ends = models.DateField("完成日期")
    source = models.CharField("来源文件", max_length=200, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    # Ended before its time: stages whose business side has not happened by then are not owed.
    stopped_on = models.DateField("终止日期", null=True, blank=True)
    stop_reason = models.CharField("终止原因", max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    uptake = models.CharField(
        "是否纳入", max_length=10, choices=Uptake.choices, default=Uptake.ARRANGED, editable=False
    )
    uptake_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    uptake_at = models.DateTimeField(null=True, editable=False)
    uptake_reason = models.CharField("不纳入的原因", max_length=300, blank=True, editable=False)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重点业务"
        default_permissions = ()
        ordering = ["-starts", "pk"]
        indexes = [
            models.Index(fields=["organisation", "starts"], name="work_place_start"),
            models.Index(fields=["organisation"], name="work_to_take_in", condition=Q(uptake=Uptake.WAITING)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="work_ends_after_start"),
            models.CheckConstraint(condition=Q(kind__in=WorkKind.values), name="work_kind_known"),
            models.CheckConstraint(
                condition=Q(stopped_on__isnull=True) | ~Q(stop_reason=""), name="work_stopped_with_reason"
            ),
            models.CheckConstraint(condition=Q(uptake__in=Uptake.values), name="work_uptake_known"),
            models.CheckConstraint(
                condition=~Q(uptake=Uptake.DECLINED) | ~Q(uptake_reason=""), name="work_declined_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(uptake_by__isnull=True) | Q(author__isnull=True) | ~Q(uptake_by=F("author")),
                name="work_taken_in_by_another",
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **options):
        self.initials = initials_of(self.name)
        super().save(*args, **options)

    @property
    def weighs(self) -> bool:
        """Whether its stages are owed and counted."""
        return self.uptake in WEIGHING


class WorkCarrier(models.Model):
    """A branch that carries an item, from the item's start until `ended` (the last day); `leads` marks the first of them."""

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="carriers")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="carried")
    leads = models.BooleanField(default=False)
    ended = models.DateField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-leads", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "organisation"], condition=Q(ended__isnull=True), name="carrier_once"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(leads=True, ended__isnull=True), name="carrier_one_leads"
            ),
        ]

    def __str__(self):
        return str(self.organisation)


class OfItemQuerySet(ScopedQuerySet):
    item_path = "item"

    def visible_to(self, user, right=VIEW):
        """Rows of the items that the user may read (or act on): the item is the only way to them."""
        items = WorkItem.objects.order_by().visible_to(user, right)
        return self.filter(**{f"{self.item_path}__in": items.values("pk")})


class SyncStage(models.Model):
    """Work item × one of four stages: its business date, planned and actual, and a waiver if one was given.

    Lag and state are derived (responsibilities/work/stages.py), never stored.
    """

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="stages")
    stage = models.CharField("环节", max_length=15, choices=SyncStageKind.choices)
    planned_on = models.DateField("业务计划日期", null=True, blank=True)
    happened_on = models.DateField("业务实际日期", null=True, blank=True)
    # Who noted the actual date, and when: he may correct it on the same day (services/noted.py).
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    noted_on = models.DateField(null=True, blank=True)
    business = models.CharField("业务进展", max_length=300, blank=True)
    waived_reason = models.CharField("免予同步的原因", max_length=300, blank=True)
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    waived_at = models.DateTimeField(null=True)

    objects = OfItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "同步环节"
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["happened_on"], name="stage_happened")]
        constraints = [
            models.UniqueConstraint(fields=["item", "stage"], name="stage_once"),
            models.CheckConstraint(condition=Q(stage__in=SyncStageKind.values), name="stage_known"),
            models.CheckConstraint(
                condition=Q(waived_at__isnull=True) | ~Q(waived_reason=""), name="stage_waived_with_reason"
            ),
        ]

    def __str__(self):
        return f"{self.item} {self.get_stage_display()}"

    @property
    def organisation(self):
        return self.item.organisation


class Milestone(models.Model):
    """One of several business dates within a stage that runs long; each is judged like a stage of its own."""

    stage = models.ForeignKey(SyncStage, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField("节点", max_length=100)
    planned_on = models.DateField("计划日期", null=True, blank=True)
    happened_on = models.DateField("实际日期", null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    noted_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "业务节点"
        default_permissions = ()
        ordering = ["planned_on", "pk"]

    def __str__(self):
        return self.name


def confirmed() -> Q:
    """Return the condition «this link was confirmed by somebody else» over StageEvidence rows (judgement 3.4).

    Either somebody who may review the branch said so, or it was made with the record, at the latest when that was
    submitted, and a reviewer who did not link it has accepted the record. A correction of the record takes the yes back until
    it is given anew. Acceptance in one go with other records says nothing about a sentence that was written by hand, or that
    has gone out of the record since it was linked. Whoever acts for the branch itself, as its secretary does who accepts the
    records of its small groups, confirms nothing of its work by that. The one definition: whatever takes a confirmation
    back belongs here.
    """
    decisions = Resolution.objects.filter(activity=OuterRef("activity"), text__contains=OuterRef("sentence"))
    stands = (
        Q(activity__content__contains=F("sentence")) | Q(activity__title__contains=F("sentence")) | Q(Exists(decisions))
    )
    read = Q(activity__accepted_together=False) | (Q(by_hand=False) & stands)
    return said_since_corrected() | (accepted_by_another("branch") & read)


class StageEvidenceQuerySet(OfItemQuerySet):
    item_path = "stage__item"

    def visible_to(self, user, right=VIEW):
        """Rows of the items that the user may read; for a review, those whose branch he reviews."""
        if right == REVIEW:
            return self.filter(reach(user, right, "branch__"))
        return super().visible_to(user, right)

    def active(self):
        """Links that were not taken back."""
        return self.filter(removed_at__isnull=True)

    def with_confirmed(self):
        """Links with `is_confirmed`."""
        yes = Case(When(confirmed(), then=Value(True)), default=Value(False))
        return self.annotate(is_confirmed=yes)

    def waiting(self):
        """Standing links that wait for a yes of their own: made after the record was submitted, or of no record.

        What was made with a record that still waits for its review is confirmed with that.
        """
        # What somebody said yes to waits again where its record was corrected since: of few links more has to be looked at.
        corrected = Activity.objects.filter(revised_at__isnull=False).order_by().values("pk")
        rows = self.active().filter(Q(confirmed_at__isnull=True) | Q(activity__in=corrected))
        rows = rows.filter(Q(paper__isnull=False) | Q(activity__state__in=COUNTING_STATES))
        return rows.with_confirmed().filter(is_confirmed=False).exclude(waits_with_its_record())


class StageEvidence(models.Model):
    """Party side of a stage: a record, or a paper where no record can exist. Taken back with a reason, never deleted.

    It counts once somebody else has confirmed it (`confirmed`). branch: whose work it shows; who reviews that organisation
    confirms it.
    """

    stage = models.ForeignKey(SyncStage, on_delete=models.CASCADE, related_name="evidence")
    milestone = models.ForeignKey(Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    activity = models.ForeignKey(
        "members.Activity", null=True, blank=True, on_delete=models.CASCADE, related_name="stage_evidence"
    )
    paper = models.ForeignKey(
        "responsibilities.ProofFile", null=True, blank=True, on_delete=models.PROTECT, related_name="stage_evidence"
    )
    # Of a paper only: its own date and what it is.
    day = models.DateField("日期", null=True, blank=True)
    title = models.CharField("材料名称", max_length=120, blank=True)
    branch = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", null=True, on_delete=models.PROTECT, related_name="+"
    )
    # How the record served the work, in one sentence; empty only for links from before it was asked for.
    sentence = models.CharField("怎样服务这项业务", max_length=300, blank=True)
    # Whether the sentence is none of the record's own that speaks of the work.
    by_hand = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    # Why a record that is too early for the stage counts all the same; said by whoever confirmed it.
    early_reason = models.CharField("过早仍计入的原因", max_length=300, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(default=timezone.now, editable=False)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    remove_reason = models.CharField("撤下原因", max_length=300, blank=True)
    # Whether it was whoever should have confirmed it who took it out.
    returned = models.BooleanField("退回", default=False)

    objects = StageEvidenceQuerySet.as_manager()
    # Set by with_confirmed().
    is_confirmed: bool

    class Meta:
        verbose_name = verbose_name_plural = "同步佐证"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(activity__isnull=False, paper__isnull=True, day__isnull=True)
                | Q(activity__isnull=True, paper__isnull=False, day__isnull=False),
                name="evidence_record_or_paper",
            ),
            models.UniqueConstraint(
                fields=["stage", "activity"],
                condition=Q(removed_at__isnull=True, milestone__isnull=True),
                name="evidence_once_for_stage",
            ),
            models.UniqueConstraint(
                fields=["milestone", "activity"],
                condition=Q(removed_at__isnull=True, milestone__isnull=False),
                name="evidence_once_for_milestone",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | ~Q(remove_reason=""), name="evidence_removed_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("added_by")),
                name="evidence_confirmed_by_another",
            ),
        ]

    def __str__(self):
        return self.title or str(self.activity)

    @property
    def organisation(self):
        return self.stage.item.organisation
