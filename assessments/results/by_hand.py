"""Approved entries by hand and quotas in a result: given to the arithmetic, kept with the result so that it says them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from assessments import scoring
from assessments.entries.models import EntryKind, ManualEntry, SelfRating
from assessments.entries.selectors import Applied
from assessments.results.models import Result
from assessments.scoring.facts import KNOWN
from assessments.scoring.schemes import Quota, Scheme
from assessments.scoring.totals import COMPLETE
from common import clock
from common.periods import Period

Outcomes = Mapping[int, scoring.Result]


@dataclass(frozen=True)
class Share:
    """What a quota does to one organisation: the grade it falls to, or a tie that a person has to decide; why, in words."""

    grade: str
    text: str
    tied: bool = False


def scored(
    scheme: Scheme,
    facts: Mapping[str, scoring.Fact],
    by_hand: Applied | None,
    how: Callable[..., scoring.Result] = scoring.score,
) -> scoring.Result:
    """Return the Result of facts and approved entries. how: scoring.score, or scoring.best_reachable."""
    met = by_hand.conditions if by_hand else set()
    unmet = [grade.name for grade in scheme.grades if grade.condition and grade.name not in met]
    if by_hand is None:
        return how(scheme, facts, unmet=unmet)
    given = {**facts, **by_hand.values}
    return how(scheme, given, bonus=by_hand.bonus, vetoes=by_hand.vetoes, adjustments=by_hand.adjustments, unmet=unmet)


# Groups with fewer share one pool of places (judgement 6.5).
OWN_POOL = 3


def quota_shares(
    scheme: Scheme,
    period: Period,
    outcomes: Outcomes,
    by_hand: Mapping[int, Applied],
    groups: Mapping[int, str] | None = None,
) -> dict[int, Share]:
    """Return {organisation: Share} of those that quotas of the period take a grade from, or leave open.

    Places are counted of those with a grade, in each group of comparable organisations (groups: {organisation: group}). A tie
    at the edge is decided by approved entries (places), else it stays open.
    """
    order = [grade.name for grade in scheme.grades]
    quotas = sorted(scheme.quota_for(period.kind), key=lambda quota: order.index(quota.grade))
    shares: dict[int, Share] = {}
    for pool in _pools(outcomes, groups or {}):
        places = scoring.places_of([(quota.max_ratio, quota.number, quota.about) for quota in quotas], len(pool))
        held = {pk: outcome.grade or "" for pk, outcome in pool.items()}
        # Whoever falls out of one grade competes for the places of the next.
        for quota, number in zip(quotas, places, strict=True):
            found = _shares(scheme, quota, number, pool, held, by_hand)
            held |= {pk: share.grade for pk, share in found.items()}
            shares |= found
    return shares


def _pools(outcomes: Outcomes, groups: Mapping[int, str]) -> list[dict[int, scoring.Result]]:
    """The outcomes by group of those with a grade; those of small groups together."""
    by_group: dict[str, dict[int, scoring.Result]] = {}
    for pk, row in outcomes.items():
        if row.state == COMPLETE and row.grade is not None:
            by_group.setdefault(groups.get(pk, ""), {})[pk] = row
    large = [pool for pool in by_group.values() if len(pool) >= OWN_POOL]
    small = {pk: row for pool in by_group.values() if len(pool) < OWN_POOL for pk, row in pool.items()}
    return [*large, small] if small else large


def _shares(
    scheme: Scheme, quota: Quota, places: int, pool: Outcomes, held: Mapping[int, str], by_hand: Mapping[int, Applied]
) -> dict[int, Share]:
    """held: {organisation: the grade it holds so far} of those in the pool."""
    graded = list(pool)
    holders = [pk for pk in graded if held[pk] == quota.grade]
    totals = [(pk, _exact_total(scheme, pool[pk])) for pk in holders]
    outcome = scoring.apply_quota(totals, places, scheme.quota_tie)
    order = [grade.name for grade in scheme.grades]
    below = order[min(order.index(quota.grade) + 1, len(order) - 1)]
    said = f"{quota.grade}名额 {places} 个（参评 {len(graded)} 个），按得分没有列入"
    found = {pk: Share(below, said) for pk in outcome.dropped}
    chosen = [pk for pk in outcome.undecided if pk in by_hand and quota.grade in by_hand[pk].places]
    if outcome.undecided and len(chosen) == outcome.places_left:
        rest = f"{quota.grade}名额 {places} 个，并列时没有列入"
        return found | {pk: Share(below, rest) for pk in outcome.undecided if pk not in chosen}
    text = f"{quota.grade}名额还剩 {outcome.places_left} 个，{len(outcome.undecided)} 个党组织并列，须由人决定"
    return found | {pk: Share(quota.grade, text, tied=True) for pk in outcome.undecided}


def _exact_total(scheme: Scheme, outcome: scoring.Result) -> Decimal:
    return outcome.total if outcome.total is not None else Decimal(0)


def with_entries(
    result: Result,
    outcome: scoring.Result,
    by_hand: Applied | None,
    group: str,
    own: Iterable[SelfRating] = (),
) -> Result:
    """Return the result with its group and what was entered by hand in its body.

    own: what the organisation says of itself; the superior's counts, both are kept.
    """
    result.body["group"] = group
    rows = by_hand.rows if by_hand else []
    if own := list(own):
        result.body["self"] = [_beside(row, outcome, rows) for row in own]
    result.body["entries"] = [row.pk for row in rows]
    result.body["by_hand"] = [_said(row, outcome) for row in rows if row.kind != EntryKind.QUOTA]
    if outcome.bonus_listed:
        result.body["bonus"] = {"counted": str(outcome.bonus), "listed": str(outcome.bonus_listed)}
    if outcome.grade and outcome.grade != outcome.grade_by_points:
        result.body["grade_by_points"] = outcome.grade_by_points
    return result


def with_share(result: Result, share: Share) -> Result:
    """Return the result with what a quota did to it: another grade, or a tie, and why."""
    result.grade = share.grade
    result.body["tied" if share.tied else "quota"] = share.text
    return result


def _beside(own: SelfRating, outcome: scoring.Result, rows: Iterable[ManualEntry]) -> dict:
    """Both columns of an indicator: its own level and sentence, the superior's points and reason."""
    scores = {score.key: score for score in outcome.indicators}
    judged = [row for row in rows if row.kind == EntryKind.SCORE and row.indicator == own.indicator]
    points = scores[own.indicator].points if own.indicator in scores else None
    return {
        "indicator": own.indicator,
        "own": str(own),
        "text": own.text,
        "points": None if points is None else str(points),
        "reason": "；".join(row.reason for row in judged),
    }


def said_of(result: Result, by_hand: Applied | None) -> dict[str, list[dict]]:
    """Return {indicator: [{"text", "url"}]} of what stands beside its points: self-rating and the superior's word, counted ballots."""
    found: dict[str, list[dict]] = {}
    for row in result.body.get("self", ()):
        text = f"自评 {row['own']}：{row['text']}"
        if row["points"] is not None:
            text += f"；上级评定 {row['points']} 分：{row['reason']}"
        found.setdefault(row["indicator"], []).append({"text": text, "url": ""})
    for entry in by_hand.rows if by_hand else ():
        if entry.tally is not None:
            meeting = entry.tally.activity
            words = f"测评票 {entry.tally.in_words}" + (f"，{meeting.day:%-m月%-d日}会议" if meeting else "")
            url = reverse("activity_detail", args=[meeting.pk]) if meeting else ""
            found.setdefault(entry.indicator, []).append({"text": words, "url": url})
    return found


def _said(row: ManualEntry, outcome: scoring.Result) -> dict:
    scores = {score.key: score for score in outcome.indicators}
    idle = row.kind in (EntryKind.ADJUST, EntryKind.SCORE, EntryKind.DEDUCT) and scores[row.indicator].state != KNOWN
    return {
        "kind": row.kind,
        "what": f"{row.get_kind_display()}：{row.label}",
        "indicator": row.indicator,
        "points": None if row.points is None else str(row.points),
        "ballots": row.tally.in_words if row.tally else "",
        "reason": row.reason,
        "document": row.document,
        "by": row.made_by.name if row.made_by else "系统",
        "approved_by": row.decided_by.name if row.decided_by else "系统",
        "on": clock.day_of(row.decided).isoformat() if row.decided else None,
        # The indicator yields nothing in the period: there is nothing to adjust.
        "idle": idle,
    }
