"""Who has said what about the results of an assessment, and what still keeps it from being frozen."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from assessments.hearing.models import Decision, Objection, ObjectionState, Opinion
from assessments.hearing.rules import OBJECTED, WAITING, Heard, heard, last_day
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.scoring.totals import COMPLETE
from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from branches.reach.reach import reach_of
from branches.reach.rights import OBJECT, ROLES
from common import clock
from common.operator import Actor
from common.text import quoted
from members.activities.models import COUNTING_STATES, Activity

# So many branches with objections are named one by one.
MOST_NAMED = 5
UNANSWERED = (ObjectionState.OPEN, ObjectionState.DRAFTED)


def own_places(user: Actor) -> set[int]:
    """Return the ids of the organisations of which `user` is the secretary himself: what lies below speaks for itself."""
    return {seat.organisation for seat in reach_of(user).seats if OBJECT in ROLES[seat.role].rights}


def again_until(objection: Objection) -> date | None:
    """Return the last day for a further objection to the same points, None where there is none."""
    if objection.turn > 1 or objection.state != ObjectionState.ANSWERED or objection.decision == Decision.ACCEPTED:
        return None
    return last_day(clock.day_of(objection.released)) if objection.released else None


def why_not_object(assessment: Assessment, standing: Sequence[Objection]) -> str:
    """Return why a branch cannot object to the points of an indicator today, "" where it can.

    standing: its objections to them so far, without those withdrawn, in their order (judgement 7.1: one further objection).
    """
    if not standing:
        until = assessment.heard_until
        return "异议期已过，结果视为无异议。" if until is None or clock.today() > until else ""
    if standing[-1].unanswered:
        return "这项指标的异议还没有答复。"
    until = again_until(standing[-1])
    if until is None:
        return "这项指标的异议已经答复，不能再提。"
    return f"再次提出异议的期限到{clock.in_words(until)}为止，已经过了。" if clock.today() > until else ""


def objections_of_branch(assessment: Assessment, organisation: int) -> list[Objection]:
    """Return all Objections of one branch to an assessment in their order, ready for its page; in one statement."""
    rows = Objection.objects.filter(assessment=assessment, organisation=organisation).select_related("released_by")
    return list(rows.order_by("turn", "pk"))


def hearing(assessment: Assessment, organisations: Iterable[int] | None = None) -> dict[int, Heard]:
    """Return {organisation id: Heard} of the results of an assessment that was sent; in three statements.

    organisations: ids, all when None.
    """
    rows = assessment.results.filter(state=COMPLETE)
    if organisations is not None:
        rows = rows.filter(organisation__in=list(organisations))
    results = {row.organisation_id: row for row in rows}
    opinions = {row.organisation_id: row for row in Opinion.objects.filter(assessment=assessment)}
    objections = defaultdict(list)
    for row in Objection.objects.filter(assessment=assessment).exclude(state=ObjectionState.WITHDRAWN):
        objections[row.organisation_id].append(row)
    found = {}
    for pk, result in results.items():
        own = objections[pk]
        said = opinions.get(pk)
        further = [day for day in (again_until(row) for row in own if not _again(row, own)) if day]
        found[pk] = heard(
            pk,
            until=assessment.heard_until or clock.today(),
            today=clock.today(),
            confirmed=said is not None and (said.points, said.out_of) == (result.so_far, result.out_of),
            unanswered=any(row.unanswered for row in own),
            again_until=max(further, default=None),
        )
    return found


def _again(first: Objection, rows: list[Objection]) -> bool:
    return any(row.turn > first.turn and row.indicator == first.indicator for row in rows)


def still_open(assessment: Assessment) -> list[str]:
    """Return in sentences what keeps an assessment that was sent from being frozen: who may still speak, who waits for an answer."""
    names = dict(assessment.results.values_list("organisation", "organisation_name"))
    rows = hearing(assessment).values()
    waiting = [row for row in rows if row.state == WAITING and row.until]
    said = []
    if waiting:
        last = max(row.until for row in waiting if row.until)
        said.append(
            f"{_named([names[row.organisation] for row in waiting])}还可以确认或提出异议，{clock.in_words(last)}截止"
        )
    if any(row.state == OBJECTED for row in rows):
        said += _unanswered(assessment, names)
    return said


def _unanswered(assessment: Assessment, names: dict[int, str]) -> list[str]:
    """Name each branch whose objections wait, with the indicators; and what of it is overdue."""
    waiting: dict[int, list[Objection]] = defaultdict(list)
    for row in Objection.objects.filter(assessment=assessment, state__in=UNANSWERED).order_by("organisation", "pk"):
        waiting[row.organisation_id].append(row)
    said = []
    for place, own in list(waiting.items())[:MOST_NAMED]:
        late = "，已逾期" if any(row.due < clock.today() for row in own) else ""
        items = "、".join(quoted(row.name) for row in own)
        said.append(f"{names.get(place, '')}的异议还没有答复（{items}{late}）")
    if len(waiting) > MOST_NAMED:
        said.append(f"另有 {len(waiting) - MOST_NAMED} 个支部的异议还没有答复")
    return said


def _named(names: list[str]) -> str:
    return f"{'、'.join(names[:3])}{f'等 {len(names)} 个支部' if len(names) > 3 else ''}"


def objections_of(assessment: Assessment) -> QuerySet[Objection]:
    """Return the Objections to an assessment as the office lists them: what waits first, then by place."""
    rows = Objection.objects.filter(assessment=assessment)
    return rows.select_related("organisation", "made_by", "drafted_by", "released_by").order_by("pk")


def answers_waiting(user: Actor) -> QuerySet[Objection]:
    """Return the drafted answers to further objections: the Party group's secretary releases them."""
    held = any(seat.role == "party_group_secretary" for seat in reach_of(user).seats)
    rows = Objection.objects.filter(state=ObjectionState.DRAFTED, turn=2, assessment__state=AssessmentState.SENT)
    return rows if held else rows.none()


def to_hear_rows(user: User, organisation: Organisation) -> QuerySet[Result]:
    """Return the Results that were sent to `organisation`, for its secretary himself; of others none."""
    if organisation.kind != Kind.BRANCH or organisation.pk not in own_places(user):
        return Result.objects.none()
    return Result.objects.filter(organisation=organisation, assessment__state=AssessmentState.SENT, state=COMPLETE)


def to_hear(user: User, organisation: Organisation) -> list[tuple[Result, Heard]]:
    """Return [(Result, Heard)] of results that were sent to `organisation` and that its secretary may still answer."""
    found = []
    rows = to_hear_rows(user, organisation)
    for row in rows.select_related("assessment__scheme").order_by("assessment__period"):
        one = hearing(row.assessment, [organisation.pk]).get(organisation.pk)
        if one is not None and one.state == WAITING:
            found.append((row, one))
    return found


def score_now(assessment: Assessment, organisation: int, indicator: str) -> Score | None:
    """Return the Score of an indicator as the newest trial has it."""
    rows = Score.objects.filter(result__assessment=assessment, result__organisation=organisation, indicator=indicator)
    return rows.select_related("result").first()


def records_to_name(organisation: Organisation, first: date, last: date) -> QuerySet[Activity]:
    """Return the records that an objection may name: of the branch and its groups, held in the period."""
    places = Q(organisation=organisation) | Q(organisation__parent=organisation, organisation__kind=Kind.SMALL_GROUP)
    rows = Activity.objects.filter(places, day__range=(first, last), state__in=COUNTING_STATES)
    return rows.prefetch_related("kinds").order_by("-day", "-pk")


@dataclass(frozen=True)
class Step:
    """One step of an assessment: its name, when it was or is to be done, and where it stands: done, now or ""."""

    name: str
    when: str
    state: str


def steps_of(assessment: Assessment) -> list[Step]:
    """Return the Steps 试算 → 送支部 → 确认或异议 → 答复 → 冻结 → 发布 with their days."""
    until = assessment.heard_until
    over = until is not None and clock.today() > until
    rows = Objection.objects.filter(assessment=assessment).exclude(state=ObjectionState.WITHDRAWN)
    waiting = Q(state__in=UNANSWERED)
    answers = rows.aggregate(
        due=Max("due", filter=waiting), open=Count("pk", filter=waiting), all=Count("pk"), last=Max("released")
    )
    reached = {
        AssessmentState.TRIAL: 1,
        AssessmentState.SENT: (3 if answers["open"] else 4) if over else 2,
        AssessmentState.FROZEN: 5,
        AssessmentState.PUBLISHED: 6,
    }[AssessmentState(assessment.state)]
    before = [_day(assessment.made), _day(assessment.sent), f"{_day(until)}{'' if over else '前'}" if until else "待办"]
    days = [*before, _answered(answers, over), _day(assessment.frozen), _day(assessment.published)]
    names = ("试算", "送支部", "确认或异议", "答复", "冻结", "发布")
    return [
        Step(name, when, "done" if place < reached else "now" if place == reached else "")
        for place, (name, when) in enumerate(zip(names, days, strict=True))
    ]


def _day(moment: datetime | date | None) -> str:
    if moment is None:
        return "待办"
    return clock.in_words(clock.day_of(moment) if isinstance(moment, datetime) else moment)


def _answered(answers: dict[str, Any], over: bool) -> str:
    """Say until when answers are owed, or when the last one was given."""
    if answers["open"]:
        return f"{clock.in_words(answers['due'])}前"
    if answers["all"]:
        return _day(answers["last"])
    return "没有异议" if over else "待办"
