"""The lists of a year: which are there, which are missing, who has not taken note."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from branches.access.models import User
from branches.notices.models import Notice
from branches.places.models.organisations import Kind, Organisation, tree_order
from branches.reach.models import Appointment
from branches.reach.reach import reach
from branches.reach.rights import MEMBERS
from common import clock
from common.names import initials_of
from common.operator import OPERATOR, Actor
from common.text import fold
from members.roster.models.members import Member
from responsibilities.assigning import assigning
from responsibilities.duties.models import LEVEL_ORDER, DutyList, Level, ListState, ReportState
from responsibilities.duties.rights import making
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.soft import soft

# As a filter of lists: issued, and its holder has not said that he read it.
UNNOTED = "unnoted"

_PLACES = {
    Level.PARTY_GROUP: Kind.PARTY_GROUP,
    Level.PARTY_GROUP_SECRETARY: Kind.PARTY_GROUP,
    Level.COMMITTEE: Kind.COMMITTEE,
    Level.DISCIPLINE: Kind.COMMITTEE,
    Level.GENERAL_BRANCH: Kind.GENERAL_BRANCH,
    Level.BRANCH: Kind.BRANCH,
}


def missing_lists(by: Actor, year: int, levels: Iterable[str]) -> list[DutyList]:
    """Return unsaved DutyLists for all holders of `levels` who have none for `year` and for whom `by` may make one.

    A place holds one for itself; each member of the leading group and each member of a roster one of his own. A
    constant number of statements.
    """
    chosen = [Level(level) for level in levels]
    there = set(
        DutyList.objects.filter(year=year, level__in=chosen)
        .order_by()
        .values_list("level", "organisation_id", "holder_id", "member_id")
    )
    persons = {holder for _, _, holder, _ in there if holder} | {-member for _, _, _, member in there if member}
    today = clock.today()
    places = list(Organisation.objects.existing(today).filter(assigning(by, "")).in_tree_order())
    found: list[DutyList] = []
    for level in chosen:
        if level in _PLACES:
            found += [
                DutyList(organisation=place, year=year, level=level)
                for place in places
                if place.kind == _PLACES[level] and (level, place.pk, None, None) not in there
            ]
        elif level == Level.LEADER:
            found += _leaders(places, year, persons, today)
        else:
            found += _members(by, year, persons)
    return found


def _leaders(places: list[Organisation], year: int, persons: set[int], today: date) -> list[DutyList]:
    """The leading group's members: their lists belong to the party group, wherever their appointment stands."""
    root = next((place for place in places if place.kind == Kind.PARTY_GROUP), None)
    if root is None:
        return []
    rows = Appointment.objects.in_force(today).filter(role="leader", user__is_active=True)
    users = {row.user_id: row.user for row in rows.select_related("user").order_by("pk")}
    return [
        DutyList(organisation=root, year=year, level=Level.LEADER, holder=user)
        for pk, user in users.items()
        if pk not in persons
    ]


def _members(by: Actor, year: int, persons: set[int]) -> list[DutyList]:
    """Party members on a roster today, of branches where `by` makes lists or keeps the roster."""
    rows = Member.objects.filter(joined_on__isnull=False, memberships__ends__isnull=True, home__kind=Kind.BRANCH)
    rows = rows.filter(memberships__isnull=False).distinct()
    condition = assigning(by, "home__")
    if by is not OPERATOR:
        condition |= reach(by, MEMBERS, "home__")
    return [
        DutyList(organisation=row.home, year=year, level=Level.MEMBER, member=row)
        for row in rows.filter(condition).select_related("home").order_by(*tree_order("home__"), "pk")
        if -row.pk not in persons
    ]


def year_lists(user: Actor, year: int, *, level: str = "", state: str = "", q: str = "") -> list[DutyList]:
    """Return the DutyLists of a year that the user may read, from the top level down, in a constant number of statements.

    level, state (of a list, or UNNOTED), q: what to keep; q is part of a holder's name or of its initials. Each row has
    `number` (its duties), `soft` (of them soft tasks), `people` (names of its holders), `unnoted` (issued, and a holder has
    yet to say that he read it) and `unheld` (issued, and nobody is there who could).
    """
    rows = DutyList.objects.visible_to(user).filter(year=year)
    if level:
        rows = rows.filter(level=level)
    if state:
        rows = rows.filter(state=ListState.ISSUED if state == UNNOTED else state)
    rows = rows.select_related("organisation__parent", "holder", "member__account", "issued_by", "noted_by")
    counts = {"lines": Count("duties"), "soft_lines": Count("duties", filter=soft("duties__"))}
    lists = list(rows.annotate(**counts).order_by(*tree_order("organisation__"), "pk"))
    lists.sort(key=lambda row: LEVEL_ORDER.index(Level(row.level)))
    holders = holders_each(lists)
    for row in lists:
        row.number, row.soft = row.lines, row.soft_lines
        waits = row.state == ListState.ISSUED and row.noted_at is None
        row.people = "、".join(one.name for one in holders[row.pk])
        row.unnoted, row.unheld = waits and bool(row.people), waits and not row.people
    words = fold(q)
    return [
        row
        for row in lists
        if (state != UNNOTED or row.unnoted) and (not words or _named(words, [row.holder_name, row.people]))
    ]


def drafts_to_issue(user: Actor) -> QuerySet[DutyList]:
    """Return the drafts that `user` may issue, in the order of the tree."""
    rows = DutyList.objects.visible_to(user).filter(making(user), state=ListState.DRAFT)
    return rows.select_related("organisation__parent", "holder", "member").order_by(*tree_order("organisation__"), "pk")


def duties_listed(duty_list: DutyList) -> list[Any]:
    """Return the duties of a list in their order, each with what it serves and `pending` (its reports that wait for a judgement)."""
    pending = Count("reports", filter=Q(reports__state=ReportState.REPORTED))
    rows = duty_list.duties.select_related("serves__list").annotate(pending=pending)
    return list(rows.order_by("order", "pk"))


def _named(words: str, names: Iterable[str]) -> bool:
    return any(words in fold(name) or words in initials_of(name) for name in names)


def reminding(year: int) -> str:
    """Return the key under which reminders to take note of the lists of a year are counted."""
    return f"duty_lists/{year}"


def people_to_remind(by: Actor, year: int) -> dict[User, list[DutyList]]:
    """Return {User: [DutyList]} of who has yet to take note of an issued list that `by` makes, but for those told today."""
    rows = DutyList.objects.filter(making(by), year=year, state=ListState.ISSUED, noted_at__isnull=True)
    lists = list(rows.select_related("organisation__parent", "holder", "member__account").order_by("pk"))
    notices = Notice.objects.filter(kind="reminder", about=reminding(year), sent__date=clock.today())
    told = {*notices.values_list("recipient_id", flat=True), by.pk}
    holders = holders_each(lists)
    people: dict[User, list[DutyList]] = {}
    for row in lists:
        for user in holders[row.pk]:
            if user.pk not in told and user.is_active:
                people.setdefault(user, []).append(row)
    return people
