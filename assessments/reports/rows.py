"""What a report says of each branch: its row of the table, beside the period before, and its chapter."""

from decimal import Decimal

from assessments.reports import wording
from assessments.reports.basis import mean
from assessments.results.models import Score
from assessments.results.rates import figures_of_score, words_of_rate
from assessments.results.selectors.targets import address_of
from assessments.scoring.methods import ELSEWHERE
from assessments.scoring.totals import COMPLETE

# A report names the first records of an indicator; all of them stand on the page of the score.
EVIDENCE_SHOWN = 4


def branch_rows(basis):
    """Return the table of branches (shape.BranchRow), in the order in which lists of them stand."""
    rows = []
    for row in basis.seated:
        parts = {part["key"]: part["points"] if part["state"] == "known" else None for part in row.body["dimensions"]}
        complete = row.state == COMPLETE
        reasons = [
            (reason["text"], Decimal(reason["points"])) for score in row.scores.all() for reason in score.reasons
        ]
        rows.append(
            _of_countable(basis, row)
            | {
                "key": str(row.organisation_id),
                "name": row.organisation_name,
                "score": _shown(row.total) if complete else None,
                "change": _shown(basis.changes.get(row.pk)),
                "grade": row.grade or None,
                # Rows stand in the order of the organisation; nobody is ranked.
                "rank": None,
                "group": basis.labels.get(row.pk, ""),
                "state": row.state,
                "scores": {part["key"]: parts.get(part["key"]) for part in basis.dimensions},
                "lost": wording.main_losses(reasons),
            }
        )
    return rows


def _of_countable(basis, row):
    if not basis.countable:
        return {}
    maxima = {part["key"]: part["maximum"] for part in row.body["dimensions"] if part["state"] == "known"}
    return {
        "points": str(row.so_far),
        "maximum": str(row.out_of),
        "covered": str(row.covered),
        "bonus": row.body["bonus"]["counted"] if row.bonus else None,
        "maxima": {part["key"]: maxima.get(part["key"]) for part in basis.dimensions},
    }


def comparison(basis):
    """Return the totals beside those of the period before (shape.Comparison), None where none can be compared."""
    pairs = [
        {
            "key": str(row.organisation_id),
            "name": row.organisation_name,
            "before": str(basis.before[row.organisation_id]),
            "now": str(row.total),
        }
        for row in basis.seated
        if row.pk in basis.changes
    ]
    if not pairs:
        return None
    rows = [(row.organisation_name, basis.changes[row.pk]) for row in basis.order if row.pk in basis.changes]
    before, now = (period.within_year(period.year) for period in (basis.period.previous(), basis.period))
    return {
        "title": wording.comparison_title(rows, basis.scale).rstrip("。"),
        "before": str(basis.period.previous()),
        "pairs": pairs,
        "caption": f"空心点为{before}，实心点为{now}（{basis.scale.unit.strip()}）",
    }


def chapters(basis):
    """Return what is said of each branch (shape.Chapter)."""
    means, found = _means(basis), []
    for rows in basis.parts():
        evidence = _evidence(basis, rows)
        found += [_chapter(basis, row, means, evidence) for row in rows]
    return found


def _means(basis):
    """Means by indicator: of countable points the means of the rates, in per cent, so that none is above its maximum."""
    sums = {}
    for row in basis.order:
        for score in row.scores.all():
            found = figures_of_score(row, score)
            value = None if found is None else found.rate if basis.countable else found.points
            if value is not None:
                sums.setdefault(score.indicator, []).append(value)
    return {key: str(mean(values)) for key, values in sums.items()}


def _evidence(basis, rows):
    """Return {id of a score: the records that were counted} of some results."""
    if basis.many:
        return dict(Score.objects.filter(result__in=rows).order_by().values_list("pk", "evidence"))
    return {score.pk: score.evidence for row in rows for score in row.scores.all()}


def _chapter(basis, row, means, evidence):
    """What is said of one branch. evidence: {id of a score: the records that were counted}."""
    parts = [(part["name"], Decimal(part["lost"])) for part in row.body["dimensions"]]
    of = (row.so_far, row.out_of) if basis.countable else None
    text = wording.branch_chapter(
        row.total,
        row.grade or None,
        parts,
        basis.changes.get(row.pk),
        basis.since,
        of=of,
        rate=words_of_rate(row),
    )
    return {
        "key": str(row.organisation_id),
        "name": row.organisation_name,
        "text": text,
        "indicators": [_indicator(score, means, evidence[score.pk]) for score in row.scores.all() if _counts(score)],
    }


def _counts(score):
    return score.state in ("known", "unknown", "not_due")


def _indicator(score, means, evidence):
    # Most who read a report keep nobody.
    reasons = [
        {"text": reason["text"], "points": reason["points"], "url": address_of(reason["target"], keeps=False)}
        for reason in _costly(score.reasons)
    ]
    return {
        "name": score.name,
        "points": _shown(score.points),
        "maximum": str(score.maximum),
        "mean": means.get(score.indicator),
        "state": score.state,
        "reasons": reasons,
        "evidence": _most(evidence),
    }


def _costly(reasons):
    """The reasons that cost points here; what another indicator counts stands on the page of the score."""
    return [reason for reason in reasons if reason["kind"] != ELSEWHERE]


def _most(rows):
    rest = len(rows) - EVIDENCE_SHOWN
    return rows if rest <= 0 else [*rows[:EVIDENCE_SHOWN], {"text": f"等 {len(rows)} 条", "url": None}]


def _shown(value):
    return None if value is None else str(value)
