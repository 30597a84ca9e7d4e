"""Secretaries and their classes of a year: the yearly one, and the induction of whoever is new."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Organisation
from branches.settings import dated
from branches.settings.start import agency_start
from common.periods import Period, add_months
from members.cadres.rules import between, induction_due
from members.cadres.selectors.classes_had import classes_had
from members.cadres.selectors.posts import ELECTED
from members.roster.models.posts import Post, PostKind

INDUCTION_MONTHS = "new_secretary_months"
# No induction is due later than so many months after taking office.
LONGEST = 24


@dataclass(frozen=True)
class SecretaryYear:
    """A secretary of a year's last day. attended: the day of his first class of the year, None where there is none.

    due: the day by which a new one owes his induction, None of whoever is not new or whose start nobody knows; inducted: the
    day of the class that was it. due_now: it falls due within the year. spared: he took office too late for this year's class.
    """

    member: int
    name: str
    place: int
    starts: date | None
    attended: date | None
    due: date | None
    inducted: date | None
    due_now: bool
    spared: bool

    @property
    def late(self) -> bool:
        return self.due_now and self.inducted is not None and self.due is not None and self.inducted > self.due

    @property
    def met(self) -> bool:
        return (self.attended is not None or self.spared) and (not self.due_now or self.inducted is not None)

    def overdue(self, as_of: date, last: date) -> bool:
        """Whether something of his is past its day: the year is over, or his induction was due."""
        return not self.met and (as_of > last or self.induction_overdue(as_of))

    def induction_overdue(self, as_of: date) -> bool:
        return self.due is not None and self.inducted is None and as_of > self.due


def secretary_years(year: Period, places: Collection[int] | None, as_of: date) -> list[SecretaryYear]:
    """Return the SecretaryYears of a year at some organisations (ids; all when None); a constant number of statements.

    Of an organisation that was wound up in the year, whoever led it on its last day.
    """
    day = min(year.last, as_of)
    rows = Post.objects.filter(kind=PostKind.SECRETARY, organisation__kind__in=ELECTED)
    if places is not None:
        rows = rows.filter(organisation__in=places)
    columns = ("organisation_id", "member_id", "member__name", "starts", "ends", "organisation__archived_on")
    held = list(rows.order_by("pk").values_list(*columns, "organisation__kept_from"))
    first_of: dict[tuple[int, int], date] = {}
    for place, member, _, starts, *_ in held:
        key = (place, member)
        first_of[key] = min(first_of.get(key, date.max), starts or date.min)
    current = [row for row in held if _holds(row, day, year)]
    since = year.first.replace(year=year.year - LONGEST // 12)
    classes = classes_had({row[1] for row in current}, since, max(as_of, year.last), as_of)
    line, start = dated.timeline(INDUCTION_MONTHS), agency_start()
    found = []
    for place, member, name, starts, _, _, kept in current:
        days = [one.day for one in classes.get(member, ()) if one.day <= as_of]
        is_new = starts is not None and first_of[place, member] == starts and starts >= max(start, kept or date.min)
        due = induction_due(starts, int(dated.at(line, starts))) if is_new and starts is not None else None
        attended = min((one.day for one in classes.get(member, ()) if one.meets(year) is not None), default=None)
        found.append(
            SecretaryYear(
                member,
                name,
                place,
                starts,
                attended,
                due,
                between(days, starts, date.max) if due is not None and starts is not None else None,
                due is not None and due in year,
                _spared(starts, due, attended, year),
            )
        )
    return sorted(found, key=lambda one: (one.place, one.member))


def _holds(row: tuple, day: date, year: Period) -> bool:
    """Whether a post was held on the day that is asked: the year's last, today, or the organisation's own last one."""
    _, _, _, starts, ends, archived, _ = row
    if archived is not None and archived < year.first:
        return False
    day = min(day, archived) if archived is not None else day
    return (starts or date.min) <= day <= (ends or date.max)


def _spared(starts: date | None, due: date | None, attended: date | None, year: Period) -> bool:
    """Whether this year's class is not asked of him: he took office in it, and his induction falls into the next one."""
    if attended is not None or starts is None or starts not in year:
        return False
    return due is not None and due > year.last


def turned_between(since: date, as_of: date, places: Collection[int] | None = None) -> Iterator[int]:
    """Yield the organisations (ids) whose new secretary's induction fell due between two days, the first not included."""
    line = dated.timeline(INDUCTION_MONTHS)
    rows = Post.objects.filter(kind=PostKind.SECRETARY, starts__gte=add_months(since, -LONGEST), starts__lte=as_of)
    for place, starts in rows.order_by().values_list("organisation_id", "starts"):
        due = induction_due(starts, int(dated.at(line, starts))) if starts is not None else None
        if due is not None and since <= due < as_of and (places is None or place in places):
            yield place


def named(places: Collection[int]) -> dict[int, Organisation]:
    return Organisation.objects.select_related("parent").in_bulk(list(places))
