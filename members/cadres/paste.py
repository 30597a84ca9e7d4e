"""Read a pasted roster of Party workers without a seat: name, organisation, share, since when. With a wrong row nothing is written."""

from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from common.text import clean_text, parse_date, person_name, quoted
from members.cadres.models import Share
from members.roster.models.members import Member
from members.roster.namesakes import called, named, which_words

MOST_LINES = 300
_SHARES = {"专职": Share.FULL, "兼职": Share.PART, "": Share.PART}


@dataclass(frozen=True)
class Worker:
    member: Member
    organisation: Organisation
    share: str
    starts: date


def read(user: Actor, text: str) -> tuple[list[Worker], list[str]]:
    """Return (workers in the order of the table, sentences about wrong rows), each within `user`'s rosters."""
    rows = [(number, _cells(row)) for number, row in enumerate(text.splitlines(), 1) if clean_text(row)]
    rows = [(number, cells) for number, cells in rows if cells[0] != "姓名"]
    if not rows:
        return [], ["没有可以登记的行。"]
    if len(rows) > MOST_LINES:
        return [], [f"一次最多粘贴 {MOST_LINES} 行。"]
    names = {cells[0].split("(")[0] for _, cells in rows}
    people = {one.pk: one for one in Member.objects.visible_to(user, MEMBERS).filter(name__in=names)}
    labels = called(people.values())
    places = access.organisations_for(user, MEMBERS).filter(archived_on__isnull=True).exclude(kind=Kind.SMALL_GROUP)
    by_name: dict[str, Organisation] = {}
    for place in places.select_related("parent"):
        by_name[place.name] = by_name[place.label] = place
    found: list[Worker] = []
    wrong: list[str] = []
    for number, cells in rows:
        problem, worker = _line(cells, people, labels, by_name)
        if worker is not None and any(
            one.member == worker.member and one.organisation == worker.organisation for one in found
        ):
            problem, worker = f"{cells[0]}写了两行。", None
        if worker is None:
            wrong.append(f"第 {number} 行：{problem}")
        else:
            found.append(worker)
    return found, wrong


def _cells(row: str) -> list[str]:
    cells = [clean_text(cell) for cell in (row.split("\t") if "\t" in row else row.replace("，", ",").split(","))]
    return [person_name(cells[0]), *cells[1:4], "", "", ""][:4]


def _line(
    cells: list[str], people: dict[int, Member], labels: dict[int, str], places: dict[str, Organisation]
) -> tuple[str, Worker | None]:
    """labels: how those of one name are told apart."""
    name, place, share, since = cells
    same = named(labels, name)
    if not same:
        return f"名册上没有{quoted(name)}。", None
    if len(same) > 1:
        return f"名册上有 {len(same)} 名{name}，{which_words(labels[pk] for pk in same)}", None
    if place not in places:
        return f"没有找到党组织{quoted(place)}。", None
    if share not in _SHARES:
        return "专兼职请写专职或兼职。", None
    try:
        starts = parse_date(since, today=clock.today(), past=True) if since else clock.today()
    except ValueError as error:
        return str(error), None
    if starts > clock.today():
        return "起不能晚于今天。", None
    return "", Worker(people[same[0]], places[place], _SHARES[share], starts)
