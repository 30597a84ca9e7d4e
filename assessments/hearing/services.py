"""From a trial to a frozen result: sent to the branches, confirmed or objected to, answered, frozen (judgement 7)."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse

from assessments.hearing.models import Counting, Decision, Objection, ObjectionState, Opinion
from assessments.hearing.rules import last_day
from assessments.hearing.selectors import own_places, score_now, still_open, why_not_object
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.results.services import decided, locked, ready, root_of_results, settled
from assessments.scoring.methods import ELSEWHERE
from assessments.scoring.totals import COMPLETE
from branches import audit
from branches.access.models import User
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import fresh
from branches.reach.rights import ASSESS, OBJECT, PUBLISH
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.periods import Period
from common.text import quoted
from members.activities.models import Activity
from responsibilities.requirements.services import responsible_for

KIND = "hearing"


def checkup_address(assessment: Assessment, organisation: int) -> str:
    """Return the address of one branch's page of an assessment; it stays when a trial is run again."""
    return reverse("result_checkup", args=[assessment.pk, organisation])


@one_transaction
def assessment_send(*, by: Actor, assessment: Assessment) -> Assessment:
    """Send the trial of a closed period to its branches, who confirm or object until `heard_until`.

    Raises ValidationError for a trial that is not whole or was computed before the period closed, Conflict for any other state.
    """
    root = root_of_results()
    access.require(by, ASSESS, root)
    assessment = locked(assessment, AssessmentState.TRIAL, "送支部")
    ready(assessment, "送支部")
    with audit.change(by=by, verb="assessment.send", obj=assessment, organisation=root):
        assessment.state, assessment.sent = AssessmentState.SENT, clock.now()
        assessment.sent_by, assessment.heard_until = account_of(by), last_day(clock.today())
        assessment.save()
    for row in assessment.results.filter(state=COMPLETE).select_related("organisation"):
        until = f"，{clock.in_words(assessment.heard_until)}前确认或提出异议，不回复视为无异议"
        text = f"{Period.parse(assessment.period).label()}考核结果已送{row.organisation.label}{until}"
        _tell(by, row.organisation, text, checkup_address(assessment, row.organisation_id))
    return assessment


def _tell(by: Actor, place: Organisation, text: str, url: str) -> None:
    for user in responsible_for(place):
        notice_send(by=by, to=user, kind=KIND, text=text, url=url, about=url)


def _of_own(by: Actor, assessment: Assessment, organisation: Organisation) -> tuple[Assessment, Result]:
    """Return (assessment locked, result) for the secretary of the branch itself, while it is heard."""
    access.require(by, OBJECT, organisation)
    if by is not OPERATOR and organisation.pk not in own_places(by):
        raise access.Forbidden(OBJECT, organisation)
    assessment = locked(assessment, AssessmentState.SENT, "确认或提出异议")
    result = Result.objects.filter(assessment=assessment, organisation=organisation, state=COMPLETE).first()
    if result is None:
        raise ValidationError("这次考核没有这个党支部的得分。")
    return assessment, result


@one_transaction
def result_confirm(*, by: Actor, assessment: Assessment, organisation: Organisation) -> Opinion:
    """Say for a branch that its result is right as it is; an objection without an answer has to be withdrawn before."""
    assessment, result = _of_own(by, assessment, organisation)
    if _own(assessment, organisation).filter(state__in=(ObjectionState.OPEN, ObjectionState.DRAFTED)).exists():
        raise Conflict("还有异议没有答复，答复或撤回之后再确认。")
    Opinion.objects.filter(assessment=assessment, organisation=organisation).delete()
    row = Opinion(assessment=assessment, organisation=organisation, points=result.so_far, out_of=result.out_of)
    row.made_by, row.made = account_of(by), clock.now()
    with audit.change(by=by, verb="result.confirm", obj=row, organisation=organisation):
        row.save()
    return row


def _own(assessment: Assessment, organisation: Organisation) -> QuerySet[Objection]:
    rows = Objection.objects.filter(assessment=assessment, organisation=organisation)
    return rows.exclude(state=ObjectionState.WITHDRAWN)


@one_transaction
def objection_make(
    *,
    by: Actor,
    assessment: Assessment,
    organisation: Organisation,
    indicator: str,
    reason: str,
    records: Collection[Activity] = (),
) -> Objection:
    """Object for a branch to the points of one indicator, within the window; once more after an answer.

    records: those that it names, of the branch or its groups. Raises ValidationError by field, Conflict after the window.
    """
    assessment, result = _of_own(by, assessment, organisation)
    if not reason.strip():
        raise ValidationError({"reason": "请写明异议理由。"})
    score = score_now(assessment, organisation.pk, indicator)
    if score is None or score.points is None:
        raise ValidationError("这项指标当期没有计分，不能提出异议。")
    if score.points >= score.maximum:
        raise ValidationError("这项指标没有失分，不用提出异议。")
    earlier = list(_own(assessment, organisation).filter(indicator=indicator).order_by("turn"))
    if refused := why_not_object(assessment, earlier):
        raise Conflict(refused)
    row = Objection(
        assessment=assessment,
        organisation=organisation,
        indicator=indicator,
        name=score.name,
        turn=len(earlier) + 1,
        reason=reason.strip(),
        points=score.points,
        maximum=score.maximum,
        then=_as_it_stands(result, score),
        made_by=account_of(by),
        made=clock.now(),
        due=last_day(clock.today()),
    )
    with audit.change(by=by, verb="objection.make", obj=row, organisation=organisation):
        row.save()
        row.records.set(records)
    # Who objects does not confirm.
    Opinion.objects.filter(assessment=assessment, organisation=organisation).delete()
    return row


def _as_it_stands(result: Result, score: Score) -> dict[str, Any]:
    """What a later trial would take away: the figures that the branch objects to, and why points were lost."""
    return {
        "so_far": str(result.so_far),
        "out_of": str(result.out_of),
        "rate": None if result.total is None else str(result.total),
        "reasons": [
            {"text": reason["text"], "points": reason["points"], "target": reason["target"]}
            for reason in score.reasons
            if reason["kind"] != ELSEWHERE
        ],
    }


@one_transaction
def opinion_submit(
    *,
    by: Actor,
    assessment: Assessment,
    organisation: Organisation,
    objections: Collection[tuple[str, str, Collection[Activity]]] = (),
) -> list[Objection]:
    """Say for a branch at once what it says of all its losses; what it does not object to it confirms.

    objections: (indicator, reason, records). All of them are made or none. Raises as objection_make and result_confirm do.
    """
    if not objections:
        result_confirm(by=by, assessment=assessment, organisation=organisation)
    return [
        objection_make(
            by=by,
            assessment=assessment,
            organisation=organisation,
            indicator=indicator,
            reason=reason,
            records=records,
        )
        for indicator, reason, records in objections
    ]


@one_transaction
def objection_withdraw(*, by: Actor, objection: Objection) -> Objection:
    """Take back an objection before its answer is released."""
    access.require(by, OBJECT, objection.organisation)
    objection = _locked(objection)
    if by is not OPERATOR and objection.organisation_id not in own_places(by):
        raise access.Forbidden(OBJECT, objection.organisation)
    with audit.change(by=by, verb="objection.withdraw", obj=objection, organisation=objection.organisation_id):
        objection.state = ObjectionState.WITHDRAWN
        objection.save()
    return objection


def _locked(objection: Objection) -> Objection:
    fresh_one = Objection.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=objection.pk)
    if not fresh_one.unanswered:
        raise Conflict(f"这项异议现在的状态是{quoted(fresh_one.get_state_display())}。")
    locked(fresh_one.assessment, AssessmentState.SENT, "答复异议")
    return fresh_one


def _stranger(by: Actor, objection: Objection) -> None:
    """Raise where `by` made the objection, or speaks for the branch that did."""
    if by is OPERATOR:
        return
    if objection.made_by_id == by.pk or objection.organisation_id in own_places(by):
        raise Conflict("自己提出的异议由别人答复。")


@one_transaction
def answer_draft(*, by: Actor, objection: Objection, decision: str, answer: str, counting: str = "") -> Objection:
    """Draft the answer to an objection; another person releases it. Raises ValidationError by field."""
    access.require(by, ASSESS, objection.organisation)
    objection = _locked(objection)
    _stranger(by, objection)
    if decision not in Decision.values:
        raise ValidationError({"decision": "请选择是否采纳。"})
    if decision == Decision.PARTLY and counting not in Counting.values:
        raise ValidationError({"counting": "部分采纳的，请选择计入办法。"})
    if not answer.strip():
        raise ValidationError({"answer": "请写明理由。"})
    with audit.change(by=by, verb="objection.draft", obj=objection, organisation=objection.organisation_id):
        objection.decision, objection.answer = decision, answer.strip()
        objection.counting = counting if decision == Decision.PARTLY else ""
        objection.state, objection.sent_back = ObjectionState.DRAFTED, ""
        objection.drafted_by, objection.drafted = account_of(by), clock.now()
        objection.save()
    return objection


def may_release(user: Actor, objection: Objection) -> bool:
    """Whether `user` may be the second person of an answer: who assesses or publishes; of a further objection the Party group's
    secretary (judgement 7.1)."""
    now = fresh(user, at=objection.organisation_id)
    if objection.turn > 1:
        return any(seat.role == "party_group_secretary" for seat in now.seats)
    place = objection.organisation_id
    return now.holds(ASSESS, place) or now.holds(PUBLISH, place)


def _second(by: Actor, objection: Objection) -> Objection:
    """Return the drafted objection locked, for the person who may release it."""
    if by is not OPERATOR and not may_release(by, objection):
        access.require(by, PUBLISH if objection.turn > 1 else ASSESS, objection.organisation)
        raise access.Forbidden(PUBLISH, objection.organisation)
    objection = _locked(objection)
    _stranger(by, objection)
    if objection.state != ObjectionState.DRAFTED:
        raise Conflict("这项异议还没有拟出答复。")
    if by is not OPERATOR and objection.drafted_by_id == by.pk:
        raise Conflict("答复由您拟出，须由另一位有权限的同志复核。")
    return objection


def _borne_out(objection: Objection, score: Score | None) -> None:
    """Raise ValidationError unless the newest trial bears out what the drafted answer says of the points."""
    points = score.points if score is not None else None
    if objection.decision == Decision.REFUSED:
        return
    if points is None or points <= objection.points:
        words = "没有变化" if points == objection.points else "没有增加"
        now = "不计分" if points is None else f"{points} 分"
        raise ValidationError(
            f"采纳异议的，先按理由处理有关记录并重新试算；{quoted(objection.name)}原为 {objection.points} 分，"
            f"现在还是 {now}，{words}。"
        )
    if objection.decision == Decision.PARTLY and score is not None and points >= score.maximum:
        raise ValidationError(f"{quoted(objection.name)}重新试算后已是满分，应答复为“采纳”。")


@one_transaction
def answer_release(*, by: Actor, objection: Objection) -> Objection:
    """Release a drafted answer. Nobody types points: an objection that is taken has changed them by a new trial before."""
    objection = _second(by, objection)
    score = score_now(objection.assessment, objection.organisation_id, objection.indicator)
    points = score.points if score is not None else None
    _borne_out(objection, score)
    with audit.change(by=by, verb="objection.answer", obj=objection, organisation=objection.organisation_id):
        objection.state, objection.points_after = ObjectionState.ANSWERED, points
        objection.released_by, objection.released = account_of(by), clock.now()
        objection.save()
    words = f"{quoted(objection.name)}的异议已答复：{objection.get_decision_display()}，{objection.answer}"
    _tell(by, objection.organisation, words, checkup_address(objection.assessment, objection.organisation_id))
    return objection


@one_transaction
def answer_return(*, by: Actor, objection: Objection, reason: str) -> Objection:
    """Give a drafted answer back to be written anew, with the reason."""
    objection = _second(by, objection)
    if not reason.strip():
        raise ValidationError({"reason": "请写明退回的原因。"})
    with audit.change(by=by, verb="objection.return", obj=objection, organisation=objection.organisation_id):
        objection.state, objection.sent_back = ObjectionState.OPEN, reason.strip()
        objection.save()
    drafter: User | None = objection.drafted_by
    if drafter is not None:
        text = f"{objection.organisation.label}{quoted(objection.name)}的答复退回修改：{objection.sent_back}"
        notice_send(by=by, to=drafter, kind=KIND, text=text, url=reverse("objection_detail", args=[objection.pk]))
    return objection


@one_transaction
def assessment_freeze(*, by: Actor, assessment: Assessment) -> Assessment:
    """Freeze results that were sent, once every branch has been heard and nothing waits (judgement 7.1, 7.2; decisions 26, 27)."""
    root = root_of_results()
    access.require(by, PUBLISH, root)
    assessment = locked(assessment, AssessmentState.SENT, "冻结")
    ready(assessment, "冻结")
    open_ones = still_open(assessment)
    if open_ones:
        raise ValidationError([f"{sentence}。" for sentence in open_ones])
    period = Period.parse(assessment.period)
    settled(period)
    decided(assessment, period)
    with audit.change(by=by, verb="assessment.freeze", obj=assessment, organisation=root):
        assessment.state, assessment.frozen = AssessmentState.FROZEN, clock.now()
        assessment.frozen_by = account_of(by)
        assessment.save()
    return assessment


@one_transaction
def assessment_unfreeze(*, by: Actor, assessment: Assessment, reason: str) -> Assessment:
    """Take a frozen assessment back to where the branches were heard, before it is published, with the reason."""
    root = root_of_results()
    access.require(by, PUBLISH, root)
    if not reason.strip():
        raise ValidationError({"reason": "请写明解除冻结的原因。"})
    assessment = locked(assessment, AssessmentState.FROZEN, "解除冻结")
    with audit.change(by=by, verb="assessment.unfreeze", obj=assessment, organisation=root, note=reason.strip()):
        assessment.state, assessment.frozen, assessment.frozen_by = AssessmentState.SENT, None, None
        assessment.save()
    return assessment
