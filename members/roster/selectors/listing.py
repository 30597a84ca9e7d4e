"""The roster as its page and its export list it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from branches.places.models.organisations import Kind
from branches.reach.intervals import tree_order, within
from branches.reach.reach import reach, reach_of
from branches.reach.rights import MEMBERS, VIEW
from common import clock
from common.operator import Actor
from members.roster.models.members import PARTY_STAGES, Member, Membership
from members.roster.models.posts import Post
from members.roster.namesakes import hints

# Of the choices of the filter: those whose membership of the agency has ended.
LEFT = "left"
SORTS: dict[str, tuple[Any, ...]] = {
    "initials": ("initials", "pk"),
    "-initials": ("-initials", "pk"),
    "joined_on": ("joined_on", "pk"),
    "-joined_on": ("-joined_on", "pk"),
    "home": (*tree_order("home__"), "pk"),
    "-home": (*tree_order("home__", reverse=True), "pk"),
}


def members_listed(user: Actor, data: Mapping[str, Any]) -> Any:
    """Return the members within reach of `user` that fit `data` (chosen values of RosterFilter), in the order asked for."""
    return _fitting(user, Member.objects.visible_to(user, VIEW), data)


def first_in_tree(user: Actor, data: Mapping[str, Any]) -> QuerySet[Member]:
    """Return the same members in the order of the tree: its first rows are found without a look at the others."""
    return _fitting(user, Member.objects.filter(reach_of(user).row_by_row(VIEW, "home__")), data)


def _fitting(user: Actor, rows: Any, data: Mapping[str, Any]) -> Any:
    place = data.get("organisation")
    if place and place.kind == Kind.SMALL_GROUP:
        today = Membership.objects.in_force(clock.today())
        rows = rows.filter(pk__in=today.filter(small_group=place).values("member"))
    elif place:
        rows = rows.filter(within(place, "home__"))
    stage = data.get("stage") or ""
    rows = rows.filter(left_on__isnull=stage != LEFT)
    if stage in ("", LEFT):
        rows = rows.filter(stage__in=PARTY_STAGES)
    elif stage != "all":
        rows = rows.filter(stage=stage)
    if stage not in ("", LEFT, *PARTY_STAGES):
        # Who applies, and how far he is, is read by those who keep the roster.
        rows = rows.filter(Q(stage__in=PARTY_STAGES) | reach(user, MEMBERS, "home__"))
    if data.get("q"):
        rows = rows.filter(Q(name__icontains=data["q"]) | Q(initials__icontains=data["q"].lower()))
    if stage == LEFT:
        rows = rows.prefetch_related("party_statuses")
    return rows.select_related("home").order_by(*SORTS[data.get("sort") or "home"])


def with_groups(rows: Iterable[Any]) -> list[Any]:
    """Set on each member his small group and his posts of today (`group`, `seats`), in two statements; and what tells him apart
    from another of his name (`apart`)."""
    members, today = list(rows), clock.today()
    apart = hints(members)
    ids = [row.pk for row in members]
    groups = dict(
        Membership.objects.in_force(today).filter(member__in=ids).values_list("member_id", "small_group__short_name")
    )
    posts: dict[int, list[str]] = {}
    for post in Post.objects.in_force(today).filter(member__in=ids).select_related("organisation"):
        posts.setdefault(post.member_id, []).append(post.label)
    for row in members:
        row.apart = apart.get(row.pk, "")
        row.group = groups.get(row.pk) or ""
        row.seats = "、".join(posts.get(row.pk, []))
    return members
