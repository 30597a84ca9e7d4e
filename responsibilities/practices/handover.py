"""What of practices somebody leaves to his successor: candidates that wait for a decision, adoptions without a result."""

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from members.organisations.handover import Left
from responsibilities.practices.models import Adoption, Practice
from responsibilities.practices.waiting import candidates_of


def left_by(organisation: Organisation, user: User) -> list[Left]:
    """Return what is open of practices at `organisation` and below."""
    here = within(organisation)
    candidates = candidates_of(Practice.objects.filter(here).order_by()).count()
    adoptions = Adoption.objects.open().filter(here, reported_on__isnull=True).count()
    return [
        Left("待认定的典型经验", candidates, "practice_list", f"?organisation={organisation.pk}"),
        Left("没有报告结果的采用", adoptions, "practice_list"),
    ]
