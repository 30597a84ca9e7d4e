"""The review of records by keyboard, and a record on paper, in a real browser."""

import re

import pytest
from django.urls import reverse

from common import clock
from members.activities.models import Activity
from tests.members.activities.records import submitted

pytestmark = pytest.mark.browser
LONG = "一、传达学习上级部署。\n二、党员逐一发言，提出三条整改措施。\n表决结果：赞成 5 人，反对 0 人，弃权 0 人。\n"


@pytest.fixture
def waiting(live_world):
    return [
        submitted(live_world.branch_a, live_world.secretary_a, title=f"第{number}次大会", kinds=["lecture"])
        for number in range(3)
    ]


def at(page, record):
    page.wait_for_url(f"**{reverse('review_detail', args=[record.pk])}")


def test_keys_lead_through_the_queue_and_accept_only_with_enter(live_world, open_page, waiting):
    page = open_page("staff", reverse("review_detail", args=[waiting[0].pk]))
    page.keyboard.press("j")
    at(page, waiting[1])
    page.keyboard.press("ArrowRight")
    at(page, waiting[2])
    page.keyboard.press("k")
    at(page, waiting[1])
    page.keyboard.press("Control+a")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.textContent.trim()") == "审核通过"
    assert set(Activity.objects.values_list("state", flat=True)) == {"submitted"}
    page.keyboard.press("Enter")
    at(page, waiting[2])
    assert Activity.objects.get(pk=waiting[1].pk).state == "accepted"


def test_a_letter_typed_in_a_field_leads_nowhere(live_world, open_page, waiting):
    page = open_page("staff", reverse("review_detail", args=[waiting[0].pk]))
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input id=\"typed\">')")
    page.focus("#typed")
    page.keyboard.type("jka")
    assert page.input_value("#typed") == "jka"
    at(page, waiting[0])


def test_the_clean_ones_are_ticked_and_accepted_together_on_a_phone(live_world, open_page, waiting):
    page = open_page("staff", reverse("review_queue"), viewport={"width": 390, "height": 844})
    page.click("text=全选没有疑点的")
    page.wait_for_selector("text=全不选")
    assert page.locator("input[name=record]:checked").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("input[name=record]").first.uncheck()
    page.click("text=核对所选")
    page.wait_for_selector("text=通过这 2 条记录？")
    page.click("main button:has-text('审核通过')")
    page.wait_for_selector("text=已通过 2 条记录")
    assert Activity.objects.filter(state="accepted").count() == 2


@pytest.mark.parametrize("paragraphs", [1, 12])
def test_a_record_is_printed_as_minutes_on_two_pages_at_most(live_world, open_page, paragraphs):
    away = {live_world.people("branch_a")[2]: "leave"}
    record = submitted(
        live_world.branch_a, live_world.secretary_a, title="研究整改措施", content=LONG * paragraphs, states=away
    )
    for order in range(1, 4):
        record.resolutions.create(
            order=order, text=f"落实第{order}条措施", owner=live_world.people("branch_a")[0], due=clock.today()
        )
    page = open_page("secretary_a", reverse("activity_detail", args=[record.pk]))
    assert not page.locator(".record-minutes").is_visible()
    page.emulate_media(media="print")
    for hidden in (".dj-side", ".dj-topbar", ".dj-head", ".dj-columns"):
        assert not page.locator(hidden).first.is_visible(), hidden
    paper = page.inner_text(".record-minutes")
    for words in (
        "会议记录", "支部党员大会", "研究整改措施", "应到", "实到", "有表决权", "缺席及原因", "（请假）", "表决结果：赞成 5 人",
        "落实第3条措施", "责任人", "时限", "主持人签字", "记录人签字", "报送",
    ):  # fmt: skip
        assert words in paper, words
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/MediaBox", pdf)) <= 2
