"""Accept several records at once: each by itself, as if it had been opened and accepted."""

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import Http404

from common.errors import Conflict
from common.operator import Actor
from members.activities.models import Activity
from members.activities.services.states import activity_accept
from members.reviews.findings import why_alone


class Decided(NamedTuple):
    """What became of one record; problem: why it was not accepted, "" where it was."""

    activity: Activity
    problem: str


def activities_accept(*, by: Actor, choices: Iterable[tuple[Activity, int]]) -> list[Decided]:
    """Accept each of [(record, version as it was read)] in a transaction of its own; return what became of each, in order.

    Right, authorship and version are checked for each again; one that cannot be accepted keeps none of the others.
    """
    return [Decided(activity, _accept(by, activity, version)) for activity, version in choices]


def _accept(by: Actor, activity: Activity, version: int) -> str:
    if problem := why_alone(by, activity):
        return problem
    try:
        activity_accept(by=by, activity=activity, version=version, together=True)
    except Conflict as conflict:
        return str(conflict.message)
    except (PermissionDenied, Http404):
        return "您已没有审核这条记录的权限。"
    return ""
