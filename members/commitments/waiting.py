"""What waits of commitments: one's own to make or to say something of, those of the branch to review, publish and judge."""

from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from members.commitments.rights import why_not_review
from members.commitments.selectors.branch import BranchYear, Line, branch_year
from members.commitments.services.deciding import reviews_of

# Pledges are asked for in the first months of a year, and said of in its last.
_SAID_FROM = 12


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return at most one line for each step of the branch's round."""
    if (
        organisation.kind != Kind.BRANCH
        or organisation.archived_on
        or not access.has_right(user, MEMBERS, organisation)
    ):
        return []
    today = clock.today()
    found = branch_year(organisation, today.year)
    url = reverse("commitment_branch", args=[today.year, organisation.pk])
    return [
        Task(state, title, note, url, rank=(rank,))
        for rank, (state, title, note) in enumerate(_lines(user, found))
        if title
    ]


def _his(user: Actor, lines: list[Line]) -> int:
    """Return on how many of some commitments he decides: not on his own, nor on what he entered."""
    return sum(line.commitment is not None and not why_not_review(user, line.commitment) for line in lines)


def _lines(user: Actor, found: BranchYear) -> list[tuple[str, str, str]]:
    today = clock.today()
    lines = []
    missing = [line for line in found.missing if line.due is not None and line.due < today]
    if missing and found.made:
        lines.append(("pledge_overdue", f"{len(missing)} 人到期没有作承诺", "没有账号的由支部代为登记"))
    elif found.missing and today <= found.due:
        words = f"{clock.in_words(found.due)}前公开"
        lines.append(("pledge_missing", f"{len(found.missing)} 人还没有作承诺", words))
    if waiting := _his(user, found.waiting):
        lines.append(("pledge_waiting", f"{waiting} 人的承诺待审核", "可一次通过"))
    if found.reviewed:
        lines.append(("reviewed", f"{len(found.reviewed)} 人的承诺待公开", "一次点击公开"))
    open_ = _his(user, found.to_appraise) if today.month >= _SAID_FROM else 0
    if open_ and reviews_of(found.branch, found.year).exists():
        lines.append(("pledge_open", f"{open_} 人的承诺待评定", "民主评议已开，按本人所述确认"))
    return lines


WAITING = Waiting("承诺", "commitment_list", tasks)
