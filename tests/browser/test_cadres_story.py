"""A class in a real browser: planned, held as a record, attended, and what the post owed is closed; the register at both widths."""

import os

import pytest
from django.urls import reverse

from common import clock
from common.periods import YEAR, Period
from members.activities.models import Activity
from members.cadres.models import TrainingClass
from responsibilities.requirements.selectors import one_requirement
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.members.cadres.made import found_topic, planned, topic
from tests.members.education.made import without_times

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sound(page, name=""):
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)
    assert not scrolls_sideways(page) and violations(page) == []


def test_a_class_is_planned_held_attended_and_closes_the_demand(open_page, live_world, live_server):
    world, year = live_world, Period.containing(YEAR, clock.today())
    page = open_page("staff", reverse("cadres_register"), viewport=DESK)
    sound(page, "register")
    page.goto(live_server.url + f"{reverse('cadres_class_new')}?organisation={world.committee.pk}")
    hand = Hand(page)
    page.fill("#id_title", "支部书记集中轮训")
    page.check("input[name=posts][value=secretary]")
    page.fill("#id_first", clock.today().isoformat())
    page.fill("#id_hours", "8")
    sound(page, "class-new")
    hand.send("排班次")
    row = TrainingClass.objects.get()
    sound(page, "class")
    hand.send("登记成记录")
    assert hand.clicks == 2 and "/activities/" in page.url
    record = Activity.objects.get(organisation=world.committee)
    page.click("text=全部出席")
    sound(page, "record")
    page.click("button:has-text('提交审核')")
    page.wait_for_url("**/activities/*/#counts")
    assert record.attendance.filter(state="present").count() == 3
    branch = one_requirement(world.branch_a, "edu-rotation-agency", year)
    assert branch.state == "met"
    page.goto(live_server.url + reverse("cadres_class", args=[row.pk]))
    assert "3 / 3 人" in page.inner_text("main")
    sound(page, "class-held")


def test_the_pages_at_both_widths_and_in_the_dark(open_page, live_world, live_server):
    world = live_world
    planned(world)
    found_topic(world, level="taken")
    topic(world, title="还在研究的题")
    without_times(world)
    phone = open_page("staff", reverse("cadres_register"), viewport=PHONE)
    sound(phone, "register-phone")
    for name, url in (
        ("classes", reverse("cadres_classes")),
        ("topics", reverse("cadres_topics")),
        ("unknown", f"{reverse('education_unknown')}?organisation={world.branch_a.pk}"),
        ("certificate", reverse("education_certificate", args=[world.people("branch_a")[0].pk])),
    ):
        phone.goto(live_server.url + url)
        sound(phone, f"{name}-phone")
    dark = open_page("staff", reverse("cadres_topics"), viewport=DESK, color_scheme="dark")
    sound(dark, "topics-dark")
    dark.goto(live_server.url + reverse("cadres_register"))
    sound(dark, "register-dark")
    secretary = open_page("secretary_a", reverse("education_unknown"), viewport=DESK)
    sound(secretary, "unknown")
