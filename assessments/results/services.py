"""Trials of a period. The branches are heard and results frozen in hearing/services.py, published in reports/services.py."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.urls import reverse

from assessments import scoring
from assessments.entries.models import SelfRating
from assessments.entries.selectors import Applied, applied, self_ratings, waiting_entries
from assessments.results.by_hand import quota_shares, said_of, scored, with_entries, with_share
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.results.periods import closed_on
from assessments.results.rates import exact_figures
from assessments.results.selectors.derived import sources_of, sources_open
from assessments.results.selectors.scores import NOT_BUILT, PART, Counted, Read, facts_in_parts
from assessments.schemes.comparison import PERIOD_WORDS
from assessments.schemes.models import SchemeVersion
from assessments.schemes.selectors import later_with
from assessments.schemes.services import BRANCH_SCHEME, parsed, scheme_for, scheme_of
from assessments.scoring.facts import NOT_APPLICABLE, NOT_DUE, NOT_MEASURED
from assessments.scoring.schemes import Scheme
from assessments.scoring.totals import COMPLETE
from branches import audit
from branches.places.models.organisations import Organisation
from branches.places.selectors.groups import groups_on
from branches.places.selectors.names import Then, names_over_time
from branches.reach import access
from branches.reach.rights import ASSESS
from branches.settings.start import agency_start, not_yet
from common import clock, database
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.periods import Period
from common.text import quoted
from members.activities.selectors.named import names_of
from responsibilities.work.selectors.items import stage_name
from responsibilities.work.selectors.uptake import waiting_in
from responsibilities.work.selectors.waiting import pending_in

TRIAL_LOCK = 7_302_041
# Scores written in one statement: its text holds all their reasons and records.
BATCH = 200


def root_of_results() -> Organisation:
    """Return the root organisation; ValidationError before there is one."""
    root = Organisation.objects.root()
    if root is None:
        raise ValidationError("还没有建立组织，无法计分。")
    return root


def _one_decimal(value: Fraction | Decimal | None) -> Decimal:
    return scoring.rounded(value if value is not None else 0)


def _reasons(row: scoring.IndicatorScore) -> list[dict]:
    return [
        {
            "text": reason.text,
            "points": str(reason.points),
            "kind": reason.kind,
            "target": list(reason.target),
            "regain": str(scoring.rounded(reason.regain)),
            # What is lost and what comes back, exact, to be added up before it is rounded.
            "exact": [str(reason.exact), str(reason.regain)],
        }
        for reason in row.reasons
    ]


def _result(
    assessment: Assessment, place: int, names: Callable[[int], Then], outcome: scoring.Result, scheme: Scheme
) -> Result:
    above = names(place).parent
    return Result(
        assessment=assessment,
        organisation_id=place,
        organisation_name=str(names(place)),
        group_name=str(names(above)) if above is not None else "",
        state=outcome.state,
        total=outcome.total,
        so_far=_one_decimal(outcome.so_far),
        out_of=_one_decimal(outcome.out_of),
        covered=None if scheme.spread else _one_decimal(outcome.covered),
        grade=outcome.grade or "",
        body={
            "dimensions": [_dimension(part, scheme) for part in outcome.dimensions],
            "exact": exact_figures(outcome),
        },
    )


def _state_of(part: scoring.DimensionScore, scheme: Scheme) -> str:
    """The state of a dimension; where nothing is spread, of one that yields nothing, why: nothing measured, nothing due yet."""
    if scheme.spread or part.state != NOT_APPLICABLE:
        return part.state
    states = {row.state for row in part.indicators}
    if states == {NOT_MEASURED}:
        return NOT_MEASURED
    return NOT_DUE if NOT_DUE in states else NOT_APPLICABLE


def _dimension(part: scoring.DimensionScore, scheme: Scheme) -> dict:
    return {
        "key": part.key,
        "name": part.name,
        "points": str(part.points) if part.points is not None else None,
        "maximum": str(_one_decimal(part.maximum)),
        "nominal": str(_one_decimal(part.nominal)),
        "lost": str(part.lost),
        "state": _state_of(part, scheme),
    }


def _scores(result: Result, outcome: scoring.Result, facts: dict[str, scoring.Fact]) -> Iterator[Score]:
    for part in outcome.dimensions:
        for row in part.indicators:
            yield Score(
                result=result,
                indicator=row.key,
                name=row.name,
                dimension=part.key,
                state=row.state,
                points=row.points,
                maximum=_one_decimal(row.maximum),
                nominal=_one_decimal(row.nominal),
                lost=row.lost,
                note=row.note or ("" if row.key in facts else NOT_BUILT),
                reasons=_reasons(row),
            )


def trial_allowed(
    *, by: Actor, period: Period, key: str = BRANCH_SCHEME, reason: str = "", lock: bool = False
) -> tuple[Organisation, SchemeVersion, Assessment | None, int]:
    """Return (root, version of the scheme, the trial that is replaced or None, number of the version of the result).

    lock: the row of that trial too, which needs a transaction. Raises ValidationError (Chinese) where the period cannot be
    tried, Conflict where its result is frozen, and what `access.require` raises.
    """
    root = root_of_results()
    access.require(by, ASSESS, root)
    version = scheme_of(period, key)
    scheme = parsed(version)
    if period.kind not in scheme.periods:
        raise ValidationError({"period": _not_of_scheme(version, scheme, period)})
    if period.first > clock.today():
        raise ValidationError({"period": "考核期还没有开始。"})
    if period.last < agency_start():
        raise ValidationError({"period": f"{not_yet(agency_start())}，这一期不计分。"})
    earlier = Assessment.objects.filter(scheme__key=key, period=str(period))
    in_work = earlier.exclude(state=AssessmentState.PUBLISHED)
    current = (in_work.select_for_update() if lock else in_work).first()
    if current and current.state == AssessmentState.FROZEN:
        raise Conflict("该考核期的结果已冻结，请先发布或解除冻结。")
    number = (earlier.order_by("-version").values_list("version", flat=True).first() or 0) + (0 if current else 1)
    if number > 1 and not current and not reason.strip():
        raise ValidationError({"reason": "该考核期已发布过结果，更正须写明原因。"})
    return root, version, current, number


@one_transaction
def assessment_trial(
    *, by: Actor, period: Period, key: str = BRANCH_SCHEME, as_of: date | None = None, reason: str = ""
) -> Assessment:
    """Compute the trial of a period anew and return the Assessment; an earlier trial is replaced.

    period: a Period of a kind the scheme knows. as_of: day on which states are judged (default today). reason: why a
    published assessment is corrected; the correction is a further version and the old one stays (domain truth 8).
    """
    as_of = as_of or clock.today()
    # Trials stand in one line, and whoever freezes waits for the row: neither writes over what the other has made.
    database.advisory_lock(TRIAL_LOCK)
    root, version, current, number = trial_allowed(by=by, period=period, key=key, reason=reason, lock=True)
    scheme = parsed(version)
    if current:
        current.results.all().delete()
        current.scheme, current.as_of, current.made = version, as_of, clock.now()
        current.made_by = account_of(by)
        current.reason = reason or current.reason
        current.save()
        assessment = current
    else:
        assessment = Assessment.objects.create(
            scheme=version,
            period=str(period),
            version=number,
            as_of=as_of,
            reason=reason,
            made=clock.now(),
            made_by=account_of(by),
        )
    _store(assessment, scheme, period, as_of)
    audit.record(by=by, verb="assessment.trial", obj=assessment, organisation=root, after=audit.snapshot(assessment))
    return assessment


def _not_of_scheme(version: SchemeVersion, scheme: Scheme, period: Period) -> str:
    """Why a kind of period is not assessed, and from when it is or what makes it so."""
    words = "、".join(PERIOD_WORDS[kind] for kind in scheme.periods)
    said = f"{scheme.title}第{version.version}版按{words}考核"
    later = later_with(version, period)
    if later is None:
        return f"{said}；要考核其他周期，先在考核方案中另立一版。"
    row, first = later
    return f"{said}；第{row.version}版从{first.label()}起也按{PERIOD_WORDS[period.kind]}考核。"


@dataclass(frozen=True)
class _Known:
    """What every part of a trial is stored with. names: place → its names over time, on the last `day`; by_hand, groups and
    own by organisation: approved entries, its group, what it says of itself."""

    day: date
    names: Callable[[int, date], Then]
    by_hand: dict[int, Applied]
    groups: dict[int, str]
    own: dict[int, list[SelfRating]]


def _store(assessment: Assessment, scheme: Scheme, period: Period, as_of: date) -> None:
    """Write the results of one part of the agency after the other; then what quotas take, which are of all of them."""
    # Names and groups are those of the period's last day, whatever came after (judgement 5.2).
    day = min(period.last, as_of)
    own: dict[int, list[SelfRating]] = {}
    for (place, _), row in self_ratings(period, scheme.key).items():
        own.setdefault(place, []).append(row)
    known = _Known(day, names_over_time(), applied(scheme, period), groups_on(day), own)
    graded: dict[int, scoring.Result] = {}
    for ((facts, records),) in facts_in_parts([scheme], period, as_of):
        outcomes = {pk: scored(scheme, facts[pk], known.by_hand.get(pk)) for pk in facts}
        _store_part(assessment, scheme, known, outcomes, (facts, records))
        # A quota asks for total and grade alone.
        graded |= {pk: replace(row, dimensions=(), veto_reasons=()) for pk, row in outcomes.items()}
    shares = quota_shares(scheme, period, graded, known.by_hand, known.groups)
    touched = list(shares)
    for start in range(0, len(touched), PART):
        rows = assessment.results.filter(organisation__in=touched[start : start + PART])
        Result.objects.bulk_update([with_share(row, shares[row.organisation_id]) for row in rows], ["grade", "body"])


def _store_part(
    assessment: Assessment, scheme: Scheme, known: _Known, outcomes: dict[int, scoring.Result], read: Read
) -> None:
    facts, records = read
    results = Result.objects.bulk_create(
        with_entries(
            _result(assessment, pk, lambda place: known.names(place, known.day), outcome, scheme),
            outcome,
            known.by_hand.get(pk),
            known.groups.get(pk, ""),
            known.own.get(pk, ()),
        )
        for pk, outcome in outcomes.items()
    )
    evidence = _evidence(records)
    scores = []
    for result in results:
        place = result.organisation_id
        said = said_of(result, known.by_hand.get(place))
        for score in _scores(result, outcomes[place], facts[place]):
            score.evidence = [*said.get(score.indicator, ()), *evidence.get((place, score.indicator), ())]
            scores.append(score)
    Score.objects.bulk_create(scores, batch_size=BATCH)


def _evidence(records: Counted) -> dict[tuple[int, str], list[dict]]:
    """Return {(branch, indicator): [{"text", "url"}]} of the counted records, in the order of their dates."""
    names = names_of({pk for found in records.values() for pk in found})
    known = {pk: {"text": name, "url": reverse("activity_detail", args=[pk])} for pk, name in names.items()}
    order = {pk: place for place, pk in enumerate(known)}
    return {
        key: [known[pk] for pk in sorted({pk for pk in found if pk in known}, key=order.__getitem__)]
        for key, found in records.items()
    }


def locked(assessment: Assessment, state: str, what: str) -> Assessment:
    """Return the assessment with its row locked; Conflict when it is not in `state`, so that one cannot do `what` it."""
    fresh = Assessment.objects.select_for_update().select_related("scheme").get(pk=assessment.pk)
    if fresh.state != state:
        raise Conflict(f"这次考核现在的状态是“{fresh.get_state_display()}”，不能{what}。")
    return fresh


def ready(assessment: Assessment, what: str) -> None:
    """Raise ValidationError unless the trial is of a closed period, computed once it was closed, and whole (decisions 26, 27).

    what: the step that it is asked for, in the sentence.
    """
    period = Period.parse(assessment.period)
    if clock.today() < closed_on(period):
        raise ValidationError(f"{period.label()}要到{closed_on(period):%Y年%-m月%-d日}才结束补报，之后可以{what}。")
    _sources_closed(assessment, period, what)
    if assessment.as_of < closed_on(period):
        as_of = clock.in_words(assessment.as_of)
        raise ValidationError(f"现有试算按 {as_of}计算，当时还在补报，请重新试算后再{what}。")
    open_ones = assessment.results.exclude(state__in=[COMPLETE, NOT_APPLICABLE]).values_list(
        "organisation_name", flat=True
    )
    if open_ones:
        raise ValidationError(f"{'、'.join(open_ones[:5])}的结果不完整，不能{what}。")
    if not assessment.results.filter(state=COMPLETE).exists():
        raise ValidationError(f"没有可以{what}的结果。")


def _sources_closed(assessment: Assessment, period: Period, what: str) -> None:
    """Raise ValidationError while results that this one rests on are not frozen, or were frozen after it was computed."""
    scheme = parsed(assessment.scheme)
    found = sources_of(scheme, period)
    missing = [str(scheme_for(period, key).title) for key in sources_open(scheme, found, applies=scheme.applies)]
    if missing:
        raise ValidationError(f"{'、'.join(missing)}当期的结果还没有冻结，冻结后重新试算才能{what}。")
    if any(row.frozen is not None and row.frozen > assessment.made for row in found):
        raise ValidationError(f"试算之后所依据的结果有了变化，请重新试算后再{what}。")


def settled(period: Period) -> None:
    """Raise ValidationError, naming them, while evidence or own work of the period waits for somebody's yes (judgement 3.4, 7.2)."""
    waiting = [f"{quoted(item.name)}{stage_name(point)}" for item, point in pending_in(period)]
    if waiting:
        named = "、".join(waiting[:5]) + ("等" if len(waiting) > 5 else "")
        raise ValidationError(f"{named} {len(waiting)} 处佐证待确认，确认或退回后才能冻结。")
    own = [f"{item.organisation.label}{quoted(item.name)}" for item in waiting_in(period)]
    if own:
        named = "、".join(own[:5]) + ("等" if len(own) > 5 else "")
        raise ValidationError(f"{named} {len(own)} 项自行登记的业务待决定是否纳入，决定后才能冻结。")


def decided(assessment: Assessment, period: Period) -> None:
    """Raise ValidationError while an entry by hand waits, was decided after the trial, or a tie at the edge of a quota is open."""
    waiting = [f"{row.organisation.label}{row}" for row in waiting_entries(period, assessment.scheme.key)]
    if waiting:
        named = "、".join(waiting[:5]) + ("等" if len(waiting) > 5 else "")
        raise ValidationError(f"{named} {len(waiting)} 项待审定，审定或不予采纳后才能冻结。")
    by_hand = applied(parsed(assessment.scheme), period)
    for row in assessment.results.all():
        approved = [entry.pk for entry in by_hand[row.organisation_id].rows] if row.organisation_id in by_hand else []
        if row.body.get("entries", []) != approved:
            raise ValidationError("试算之后又审定了加分、调整或否决情形，请重新试算后再冻结。")
        if row.body.get("tied"):
            raise ValidationError(f"{row.body['tied']}，登记并审定“名额并列时列入”后重新试算。")
