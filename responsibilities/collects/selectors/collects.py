"""Reads of collections: lists, the table organisation × field with its totals, and what waits for an answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from branches.access.models import User
from branches.places.models.organisations import Organisation, tree_order
from branches.reach.reach import reach
from branches.reach.rights import VIEW
from common import clock
from responsibilities.assigning import answers, assigns_work, places_assigned
from responsibilities.collects.models import Collect, CollectAnswer, CollectField, CollectState, CollectTarget
from responsibilities.collects.selectors import known_figures
from responsibilities.collects.values import added_up
from responsibilities.proof_files.models import ProofFile


def readable(user: User) -> QuerySet[Any]:
    """Return the collections that `user` may read, with the numbers of organisations asked and answered."""
    # A draft is the sender's.
    drafts = Q(state=CollectState.DRAFT) & ~Q(organisation__in=places_assigned(user).order_by().values("pk"))
    return (
        Collect.objects.visible_to(user, VIEW)
        .exclude(drafts)
        .select_related("organisation__parent", "author")
        .annotate(asked=Count("targets"), answered=Count("targets", filter=Q(targets__answered_at__isnull=False)))
        .order_by("-created", "-pk")
    )


def counts(rows: QuerySet[Collect]) -> dict[str, int]:
    """Return {"total", "open", "left" (answers that open ones still wait for)} of collections in one statement."""
    open_ones = Q(state=CollectState.OPEN)
    return rows.order_by().aggregate(
        total=Count("pk", distinct=True),
        open=Count("pk", distinct=True, filter=open_ones),
        left=Count("targets", distinct=True, filter=open_ones & Q(targets__answered_at__isnull=True)),
    )


def _waiting(rows: QuerySet[CollectTarget]) -> QuerySet[CollectTarget]:
    rows = rows.filter(collect__state=CollectState.OPEN, answered_at__isnull=True)
    return rows.select_related("collect", "organisation__parent").order_by("collect__due", "pk")


def waiting_for(user: User) -> QuerySet[CollectTarget]:
    """Return the CollectTargets that wait for an answer of `user`, the most urgent first."""
    return _waiting(CollectTarget.objects.visible_to(user, VIEW).filter(answers(user)))


def own_answer(user: User, collect: Collect) -> CollectTarget | None:
    """Return the CollectTarget that `user` may answer now, or change until the deadline; those without an answer first."""
    if collect.state != CollectState.OPEN:
        return None
    own = CollectTarget.objects.visible_to(user, VIEW).filter(answers(user), collect=collect)
    if clock.today() > collect.due:
        own = own.filter(answered_at__isnull=True)
    return own.order_by(F("answered_at").asc(nulls_first=True), "pk").first()


def collects_for(user: User, organisation: Organisation) -> QuerySet[CollectTarget]:
    """Return the CollectTargets of one organisation that wait for an answer, the most urgent first."""
    return _waiting(CollectTarget.objects.visible_to(user, VIEW).filter(organisation=organisation))


@dataclass
class Cell:
    """The value of one field for one organisation as it is written; paper: the file behind it."""

    text: str
    plain: str = ""
    paper: ProofFile | None = None


@dataclass
class Row:
    target: CollectTarget
    state: str
    cells: list[Cell] = field(default_factory=list)


@dataclass
class Table:
    """organisation × field. totals: in words, one for each field; waiting: organisations that have not answered."""

    fields: list[CollectField]
    rows: list[Row]
    totals: list[str]
    waiting: list[CollectTarget]


# {key of a KnownFigure: its values}
Known = dict[str, known_figures.Values]


def sees_all(user: User, collect: Collect) -> bool:
    """Return whether `user` reads all answers: who assigns work at the collecting organisation."""
    return assigns_work(user, collect.organisation)


def table(user: User, collect: Collect) -> Table:
    """Return the Table of a collection, limited to the organisations that `user` may read."""
    fields = list(collect.fields.all())
    targets = collect.targets.select_related("organisation__parent", "answered_by").prefetch_related("answers__paper")
    if not sees_all(user, collect):
        targets = targets.filter(reach(user, VIEW, "organisation__"))
    asked = list(targets.order_by(*tree_order("organisation__")))
    known: Known = {}
    if collect.state != CollectState.CLOSED:
        known = known_figures.values(
            [one.figure for one in fields if one.figure], [target.organisation for target in asked]
        )
    rows = []
    for target in asked:
        kept = {answer.field_id: answer for answer in target.answers.all()}
        cells = [_cell(one, target, kept.get(one.pk), known) for one in fields]
        rows.append(Row(target, _state(collect, target), cells))
    below = _outermost([target.organisation for target in asked])
    totals = [_total(one, number, rows, known, below) for number, one in enumerate(fields)]
    asks = any(not one.figure for one in fields)
    waiting = [row.target for row in rows if asks and row.target.answered_at is None]
    return Table(fields, rows, totals, waiting)


def _cell(one: CollectField, target: CollectTarget, answer: CollectAnswer | None, known: Known) -> Cell:
    if not one.figure:
        if answer is None:
            return Cell("")
        return Cell(answer.value, answer.value, answer.paper)
    kind = known_figures.BY_KEY[one.figure].kind
    if one.figure in known:
        value = known[one.figure].by_place[target.organisation_id]
    else:
        value = known_figures.from_plain(kind, answer.value if answer else "")
    return Cell(known_figures.shown(kind, value), known_figures.plain(kind, value))


def _outermost(places: list[Organisation]) -> set[int]:
    """Return the ids of the places that lie in no other of them: a total counts each organisation once."""
    return {place.pk for place in places if not any(other.pk != place.pk and other.contains(place) for other in places)}


def _total(one: CollectField, number: int, rows: list[Row], known: Known, below: set[int]) -> str:
    if not one.figure:
        return added_up(one, [row.cells[number].plain for row in rows])
    entry = known_figures.BY_KEY[one.figure]
    if one.figure in known:
        return known[one.figure].words
    plain = [row.cells[number].plain for row in rows if row.target.organisation_id in below]
    if entry.kind not in (known_figures.NUMBER, known_figures.RATE):
        return f"{sum(bool(row.cells[number].plain) for row in rows)}／{len(rows)} 个组织有"
    parts = [known_figures.from_plain(entry.kind, text) for text in plain if text]
    if entry.kind == known_figures.NUMBER:
        return str(sum(parts))
    if not parts:
        return known_figures.shown(known_figures.RATE, None)
    return known_figures.shown(known_figures.RATE, (sum(part[0] for part in parts), sum(part[1] for part in parts)))


def _state(collect: Collect, target: CollectTarget) -> str:
    if target.answered_at is not None:
        return "late" if target.late else "done"
    if target.return_reason:
        return "returned"
    if collect.state == CollectState.DRAFT:
        return "draft"
    return "overdue" if clock.today() > collect.due else "open"


STATE_WORDS = {
    "done": "已填报",
    "late": "逾期填报",
    "returned": "已退回",
    "overdue": "逾期未填",
    "open": "待填报",
    "draft": "未发出",
}


def export_rows(results: Table) -> tuple[list[str], list[list[object]]]:
    """Return (columns, rows) of a Table, the totals in the last row."""
    labels = [f"{one.label}（系统）" if one.figure else one.label for one in results.fields]
    columns = ["党组织", *labels, "填报情况", "填报人", "填报日期"]
    rows: list[list[object]] = [
        [
            row.target.organisation.name,
            *[_number(cell) for cell in row.cells],
            STATE_WORDS[row.state] if any(not one.figure for one in results.fields) else "取自系统",
            row.target.answered_by.name if row.target.answered_by else "",
            row.target.answered_at and clock.day_of(row.target.answered_at),
        ]
        for row in results.rows
    ]
    return columns, [*rows, ["合计", *results.totals, "", "", ""]]


def _number(cell: Cell) -> str | int | float:
    """A whole or decimal number goes into the sheet as a number, everything else as text."""
    text = cell.plain
    if text and text.lstrip("-").replace(".", "", 1).isdecimal() and len(text) <= 15:
        return float(text) if "." in text else int(text)
    return cell.text


def burden(collect: Collect) -> tuple[int, int, int]:
    """Return (fields asked, organisations asked, their product): what a form costs those who fill it in."""
    asked = collect.fields.filter(figure="").count()
    places = collect.targets.count()
    return asked, places, asked * places


def chosen_places(ids: Iterable[str], askable: QuerySet[Organisation]) -> list[Organisation]:
    """Return the organisations of `askable` that these ids (texts) name; all of them where none is named."""
    named = [int(text) for text in ids if text.isdecimal() and len(text) < 10]
    return list(askable.filter(pk__in=named) if named else askable)
