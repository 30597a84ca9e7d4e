"""Every page of the demo agency in a real browser: no barrier, no sideways scrolling, no dead link, no complaint."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.browser.chromium import DESK, PHONE, WIDTHS, scrolls_sideways, violations
from tests.browser.walk import links_of, name_of, walk
from tests.matrix import all_rows

BROKEN = Path(__file__).resolve().parents[1] / "data" / "agency-broken"
ROLES = ("ganbu", "dangwei", "shuji", "zongzhi", "lingdao", "dangyuan", "admin", "audit")
# Answers that are no page: for monitors, one-time, or a file.
NO_PAGES = {"healthz", "readyz", "first_login", "attachment_download"}

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def pages(demo, signed_in):
    """Return ({url name: (account, path)}, {account: {link: page}}): what the accounts can reach by links.

    Before the walk staff uploads ledgers with errors, and a correction of the last published quarter is frozen, so that
    the pages of these states exist too.
    """
    starts = {who: ["/"] for who in ROLES}
    starts["ganbu"] += [_upload(signed_in("ganbu")), *_places(signed_in("ganbu"))]
    starts["dangwei"] += ["/dashboard/", "/login/confirm/?next=/", _freeze(signed_in("ganbu"), signed_in("dangwei"))]
    names, linked = {}, {}
    for who in ROLES:
        page = signed_in(who)
        reached, linked[who] = walk(page.context, demo.url, starts[who])
        for name, path in reached.items():
            names.setdefault(name, (who, path))
        page.context.close()
    names["login"] = (None, "/login/")
    return names, linked


def _upload(page):
    page.goto(page.home + "/imports/")
    for ledger in ("organisations", "members", "activities"):
        page.set_input_files(f"#id_{ledger}", BROKEN / f"{ledger}.xlsx")
    page.click("text=上传并核对")
    page.wait_for_selector("text=重新上传")
    return page.url.removeprefix(page.home)


def _places(page):
    """Return the pages of a branch that the root, which the walk meets first, does not have."""
    page.goto(page.home + "/organisations/")
    links = [link for link in links_of(page.content(), page.url) if name_of(link) == "organisation_detail"]
    page.goto(page.home + links[-1])
    return [links[-1], f"{links[-1]}term/close/"]


def _freeze(staff, secretary):
    """Try, with a reason, the quarter of the newest report once more, freeze it, and return the page of it."""
    staff.goto(staff.home + "/reports/")
    staff.click("tbody a >> nth=0")
    period = staff.text_content(".dj-seg [aria-current]").split("·")[0].strip()
    staff.goto(staff.home + "/results/")
    staff.select_option("#id_period", period)
    staff.fill("#id_reason", "补正一条记录")
    staff.click("text=开始试算")
    staff.wait_for_url("**/results/*/")
    path = staff.url.removeprefix(staff.home)
    secretary.goto(secretary.home + path)
    secretary.click("text=冻结结果")
    secretary.wait_for_selector("text=发布报告")
    return path


def test_the_walk_meets_every_page_that_the_matrix_knows(pages):
    names, _ = pages
    assert {name for name, row in all_rows().items() if row.get} - set(names) - NO_PAGES == set()


def test_every_page_is_free_of_barriers_in_both_themes_and_fits_every_width(pages, demo, signed_in):
    names, _ = pages
    wrong, opened = [], {}
    for name, (who, path) in sorted(names.items(), key=str):
        if name in NO_PAGES:
            continue
        if who not in opened:
            opened[who] = signed_in(who, viewport=DESK, color_scheme="light")
        page = opened[who]
        wrong += [(name, who, fault) for fault in _faults(page, demo.url + path)]
    assert wrong == []


def _faults(page, address):
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    if answer.status != 200:
        yield f"answers {answer.status}"
    if page.locator("h1").count() != 1:
        yield f"has {page.locator('h1').count()} h1"
    # Widths move things and themes colour them: each width and each theme meets all rules, all four meet that of contrast.
    for size, theme, rules in (
        (DESK, "light", None),
        (DESK, "dark", ["color-contrast"]),
        (PHONE, "dark", None),
        (PHONE, "light", ["color-contrast"]),
    ):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        page.wait_for_selector(f"html[data-bs-theme={theme}]")
        yield from (f"{size['width']} {theme} {rule}" for rule in violations(page, rules))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if scrolls_sideways(page):
            yield f"scrolls sideways at {width}"
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light")


def test_no_link_is_dead(pages, demo, signed_in):
    _, linked = pages
    dead = []
    for who in ("ganbu", "shuji", "lingdao", "dangyuan", "admin", "audit"):
        cookies = signed_in(who).context.cookies()
        header = {"Cookie": "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)}

        def status(link, header=header):
            connection = HTTPConnection("127.0.0.1", demo.port, timeout=60)
            connection.request("GET", link, headers=header)
            return connection.getresponse().status

        with ThreadPoolExecutor(4) as pool:
            answers = zip(linked[who], pool.map(status, linked[who]))
            dead += [(who, link, linked[who][link], code) for link, code in answers if code not in (200, 302)]
        assert len(linked[who]) > 5
    assert dead == []
