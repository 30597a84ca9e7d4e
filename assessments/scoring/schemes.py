"""What a version of a scheme says, as plain values; `scheme_from` reads it from a dict."""

from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction

from assessments.scoring.numbers import exact, plain
from common.text import quoted

# The measure of an indicator that people judge: what counts are entries by hand, each with its reason and approved by another.
BY_HAND = "by-hand"
METHODS = ("ratio", "deduct", "graded", "bands", "steps", "count", "votes", "derived", "manual")


@dataclass(frozen=True)
class DeductionRule:
    """A fault that the scheme names: points (None: by degree, said each time), and whether once, for each occurrence or person.

    part: number of the sub-item that it falls on, from 0. case: faults of rules that say the same and rest on the same paper are
    one, and cost what the heaviest of them costs.
    """

    when: str
    points: Fraction | None
    per: str = "once"
    part: int = 0
    case: str = ""


@dataclass(frozen=True)
class Indicator:
    """One line of a scheme.

    `points` is the weight; `method` one of METHODS; `late_factor` what a late one counts of one in time;
    `measures` the names of the measures it reads; `rules` ids of the rulebook; `not_applicable` when it does
    not apply, in words; `levels` (name, points or value) for graded and votes; `unit` the measure word of
    its things; `bands` (lower bound or None, points) from the highest down, for a figure; `base_at`, `base_points`,
    `step`, `step_points`, `started`: so many points where the figure is at the base, and for each whole (or started)
    step above or below it so many more or fewer; `aspects` what is graded each by itself, of which the lowest level counts;
    `counted_in` keys of the indicators that are asked first: what rests on a measure of theirs is
    scored there and costs nothing here (once is enough).
    """

    key: str
    name: str
    points: Fraction
    method: str
    late_factor: Fraction = Fraction(1, 2)
    measures: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    not_applicable: str = ""
    deductions: tuple[DeductionRule, ...] = ()
    sub_items: tuple[Fraction, ...] = ()
    floor_at: str = "sub_item"
    bonus_may_exceed: bool = False
    levels: tuple[tuple[str, Fraction], ...] = ()
    points_each: Fraction | None = None
    min_valid: int = 0
    unit: str = "次"
    note: str = ""
    counted_in: tuple[str, ...] = ()
    bands: tuple[tuple[Fraction | None, Fraction], ...] = ()
    base_at: Fraction | None = None
    base_points: Fraction | None = None
    step: Fraction | None = None
    step_points: Fraction | None = None
    started: bool = False
    aspects: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Whether people judge it, in entries of a period."""
        return self.method == "manual" or self.measures == (BY_HAND,)


@dataclass(frozen=True)
class Dimension:
    """A group of indicators; `points` is their sum, or with `weighted` what they weigh together, whatever they add to.

    `full_from`: from so many due things on the whole weight counts, fewer weigh less (no single fault decides).
    """

    key: str
    name: str
    points: Fraction
    indicators: tuple[Indicator, ...]
    full_from: int = 1
    weighted: bool = False

    @property
    def scale(self) -> Fraction:
        """What one point of its indicators weighs in the scheme."""
        return self.points / sum((row.points for row in self.indicators), Fraction(0))


@dataclass(frozen=True)
class BonusItem:
    """Something that earns extra points; of several `levels` only the highest counts."""

    what: str
    points: Fraction | None = None
    cap: Fraction | None = None
    levels: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True)
class Bonus:
    """The cap of all bonus points (None: without), whether they count for the grade, and what earns them."""

    cap: Fraction | None = Fraction(0)
    counts_for_grade: bool = True
    items: tuple[BonusItem, ...] = ()


@dataclass(frozen=True)
class Veto:
    """An event that caps the grade at `cap`; with `zero_indicator` its indicator also falls to zero."""

    when: str
    cap: str
    rules: tuple[str, ...] = ()
    zero_indicator: bool = False


@dataclass(frozen=True)
class Grade:
    """A grade and its inclusive lower bound; None for the last. condition: what else it asks for, in words, else the next is given."""

    name: str
    bound: Fraction | None
    condition: str = ""


@dataclass(frozen=True)
class Quota:
    """How many of the assessed organisations may hold a grade, in the kinds of period named.

    max_ratio: at most this share of them, or with `about` this share rounded. number: so many, in place of a share.
    """

    grade: str
    max_ratio: Fraction
    periods: tuple[str, ...]
    number: int | None = None
    about: bool = False


@dataclass(frozen=True)
class Scheme:
    """A version of a scheme.

    `grade_on` says whether bounds are compared with the rounded or the exact total; `quota_tie` what happens
    to equals at the edge of a quota; `periods` the kinds of period it is used for. With `spread` the weight of
    what does not apply goes to the rest; without, a result is points of countable points, and its rate meets the
    bounds. With `open_top` bonus points lift the total beyond `total`. With fewer than `grade_min_points` countable points no grade is given.
    `alive`: measures that schemes named before anything counted them and that this version counts; an earlier one goes on
    without them (judgement 6.7).
    """

    key: str
    title: str
    version: int
    applies: tuple[str, ...]
    periods: tuple[str, ...]
    total: Fraction
    dimensions: tuple[Dimension, ...]
    grades: tuple[Grade, ...]
    bonus: Bonus = Bonus()
    vetoes: tuple[Veto, ...] = ()
    quotas: tuple[Quota, ...] = ()
    grade_on: str = "rounded"
    quota_tie: str = "decide"
    spread: bool = True
    open_top: bool = False
    grade_min_points: Fraction = Fraction(0)
    alive: tuple[str, ...] = ()

    @property
    def bounds(self):
        """Grades as pairs for `grade` and `cap_grade`."""
        return tuple((row.name, row.bound) for row in self.grades)

    def indicators(self):
        """Every indicator with its dimension, in order."""
        return tuple((dimension, row) for dimension in self.dimensions for row in dimension.indicators)

    def quota_for(self, kind):
        """The quotas that hold for a kind of period."""
        return tuple(quota for quota in self.quotas if kind in quota.periods)


def scheme_from(data):
    """The scheme described by a dict (a data file, a stored version).

    Raises ValueError (Chinese) where parts do not add up, a key stands twice, a method or grade is not known, or it says
    something that the engine does not apply.
    """
    _check_known(data)
    dimensions = tuple(_dimension(row) for row in data["dimensions"])
    scheme = Scheme(
        key=data["key"],
        title=data["title"],
        version=data["version"],
        applies=tuple(data["applies"]),
        periods=tuple(data["periods"]),
        total=_number(data["total"]),
        dimensions=dimensions,
        grades=tuple(Grade(row["name"], _number(row.get("bound")), row.get("condition", "")) for row in data["grades"]),
        bonus=_bonus(data.get("bonus", {})),
        vetoes=tuple(
            Veto(row["when"], row["cap"], tuple(row.get("rules", ())), row.get("zero_indicator", False))
            for row in data.get("vetoes", ())
        ),
        quotas=tuple(
            Quota(
                row["grade"],
                _number(row.get("max_ratio", 0)),
                tuple(row["periods"]),
                row.get("number"),
                row.get("about", False),
            )
            for row in data.get("quotas", ())
        ),
        grade_on=data.get("grade_on", "rounded"),
        quota_tie=data.get("quota_tie", "decide"),
        spread=data.get("spread", True),
        open_top=data.get("open_top", False),
        grade_min_points=_number(data.get("grade_min_points", 0)),
        alive=tuple(data.get("alive", ())),
    )
    _check(scheme)
    return scheme


# What the engine reads at each place of a scheme; whatever else it says would be printed and never applied.
_KNOWN = {
    "": Scheme,
    "dimensions": Dimension,
    "indicators": Indicator,
    "deductions": DeductionRule,
    "grades": Grade,
    "vetoes": Veto,
    "quotas": Quota,
    "items": BonusItem,
}
_BONUS = {"cap", "open", "counts_for_grade", "items"}


def _check_known(data, place=""):
    """ValueError (Chinese) for the first thing in a scheme that nothing applies."""
    known = _BONUS if place == "bonus" else {field.name for field in fields(_KNOWN[place])}
    for key, value in data.items():
        if key not in known:
            raise ValueError(f"方案中的{quoted(key)}系统还不会计算，不能装入；请删去，或改用可用的计分办法。")
        if key == "bonus":
            _check_known(value, key)
        elif key in _KNOWN:
            for row in value:
                _check_known(row, key)


def indicators_from(data):
    """The indicators described by a dict, each checked on its own; a draft need not add up yet.

    Raises ValueError (Chinese), also where one says something that the engine does not apply.
    """
    _check_known(data)
    found = tuple(_indicator(row) for part in data["dimensions"] for row in part["indicators"])
    for row in found:
        _check_indicator(row)
    return found


def ordered(levels):
    """Return [(name, points)] of levels, the highest first: a database keeps no order of its own."""
    return sorted(levels.items(), key=lambda level: -_number(level[1]))


def _number(value):
    """TOML writes decimals as floats: read through text, which is what the file says."""
    if value is None:
        return None
    return exact(Decimal(str(value)) if isinstance(value, float) else value)


def _dimension(data):
    return Dimension(
        data["key"],
        data["name"],
        _number(data["points"]),
        tuple(_indicator(row) for row in data["indicators"]),
        data.get("full_from", 1),
        data.get("weighted", False),
    )


def _indicator(data):
    return Indicator(
        key=data["key"],
        name=data["name"],
        points=_number(data["points"]),
        method=data["method"],
        late_factor=_number(data.get("late_factor", Fraction(1, 2))),
        measures=tuple(data.get("measures", ())),
        rules=tuple(data.get("rules", ())),
        not_applicable=data.get("not_applicable", ""),
        deductions=tuple(
            DeductionRule(
                row["when"], _number(row.get("points")), row.get("per", "once"), row.get("part", 0), row.get("case", "")
            )
            for row in data.get("deductions", ())
        ),
        sub_items=tuple(_number(points) for points in data.get("sub_items", ())),
        floor_at=data.get("floor_at", "sub_item"),
        bonus_may_exceed=data.get("bonus_may_exceed", False),
        levels=tuple((name, _number(value)) for name, value in ordered(data.get("levels", {}))),
        points_each=_number(data.get("points_each")),
        min_valid=data.get("min_valid", 0),
        unit=data.get("unit", "次"),
        note=data.get("note", ""),
        counted_in=tuple(data.get("counted_in", ())),
        bands=tuple((_number(bound), _number(points)) for bound, points in data.get("bands", ())),
        base_at=_number(data.get("base_at")),
        base_points=_number(data.get("base_points")),
        step=_number(data.get("step")),
        step_points=_number(data.get("step_points")),
        started=data.get("started", False),
        aspects=tuple(data.get("aspects", ())),
    )


def _bonus(data):
    return Bonus(
        cap=None if data.get("open") else _number(data.get("cap", 0)),
        counts_for_grade=data.get("counts_for_grade", True),
        items=tuple(
            BonusItem(
                row["what"],
                _number(row.get("points")),
                _number(row.get("cap")),
                tuple((name, _number(value)) for name, value in reversed(ordered(row.get("levels", {})))),
            )
            for row in data.get("items", ())
        ),
    )


def _check(scheme):
    _check_sums(scheme)
    for _, row in scheme.indicators():
        _check_indicator(row)
    _check_once(scheme)
    _check_grades(scheme)


def _check_sums(scheme):
    keys = [row.key for _, row in scheme.indicators()]
    if len(set(keys)) != len(keys):
        raise ValueError("考核方案中有重复的指标代码。")
    for dimension in scheme.dimensions:
        if not dimension.weighted and sum(row.points for row in dimension.indicators) != dimension.points:
            raise ValueError(f"{quoted(dimension.name)}各指标分值之和不等于{plain(dimension.points)}分。")
    if sum(dimension.points for dimension in scheme.dimensions) != scheme.total:
        raise ValueError(f"各方面分值之和不等于{plain(scheme.total)}分。")


def _check_indicator(row):
    if row.method not in METHODS:
        raise ValueError(f"指标{quoted(row.name)}的计分方法{quoted(row.method)}不在可用之列。")
    if row.points <= 0 or not 0 <= row.late_factor <= 1:
        raise ValueError(f"指标{quoted(row.name)}的分值应大于 0，晚报系数应在 0 至 1 之间。")
    if row.method in ("graded", "votes") and not row.levels:
        raise ValueError(f"指标{quoted(row.name)}没有设定等次。")
    if row.method == "bands":
        _check_bands(row)
    if row.method == "steps":
        _check_steps(row)
    if row.method == "count" and not row.points_each:
        raise ValueError(f"指标{quoted(row.name)}没有设定每项分值。")
    if row.sub_items and sum(row.sub_items) != row.points:
        raise ValueError(f"指标{quoted(row.name)}各小项分值之和不等于{plain(row.points)}分。")
    if any(rule.part >= max(len(row.sub_items), 1) for rule in row.deductions):
        raise ValueError(f"指标{quoted(row.name)}的扣分情形所指的小项不存在。")
    if row.method == "graded" and any(not 0 <= points <= row.points for _, points in row.levels):
        raise ValueError(f"指标{quoted(row.name)}各档分值应在 0 至{plain(row.points)}之间。")
    if row.method == "votes" and any(not 0 <= value <= 100 for _, value in row.levels):
        raise ValueError(f"指标{quoted(row.name)}每票应计 0 至 100。")


def _check_bands(row):
    bounds = [bound for bound, _ in row.bands]
    if not bounds or bounds[-1] is not None or None in bounds[:-1] or bounds[:-1] != sorted(bounds[:-1])[::-1]:
        raise ValueError(f"指标{quoted(row.name)}的分档应由高到低排列，最后一档不设下限。")
    if any(not 0 <= points <= row.points for _, points in row.bands):
        raise ValueError(f"指标{quoted(row.name)}各档分值应在 0 至{plain(row.points)}之间。")


def _check_steps(row):
    if row.base_at is None or not row.step or row.step <= 0 or not row.step_points or row.step_points <= 0:
        raise ValueError(f"指标{quoted(row.name)}按步长计分，应写明起算比例、步长和每步分值。")
    if not 0 <= (row.points if row.base_points is None else row.base_points) <= row.points:
        raise ValueError(f"指标{quoted(row.name)}起算处的分值应在 0 至{plain(row.points)}之间。")


def _check_once(scheme):
    known = {row.key: row for _, row in scheme.indicators()}
    for row in known.values():
        for key in row.counted_in:
            if key not in known or key == row.key:
                raise ValueError(f"指标{quoted(row.name)}所说的“已在他处计分”的指标{quoted(key)}不在方案中。")
            if row.key in known[key].counted_in:
                raise ValueError(f"指标{quoted(row.name)}和{quoted(known[key].name)}互相让对方计分。")
    for dimension in scheme.dimensions:
        if not isinstance(dimension.full_from, int) or dimension.full_from < 1:
            raise ValueError(f"{quoted(dimension.name)}的足额起算数应是不小于 1 的整数。")
        if scheme.spread and dimension.full_from != 1:
            raise ValueError(f"{quoted(dimension.name)}的足额起算数只用于不分摊分值的方案。")


def _check_grades(scheme):
    bounds = [row.bound for row in scheme.grades]
    if not bounds or bounds[-1] is not None or None in bounds[:-1] or bounds[:-1] != sorted(bounds[:-1])[::-1]:
        raise ValueError("等次应由高到低排列，最后一个等次不设下限。")
    names = {row.name for row in scheme.grades}
    for name in [row.cap for row in scheme.vetoes] + [row.grade for row in scheme.quotas]:
        if name not in names:
            raise ValueError(f"等次{quoted(name)}不在方案的等次之列。")
    if scheme.grades[-1].condition:
        raise ValueError("最后一个等次不能另设条件。")
    if scheme.grade_on not in ("rounded", "exact") or scheme.quota_tie not in ("decide", "none_in", "all_in"):
        raise ValueError("等次的取数办法或名额并列的处理办法不在可用之列。")
    if any(not 0 <= row.max_ratio <= 1 or (row.number is None and not row.max_ratio) for row in scheme.quotas):
        raise ValueError("名额比例应在 0 至 1 之间，或写明名额个数。")
