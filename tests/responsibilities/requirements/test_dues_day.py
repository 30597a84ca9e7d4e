"""固定日收缴党费: owed where the agency asks for it and dues are kept, done once anybody's came; and nothing of it elsewhere."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.settings.services import setting_set
from common.operator import OPERATOR
from common.periods import Period
from members.dues.selectors import lives
from responsibilities.duties.models import Duty
from responsibilities.requirements import listing, own
from responsibilities.requirements.rules import COUNTED_RULES, REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.selectors import one_requirement, requirements
from tests.counting import asked
from tests.members.dues.made import fixed, paid
from tests.responsibilities.duties.world import issued, slots

pytestmark = pytest.mark.django_db
NOW = "2026-11-28T09:00:00+08:00"
RULE, BY_MONTH = REQUIREMENT_RULES_BY_ID["life-dues-day"], REQUIREMENT_RULES_BY_ID["fee-monthly"]


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def asked_for(world):
    """Since August the agency asks for one collection a month, and two branches keep dues."""
    setting_set(by=OPERATOR, key="dues_day_per_month", value="1", valid_from=date(2026, 8, 1))
    fixed(world)
    fixed(world, "branch_b")
    return world


def owed(place, month):
    return one_requirement(place, RULE.rule, Period.parse(month))


def test_nothing_stands_while_the_agency_asks_for_nothing(world, as_):
    fixed(world)
    assert requirements(Period.parse("2026"), rules=[RULE]) == []
    page = as_("staff").get("/requirements/?rule=life-dues-day&period=2026").content.decode()
    assert "没有符合条件的事项" in page
    assert "没有党组织应办" in as_("staff").get("/rules/life-dues-day/").content.decode()
    assert as_("staff").get(f"/requirements/{world.branch_a.pk}/life-dues-day/2026-11/").status_code == 404


def test_a_month_is_done_by_the_first_that_came_and_late_where_none_came_in_time(asked_for):
    branch, (first, second, *_) = asked_for.branch_a, asked_for.people("branch_a")
    assert owed(branch, "2026-07") is None, "not asked for yet"
    assert owed(asked_for.branch_c, "2026-11") is None, "no dues are kept there"
    assert (owed(branch, "2026-10").expected, owed(branch, "2026-10").state) == (1, "overdue")
    assert (owed(branch, "2026-11").due, owed(branch, "2026-11").state) == (date(2026, 11, 30), "due_soon")
    october = Period.parse("2026-10")
    paid(asked_for, first, month=october, paid_on=date(2026, 11, 3))
    row = owed(branch, "2026-10")
    assert (row.state, row.done, row.expected, row.word) == ("met_late", 1, 1, "补办完成")
    paid(asked_for, second, month=october, paid_on=date(2026, 10, 9))
    row = owed(branch, "2026-10")
    assert (row.state, row.on_time, row.late) == ("met", 1, 0)
    whole = one_requirement(branch, BY_MONTH.rule, october)
    assert (whole.done, whole.expected, whole.state) == (2, len(asked_for.people("branch_a")), "overdue")


def test_its_branch_is_led_to_the_form_that_does_it(asked_for, as_, monkeypatch):
    monkeypatch.setattr(own, "SHOWN", 100)
    form = reverse("dues_month", args=["2026-10"]) + f"?organisation={asked_for.branch_a.pk}"
    page = as_("secretary_a").get("/requirements/own/").content.decode()
    assert "10月固定日收缴党费" in page and form in page
    detail = as_("secretary_a").get(f"/requirements/{asked_for.branch_a.pk}/life-dues-day/2026-10/").content.decode()
    assert "本机关设定" in detail and "不另行填报" in detail
    assert "2 个党支部" in as_("staff").get("/rules/life-dues-day/").content.decode()


def test_of_many_branches_it_is_named_among_what_is_left_out_only_where_it_is_asked_for(world, as_, monkeypatch):
    monkeypatch.setattr(listing, "OF_PEOPLE", 1)
    fixed(world)
    staff = as_("staff")

    def named(period):
        page = staff.get(f"/requirements/?period={period}")
        assert "逐人核算，不在本页逐条列出" in page.content.decode()
        return RULE.short in page.context["elsewhere"]

    assert not named("2026")
    setting_set(by=OPERATOR, key="dues_day_per_month", value="1", valid_from=date(2026, 12, 1))
    assert (named("2026"), named("2026Q3")) == (True, False)


def test_it_is_read_with_the_months_of_dues_and_in_no_rate(asked_for, monkeypatch):
    read = []
    monkeypatch.setattr(
        "responsibilities.requirements.tallied.counted",
        lambda *of, **more: read.append(1) or lives.counted(*of, **more),
    )
    with asked() as alone:
        requirements(Period.parse("2026"), rules=[BY_MONTH])
    with asked() as both:
        requirements(Period.parse("2026"), rules=[BY_MONTH, RULE])
    assert (alone.statements, len(read)) == (both.statements, 2)
    assert RULE not in COUNTED_RULES and RULE.scored_by == BY_MONTH.scored_by


def test_a_duty_that_names_it_is_shown_by_it_and_counts_no_fault_twice(asked_for):
    issued(asked_for)
    Duty.objects.filter(key="br-fee").update(rules=RULE.rule, source="requirements", period="requirements")
    mine = slots("br-fee", organisation=asked_for.branch_a)
    assert {*mine} == {f"life-dues-day/2026-{number:02d}" for number in (8, 9, 10, 11, 12)}
    assert all("dues.member-months" in slot.rests_on for slot in mine.values())


@pytest.mark.parametrize("address", ["/requirements/", "/rules/", "/duties/"])
def test_what_is_still_to_come_is_offered_as_a_choice_only_while_something_is(asked_for, as_, request, address):
    issued(asked_for)
    client, option = as_("staff"), ">尚未启用</option>"
    assert option not in client.get(address).content.decode()
    request.getfixturevalue("to_come")
    assert option in client.get(address).content.decode()
