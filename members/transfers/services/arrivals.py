"""Somebody comes from outside the agency: entered once, with the letter that he brings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from branches import audit
from branches.jobs.marks import mark
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.operator import Actor, account_of
from members.roster.models.members import Member
from members.roster.services.members import identity_index, member_create, member_update
from members.roster.services.refusals import number_asked
from members.roster.services.standing import member_back
from members.transfers import rules
from members.transfers.models import Transfer, TransferKind, TransferState
from members.transfers.selectors.meetings import meetings_since


@dataclass(frozen=True)
class Letter:
    """What the letter says: of which organisation, its number, the day on which it was issued."""

    outside: str
    number: str
    issued_on: date


def transfer_in(
    *,
    by: Actor,
    branch: Organisation,
    letter: Letter,
    received_on: date,
    small_group: Organisation | None = None,
    values: Mapping[str, Any],
    known: bool = True,
) -> Transfer:
    """Take somebody with his letter from `received_on` on; returns the Transfer. values: as for `member_create`.

    known: `by` has seen which recorded meetings a day in the past concerns (a form asks; what no form asks is known).
    Who left this agency before and is known by his number gets his file back. Raises as `member_create`.
    """
    with number_asked(by, values.get("identity")):
        return _arrive(by, branch, small_group, letter, received_on, values, known=known)


@one_transaction
def _arrive(
    by: Actor,
    branch: Organisation,
    small_group: Organisation | None,
    letter: Letter,
    received_on: date,
    values: Mapping[str, Any],
    *,
    known: bool,
) -> Transfer:
    transfer = Transfer(
        kind=TransferKind.IN,
        taker=branch,
        outside=letter.outside,
        letter=letter.number,
        asked_on=min(letter.issued_on, received_on),
        issued_on=letter.issued_on,
        asked_by=account_of(by),
    )
    if problem := rules.received_problem(transfer, received_on):
        raise ValidationError({"received_on": problem})
    if branch.founded and received_on < branch.founded:
        raise ValidationError({"received_on": f"接收日期不能早于该党支部的成立日期（{branch.founded}）。"})
    if not known and (meetings := meetings_since(transfer, received_on)):
        raise ValidationError({"known": rules.known_words(received_on, len(meetings))})
    before = _known(by, values.get("identity"))
    if before is not None:
        member_back(by=by, member=before, branch=branch, small_group=small_group, on=received_on)
        member = member_update(by=by, member=before, **values)
    else:
        member = member_create(by=by, branch=branch, small_group=small_group, starts=received_on, **values)
    transfer.member = member
    with audit.change(by=by, verb="transfer.in", obj=transfer, organisation=branch.pk):
        transfer.received_on, transfer.state, transfer.closed_on = received_on, TransferState.RECEIVED, clock.today()
        transfer.full_clean()
        transfer.save()
        access.require(by, MEMBERS, branch)
    mark(branch, received_on, clock.today(), "membership")
    return transfer


def _known(by: Actor, number: str | None) -> Member | None:
    """Return who bears a number and left this agency, where `by` keeps his file; None for anybody else."""
    if not number:
        return None
    rows = Member.objects.visible_to(by, MEMBERS).filter(identity_index=identity_index(number), left_on__isnull=False)
    return rows.select_related("home__parent").first()
