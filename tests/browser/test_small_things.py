"""What only a browser shows: messages cover no button, the menu fits, a new secretary's page begins with this month."""

import pytest
from django.urls import reverse

from branches.reach.models import Appointment
from common import clock
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.responsibilities.campaigns.support import running

pytestmark = pytest.mark.browser
LIE_ACROSS = """() => {
    const at = element => element.getBoundingClientRect(), toast = at(document.querySelector("#toasts .dj-toast"));
    const shown = [...document.querySelectorAll("main a, main button, main select, main input, .dj-top a, .dj-top button")];
    return shown.filter(element => !element.closest("#toasts")).filter(element => {
        const box = at(element);
        return box.width && box.left < toast.right && box.right > toast.left && box.top < toast.bottom && box.bottom > toast.top;
    }).map(element => element.outerHTML.slice(0, 80));
}"""


@pytest.mark.parametrize("path", ["/duties/lists/", "/activities/", "/members/"])
def test_a_message_covers_no_button(path, open_page):
    page = open_page("committee_secretary", "/", viewport=DESK)
    page.goto(page.url.rstrip("/") + path)
    page.evaluate("""() => {
        const box = document.getElementById("toasts"), toast = document.createElement("div");
        toast.className = "dj-toast";
        toast.innerHTML = "<div>已提醒 12 位责任人</div><button class='dj-close' type='button'>x</button>";
        box.append(toast);
    }""")
    assert page.evaluate(LIE_ACROSS) == []


def test_the_longest_menu_fits_a_window_of_900(open_page):
    page = open_page("committee_secretary", "/", viewport=DESK)
    over = "document.querySelector('.dj-nav').scrollHeight - document.querySelector('.dj-nav').clientHeight"
    assert page.evaluate(over) <= 0
    # A lower one scrolls, and its last line can be reached.
    page.set_viewport_size({"width": 1440, "height": 600})
    assert page.evaluate(over) > 0
    last = page.locator(".dj-nav a:visible").last
    last.scroll_into_view_if_needed()
    assert last.evaluate("element => element.getBoundingClientRect().bottom") <= 600


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_new_secretary_begins_with_this_month_and_opens_the_older_line(size, live_world, open_page):
    today = clock.today()
    Appointment.objects.filter(user=live_world.secretary_a).update(starts=today)
    page = open_page("secretary_a", "/", viewport=size)
    older = page.locator("details.workbench-older")
    assert not older.evaluate("element => element.open") and older.count() == 1
    assert older.locator("summary").inner_text().startswith(f"{today.year}年{today.month}月{today.day}日任职前逾期 ")
    lines = page.locator("section:has(> header h2:has-text('本月要办')) > ul > li")
    shown = [line for line in lines.all() if line.is_visible()]
    assert shown and not any("已逾期" in line.inner_text() for line in shown if today.day > 1)
    hidden = older.locator("li")
    assert hidden.count() and not any(line.is_visible() for line in hidden.all())
    assert not scrolls_sideways(page) and violations(page) == []
    older.locator("summary").click()
    assert all("已逾期" in line.inner_text() for line in hidden.all()) and hidden.first.is_visible()
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_an_estimate_and_its_sign_stand_on_one_line(size, open_page):
    page = open_page("secretary_a", "/", viewport=size)
    figure = page.locator(".dj-score-figure")
    figure.wait_for()
    assert figure.inner_text().endswith("%")
    lines = """element => {
        const number = document.createRange(), sign = element.querySelector("small").getBoundingClientRect();
        number.selectNode(element.firstChild);
        const box = number.getBoundingClientRect();
        return [box.top, box.bottom, sign.top, sign.bottom];
    }"""
    top, bottom, sign_top, sign_bottom = figure.evaluate(lines)
    assert top <= sign_top and sign_bottom <= bottom + 4
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_field_is_asked_only_while_it_is_needed(size, live_world, open_page, complaints):
    campaign = running(live_world)
    url = reverse("campaign_own_outcome", args=[campaign.pk, live_world.branch_a.pk])
    page = open_page("secretary_a", url, viewport=size)
    asked = {name: page.locator(f"#id_{name}") for name in ("honour", "level", "granted_by", "document")}

    def shown():
        return [name for name, field in asked.items() if field.is_visible()]

    assert shown() == []
    page.select_option("#id_kind", "award")
    assert shown() == ["honour"]
    page.select_option("#id_honour", "new")
    assert shown() == list(asked)
    assert not scrolls_sideways(page) and violations(page) == []
    # What is wrong is never hidden, and what was chosen is asked again after a refusal.
    page.fill("#id_text", "优质服务处室")
    page.click("main button.btn-primary")
    page.wait_for_selector("text=请选择“荣誉级别”")
    assert shown() == list(asked)
    page.select_option("#id_kind", "service")
    page.click("main button.btn-primary")
    page.wait_for_selector("text=只有获得荣誉的成效才选表彰")
    assert "honour" in shown()
    assert len(complaints) == 2 and all("422" in words for _, words in complaints)
    complaints.clear()
