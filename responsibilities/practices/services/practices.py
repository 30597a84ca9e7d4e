"""Write practices: proposed, changed, decided on, formalised as a policy, retired."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import quoted
from members.activities.models import COUNTING_STATES, Activity
from members.activities.services.ties import branch_of
from members.cadres.models import StudyTopic
from responsibilities.assigning import answers_for, require_assigns
from responsibilities.campaigns.models import Campaign
from responsibilities.campaigns.services.campaigns import check_version, reason_of
from responsibilities.policies.models import PolicyVersion
from responsibilities.policies.services.policies import PolicyData, StepData, policy_save
from responsibilities.practices.kept import keeper
from responsibilities.practices.marks import mark_practice
from responsibilities.practices.models import DecisionState, Formalisation, Practice, PracticeDecision, PracticeSource
from responsibilities.practices.rights import KINDS, require_own, require_proposes
from responsibilities.practices.rules import MOST_LINES, OWN_DECISION, OWN_PLACE, grain_words, step_lines
from responsibilities.requirements.services import responsible_for

COLUMNS = ("title", "problem", "steps", "started", "measure", "building", "way")


@dataclass
class Sources:
    """What a practice grew from; at most one of each when it is proposed."""

    activity: Activity | None = None
    campaign: Campaign | None = None
    policy_version: PolicyVersion | None = None
    topic: StudyTopic | None = None

    def known(self) -> dict[str, Activity | Campaign | PolicyVersion | StudyTopic]:
        return {name: row for name, row in vars(self).items() if row is not None}

    def of_reviewer(self, organisation: Organisation) -> bool:
        """Whether whoever reviews an organisation may recommend it from these: from a record, or a topic of its own."""
        return self.activity is not None or (self.topic is not None and self.topic.organisation_id == organisation.pk)


@dataclass
class PracticeData:
    """What the form says."""

    title: str
    problem: str
    steps: str
    started: date
    building: str
    measure: str = ""
    way: str = ""
    sources: Sources = field(default_factory=Sources)


def written(by: Actor, practice: Practice, verb: str, note: str = "") -> AbstractContextManager[audit.Change]:
    """Write a practice inside the block; leaves one entry of the trail."""
    return audit.change(
        by=by, verb=f"practice.{verb}", obj=practice, organisation=practice.organisation_id, note=note[:300]
    )


def held(practice: Practice) -> Practice:
    """Return the practice with its row locked, and its stage."""
    Practice.objects.select_for_update().get(pk=practice.pk)
    return Practice.objects.select_related("organisation__parent", "changed_by").with_stage().get(pk=practice.pk)


def tell(by: Actor, place: Organisation, practice: Practice, text: str) -> None:
    """Send one line to those who answer for an organisation."""
    for user in responsible_for(place):
        if user != by:
            notice_send(
                by=by,
                to=user,
                kind="practice",
                text=f"典型经验{quoted(practice.title)}{text}",
                url=reverse("practice_detail", args=[practice.pk]),
                about=f"practice/{practice.pk}/{place.pk}",
            )


def is_candidate(practice: Practice) -> bool:
    """Return whether nothing was decided on it yet and it was not retired."""
    rows = PracticeDecision.objects.filter(practice=practice, ends__isnull=True, state=DecisionState.CANDIDATE)
    return practice.retired_on is None and rows.exists()


def _check(data: PracticeData) -> None:
    found: dict[str, str] = {}
    if data.measure and (wrong := grain_words(data.measure, keeper().grain_of(data.measure))):
        found["measure"] = wrong
    if data.started > clock.today():
        found["started"] = "开始日期不能晚于今天。"
    if not step_lines(data.steps):
        found["steps"] = "请填写做法步骤。"
    if found:
        raise ValidationError(found)


def _write(by: Actor, practice: Practice, data: PracticeData) -> None:
    _check(data)
    for name in COLUMNS:
        setattr(practice, name, getattr(data, name))
    practice.version += 1
    practice.changed_by = account_of(by)
    same = Practice.objects.filter(organisation=practice.organisation, title=data.title, retired_on__isnull=True)
    if same.exclude(pk=practice.pk).exists():
        raise ValidationError({"title": "本组织已有同名的典型经验。"})
    practice.full_clean(exclude=["organisation", "author", "changed_by"], validate_constraints=False)
    practice.save()


def _check_sources(organisation: Organisation, sources: Sources) -> None:
    """Raise ValidationError for a record of another organisation, or one that does not count."""
    activity = sources.activity
    if activity is None:
        return
    if branch_of(activity).pk != organisation.pk:
        raise ValidationError("所选记录不是这个组织的，请从该组织的记录推荐。")
    if activity.state not in COUNTING_STATES:
        raise ValidationError("所选记录还没有通过审核，通过后再推荐。")


@one_transaction
def practice_propose(*, by: Actor, organisation: Organisation, data: PracticeData) -> Practice:
    """Propose a practice of a branch or general branch as a candidate and return it; ValidationError by field."""
    require_proposes(by, organisation, recommended=data.sources.of_reviewer(organisation))
    if organisation.archived_on:
        raise ValidationError(
            {"organisation": f"{organisation.label}已于 {organisation.archived_on:%Y-%m-%d} 撤销，不能再推荐。"}
        )
    if organisation.kind not in KINDS:
        raise ValidationError({"organisation": "请由党支部或党总支推荐。"})
    _check_sources(organisation, data.sources)
    practice = Practice(organisation=organisation, author=account_of(by), created=clock.now(), version=0)
    with written(by, practice, "create"):
        _write(by, practice, data)
        for name, row in data.sources.known().items():
            PracticeSource.objects.create(practice=practice, **{name: row})
        PracticeDecision.objects.create(
            practice=practice, state=DecisionState.CANDIDATE, starts=clock.today(), decided_by=account_of(by)
        )
    require_proposes(by, practice.organisation, recommended=data.sources.of_reviewer(practice.organisation))
    return practice


@one_transaction
def practice_update(*, by: Actor, practice: Practice, data: PracticeData, version: int | None = None) -> Practice:
    """Change a candidate. ValidationError by field; Conflict once it was proven, or where another saved meanwhile."""
    practice = held(practice)
    require_own(by, practice.organisation)
    check_version(practice, version)
    if not is_candidate(practice):
        raise Conflict("典型经验已经认定，内容不能再改。", record=practice)
    with written(by, practice, "update"):
        _write(by, practice, data)
    require_own(by, practice.organisation)
    return practice


@one_transaction
def practice_prove(*, by: Actor, practice: Practice, reason: str, decided_in: Activity | None = None) -> Practice:
    """Say that a candidate is proven, and by what; not whoever proposed it or answers for its organisation.

    ValidationError without a reason.
    """
    practice = held(practice)
    require_assigns(by, practice.organisation)
    if not is_candidate(practice):
        raise Conflict("这项典型经验已经认定或停用。", record=practice)
    account = account_of(by)
    if account is not None and account.pk == practice.author_id:
        raise Conflict(OWN_DECISION, record=practice)
    if answers_for(by, practice.organisation):
        raise Conflict(OWN_PLACE, record=practice)
    reason, today = reason_of(reason, "认定的依据"), clock.today()
    row = PracticeDecision(
        practice=practice,
        state=DecisionState.PROVEN,
        starts=today,
        reason=reason,
        decided_in=decided_in,
        decided_by=account,
    )
    with audit.change(
        by=by, verb="practice.prove", obj=row, organisation=practice.organisation_id, note=practice.title
    ):
        PracticeDecision.objects.filter(practice=practice, ends__isnull=True).update(ends=today)
        row.save()
    require_assigns(by, practice.organisation)
    tell(by, practice.organisation, practice, "已认定，其他组织可以采用")
    return practice


def written_of(practice: Practice) -> PolicyVersion | None:
    """Return the version of the policy into which a practice was written that is a draft, will be in force, or is, if any."""
    today = clock.today()
    taken = Formalisation.objects.order_by().filter(
        practice=practice, policy_version__policy=OuterRef("policy"), policy_version__number__lte=OuterRef("number")
    )
    ended = Q(issued_at__isnull=False, in_force_to__lt=today)
    return PolicyVersion.objects.filter(Exists(taken)).exclude(ended).select_related("policy").order_by("pk").last()


@one_transaction
def practice_formalise(*, by: Actor, practice: Practice, organisation: Organisation, title: str) -> PolicyVersion:
    """Write a proven practice into the draft of a policy, its lines as steps, and return the draft.

    Its practice is formalised once that version is in force with its whole mechanism. Conflict for a candidate, a retired one,
    or where a draft is there.
    """
    practice = held(practice)
    require_assigns(by, practice.organisation)
    if practice.stage not in ("proven", "formalised", "spreading"):
        raise Conflict("经认定的典型经验才能定型为制度。", record=practice)
    if practice.stage != "proven" or written_of(practice) is not None:
        raise Conflict("这项典型经验已经写成制度。", record=practice)
    data = PolicyData(organisation=organisation, title=title, building=practice.building, summary=practice.problem)
    lines = step_lines(practice.steps)[:MOST_LINES]
    version = policy_save(by=by, data=data, steps=[StepData(title=line[:80]) for line in lines])
    row = Formalisation(practice=practice, policy_version=version, made_by=account_of(by), made_on=clock.today())
    with audit.change(
        by=by, verb="practice.formalise", obj=row, organisation=practice.organisation_id, note=practice.title
    ):
        row.save()
    mark_practice(practice)
    return version


@one_transaction
def practice_retire(*, by: Actor, practice: Practice, reason: str) -> Practice:
    """Take a practice out of use with a reason: it takes no new adoption, those there are stay in history."""
    practice = held(practice)
    require_assigns(by, practice.organisation)
    if practice.retired_on is not None:
        raise Conflict("这项典型经验已经停用。", record=practice)
    reason = reason_of(reason, "停用原因")
    with written(by, practice, "retire", reason):
        practice.retired_on, practice.retire_reason = clock.today(), reason
        practice.version += 1
        practice.changed_by = account_of(by)
        practice.save()
    require_assigns(by, practice.organisation)
    tell(by, practice.organisation, practice, f"已停用：{reason}")
    return practice
