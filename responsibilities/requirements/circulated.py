"""What upper subjects issued and a requirement's page names: circulars of a committee, the duty list of a Party group."""

from typing import Any

from django.apps import apps

from branches.access.models import User
from branches.places.models.organisations import Organisation
from responsibilities.requirements.requirement import Requirement

UNTOLD = "没有写明领导干部双重组织生活情况，不计入"


def circulars_of(user: User, organisation: Organisation, row: Requirement) -> list[tuple[Any, str]]:
    """Return [(issued Circular about the row's period that `user` may read, why it does not count or "")], the newest first.

    [] for a requirement that no circular meets.
    """
    if not row.row.circulars:
        return []
    # The model by its name: circulars stand above this subject.
    rows = apps.get_model("responsibilities.Circular").objects.visible_to(user)
    rows = rows.filter(organisation=organisation, period=str(row.period), state="issued").order_by("-version")
    return [(one, "" if one.content["life"]["leaders"] else UNTOLD) for one in rows]


def duty_lists_of(user: User, row: Requirement) -> list[Any]:
    """Return the issued DutyLists that meet the row and that `user` may read; [] for a requirement that no list meets."""
    if not row.duty_lists:
        return []
    # The model by its name: duties stand above this subject.
    return list(apps.get_model("responsibilities.DutyList").objects.visible_to(user).filter(pk__in=row.duty_lists))


def issued_above(user: User, organisation: Organisation, row: Requirement) -> dict[str, list[Any]]:
    """Return {"circulars": as `circulars_of`, "duty_lists": as `duty_lists_of`} for the requirement's page."""
    return {"circulars": circulars_of(user, organisation, row), "duty_lists": duty_lists_of(user, row)}
