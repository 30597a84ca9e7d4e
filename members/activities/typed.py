"""A record as its form says it now, without saving it: what the slots of upper subjects are filled from."""

import re
from contextlib import suppress
from datetime import time

from django.db.models import QuerySet
from django.http import QueryDict

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import RECORD, VIEW
from common import clock
from common.text import clean_text, parse_date
from members.activities.belonging import Draft
from members.activities.models import ATTENDING, Activity, ActivityKindCode

# Characters of minutes that are looked through; decisions of a form.
LONGEST, DECISIONS = 20000, 20
_PERSON = re.compile(r"att-([0-9]{1,18})")
_DECISION = re.compile(r"res-[0-9]{1,2}-text")


def saved_record(user: User, pk: int | str) -> Activity:
    """Return a saved record that `user` may read, with what slots ask of it; 404 or 403 otherwise."""
    rows = Activity.objects.select_related("organisation__parent").prefetch_related("kinds", "hosts")
    return access.get_for(rows, user, VIEW, pk=pk)


def as_typed(activity: Activity, said: QueryDict) -> Activity:
    """Write day, title and minutes into a record as the form shows them now, without saving it: a correction is not the record."""
    # A year that is still being typed, such as 0002, is no day that anything can be near to.
    with suppress(ValueError):
        activity.day = parse_date(said.get("day", ""))
    activity.title = clean_text(said.get("title", activity.title))[:200]
    activity.content = said.get("content", activity.content)[:LONGEST]
    return activity


def places_of(user: User) -> QuerySet[Organisation]:
    """Return the organisations at which `user` records, with their parents."""
    return access.organisations_for(user, RECORD).select_related("parent")


def typed_record(said: QueryDict, places: QuerySet[Organisation]) -> Activity | None:
    """Return an unsaved Activity for what the form says so far, or None while it names no place of the user's."""
    place = said.get("organisation", "")
    organisation = places.filter(pk=place).first() if re.fullmatch(r"[0-9]{1,18}", place) else None
    if organisation is None:
        return None
    activity = as_typed(Activity(organisation=organisation, day=clock.today()), said)
    activity.unsaved_kinds = [code for code in said.getlist("kinds") if code in ActivityKindCode.values]
    return activity


def draft_of(user: User, activity: Activity, said: QueryDict | None = None) -> Draft:
    """Return the Draft of a record, saved or not. said: the form as it is now, for its decisions, kinds and hosts."""
    said = said if said is not None else QueryDict()
    decisions = [str(value) for name, value in said.items() if _DECISION.fullmatch(name)][:DECISIONS]
    kinds = [code for code in said.getlist("kinds") if code in ActivityKindCode.values] or activity.codes
    hosts = [int(pk) for pk in said.getlist("hosts") if re.fullmatch(r"[0-9]{1,18}", pk)]
    if activity.pk:
        decisions = decisions or [row.text for row in activity.resolutions.all()]
        hosts = hosts or [row.organisation_id for row in activity.hosts.all()]
    return Draft(
        user=user,
        organisation=activity.organisation,
        day=activity.day,
        kinds=tuple(kinds),
        title=activity.title,
        content=activity.content,
        decisions=tuple(decisions),
        hosts=(activity.organisation_id, *hosts),
        activity=activity if activity.pk else None,
        place=clean_text(said.get("place", activity.place))[:100],
        lecturer=clean_text(said.get("lecturer_name", activity.lecturer_name))[:64],
        starts_at=_time(said.get("starts_at"), activity.starts_at),
        ends_at=_time(said.get("ends_at"), activity.ends_at),
        people=_people(activity, said),
    )


def _people(activity: Activity, said: QueryDict) -> frozenset[int]:
    """Return who took part as the form says it now; where it says nothing, as the saved record does."""
    typed = {match[1]: value for name, value in said.items() if (match := _PERSON.fullmatch(name))}
    if typed or not activity.pk:
        return frozenset(int(pk) for pk, value in typed.items() if value in ATTENDING)
    there = activity.attendance.filter(state__in=ATTENDING).order_by()
    return frozenset(there.values_list("member", flat=True))


def _time(text: str | None, kept: time | None) -> time | None:
    """Return the time of day that the form shows, None where it shows none; `kept` where it was not sent."""
    if text is None:
        return kept
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
