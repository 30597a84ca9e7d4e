"""On the phone: lists are cards that do not scroll sideways, and what is tapped is as high as a thumb."""

import pytest

from branches.access.models import CodeSlip
from branches.audit.models import AuditEntry
from branches.notices.services import notice_send
from common import clock
from common.operator import OPERATOR
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member
from tests.members.activities.records import submitted
from tests.responsibilities.work.support import ago, happened, item_at

pytestmark = pytest.mark.browser

WIDE = (
    """[...document.querySelectorAll(".dj-scroll")].filter((each) => each.scrollWidth > each.clientWidth + 1).length"""
)
# What is tapped within the page and is lower than 44 px: [tag, words, height]. A label is tapped for its box.
LOW = """() => [...document.querySelectorAll("main a, main button, main summary, main select, main input:not([type=hidden])")]
    .filter((each) => !each.closest(".dj-tile-states, .sr-only, .dj-heat") && each.getBoundingClientRect().width > 1)
    .map((each) => [each.tagName, each.textContent.trim().slice(0, 12),
                    Math.round((each.closest("label") || each).getBoundingClientRect().height)])
    .filter(([, , height]) => height > 1 && height < 44)"""


@pytest.fixture
def item(live_world):
    """A stage that nothing was done for, so that there is a task."""
    row = item_at(live_world.committee, [live_world.branch_a])
    happened(row, "study", ago(30))
    return row


@pytest.fixture
def filled(live_world):
    """A notice, a slip, an entry with changes and a link that waits, so that no list is empty."""
    world, now = live_world, clock.now()
    words = "督查事项逾期未回复，请尽快办理并写明原因和完成的日期"
    notice_send(by=OPERATOR, to=world.committee_secretary, kind="returned", text=words, url="/")
    CodeSlip.objects.create(
        user=world.member,
        organisation=world.branch_a,
        printed_by=world.secretary_a,
        printed_at=now,
        expires=now,
        digest="",
    )
    LinkProposal.objects.create(member=Member.objects.get(name="甲二"), account=world.member, proposed_at=now)
    assert AuditEntry.objects.exists()
    return world


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("committee_secretary", "/notices/"),
        ("secretary_a", "/slips/"),
        ("auditor", "/audit/"),
        ("secretary_a", "/account/"),
        ("member", "/account/links/"),
        ("secretary_a", "/activities/new/"),
        ("committee_secretary", "/dashboard/"),
    ],
)
def test_a_page_fits_the_phone_and_the_thumb(filled, open_page, who, path):
    page = open_page(who, path, confirmed=True, viewport={"width": 390, "height": 844})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if path != "/dashboard/":  # the matrix of the dashboard scrolls within its panel
        assert page.evaluate(WIDE) == 0
    low = page.evaluate(LOW)
    assert [row for row in low if path != "/dashboard/" or "提醒" in row[1]] == []
    rows = page.locator(".dj-table.is-stacked tbody tr")
    if path in ("/notices/", "/slips/", "/audit/"):
        assert rows.count() and page.locator(".dj-table.is-stacked thead").is_hidden()


def test_on_the_phone_the_workbench_is_two_screens_and_each_section_opens(filled, open_page):
    page = open_page("secretary_a", "/", viewport={"width": 390, "height": 844})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollHeight") <= 2 * 844
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") and page.evaluate(LOW) == []
    rest = page.locator(".fold-rest")
    shown = "xs => xs.filter((each) => each.offsetParent !== null).length"
    assert rest.count() > 3 and rest.evaluate_all(shown) == 0
    for fold in page.locator(".dj-fold").all():
        fold.click()
    assert rest.evaluate_all(shown) == rest.count()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
    page.wait_for_load_state("networkidle")
    assert not page.locator(".dj-fold").first.is_visible() and rest.evaluate_all(shown) == rest.count()


def test_tasks_of_the_workbench_are_as_high_as_a_thumb_and_a_date_beside_many_kinds_stays_whole(
    live_world, open_page, item
):
    kinds = ("assembly", "lecture", "theme_day", "training", "study", "committee_meeting")
    record = submitted(live_world.branch_a, live_world.secretary_a, kinds=kinds)
    phone = {"width": 390, "height": 844}
    page = open_page("secretary_a", "/", viewport=phone)
    page.wait_for_selector("#tasks .dj-item-title a")
    links = page.locator("#tasks .dj-item-title a")
    heights = [
        links.nth(number).evaluate("one => one.getBoundingClientRect().height") for number in range(links.count())
    ]
    assert [height for height in heights if height and height < 44] == []
    page = open_page("secretary_a", f"/activities/{record.pk}/", viewport=phone)
    note = page.locator(".dj-panel > header h2 + .muted", has_text="月").first
    assert note.evaluate("one => one.getBoundingClientRect().height") < 30
