"""Keyboard, no JavaScript, the back button, the remembered theme, and paper."""

import re

import pytest

from branches.access import demo as demo_accounts
from tests.browser.chromium import DESK, PHONE
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser

A4 = (595, 842)


def label(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def place(page):
    """Return (row, column) of the cell that has the focus."""
    return page.evaluate(
        "(() => { const cell = document.activeElement.closest('td'); return [cell.parentNode.rowIndex, cell.cellIndex]; })()"
    )


def test_the_heat_map_is_read_with_arrows_enter_and_escape(signed_in, demo):
    page = signed_in("ganbu", viewport=DESK)
    page.goto(demo.url + "/")
    page.focus("table.dj-heat a.dj-cell >> nth=0")
    row, column = place(page)
    page.keyboard.press("ArrowRight")
    assert place(page) == [row, column + 1]
    page.keyboard.press("ArrowDown")
    assert place(page) == [row + 1, column + 1]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert place(page) == [row, column]
    page.keyboard.press("End")
    assert place(page)[1] > column + 1
    page.keyboard.press("Home")
    assert place(page) == [row, column]

    opened = label(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("#cell-pop:not([hidden]) a")
    assert page.evaluate("document.getElementById('cell-pop').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_selector("#cell-pop", state="hidden")
    assert label(page) == opened


def test_the_record_form_is_saved_and_submitted_without_javascript(signed_in, demo):
    page = signed_in("shuji", viewport=PHONE, java_script_enabled=False)
    page.goto(demo.url + "/")
    page.click("nav[aria-label='按类型记录'] >> text=党课")
    page.fill("#id_title", "没有脚本也能登记")
    page.fill("#id_content", "一、讲课。二、讨论。")
    page.click("button:has-text('存草稿')")
    page.goto(demo.url + "/activities/?state=draft")
    page.click("a:has-text('没有脚本也能登记') >> visible=true >> nth=0")
    page.click("main a[href$='/edit/'] >> nth=0")
    assert page.input_value("#id_content").strip() == "一、讲课。二、讨论。"
    for radio in page.query_selector_all("input[type=radio][value=present]"):
        radio.check()
    page.click("button:has-text('提交审核')")
    page.goto(demo.url + "/activities/?state=submitted")
    assert page.locator("a:has-text('没有脚本也能登记')").count()


def test_the_back_button_after_the_logout_shows_the_login(contexts, demo):
    page = contexts(viewport=DESK).new_page()
    sign_in(page, demo.url, "jiwei", demo_accounts.PASSWORD)
    page.goto(demo.url + "/members/")
    page.click(".dj-who")
    page.click("button:has-text('退出')")
    page.wait_for_url("**/login/**")
    page.go_back()
    page.wait_for_url("**/login/?next=/members/")
    assert page.text_content("h1") == "登录"


def test_the_theme_is_remembered_by_the_browser(signed_in, demo):
    page = signed_in("ganbu", viewport=DESK, color_scheme="light")
    page.goto(demo.url + "/")
    assert page.get_attribute("html", "data-bs-theme") == "light"
    page.click("[data-theme-toggle] >> visible=true")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.goto(demo.url + "/reports/")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.click("[data-theme-toggle] >> visible=true")
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "light"


def test_a_report_is_printed_on_a4_light_and_without_the_menu(signed_in, demo):
    page = signed_in("lingdao", viewport=DESK, color_scheme="dark")
    page.goto(demo.url + "/reports/")
    page.click("tbody a >> nth=0")
    page.wait_for_selector(".report-paper")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.get_attribute("html", "data-bs-theme") == "light"
    for hidden in (".dj-side", ".dj-topbar", ".report-bar", ".dj-demo"):
        assert not page.locator(hidden).first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.report-paper')).color") == "rgb(0, 0, 0)"
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert paper.startswith(b"%PDF")
    assert boxes(paper) == {A4}
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.get_attribute("html", "data-bs-theme") == "dark"


def boxes(paper):
    """Return the sizes of the sheets of a PDF, in whole points."""
    found = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert found
    return {(round(float(width)), round(float(height))) for width, height in found}
