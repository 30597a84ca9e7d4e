"""Who may date a change of roster or seats back (decisions 83): the branch's own people by the days of grace, else from above.

A seat given or ended, a date of joining, an exemption change the quorums and dues of what was held since: whoever is judged
by it does not move it.
"""

from datetime import date, timedelta

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Q

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.reach import fresh
from branches.reach.rights import MEMBERS
from branches.settings import dated
from common import clock
from common.operator import Actor

_LIMITED = (Kind.GENERAL_BRANCH, Kind.BRANCH, Kind.SMALL_GROUP)


def above_of(place: Organisation) -> Organisation | None:
    """Return the organisation above the branch that `place` is or belongs to; None where nobody is limited."""
    if place.kind not in _LIMITED:
        return None
    return place.parent.parent if place.kind == Kind.SMALL_GROUP else place.parent


def earliest() -> date:
    """Return the first day to which a branch's own people may date a change."""
    return clock.today() - timedelta(days=dated.whole("grace_days"))


def require_recent(by: Actor, place: Organisation, first: date | None, field: str) -> None:
    """Raise ValidationError beside `field` where a change at `place` takes effect before the days of grace and `by` may not.

    first: the first day on which anything is otherwise; None: nobody knows, long ago.
    """
    limit = earliest()
    if first is not None and first >= limit:
        return
    above = above_of(place)
    if above is None or fresh(by, at=above.pk).holds(MEMBERS, above.pk):
        return
    raise ValidationError({field: _words(above, limit)})


def _words(above: Organisation, limit: date) -> str:
    names = [
        f"{row.organisation.label}{row.user.name}" for row in access.who_can(MEMBERS, above, 2) if row.organisation
    ]
    who = "或".join(names) or above.label
    return f"支部只能登记{clock.in_words(limit)}以来的变动，更早的会影响已经召开的会议是否有效。请联系{who}登记。"


def held_since(branch: Organisation, first: date) -> bool:
    """Return whether a branch or its groups held anything, alone or with others, from `first` to before the days of grace."""
    # Records stand above the roster: asked by name.
    rows = apps.get_model("members.ActivityJudgement").objects.filter(
        Q(organisation=branch) | Q(organisation__parent=branch), activity__day__gte=first, activity__day__lt=earliest()
    )
    return rows.exists()
