"""What a proposal is filled in from: a closed campaign, an accepted brand project, a version of a policy, an accepted record, the
finding of a topic."""

from typing import Any

from branches.places.models.organisations import Organisation, OrganisationQuerySet
from branches.reach import access
from branches.reach.rights import REVIEW
from common import clock
from common.operator import Actor
from members.activities.models import Activity, BuildingField
from members.activities.services.ties import branch_of
from members.cadres.models import StudyTopic
from responsibilities.campaigns.models import Campaign, CampaignClosing, CampaignState, Level
from responsibilities.policies.models import PolicyVersion
from responsibilities.practices.models import Practice
from responsibilities.practices.rights import KINDS, own_places
from responsibilities.practices.services.practices import Sources

_TITLE, _PROBLEM, _STEPS = 60, 200, 1500


def campaign_offers(user: Actor, campaign: Campaign) -> Organisation | None:
    """Return the organisation of which `user` may make a practice out of a campaign, None where it offers none.

    That of an accepted brand project, or one that took part in a campaign and was judged 好.
    """
    own = {place.pk: place for place in own_places(user)}
    if campaign.is_brand:
        return own.get(campaign.organisation_id) if campaign.state == CampaignState.ACCEPTED else None
    rows = CampaignClosing.objects.filter(campaign=campaign, level=Level.GOOD, organisation__in=own).order_by("pk")
    row = rows.first()
    return own[row.organisation_id] if row is not None else None


def places_proposing(user: Actor, sources: Sources) -> OrganisationQuerySet:
    """Return the organisations for which `user` may propose: his own, that of the record or topic that he reviews, that of the campaign."""
    keys = {place.pk for place in own_places(user)}
    if sources.activity is not None:
        place = branch_of(sources.activity)
        if access.has_right(user, REVIEW, place):
            keys.add(place.pk)
    if sources.topic is not None:
        place = sources.topic.organisation
        if place.kind in KINDS and access.has_right(user, REVIEW, place):
            keys.add(place.pk)
    if sources.campaign is not None:
        offered = campaign_offers(user, sources.campaign)
        keys = {offered.pk} if offered is not None else set()
    return Organisation.objects.filter(pk__in=keys, archived_on__isnull=True).in_tree_order()


def place_of(practice: Practice) -> OrganisationQuerySet:
    """Return the one organisation whose practice it is, for a form that does not change it."""
    return Organisation.objects.filter(pk=practice.organisation_id)


def initial_of(sources: Sources) -> dict[str, Any]:
    """Return what the form of a proposal is filled in with."""
    if sources.campaign is not None:
        return _of_campaign(sources.campaign)
    if sources.policy_version is not None:
        return _of_version(sources.policy_version)
    if sources.activity is not None:
        return _of_record(sources.activity)
    if sources.topic is not None:
        return _of_topic(sources.topic)
    return {"started": clock.today(), "building": BuildingField.ORGANISATION}


def _of_campaign(campaign: Campaign) -> dict[str, Any]:
    lines = [campaign.difference, *(row.name for row in campaign.milestones.all())]
    return {
        "title": campaign.title[:_TITLE],
        "problem": (campaign.problem or campaign.occasion)[:_PROBLEM],
        "steps": _joined(lines),
        "started": min(campaign.starts, clock.today()),
        "building": BuildingField.ORGANISATION,
        "campaign": campaign.pk,
    }


def _of_version(version: PolicyVersion) -> dict[str, Any]:
    lines = []
    for step in version.steps.all():
        who = f"，由{step.get_seat_display()}办理" if step.seat else ""
        days = f"，{step.days} 个工作日" if step.days is not None else ""
        lines.append(f"{step.title}{who}{days}")
    return {
        "title": version.policy.title[:_TITLE],
        "problem": version.summary[:_PROBLEM],
        "steps": _joined(lines),
        "started": min(version.in_force_from or clock.today(), clock.today()),
        "building": version.policy.building,
        "policy": version.pk,
    }


def _of_record(activity: Activity) -> dict[str, Any]:
    return {
        "organisation": branch_of(activity),
        "title": activity.title[:_TITLE],
        "steps": _joined(row.text for row in activity.resolutions.all()),
        "started": min(activity.day, clock.today()),
        "building": activity.building or BuildingField.ORGANISATION,
        "way": activity.way,
        "activity": activity.pk,
    }


def _of_topic(topic: StudyTopic) -> dict[str, Any]:
    return {
        "organisation": topic.organisation,
        "title": topic.title[:_TITLE],
        "problem": topic.question[:_PROBLEM],
        "steps": _joined(topic.finding.splitlines()),
        "started": min(topic.found_on or clock.today(), clock.today()),
        "building": BuildingField.ORGANISATION,
    }


def _joined(lines: Any) -> str:
    return "\n".join(line.strip() for line in lines if line and line.strip())[:_STEPS]
