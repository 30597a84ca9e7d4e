"""One's own duties: every list one answers for; of a leader also his fields, his contact branch, his organisation life."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from branches.access.models import User
from branches.places.models.departments import Coverage
from branches.places.models.organisations import Organisation, tree_order
from branches.reach.models import Appointment
from common import clock
from members.roster.models.members import Member
from responsibilities.assigning import LEADING
from responsibilities.duties.headline import headline
from responsibilities.duties.models import Duty, DutyList, DutyReport, Level, ListState
from responsibilities.duties.progress import duty_slots, elapsed, progress
from responsibilities.duties.rights import AT_THE_BRANCH, reports_to_judge
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.selectors.wording import chip, frequency, short_basis, tone
from responsibilities.duties.slot import OPEN, RETURNED, DutySlot
from responsibilities.duties.templates import template
from responsibilities.portfolios.models import LeaderPortfolio

# So many reports that wait for a judgement are listed at once; the others move up.
WAITING_SHOWN = 20


def own_lists(user: User, year: int | None = None, day: date | None = None) -> list[DutyList]:
    """Return the issued DutyLists of a year that the user answers for on `day` (default today), from the top level down.

    In two statements.
    """
    day = day or clock.today()
    rows = DutyList.objects.filter(pk__in=_near(user, day, year=year or day.year))
    rows = rows.annotate(by_officer=_by_officer(user, day)).select_related(
        "organisation__parent", "holder", "member__account"
    )
    lists = list(rows.order_by(*tree_order("organisation__"), "pk"))
    answered = _answered(user, day, {row.pk: row.by_officer for row in lists}, lists)
    return [row for row in lists if row.pk in answered]


def own_duties(user: User) -> list[Duty]:
    """Return the duties of all issued lists, of earlier years too, that the user answers for today, in their order.

    Each with its list, whose organisation, holder and member are read. In two statements.
    """
    day = clock.today()
    rows = Duty.objects.filter(list__in=_near(user, day, year__lte=day.year))
    rows = rows.annotate(by_officer=_by_officer(user, day, "list__"))
    rows = rows.select_related("list__organisation__parent", "list__holder", "list__member__account")
    duties = list(rows.order_by("order", "pk"))
    lists = {duty.list_id: duty.list for duty in duties}
    answered = _answered(user, day, {duty.list_id: duty.by_officer for duty in duties}, lists.values())
    return [duty for duty in duties if duty.list_id in answered]


def _near(user: User, day: date, **years: int) -> QuerySet[DutyList, Any]:
    """Return the issued lists of his own, and those that whoever is appointed where he is may answer for, as values of pk.

    Each found by its own index: one condition for all of them would look at every list. years: which, as of a filter.
    """
    seats = Appointment.objects.filter(user=user, organisation__isnull=False).in_force(day).order_by()
    places = seats.values("organisation")
    # A committee's secretary may be appointed at the party group above it.
    below = Organisation.objects.filter(parent__in=places).order_by().values("pk")
    of_member = Member.objects.filter(account=user).order_by().values("pk")
    issued = DutyList.objects.filter(state=ListState.ISSUED, **years).order_by()
    nobodys = issued.filter(holder__isnull=True, member__isnull=True)
    parts = (
        issued.filter(holder=user),
        issued.filter(member__in=of_member),
        nobodys.filter(organisation__in=places),
        nobodys.filter(organisation__in=below, level=Level.COMMITTEE),
    )
    first, *others = (rows.values("pk") for rows in parts)
    return first.union(*others)


def _by_officer(user: User, day: date, path: str = "") -> Exists:
    """Return the expression «he reports for the organisation of the list»."""
    seats = Appointment.objects.filter(user=user, role__in=AT_THE_BRANCH, organisation=OuterRef(f"{path}organisation"))
    return Exists(seats.in_force(day).order_by())


def _answered(user: User, day: date, by_officer: Mapping[int, bool], lists: Collection[DutyList]) -> set[int]:
    """Return the ids of those of these lists that the user answers for on `day`."""
    holders = holders_each(lists, day)
    return {
        row.pk
        for row in lists
        if any(one.pk == user.pk for one in holders[row.pk]) or (row.level == Level.BRANCH and by_officer[row.pk])
    }


def lists_to_note(user: User) -> list[DutyList]:
    """Return the issued DutyLists that the user answers for and of which nobody has yet said that he read them."""
    return [row for row in own_lists(user) if row.noted_at is None]


def own_page(user: User) -> dict[str, Any]:
    """Return the context of 我的责任: each list with its duties, what waits, and for a leader his portfolios."""
    today = clock.today()
    lists = own_lists(user, today.year)
    duties = list(
        Duty.objects.filter(list__in=[row.pk for row in lists])
        .select_related("list__organisation", "list__holder", "list__member__account")
        .order_by("order", "pk")
    )
    slots = duty_slots(duties, as_of=today)
    parts = []
    for row in lists:
        mine = [duty for duty in duties if duty.list_id == row.pk]
        parts.append(
            {
                "list": row,
                "rows": sorted((_row(duty, slots[duty.pk], today) for duty in mine), key=lambda line: line["order"]),
                "head": headline(mine, slots, today),
            }
        )
    head, waiting = headline(duties, slots, today), reports_waiting(user)
    # Whoever holds no list and judges reports came for these.
    without = f"{len(waiting)} 份责任报告待您审核" if waiting else "您还没有责任清单"
    return {
        "title": f"我的责任 {head.words('项')}" if lists else without,
        "lists": parts,
        "head": head,
        "elapsed": elapsed(today.year, today),
        "waiting": waiting,
        "waiting_shown": WAITING_SHOWN,
        "double": [(duty, slots[duty.pk]) for duty in duties if _is_double_life(duty)],
        **_portfolios(user, today),
    }


def duties_of_member(member: Member) -> list[dict[str, Any]]:
    """Return the rows of the issued lists of one member this year, what is overdue first; a constant number of statements."""
    today = clock.today()
    lists = DutyList.objects.filter(member=member, year=today.year, state=ListState.ISSUED).order_by().values("pk")
    rows = Duty.objects.filter(list__in=lists).order_by("order", "pk")
    duties = list(rows.select_related("list__organisation", "list__holder", "list__member__account"))
    slots = duty_slots(duties, as_of=today)
    return sorted((_row(duty, slots[duty.pk], today) for duty in duties), key=lambda line: line["order"])


def _is_double_life(duty: Duty) -> bool:
    known = template(duty.key)
    return known is not None and known.double_life


def reports_waiting(user: User) -> list[DutyReport]:
    """Return the DutyReports that wait for the user's judgement, those that have waited longest first."""
    rows = reports_to_judge(user).select_related(
        "duty__list__organisation__parent", "duty__list__holder", "duty__list__member", "reported_by", "on_behalf_of"
    )
    return list(rows.order_by("reported_at", "pk"))


def _row(duty: Duty, slots: list[DutySlot], today: date) -> dict[str, Any]:
    found = progress(slots, today)
    state, word = chip(found, slots, today)
    order = (0 if found.overdue else 1 if found.state in (OPEN, RETURNED) else 2, duty.order)
    return {
        "duty": duty,
        "slots": slots,
        "found": found,
        "state": state,
        "word": word,
        "tone": tone(found),
        "small": f"{frequency(duty)}　{short_basis(duty)}",
        "order": order,
    }


def _portfolios(user: User, today: date) -> dict[str, Any]:
    """Return the departments in the user's charge with who covers them, and his contact branches."""
    rows = LeaderPortfolio.objects.filter(leader=user).in_force(today)
    portfolios = list(rows.select_related("department", "contact__parent"))
    departments = [row.department for row in portfolios if row.department]
    covered = {}
    if departments:
        coverages = Coverage.objects.filter(department__in=departments).in_force(today)
        covered = {row.department_id: row.organisation for row in coverages.select_related("organisation__parent")}
    return {
        "fields": [(row, covered.get(row.pk)) for row in departments],
        "contacts": [row.contact for row in portfolios if row.contact],
        "leads": Appointment.objects.filter(user=user, role__in=LEADING).in_force(today).exists(),
    }
