"""What of targets somebody leaves to his successor: those that he holds as a leader."""

from assessments.targets.models import PlanState, Target
from branches.access.models import User
from branches.places.models.organisations import Organisation
from common import clock
from members.organisations.handover import Left


def left_by(organisation: Organisation, user: User) -> list[Left]:
    """Return the targets of this year's plans that `user` holds as a leader."""
    year = clock.today().year
    held = Target.objects.filter(
        holder__leader=user, plan__year=year, plan__state=PlanState.ISSUED, stopped_on__isnull=True
    )
    return [Left("担任责任领导的目标", held.count(), "target_list")]
