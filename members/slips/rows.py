"""Who can be given an account by whom: the lists from which accounts are made in one go. All by constant numbers of statements."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from branches.access.models import CodeSlip, User
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import APPOINT, MEMBERS, ROLES
from common import clock
from common.names import free_user_names
from common.operator import Actor
from members.roster.models.members import PARTY_STAGES, Member
from members.roster.models.posts import Post, PostKind

OPEN, DONE, BLOCKED = "open", "done", "blocked"
# The role that the secretary of a place is appointed to.
DEPUTY = "支部副书记"
OFFICER = "organisation_officer"
_POSTS = (PostKind.SECRETARY, PostKind.DEPUTY, PostKind.ORGANISATION)
SECRETARY_ROLES = {Kind.BRANCH: "branch_secretary", Kind.GENERAL_BRANCH: "general_branch_secretary"}


@dataclass(frozen=True)
class Row:
    """One line of a list. state: OPEN (an account can be made), DONE (there is one) or BLOCKED (why says the reason).

    member: None where no post names one. role: that he would be appointed to, "" for a member's account. username: the
    one proposed, or that of his account. slip: the living one of his account. appoint: he has an account and no appointment.
    deputy: he is the deputy of a branch, whose role is that of its secretary. A branch's organisation officer has a row too.
    """

    place: Organisation
    member: Member | None
    role: str
    state: str
    username: str = ""
    why: str = ""
    slip: CodeSlip | None = None
    appoint: bool = False
    deputy: bool = False

    @property
    def post(self) -> str:
        """The name of his post where that is not the role's own: a deputy is no secretary, whatever he may do."""
        return DEPUTY if self.deputy else ""

    @property
    def word(self) -> str:
        """What he is called where several are counted."""
        return "副书记" if self.deputy else ROLES[OFFICER].label if self.role == OFFICER else "书记"

    @property
    def leads(self) -> bool:
        """Whether the place needs him; a deputy, or an officer who keeps the roster, is for whoever wishes to have one."""
        return not self.deputy and self.role != OFFICER

    @property
    def role_label(self) -> str:
        return self.post or (ROLES[self.role].label if self.role else "党员")


def places_to_lead(user: Actor) -> Any:
    """Return the branches and general branches whose secretary `user` may appoint, in tree order."""
    able = Q(pk__in=[])
    for kind, role in SECRETARY_ROLES.items():
        able |= Q(kind=kind) & access.where_givable(user, role)
    rows = Organisation.objects.filter(able, archived_on__isnull=True)
    return rows.visible_to(user, APPOINT).in_tree_order().select_related("parent")


def secretary_rows(user: Actor) -> list[Row]:
    """Return a Row for each place whose secretary `user` may appoint, and after it for its deputies and organisation officers."""
    places, today = list(places_to_lead(user)), clock.today()
    posts = Post.objects.in_force(today).filter(kind__in=_POSTS, organisation__in=places)
    holders: dict[tuple[int, str], list[Member]] = {}
    for post in posts.select_related("member__account", "member__home", "member__link_proposal__account"):
        holders.setdefault((post.organisation_id, post.kind), []).append(post.member)
    serving, officers = _serving(places, SECRETARY_ROLES.values()), _serving(places, (OFFICER,))
    known = [member.pk for found in holders.values() for member in found]
    mine = set(Member.objects.visible_to(user, MEMBERS).filter(pk__in=known).values_list("pk", flat=True))
    found = []
    for place in places:
        deputies = holders.get((place.pk, PostKind.DEPUTY), []) if place.kind == Kind.BRANCH else []
        theirs = {account for deputy in deputies for account in (deputy.account_id, _offered_id(deputy)) if account}
        there = serving.get(place.pk, [])
        first = next((one for one in reversed(there) if one.pk not in theirs), None)
        found.append(_secretary_row(place, holders.get((place.pk, PostKind.SECRETARY), []), first, mine))
        found += [_deputy_row(place, deputy, there, mine) for deputy in deputies]
        if place.kind == Kind.BRANCH:
            leading = holders.get((place.pk, PostKind.SECRETARY), []) + deputies
            keep = [one for one in holders.get((place.pk, PostKind.ORGANISATION), []) if one not in leading]
            found += [_officer_row(place, officer, officers.get(place.pk, []), mine) for officer in keep]
    return _with_names(_with_slips(_once_each(found)))


def _serving(places: list[Organisation], roles: Iterable[str]) -> dict[int, list[User]]:
    """Return {organisation id: the accounts that hold one of these roles there today or later}."""
    not_ended = Q(ends__isnull=True) | Q(ends__gte=clock.today())
    held = Appointment.objects.filter(not_ended, role__in=roles, organisation__in=places)
    serving: dict[int, list[User]] = {}
    for appointment in held.select_related("user").order_by("pk"):
        serving.setdefault(appointment.organisation_id, []).append(appointment.user)  # type: ignore[arg-type]  # never None at a place
    return serving


def _secretary_row(place: Organisation, holders: list[Member], serving: User | None, mine: set[int]) -> Row:
    role = SECRETARY_ROLES[Kind(place.kind)]
    member = holders[0] if len(holders) == 1 else None
    if serving is not None:
        named = member if member and serving.pk in (member.account_id, _offered_id(member)) else None
        return _served(Row(place, named, role, DONE), serving)
    if not holders:
        return Row(place, None, role, BLOCKED, why="没有登记书记")
    if member is None:
        names = "、".join(one.name for one in holders)
        return Row(place, None, role, BLOCKED, why=f"登记了 {len(holders)} 名书记：{names}，请先结束其中一人的职务")
    return _candidate(Row(place, member, role, OPEN), member, mine)


def _deputy_row(place: Organisation, member: Member, serving: list[User], mine: set[int]) -> Row:
    return _beside(Row(place, member, SECRETARY_ROLES[Kind.BRANCH], OPEN, deputy=True), member, serving, mine)


def _officer_row(place: Organisation, member: Member, serving: list[User], mine: set[int]) -> Row:
    return _beside(Row(place, member, OFFICER, OPEN), member, serving, mine)


def _beside(row: Row, member: Member, serving: list[User], mine: set[int]) -> Row:
    """The row of one who stands beside the secretary. serving: the accounts that hold his role there."""
    own = (member.account_id, _offered_id(member))
    account = next((one for one in serving if one.pk in own), None)
    row = _served(row, account) if account else _candidate(row, member, mine)
    # With an account, as a committee member say, he lacks nothing: further rights are for whoever wishes to give them.
    return replace(row, state=DONE, why="已有账号", appoint=False) if row.appoint else row


def _served(row: Row, account: User) -> Row:
    why = "" if account.is_active else "账号已锁定，须由系统管理员启用"
    state = BLOCKED if why else DONE
    return replace(row, state=state, username=account.username, why=why or f"已任命{account.name}")


def _candidate(row: Row, member: Member, mine: set[int]) -> Row:
    if member.pk not in mine:
        return replace(row, state=BLOCKED, why=f"组织关系在{member.home.label}，不在您的管理范围")
    return _row_of(member, row)


def _offered_id(member: Member) -> int | None:
    proposal = getattr(member, "link_proposal", None)
    return proposal.account_id if proposal else None


def _row_of(member: Member, row: Row) -> Row:
    """Return `row` as the account that the member has, or was offered, decides it."""
    proposal = getattr(member, "link_proposal", None)
    account = member.account or (proposal.account if proposal else None)
    if account is None:
        return row
    row = replace(row, username=account.username)
    if not account.is_active:
        return replace(row, state=BLOCKED, why="账号已锁定，须由系统管理员启用")
    if not row.role:
        return replace(row, state=DONE, why="已有账号" if member.account_id else "账号待本人确认")
    return replace(row, state=BLOCKED, why="已有账号，尚未任命", appoint=True)


def _once_each(rows: list[Row]) -> list[Row]:
    """Leave a person who holds two posts on the first of them: one account, and the other appointment by hand."""
    first: dict[int, Row] = {}
    found = []
    for row in rows:
        if row.member is not None and row.state == OPEN:
            before = first.setdefault(row.member.pk, row)
            if before is not row:
                row = replace(row, state=BLOCKED, why=f"同一人已列在{before.place.label}，账号建立后再任命")
        found.append(row)
    return found


def member_rows(user: Actor, place: Organisation) -> list[Row]:
    """Return a Row for each Party member of a branch, as `user` may give him an account."""
    people = Member.objects.visible_to(user, MEMBERS).filter(home=place, stage__in=PARTY_STAGES)
    people = people.select_related("account", "link_proposal__account", "home__parent").order_by("initials", "pk")
    leads = Post.objects.in_force(clock.today()).filter(
        kind=PostKind.SECRETARY, organisation__kind__in=SECRETARY_ROLES, member__home=place
    )
    leading = set(leads.values_list("member", flat=True))
    found = []
    for member in people:
        row = _row_of(member, Row(place, member, "", OPEN))
        if row.state == OPEN and member.pk in leading:
            row = replace(row, state=BLOCKED, why="书记的账号由上级任命时建立")
        found.append(row)
    return _with_names(_with_slips(found))


def branches_managed(user: Actor) -> Any:
    """Return the branches with members whose roster `user` manages, in tree order."""
    rows = access.organisations_for(user, MEMBERS).filter(kind=Kind.BRANCH, archived_on__isnull=True)
    return rows.select_related("parent")


def _with_slips(rows: list[Row]) -> list[Row]:
    names = {row.username for row in rows if row.username}
    slips = CodeSlip.objects.filter(user__username__in=names, replaced_at__isnull=True).select_related("user")
    by_name = {slip.user.username: slip for slip in slips}
    return [replace(row, slip=by_name.get(row.username)) for row in rows]


def _with_names(rows: list[Row]) -> list[Row]:
    names = iter(free_user_names([row.member.name for row in rows if row.state == OPEN and row.member], _taken))
    return [replace(row, username=next(names)) if row.state == OPEN else row for row in rows]


def _taken(names: Iterable[str]) -> set[str]:
    """Return which of these user names are taken, in lower case."""
    rows = User.objects.annotate(low=Lower("username")).filter(low__in=set(names))
    return set(rows.values_list("low", flat=True))


def counted(rows: Iterable[Row]) -> Counter[str]:
    """Return how many rows are in each state."""
    return Counter(row.state for row in rows)


# How a reason begins → its kind, for the heading that counts them.
_KINDS = {
    "没有登记": "名册没有登记书记",
    "登记了": "登记了不止一名书记",
    "组织关系": "组织关系不在您的管理范围",
    "已有账号": "已有账号尚未任命",
    "账号已锁定": "账号已锁定",
    "同一人": "由别处的书记兼任",
}


def blocked_words(rows: Iterable[Row]) -> str:
    """Return for how many places no account can be made and why: "2 个不能建立：名册没有登记书记 1 个、…"; "" for none."""
    reasons = [row.why for row in rows if row.state == BLOCKED]
    kinds = Counter(next((kind for begins, kind in _KINDS.items() if why.startswith(begins)), why) for why in reasons)
    if not reasons:
        return ""
    return f"{len(reasons)} 个不能建立：" + "、".join(f"{kind} {number} 个" for kind, number in kinds.items())


def people_words(rows: Iterable[Row]) -> str:
    """Return "3 位书记、1 位副书记、1 位组织委员"; "" for nobody."""
    number = Counter(row.word for row in rows)
    words = ("书记", "副书记", ROLES[OFFICER].label)
    return "、".join(f"{number[word]} 位{word}" for word in words if number[word])
