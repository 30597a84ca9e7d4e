"""The objections of one branch as the office answers them: reason and records beside the answer, what each would do to the points."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from assessments import scoring
from assessments.hearing.models import Decision, Objection, ObjectionState
from assessments.hearing.rules import CONFIRMED, OBJECTED, SILENT, WAITING
from assessments.hearing.selectors import UNANSWERED, hearing
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.results.rates import figures_of_score, total_with
from assessments.results.selectors.targets import address_of
from assessments.scoring.methods import ELSEWHERE
from common import clock
from members.activities.models import Activity, ActivityJudgement


@dataclass(frozen=True)
class Record:
    """A record that an objection names, with what the system says of it, never typed again."""

    record: Activity
    entered: str
    people: str
    judged: str


@dataclass(frozen=True)
class Outlook:
    """What an answer does: the points of the indicator after it, the rate of the branch, and words.

    first: what has to be done before the points are those, "" where the newest trial gives them.
    """

    decision: str
    after: Decimal | None
    rate: Decimal | None
    words: str
    first: str = ""


@dataclass(frozen=True)
class Lost:
    """Why points were lost. word: how it stands beside the newest trial, "" where it is there as it was."""

    text: str
    points: str
    url: str | None
    word: str = ""


@dataclass
class Case:
    """One objection. now: its score in the newest trial; form, second, may_withdraw: what the reader may do."""

    row: Objection
    now: Score | None
    losses: list[Lost]
    records: list[Record]
    outlooks: list[Outlook]
    late: bool
    form: Any = None
    second: bool = False
    may_withdraw: bool = False

    @property
    def before(self) -> Decimal:
        return self.row.points

    @property
    def after(self) -> Decimal | None:
        if self.row.points_after is not None:
            return self.row.points_after
        return self.now.points if self.now else None

    @property
    def gained(self) -> Decimal:
        return self.after - self.before if self.after is not None else Decimal(0)


@dataclass(frozen=True)
class Effect:
    """The total of the branch: when it first objected, as it is now; other: what changed beside the indicators objected to."""

    before: Decimal
    before_of: Decimal
    before_rate: Decimal | None
    after: Decimal
    after_rate: Decimal | None
    out_of: Decimal
    other: Decimal


@dataclass
class Said:
    """So many branches in a state, some of them by name."""

    words: str
    number: int
    names: list[str] = field(default_factory=list)


def cases_of(assessment: Assessment, organisation: int, *, keeps: bool = True) -> list[Case]:
    """Return the Cases of one branch, those that wait first; in a constant number of statements. keeps: of `address_of`."""
    rows = list(
        Objection.objects.filter(assessment=assessment, organisation=organisation)
        .select_related("assessment__scheme", "organisation__parent", "made_by", "drafted_by", "released_by")
        .prefetch_related("records__kinds")
        .order_by("pk")
    )
    keys = {row.indicator for row in rows}
    scores = {
        row.indicator: row
        for row in Score.objects.filter(
            result__assessment=assessment, result__organisation=organisation, indicator__in=keys
        ).select_related("result")
    }
    judged = _judged({record.pk for row in rows for record in row.records.all()}, organisation)
    cases = [_case(row, scores.get(row.indicator), judged, keeps) for row in rows]
    return sorted(cases, key=lambda case: (not case.row.unanswered, case.row.pk))


def _judged(records: set[int], organisation: int) -> dict[int, list[ActivityJudgement]]:
    found: dict[int, list[ActivityJudgement]] = defaultdict(list)
    for row in ActivityJudgement.objects.filter(activity__in=records).order_by("pk"):
        found[row.activity_id].append(row)
    return {pk: [row for row in own if row.organisation_id == organisation] or own for pk, own in found.items()}


def _case(row: Objection, now: Score | None, judged: dict[int, list[ActivityJudgement]], keeps: bool) -> Case:
    return Case(
        row=row,
        now=now,
        losses=_losses(row, now, keeps),
        records=[_record(record, judged.get(record.pk, [])) for record in row.records.all()],
        outlooks=_outlooks(row, now),
        late=row.unanswered and clock.today() > row.due,
    )


def _losses(row: Objection, now: Score | None, keeps: bool) -> list[Lost]:
    """Why points were lost when the branch objected, and what the newest trial has beside that."""
    today = [reason for reason in (now.reasons if now else []) if reason["kind"] != ELSEWHERE]
    texts = {reason["text"] for reason in today}
    then = row.then.get("reasons", today)
    said = {reason["text"] for reason in then}
    gone = [(reason, "" if reason["text"] in texts else "重新试算后不再扣") for reason in then]
    new = [(reason, "重新试算后") for reason in today if reason["text"] not in said]
    return [
        Lost(reason["text"], reason["points"], address_of(reason["target"], keeps=keeps), word)
        for reason, word in [*gone, *new]
    ]


def _record(record: Activity, judged: Sequence[ActivityJudgement]) -> Record:
    days = [f"{_day(record.submitted_at or record.created)}录入"]
    days += [f"{_day(record.reviewed_at)}审核" if record.reviewed_at else f"审核状态：{record.get_state_display()}"]
    people = next(
        (
            f"应到 {row.expected}，实到 {row.present}" + (f"，须 {row.needed} 人到会" if row.needed else "")
            for row in judged
            if row.expected
        ),
        "",
    )
    # Kinds of which the same is said stand together.
    words: dict[str, list[str]] = {}
    for row in judged:
        said = "计入" if row.valid else "不计入：到会不足法定人数" if row.needed else "不计入"
        words.setdefault(f"{said}{'，迟报' if row.valid and row.late else ''}", []).append(row.get_kind_display())
    counted = "；".join(f"{'、'.join(kinds)}{said}" for said, kinds in words.items())
    return Record(record, "，".join(days), people, counted)


def _day(moment: Any) -> str:
    day: date = clock.day_of(moment)
    return clock.in_words(day)


def _outlooks(row: Objection, now: Score | None) -> list[Outlook]:
    """What each of the answers does: taken whole it is the whole, taken in part what the newest trial says, refused nothing."""
    if now is None or now.points is None or not row.unanswered:
        return []
    result, changed = now.result, now.points > row.points
    done = "已按新的记录重新试算"
    figures = figures_of_score(result, now)
    assert figures is not None
    lacking, given_back = figures.maximum - figures.points, row.points - now.points
    partly = now.points if changed and now.points < now.maximum else None
    words = done if partly is not None else "重新试算后按计入办法确定"
    return [
        # What the trial does not give no answer gives: the records come first.
        Outlook(
            Decision.ACCEPTED,
            now.maximum,
            total_with(result, lacking),
            done if now.points == now.maximum else "",
            "" if now.points == now.maximum else "补上记录并重新试算后",
        ),
        Outlook(Decision.PARTLY, partly, None if partly is None else result.total, words),
        Outlook(Decision.REFUSED, row.points, total_with(result, given_back), "不变"),
    ]


def effect_of(result: Result, cases: Sequence[Case]) -> Effect:
    """Return the Effect of the objections on the branch, from the trial that it first objected to to the newest one."""
    first: dict[str, Case] = {}
    for case in sorted(cases, key=lambda case: case.row.pk):
        if case.row.state != ObjectionState.WITHDRAWN:
            first.setdefault(case.row.indicator, case)
    gained = sum(
        (case.now.points - case.before for case in first.values() if case.now and case.now.points is not None),
        Decimal(0),
    )
    then: dict[str, Any] = next((case.row.then for case in first.values()), {})
    if then:
        before, before_of = Decimal(then["so_far"]), Decimal(then["out_of"])
        rate = None if then["rate"] is None else Decimal(then["rate"])
    else:
        # Objections from before the figures were kept with them.
        before, before_of = scoring.rounded(result.so_far - gained), result.out_of
        rate = total_with(result, -gained)
    other = result.so_far - before - gained
    return Effect(before, before_of, rate, result.so_far, result.total, result.out_of, other)


def course_of(assessment: Assessment, cases: Sequence[Case]) -> list[dict]:
    """Return the course of the objections for a timeline: sent, made, drafted, released, and what is to come."""
    found: list[tuple[Any, str, str, str]] = []
    if assessment.sent:
        found.append((assessment.sent, "试算送支部", "", ""))
    for case in cases:
        row = case.row
        found.append((row.made, f"支部提出异议：{row.name}", row.made_by.name if row.made_by else "", ""))
        if row.drafted:
            found.append((row.drafted, f"拟答复：{row.name}", row.drafted_by.name if row.drafted_by else "", ""))
        if row.released:
            who = row.released_by.name if row.released_by else ""
            found.append((row.released, f"{row.name}：{row.get_decision_display()}，复核生效", who, ""))
    items = [
        {"when": clock.day_of(when), "title": title, "who": who, "kind": kind}
        for when, title, who, kind in sorted(found, key=lambda row: row[0])
    ]
    waiting = [case.row for case in cases if case.row.unanswered]
    if waiting:
        due = min(row.due for row in waiting)
        kind = "missed" if clock.today() > due else "future"
        items.append({"when": due, "title": f"答复期限，还有 {len(waiting)} 项", "who": "", "kind": kind})
    return items


def state_of_all(assessment: Assessment) -> list[Said]:
    """Return how far all branches of an assessment are heard; who has objected or said nothing by name."""
    if assessment.state != AssessmentState.SENT:
        return []
    names = dict(assessment.results.values_list("organisation", "organisation_name"))
    waiting = Counter(
        Objection.objects.filter(assessment=assessment, state__in=UNANSWERED).values_list("organisation", flat=True)
    )
    by_state: dict[str, list[int]] = defaultdict(list)
    for pk, one in hearing(assessment).items():
        by_state[one.state].append(pk)
    words = {OBJECTED: "有异议待答复", WAITING: "还没有回复", CONFIRMED: "已确认", SILENT: "到期未回复，视为无异议"}
    found = []
    for state, said in words.items():
        own = by_state.get(state, [])
        if own:
            short = [names[pk].removesuffix("党支部") for pk in own[:3]]
            named = [
                f"{name} {waiting[pk]} 项" if state == OBJECTED else name for name, pk in zip(short, own, strict=False)
            ]
            found.append(Said(said, len(own), [] if state == CONFIRMED else named))
    return found
