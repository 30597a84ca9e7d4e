"""What of campaigns somebody leaves to his successor: those the place organises, milestones that it owes."""

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from members.organisations.handover import Left
from responsibilities.campaigns.models import LIVE, Campaign, Participation
from responsibilities.campaigns.selectors.steps import steps_of


def left_by(organisation: Organisation, user: User) -> list[Left]:
    """Return the campaigns under way of `organisation` and below, and the milestones there that are near or overdue."""
    own = Campaign.objects.filter(within(organisation), state__in=LIVE).count()
    parts = Participation.objects.taken().filter(within(organisation), ends__isnull=True, campaign__state__in=LIVE)
    pairs = set(parts.order_by().values_list("campaign", "organisation"))
    steps = steps_of({campaign for campaign, _ in pairs}, organisations={place for _, place in pairs}) if pairs else []
    due = sum(step.state in ("overdue", "due_soon") for step in steps)
    return [
        Left("主办的载体和品牌项目", own, "campaign_list", f"?organisation={organisation.pk}"),
        Left("到期或临近的载体节点", due, "campaign_list", f"?organisation={organisation.pk}"),
    ]
