"""Accounts made in one go, each with a slip: all of them or none (access rules 5 and 10).

An account that is made together with an appointment belongs to whoever may appoint; a member's account to whoever manages
his roster, and it gives no right. The member's file is offered to the account and becomes its own when its owner says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Q

from branches.access import resets
from branches.access.auditors import tell_auditors
from branches.access.models import CodeSlip, User
from branches.access.services.accounts import account_add
from branches.access.services.appointments import appointment_make
from branches.access.services.slips import slip_give
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import fresh
from branches.reach.rights import MEMBERS
from common.database import one_transaction
from common.errors import Conflict
from members.roster.models.members import Member
from members.roster.services.accounts import link_propose
from members.slips.rows import OPEN, Row, member_rows, secretary_rows

# At a time: each code costs a slow hash, and paper wants to be cut.
MOST = 80


@dataclass(frozen=True)
class Printed:
    """What one slip says. The code is nowhere else."""

    slip: CodeSlip
    code: str


def name_key(member: Member) -> str:
    """Return under which field the user name of a member is typed, and is found fault with."""
    return f"username_{member.pk}"


@one_transaction
def secretaries_make(*, by: User, names: Mapping[int, str]) -> list[Printed]:
    """Make an account and an appointment from today for each member (id → user name), and return the slips in tree order.

    Raises Conflict where one of them cannot be given an account any more: somebody was quicker, or the roster changed.
    ValidationError by `name_key` for a user name that is taken or wrong.
    """
    _lock(names)
    rows = _still_open(secretary_rows(_anew(by)), names)
    return _each(rows, lambda row, member: _secretary(by, row, member, names[member.pk]))


def _secretary(by: User, row: Row, member: Member, username: str) -> Printed:
    account = account_add(by=by, username=username, name=member.name)
    printed = Printed(*slip_give(by=by, user=account, organisation=row.place, role=row.role, post=row.post))
    appointment_make(by=by, user=account, role=row.role, organisation=row.place)
    link_propose(by=by, member=member, username=account.username)
    return printed


@one_transaction
def members_make(*, by: User, place: Organisation, names: Mapping[int, str]) -> list[Printed]:
    """Make an account without any right for each of these members of a branch (id → user name), and return the slips.

    Raises as `secretaries_make`.
    """
    _lock(names)
    rows = _still_open(member_rows(_anew(by), place), names)
    return _each(rows, lambda row, member: _member(by, row, member, names[member.pk]))


def _member(by: User, row: Row, member: Member, username: str) -> Printed:
    account = account_add(by=by, username=username, name=member.name)
    printed = Printed(*slip_give(by=by, user=account, organisation=row.place, role=""))
    link_propose(by=by, member=member, username=account.username)
    return printed


def _anew(by: User) -> User:
    """Return the account as it is now: its reach is read anew, because rights may have ended since the page was drawn."""
    return User.objects.get(pk=by.pk)


def _lock(names: Mapping[int, str]) -> None:
    """Lock the members: of two who make accounts for one person at once, the second finds the first one's."""
    list(Member.objects.select_for_update().filter(pk__in=names).order_by("pk").values_list("pk"))


def _still_open(rows: list[Row], names: Mapping[int, str]) -> list[Row]:
    found = [row for row in rows if row.state == OPEN and row.member is not None and row.member.pk in names]
    if len(found) < len(names) or not found:
        raise Conflict("所选名单已有变化：有的账号已经建立，或名册有了改动。没有建立任何账号，请重新核对。")
    return found


def _each(rows: list[Row], make: Callable[[Row, Member], Printed]) -> list[Printed]:
    printed, wrong = [], {}
    for row in rows:
        assert row.member is not None
        try:
            printed.append(make(row, row.member))
        except ValidationError as error:
            wrong[name_key(row.member)] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return printed


def may_print_again(by: User, slip: CodeSlip) -> bool:
    """Return whether `by` may print a new code: as for a reset, he may appoint to every post that the code opens.

    For an account without a post: it was made for a member, and he manages that member's roster.
    """
    if slip.user_id == by.pk:
        return False
    if posts := resets.posts_of(slip.user):
        return all(access.may_appoint(by, post.role, post.organisation) for post in posts)
    owner = Q(account=slip.user_id) | Q(link_proposal__account=slip.user_id)
    member = Member.objects.filter(owner).first()
    return not slip.role and member is not None and fresh(by, at=member.home_id).holds(MEMBERS, member.home_id)


@one_transaction
def slips_again(*, by: User, slips: list[int]) -> list[Printed]:
    """Print new codes for accounts whose owners have set no password yet; the old codes end. Returns the slips.

    Raises Conflict, and prints nothing, where one of them is not to be printed by `by`, was set a password with, was
    printed anew by somebody else, or is locked.
    """
    rows = CodeSlip.objects.filter(pk__in=slips, set_at__isnull=True, replaced_at__isnull=True)
    users = {user.pk: user for user in _locked(list(rows.values_list("user", flat=True)))}
    found = list(rows.filter(user__in=users).select_related("organisation__parent").order_by("pk"))
    if not found or len(found) < len(set(slips)):
        raise Conflict("所选口令条已有变化：有的已经启用，或已由别人重新打印。没有打印任何口令条，请重新核对。")
    printed = [_again(by, slip, users[slip.user_id]) for slip in found]
    names = "、".join(str(slip.user) for slip in found[:5]) + (f"等 {len(found)} 人" if len(found) > 5 else "")
    tell_auditors(text=f"{by.name}重新打印了{names}的口令条，原口令条作废")
    return printed


def _locked(users: list[int]) -> list[User]:
    return list(User.objects.select_for_update(no_key=True).filter(pk__in=users).order_by("pk"))


def _again(by: User, slip: CodeSlip, user: User) -> Printed:
    slip.user = user
    if not may_print_again(by, slip):
        raise Conflict(f"{user.name}的口令条不能由您打印：他另有您不能授予的职务，或已不在您的范围内。")
    if not user.is_active:
        raise Conflict(f"{user.name}的账号已锁定，须先由系统管理员启用。")
    return Printed(*slip_give(by=by, user=user, organisation=slip.organisation, role=slip.role, post=slip.post))
