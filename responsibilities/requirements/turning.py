"""What changes by the calendar alone, though nobody writes: a seat or membership that was entered before begins or ends, a move
in the tree or a setting that was dated ahead takes effect.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.settings.models import Setting
from members.activities.models import Activity
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from members.roster.models.standing import Away, PartyStatus

ONE_DAY = timedelta(days=1)
# First and last of the days that passed.
Passed = tuple[date, date]
# Rows with a first and a last day, and the subject of the change marks of those who write them.
Spans = Sequence[tuple[Any, str]]
ROSTERS: Spans = ((Membership, "membership"), (Post, "post"))


def everywhere(passed: Passed) -> bool:
    """Whether something that was dated for one of these days concerns the agency: a move in the tree, a setting, a record."""
    moved = OrganisationVersion.objects.filter(starts__range=passed, starts__gt=date.min)
    began = Organisation.objects.filter(Q(founded__range=passed) | Q(archived_on__range=_the_days_before(passed)))
    set_ = Setting.objects.filter(valid_from__range=passed)
    ahead = Activity.objects.filter(day__range=passed, submitted_at__date__lt=passed[0])
    return any(rows.order_by().exists() for rows in (moved, began, set_, ahead))


def _the_days_before(passed: Passed) -> Passed:
    """The days on which something ended whose first day without it is one of `passed`, that day included."""
    return passed[0] - ONE_DAY, passed[1]


def begun_or_ended(passed: Passed, spans: Spans) -> Iterator[tuple[int, str]]:
    """Yield (id of an organisation, subject) of what began, or ended the day before, on these days."""
    for model, subject in spans:
        rows = model.objects.filter(Q(starts__range=passed) | Q(ends__range=_the_days_before(passed))).order_by()
        yield from ((place, subject) for place in rows.values_list("organisation", flat=True).distinct())
    turned = [Q(**{f"{column}__range": passed}) for column in ("joined_on", "full_on", "exempt_from")]
    stood = PartyStatus.objects.filter(Q(starts__range=passed) | Q(ends__range=_the_days_before(passed))).order_by()
    members = Member.objects.filter(turned[0] | turned[1] | turned[2] | Q(pk__in=stood.values("member")))
    homes = Membership.objects.filter(member__in=members.order_by().values("pk")).order_by()
    yield from ((place, "membership") for place in homes.values_list("organisation", flat=True).distinct())


def away_turned(since: date, as_of: date) -> set[int]:
    """Return the ids of the organisations a member of which went abroad or came back after `since`, up to `as_of`."""
    passed = (since + ONE_DAY, as_of)
    gone = Away.objects.filter(Q(starts__range=passed) | Q(ends__range=_the_days_before(passed))).order_by()
    homes = Membership.objects.filter(member__in=gone.values("member")).order_by()
    return set(homes.values_list("organisation", flat=True))


def places_turned(since: date, as_of: date) -> set[int] | None:
    """Return the ids of the organisations whose requirements dated rows may have turned after `since`, up to `as_of`; None: all.

    What falls due or comes near meanwhile is not among them: whoever keeps the states knows their days.
    """
    passed = (since + ONE_DAY, as_of)
    return None if everywhere(passed) else {place for place, _ in begun_or_ended(passed, ROSTERS)}
