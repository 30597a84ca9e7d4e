"""The scores of a year reckoned as a matrix (results/matrix.py).

Who looks down the tree sees the rows in his reach, a branch its own; of others a reader gets medians alone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from assessments import scoring
from assessments.results.groups import ORDER, group_of
from assessments.results.matrix import CHANGE, TREE, Cell, Column, Coverage, Line, Lines, Matrix, Part
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.results.rates import (
    Figures,
    Middle,
    figures_of,
    figures_of_part,
    figures_of_score,
    middle_of,
    part_of,
    rate_of,
)
from assessments.results.selectors.assessments import office_right
from assessments.scoring.facts import KNOWN, NOT_APPLICABLE, NOT_DUE, NOT_MEASURED
from assessments.scoring.totals import COMPLETE
from branches.places.models.organisations import Kind, Organisation
from branches.places.selectors.groups import group_label, groups_on
from branches.reach import access
from common import clock
from common.operator import Actor
from common.periods import HALF, QUARTER, YEAR, Period

# So many branches are read on one page; of more the groups are folded.
FOLD_FROM = 40
# Why a figure is missing, in words.
WORDS = {NOT_DUE: "未到期", NOT_APPLICABLE: "不适用", NOT_MEASURED: "尚无数据", "incomplete": "不完整"}


def score_matrix(user: Actor, rows: Sequence[Assessment], year: int, *, part: str = "", order: str = TREE) -> Matrix:
    """Return the Matrix of a year. rows: what assessments_of gave; part: key of a dimension, "" for the whole; order: TREE, CHANGE.

    The number of statements does not depend on how many branches there are.
    """
    columns = _columns([row for row in rows if Period.parse(row.period).year == year], year)
    ids = [column.assessment.pk for column in columns if column.assessment]
    results: dict[int, dict[int, Result]] = {pk: {} for pk in ids}
    for row in Result.objects.filter(assessment__in=ids):
        results[row.assessment_id][row.organisation_id] = row
    last = next((column for column in reversed(columns) if column.assessment and results[column.assessment.pk]), None)
    places = _places(user, {pk for by_place in results.values() for pk in by_place}, year)
    trials = {row.pk for row in rows if row.state != AssessmentState.PUBLISHED}
    office = set(access.organisations_for(user, office_right(user)).values_list("pk", flat=True)) if trials else set()
    shown = {
        pk: {place: row for place, row in by_place.items() if place in places and (pk not in trials or place in office)}
        for pk, by_place in results.items()
    }
    lines = [_line(place, columns, shown, part, year) for place in places.values()]
    lines = [line for line in lines if line.note or any(cell.assessment for cell in line.cells)]
    heads = _parts(lines, last, shown, results, part)
    matrix = Matrix(
        year=year,
        part=part,
        columns=columns,
        groups=_groups(lines, columns, results, part, order, heads),
        heads=heads,
        total=_total(lines, columns, results, part, heads) if _sees_all(shown, results) else None,
        last=last,
        coverage=_coverage(results[last.assessment.pk].values()) if last and last.assessment else [],
        measured=_measured(results[last.assessment.pk].values()) if last and last.assessment else None,
        compared=any(cell.change is not None or cell.fresh for line in lines for cell in line.cells),
    )
    return matrix


def _columns(rows: Iterable[Assessment], year: int) -> list[Column]:
    by_period = {row.period: row for row in rows}
    whole = Period(YEAR, year)
    # A half-year or the year has a column where it was assessed, behind its last quarter.
    longer = [period for period in (*whole.parts(HALF), whole) if str(period) in by_period]
    periods = sorted([*whole.parts(QUARTER), *longer], key=lambda period: (period.last, -period.first.toordinal()))
    found: list[Column] = []
    before: Assessment | None = None
    for period in periods:
        row = by_period.get(str(period))
        state = "" if row else "未到期" if period.last >= clock.today() else "未发布"
        changed = row is not None and before is not None and before.scheme.counting != row.scheme.counting
        found.append(Column(period, row, f"第{row.scheme.version}版起" if row and changed else "", state))
        before = row if row is not None and period.kind == QUARTER else before
    return found


def _places(user: Actor, scored: Collection[int], year: int) -> dict[int, Organisation]:
    """The organisations that get a line, in the order of the tree: those with a result, and branches of the year without one yet."""
    if not scored:
        return {}
    rows = Organisation.objects.visible_to(user).filter(kind=Kind.BRANCH).in_tree_order()
    return {row.pk: row for row in rows if row.pk in scored or (row.archived_on is None and _young(row, year))}


def _line(
    place: Organisation, columns: Sequence[Column], shown: dict[int, dict[int, Result]], part: str, year: int
) -> Line:
    cells: list[Cell] = []
    before: tuple[Decimal, str] | None = None
    newest = next((column.assessment for column in reversed(columns) if column.assessment), None)
    name, seen, past = place.short_name or place.name, False, None
    for column in columns:
        row = shown[column.assessment.pk].get(place.pk) if column.assessment else None
        cell = _cell(place, column, row, part)
        if row is not None and column.assessment and column.period.kind == QUARTER:
            if cell.rate is not None and before and before[1] == column.assessment.scheme.counting:
                cell = replace(cell, change=cell.rate - before[0])
            elif cell.rate is not None and before is None and seen:
                cell = replace(cell, fresh=True)
            if newest is not None and newest.scheme.counting == column.assessment.scheme.counting:
                cell = replace(cell, period=column.period.short())
            before = (cell.rate, column.assessment.scheme.counting) if cell.rate is not None else None
            seen, past = True, row
        cells.append(cell)
    note = "" if past is not None else _young(place, year)
    return Line(place.pk, past.organisation_name if past else name, cells, note=note)


def _young(place: Organisation, year: int) -> str:
    founded: date | None = place.founded
    return f"{clock.in_words(founded)}成立，还没有考核" if founded and founded.year == year else ""


def _cell(place: Organisation, column: Column, row: Result | None, part: str) -> Cell:
    if row is None:
        gone: date | None = place.archived_on
        if gone is not None and gone < column.period.last:
            return Cell(words=f"{gone.month}月撤销")
        return Cell(words=column.state or "不考核")
    link = row.assessment_id if row.state == COMPLETE else None
    rate = rate_of(row, part)
    if rate is not None:
        return Cell(rate, assessment=link)
    found = part_of(row, part) if part else None
    return Cell(words=WORDS.get(found["state"] if found else row.state, "不适用"), assessment=link)


def _parts(
    lines: Sequence[Line],
    last: Column | None,
    shown: dict[int, dict[int, Result]],
    results: dict[int, dict[int, Result]],
    part: str,
) -> list[tuple[str, str]]:
    """Give each line the parts of the last period: its dimensions, or the indicators of one; return [(key, name)] of them."""
    if last is None or last.assessment is None:
        return []
    pk = last.assessment.pk
    rows = shown[pk]
    if part:
        heads, found = _indicators(pk, rows, part)
    else:
        heads, found = _dimensions(results[pk].values(), rows)
    for line in lines:
        row = rows.get(line.place)
        if row is None:
            continue
        line.parts = found[line.place]
        whole = part_of(row, part) if part else None
        line.points = row.so_far if not part else _number(whole["points"] if whole else None)
        line.out_of = row.out_of if not part else _number(whole["maximum"] if whole and whole["points"] else None)
        line.figures = figures_of_part(row, part) if part else figures_of(row)
        line.bonus = "" if part else row.bonus
    return heads


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _dimensions(
    everything: Iterable[Result], rows: dict[int, Result]
) -> tuple[list[tuple[str, str]], dict[int, list[Part]]]:
    heads: dict[str, str] = {}
    for row in everything:
        for one in row.body["dimensions"]:
            if one["state"] == KNOWN:
                heads[one["key"]] = one["name"]
    order = [one["key"] for row in rows.values() for one in row.body["dimensions"]]
    keys = sorted(heads, key=lambda key: order.index(key) if key in order else len(order))
    found = {}
    for place, row in rows.items():
        by_key = {one["key"]: one for one in row.body["dimensions"]}
        found[place] = [_part(row, heads[key], by_key.get(key)) for key in keys]
    return [(key, heads[key]) for key in keys], found


def _part(result: Result, name: str, row: dict | None) -> Part:
    if row is None or row["points"] is None:
        return Part(name, words=WORDS.get(row["state"] if row else "", "不适用"))
    return Part(name, Decimal(row["points"]), Decimal(row["maximum"]), figures=figures_of_part(result, row["key"]))


def _indicators(
    assessment: int, rows: dict[int, Result], part: str
) -> tuple[list[tuple[str, str]], dict[int, list[Part]]]:
    scores = Score.objects.filter(result__in=[row.pk for row in rows.values()], dimension=part).order_by("pk")
    place_of = {row.pk: place for place, row in rows.items()}
    fields = ("result", "indicator", "name", "state", "points", "maximum")
    found: dict[int, dict[str, Part]] = {place: {} for place in rows}
    heads: dict[str, str] = {}
    used: set[str] = set()
    for score in scores.only(*fields):
        place = place_of[score.result_id]
        heads.setdefault(score.indicator, score.name)
        if score.points is None:
            found[place][score.indicator] = Part(score.name, words=WORDS.get(score.state, "不适用"))
            continue
        used.add(score.indicator)
        figures = figures_of_score(rows[place], score)
        found[place][score.indicator] = Part(score.name, score.points, score.maximum, figures=figures)
    keys = [key for key in heads if key in used]
    empty = Part("", words="不适用")
    return [(key, heads[key]) for key in keys], {
        place: [by_key.get(key, empty) for key in keys] for place, by_key in found.items()
    }


def _groups(
    lines: Sequence[Line],
    columns: Sequence[Column],
    results: dict[int, dict[int, Result]],
    part: str,
    order: str,
    heads: Sequence[tuple[str, str]],
) -> list[Lines]:
    """The lines by the group of their newest result; of one without a result by that of today."""
    newest: dict[int, Result] = {}
    for column in columns:
        if column.assessment:
            newest |= results[column.assessment.pk]
    today = groups_on(clock.today(), [line.place for line in lines])
    keys = {
        line.place: group_of(newest[line.place]) if line.place in newest else today.get(line.place, "")
        for line in lines
    }
    named = sorted(set(keys.values()), key=lambda key: ORDER.get(key, len(ORDER)))
    found = []
    for key in named:
        own = [line for line in lines if keys[line.place] == key]
        if order == CHANGE:
            own.sort(key=lambda line: -abs(line.change) if line.change is not None else Decimal(1))
        middles = [_middle(column, results, key, part) for column in columns]
        number = max(sum(group_of(row) == key for row in newest.values()), len(own))
        label = group_label(key) or ("未设类别" if len(named) > 1 else "")
        last = next((column for column in reversed(columns) if column.assessment), None)
        beside = [] if part or last is None else [_middle(last, results, key, head) for head, _ in heads]
        for line in own:
            line.beside = list(zip(line.parts, beside, strict=False))
        found.append(
            Lines(
                key,
                label,
                number,
                middles,
                own,
                folded=len(named) > 1 and len(lines) > FOLD_FROM,
            )
        )
    return found


def _middle(column: Column, results: dict[int, dict[int, Result]], key: str, part: str) -> Middle:
    if column.assessment is None:
        return Middle()
    rates = [(group_of(row), rate_of(row, part)) for row in results[column.assessment.pk].values()]
    return middle_of([rate for group, rate in rates if group == key], [rate for _, rate in rates])


def _sees_all(shown: dict[int, dict[int, Result]], results: dict[int, dict[int, Result]]) -> bool:
    return any(results.values()) and all(len(shown[pk]) == len(rows) for pk, rows in results.items())


def _total(
    lines: Sequence[Line],
    columns: Sequence[Column],
    results: dict[int, dict[int, Result]],
    part: str,
    heads: Sequence[tuple[str, str]],
) -> Line:
    """The line of all: means of rates by period, means of points and of countable points of the last one.

    Its number is of those with a rate there: what is not complete is in no mean.
    """
    cells: list[Cell] = []
    before: tuple[Decimal, str] | None = None
    for column in columns:
        rows = results[column.assessment.pk].values() if column.assessment else ()
        rates = [rate for row in rows if (rate := rate_of(row, part)) is not None]
        if not rates or column.assessment is None:
            cells.append(Cell(words=column.state))
            continue
        rate, scheme = scoring.rounded(sum(rates) / len(rates)), column.assessment.scheme.counting
        change = rate - before[0] if before and before[1] == scheme and column.period.kind == QUARTER else None
        cells.append(Cell(rate, change=change))
        before = (rate, scheme) if column.period.kind == QUARTER else before
    parts = []
    last = max((at for at, cell in enumerate(cells) if cell.rate is not None), default=0)
    counted = [line for line in lines if line.cells[last].rate is not None]
    for place, (_, name) in enumerate(heads):
        mean = _mean(line.parts[place].figures for line in counted if line.parts)
        points, maximum = scoring.rounded(mean.points), scoring.rounded(mean.maximum)
        parts.append(Part(name, points, maximum, figures=mean))
    mean = _mean(line.figures for line in counted)
    shown = scoring.rounded(mean.points), scoring.rounded(mean.maximum)
    return Line(0, "全局平均", cells, parts, *shown, mean, f"{len(counted)} 个支部")


def _mean(values: Iterable[Figures | None]) -> Figures:
    known = [row for row in values if row is not None]
    number = len(known) or 1
    return Figures(
        sum((row.points for row in known), Fraction(0)) / number,
        sum((row.maximum for row in known), Fraction(0)) / number,
    )


def _measured(rows: Iterable[Result]) -> Decimal | None:
    """A dimension may have data for some of its indicators alone."""
    return max((row.covered for row in rows if row.covered is not None), default=None)


def _coverage(rows: Iterable[Result]) -> list[Coverage]:
    """Of the dimensions of the scheme: for which there are data with any branch."""
    measured: dict[str, bool] = {}
    kept: dict[str, dict] = {}
    for row in rows:
        for one in row.body["dimensions"]:
            kept.setdefault(one["key"], one)
            measured[one["key"]] = measured.get(one["key"], False) or one["state"] != NOT_MEASURED
    return [Coverage(one["name"], Decimal(one["nominal"]), measured[key]) for key, one in kept.items()]
