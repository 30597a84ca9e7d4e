"""Link a member's file to the account that may read it as his own: proposed, then confirmed by the owner (access rule 10)."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.audit.limits import Limit, take
from branches.jobs.marks import mark
from branches.notices.services import notice_send, notices_settled
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.reach import fresh
from branches.reach.rights import MEMBERS, SYSTEM_ROLES
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member

_AN_HOUR = Limit("link", 20, 3600)
# Whoever manages the agency's accounts with the members already sees whose they are.
_WHOLE_AGENCY = ("committee_secretary", "committee_staff")


def proposal_count(*, by: User) -> None:
    """Count one more proposal of `by`, outside the transaction of the proposal: what is refused counts too.

    Raises ValidationError at `username` beyond 20 an hour: nobody tries the agency's user names one by one.
    """
    if wait := take(by.pk, _AN_HOUR):
        words = f"每小时最多提出 {_AN_HOUR.most} 次，已到上限，请 {-(-wait // 60)} 分钟后再试。"
        raise ValidationError({"username": words})


def _account_named(by: Actor, member: Member, username: str) -> User:
    account = User.objects.select_for_update(no_key=True).filter(username__iexact=username, is_active=True).first()
    if account is not None and account == by:
        raise ValidationError({"username": "不能为自己关联，请由另一位同志办理。"})
    if account is None or not _concerns(by, account, member):
        # One answer for all that he may not see: the reasons would tell whose account is whose.
        raise ValidationError({"username": "没有可以关联的这个账号，请与本人核对用户名。"})
    if problem := _problem(account, member):
        raise ValidationError({"username": problem})
    if account.unvouched:
        # Its owner's yes could be the administrator's, who saw the code (control C08).
        raise ValidationError({"username": "该账号由系统管理员新建、还没有任职，先由机关党委书记任命，再关联。"})
    return account


def _concerns(by: Actor, account: User, member: Member) -> bool:
    """Return whether `by` may learn that this account is there: of the agency's business, and known where he manages rosters."""
    ahead = Appointment.objects.filter(Q(ends__isnull=True) | Q(ends__gte=clock.today()), user=account)
    if ahead.filter(role__in=SYSTEM_ROLES).exists():
        return False
    if by is OPERATOR or any(seat.role in _WHOLE_AGENCY for seat in fresh(by).seats):
        return True
    others = Member.objects.filter(account=account).exclude(pk=member.pk)
    places = access.organisations_for(by, MEMBERS).order_by().values("pk")
    elsewhere = ahead.exclude(organisation__in=places).exists() or others.exclude(home__in=places).exists()
    return not (account.unvouched or elsewhere)


def _problem(account: User, member: Member) -> str:
    """Return why this account cannot read this member's file as its own, or an empty text."""
    if Member.objects.filter(account=account).exclude(pk=member.pk).exists():
        return "该账号已关联另一名党员。"
    ahead = Q(ends__isnull=True) | Q(ends__gte=clock.today())
    if Appointment.objects.filter(ahead, user=account, role__in=SYSTEM_ROLES).exists():
        return "系统管理员和安全审计员的账号不能关联党员。"
    return ""


@one_transaction
def link_propose(*, by: Actor, member: Member, username: str) -> LinkProposal:
    """Propose the account named `username` to `member`; without effect until its owner confirms.

    Replaces an open proposal. Nobody proposes himself. Raises ValidationError at `username` for an unknown account, one
    of the system, one that has a member, or one that only an administrator knows yet. No code is given: whoever
    proposes is not the owner, and may not appoint him either (access rule 10).
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    account = _account_named(by, member, username)
    if member.account_id == account.pk:
        raise ValidationError({"username": "该账号已关联这名党员。"})
    LinkProposal.objects.filter(member=member).delete()
    proposal = LinkProposal.objects.create(
        member=member, account=account, proposed_by=account_of(by), proposed_at=clock.now()
    )
    access.require(by, MEMBERS, member.home)
    audit.record(
        by=by,
        verb="member.account_propose",
        obj=member,
        organisation=member.home,
        after={"account": account.pk},
    )
    notice_send(
        by=by,
        to=account,
        kind="link",
        text=f"{by.name}提出把您的账号关联到{member.home.label}{member.name}的党员档案，请确认或谢绝",
        url=reverse("own_links"),
        about=f"link/{member.pk}",
    )
    return proposal


@one_transaction
def account_unlink(*, by: Actor, member: Member) -> Member:
    """End the link of a member's file, and withdraw an open proposal; the owner is told."""
    member = Member.objects.select_for_update().get(pk=member.pk)
    former = member.account
    withdrawn, _ = LinkProposal.objects.filter(member=member).delete()
    if former is None and not withdrawn:
        return member
    _link(by, member, None, note="撤回未确认的关联" if former is None else "")
    access.require(by, MEMBERS, member.home)
    if former is not None:
        notice_send(by=by, to=former, kind="link", text=f"您的账号与{member.name}的党员档案已取消关联")
    return member


def _link(by: Actor, member: Member, account: User | None, note: str = "") -> None:
    with audit.change(
        by=by,
        verb="member.account",
        obj=member,
        organisation=member.home,
        note=note,
        view=lambda row: {"account": row.account_id},
    ):
        member.account = account
        member.version += 1
        member.save(update_fields=["account", "version"])
    # Through his account the records that a person chaired or attended are those of the office he holds.
    mark(member.home, clock.today(), clock.today(), "appointment")


def _own(by: User, proposal: LinkProposal) -> tuple[LinkProposal, Member]:
    """Return the proposal and its member, both locked. Raises Conflict when it is gone or was made to another account."""
    found = LinkProposal.objects.select_for_update().filter(pk=proposal.pk, account=by).first()
    if found is None:
        raise Conflict("这项关联已撤回或已办理。")
    return found, Member.objects.select_for_update().get(pk=found.member_id)


@one_transaction
def link_confirm(*, by: User, proposal: LinkProposal) -> Member:
    """The owner says yes: from now on he reads the member's file as his own, nothing more.

    Raises Conflict when the proposal no longer stands: the account or the member is linked otherwise, the account became
    one of the system, or whoever proposed manages that roster no longer.
    """
    account = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    proposal, member = _own(account, proposal)
    proposer = proposal.proposed_by or OPERATOR
    problem = _problem(account, member)
    if member.account_id is not None:
        problem = "这名党员已关联其他账号。"
    if not problem and not fresh(proposer, at=member.home_id).holds(MEMBERS, member.home_id):
        problem = "提出人已不再管理这名党员，请党组织重新提出。"
    if problem:
        raise Conflict(problem)
    proposal.delete()
    notices_settled(to=account, kind="link", about=f"link/{member.pk}")
    _link(account, member, account)
    if proposal.proposed_by is not None:
        notice_send(
            by=account, to=proposal.proposed_by, kind="link", text=f"{account.name}已确认关联{member.name}的党员档案"
        )
    return member


@one_transaction
def link_refuse(*, by: User, proposal: LinkProposal) -> None:
    """The owner says no: the proposal is gone, and whoever made it is told, and what to do where the account acts for others.

    Maybe a slip reached the wrong hand: the appointment made with it stands until somebody ends it.
    """
    proposal, member = _own(by, proposal)
    proposal.delete()
    notices_settled(to=by, kind="link", about=f"link/{member.pk}")
    audit.record(by=by, verb="member.account_refuse", obj=member, organisation=member.home, before={"account": by.pk})
    if proposal.proposed_by is not None:
        text, url = f"{by.name}谢绝关联{member.name}的党员档案", ""
        if Appointment.objects.in_force(clock.today()).filter(user=by).exists():
            text += "。该账号的任职仍然有效；口令条交错了人的，请结束任职，重新建立账号"
            url = f"{reverse('appointment_list')}?{urlencode({'q': by.username})}"
        notice_send(by=by, to=proposal.proposed_by, kind="link", text=text, url=url)
