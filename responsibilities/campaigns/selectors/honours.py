"""The honours of an organisation that may be an outcome of a campaign."""

from branches.places.models.organisations import Organisation
from members.care.models import Honour
from responsibilities.campaigns.models import Campaign

# So many are offered, the newest first.
OFFERED = 50


def honours_offered(campaign: Campaign, organisation: Organisation) -> list[Honour]:
    """Return the standing honours of an organisation itself that are no outcome of this campaign yet, the newest first."""
    rows = Honour.objects.filter(organisation_held=organisation, cancelled_on__isnull=True)
    there = campaign.outcomes.filter(honour__isnull=False).order_by().values("honour")
    return list(rows.exclude(pk__in=there).order_by("-granted_on", "-pk")[:OFFERED])


def honour_words(honour: Honour) -> str:
    return f"{honour.granted_on:%Y-%m-%d} {honour.title}（{honour.get_level_display()}，{honour.granted_by}）"
