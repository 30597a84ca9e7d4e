"""Steps entered, taken back, explained, excepted; the decisions of the committee."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.access import who_can
from branches.reach.rights import MEMBERS, REVIEW
from branches.settings import dated
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text, quoted
from members.activities.models import ATTENDING, Activity, ActivityKindCode
from members.development.checks import count_wrong
from members.development.file import EXTEND, PASSED, Vote
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.models.papers import CaseVote
from members.development.rights import HELD_ABOVE, acts_at
from members.development.selectors.cases import case_of
from members.development.selectors.records import showable
from members.development.services.cases import check_day, checked_reason, held
from members.development.services.effects import applied
from members.development.standing import STOPPED, CaseStanding
from members.development.steps import BRANCH, COMMITTEE, GENERAL_BRANCH, Step, step

# Decided in the system itself: refused while a stop stands; what happened outside is recorded with its stop.
DECIDED = ("8", "13", "17", "24")
# Where the work committee admits, these come from outside with the number of its reply.
FROM_OUTSIDE = ("13", "17", "24")
# Columns that nobody types.
_SET_HERE = ["case", "activity", "added_by", "accepted_by", "excepted_by", "removed_by", "removed_at"]
OWN_DECISION = "本人登记的事项由他人审定。"
SENTENCE_MOST = 300


@dataclass
class StepData:
    """What is entered of a step. day: of a step without a record; the record's own day counts otherwise."""

    day: date | None = None
    activity: Activity | None = None
    document: str = ""
    text: str = ""
    result: str = PASSED
    vote: Vote | None = None
    objections: int | None = None


def admitted_outside() -> bool:
    """Return whether the work committee admits here (setting admitted_by_work_committee)."""
    return dated.whole("admitted_by_work_committee") == 1


def wants_record(spec: Step) -> bool:
    """Return whether a step rests on a record: not what comes from outside with a number."""
    return bool(spec.records) and not (spec.key in FROM_OUTSIDE and admitted_outside())


@one_transaction
def step_add(*, by: Actor, case: DevelopmentCase, key: str, data: StepData) -> CaseStep:
    """Enter a step as it happened and return it; what lacks something is entered, too, and takes no effect (domain truth 4).

    What is decided here itself is refused while something stops it. ValidationError by field.
    """
    row = held(case)
    spec = step(key)
    access.require(by, *acts_at(row, spec))
    day = _day(by, row, spec, data)
    if data.vote is not None and (wrong := count_wrong(data.vote)):
        raise ValidationError({"yes": wrong})
    entry = CaseStep(
        case=row,
        key=key,
        day=day,
        activity=data.activity,
        document=clean_text(data.document),
        text=_sentence(data.text),
        result=data.result,
        added_by=account_of(by),
    )
    _check_own(by, row, spec)
    with audit.change(by=by, verb="development.step", obj=entry, organisation=row.member.home_id, note=spec.label):
        entry.clean_fields(exclude=_SET_HERE)
        if entry.activity_id and row.entries.standing().filter(key=key, activity=entry.activity_id).exists():
            raise ValidationError({"activity": "这条记录已经登记为这一步。"})
        entry.save()
        _vote(entry, data.vote)
    _objections(row, data.objections)
    standing = case_of(row).standing
    _refuse_stopped(spec, data, standing)
    applied(by, row)
    if spec.who == COMMITTEE:
        _tell(by, row, f"{spec.name}已登记（{day:%Y-%m-%d}）")
    return entry


def _refuse_stopped(spec: Step, data: StepData, standing: CaseStanding) -> None:
    """Refuse what is decided here while something stops it; a decision against is none that could be stopped."""
    if spec.key not in DECIDED or data.result != PASSED or (spec.key in FROM_OUTSIDE and admitted_outside()):
        return
    view = standing.of(spec.key)
    if view.state == STOPPED:
        raise ValidationError(view.note)


def _day(by: Actor, row: DevelopmentCase, spec: Step, data: StepData) -> date:
    """Return the day of a step: its record's, else what was typed."""
    if data.activity is not None:
        _check_record(by, row, spec, data.activity)
        return data.activity.day
    if wants_record(spec):
        kinds = "、".join(ActivityKindCode(kind).label for kind in spec.records)
        raise ValidationError({"activity": f"这一步以{kinds}记录为准，请登记并选择记录。"})
    if data.day is None:
        raise ValidationError({"day": "请填写日期。"})
    check_day(data.day, "日期", "day", since=row.opened_on)
    return data.day


def _check_record(by: Actor, row: DevelopmentCase, spec: Step, activity: Activity) -> None:
    fresh = showable(by, row).select_related("organisation").filter(pk=activity.pk).first()
    if fresh is None:
        raise Http404
    kinds = set(fresh.kinds.values_list("kind", flat=True))
    if not kinds & set(spec.records):
        raise ValidationError({"activity": f"{quoted(spec.name)}不能用这类记录。"})
    if not _held_there(row, spec, fresh.organisation):
        raise ValidationError({"activity": f"这条记录不是{quoted(spec.name)}应由其举办的组织的。"})
    if fresh.day < row.opened_on:
        raise ValidationError({"activity": f"记录日期不能早于递交申请日期（{row.opened_on:%Y-%m-%d}）。"})
    if spec.names and not names_person(fresh, row):
        raise ValidationError({"activity": f"这条记录没有写明{row.member.name}，请在记录中补上。"})


def _held_there(row: DevelopmentCase, spec: Step, place: Organisation) -> bool:
    home = row.member.home
    above = place.pk != home.pk and place.contains(home)
    if spec.who == BRANCH:
        return place.pk == home.pk or (above and spec.key in HELD_ABOVE)
    if spec.who == GENERAL_BRANCH:
        return above and place.kind == Kind.GENERAL_BRANCH
    return above


def names_person(activity: Activity, case: DevelopmentCase) -> bool:
    """Return whether a record says that the person took part: in its attendance, or by name."""
    if activity.attendance.filter(member=case.member_id, state__in=ATTENDING).exists():
        return True
    name = case.member.name
    decisions = activity.resolutions.values_list("text", flat=True)
    return any(name in words for words in (activity.title, activity.content, *decisions))


def _sentence(text: str) -> str:
    text = clean_text(text)
    if len(text) > SENTENCE_MOST:
        raise ValidationError({"text": f"说明不超过 {SENTENCE_MOST} 字，现有 {len(text)} 字。"})
    return text


def _vote(entry: CaseStep, vote: Vote | None) -> None:
    if vote is not None:
        counts = {"yes": vote.yes, "no": vote.no, "abstain": vote.abstain, "written_yes": vote.written}
        months = vote.months if vote.about == EXTEND else 0
        row = CaseVote(
            entry=entry, about=vote.about, expected=vote.expected, present=vote.present, months=months, **counts
        )
        row.full_clean(exclude=["entry"])
        row.save()


def _objections(row: DevelopmentCase, number: int | None) -> None:
    if number is not None:
        last = row.notices.order_by("posted_on", "pk").last()
        if last is not None:
            last.objections = number
            last.save(update_fields=["objections"])


def _check_own(by: Actor, row: DevelopmentCase, spec: Step) -> None:
    """Nobody decides on what he entered (mechanisms 0.5)."""
    account = account_of(by)
    if spec.key not in DECIDED or account is None:
        return
    rests_on = [key for key in spec.needs if step(key).who == BRANCH]
    if row.entries.standing().filter(key__in=rests_on, added_by=account).exists():
        raise Conflict(OWN_DECISION, record=row)


def _tell(by: Actor, row: DevelopmentCase, words: str) -> None:
    """Tell those who keep the people of the branch what was decided; nobody further up, and not whoever did it."""
    home = row.member.home
    for seat in _keepers(home):
        if seat.user != by:
            notice_send(
                by=by,
                to=seat.user,
                kind="development",
                text=f"{row.member.name}：{words}",
                url=reverse("development_detail", args=[row.pk]),
                about=f"development/{row.pk}",
            )


def _keepers(home: Organisation) -> Iterable:
    return [seat for seat in who_can(MEMBERS, home) if seat.organisation_id == home.pk]


def _held_entry(entry: CaseStep) -> tuple[DevelopmentCase, CaseStep]:
    row = held(entry.case)
    fresh = CaseStep.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    fresh.case = row
    if fresh.removed_at is not None:
        raise Conflict("这一步的登记已经撤下。", record=row)
    return row, fresh


@one_transaction
def step_remove(*, by: Actor, entry: CaseStep, reason: str) -> CaseStep:
    """Take back what was entered wrongly, with a reason; the first day of a case stays. The person is what then follows."""
    row, fresh = _held_entry(entry)
    spec = step(fresh.key)
    access.require(by, *acts_at(row, spec))
    if fresh.key == "1":
        raise Conflict("递交申请的日期随发展进程，不能撤下。", record=row)
    reason = checked_reason(reason, "撤下原因")
    with audit.change(by=by, verb="development.untie", obj=fresh, organisation=row.member.home_id, note=reason):
        fresh.removed_at, fresh.removed_by, fresh.remove_reason = clock.now(), account_of(by), reason
        fresh.save(update_fields=["removed_at", "removed_by", "remove_reason"])
    applied(by, row)
    return fresh


@one_transaction
def step_explain(*, by: Actor, entry: CaseStep, text: str) -> CaseStep:
    """Say why a step came late or lacks something; it stays marked, and costs nothing once a superior accepted that."""
    row, fresh = _held_entry(entry)
    access.require(by, MEMBERS, row.member.home)
    text = checked_reason(text, "情况说明", "text", SENTENCE_MOST)
    with audit.change(by=by, verb="development.explain", obj=fresh, organisation=row.member.home_id, note=text):
        fresh.explanation, fresh.accepted_by = text, None
        fresh.save(update_fields=["explanation", "accepted_by"])
    applied(by, row)
    return fresh


@one_transaction
def step_accept(*, by: Actor, entry: CaseStep) -> CaseStep:
    """Accept an explanation, as a superior who did not give it."""
    row, fresh = _held_entry(entry)
    access.require(by, REVIEW, row.member.home)
    if not fresh.explanation:
        raise Conflict("还没有情况说明。", record=row)
    if fresh.accepted_by_id is not None:
        raise Conflict("情况说明已经采纳。", record=row)
    account = account_of(by)
    if account is not None and fresh.added_by_id == account.pk:
        raise Conflict(OWN_DECISION, record=row)
    with audit.change(by=by, verb="development.accept", obj=fresh, organisation=row.member.home_id):
        fresh.accepted_by = account
        fresh.save(update_fields=["accepted_by"])
    applied(by, row)
    _tell(by, row, f"{step(fresh.key).name}的情况说明已采纳")
    return fresh


@one_transaction
def step_except(*, by: Actor, entry: CaseStep, reason: str) -> CaseStep:
    """Let a step stand in spite of a stop, for a reason: only where the text knows exceptions (11: 个别特殊情况除外, 第十七条)."""
    row, fresh = _held_entry(entry)
    access.require(by, REVIEW, row.member.home)
    if fresh.key != "11":
        raise Conflict(f"{step(fresh.key).name}没有可以例外的规定。", record=row)
    account = account_of(by)
    if account is not None and fresh.added_by_id == account.pk:
        raise Conflict(OWN_DECISION, record=row)
    reason = checked_reason(reason, "特殊情况", "reason", SENTENCE_MOST)
    with audit.change(by=by, verb="development.except", obj=fresh, organisation=row.member.home_id, note=reason):
        fresh.excepted_by, fresh.except_reason = account, reason
        fresh.save(update_fields=["excepted_by", "except_reason"])
    applied(by, row)
    _tell(by, row, f"{step(fresh.key).name}按特殊情况同意")
    return fresh
