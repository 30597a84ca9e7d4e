"""Typical practices (典型经验): what worked, written down; what was decided on it, the policy it became, who adopted it.

Where a practice stands (candidate, proven, formalised, spreading, retired) is derived (PracticeQuerySet.with_stage); what is
stored was said by a person.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach, reach_of
from branches.reach.rights import VIEW
from branches.settings import dated as dated_settings
from common import clock
from common.dated import DatedQuerySet
from common.names import initials_of
from members.activities.models import BuildingField, Way
from responsibilities.policies.models import PolicyVersion

# Names of the measures.
PRACTICES_ADOPTED, PRACTICES_SPREAD = "practices.adopted", "practices.spread"
# Kept adoptions elsewhere from which on a formalised practice is spreading; full months that an effect compares.
SPREAD_MIN, EFFECT_MONTHS = "spread_min", "effect_months"


class Stage(models.TextChoices):
    """Where a practice stands, in the order of its way."""

    CANDIDATE = "candidate", "候选"
    PROVEN = "proven", "经验证"
    FORMALISED = "formalised", "已定型"
    SPREADING = "spreading", "推广中"
    RETIRED = "practice_retired", "已停用"


class DecisionState(models.TextChoices):
    CANDIDATE = "candidate", "候选"
    PROVEN = "proven", "经验证"


class AdoptionResult(models.TextChoices):
    KEPT = "kept", "照做，继续采用"
    ADAPTED = "adapted", "改动后继续采用"
    DROPPED = "dropped", "不再采用"


class AdoptionLevel(models.TextChoices):
    BETTER = "better", "见效"
    SAME = "same", "变化不大"
    WORSE = "worse", "未见效"


GOES_ON = (AdoptionResult.KEPT, AdoptionResult.ADAPTED)


class PracticeQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Candidates for their branch and above; what was proven for whoever reads any organisation."""
        own = reach(user, right, "organisation__")
        if right != VIEW or not reach_of(user).anywhere(VIEW):
            return self.filter(own)
        return self.filter(own | Q(Exists(_decided(DecisionState.PROVEN))))

    def usable(self):
        """Those that were proven and not retired."""
        return self.filter(Q(Exists(_decided(DecisionState.PROVEN))), retired_on__isnull=True)

    def with_stage(self, day: date | None = None, most: int | None = None):
        """Add `stage` (a Stage, by the decisions, policies and adoptions that stand on a day, today unless said), and how many
        other organisations `adopted` it, are still `going` on with it, `kept` it beyond that day (they said so), and were found
        `better` for it (also those that have stopped since). most: spread_min, where it was read already.
        """
        day = day or clock.today()
        most = dated_settings.whole(SPREAD_MIN, day) if most is None else most
        said, beyond = Q(result__in=GOES_ON, reported_on__lte=day), _goes_on(day)
        return self.annotate(
            adopted=_adoptions(Q(starts__lte=day)),
            going=_adoptions(Q(starts__lte=day) & beyond),
            kept=_adoptions(said & beyond),
            better=_adoptions(said & Q(level=AdoptionLevel.BETTER, judged_on__lte=day)),
        ).annotate(
            stage=Case(
                When(retired_on__lte=day, then=Value(Stage.RETIRED)),
                When(~Q(Exists(_decided(DecisionState.PROVEN).filter(starts__lte=day))), then=Value(Stage.CANDIDATE)),
                When(~Q(Exists(formalising(day))), then=Value(Stage.PROVEN)),
                When(kept__gte=most, then=Value(Stage.SPREADING)),
                default=Value(Stage.FORMALISED),
                output_field=models.CharField(),
            )
        )


class Practice(models.Model):
    """A way of doing something that worked at one organisation. started: since when it does so there."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="所属组织", on_delete=models.PROTECT, related_name="practices"
    )
    title = models.CharField("名称", max_length=60)
    initials = models.CharField(max_length=100, blank=True, editable=False)
    problem = models.CharField("解决什么问题", max_length=200)
    steps = models.TextField("做法步骤", max_length=1500)
    # What it should move; none: nothing is compared.
    measure = models.CharField("看哪项数据", max_length=60, blank=True)
    building = models.CharField("所属方面", max_length=12, choices=BuildingField.choices)
    way = models.CharField("服务业务的方式", max_length=10, choices=Way.choices, blank=True)
    started = models.DateField("从哪天开始这样做")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    retired_on = models.DateField("停用日期", null=True, blank=True)
    retire_reason = models.CharField("停用原因", max_length=200, blank=True)

    # What with_stage adds: a Stage, and numbers of other organisations.
    stage: str
    adopted: int
    going: int
    kept: int
    better: int

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "典型经验"
        default_permissions = ()
        ordering = ["-created", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "title"], condition=Q(retired_on__isnull=True), name="practice_title_once"
            ),
            models.CheckConstraint(condition=Q(building__in=BuildingField.values), name="practice_building_known"),
            models.CheckConstraint(
                condition=Q(retired_on__isnull=True, retire_reason="")
                | (Q(retired_on__isnull=False) & ~Q(retire_reason="")),
                name="practice_retired_with_reason",
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **options):
        self.initials = initials_of(self.title)
        super().save(*args, **options)

    @property
    def stopped(self) -> int:
        """How many other organisations adopted it and do so no more; of one read by with_stage."""
        return self.adopted - self.going


class OfPracticeQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Rows of the practices that the user may read (or act on)."""
        rows = Practice.objects.order_by().visible_to(user, right)
        return self.filter(practice__in=rows.values("pk"))


def _exactly_one(*names: str) -> Q:
    """Return the condition that one of these keys is given and no other."""
    found = Q()
    for given in names:
        found |= Q(**{f"{name}__isnull": name != given for name in names})
    return found


class PracticeSource(models.Model):
    """What a practice grew from: one record, campaign, version of a policy or topic of study each."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="sources")
    activity = models.ForeignKey("members.Activity", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        "responsibilities.Campaign", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    policy_version = models.ForeignKey(
        "responsibilities.PolicyVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    topic = models.ForeignKey("members.StudyTopic", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = OfPracticeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one("activity", "campaign", "policy_version", "topic"),
                name="practice_source_exactly_one",
            ),
            models.UniqueConstraint(
                fields=["practice", "activity"], condition=Q(activity__isnull=False), name="practice_activity_once"
            ),
            models.UniqueConstraint(
                fields=["practice", "campaign"], condition=Q(campaign__isnull=False), name="practice_campaign_once"
            ),
            models.UniqueConstraint(
                fields=["practice", "policy_version"],
                condition=Q(policy_version__isnull=False),
                name="practice_version_once",
            ),
            models.UniqueConstraint(
                fields=["practice", "topic"], condition=Q(topic__isnull=False), name="practice_topic_once"
            ),
        ]

    def __str__(self):
        return str(self.activity or self.campaign or self.policy_version or self.topic)


class PracticeDecision(models.Model):
    """From `starts` on a practice is a candidate, or proven; the next decision ends it."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="decisions")
    state = models.CharField("认定", max_length=10, choices=DecisionState.choices)
    starts = models.DateField("自何日起")
    ends = models.DateField("至", null=True, blank=True)
    reason = models.CharField("依据", max_length=200, blank=True)
    decided_in = models.ForeignKey(
        "members.Activity", verbose_name="认定会议", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "典型经验认定"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], condition=Q(ends__isnull=True), name="practice_decision_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=DecisionState.values), name="practice_decision_known"),
            models.CheckConstraint(
                condition=~Q(state=DecisionState.PROVEN) | ~Q(reason=""), name="practice_proven_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="practice_decision_days_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.practice}　{self.get_state_display()}"


class Formalisation(models.Model):
    """The version of a policy into which a practice was written; its draft may still be dropped."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="formalisations")
    policy_version = models.ForeignKey(
        "responsibilities.PolicyVersion", on_delete=models.CASCADE, related_name="formalisations"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField("定型日期")

    class Meta:
        verbose_name = verbose_name_plural = "定型为制度"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["practice", "policy_version"], name="formalisation_once")]

    def __str__(self):
        return str(self.policy_version)


class AdoptionQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    def visible_to(self, user, right=VIEW):
        """Adoptions of organisations within reach; their practice's owner reads them too."""
        condition = reach(user, right, "organisation__")
        if right == VIEW:
            condition |= reach(user, VIEW, "practice__organisation__")
        return self.filter(condition)

    def open(self):
        """Those that go on today."""
        return self.filter(_goes_on(clock.today()))

    def to_judge(self):
        """Those of which the organisation said what came of it, and nobody above yet; not those that were dropped."""
        return self.open().filter(reported_on__isnull=False, judged_on__isnull=True)


class Adoption(models.Model):
    """An organisation does as another does, from `starts` on; what it says came of it, and what its superior says.

    One that was judged and stops keeps both; what is said of it ends with `ends` (`stop_reason` says why), or with its
    organisation (`ended`).
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="adoptions")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="adoptions")
    starts = models.DateField("采用日期")
    ends = models.DateField("停止日期", null=True, blank=True)
    adapted = models.CharField("怎样改动", max_length=200, blank=True)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    result = models.CharField("结果", max_length=8, choices=AdoptionResult.choices, blank=True)
    text = models.CharField("说明", max_length=200, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reported_on = models.DateField("报告日期", null=True, blank=True)
    level = models.CharField("评定", max_length=8, choices=AdoptionLevel.choices, blank=True)
    reason = models.CharField("评定理由", max_length=200, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    judged_on = models.DateField("评定日期", null=True, blank=True)
    stop_reason = models.CharField("停止原因", max_length=200, blank=True)

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "采用典型经验"
        default_permissions = ()
        ordering = ["starts", "pk"]
        indexes = [models.Index(fields=["judged_on"], name="adoption_judged")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "organisation"], condition=Q(ends__isnull=True), name="adoption_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="adoption_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(result="", reported_on__isnull=True)
                | (Q(reported_on__isnull=False) & ~Q(result="") & ~Q(text="")),
                name="adoption_reported_with_words",
            ),
            models.CheckConstraint(
                condition=Q(level="", judged_on__isnull=True)
                | (Q(judged_on__isnull=False, reported_on__isnull=False) & ~Q(level="") & ~Q(reason="")),
                name="adoption_judged_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(judged_by__isnull=True) | Q(reported_by__isnull=True) | ~Q(judged_by=F("reported_by")),
                name="adoption_judged_by_another",
            ),
            models.CheckConstraint(
                condition=Q(stop_reason="") | (Q(ends__isnull=False) & Q(judged_on__isnull=False)),
                name="adoption_stopped_once_judged",
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.practice}"

    @property
    def ended(self) -> date | None:
        """The day on which it ended: its organisation said so, or was archived, whichever came first; None while it goes on."""
        return min((day for day in (self.ends, self.organisation.archived_on) if day is not None), default=None)


def _goes_on(day: date) -> Q:
    """Return the condition «goes on beyond this day», over adoptions: not stopped by then, nor its organisation archived."""
    said = Q(ends__isnull=True) | Q(ends__gt=day)
    return said & (Q(organisation__archived_on__isnull=True) | Q(organisation__archived_on__gt=day))


def _decided(state):
    """Return the open decisions of this state of the practice of the outer statement."""
    return PracticeDecision.objects.order_by().filter(practice=OuterRef("pk"), ends__isnull=True, state=state)


def formalising(day: date, practice: str = "pk"):
    """Return the formalisations that stand on a day of the practice of the outer statement.

    One stands while the version it names, or a later one of the same policy, is in force and a whole mechanism: each step says
    who, within how many days, yielding what, and a rule says how it is assessed. A revision keeps what was formalised.
    """
    later = PolicyVersion.objects.in_force(day).whole().order_by()
    later = later.filter(policy=OuterRef("policy_version__policy"), number__gte=OuterRef("policy_version__number"))
    return Formalisation.objects.order_by().filter(Exists(later), practice=OuterRef(practice))


def _adoptions(condition):
    """Return the number of other organisations of which an adoption fits a condition, for annotations."""
    rows = Adoption.objects.order_by().filter(condition, practice=OuterRef("pk"))
    rows = rows.exclude(organisation=OuterRef("organisation")).values("practice")
    number = rows.annotate(number=Count("organisation", distinct=True)).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)
