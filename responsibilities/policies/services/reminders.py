"""Remind those with whom steps of a policy's runs wait whose day is near or past."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.notices.services import notice_send
from branches.reach.rights import VIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.text import quoted
from responsibilities.assigning import acting_for_each, require_assigns
from responsibilities.policies.models import Policy, PolicyRun, PolicySeat, RunStep
from responsibilities.policies.rules import Judged
from responsibilities.policies.selectors.steps import pressing
from responsibilities.requirements.services import holding_each, responsible_for_each

REMIND_AGAIN = timedelta(days=3)
TOO_SOON = "三天内已提醒过，请过后再提醒。"
NOBODY = "没有要提醒的经办人。"

# A step that waits, and how it stands.
Pressing = tuple[RunStep, Judged]


@dataclass(frozen=True)
class Reminders:
    """Who is told of which steps, the latest step first. unheld: steps with which nobody is, so that nobody hears of them."""

    by_person: dict[User, list[Pressing]]
    unheld: list[Pressing]

    @property
    def late(self) -> int:
        """How many of the steps are past their day."""
        rows = [one for steps in self.by_person.values() for one in steps]
        return len({step.pk for step, judged in rows if judged.days_late(clock.today())})

    @property
    def steps(self) -> int:
        return len({step.pk for steps in self.by_person.values() for step, _ in steps})


def may_remind_again(last: datetime | None) -> bool:
    """Whether who was reminded at a moment, None for never, may be reminded now: not within three days."""
    return last is None or clock.now() - last >= REMIND_AGAIN


def reminders_of(by: Actor, policy: Policy) -> Reminders:
    """Return whom `by` would remind of the steps of runs that he reads; who reminds knows already. Statements do not grow."""
    rows = pressing(PolicyRun.objects.visible_to(by, VIEW).filter(version__policy=policy))
    doing = _doing([step for step, _ in rows])
    people: dict[User, list[Pressing]] = defaultdict(list)
    for step, judged in rows:
        for user in doing[step.pk]:
            if user != by:
                people[user].append((step, judged))
    return Reminders(dict(people), [row for row in rows if not doing[row[0].pk]])


def _doing(steps: Sequence[RunStep]) -> dict[int, list[User]]:
    """Return {step: the accounts that do it}: the leader in person and who acts for him, else who answers where it waits."""
    answering = responsible_for_each([step.organisation for step in steps])
    officers = holding_each({step.organisation_id for step in steps if _of_discipline(step)}, ("discipline_officer",))
    acting = acting_for_each([step.holder_id for step in steps if step.holder_id is not None])
    found = {}
    for step in steps:
        if step.holder is not None:
            found[step.pk] = [step.holder, *acting.get(step.holder.pk, [])]
        else:
            found[step.pk] = (officers if _of_discipline(step) else answering).get(step.organisation_id, [])
    return found


def _of_discipline(step: RunStep) -> bool:
    return step.step.seat == PolicySeat.DISCIPLINE and step.vacant_at_id is None


@one_transaction
def steps_remind(*, by: Actor, policy: Policy) -> Reminders:
    """Send one notice to each account with which steps wait; return who was told of what.

    Conflict within three days of the last time, and where there is nobody to be told.
    """
    locked = Policy.objects.select_for_update(of=("self",)).select_related("organisation__parent").get(pk=policy.pk)
    require_assigns(by, locked.organisation)
    if not may_remind_again(locked.steps_reminded_at):
        raise Conflict(TOO_SOON, record=locked)
    found = reminders_of(by, locked)
    if not found.by_person:
        raise Conflict(NOBODY, record=locked)
    for user, steps in found.by_person.items():
        notice_send(
            by=by,
            to=user,
            kind="policy",
            text=f"请办理制度{quoted(locked.title)}的程序：{step_words(steps)}",
            url=reverse("policy_run_detail", args=[steps[0][0].run_id]),
            about=f"policy_steps/{locked.pk}/{user.pk}",
        )
    Policy.objects.filter(pk=locked.pk).update(steps_reminded_at=clock.now())
    names = "、".join(user.name for user in found.by_person)
    audit.record(by=by, verb="policy_run.remind", obj=locked, organisation=locked.organisation_id, note=names[:300])
    return found


def step_words(steps: Iterable[Pressing]) -> str:
    """Return 「“食堂意见”的提出意见逾期 7 天，另有 2 步」 of the steps of one person, the latest first."""
    (step, judged), *rest = steps
    late, due = judged.days_late(clock.today()), judged.due
    when = f"逾期 {late} 天" if late else f"{due:%-m月%-d日}截止" if due else "待办"
    more = f"，另有 {len(rest)} 步" if rest else ""
    return f"{quoted(step.run.subject)}的{step.step.title}{when}{more}"
