"""What must be reached at any size: a bound of its own, or a multiple of what the smallest size of the same run costs."""

from dataclasses import dataclass

from bench.measures import Figure

# {size: {measure: Figure}}
Found = dict[str, dict[str, Figure]]


@dataclass(frozen=True)
class Goal:
    """cpu, statements, bytes: at most so much at every size. times: at most so many times the processor time of the smallest
    size; beside: or of another measure at the same size.
    """

    measure: str
    cpu: float | None = None
    statements: int | None = None
    bytes: int | None = None
    times: float | None = None
    beside: str = ""


GOALS = (
    Goal("fill after one record", cpu=0.3, times=2),
    Goal("fill after one record that is evidence", cpu=0.3, times=2),
    Goal("first fill of the next day", cpu=44),
    Goal("counts of the year by the engine", times=1.3, beside="counts of the year by hand"),
    Goal("page: workbench", statements=20, times=1.3),
    Goal("page: record form", times=1.3, bytes=120_000),
    Goal("page: dashboard", statements=12, times=2, bytes=200_000),
    Goal("page: records", statements=12, times=2),
    Goal("page: requirements", statements=12, times=2),
    Goal("page: members", statements=12, times=2),
    Goal("page: organisations", statements=12, times=2),
    Goal("page: search", statements=12, times=2),
    Goal("page: review queue", times=1.3),
    Goal("page: duty board", times=2),
)
# Ratios to the statement by hand hold where its rows, and not the fixed cost of the statements, are what is measured.
LARGE = ("M", "L")


def missed(found: Found) -> list[str]:
    """Return a sentence for each goal that a size does not reach."""
    smallest = next(iter(found.values()), {})
    said = []
    for size, figures in found.items():
        for goal in GOALS:
            if goal.measure in figures:
                said += [f"{size}: {goal.measure}: {words}" for words in _missed(goal, size, figures, smallest)]
    return said


def _missed(goal: Goal, size: str, figures: dict[str, Figure], smallest: dict[str, Figure]) -> list[str]:
    figure, said = figures[goal.measure], []
    if goal.cpu is not None and figure.cpu > goal.cpu:
        said.append(f"{figure.cpu:.2f} s for {goal.cpu}")
    if goal.statements is not None and (figure.statements or 0) > goal.statements:
        said.append(f"{figure.statements} statements for {goal.statements}")
    if goal.bytes is not None and (figure.bytes or 0) > goal.bytes:
        said.append(f"{figure.bytes} bytes for {goal.bytes}")
    if goal.times is not None:
        of = figures.get(goal.beside) if goal.beside else smallest.get(goal.measure)
        fair = size in LARGE if goal.beside else figures is not smallest
        if of and fair and figure.cpu > goal.times * of.cpu:
            said.append(f"{figure.cpu / of.cpu:.1f} times for {goal.times}")
    return said
