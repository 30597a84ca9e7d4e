"""What the tests of campaigns share: one that runs, a brand project at each of its steps, records of it."""

from datetime import timedelta

from common import clock
from members.activities.services.states import activity_accept, activity_submit
from responsibilities.campaigns.models import CampaignKind, Participation
from responsibilities.campaigns.rules import Planned
from responsibilities.campaigns.services.brands import brand_accept, brand_apply, brand_approve, brand_submit
from responsibilities.campaigns.services.campaigns import CampaignData, campaign_save
from responsibilities.campaigns.services.taking_part import campaign_join, campaign_publish, milestone_done
from responsibilities.campaigns.ties import record_tie
from tests.members.activities.records import draft, submitted


def day(days):
    return clock.today() + timedelta(days=days)


def by_hand():
    """A milestone that no record needs to show."""
    return Planned("群众评议", day(-20))


def data(**changes):
    values = {
        "kind": CampaignKind.THEME,
        "title": "窗口帮办代办",
        "approach": "drive",
        "occasion": "高效办成一件事",
        "starts": day(-60),
        "ends": day(60),
        "milestones": [Planned("动员部署", day(-20), ("theme_day",))],
    }
    return CampaignData(**values | changes)


def running(world, places=("branch_a",), since=None, **changes):
    """A published campaign in which some branches take part, from its first day unless `since` says a later one."""
    campaign = campaign_save(by=world.staff, data=data(**changes))
    campaign_publish(by=world.staff, campaign=campaign)
    for key in places:
        secretary = world.users[f"secretary_{key[-1]}"]
        campaign_join(by=secretary, campaign=campaign, organisation=world.places[key])
    Participation.objects.filter(campaign=campaign).update(starts=since or campaign.starts)
    campaign.refresh_from_db()
    return campaign


def brand_data(**changes):
    values = {
        "kind": CampaignKind.BRAND,
        "title": "红色帮办",
        "problem": "群众多次跑",
        "difference": "党员全程帮办",
        "starts": day(-30),
    }
    return data(**values | changes)


def applied(world, **changes):
    return brand_apply(by=world.secretary_a, organisation=world.branch_a, data=brand_data(**changes))


def approved(world, **changes):
    return brand_approve(by=world.staff, campaign=applied(world, **changes))


def handed_in(world, **changes):
    return brand_submit(
        by=world.secretary_a, campaign=approved(world, **changes), own_level="good", own_text="群众少跑一次"
    )


def named(world, **changes):
    campaign = handed_in(world, **changes)
    finish(world, campaign)
    return brand_accept(by=world.staff, campaign=campaign, level="passed", reason="群众认可")


def finish(world, campaign, milestones=None):
    """Do some milestones, those whose date has passed where none are named: by a record those that ask for one, else by hand."""
    for milestone in campaign.milestones.filter(due__lt=clock.today()) if milestones is None else milestones:
        done_on = min(milestone.due, clock.today())
        if milestone.kinds:
            tied(world, campaign, days=(done_on - clock.today()).days, kinds=tuple(milestone.kinds[:1]))
            continue
        milestone_done(
            by=world.secretary_a, milestone=milestone, organisation=world.branch_a, done_on=done_on, text="办了"
        )


def tied(world, campaign, *, days=-25, kinds=("theme_day",), title="窗口帮办代办进社区", place="branch_a", accept=True):
    """An accepted record of a branch that was tied to a campaign as it was made; return it."""
    secretary = world.users[f"secretary_{place[-1]}"]
    record = draft(world.places[place], secretary, kinds=kinds, day=day(days), title=title)
    record_tie(by=secretary, activity=record, campaign=campaign)
    record = activity_submit(by=secretary, activity=record)
    return activity_accept(by=world.staff, activity=record) if accept else record


def accepted(world, **options):
    return activity_accept(by=world.staff, activity=submitted(world.branch_a, world.secretary_a, **options))
