"""A tie that was made after the record was submitted counts once another who reviews the branch has said so."""

from datetime import timedelta

import pytest
from django.urls import reverse

from common import clock
from members.activities.services.states import activity_accept
from responsibilities.campaigns.models import CampaignRecord
from responsibilities.campaigns.selectors.steps import steps_of
from responsibilities.campaigns.ties import record_tie
from responsibilities.policies.models import PolicyStudy
from responsibilities.policies.selectors.receipts import readable_for, receipts
from responsibilities.policies.services.ties import study_tie
from tests.members.activities.records import submitted
from tests.responsibilities.campaigns.support import day, running
from tests.responsibilities.policies.records import in_force

pytestmark = pytest.mark.django_db


def accepted(world, title, days=-2):
    record = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], day=day(days), title=title)
    return activity_accept(by=world.staff, activity=record)


def confirm(as_, who, record, key, **data):
    return as_(who).post(reverse("record_belonging_confirm", args=[record.pk, key]), data)


def test_a_later_study_of_a_policy_is_confirmed_and_then_is_its_receipt(world, as_):
    version = in_force(world, since=clock.today() - timedelta(days=10))
    record = accepted(world, "学习意见建议办理制度")
    study_tie(by=world.secretary_a, activity=record, version=version)
    key = f"q{version.pk}"

    def noted():
        rows = readable_for(type(version).objects.filter(pk=version.pk))
        return receipts(rows, [world.branch_a])[0].noted_on

    assert noted() is None
    page = as_("staff").get(reverse("record_belongings", args=[record.pk])).content.decode()
    assert "关联待上级确认" in page and reverse("record_belonging_confirm", args=[record.pk, key]) in page
    waiting = as_("staff").get(reverse("home_waiting")).content.decode()
    assert "待确认关联" in waiting and "意见建议办理制度" in waiting
    assert confirm(as_, "secretary_a", record, key).status_code == 403
    assert confirm(as_, "secretary_b", record, key).status_code == 404
    assert confirm(as_, "staff", record, key).status_code == 302
    assert PolicyStudy.objects.get().confirmed_by == world.staff and noted() == record.day
    assert confirm(as_, "staff", record, key).status_code == 409
    assert "待确认关联" not in as_("staff").get(reverse("home_waiting")).content.decode()


def test_the_list_holds_what_waits_for_the_reader_and_a_confirmed_tie_closes_a_milestone(world, as_):
    campaign = running(world)
    record = accepted(world, "窗口帮办代办", days=-21)
    record_tie(by=world.secretary_a, activity=record, campaign=campaign)
    url = reverse("belongings_waiting")
    page = as_("staff").get(url).content.decode()
    assert "1 条关联待确认" in page and campaign.title in page
    assert "没有待确认的关联" in as_("general_secretary").get(url).content.decode()
    assert [step.done for step in steps_of([campaign.pk])] == [False]
    answer = confirm(as_, "staff", record, f"c{campaign.pk}", **{"from": "list"})
    assert answer.url == url and [step.done for step in steps_of([campaign.pk])] == [True]
    assert "没有待确认的关联" in as_("staff").get(url).content.decode()


def test_who_made_a_tie_does_not_confirm_it_and_one_taken_back_is_gone(world, as_):
    campaign = running(world)
    record = accepted(world, "窗口帮办代办", days=-21)
    record_tie(by=world.staff, activity=record, campaign=campaign)
    assert confirm(as_, "staff", record, f"c{campaign.pk}").status_code == 409
    assert "没有待确认的关联" in as_("staff").get(reverse("belongings_waiting")).content.decode()
    as_("secretary_a").post(reverse("record_belonging_remove", args=[record.pk, f"c{campaign.pk}"]), {"reason": "选错"})
    assert confirm(as_, "committee_secretary", record, f"c{campaign.pk}").status_code == 302
    assert CampaignRecord.objects.get().confirmed_at is None
