"""What of policies somebody leaves to his successor: those he explains, steps of runs that wait at the place or for him."""

from collections import Counter
from collections.abc import Sequence

from django.db.models import Q

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from common import clock
from common.text import quoted
from members.organisations.handover import Left
from responsibilities.policies.models import Policy, PolicyRun, PolicyVersion, RunStep
from responsibilities.policies.selectors.steps import open_runs, run_views

# Policies that have a line of their own; the steps of the others stand together.
NAMED = 8


def left_by(organisation: Organisation, user: User) -> list[Left]:
    """Return the policies in force that `user` explains and the steps that wait at `organisation`, below it, or for him."""
    live = PolicyVersion.objects.in_force(clock.today()).order_by().values("policy")
    explained = list(Policy.objects.filter(steward=user, pk__in=live).order_by("pk").values_list("pk", flat=True))
    return [_listed("负责解释的制度", len(explained), explained), *_steps(organisation, user)]


def _listed(label: str, count: int, policies: Sequence[int]) -> Left:
    """Return a line that leads to the only policy, or to the list of them."""
    if len(policies) == 1:
        return Left(label, count, "policy_detail", args=(policies[0],))
    return Left(label, count, "policy_list")


def _steps(organisation: Organisation, user: User) -> list[Left]:
    """Return a line for each policy of which steps wait, the policy with the most first."""
    mine = RunStep.objects.filter(Q(holder=user) | within(organisation)).order_by()
    keys = set(mine.filter(done_on__isnull=True, skipped_on__isnull=True).values_list("pk", flat=True))
    runs = open_runs(PolicyRun.objects.filter(steps__in=keys).distinct()) if keys else PolicyRun.objects.none()
    waiting: Counter[int] = Counter()
    titles: dict[int, str] = {}
    for view in run_views(runs.select_related("version__policy")):
        policy = view.run.version.policy
        if number := sum(one.row.pk in keys for one in view.waiting):
            waiting[policy.pk] += number
            titles[policy.pk] = policy.title
    label = "等待办理的制度步骤"
    if len(waiting) <= 1:
        return [_listed(label, sum(waiting.values()), list(waiting))]
    ordered = waiting.most_common()
    lines = [_listed(f"{label}：{quoted(titles[pk])}", number, [pk]) for pk, number in ordered[:NAMED]]
    rest = sum(number for _, number in ordered[NAMED:])
    return [*lines, Left(f"{label}：其他制度", rest, "policy_list")] if rest else lines
