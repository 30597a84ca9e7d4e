"""What of policies somebody leaves to his successor: those he explains, steps of runs that wait at the place or for him."""

from django.db.models import Q

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from common import clock
from members.organisations.handover import Left
from responsibilities.policies.models import Policy, PolicyRun, PolicyVersion, RunStep
from responsibilities.policies.selectors.steps import open_runs, run_views


def left_by(organisation: Organisation, user: User) -> list[Left]:
    """Return the policies in force that `user` explains and the steps that wait at `organisation`, below it, or for him."""
    live = PolicyVersion.objects.in_force(clock.today()).order_by().values("policy")
    explained = Policy.objects.filter(steward=user, pk__in=live).count()
    mine = RunStep.objects.filter(Q(holder=user) | within(organisation)).order_by()
    keys = set(mine.filter(done_on__isnull=True, skipped_on__isnull=True).values_list("pk", flat=True))
    runs = open_runs(PolicyRun.objects.filter(steps__in=keys).distinct()) if keys else PolicyRun.objects.none()
    waiting = sum(view.next is not None and view.next.row.pk in keys for view in run_views(runs))
    return [
        Left("负责解释的制度", explained, "policy_list"),
        Left("等待办理的制度步骤", waiting, "policy_list"),
    ]
