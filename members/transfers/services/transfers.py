"""Write transfers: asked, issued, received, returned, withdrawn. A membership ends on the eve of the day the next one begins."""

from collections.abc import Collection
from datetime import date, timedelta

from django.core.exceptions import ValidationError

from branches import audit
from branches.jobs.marks import mark
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from members.development.models.cases import CaseOutcome
from members.development.services.effects import case_ends_with
from members.roster.models.members import Member, Membership
from members.roster.models.standing import End, PartyStatus, Standing
from members.roster.services.members import GONE_BRANCH, last_membership, member_transfer
from members.roster.services.standing import held as member_held
from members.roster.services.standing import membership_close
from members.transfers import rules
from members.transfers.models import Transfer, TransferKind, TransferState
from members.transfers.selectors.meetings import meetings_since
from members.transfers.services import telling

_DAY = timedelta(days=1)


def held(transfer: Transfer) -> Transfer:
    """Return a transfer with its row held: of two who act on it the second finds it done."""
    rows = Transfer.objects.select_for_update(of=("self",))
    found: Transfer = rows.select_related("member__home__parent", "giver__parent", "taker__parent", "asked_by").get(
        pk=transfer.pk
    )
    return found


def require_open(transfer: Transfer) -> None:
    """Raise Conflict once a transfer is over."""
    if not transfer.open:
        raise Conflict(rules.done_words(transfer), record=transfer)


def _mark(transfer: Transfer) -> None:
    for place in {transfer.giver_id, transfer.taker_id} - {None}:
        mark(place, transfer.asked_on, clock.today(), "membership")


def _asked_of(member: Member) -> tuple[Member, Membership]:
    """Return a member with his row held and his open membership; ValidationError where nothing can be transferred."""
    fresh = member_held(member)
    stay = last_membership(fresh)
    if not fresh.in_party:
        raise ValidationError(rules.not_party_words(fresh.name))
    if stay is None or stay.ends is not None:
        raise ValidationError("组织关系不在本机关的党支部，不能接转。")
    if Transfer.objects.open().filter(member=fresh).exists():
        raise ValidationError(rules.open_words(fresh.name))
    return fresh, stay


@one_transaction
def transfer_ask(
    *, by: Actor, member: Member, taker: Organisation, reason: str = "", dues_until: date | None = None
) -> Transfer:
    """Ask another branch of the agency to take a member; until it does nothing changes. Returns the Transfer.

    Raises ValidationError: one is open already, the branch is his own or was archived.
    """
    fresh, stay = _asked_of(member)
    if taker.kind != Kind.BRANCH:
        raise ValidationError({"taker": "党员须编入党支部。"})
    if taker.archived_on:
        raise ValidationError({"taker": GONE_BRANCH})
    if taker.pk == stay.organisation_id:
        raise ValidationError({"taker": rules.SAME_BRANCH})
    today = clock.today()
    transfer = Transfer(
        member=fresh,
        kind=TransferKind.INSIDE,
        giver=stay.organisation,
        taker=taker,
        reason=reason,
        asked_on=today,
        issued_on=today,
        dues_until=dues_until,
        asked_by=account_of(by),
    )
    _save_new(by, transfer, "transfer.ask")
    telling.tell_taker(by, transfer)
    return transfer


@one_transaction
def transfer_out(
    *,
    by: Actor,
    member: Member,
    outside: str,
    letter: str = "",
    issued_on: date | None = None,
    reason: str = "",
    dues_until: date | None = None,
) -> Transfer:
    """Send a member to an organisation outside the agency; with the number of a letter it was issued on a day (default: today), before
    which he belonged here. Returns the Transfer; ValidationError by field.
    """
    fresh, stay = _asked_of(member)
    today = clock.today()
    issued_on = issued_on if letter and issued_on is not None else today
    if issued_on > today:
        raise ValidationError({"issued_on": "介绍信开出日期不能晚于今天。"})
    if issued_on < stay.starts:
        raise ValidationError({"issued_on": f"介绍信开出日期不能早于现有组织关系的开始日期（{stay.starts}）。"})
    transfer = Transfer(
        member=fresh,
        kind=TransferKind.OUT,
        giver=stay.organisation,
        outside=outside,
        reason=reason,
        # What is entered late was asked when the letter was issued, at the latest.
        asked_on=issued_on,
        dues_until=dues_until,
        asked_by=account_of(by),
    )
    if letter:
        transfer.letter, transfer.issued_on, transfer.state = letter, issued_on, TransferState.ISSUED
    _save_new(by, transfer, "transfer.out")
    return transfer


def _save_new(by: Actor, transfer: Transfer, verb: str) -> None:
    with audit.change(by=by, verb=verb, obj=transfer, organisation=transfer.organisation.pk):
        transfer.full_clean()
        transfer.save()
        access.require(by, MEMBERS, transfer.organisation)
    _mark(transfer)


@one_transaction
def letter_issue(*, by: Actor, transfer: Transfer, letter: str, issued_on: date) -> Transfer:
    """Note the letter of a transfer out of the agency, also a new one where the old ran out."""
    fresh = held(transfer)
    require_open(fresh)
    if fresh.kind != TransferKind.OUT:
        raise Conflict("机关内转接不用介绍信。", record=fresh)
    if wrong := rules.letter_problems(letter, issued_on, fresh.asked_on):
        raise ValidationError(wrong)
    with audit.change(by=by, verb="transfer.issue", obj=fresh, organisation=fresh.giver_id):
        fresh.letter, fresh.issued_on, fresh.state = letter, issued_on, TransferState.ISSUED
        fresh.save(update_fields=["letter", "issued_on", "state"])
        access.require(by, MEMBERS, fresh.giver)
    _mark(fresh)
    return fresh


@one_transaction
def transfer_receive(
    *,
    by: Actor,
    transfer: Transfer,
    on: date | None = None,
    small_group: Organisation | None = None,
    known: bool = False,
) -> Transfer:
    """Receive a member on a day (default today): his membership moves, and his seats at the branch that is left end on the eve.

    Inside the agency by the branch that takes him; of one who left it, by the branch that gave him, once the slip of the
    other side has come. known: `by` has seen which recorded meetings a day in the past concerns. Raises ValidationError by field.
    """
    member_held(transfer.member)
    fresh = held(transfer)
    require_open(fresh)
    on = on or clock.today()
    if not rules.may_receive(fresh):
        raise Conflict("先开介绍信，再登记接收回执。", record=fresh)
    if problem := rules.received_problem(fresh, on):
        raise ValidationError({"on": problem})
    stay = last_membership(fresh.member)
    if stay is None or stay.ends is not None or stay.organisation_id != fresh.giver_id:
        raise Conflict(rules.NOT_THERE, record=fresh)
    if not known and (meetings := meetings_since(fresh, on)):
        raise ValidationError({"known": rules.known_words(on, len(meetings))})
    seats = telling.seats_left(fresh.member, fresh.giver)
    if fresh.kind == TransferKind.INSIDE:
        _move(by, fresh, on, small_group)
    else:
        _leave(by, fresh, on)
    with audit.change(by=by, verb="transfer.receive", obj=fresh, organisation=(fresh.taker_id or fresh.giver_id)):
        fresh.received_on, fresh.state, fresh.closed_on = on, TransferState.RECEIVED, clock.today()
        fresh.save(update_fields=["received_on", "state", "closed_on"])
        access.require(by, MEMBERS, fresh.taker or fresh.giver)
    _mark(fresh)
    telling.tell_received(by, fresh, seats)
    return fresh


def _move(by: Actor, transfer: Transfer, on: date, small_group: Organisation | None) -> None:
    assert transfer.taker is not None
    member_transfer(
        by=by,
        member=transfer.member,
        branch=transfer.taker,
        small_group=small_group,
        on=on,
        reason=transfer.reason or "组织关系接转",
        asked=True,
    )


def _leave(by: Actor, transfer: Transfer, on: date) -> None:
    row = PartyStatus(
        member=transfer.member, state=Standing.LEFT, ground=End.TRANSFERRED, document=transfer.letter, starts=on
    )
    membership_close(by=by, member=transfer.member, row=row, last=on - _DAY)
    case_ends_with(by, transfer.member, CaseOutcome.MOVED, f"转往{transfer.outside}"[:200])


@one_transaction
def transfer_return(*, by: Actor, transfer: Transfer, reason: str) -> Transfer:
    """The receiving end does not take him, and says why; of a letter the branch that gave it notes what came back."""
    fresh = held(transfer)
    require_open(fresh)
    if not reason:
        raise ValidationError({"reason": rules.NO_REASON})
    _close(by, fresh, TransferState.RETURNED, reason, "transfer.return", fresh.taker or fresh.giver)
    telling.tell_asker(by, fresh, f"{fresh.to_words}退回了{fresh.member.name}的组织关系接转：{reason}")
    return fresh


@one_transaction
def transfer_withdraw(*, by: Actor, transfer: Transfer, reason: str = "") -> Transfer:
    """The end that asked takes a transfer back; the member stays where he is."""
    fresh = held(transfer)
    require_open(fresh)
    _close(by, fresh, TransferState.WITHDRAWN, reason, "transfer.withdraw", fresh.giver)
    telling.settle(fresh)
    return fresh


def _close(by: Actor, transfer: Transfer, state: str, reason: str, verb: str, end: Organisation | None) -> None:
    with audit.change(by=by, verb=verb, obj=transfer, organisation=getattr(end, "pk", None), note=reason):
        transfer.state, transfer.return_reason, transfer.closed_on = state, reason, clock.today()
        transfer.save(update_fields=["state", "return_reason", "closed_on"])
        access.require(by, MEMBERS, end)
    _mark(transfer)


def transfers_overtaken(*, by: Actor, members: Collection[int], why: str) -> None:
    """Withdraw what is open of members (ids) whose membership was changed otherwise, in the caller's transaction."""
    rows = Transfer.objects.select_for_update(of=("self",)).open().filter(member__in=members)
    for row in rows.select_related("member", "giver__parent", "taker__parent", "asked_by"):
        with audit.change(by=by, verb="transfer.withdraw", obj=row, organisation=row.organisation.pk, note=why):
            row.state, row.return_reason, row.closed_on = TransferState.WITHDRAWN, why, clock.today()
            row.save(update_fields=["state", "return_reason", "closed_on"])
        _mark(row)
        telling.settle(row)


@one_transaction
def member_placed(
    *,
    by: Actor,
    member: Member,
    branch: Organisation,
    small_group: Organisation | None = None,
    on: date | None = None,
    reason: str = "",
) -> Membership:
    """Put a member into another group of his branch, or, as who keeps both rosters, into another branch at once.

    The second is a transfer that was received as it was asked; what was open before is overtaken by it.
    """
    member_held(member)
    on = on or clock.today()
    before = last_membership(member)
    left = before.organisation if before is not None and before.ends is None else None
    seats = telling.seats_left(member, left)
    placed = member_transfer(by=by, member=member, branch=branch, small_group=small_group, on=on, reason=reason)
    if left is None or left.pk == branch.pk:
        return placed
    transfers_overtaken(by=by, members=[member.pk], why="已直接调整组织关系")
    transfer = Transfer(
        member=member,
        kind=TransferKind.INSIDE,
        giver=left,
        taker=branch,
        reason=reason,
        asked_on=on,
        issued_on=on,
        received_on=on,
        state=TransferState.RECEIVED,
        closed_on=clock.today(),
        asked_by=account_of(by),
    )
    _save_new(by, transfer, "transfer.receive")
    telling.tell_received(by, transfer, seats)
    return placed
