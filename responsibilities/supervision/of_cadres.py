"""How many supervision notices of a year stand beside a cadre in the register: those that he answers."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from common.operator import Actor
from common.text import whole_number
from members.cadres.above import Counted, Seat
from members.roster.models.members import Member
from responsibilities.supervision.models import Supervision

_KEY = re.compile(r"(?:o(\d+))?(?:m(\d+))?")


def answered_by(key: str) -> Q | None:
    """Return the condition «answered by an organisation's secretary (o3), by a person (m12), or by him as both (o3m12)».

    None for what is no such key.
    """
    match = _KEY.fullmatch(key)
    if not match or not key:
        return None
    place, member = (whole_number(part) if part else None for part in match.groups())
    if (match[1] and place is None) or (match[2] and member is None):
        return None
    found = Q(pk__in=())
    if place is not None:
        found |= Q(organisation=place, holder__isnull=True)
    if member is not None:
        found |= Q(holder__member=member)
    return found


def notices_of_seats(user: Actor, seats: Collection[Seat], day: date) -> Mapping[tuple[int, int], Counted]:
    """Return {(organisation id, member id): Counted} of the notices that `user` may read: to the organisation, of its secretary;
    to somebody in person, of himself. Two statements."""
    members = {seat.member for seat in seats}
    accounts = dict(
        Member.objects.filter(pk__in=members, account__isnull=False).order_by().values_list("account", "pk")
    )
    led = {seat.place for seat in seats if seat.leads}
    rows = Supervision.objects.readable(user).filter(year=day.year)
    rows = rows.filter(Q(organisation__in=led, holder__isnull=True) | Q(holder__in=accounts)).order_by()
    of_places: Counter[int] = Counter()
    of_people: Counter[int] = Counter()
    for place, holder in rows.values_list("organisation", "holder"):
        if holder is None:
            of_places[place] += 1
        else:
            of_people[accounts[holder]] += 1
    found = {}
    for seat in seats:
        number = of_people[seat.member] + (of_places[seat.place] if seat.leads else 0)
        key = (f"o{seat.place}" if seat.leads else "") + f"m{seat.member}"
        query = urlencode({"year": day.year, "answers": key})
        found[seat.key] = Counted(number, f"{reverse('supervision_list')}?{query}")
    return found
