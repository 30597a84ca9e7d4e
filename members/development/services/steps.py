"""Steps entered, taken back, explained, excepted; the decisions of the committee."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.access import who_can
from branches.reach.rights import MEMBERS, REVIEW
from branches.rulebook import rule, short_citation
from branches.settings import dated
from common import clock
from common.database import one_transaction
from common.errors import Conflict, changed_by
from common.operator import Actor, account_of
from common.text import clean_text, quoted
from members.activities.models import Activity, ActivityKindCode
from members.development.checks import BY_COMMITTEE, count_wrong
from members.development.file import EXTEND, PASSED, Vote
from members.development.models.cases import CaseOutcome, CaseStep, DevelopmentCase
from members.development.models.papers import CaseVote
from members.development.rights import acts_at, decided_at, may_hold
from members.development.selectors.anew import stands_already
from members.development.selectors.cases import case_of, hanging, last_vote, takes_back, vote_of
from members.development.selectors.records import fitting_records, names_person, replaces_committee, showable
from members.development.services.cases import check_day, checked_reason, held
from members.development.services.effects import applied
from members.development.standing import STOPPED, UNCOUNTED, CaseStanding
from members.development.steps import (
    APPROVAL,
    BRANCH,
    COMMITTEE,
    DECIDED,
    FULL_APPROVAL,
    LISTING,
    TEXT_OF_2026,
    Step,
    step,
)
from members.roster.models.members import MemberStage

# Where the work committee admits, these come from outside with the number of its reply.
FROM_OUTSIDE = ("13", "17", "24")
# Columns that nobody types.
_SET_HERE = ["case", "activity", "added_by", "accepted_by", "excepted_by", "removed_by", "removed_at"]
OWN_DECISION = "本人登记的事项由他人审定。"
SENTENCE_MOST = 300
# Why an entry was taken back that the same record shows anew.
PUT_RIGHT = "更正后重新登记"


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

    Entered once more by the same record, what took no effect is put right: the entry of before is taken back. What is decided here
    itself is refused while something stops it. ValidationError by field.
    """
    row = held(case)
    spec = step(key)
    access.require(by, *acts_at(row, spec))
    day = _day(by, row, spec, data)
    if key == LISTING and day >= TEXT_OF_2026 and hanging(row) is None:
        raise ValidationError({"day": f"还没有公示，请先登记公示，依据{short_citation(rule('dev-public-5wd'))}。"})
    if data.vote is not None:
        data.vote = _as_recorded(data.vote, data.activity)
        if wrong := count_wrong(data.vote):
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
    before = row.member.stage
    with audit.change(by=by, verb="development.step", obj=entry, organisation=row.member.home_id, note=spec.label):
        entry.clean_fields(exclude=_SET_HERE)
        _put_right(by, row, entry, data)
        _check_twice(row, entry, data.objections)
        _check_standing(by, row, entry, spec)
        entry.save()
        _vote(entry, data.vote)
    _objections(row, data.objections)
    standing = case_of(row).standing
    _refuse_stopped(spec, data, standing)
    applied(by, row)
    if spec.who == COMMITTEE:
        tell(by, row, _decided_words(row, spec, entry, before))
        _tell_person(by, row, entry)
    return entry


def _decided_words(row: DevelopmentCase, spec: Step, entry: CaseStep, before: str) -> str:
    """Return what the committee decided, and what the person is since, or until when he is on probation."""
    said = entry.get_result_display() if "result" in spec.typed else "已登记"
    words = f"{spec.name}{said}（{entry.day:%Y-%m-%d}）"
    if row.outcome == CaseOutcome.CANCELLED:
        return f"{words}，{row.get_outcome_display()}"
    if row.member.stage != before:
        return f"{words}，现为{row.member.get_stage_display()}"
    vote = spec.key == FULL_APPROVAL and entry.result == PASSED and last_vote(row)
    ends = case_of(row).standing.probation_ends
    return f"{words}，预备期延长至 {ends:%Y-%m-%d}" if vote and vote.about == EXTEND and ends else words


def _tell_person(by: Actor, row: DevelopmentCase, entry: CaseStep) -> None:
    """Tell somebody with an account that he was admitted; a decision against him is told by those who talk with him, and not by a notice."""
    account, words = row.member.account, {APPROVAL: "您已被批准为预备党员", FULL_APPROVAL: "您已被批准转为正式党员"}
    stage = {APPROVAL: MemberStage.PROBATIONARY, FULL_APPROVAL: MemberStage.FULL}.get(entry.key)
    if account is None or account == by or stage is None or row.member.stage != stage:
        return
    text = f"{words[entry.key]}（{entry.day:%Y-%m-%d}）"
    if entry.key == FULL_APPROVAL and row.member.full_on is not None:
        text += f"，党龄从 {row.member.full_on:%Y-%m-%d} 算起"
    notice_send(
        by=by,
        to=account,
        kind="development",
        text=text,
        url=reverse("member_own"),
        about=f"development/{row.pk}",
    )


def _as_recorded(vote: Vote, activity: Activity | None) -> Vote:
    """Return a vote with the numbers of its meeting's record, where that has them: nobody types them again (0), nor others."""
    if activity is None or activity.voters_expected is None or activity.voters_present is None:
        if not vote.expected or not vote.present:
            raise ValidationError({"expected": "所选会议记录没有应到、实到人数，请填写。"})
        return vote
    said = (activity.voters_expected, activity.voters_present)
    if vote.expected not in (0, said[0]) or vote.present not in (0, said[1]):
        words = f"与会议记录（应到有表决权 {said[0]} 人、实到 {said[1]} 人）不一致；记录有误的，请先更正记录。"
        raise ValidationError({"expected": words})
    return replace(vote, expected=said[0], present=said[1])


def _put_right(by: Actor, row: DevelopmentCase, entry: CaseStep, data: StepData) -> None:
    """Take back what the same record showed of a step before, where that took no effect and something else is said now."""
    if entry.activity_id is None:
        _put_objections_right(by, row, entry, data.objections)
        return
    old = row.entries.standing().select_related("vote").filter(key=entry.key, activity=entry.activity_id).first()
    if old is None:
        return
    view = case_of(row).standing.of(entry.key)
    stopped = view.state == STOPPED and view.entry is not None and view.entry.pk == old.pk
    if not stopped or _said(old, vote_of(old)) == _said(entry, data.vote):
        raise ValidationError({"activity": "这条记录已经登记为这一步。"})
    entry.explanation = old.explanation
    _take_back(by, row, old, PUT_RIGHT)


def _put_objections_right(by: Actor, row: DevelopmentCase, entry: CaseStep, number: int | None) -> None:
    """Take back a listing that took no effect, of which nothing but the number of objections is said otherwise now."""
    old = _same(row, entry) if _counts_otherwise(row, number) else None
    if old is not None and case_of(row).standing.of(entry.key).state == STOPPED:
        entry.explanation = old.explanation
        _take_back(by, row, old, PUT_RIGHT)


def _counts_otherwise(row: DevelopmentCase, number: int | None) -> bool:
    """Whether the notice that hangs had another number of objections until now."""
    hung = hanging(row) if number is not None else None
    return hung is not None and hung.objections != number


def _check_standing(by: Actor, row: DevelopmentCase, entry: CaseStep, spec: Step) -> None:
    """Refuse another entry of what stands, which is taken back first; one that took no effect goes where it would hide an earlier one."""
    case = case_of(row)
    beside = "activity" if entry.activity_id is not None else "day"
    if words := stands_already(case, spec, entry.day):
        raise ValidationError({beside: words})
    view = case.standing.of(spec.key)
    if view.state not in (STOPPED, UNCOUNTED) or view.entry is None or view.entry.day <= entry.day:
        return
    if view.entry.result != PASSED:
        words = f"{view.entry.day:%Y-%m-%d}已登记为不通过或暂缓，重新办理不能早于这一天；登记有误的，请先撤下。"
        raise ValidationError({beside: words})
    if not any(fault.decided for fault in view.faults):
        _take_back(by, row, row.entries.get(pk=view.entry.pk), PUT_RIGHT)


def _said(entry: CaseStep, vote: Vote | None) -> tuple:
    return entry.document, entry.text, entry.result, vote


def _take_back(by: Actor, row: DevelopmentCase, entry: CaseStep, reason: str) -> None:
    with audit.change(by=by, verb="development.untie", obj=entry, organisation=row.member.home_id, note=reason):
        entry.removed_at, entry.removed_by, entry.remove_reason = clock.now(), account_of(by), reason
        entry.save(update_fields=["removed_at", "removed_by", "remove_reason"])


def _check_twice(row: DevelopmentCase, entry: CaseStep, objections: int | None) -> None:
    """Of a form that was sent twice, or by two at once, the second finds what the first wrote; another day is another entry."""
    before = _same(row, entry)
    if before is not None and not _counts_otherwise(row, objections):
        raise changed_by(before.added_by.name if before.added_by else "系统", row)


def _same(row: DevelopmentCase, entry: CaseStep) -> CaseStep | None:
    same = row.entries.standing().filter(
        key=entry.key, day=entry.day, activity=entry.activity_id, document=entry.document, text=entry.text
    )
    found: CaseStep | None = same.select_related("added_by").filter(result=entry.result).first()
    return found


def _refuse_stopped(spec: Step, data: StepData, standing: CaseStanding) -> None:
    """Refuse what is decided here while something stops it; a decision against is none that could be stopped."""
    if spec.key not in DECIDED or data.result != PASSED or (spec.key in FROM_OUTSIDE and admitted_outside()):
        return
    view = standing.of(spec.key)
    if view.state == STOPPED:
        raise ValidationError(view.note)


def _day(by: Actor, row: DevelopmentCase, spec: Step, data: StepData) -> date:
    """Return the day of a step: its record's, else what was typed."""
    if data.activity is None and spec.paper and data.day is not None:
        # A record of that day says more than a typed day does.
        data.activity = fitting_records(by, row, spec).filter(day=data.day).first()
    if data.activity is not None:
        _check_record(by, row, spec, data.activity)
        return data.activity.day
    if wants_record(spec) and not (spec.paper and data.day is not None):
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
    if not may_hold(row, spec, fresh.organisation):
        raise ValidationError({"activity": f"这条记录不是{quoted(spec.name)}应由其举办的组织的。"})
    if replaces_committee(spec, fresh.organisation, kinds, fresh.day):
        raise ValidationError({"activity": f"{BY_COMMITTEE}依据{short_citation(rule(spec.rules[0]))}。"})
    if fresh.day < row.opened_on:
        raise ValidationError({"activity": f"记录日期不能早于递交申请日期（{row.opened_on:%Y-%m-%d}）。"})
    if spec.names and not names_person(fresh, row):
        raise ValidationError({"activity": f"这条记录没有写明{row.member.name}，请在记录中补上。"})


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
        last = row.notices.standing().order_by("posted_on", "pk").last()
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


def tell(by: Actor, row: DevelopmentCase, words: str, *, above: bool = False) -> None:
    """Tell those who keep the people of the branch what was decided; not whoever did it. above: those who decide on the case, too."""
    seats = [*_keepers(row.member.home), *(_deciders(row) if above else ())]
    for user in dict.fromkeys(seat.user for seat in seats):
        if user != by:
            notice_send(
                by=by,
                to=user,
                kind="development",
                text=f"{row.member.name}：{words}",
                url=reverse("development_detail", args=[row.pk]),
                about=f"development/{row.pk}",
            )


def _keepers(home: Organisation) -> Iterable:
    return [seat for seat in who_can(MEMBERS, home) if seat.organisation_id == home.pk]


def _deciders(row: DevelopmentCase) -> Iterable:
    """Return the appointments of the nearest that decide on a case; nobody further up."""
    able = who_can(REVIEW, decided_at(row))
    return [seat for seat in able if seat.organisation_id == able[0].organisation_id]


def _held_entry(entry: CaseStep) -> tuple[DevelopmentCase, CaseStep]:
    row = held(entry.case)
    fresh = CaseStep.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    fresh.case = row
    if fresh.removed_at is not None:
        raise Conflict("这一步的登记已经撤下。", record=row)
    return row, fresh


@one_transaction
def step_remove(*, by: Actor, entry: CaseStep, reason: str) -> CaseStep:
    """Take back what was entered wrongly, with a reason; the first day of a case stays. The person is what then follows.

    What a decision above rests on is taken back by those who decided; who keeps the person, and they, are told what he is then.
    """
    row, fresh = _held_entry(entry)
    spec = step(fresh.key)
    before = case_of(row)
    access.require(by, *takes_back(before, spec))
    if fresh.key == "1":
        raise Conflict("递交申请的日期随发展进程，不能撤下。", record=row)
    reason = checked_reason(reason, "撤下原因")
    _take_back(by, row, fresh, reason)
    after = applied(by, row)
    if after.standing.stage != before.standing.stage:
        words = f"{spec.name}的登记已撤下，{row.member.name}现为{after.standing.stage.label}：{reason}"
        tell(by, row, words[:200], above=True)
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
    access.require(by, REVIEW, decided_at(row))
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
    tell(by, row, f"{step(fresh.key).name}的情况说明已采纳")
    return fresh


@one_transaction
def step_except(*, by: Actor, entry: CaseStep, reason: str) -> CaseStep:
    """Let a step stand in spite of a stop, for a reason: only where the text knows exceptions (11: 个别特殊情况除外, 第十七条)."""
    row, fresh = _held_entry(entry)
    access.require(by, REVIEW, decided_at(row))
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
    tell(by, row, f"{step(fresh.key).name}按特殊情况同意")
    return fresh
