"""The circulars of a committee that a requirement's page names: those that meet it, and those that do not, with why."""

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
