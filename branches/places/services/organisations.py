"""Organisations as a user writes them: the right, the rule on one's own power, then the tree."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from branches.places import tree
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ORGANISE
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor


def _not_own_power(by: Actor, organisation: Organisation, act: str) -> None:
    """Refuse what would move or end the place that gives `by` his power (access rule 5)."""
    if by is access.OPERATOR:
        return
    for row in access.current_appointments(by):
        place = row.organisation
        if place and organisation.contains(place):
            raise ValidationError(f"您的任职就在{place.label}，不能{act}，请由上级办理。")


def _current(organisation: Organisation, version: int | None) -> None:
    if version is not None and version != organisation.version:
        raise Conflict("该组织刚被他人修改，请核对后再办理。")


@one_transaction
def organisation_create(
    *, by: Actor, parent: Organisation, kind: str, name: str, short_name: str = "", founded: date | None = None
) -> Organisation:
    """Create an organisation below `parent`. Raises ValidationError by field; Http404 or Forbidden beyond reach."""
    access.require(by, ORGANISE, parent)
    organisation = tree.organisation_create(
        by=by, parent=parent, kind=kind, name=name, short_name=short_name, founded=founded
    )
    access.require(by, ORGANISE, organisation)
    return organisation


@one_transaction
def organisation_update(
    *, by: Actor, organisation: Organisation, version: int | None = None, **values: Any
) -> Organisation:
    """Rename or correct an organisation; `values` as in `tree.organisation_update`. `version`: the one that was read."""
    tree.lock()
    organisation.refresh_from_db()
    access.require(by, ORGANISE, organisation)
    _current(organisation, version)
    return tree.organisation_update(by=by, organisation=organisation, **values)


@one_transaction
def organisation_move(
    *, by: Actor, organisation: Organisation, parent: Organisation, version: int | None = None
) -> Organisation:
    """Move an organisation; both the old and the new place must lie within the mover's reach."""
    tree.lock()
    organisation.refresh_from_db()
    access.require(by, ORGANISE, organisation)
    access.require(by, ORGANISE, parent)
    _current(organisation, version)
    _not_own_power(by, organisation, "移动")
    moved = tree.organisation_move(by=by, organisation=organisation, parent=parent)
    access.require(by, ORGANISE, moved)
    return moved


@one_transaction
def organisation_archive(
    *, by: Actor, organisation: Organisation, on: date | None = None, version: int | None = None
) -> Organisation:
    """Archive an organisation from the day after `on` (default today)."""
    tree.lock()
    organisation.refresh_from_db()
    access.require(by, ORGANISE, organisation)
    _current(organisation, version)
    _not_own_power(by, organisation, "撤销")
    return tree.organisation_archive(by=by, organisation=organisation, on=on)
