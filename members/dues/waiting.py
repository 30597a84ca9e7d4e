"""What waits of dues: months of a branch that are owed or whose amounts are not fixed, in numbers."""

from django.urls import reverse

from branches.frame.waiting import Task, Waiting
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.operator import Actor
from common.periods import MONTH, Period
from members.dues.rights import reads_amounts
from members.dues.rules import NOT_DUE, OWED, UNKNOWN
from members.dues.selectors.lives import counted

# The month that runs is called for in its last days.
DAYS_BEFORE = 7


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return a line for each of the last months in which somebody of the branch has not paid, and one where amounts are missing."""
    if organisation.kind != Kind.BRANCH or not reads_amounts(user, organisation):
        return []
    today = clock.today()
    now = Period.containing(MONTH, today)
    months = [now.previous().previous(), now.previous(), now]
    found = counted(months, {organisation.pk}, today)
    lines = []
    for month in months:
        one = found.get((organisation.pk, month))
        if one is None:
            continue
        url = f"{reverse('dues_month', args=[month])}?organisation={organisation.pk}"
        soon = one[NOT_DUE] if (month.last - today).days <= DAYS_BEFORE else 0
        if one[OWED]:
            lines.append(
                Task(
                    "dues_owed",
                    f"{month.short()}党费有 {one[OWED]} 人到期未交",
                    "收到后登记",
                    url,
                    rank=(0, month.number),
                )
            )
        elif soon:
            lines.append(
                Task(
                    "due_soon",
                    f"{month.short()}党费还有 {soon} 人未登记",
                    "默认全选，两次点击",
                    url,
                    rank=(1, month.number),
                )
            )
    missing = found.get((organisation.pk, now))
    if missing is not None and missing[UNKNOWN]:
        url = f"{reverse('dues_rates', args=[now.year])}?organisation={organisation.pk}"
        lines.append(
            Task(
                "dues_unknown",
                f"{missing[UNKNOWN]} 人还没有核定 {now.year} 年月交数额",
                "粘贴姓名和基数",
                url,
                rank=(0, 0),
            )
        )
    return lines


WAITING = Waiting("党费", "dues_list", tasks)
