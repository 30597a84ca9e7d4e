"""A scheme in a real browser: a copy is changed, tried on a past quarter, proposed by one and put in force by another."""

import pytest

from assessments.schemes.models import SchemeState, SchemeVersion
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from common import clock
from common.periods import QUARTER, Period
from tests.assessments.results.test_results import hold
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.browser.test_result_story import last_closed, lived

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def put(page, name, points, reason):
    """Give an indicator of the draft other points: a click, a figure, a sentence, a click."""
    hand = Hand(page)
    hand.click(f".scheme-tree a:text-is('{name}')")
    page.wait_for_selector("#id_points")
    page.fill("#id_points", points)
    page.fill("#id_reason", reason)
    hand.send("存入草稿")
    assert hand.clicks == 2


def tried(page, places):
    """The page of a draft tries it by itself; the worker makes the figures and the page shows them."""
    page.wait_for_selector("#simulation:has-text('正在试算')")
    jobs.run(JobRun.objects.filter(kind="simulate_scheme").latest("pk").pk)
    page.wait_for_selector("#simulation tbody td")
    said = page.inner_text("#simulation")
    assert all(place in said for place in places)


def test_a_scheme_is_drafted_tried_and_put_in_force(open_page, live_world):
    world, quarter = live_world, last_closed()
    lived(world, quarter)
    staff = open_page("staff", "/schemes/", viewport=DESK)
    Hand(staff).send("复制为草稿")
    draft = SchemeVersion.objects.get(state=SchemeState.DRAFT)
    put(staff, "主题党日", "7", "次数分值偏低")
    # Points that do not add up cannot be proposed, and the page says by how much.
    assert "合计 101 分" in staff.inner_text("main") and not staff.locator("main a:has-text('报送批准')").count()
    put(staff, "决议落实", "1", "每季多为一项")
    assert "合计 100 分" in staff.inner_text("main")
    tried(staff, ("甲处党支部", "乙处党支部"))
    assert violations(staff) == [] and not scrolls_sideways(staff)
    hand = Hand(staff)
    hand.click("main a:has-text('报送批准')")
    staff.wait_for_selector("#id_in_force_from")
    hand.send("报送批准")
    draft.refresh_from_db()
    start = Period.containing(QUARTER, clock.today()).next().first
    assert (draft.state, draft.in_force_from, hand.clicks) == (SchemeState.PROPOSED, start, 2)
    assert not staff.locator("main a:has-text('批准施行')").count(), "nobody approves what he proposed"

    meeting = hold(world.root, "party_group_meeting", clock.today())
    secretary = open_page("committee_secretary", f"/schemes/{draft.pk}/", confirmed=True, viewport=PHONE)
    assert violations(secretary) == [] and not scrolls_sideways(secretary)
    hand = Hand(secretary)
    hand.click("main a:has-text('批准施行')")
    secretary.wait_for_selector("#id_meeting")
    secretary.select_option("#id_meeting", str(meeting.pk))
    hand.send("批准施行")
    draft.refresh_from_db()
    assert (draft.state, draft.approved_in, hand.clicks) == (SchemeState.IN_FORCE, meeting, 2)
    assert "待施行" in secretary.inner_text("main")
