"""Study topics: set, reported on midway, found, reviewed, and used by what came of them."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.audit.history import changed_by_another
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES, RECORD, VIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.text import clean_text, quoted
from members.activities.models import Activity
from members.cadres import rules
from members.cadres.models import Level, StudyTopic, TopicUse, in_group, member_of
from members.roster.models.members import Member

NOT_IN_GROUP = "课题的中期和结题由课题组成员填写。"
OWN = "课题组成员不评定自己的课题。"


def not_in_group() -> access.Forbidden:
    """The refusal of whoever does not look into a topic: no office opens it, so that nobody's name is told with it."""
    return access.Forbidden(DUTIES, reason=NOT_IN_GROUP)


def sets_for(user: Actor, organisation: Organisation) -> bool | None:
    """Return whether `user` sets topics at an organisation by his office (True), proposes them (False), or neither (None).

    Who proposes answers for the organisation and records there: a leader reports his own duties alone.
    """
    rights = access.rights_at(user, organisation)
    if ASSIGN in rights:
        return True
    return False if {DUTIES, RECORD} <= rights else None


def _require_sets(by: Actor, organisation: Organisation) -> bool:
    found = sets_for(by, organisation)
    access.require(by, ASSIGN if found else DUTIES, organisation)
    return bool(found)


def _held(topic: StudyTopic, version: int | None = None) -> StudyTopic:
    rows = StudyTopic.objects.select_for_update(of=("self",)).select_related("organisation__parent", "lead")
    fresh = rows.get(pk=topic.pk)
    if version is not None and version != fresh.version:
        raise changed_by_another(fresh)
    if fresh.cancelled_on is not None:
        raise Conflict("课题已终止，不能再修改。")
    return fresh


@one_transaction
def topic_set(
    *,
    by: Actor,
    organisation: Organisation,
    values: Mapping[str, Any],
    others: Collection[Member] = (),
    topic: StudyTopic | None = None,
    form_key: UUID | None = None,
    version: int | None = None,
) -> StudyTopic:
    """Set a topic, or change one that has no finding yet. values: lead, title, question, first, due.

    Raises ValidationError by field: a due day before the first, people who belong elsewhere, an archived organisation.
    """
    if organisation.archived_on:
        raise ValidationError(rules.archived_words(organisation.label, organisation.archived_on, "立课题"))
    if topic is None:
        # Of two posts of one form the second waits here, and finds what the first has made.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        known = StudyTopic.objects.filter(form_key=form_key).first() if form_key else None
        if known is not None:
            return known
        _refuse_again(organisation, str(values["title"]))
        row = StudyTopic(organisation=organisation, form_key=form_key)
    else:
        row = _held(topic, version)
        if row.found_on is not None:
            raise Conflict("课题已结题，不能再修改立题内容。")
    if values["due"] < values["first"]:
        raise ValidationError({"due": "结题时限不能早于立题日期。"})
    _among(organisation, [values["lead"], *others])
    new = row.pk is None
    with audit.change(by=by, verb="topic.set", obj=row, organisation=organisation) as said:
        for name, value in values.items():
            setattr(row, name, value)
        proposes = not _require_sets(by, organisation)
        row.proposed = proposes if new else row.proposed
        row.version += not new
        row.full_clean(exclude=["organisation", "form_key"])
        row.save()
        row.others.set([member for member in others if member.pk != row.lead_id])
        said.note = f"课题组 {1 + row.others.count()} 人"
    if new:
        _tell(by, row, f"请您负责调研课题：{row.title}，{clock.in_words(row.due)}前结题")
    return row


def _refuse_again(organisation: Organisation, title: str) -> None:
    """Refuse a topic that is set and looked into already: whoever goes back after he saved sends a form that was drawn anew."""
    same = StudyTopic.objects.open().filter(organisation=organisation, title=title).first()
    if same is not None:
        when = clock.in_words(same.first)
        raise ValidationError(
            {"title": f"{organisation.label}已有同名的课题正在研究（{when}立题），要改的请打开那一项修改。"}
        )


def _among(organisation: Organisation, members: Collection[Member]) -> None:
    """Refuse people who belong neither to the organisation nor to what lies below it, nor hold a seat there."""
    below = Organisation.objects.within(organisation).order_by().values("pk")
    ids = {member.pk for member in members}
    near = Member.objects.filter(pk__in=ids, home__in=below).values_list("pk", flat=True)
    seated = Member.objects.filter(pk__in=ids, posts__organisation__in=below, posts__ends__isnull=True)
    strange = ids - set(near) - set(seated.values_list("pk", flat=True))
    if strange:
        names = "、".join(member.name for member in members if member.pk in strange)
        raise ValidationError({"lead": f"{names}不属于{organisation.label}及下级。"})


def _require_group(by: Actor, topic: StudyTopic) -> None:
    """Raise Forbidden unless the account behind a write belongs to the group."""
    if by is not OPERATOR and not in_group(topic, member_of(by)):
        raise not_in_group()


@one_transaction
def topic_interim(*, by: Actor, topic: StudyTopic, interim: str, version: int | None = None) -> None:
    """Say how a topic stands midway; nobody has to."""
    row = _held(topic, version)
    _require_group(by, row)
    if row.found_on is not None:
        raise Conflict("课题已结题，不再填写中期情况。")
    text = clean_text(interim)
    with audit.change(by=by, verb="topic.interim", obj=row, organisation=row.organisation):
        row.interim, row.interim_on = text, clock.today()
        row.version += 1
        row.full_clean(exclude=["organisation", "form_key"])
        row.save()


@one_transaction
def topic_found(
    *, by: Actor, topic: StudyTopic, finding: str, activity: Activity | None = None, version: int | None = None
) -> None:
    """Say what was found, and in which meeting it was presented; anew as long as nobody has reviewed it."""
    row = _held(topic, version)
    _require_group(by, row)
    if row.level:
        raise Conflict("课题已评定，不能再修改研究结果。")
    if activity is not None and not Activity.objects.filter(pk=activity.pk, day__lte=clock.today()).exists():
        raise ValidationError({"activity": "汇报的会议不能晚于今天。"})
    with audit.change(by=by, verb="topic.found", obj=row, organisation=row.organisation):
        row.finding, row.activity = finding.strip(), activity
        row.found_on, row.found_by = row.found_on or clock.today(), account_of(by)
        row.version += 1
        row.full_clean(exclude=["organisation", "form_key"])
        row.save()


def why_not_review(user: Actor, topic: StudyTopic) -> str:
    """Return why `user`, who assigns work there, may not review a topic, or ""."""
    account = account_of(user)
    if account is None:
        return ""
    if in_group(topic, member_of(user)):
        return OWN
    return "本人登记的事项由他人审定。" if topic.found_by_id == account.pk else ""


@one_transaction
def topic_review(*, by: Actor, topic: StudyTopic, level: str, reason: str, version: int | None = None) -> None:
    """Say what a finding is worth, with a reason; neither by the group nor by who entered it."""
    row = _held(topic, version)
    access.require(by, ASSIGN, row.organisation)
    if row.found_on is None:
        raise Conflict("课题还没有结题，不能评定。")
    problem = why_not_review(by, row)
    if problem:
        raise access.Forbidden(ASSIGN, row.organisation, problem)
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请填写评定理由。"})
    with audit.change(by=by, verb="topic.review", obj=row, organisation=row.organisation):
        row.level, row.reason, row.reviewed_on, row.reviewed_by = level, reason, clock.today(), account_of(by)
        row.version += 1
        row.full_clean(exclude=["organisation", "form_key"])
        row.save()
    _tell(by, row, f"调研课题{row.title}已评定：{Level(level).label}")


@one_transaction
def topic_cancel(*, by: Actor, topic: StudyTopic, reason: str) -> None:
    """End a topic that will not be found, with a reason."""
    row = _held(topic)
    if row.found_on is not None:
        raise Conflict("课题已结题，不能终止。")
    with audit.change(by=by, verb="topic.cancel", obj=row, organisation=row.organisation):
        row.cancelled_on, row.cancel_reason = clock.today(), clean_text(reason)
        row.version += 1
        row.full_clean(exclude=["organisation", "form_key"])
        row.save()
        _require_sets(by, row.organisation)


@one_transaction
def topic_used(*, by: Actor, topic: StudyTopic, about: str, name: str, day: date | None = None) -> TopicUse:
    """Note that something came of a finding: a policy, practice, target or campaign, as the subject above says it.

    about: "policy/12". Twice gives the first one. ValidationError while nothing was found.
    """
    row = StudyTopic.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=topic.pk)
    if row.found_on is None or row.cancelled_on is not None:
        raise ValidationError(f"课题{quoted(row.title)}还没有结题，不能登记转化。")
    if not in_group(row, member_of(by)):
        access.require(by, VIEW, row.organisation)
    known = TopicUse.objects.filter(topic=row, about=about).first()
    if known is not None:
        return known
    use = TopicUse(topic=row, about=about, name=name[:80], day=day or clock.today(), added_by=account_of(by))
    with audit.change(by=by, verb="topic.use", obj=use, organisation=row.organisation):
        use.full_clean(exclude=["added_by"])
        use.save()
    return use


def _tell(by: Actor, topic: StudyTopic, text: str) -> None:
    """Tell the lead, where he has an account and did not do it himself."""
    to = topic.lead.account
    if to is not None and to != account_of(by):
        url = reverse("cadres_topic", args=[topic.pk])
        notice_send(by=by, to=to, kind="topic", text=text[:200], url=url, about=f"topic/{topic.pk}")
