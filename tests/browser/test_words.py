"""Lists as they print, targets of a thumb, errors that go when a field is mended, a workbench of two screens."""

import re

import pytest

from tests.browser.chromium import DESK, PHONE, settled

pytestmark = pytest.mark.browser
# A4 landscape at 96 dpi, without its margins.
SHEET = {"width": 1016, "height": 690}
CUT = """() => {
    const wide = document.documentElement.clientWidth, box = element => element.getBoundingClientRect();
    const cells = [...document.querySelectorAll("main th, main td")].filter(cell => box(cell).width);
    return cells.filter(cell => box(cell).right > wide + 1 || (box(cell).width < 60 && box(cell).height > 100))
        .map(cell => cell.innerText.slice(0, 30));
}"""
SHELL = """() => [...document.querySelectorAll(".dj-side, .dj-topbar, .dj-tabbar, main button, main .btn, .dj-pager")]
    .filter(element => element.getBoundingClientRect().width).map(element => element.outerHTML.slice(0, 80))"""
SMALL = """() => [...document.querySelectorAll("main a, main button, main select, main summary, .dj-tabbar a")].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width && box.height && box.height < 43.5 && !element.closest("p, .dj-breadcrumbs, .no-js, .is-wrap");
}).map(element => element.outerHTML.slice(0, 100))"""
OVER = """() => [...document.querySelectorAll(".workbench-quarter div, .workbench-quarter em, .dj-heat thead th, .dj-stat *")]
    .filter(element => element.clientWidth && element.scrollWidth > element.clientWidth + 1)
    .map(element => element.innerText)"""


@pytest.mark.parametrize(
    "path", ["/activities/", "/members/", "/requirements/", "/supervision/", "/collects/", "/scores/"]
)
def test_a_list_prints_with_readable_columns(path, signed_in):
    page = signed_in("dangwei", viewport=SHEET)
    page.goto(page.home + path)
    page.emulate_media(media="print")
    page.wait_for_timeout(100)
    assert page.evaluate(SHELL) == [] and page.evaluate(CUT) == []
    heads = page.evaluate("[...document.querySelectorAll('main thead')].map(head => getComputedStyle(head).display)")
    assert set(heads) <= {"table-header-group"}, "the heads are repeated on every sheet"
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) >= 1


@pytest.mark.parametrize(
    "path", ["/activities/", "/requirements/", "/members/", "/scores/", "/sync/", "/menu/", "/supervision/"]
)
def test_a_thumb_hits_every_link_and_button(path, signed_in):
    page = signed_in("shuji", viewport=PHONE)
    page.goto(page.home + path)
    settled(page)
    assert page.evaluate(SMALL) == []


def test_the_workbench_is_no_longer_than_two_screens(signed_in):
    page = signed_in("shuji", viewport=DESK)
    page.goto(page.home + "/")
    settled(page)
    assert page.evaluate("document.documentElement.scrollHeight") <= 2 * DESK["height"]


def test_an_error_goes_when_its_field_is_mended(signed_in, complaints):
    page = signed_in("shuji", viewport=PHONE)
    page.goto(page.home + "/members/new/")
    page.click("main form button[type=submit]")
    page.wait_for_selector("#id_name_error")
    complaints.clear()  # the console calls an answer with 422 an error
    assert page.locator("#id_name").get_attribute("aria-invalid") == "true"
    page.fill("#id_name", "新党员")
    assert page.locator("#id_name_error").count() == 0
    assert page.locator("#id_name").get_attribute("aria-invalid") is None


@pytest.mark.parametrize("who", ["shuji", "dangwei"])
@pytest.mark.parametrize("width", [1440, 1366, 1024])
def test_names_stay_inside_their_tiles(who, width, signed_in):
    page = signed_in(who, viewport={"width": width, "height": 900})
    page.goto(page.home + "/")
    settled(page)
    assert page.evaluate(OVER) == []
