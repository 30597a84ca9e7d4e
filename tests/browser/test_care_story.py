"""Commitments and care in a real browser: a commitment in two clicks, appraised; one visit before the Spring Festival closes three demands."""

import os
from datetime import date

import pytest
from django.urls import reverse

from common import clock
from common.periods import Period
from members.care.rules import ANSWERED, festival_eve
from members.care.selectors.occasions import occasions
from members.commitments.models import Commitment
from members.roster.models.members import Member, Membership
from responsibilities.duties.models import Duty
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.selectors import requirements
from tests.browser.chromium import DESK, PHONE, scrolls_sideways, violations
from tests.browser.hand import Hand
from tests.members.care.made import happened, honoured, marked
from tests.members.commitments.made import made, published, review_meeting
from tests.responsibilities.duties.world import issue, make, slots

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sound(page, name=""):
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)
    assert not scrolls_sideways(page) and violations(page) == []


def follow(hand, words):
    """Click the first visible link that says so, and wait for its page."""
    with hand.page.expect_navigation():
        hand.click(f"main a:has-text('{words}')")


def test_a_commitment_is_made_in_two_clicks_and_appraised(open_page, live_world, live_server):
    world, year = live_world, clock.today().year
    Membership.objects.update(starts=date(year - 1, 1, 1))
    phone = open_page("member", reverse("member_own"), viewport=PHONE)
    hand = Hand(phone)
    follow(hand, "选用后提交")
    sound(phone, "make-phone")
    hand.send("提交承诺")
    assert hand.clicks == 2 and Commitment.objects.get().pledges.count() == 2, "two clicks, nothing typed"
    sound(phone, "own-phone")

    people = world.people("branch_a")
    made(people[1])
    published(people[4])
    secretary = open_page("secretary_a", reverse("commitment_branch", args=[year, world.branch_a.pk]), viewport=DESK)
    sound(secretary, "branch")
    deciding = Hand(secretary)
    deciding.send("审核通过 2 人")
    deciding.send("公开 2 人")
    assert deciding.clicks == 2 and Commitment.objects.filter(state="published").count() == 3
    review_meeting(world)
    secretary.reload()
    deciding = Hand(secretary)
    follow(deciding, "评定 3 人")
    for group in secretary.query_selector_all(".pledge-grades"):
        group.query_selector("input[value=fulfilled]").check()
    sound(secretary, "appraise")
    deciding.send("确认评定")
    assert deciding.clicks == 2 and Commitment.objects.filter(state="appraised").count() == 3
    for name, address in (
        ("branch-judged", reverse("commitment_branch", args=[year, world.branch_a.pk])),
        ("wall", reverse("commitment_wall", args=[year, world.branch_a.pk])),
        ("pages", reverse("commitment_pages", args=[year, world.branch_a.pk])),
        ("paste", reverse("commitment_paste", args=[year, world.branch_a.pk])),
    ):
        secretary.goto(live_server.url + address)
        sound(secretary, name)
    dark = open_page("staff", reverse("commitment_list"), viewport=DESK, color_scheme="dark")
    sound(dark, "commitments-dark")


def test_one_visit_before_the_festival_closes_three_demands(open_page, live_world, live_server):
    world = live_world
    today = clock.today()
    year, eve = next(
        (each, eve) for each in (today.year, today.year - 1) if (eve := festival_eve(each)) and eve < today
    )
    Membership.objects.update(starts=date(year - 1, 1, 1))
    member = world.people("branch_a")[4]
    marked(member, day=date(year - 1, 6, 1))
    make()
    issue()

    def stand():
        last = Period.parse(str(year))
        (one,) = occasions(eve, eve, [world.branch_a.pk], clock.today())
        owed = requirements(last, organisations=[world.branch_a.pk], rules=[REQUIREMENT_RULES_BY_ID["care-holidays"]])
        return one.occasion.state, owed[0].state, slots("br-care", organisation=world.branch_a)[f"{eve:%Y-%m}"].state

    assert stand() == ("overdue", "overdue", "overdue") and Duty.objects.filter(key="br-care", source="care").exists()
    page = open_page("secretary_a", reverse("care_list"), viewport=DESK)
    sound(page, "care")
    hand = Hand(page)
    follow(hand, f"登记走访{member.name}")
    page.fill("#id_day", eve.isoformat())
    page.wait_for_timeout(900)
    sound(page, "visit")
    hand.send("提交审核")
    assert hand.clicks == 2
    assert stand() == (ANSWERED, "met", "closed"), "the record says who was visited, and nothing else is entered"

    happened(world.people("branch_a")[3])
    honoured(organisation=world.branch_a, title="先进党支部")
    for name, address in (
        ("care-after", reverse("care_list")),
        ("care-member", reverse("care_member", args=[member.pk])),
        ("visit-list", reverse("care_visit_list")),
        ("mark", f"{reverse('care_mark_new')}?member={member.pk}"),
        ("help", f"{reverse('care_help_new')}?member={member.pk}"),
        ("honours", reverse("honour_list")),
    ):
        page.goto(live_server.url + address)
        sound(page, name)
    phone = open_page("secretary_a", reverse("care_list"), viewport=PHONE, color_scheme="dark")
    sound(phone, "care-phone-dark")
    staff = open_page("staff", reverse("care_list"), viewport=DESK)
    assert "不足3人" in staff.inner_text("main") and member.name not in staff.inner_text("main")
    sound(staff, "care-counts")
    assert Member.objects.filter(pk=member.pk).exists()
