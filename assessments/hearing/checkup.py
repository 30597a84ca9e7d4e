"""One branch's result as its check-up: what was lost, why, what would bring it back, what comparable branches have (judgement 7.1)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.urls import reverse

from assessments import scoring
from assessments.hearing.models import Objection, ObjectionState
from assessments.hearing.selectors import why_not_object
from assessments.results.groups import MEDIAN_FROM, group_of
from assessments.results.models import CLOSED, Assessment, AssessmentState, Result, Score
from assessments.results.periods import counted_until
from assessments.results.rates import (
    Figures,
    Middle,
    change_words,
    figures_of_part,
    figures_of_score,
    middle_of,
    rate_of,
    share,
    tone_of,
    total_with,
)
from assessments.results.selectors.scoring_items import NOT_COUNTED, TOO_LATE
from assessments.results.selectors.targets import address_of
from assessments.schemes.services import parsed
from assessments.scoring.facts import NOT_APPLICABLE, NOT_DUE, NOT_MEASURED
from assessments.scoring.methods import ADJUSTMENT, ELSEWHERE, LATE, MISSING, PARTIAL
from assessments.scoring.numbers import plain
from assessments.scoring.totals import COMPLETE
from branches.places.models.organisations import Kind
from common import clock
from common.periods import Period
from members.activities.models import Activity
from responsibilities.requirements.addresses import record_url
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.work.models import SyncStage

# How a dimension or an indicator that yields nothing is told.
IDLE = {NOT_MEASURED: "尚无数据", NOT_DUE: "未到期", NOT_APPLICABLE: "不适用", "unknown": "未知"}
# How a thing that is missing is told where no record of it was found; of others there is a record that is not counted.
_NOT_FOUND = {"activity": "not_closed", "supervision": "unanswered", "duty": "not_done"}
# Earlier quarters that are shown beside this one.
EARLIER = 3


@dataclass(frozen=True)
class Mend:
    """What a lost point would bring back, by which rule, and the button that leads there. exact: points before rounding."""

    points: Decimal
    rule: str
    verb: str
    url: str
    exact: Fraction = Fraction(0)


@dataclass(frozen=True)
class Loss:
    """One reason. chip, word: how it looks; url: the page of what it is about; mend: None where nothing brings it back."""

    text: str
    points: Decimal
    chip: str
    word: str
    url: str | None
    mend: Mend | None = None


@dataclass
class Line:
    """One indicator. elsewhere: faults that are counted by another; said: its objections; may_object: today, by the reader."""

    score: Score
    losses: list[Loss]
    elsewhere: list[str]
    middle: Middle
    said: list[Objection] = field(default_factory=list)
    may_object: bool = False
    words: str = ""
    # The fields of the form of opinions.
    bound: dict[str, Any] = field(default_factory=dict)

    @property
    def lost(self) -> bool:
        return self.score.points is not None and self.score.points < self.score.maximum


@dataclass
class Part:
    """One dimension: its points, rate and median, and its indicators; words: why it yields nothing."""

    key: str
    name: str
    points: Decimal | None
    maximum: Decimal | None
    nominal: Decimal
    words: str
    middle: Middle
    lines: list[Line]
    figures: Figures | None = None

    @property
    def rate(self) -> Decimal | None:
        return share(self.figures.points, self.figures.maximum) if self.figures else None

    @property
    def tone(self) -> str:
        return tone_of(self.rate)


@dataclass(frozen=True)
class Earlier:
    """A published quarter before this one."""

    name: str
    rate: Decimal
    address: str


@dataclass
class Checkup:
    """The page. lost, regain: points; objected: of regain, what an objection without an answer is about.

    best: the rate that is still within reach; changed: records changed since the trial.
    """

    parts: list[Part]
    lost: Decimal
    regain: Decimal
    objected: Decimal
    best: Decimal | None
    middle: Middle
    earlier: list[Earlier]
    trend: list[tuple[str, Decimal]]
    change: str
    changed: int
    newer: Assessment | None

    @property
    def losses(self) -> int:
        return sum(line.lost for part in self.parts for line in part.lines)


def checkup(result: Result, objections: Sequence[Objection], *, speaks: bool, own: bool, keeps: bool = True) -> Checkup:
    """Return the Checkup of a result, in a constant number of statements.

    objections: those of the branch; speaks: the reader may object for it today; own: he acts for it, so that buttons lead him on;
    keeps: he keeps its people (`address_of`).
    """
    assessment = result.assessment
    scores = list(result.scores.all())
    mend = _mends(assessment, scores, own) if assessment.state not in CLOSED else None
    peers = list(Result.objects.filter(assessment=assessment, state=COMPLETE))
    group = [row for row in peers if group_of(row) == group_of(result)]
    by_score = _middles_of_indicators(group, scores)
    lines: dict[str, list[Line]] = defaultdict(list)
    for score in scores:
        line = _line(score, mend, by_score, keeps)
        line.said = [row for row in objections if row.indicator == score.indicator]
        standing = [row for row in line.said if row.state != ObjectionState.WITHDRAWN]
        line.may_object = speaks and line.lost and not why_not_object(assessment, standing)
        lines[score.dimension].append(line)
    parts = [_part(result, row, lines[row["key"]], group, peers) for row in result.body["dimensions"]]
    back = sum(_regains(parts), Fraction(0))
    waiting = sum(_regains(parts, objected=True), Fraction(0))
    regain = scoring.rounded(back)
    best = total_with(result, back) if regain else None
    earlier = _earlier(result)
    year = Period.parse(assessment.period).year
    alike = [
        (_name(row, year), row.total) for row in earlier if row.assessment.scheme.counting == assessment.scheme.counting
    ]
    known, now = [(name, total) for name, total in alike if total is not None], result.total
    return Checkup(
        parts=parts,
        lost=result.out_of - result.so_far,
        regain=min(regain, result.out_of - result.so_far),
        objected=min(scoring.rounded(waiting), result.out_of - result.so_far),
        best=best,
        middle=middle_of([rate_of(row) for row in group], [rate_of(row) for row in peers]),
        earlier=[_shown(row, year) for row in earlier],
        trend=[*known, *([("今", now)] if now is not None else [])],
        change=change_words(now - known[-1][1]) if known and now is not None else "",
        changed=_changed(result) if assessment.state not in CLOSED else 0,
        newer=_newer(assessment),
    )


def _regains(parts: Sequence[Part], *, objected: bool = False) -> list[Fraction]:
    """What each loss would bring back; objected: of the indicators alone that an objection without an answer is about."""
    lines = [line for part in parts for line in part.lines if not objected or any(row.unanswered for row in line.said)]
    return [loss.mend.exact for line in lines for loss in line.losses if loss.mend]


def _part(
    result: Result, row: Mapping, lines: list[Line], group: Collection[Result], peers: Collection[Result]
) -> Part:
    known = row["points"] is not None
    return Part(
        key=row["key"],
        name=row["name"],
        points=Decimal(row["points"]) if known else None,
        maximum=Decimal(row["maximum"]) if known else None,
        nominal=Decimal(row["nominal"]),
        words="" if known else IDLE.get(row["state"], "不适用"),
        middle=middle_of([rate_of(one, row["key"]) for one in group], [rate_of(one, row["key"]) for one in peers]),
        lines=lines,
        figures=figures_of_part(result, row["key"]),
    )


def _middles_of_indicators(group: Collection[Result], scores: Sequence[Score]) -> dict[str, Middle]:
    """The medians of the rates of each indicator, of those for whom it counts; below five of them none."""
    if len(group) < MEDIAN_FROM:
        return {}
    by_pk = {row.pk: row for row in group}
    rows = Score.objects.filter(result__in=by_pk, points__isnull=False, maximum__gt=0)
    rates: dict[str, list[Decimal | None]] = defaultdict(list)
    for one in rows.order_by().only("result", "indicator", "points", "maximum"):
        if figures := figures_of_score(by_pk[one.result_id], one):
            rates[one.indicator].append(share(figures.points, figures.maximum))
    found = {score.indicator: rates[score.indicator] for score in scores}
    return {key: middle_of(values, values) for key, values in found.items() if len(values) >= MEDIAN_FROM}


def _line(
    score: Score, mend: Callable[[Score, dict], Mend | None] | None, middles: Mapping[str, Middle], keeps: bool
) -> Line:
    losses = [_loss(score, reason, mend, keeps) for reason in score.reasons if reason["kind"] != ELSEWHERE]
    elsewhere = [reason["text"] for reason in score.reasons if reason["kind"] == ELSEWHERE]
    words = "" if score.points is not None else IDLE.get(score.state, "不适用")
    return Line(score, losses, elsewhere, middles.get(score.indicator, Middle()), words=words)


def _loss(score: Score, reason: dict, mend: Callable[[Score, dict], Mend | None] | None, keeps: bool) -> Loss:
    looks = {
        MISSING: ("uncounted", ""),
        PARTIAL: ("uncounted", "计入一部分"),
        LATE: ("late", ""),
        ADJUSTMENT: ("deducted", "调整"),
    }
    chip, word = looks.get(reason["kind"], ("deducted", ""))
    if reason["kind"] == MISSING and NOT_COUNTED not in reason["text"] and not reason["text"].endswith(TOO_LATE):
        chip = _NOT_FOUND.get((reason["target"] or [""])[0], "no_record")
    points = Decimal(reason["points"])
    page = address_of(reason["target"], keeps=keeps)
    return Loss(reason["text"], points, chip, word, page, mend(score, reason) if mend else None)


def _mends(assessment: Assessment, scores: Sequence[Score], own: bool) -> Callable[[Score, dict], Mend | None]:
    """Return a function (score, reason) → Mend. The window takes late entries of what happened in time, no make-up meetings."""
    factors = {row.key: row.late_factor for _, row in parsed(assessment.scheme).indicators()}
    targets = [reason["target"] for score in scores for reason in score.reasons if reason["target"]]
    stages = _stages([target for target in targets if target[0] == "stage"])
    over = clock.today() > counted_until(Period.parse(assessment.period))

    def mend(score: Score, reason: dict) -> Mend | None:
        kind, *key = reason["target"] or ("",)
        if reason["kind"] not in (MISSING, PARTIAL):
            return None
        # What was held in time and is found counts in full; what is entered late counts as late.
        points = _back(reason, "points", 0) if kind == "stage" else _back(reason, "regain", 1)
        if points <= 0:
            return None
        late = f"按 {plain(100 * factors.get(score.indicator, 1))}% 计"
        ways = {
            "requirement": (f"期内已开展的补录，{late}", "补录"),
            "stage": ("期内有记录的补佐证，确认后全计", "补佐证"),
            "duty": (f"期内已完成的补报，{late}", "去登记"),
            "supervision": (f"逾期回复{late}", "去回复"),
            "activity": (f"逾期办结{late}", "去登记"),
        }
        # What is carried out after the days of grace changes no result (judgement 7.1).
        if kind not in ways or (kind == "activity" and over):
            return None
        rule, verb = ways[kind]
        url = _way(kind, key, stages) or address_of(reason["target"]) or ""
        return Mend(scoring.rounded(points), rule, verb, url if own else "", points)

    return mend


def _back(reason: Mapping, shown: str, place: int) -> Fraction:
    """What comes back for a reason, exact; of a result from before that was kept as it is shown."""
    kept = reason.get("exact")
    return Fraction(kept[place] if kept else reason[shown])


def _stages(targets: Sequence[Sequence]) -> dict[tuple[int, str], int]:
    rows = SyncStage.objects.filter(item__in={target[1] for target in targets})
    return {(item, stage): pk for item, stage, pk in rows.values_list("item", "stage", "pk")}


def _way(kind: str, key: Sequence, stages: Mapping[tuple[int, str], int]) -> str:
    """Return the address of the field itself: the record form with kind and period, the picker of evidence; "" for neither."""
    if kind == "stage" and (key[0], key[1]) in stages:
        return reverse("evidence_pick", args=[stages[key[0], key[1]]])
    if kind == "requirement" and len(key) == 3:
        row = REQUIREMENT_RULES_BY_ID.get(key[1])
        return record_url(key[0], row.kinds[0], key[2]) if row is not None and row.kinds else ""
    return ""


def _earlier(result: Result) -> list[Result]:
    """The newest published results of the same kind of period before this one, in their order."""
    rows = (
        Result.objects.filter(organisation=result.organisation_id, assessment__state=AssessmentState.PUBLISHED)
        .filter(assessment__scheme__key=result.assessment.scheme.key, assessment__period__lt=result.assessment.period)
        .filter(total__isnull=False)
        .select_related("assessment__scheme")
        .order_by("assessment__period", "assessment__version")
    )
    kind = Period.parse(result.assessment.period).kind
    by_period = {row.assessment.period: row for row in rows if Period.parse(row.assessment.period).kind == kind}
    return list(by_period.values())[-EARLIER:]


def _name(row: Result, year: int) -> str:
    return Period.parse(row.assessment.period).within_year(year)


def _shown(row: Result, year: int) -> Earlier:
    assert row.total is not None
    return Earlier(
        _name(row, year), row.total, reverse("result_checkup", args=[row.assessment_id, row.organisation_id])
    )


def _changed(result: Result) -> int:
    """How many records of the branch and its groups, held in the period, were entered, changed or reviewed since the trial."""
    period, made = Period.parse(result.assessment.period), result.assessment.made
    place = result.organisation_id
    own = Q(organisation=place) | Q(organisation__parent=place, organisation__kind=Kind.SMALL_GROUP)
    since = Q(changed__gt=made) | Q(reviewed_at__gt=made) | Q(submitted_at__gt=made)
    return Activity.objects.filter(own, since, day__range=(period.first, period.last)).count()


def _newer(assessment: Assessment) -> Assessment | None:
    """The published version that corrected this one."""
    rows = Assessment.objects.filter(scheme__key=assessment.scheme.key, period=assessment.period)
    return rows.filter(state=AssessmentState.PUBLISHED, version__gt=assessment.version).order_by("-version").first()
