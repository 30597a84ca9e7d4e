"""Planned records that others may join: the last place once, the owner's yes, the calendar, plans that go together."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from branches.notices.models import Notice
from common import clock
from common.errors import Conflict
from members.activities.calendars import escaped
from members.activities.models import ActivityHost
from members.activities.services.states import activity_cancel
from members.resources import feed
from members.resources.models import Offer, OfferAsk
from members.resources.selectors.offers import joinable, plans
from members.resources.services import offers as services
from members.resources.waiting import tasks
from tests.members.resources.made import offered, planned, soon

pytestmark = pytest.mark.django_db


def ask(world, offer, who="secretary_b", place="branch_b"):
    return services.offer_ask(by=world.user(who), offer=offer, organisation=world.places[place])


def test_asked_and_agreed_makes_a_host_that_confirms_later(world):
    offer = offered(world)
    assert list(joinable(world.secretary_b)) == [offer] and list(joinable(world.secretary_a)) == []
    one = ask(world, offer)
    (task,) = tasks(world.secretary_a, world.branch_a)
    assert task.title == "乙处党支部报名参加“读书交流会”"
    services.offer_answer(by=world.secretary_a, ask=one, agree=True)
    host = ActivityHost.objects.get()
    assert host.organisation == world.branch_b and host.confirmed_at is None
    assert "已同意乙处党支部参加“读书交流会”" in Notice.objects.get(recipient=world.secretary_b, kind="resource").text
    with pytest.raises(Conflict):
        services.offer_answer(by=world.secretary_a, ask=one, agree=True)
    with pytest.raises(ValidationError, match="已经报名"):
        ask(world, offer)


def test_the_last_place_is_taken_once_and_free_again_when_declined(world):
    offer = offered(world, places=1)
    one = ask(world, offer)
    with pytest.raises(ValidationError, match="名额已满。"):
        ask(world, offer, "secretary_c", "branch_c")
    with pytest.raises(ValidationError) as refused:
        services.offer_answer(by=world.secretary_a, ask=one, agree=False)
    assert "reason" in refused.value.message_dict
    services.offer_answer(by=world.secretary_a, ask=one, agree=False, reason="人数已多")
    other = ask(world, offer, "secretary_c", "branch_c")
    services.offer_ask_withdraw(by=world.secretary_c, ask=other)
    again = ask(world, offer)
    assert again.pk != one.pk
    services.offer_answer(by=world.secretary_a, ask=again, agree=True)
    ActivityHost.objects.all().delete()
    ask(world, offer, "secretary_c", "branch_c")


def test_too_late_and_not_ones_own_and_not_of_a_record_that_is_off(world):
    offer = offered(world, places=3)
    with pytest.raises(ValidationError, match="不用报名"):
        ask(world, offer, "secretary_a", "branch_a")
    with pytest.raises(Http404):
        ask(world, offer, "secretary_b", "branch_c")
    Offer.objects.update(until=clock.today() + timedelta(days=1))
    with time_machine.travel(clock.today() + timedelta(days=2)):
        said = f"报名已于{clock.in_words(clock.today() - timedelta(days=1))}截止。"
        with pytest.raises(ValidationError, match=said):
            ask(world, offer)
    one = ask(world, offer)
    activity_cancel(by=world.secretary_a, activity=offer.activity, reason="改期")
    assert list(joinable(world.secretary_c)) == [] and tasks(world.secretary_a, world.branch_a) == []
    with pytest.raises(ValidationError, match="不能再报名"):
        ask(world, offer, "secretary_c", "branch_c")
    with pytest.raises(Conflict):
        services.offer_answer(by=world.secretary_a, ask=one, agree=True)


def test_an_ask_for_a_day_that_has_passed_neither_waits_nor_is_agreed_to(as_, world):
    offer = offered(world)
    one = ask(world, offer)
    url = reverse("offer_ask_agree", args=[one.pk])
    with time_machine.travel(offer.activity.day):
        assert len(tasks(world.secretary_a, world.branch_a)) == 1, "on its day it still waits"
    with time_machine.travel(offer.activity.day + timedelta(days=2)):
        assert tasks(world.secretary_a, world.branch_a) == []
        page = as_("secretary_a").get(reverse("offer_list")).content.decode()
        assert "待您答复" not in page and url not in page
        answer = as_("secretary_a").post(url)
        assert answer.status_code == 409 and "活动日期已过，不能再同意参加" in answer.content.decode()
    one.refresh_from_db()
    assert one.state == "asked" and not ActivityHost.objects.exists()


def test_what_an_offer_may_say(world):
    activity = planned(world.branch_a, world.secretary_a)
    with pytest.raises(ValidationError) as refused:
        services.offer_open(by=world.secretary_a, activity=activity, places=0, until=activity.day + timedelta(days=1))
    assert refused.value.message_dict == {
        "places": ["名额应在 1 至 50 之间。"],
        "until": ["报名截止不能晚于活动日期。"],
    }
    with pytest.raises(ValidationError, match="不能早于今天"):
        services.offer_open(by=world.secretary_a, activity=activity, places=1, until=clock.today() - timedelta(days=1))
    with pytest.raises(Http404):
        services.offer_open(by=world.secretary_b, activity=activity, places=1, until=activity.day)
    offer = services.offer_open(by=world.secretary_a, activity=activity, places=2, until=activity.day)
    ask(world, offer)
    ask(world, offer, "secretary_c", "branch_c")
    with pytest.raises(ValidationError, match="名额不能少于 2"):
        services.offer_open(by=world.secretary_a, activity=activity, places=1, until=activity.day)
    services.offer_close(by=world.secretary_a, offer=offer)
    assert list(joinable(world.secretary_b)) == []
    assert services.offer_open(by=world.secretary_a, activity=activity, places=3, until=activity.day) == offer


def test_nobody_answers_what_he_asked_himself(world):
    offer = offered(world)
    one = services.offer_ask(by=world.staff, offer=offer, organisation=world.branch_b)
    with pytest.raises(Conflict, match="本人登记的事项由他人审定。"):
        services.offer_answer(by=world.staff, ask=one, agree=True)
    services.offer_answer(by=world.secretary_a, ask=one, agree=True)


def test_one_click_joins_and_one_agrees(as_, world):
    offer = offered(world)
    page = as_("secretary_b").get(reverse("offer_list")).content.decode()
    assert "可参加的活动 1 项" in page and "读书交流会" in page
    assert as_("secretary_b").post(reverse("offer_ask", args=[offer.pk])).status_code == 302
    one = OfferAsk.objects.get()
    page = as_("secretary_a").get(reverse("offer_list")).content.decode()
    assert "1 个党组织报名待您答复" in page
    url = reverse("offer_ask_agree", args=[one.pk])
    assert as_("secretary_b").post(url).status_code == 403
    assert as_("secretary_c").post(url).status_code == 404
    own = as_("secretary_a")
    assert "共同举办：" not in own.get(reverse("offer_list")).content.decode()
    assert own.post(url).status_code == 302 and ActivityHost.objects.exists()
    assert "共同举办：乙处党支部" in own.get(reverse("offer_list")).content.decode(), "who comes stands beside the plan"
    full = as_("secretary_c").get(reverse("offer_list")).content.decode()
    assert "没有可参加的活动，另有 1 项名额已满" in full
    as_("secretary_c").post(reverse("offer_ask", args=[offer.pk]))
    assert OfferAsk.objects.count() == 1
    # Who records for several says for which.
    answer = as_("staff").post(reverse("offer_ask", args=[offer.pk]), {"organisation": world.branch_c.pk})
    assert answer.status_code == 422 and "名额已满。" in answer.content.decode()


def test_who_has_asked_is_told_so_in_place_of_being_asked_again(as_, world):
    offer = offered(world, places=3)
    client, url = as_("secretary_b"), reverse("offer_ask", args=[offer.pk])
    assert url in client.get(reverse("offer_list")).content.decode()
    one = ask(world, offer)
    page = client.get(reverse("offer_list")).content.decode()
    assert "已申请，待答复" in page and url not in page and "没有可参加的活动，已报名 1 项" in page
    assert url in as_("secretary_c").get(reverse("offer_list")).content.decode()
    services.offer_answer(by=world.secretary_a, ask=one, agree=True)
    page = client.get(reverse("offer_list")).content.decode()
    assert "已同意" in page and "待答复" not in page and url not in page


def test_plans_that_share_words_in_one_month_are_told_and_nothing_else_of_them(as_, world):
    with time_machine.travel("2026-11-02T10:00:00+08:00"):
        planned(world.branch_a, world.secretary_a, title="青年理论宣讲", day=soon(5))
        planned(world.branch_b, world.secretary_b, title="理论宣讲进社区", day=soon(9))
        planned(world.branch_c, world.secretary_c, title="青年理论宣讲比赛", day=soon(35))
        (plan,) = plans(world.secretary_a)
        assert plan.words == "可与乙处党支部联办。"
        page = as_("secretary_a").get(reverse("offer_list")).content.decode()
        assert "可与乙处党支部联办。" in page and "进社区" not in page
        assert plans(world.leader) == []


def test_the_calendar_at_its_signed_address(client, as_, world):
    offered(world, title="读书，交流；会")
    page = as_("secretary_b").get(reverse("offer_list")).content.decode()
    address = re.search(r'value="http://testserver(/offers/calendar/[^"]+)"', page)[1]
    answer = client.get(address)
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar") and answer["Cache-Control"] == "private, no-store"
    assert text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n")
    unfolded = text.replace("\r\n ", "")
    assert "SUMMARY:读书，交流；会（甲处党支部）" in unfolded and "DTSTART:" in unfolded
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert client.get(address[:-2] + "x/").status_code == 404
    own = reverse("offer_calendar", args=[feed.address_of(world.secretary_a)])
    assert "BEGIN:VEVENT" not in client.get(own).content.decode(), "not to be joined by those who hold it"
    nobody = reverse("offer_calendar", args=[feed.address_of(world.outsider)])
    assert client.get(nobody).status_code == 404
    world.secretary_b.set_password("另一个口令")
    world.secretary_b.save()
    assert client.get(address).status_code == 404, "a new password ends the address"


def test_texts_of_a_calendar_are_escaped():
    assert escaped("一,二;三\\四\n五") == "一\\,二\\;三\\\\四\\n五"
