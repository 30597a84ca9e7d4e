"""Organisations that joined later than the agency began: nothing is owed, late or overdue from before their own day.

What was kept for them before is history, as for the agency (decisions 34). Each organisation carries its day itself, so that
whatever is judged by an organisation reads it along: a whole branch of the tree that joins is written as one.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import F, Max, Min, Q

from branches import audit
from branches.jobs.marks import mark
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import SET_RULES
from branches.settings.start import EARLIEST, agency_start, not_yet
from common import clock
from common.database import one_transaction
from common.operator import Actor

KINDS = (Kind.GENERAL_BRANCH, Kind.BRANCH)


def start_at(place: Organisation, start: date | None = None) -> date:
    """Return the first day from which anything is owed by `place`. start: `agency_start`, where it was read already."""
    return max(agency_start() if start is None else start, place.kept_from or date.min)


def why_not_yet(start: date, kept_from: date | None) -> str:
    """Return why a thing from before the start is not owed: by the agency's date, or by the place's own."""
    if kept_from is not None and kept_from > start:
        return f"{kept_from:%Y年%-m月%-d日}起在本系统记录，以前的不计"
    return not_yet(start)


def since_joining(column: str, path: str) -> Q:
    """Return the condition that a day (a column) is not before the own day of the organisation at `path`."""
    return Q(**{f"{path}kept_from__isnull": True}) | Q(**{f"{column}__gte": F(f"{path}kept_from")})


def joining_check(place: Organisation, day: date | None) -> None:
    """Raise ValidationError by field where `joining_set` would refuse."""
    latest = date(clock.today().year + 1, 12, 31)
    if place.kind not in KINDS or place.archived_on:
        raise ValidationError({"organisation": "只能为党支部、党总支另定起记日期。"})
    if day is None:
        if place.kept_from is None:
            raise ValidationError({"day": "请填写起记日期。"})
        return
    if not max(EARLIEST, agency_start()) <= day <= latest:
        raise ValidationError({"day": f"起记日期不能早于本机关的启用日期，也不能晚于{clock.in_words(latest)}。"})
    if day == place.kept_from:
        raise ValidationError({"day": "起记日期就是这一天，没有改动。"})


@one_transaction
def joining_set(*, by: Actor, place: Organisation, day: date | None) -> Organisation:
    """Say from which day `place` and everything below it is reckoned; None: with the agency again.

    Facts of the years between are redone; published results stay. Raises ValidationError by field, Http404 or Forbidden
    without `set_rules` there.
    """
    place = access.get_for(Organisation.objects.select_for_update(), by, SET_RULES, pk=place.pk)
    joining_check(place, day)
    below = Organisation.objects.within(place)
    days = below.order_by().aggregate(low=Min("kept_from"), high=Max("kept_from"))
    with audit.change(by=by, verb="organisation.kept_from", obj=place, organisation=place):
        below.update(kept_from=day)
        place.kept_from = day
    access.require(by, SET_RULES, place)
    touched = [one for one in (day, days["low"], days["high"], agency_start()) if one and one >= EARLIEST]
    first = min([*touched, clock.today()]).replace(month=1, day=1)
    root = Organisation.objects.root()
    mark(root or place, first, max([*touched, clock.today()]).replace(month=12, day=31), "setting")
    return place


def joined_later() -> list[Organisation]:
    """Return the organisations with a day of their own whose superior has another one, in tree order."""
    rows = Organisation.objects.filter(kept_from__isnull=False, archived_on__isnull=True).exclude(
        parent__kept_from=F("kept_from")
    )
    return list(rows.in_tree_order().select_related("parent"))
