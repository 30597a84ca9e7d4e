"""What waits of campaigns: milestones, invitations and summings up for who takes part; applications and acceptances above."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse

from branches.frame.waiting import Sentence, Task, Waiting
from branches.places.models.organisations import Organisation
from branches.reach.intervals import within
from branches.reach.rights import ASSIGN
from common import clock
from common.operator import Actor
from responsibilities.assigning import assigns_anywhere
from responsibilities.campaigns.models import (
    LIVE,
    Campaign,
    CampaignClosing,
    CampaignKind,
    CampaignState,
    Participation,
)
from responsibilities.campaigns.rights import own_places
from responsibilities.campaigns.rules import NEAR
from responsibilities.campaigns.selectors.board import cards_of, readable, running_words
from responsibilities.campaigns.selectors.steps import steps_of

# In which order the lines stand.
_LATE, _RETURNED, _DECIDE, _CLOSE, _NEAR, _ASKED = range(6)


def tasks(user: Actor, organisation: Organisation) -> list[Task]:
    """Return what waits for `user` at his organisation and below."""
    own = {place.pk: place for place in own_places(user).filter(within(organisation, ""))}
    found = _own_tasks(own, clock.today()) if own else []
    return found + (_above(user, organisation) if assigns_anywhere(user) else [])


def _own_tasks(own: dict[int, Organisation], today: date) -> list[Task]:
    # Who left lately still owes what was near then.
    lately = Q(ends__gte=today - timedelta(days=NEAR), starts__isnull=False)
    rows = Participation.objects.filter(Q(ends__isnull=True) | lately, organisation__in=own, campaign__state__in=LIVE)
    every = list(rows.select_related("campaign"))
    parts = [row for row in every if row.ends is None]
    returned = Campaign.objects.filter(organisation__in=own, state=CampaignState.RETURNED)
    found = [
        Task(
            "returned",
            row.title,
            row.return_reason,
            reverse("campaign_reapply", args=[row.pk]),
            rank=(_RETURNED, row.pk),
        )
        for row in returned
    ]
    found += [
        Task(
            "open",
            row.campaign.title,
            f"邀请参加，{row.campaign.last_day:%-m月%-d日}结束",
            reverse("campaign_detail", args=[row.campaign_id]),
            "受邀",
            (_ASKED, row.pk),
        )
        for row in parts
        if row.starts is None and row.campaign.last_day >= today
    ]
    taking = {row.campaign_id: row.campaign for row in every if row.starts is not None}
    if not taking:
        return found
    return [*found, *_step_tasks(taking, own, today), *_to_close(parts, today)]


def _step_tasks(taking: dict[int, Campaign], own: Collection[int], today: date) -> list[Task]:
    return [
        Task(
            step.state,
            step.name,
            f"{taking[step.campaign].title}，{step.due:%-m月%-d日}",
            reverse("campaign_detail", args=[step.campaign]),
            rank=(_LATE if step.state == "overdue" else _NEAR, (step.due - today).days),
        )
        for step in steps_of(taking, today, list(own))
        if step.state in ("overdue", "due_soon")
    ]


def _to_close(parts: list[Participation], today: date) -> list[Task]:
    """Return a line for each campaign of which the last day has passed and nothing was said yet."""
    over = [row for row in parts if row.starts is not None and row.campaign.last_day < today]
    over = [row for row in over if row.campaign.state in (CampaignState.PUBLISHED, CampaignState.APPROVED)]
    pairs = CampaignClosing.objects.filter(campaign__in=[row.campaign_id for row in over]).order_by() if over else ()
    written = {(row.campaign_id, row.organisation_id) for row in pairs}
    found = []
    for row in over:
        campaign = row.campaign
        if campaign.is_brand:
            url, note = reverse("campaign_submit", args=[campaign.pk]), f"{campaign.last_day:%-m月%-d日}到期，报验收"
        elif (row.campaign_id, row.organisation_id) in written or today > campaign.closes_on:
            continue
        else:
            url = reverse("campaign_close", args=[campaign.pk, row.organisation_id])
            note = f"写一句小结，{campaign.closes_on:%-m月%-d日}前"
        found.append(Task("campaign_review", campaign.title, note, url, rank=(_CLOSE, campaign.pk)))
    return found


def _above(user: Actor, organisation: Organisation) -> list[Task]:
    """Return the applications and projects on which `user` decides, and the summings up that he judges."""
    rows = Campaign.objects.visible_to(user, ASSIGN).filter(within(organisation)).select_related("organisation__parent")
    waiting = rows.filter(state__in=(CampaignState.APPLIED, CampaignState.SUBMITTED)).order_by("issued_on", "pk")
    found = []
    for row in waiting[:20]:
        applied = row.state == CampaignState.APPLIED
        url = reverse("campaign_decide" if applied else "campaign_accept", args=[row.pk])
        state, note = ("applied", "申报品牌，待审定") if applied else ("campaign_submitted", "报验收，待验收")
        found.append(Task(state, row.title, f"{row.organisation.label}　{note}", url, rank=(_DECIDE, row.pk)))
    closings = CampaignClosing.objects.filter(
        campaign__in=rows.exclude(kind=CampaignKind.BRAND).order_by().values("pk"), judged_on__isnull=True
    ).select_related("campaign", "organisation__parent")
    for closing in closings[:20]:
        url = reverse("campaign_judge", args=[closing.campaign_id, closing.pk])
        note = f"{closing.organisation.label}已小结，待评定"
        found.append(Task("campaign_review", closing.campaign.title, note, url, rank=(_CLOSE, closing.pk)))
    return found


def sentences(user: Actor, organisation: Organisation) -> list[Sentence]:
    """Return one line for leaders: how many run, how many milestones are overdue, how many brand projects run."""
    cards = cards_of(user, readable(user, {"organisation": organisation}, clock.today().year))
    words = running_words(cards)
    return [Sentence(words, reverse("campaign_list"))] if words else []


CAMPAIGNS = Waiting("载体与品牌", "campaign_list", tasks, sentences)
