"""Records of a campaign tie themselves, close milestones with no click, and open them again when they go."""

from datetime import datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import make_aware
from lxml import html

from common import clock
from common.errors import Conflict
from common.periods import MONTH, Period
from members.activities.services.states import activity_accept, activity_return, activity_submit
from responsibilities.campaigns.measures import milestone_counts
from responsibilities.campaigns.models import CampaignRecord, MilestoneResult, Participation
from responsibilities.campaigns.rules import Planned
from responsibilities.campaigns.selectors.steps import steps_of
from responsibilities.campaigns.services.campaigns import campaign_cancel
from responsibilities.campaigns.services.taking_part import campaign_leave, milestone_done
from responsibilities.campaigns.ties import record_tie, record_untie
from tests.members.activities.records import draft, submitted
from tests.responsibilities.campaigns.support import by_hand, day, running, tied

pytestmark = pytest.mark.django_db


def state(campaign, place=None):
    rows = [step for step in steps_of([campaign.pk]) if place is None or step.organisation == place.pk]
    return [(step.state, step.activity) for step in rows]


def at(days, hour):
    return make_aware(datetime.combine(day(days), time(hour)))


def slot(as_, world, **said):
    given = {"organisation": world.branch_a.pk, "kinds": ["theme_day"], "day": day(-25).isoformat(), **said}
    client = as_("secretary_a")
    return client.post(reverse("record_belongs"), given, headers={"HX-Request": "true"}).content.decode()


def ticked(page, campaign):
    """None where the chip is not offered, else whether its box is ticked."""
    parts = [
        part for part in page.split("<input")[1:] if f'value="c{campaign.pk}"' in part and 'name="belongs"' in part
    ]
    return " checked" in parts[0].split(">")[0] if parts else None


def test_a_record_ties_itself_and_closes_a_milestone_with_no_click(as_, world):
    campaign = running(world)
    assert state(campaign) == [("overdue", None)]
    page = slot(as_, world, title="窗口帮办代办进社区")
    assert ticked(page, campaign) is True and "节点“动员部署”即完成" in page
    client = as_("secretary_a")
    record = draft(world.branch_a, world.secretary_a, kinds=("theme_day",), day=day(-25), title="窗口帮办代办进社区")
    # What the form sends of itself once the draft has an id: what the system ticked.
    key = f"c{campaign.pk}"
    client.post(reverse("record_belongings", args=[record.pk]), {"belongs": [key], "shown": [key], "system": [key]})
    activity_submit(by=world.secretary_a, activity=record)
    tie = CampaignRecord.objects.get()
    assert tie.source == "system" and state(campaign) == [("overdue", None)], "not before somebody else accepted it"
    record = activity_accept(by=world.staff, activity=tie.activity)
    assert state(campaign) == [("met", record.pk)]


def test_of_two_campaigns_that_match_none_is_chosen(as_, world):
    first, second = running(world), running(world, title="窗口帮办示范岗")
    page = slot(as_, world, title="窗口帮办代办和窗口帮办示范岗")
    assert ticked(page, first) is False and ticked(page, second) is False


def test_one_that_takes_no_part_and_days_outside_are_not_offered(as_, world):
    other = running(world, ("branch_b",))
    assert ticked(slot(as_, world, title="窗口帮办代办"), other) is None
    own = running(world)
    assert ticked(slot(as_, world, title="窗口帮办代办", day=day(-61).isoformat()), own) is None
    assert ticked(slot(as_, world, title="传达文件"), own) is None


def test_the_milestone_opens_again_when_the_tie_or_the_record_goes(world):
    campaign = running(world)
    record = tied(world, campaign)
    assert state(campaign) == [("met", record.pk)]
    record_untie(by=world.secretary_a, tie=CampaignRecord.objects.get(), reason="选错了")
    assert state(campaign) == [("overdue", None)]
    other = tied(world, campaign, days=-10)
    assert state(campaign) == [("met_late", other.pk)]
    third = tied(world, running(world, title="另一个"), accept=False)
    activity_return(by=world.staff, activity=third, reason="请补充")
    assert state(campaign) == [("met_late", other.pk)]


def test_a_record_before_joining_is_tied_on_request_and_counts_for_no_milestone(as_, world):
    campaign = running(world, since=day(-22))
    assert ticked(slot(as_, world, title="窗口帮办代办"), campaign) is None
    tied(world, campaign, days=-25)
    assert state(campaign) == [("overdue", None)]
    late = tied(world, campaign, days=-21)
    assert state(campaign) == [("met", late.pk)]


def test_what_does_not_fit_is_refused(world):
    campaign = running(world)
    early = draft(world.branch_a, world.secretary_a, kinds=("theme_day",), day=day(-61))
    with pytest.raises(ValidationError, match="不在载体“窗口帮办代办”的起止日期之内"):
        record_tie(by=world.secretary_a, activity=early, campaign=campaign)
    foreign = submitted(world.branch_b, world.secretary_b, kinds=("theme_day",), day=day(-25))
    with pytest.raises(ValidationError, match="没有参加载体"):
        record_tie(by=world.secretary_b, activity=foreign, campaign=campaign)
    campaign_cancel(by=world.staff, campaign=campaign, reason="并入另一个")
    own = draft(world.branch_a, world.secretary_a, kinds=("theme_day",), day=day(-25))
    campaign.refresh_from_db()
    with pytest.raises(ValidationError, match="不在开展期间"):
        record_tie(by=world.secretary_a, activity=own, campaign=campaign)


def test_a_key_of_an_application_or_of_nothing_ties_nothing(as_, world):
    record = draft(world.branch_a, world.secretary_a)
    client = as_("secretary_a")
    url = reverse("record_belongings", args=[record.pk])
    assert client.post(url, {"belongs": ["c999999"]}).status_code == 302 and not CampaignRecord.objects.exists()


def test_not_taking_part_owes_nothing_and_leaving_ends_what_is_owed(world):
    campaign = running(
        world, milestones=[Planned("一", day(-20), ("theme_day",)), Planned("二", day(20), ("theme_day",))]
    )
    assert state(campaign, world.branch_b) == []
    assert [one for one, _ in state(campaign, world.branch_a)] == ["overdue", "not_due"]
    campaign_leave(by=world.secretary_a, campaign=campaign, organisation=world.branch_a, reason="人手不足")
    assert [one for one, _ in state(campaign, world.branch_a)] == ["overdue"]


def test_an_archived_organisation_owes_what_fell_due_before(world):
    campaign = running(world)
    type(world.branch_a).objects.filter(pk=world.branch_a.pk).update(archived_on=day(-21))
    assert state(campaign) == []


def test_a_cancelled_campaign_is_in_no_number(world):
    campaign = running(world)
    campaign_cancel(by=world.staff, campaign=campaign, reason="并入另一个")
    assert state(campaign) == []


def test_what_names_kinds_of_record_is_closed_by_a_record_alone(as_, world):
    campaign = running(world)
    milestone = campaign.milestones.get()
    url = reverse("campaign_milestone_done", args=[campaign.pk, world.branch_a.pk, milestone.pk])
    secretary = as_("secretary_a")
    said = "节点“动员部署”由主题党日记录完成，不能手工登记；记录选上本载体并审核通过后自动完成。"
    for answer in (
        secretary.get(url),
        secretary.post(url, {"done_on": day(-21).isoformat(), "text": "已部署"}),
    ):
        assert answer.status_code == 409 and said in answer.content.decode()
    with pytest.raises(Conflict):
        milestone_done(
            by=world.secretary_a, milestone=milestone, organisation=world.branch_a, done_on=day(-21), text="已部署"
        )
    assert not MilestoneResult.objects.exists() and state(campaign) == [("overdue", None)]
    record = tied(world, campaign)
    assert state(campaign) == [("met", record.pk)]


def test_what_was_said_of_such_a_milestone_before_stands(world):
    campaign = running(world)
    MilestoneResult.objects.create(
        milestone=campaign.milestones.get(),
        organisation=world.branch_a,
        done_on=day(-21),
        text="已部署",
        added=at(-20, 23),
    )
    assert state(campaign) == [("met", None)]


def test_what_no_record_shows_is_said_by_hand(world):
    campaign = running(world, milestones=[by_hand()])
    milestone = campaign.milestones.get()
    with pytest.raises(ValidationError, match="完成日期不能晚于今天"):
        milestone_done(
            by=world.secretary_a, milestone=milestone, organisation=world.branch_a, done_on=day(1), text="做了"
        )
    with pytest.raises(ValidationError, match="请填写结果"):
        milestone_done(
            by=world.secretary_a, milestone=milestone, organisation=world.branch_a, done_on=day(-21), text=" "
        )
    milestone_done(
        by=world.secretary_a, milestone=milestone, organisation=world.branch_a, done_on=day(-21), text="已部署"
    )
    assert state(campaign) == [("met_late", None)], "said after its due date, whatever day was typed"
    MilestoneResult.objects.update(added=at(-20, 23))
    assert state(campaign) == [("met", None)], "on its day in Shanghai"
    MilestoneResult.objects.update(added=at(-19, 0))
    assert state(campaign) == [("met_late", None)], "the day after"


def test_the_page_says_on_which_day_a_late_one_was_entered(as_, world):
    campaign = running(world, milestones=[by_hand()])
    url = reverse("campaign_milestone_done", args=[campaign.pk, world.branch_a.pk, campaign.milestones.get().pk])
    secretary = as_("secretary_a")
    page = reverse("campaign_detail", args=[campaign.pk])
    assert "补登" not in secretary.get(page).content.decode()
    assert secretary.post(url, {"done_on": day(-21).isoformat(), "text": "已部署"}).status_code == 302
    text = secretary.get(page).content.decode()
    assert f"{clock.in_words(clock.today())}补登" in text and "已部署" in text
    assert milestone_counts(Period.containing(MONTH, day(-20)), None, day(0)) == {world.branch_a.pk: (1, 1, 1, 0)}


def test_a_joint_record_closes_for_each_host_that_confirmed(world):
    campaign = running(world, ("branch_a", "branch_b"))
    assert Participation.objects.taken().count() == 2
    record = tied(world, campaign)
    assert state(campaign, world.branch_a) == [("met", record.pk)]
    assert state(campaign, world.branch_b) == [("overdue", None)]


def test_a_record_begun_on_the_page_of_a_campaign_is_named_after_it_and_ticked(as_, world):
    campaign = running(world)
    page = as_("secretary_a").get(reverse("campaign_detail", args=[campaign.pk]))
    link = next(one for one in html.fromstring(page.content.decode()).xpath("//a/@href") if "title=" in one)
    form = html.fromstring(as_("secretary_a").get(link).content.decode())
    (title,) = form.xpath("//input[@name='title']/@value")
    assert title == campaign.title
    assert ticked(slot(as_, world, title=title, day=clock.today().isoformat()), campaign) is True
