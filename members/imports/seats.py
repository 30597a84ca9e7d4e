"""Posts of the ledger as seats at organisations (decisions 16: no start, no end with the term)."""

from branches.places.models.organisations import Kind
from members.roster.models.posts import PostKind, seat_problem
from members.roster.seat_names import parse_posts

_KINDS = {
    "secretary": PostKind.SECRETARY,
    "deputy_secretary": PostKind.DEPUTY,
    "full_time_deputy_secretary": PostKind.FULL_TIME_DEPUTY,
    "organisation_officer": PostKind.ORGANISATION,
    "publicity_officer": PostKind.PUBLICITY,
    "discipline_officer": PostKind.DISCIPLINE,
    "youth_officer": PostKind.YOUTH,
    "mass_work_officer": PostKind.WELFARE,
    "group_leader": PostKind.GROUP_LEADER,
    "party_group_member": PostKind.COMMISSIONER,
}
# Seats on a committee that the system does not tell apart: they count as a seat all the same.
_PLAIN_SEATS = {
    "united_front_officer",
    "secrecy_officer",
    "study_officer",
    "welfare_officer",
    "culture_officer",
    "committee_member",
}


def seats_of(cells, branch, group, places):
    """Return [(Place, PostKind)] of the cell 党内职务; a post that cannot be kept gives a notice, never an error."""
    try:
        posts = parse_posts(cells.value("party_post"))
    except ValueError as error:
        cells.notice("party_post", f"{error}未保存为党内职务。")
        return []
    found = []
    for post in posts:
        place = _place(post.level, branch, group)
        kind = _KINDS.get(post.code) or (PostKind.COMMISSIONER if post.code in _PLAIN_SEATS else None)
        if kind is None or place is None:
            cells.notice("party_post", "这一职务不对应本系统中的席位，未保存为党内职务。")
        elif not place.within:
            cells.notice("party_post", "职务所在的党组织不在导入范围内，未保存为党内职务。")
        elif problem := seat_problem(kind, place.kind):
            cells.notice("party_post", f"{problem}未保存为党内职务。")
        else:
            if post.code in _PLAIN_SEATS - {"committee_member"}:
                cells.notice("party_post", "按委员保存。")
            found.append((place, kind))
    return list(dict.fromkeys(found))


def _place(level, branch, group):
    if level == "small_group":
        return group
    if level in ("", "branch"):
        return branch
    if level == "discipline":
        return None
    return branch.above(Kind(level))
