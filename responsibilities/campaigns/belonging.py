"""Chips of campaigns in 「还属于」: running ones in which the record's organisation, or another host, takes part."""

from django.urls import reverse

from common.operator import Actor
from common.text import quoted
from members.activities.belonging import Belonging, Chip, Draft
from members.activities.likeness import wanted
from members.activities.models import Activity, ActivityJudgement
from members.activities.ties import uncounted_words
from responsibilities.campaigns import ties
from responsibilities.campaigns.models import Campaign, CampaignGoal, CampaignMilestone, CampaignRecord, Participation
from responsibilities.campaigns.rules import Asked, Held, closed_by
from responsibilities.campaigns.selectors.steps import steps_of

LETTER = "c"


def _places(draft: Draft) -> set[int]:
    """The organisations of the draft; of a small group its branch too."""
    own = draft.organisation
    above = {own.parent_id} if own.kind == "small_group" and own.parent_id else set()
    return {own.pk, *draft.hosts, *above}


def suggest(draft: Draft) -> list[Chip]:
    """Return a Chip for each campaign that runs on the day and in which one of the hosts takes part, tied ones left out."""
    places = _places(draft)
    part = Participation.objects.taken().filter(organisation__in=places).order_by()
    days = dict(part.values_list("campaign", "starts"))
    rows = Campaign.objects.live().filter(pk__in=days, starts__lte=draft.day).prefetch_related("milestones", "goals")
    if draft.activity is not None and draft.activity.pk:
        tied = CampaignRecord.objects.active().filter(activity=draft.activity).order_by()
        rows = rows.exclude(pk__in=tied.values("campaign"))
    running = [row for row in rows if draft.day <= row.last_day]
    waits = _waiting(running, places, draft)
    return [_chip(row, draft, days[row.pk], waits.get(row.pk, "")) for row in running]


def _chip(campaign: Campaign, draft: Draft, since, closes: str) -> Chip:
    like = draft.like(wanted(campaign.title, campaign.words))
    rows: list[CampaignMilestone | CampaignGoal] = [*campaign.milestones.all(), *campaign.goals.all()]
    named = {kind for row in rows for kind in row.kinds}
    early = draft.day < since
    why = "参加之前的活动，不计入节点" if early else like.said
    return Chip(
        f"{LETTER}{campaign.pk}",
        campaign.title,
        why=why,
        likeness=0 if early else like.weight,
        fits=not early and (not named or not named.isdisjoint(draft.kinds)),
        note=closes,
        url=reverse("campaign_detail", args=[campaign.pk]),
    )


def _waiting(running: list[Campaign], places: set[int], draft: Draft) -> dict[int, str]:
    """Return {campaign: 「提交并通过后，节点“动员部署”即完成」} of what the record would close."""
    found: dict[int, list[Asked]] = {}
    for step in steps_of([row.pk for row in running], organisations=places) if running else ():
        if not step.done:
            found.setdefault(step.campaign, []).append(Asked(step.milestone, step.name, step.due, step.kinds))
    held = [Held(0, draft.day, draft.title, frozenset(draft.kinds))]
    names = {pk: [one.name for one in asked if one.milestone in closed_by(asked, held)] for pk, asked in found.items()}
    return {pk: f"通过后节点{quoted(own[0])}即完成" for pk, own in names.items() if own}


def tied(user: Actor, activity: Activity) -> list[Chip]:
    """Return a Chip for each campaign to which the record is tied."""
    rows = CampaignRecord.objects.active().with_confirmed().filter(activity=activity).select_related("campaign")
    judged = list(ActivityJudgement.objects.filter(activity=activity)) if rows else []
    return [
        Chip(
            f"{LETTER}{row.campaign_id}",
            row.campaign.title,
            chosen=True,
            standing=uncounted_words(activity, judged, is_confirmed=row.is_confirmed),
            url=reverse("campaign_detail", args=[row.campaign_id]),
        )
        for row in rows
    ]


def _tie(by: Actor, activity: Activity, pk: int, system: bool) -> None:
    # What is read by others' drafts alone does not exist for him.
    campaign = Campaign.objects.live().visible_to(by).filter(pk=pk).first()
    if campaign is not None:
        ties.record_tie(by=by, activity=activity, campaign=campaign, system=system)


def _untie(by: Actor, activity: Activity, pk: int, reason: str) -> None:
    tie = CampaignRecord.objects.active().filter(activity=activity, campaign=pk).first()
    if tie is not None:
        ties.record_untie(by=by, tie=tie, reason=reason)


CAMPAIGNS = Belonging(LETTER, "载体", suggest, tied, _tie, _untie, ties.TABLE)
