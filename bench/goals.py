"""What must be reached at any size: a bound of its own, or a multiple of what the smallest size of the same run costs."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.data import SIZES
from bench.figures import Figure

# {size: {measure: Figure}}
Found = dict[str, dict[str, Figure]]


@dataclass(frozen=True)
class Goal:
    """cpu, wall, statements, bytes, memory, each: at most so much; speed: at least. framed: statements beside those of FRAME.
    times: at most so many times the processor time of the smallest size; beside: or of another measure at the same size; linear:
    of that for each branch.
    """

    measure: str
    cpu: float | None = None
    wall: float | None = None
    statements: int | None = None
    bytes: int | None = None
    memory: int | None = None
    each: int | None = None
    speed: int | None = None
    times: float | None = None
    beside: str = ""
    framed: bool = False
    linear: float | None = None


# Everything that a size was measured with, the making of its data among it.
WHOLE = "in all"
GOALS = (
    Goal(WHOLE, wall=15 * 60),
    Goal("fill after one record", cpu=0.3, times=2),
    Goal("fill after one record that is evidence", cpu=0.3, times=2),
    Goal("first fill of the next day", cpu=44, memory=200_000_000),
    Goal("first fill of December", cpu=44, memory=200_000_000),
    Goal("counts of the year by the engine", times=1.3, beside="counts of the year by hand"),
    Goal("page: workbench", statements=20, times=1.3),
    Goal("page: record form", times=1.3, bytes=120_000),
    Goal("page: dashboard", statements=12, framed=True, times=2, bytes=200_000),
    Goal("page: records", statements=12, framed=True, times=2),
    Goal("page: requirements", statements=12, framed=True, times=2),
    Goal("page: members", statements=12, framed=True, times=2),
    Goal("page: organisations", statements=12, framed=True, times=2),
    Goal("page: search", statements=12, framed=True, times=2),
    Goal("page: review queue", times=2),
    Goal("page: duty board", times=2),
    Goal("import of 5000 meetings", speed=1500, each=500),
    Goal("report as docx", linear=1.5, memory=300_000_000),
    Goal("report as xlsx", linear=1.5, memory=300_000_000),
    Goal("report as html", linear=1.5, memory=300_000_000),
    Goal("report written", linear=1.5),
)
# A page with nothing but the frame round every page, as the reader of lists opens it.
FRAME = "page: empty view"
# Measured before each part: a machine that others share is quicker at one size than, half an hour later, at the next.
YARDSTICK = "yardstick of"
_PARTS = {"page:": "pages", "fill after": "changes"}
# A ratio to the statement by hand holds where its rows, and not the fixed cost of the statements, are what is measured.
LARGE = ("L",)


def missed(found: Found) -> list[str]:
    """Return a sentence for each goal that the largest size of a run does not reach: the others are what it is compared with."""
    smallest, largest = next(iter(found), ""), next(reversed(found), "")
    said = []
    for goal in GOALS:
        if found and goal.measure in found[largest]:
            words = [*_bounds(goal, found[largest]), *_ratios(goal, largest, smallest, found)]
            said += [f"{largest}: {goal.measure}: {one}" for one in words]
    return said


def _bounds(goal: Goal, figures: dict[str, Figure]) -> Iterator[str]:
    """Yield a sentence for each bound of its own that is passed."""
    figure = figures[goal.measure]
    frame = figures[FRAME].statements or 0 if goal.framed and FRAME in figures else 0
    statements = (figure.statements or 0) - frame
    if goal.cpu is not None and figure.cpu > goal.cpu:
        yield f"{figure.cpu:.2f} s for {goal.cpu}"
    if goal.wall is not None and figure.wall > goal.wall:
        yield f"{figure.wall:.0f} s by the clock for {goal.wall:.0f}"
    if goal.statements is not None and statements > goal.statements:
        yield f"{statements} statements{' beside the frame' if frame else ''} for {goal.statements}"
    if goal.bytes is not None and (figure.bytes or 0) > goal.bytes:
        yield f"{figure.bytes} bytes for {goal.bytes}"
    if goal.memory is not None and figure.memory > goal.memory:
        yield f"{figure.memory / 1e6:.0f} MB of memory for {goal.memory / 1e6:.0f}"
    if goal.speed is not None and (figure.speed or 0) < goal.speed:
        yield f"{figure.speed or 0:.0f} rows a second for {goal.speed}"
    if goal.each is not None and (figure.each or 0) > goal.each:
        yield f"{figure.each:.0f} bytes of memory a row for {goal.each}"


def _ratios(goal: Goal, size: str, smallest: str, found: Found) -> Iterator[str]:
    """Yield a sentence where a measure costs too many times what the smallest size, or another measure, costs."""
    figure, first = found[size][goal.measure], found[smallest].get(goal.measure)
    if goal.times is not None:
        of = found[size].get(goal.beside) if goal.beside else first
        fair = size in LARGE if goal.beside else size != smallest
        pace = 1 if goal.beside else _pace(goal.measure, found[size], found[smallest])
        if of and fair and figure.cpu > goal.times * of.cpu * pace:
            yield f"{figure.cpu / of.cpu / pace:.1f} times for {goal.times}"
    if goal.linear is not None and first and size != smallest:
        ratio = figure.cpu / SIZES[size].branches / (first.cpu / SIZES[smallest].branches)
        if ratio > goal.linear:
            yield f"{ratio:.1f} times a branch for {goal.linear}"


def _pace(measure: str, figures: dict[str, Figure], first: dict[str, Figure]) -> float:
    """Return how many times slower the machine was than at the smallest size, by the yardstick of the measure's part."""
    part = next((part for beginning, part in _PARTS.items() if measure.startswith(beginning)), "")
    yardsticks = [one.get(f"{YARDSTICK} {part}") for one in (figures, first)]
    return yardsticks[0].cpu / yardsticks[1].cpu if yardsticks[0] and yardsticks[1] else 1
