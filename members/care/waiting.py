"""What waits of care: visits that are due at the branch, in numbers; whom a leader is to visit, behind a number."""

from datetime import date

from django.urls import reverse

from branches.frame.waiting import Sentence, Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.operator import Actor
from members.care.above import contacts
from members.care.rights import keeps
from members.care.rules import OPEN, OVERDUE, missed, told_to_leader
from members.care.selectors.occasions import Placed, occasions


def _due(places: list[int]) -> list[Placed]:
    today = clock.today()
    rows = occasions(date(today.year - 1, 7, 1), date(today.year, 12, 31), places, today)
    return [one for one in rows if one.occasion.state in (OPEN, OVERDUE) and not missed(one.occasion, today)]


def due_at(organisation: Organisation) -> int:
    """Return how many visits are due at a branch; above the branches nobody reads them one by one."""
    return len(_due([organisation.pk])) if organisation.kind == Kind.BRANCH else 0


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return a line for each kind of visit that is due at the branch, those past their day apart."""
    if organisation.kind != Kind.BRANCH or not keeps(user, organisation):
        return []
    counts: dict[tuple[str, str], list[date]] = {}
    for one in _due([organisation.pk]):
        assert one.occasion.due is not None
        counts.setdefault((one.occasion.state, one.occasion.name), []).append(one.occasion.due)
    url = f"{reverse('care_list')}?organisation={organisation.pk}"
    return [
        Task(
            "care_overdue" if state == OVERDUE else "care_due",
            f"{name}：{len(days)} 人次{'逾期未走访' if state == OVERDUE else '待走访'}",
            f"{clock.in_words(min(days))}前" if state == OPEN else "登记走访、谈心后自动计入",
            url,
            rank=(state != OVERDUE, min(days).toordinal()),
        )
        for (state, name), days in counts.items()
    ]


def sentences(user: Actor, organisation: Organisation) -> list[Sentence]:
    """Return, for a leader who looks after branches, how many he is to visit within the week; their names stand on its page alone."""
    today = clock.today()
    places = contacts(user, today)
    if not places:
        return []
    people = {(one.branch, one.occasion.member) for one in _due(places) if told_to_leader(one.occasion, today)}
    text = f"联系支部有 {len(people)} 人近期要走访"
    return [Sentence(text, reverse("care_to_visit"))] if people else []


WAITING = Waiting("激励关怀", "care_list", tasks, sentences)
