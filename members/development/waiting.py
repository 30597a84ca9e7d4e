"""What waits of development: the branch's next steps that are due, and what the committee has to do."""

from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.intervals import within
from branches.reach.rights import MEMBERS, REVIEW
from common import clock
from common.operator import Actor
from members.development.checks import DOCUMENTS
from members.development.models.cases import DevelopmentCase
from members.development.selectors.board import MOST_UNFILED, chip_of, unfiled
from members.development.selectors.cases import cases_for, standings, with_all
from members.development.selectors.queue import explanations, waiting_above
from members.development.standing import DUE_SOON, OVERDUE, STOPPED
from members.development.steps import COMMITTEE

# So many are read: four are shown.
MOST = 40
_WORST = {OVERDUE: 0, STOPPED: 1, DUE_SOON: 2}


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return a line for each step of the branch that is late, stopped or near; above the branches for those of the committee."""
    if organisation.kind in (Kind.BRANCH, Kind.GENERAL_BRANCH):
        return _of_branch(user, organisation) if access.has_right(user, MEMBERS, organisation) else []
    if not access.holds_anywhere(user, REVIEW):
        return []
    steps = [
        Task(
            one.state,
            f"{one.case.who}：{one.view.step.name}",
            f"{one.case.row.member.home.label}　{one.line}",
            reverse("development_step", args=[one.case.pk, one.view.step.key]),
            word=one.word,
            rank=(one.view.due.toordinal() if one.view.due else clock.today().toordinal() + 400,),
        )
        for one in waiting_above(user)[:MOST]
    ]
    return steps + _reasons(user)


def _reasons(user: Actor) -> list[Task]:
    """One line for all reasons that wait to be accepted: until somebody reads them each counts as something lacking."""
    number = len(explanations(user))
    if not number:
        return []
    url = reverse("development_queue")
    return [Task("open", f"{number} 件情况说明待采纳", "采纳以后不计欠缺", url, "待采纳", (clock.today().toordinal(),))]


def _of_branch(user: Actor, organisation: Organisation) -> list[Task]:
    rows = cases_for(user).filter(within(organisation, "member__home__")).order_by("pk")
    today, found = clock.today(), []
    for case in standings(with_all(rows)[:MOST]):
        for view in case.standing.steps:
            if view.state in _WORST and view.step.who != COMMITTEE:
                state, word = chip_of(view, today)
                url = reverse("development_detail", args=[case.pk])
                due = view.due.toordinal() if view.due else 0
                note = view.note or view.step.hint
                found.append(Task(state, f"{case.who}：{view.step.name}", note, url, word, (_WORST[view.state], due)))
    return found + _papers(organisation, user)


def _papers(organisation: Organisation, user: Actor) -> list[Task]:
    """Papers of new full members that are not filed yet (第三十六条): their cases are over, and on no board."""
    rows = unfiled(DevelopmentCase.objects.visible_to(user).filter(within(organisation, "member__home__")))
    return [
        Task(
            "open",
            f"{row.member.name}：材料归档",
            f"已转为正式党员，还缺 {len(DOCUMENTS) - row.filed} 件",  # type: ignore[attr-defined]  # an annotation
            reverse("development_documents", args=[row.pk]),
            word="待归档",
            rank=(3, row.pk),
        )
        for row in rows[:MOST_UNFILED]
    ]


WAITING = Waiting("发展党员", "development_list", tasks)
