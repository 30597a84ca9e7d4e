"""Results in groups of comparable organisations: order, ranks, medians (judgement 6.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from assessments import scoring
from assessments.results.models import Result
from branches.places.models.groups import ComparisonGroup
from branches.places.selectors.groups import group_label

# A median of fewer would show single ones; below that the range of all is given.
MEDIAN_FROM = 5
ORDER = {group: place for place, group in enumerate(ComparisonGroup.values)}


@dataclass(frozen=True)
class GroupOfResults:
    """label: "" where no groups are set. middle: its median, or the range of all, in words; "" where nothing is complete."""

    label: str
    rows: list[Result]
    middle: str


def group_of(result: Result) -> str:
    """Return the group that a result was made in; results from before there were groups have none."""
    return str(result.body.get("group", ""))


def in_groups(results: Iterable[Result]) -> list[GroupOfResults]:
    """Return the results by group, the groups in their order, those without one last; within a group as they come."""
    rows = list(results)
    totals = [row.total for row in rows if row.total is not None]
    keys = sorted({group_of(row) for row in rows}, key=lambda key: ORDER.get(key, len(ORDER)))
    return [_group(key, [row for row in rows if group_of(row) == key], totals, len(keys) > 1) for key in keys]


def _group(key: str, rows: list[Result], totals: list[Decimal], several: bool) -> GroupOfResults:
    own = [row.total for row in rows if row.total is not None]
    middle = ""
    if len(own) >= MEDIAN_FROM:
        middle = f"中位数 {scoring.rounded(median(own))}"
    elif own and totals:
        middle = f"不足 {MEDIAN_FROM} 个，不计中位数；全部 {min(totals)} 至 {max(totals)}"
    return GroupOfResults(group_label(key) or ("未设类别" if several else ""), rows, middle)
