"""The start page of the leading group: what waits for him over all periods, the numbers of the whole, his fields."""

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.home.selectors.agency import agency_figures
from assessments.home.selectors.dashboard import heat_map, totals
from assessments.home.selectors.waits import Date, Wait, coming, ordered
from assessments.results.matrix import Part
from assessments.results.rates import Figures
from branches.places.models.departments import Department
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.duties.services.portfolios import portfolio_make
from responsibilities.supervision.services.notices import supervision_issue, supervision_reply
from responsibilities.work.models import SyncStage, WorkCarrier, WorkItem
from tests.assessments.facts.random_agency import build
from tests.responsibilities.duties.world import issued
from tests.responsibilities.work.random_work import build_work

pytestmark = pytest.mark.django_db


def text_of(answer):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", answer.content.decode()))


def field(world, name="综合处"):
    office = Department.objects.create(name=name)
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=office)
    return office


def item(world, office, days, **columns):
    """Work of a department whose business side of 研究 took place so many days ago."""
    row = WorkItem.objects.create(
        organisation=world.committee,
        name="审批改革",
        lead=office,
        starts=clock.today() - timedelta(days=90),
        ends=clock.today() + timedelta(days=90),
        **columns,
    )
    WorkCarrier.objects.create(item=row, organisation=world.branch_a, leads=True)
    SyncStage.objects.create(item=row, stage="study", happened_on=clock.today() - timedelta(days=days))
    planned = clock.today() + timedelta(days=12)
    SyncStage.objects.create(item=row, stage="implementation", planned_on=planned)
    SyncStage.objects.bulk_create(SyncStage(item=row, stage=stage) for stage in ("arrangement", "assessment"))
    return row


def test_nothing_waits_and_nothing_is_reckoned_yet(world, as_):
    page = text_of(as_("leader").get("/"))
    assert "没有等您办的事" in page and "各项数字正在汇总" in page and "现在没有需要您办理的事项" in page
    assert "0.0%" not in page and "逾期" not in page.split("近期日程")[0].split("等您办")[-1].replace("逾期在前", "")


@time_machine.travel("2026-08-20T10:00:00+08:00", tick=False)
def test_each_source_is_one_line_that_leads_to_its_next_step(world, as_):
    office = field(world)
    missing = item(world, office, 60)
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_a)
    ask = {"title": "报告整改", "expected": "报告。", "due": clock.today() + timedelta(days=3)}
    to_him = supervision_issue(by=world.party_secretary, organisation=world.root, holder=world.leader, **ask)
    his = supervision_issue(by=world.leader, organisation=world.branch_a, **ask | {"title": "补齐记录"})
    answered = supervision_issue(by=world.leader, organisation=world.branch_a, **ask | {"title": "核实台账"})
    supervision_reply(by=world.secretary_a, supervision=answered, text="已核实。")
    client = as_("leader")
    context = client.get("/").context
    rows = {row.tag: row for row in context["waits"]}
    assert set(rows) == {"分管领域", "督查您的", "您签发的督查"} and context["title"] == "等您办 3 件，1 件已过时限"
    assert [row.late for row in context["waits"]] == [True, False, False]
    assert rows["分管领域"].title == "“审批改革”缺同步研究" and rows["分管领域"].days == 60
    assert rows["督查您的"].url == f"/supervision/{to_him.pk}/reply/"
    assert rows["您签发的督查"].title.endswith("核实台账") and rows["您签发的督查"].verb == "审核"
    assert [(row.text, row.url) for row in context["dates"]] == [
        (f"甲处党支部回复{his.label}", f"/supervision/{his.pk}/"),
        ("“审批改革”实施节点", f"/sync/{missing.pk}/"),
    ]
    (shown,) = context["fields"]
    assert (shown.name, shown.same, shown.due, shown.wrong) == ("综合处", 0, 1, "缺失 1")
    for row in (*context["waits"], *context["dates"], *context["fields"]):
        assert client.get(row.url).status_code == 200, row.url


@time_machine.travel("2026-08-20T10:00:00+08:00", tick=False)
def test_no_button_of_his_ends_in_a_refusal_where_the_carrier_lies_outside_his_portfolio(world, as_):
    work = item(world, field(world), 60)
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_b)
    client = as_("leader")
    (row,) = client.get("/").context["waits"]
    assert (row.verb, row.url) == ("查看", f"/sync/{work.pk}/#stage-study")
    assert client.get(row.url).status_code == 200


@time_machine.travel("2026-08-20T10:00:00+08:00", tick=False)
def test_what_he_has_followed_up_leads_to_his_notice_and_becomes_late_by_itself(world, as_):
    item(world, field(world), 60)
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_a)
    stage = SyncStage.objects.get(stage="study")
    due = clock.today() + timedelta(days=5)
    form = {"recipient": f"o{world.branch_a.pk}", "title": "补佐证", "expected": "补。", "due": due, "problems": ""}
    assert as_("leader").get("/").context["waits"][0].verb == "督办"
    url = as_("leader").get("/").context["waits"][0].url
    assert as_("leader").post(url, form).status_code == 302
    (row,) = as_("leader").get("/").context["waits"]
    assert row.verb == "看督查" and "已督查" in row.note and f"stage/{stage.pk}" in url
    with time_machine.travel("2026-08-27T10:00:00+08:00", tick=False):
        late = [row for row in as_("leader").get("/").context["waits"] if row.tag == "您签发的督查"]
        assert [(row.late, row.days, row.word) for row in late] == [(True, 2, "未回复")]


def test_a_duty_is_one_line_however_many_periods_are_behind(world, as_):
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        owed = [row.title for row in as_("party_secretary").get("/").context["waits"] if row.tag == "党组应办"]
        assert owed, "without lists the requirements of the Party group stand alone"
        issued(world)
        client = as_("leader")
        context = client.get("/").context
        rows = [row for row in (*context["waits"], *context["rest"]) if row.tag == "本人责任"]
        assert rows and len({row.title for row in rows}) == len(rows)
        assert any(row.late and "另有" in row.note for row in rows)
        assert all(client.get(row.url).status_code == 200 for row in rows)
        # A colleague's duties are not his.
        others = as_("party_secretary").get("/").context
        tags = {row.tag for row in (*others["waits"], *others["rest"])}
        assert "本级责任" in tags
        named = [row.title for row in (*others["waits"], *others["rest"])]
        assert len(named) == len(set(named))


def test_the_numbers_are_those_of_the_pages_that_they_open(world):
    with time_machine.travel("2026-11-25T10:00:00+08:00", tick=False):
        build(world, 61, branches=3, records=40)
        build_work(world, 61)
        rollups.fill()
        life, sync, duties, points = agency_figures(world.leader, world.root)
        _, groups = heat_map(world.leader, Period.parse("2026Q4"))
        assert round(life.value, 1) == totals(groups)["rate"] and life.before == "三季度"
        _, earlier = heat_map(world.leader, Period.parse("2026Q3"))
        assert round(dict(life.trend)["三季度"], 1) == totals(earlier)["rate"]
        assert life.change == pytest.approx(life.value - dict(life.trend)["三季度"])
        rows = Fact.objects.filter(organisation=world.root, period="2026", measure__startswith="sync.")
        due = rows.filter(
            measure__in=[f"sync.{name}" for name in ("study", "arrangement", "implementation", "assessment")]
        )
        same, whole = sum(row.numerator for row in due), sum(row.denominator or 0 for row in due)
        assert sync.value == pytest.approx(100 * same / whole) and f"{whole} 处同步 {same} 处" in sync.note
        assert duties.value is None and duties.note == "还没有到期的责任事项" and duties.turn == ""
        assert points.value is None and "还没有发布过" in points.note


def test_a_branch_sees_of_itself_what_the_leader_sees_of_all(world):
    """A figure counts what its reader may read: nothing of a sister's."""
    for place in (world.branch_a, world.branch_b):
        state = {"numerator": 0, "denominator": 1, "due": date(2026, 10, 8)}
        Fact.objects.create(
            family="requirement", measure="requirement.life-theme-day", period="2026-10", state="overdue",
            organisation=place, **state,
        )  # fmt: skip
    with time_machine.travel("2026-10-10T10:00:00+08:00", tick=False):
        notes = [agency_figures(user, world.root)[0].note for user in (world.leader, world.secretary_a)]
    assert notes == ["已到期 2 项，落实 0 项，逾期 2 项", "已到期 1 项，落实 0 项，逾期 1 项"]


def test_the_order_is_what_is_late_longest_then_by_date_then_what_has_none():
    late, later = Wait("", "a", "", "", "", True, 3), Wait("", "b", "", "", "", True, 30)
    soon, never = Wait("", "c", "", "", "", False, 2), Wait("", "d", "", "", "")
    assert ordered([never, soon, late, later]) == [later, late, soon, never]
    today = clock.today()
    days = [Date(today + timedelta(days=number), "会", "", "") for number in (9, -1, 0, 9, 3, 5, 7)]
    assert [(row.day - today).days for row in coming(days)] == [0, 3, 5, 7]


def test_menu_and_tabs_of_the_leading_group(world, as_):
    page = as_("leader").get("/").content.decode()
    tabs = re.findall(r'<a href="([^"]+)"', page.split('class="dj-tabbar"')[1].split("</nav>")[0])
    assert tabs == ["/", "/reports/", "/duties/own/", "/sync/", "/menu/"]
    assert 'href="/dashboard/"' in page and as_("leader").get("/dashboard/").status_code == 200
    assert 'href="/dashboard/"' not in as_("staff").get("/").content.decode().split("</aside>")[0]


@time_machine.travel("2026-08-20T10:00:00+08:00", tick=False)
def test_the_dashboard_says_what_waits_for_its_reader_over_all_periods(world, as_):
    assert "没有等您审核和回复的事项。" in text_of(as_("discipline").get("/"))
    ask = {"title": "补齐记录", "expected": "补。", "due": clock.today() + timedelta(days=3)}
    first = supervision_issue(by=world.discipline, organisation=world.branch_a, **ask)
    supervision_issue(by=world.discipline, organisation=world.branch_b, **ask)
    supervision_issue(by=world.party_secretary, organisation=world.committee, **ask)
    supervision_reply(by=world.secretary_a, supervision=first, text="已补。")
    with time_machine.travel("2026-08-27T10:00:00+08:00", tick=False):
        page = text_of(as_("discipline").get("/"))
        assert "1件督查的回复待您审核，您签发的1件督查逾期未回复。" in page
        assert "1件督查待您回复（逾期1件）。" in text_of(as_("committee_secretary").get("/"))
        assert "没有等您审核和回复的事项。" in text_of(as_("general_secretary").get("/"))


@pytest.mark.parametrize(
    "points, maximum, said",
    [("0", "0.5", "0/0.5"), ("0.4", "0.5", "0.4/0.5"), ("0", "10", "0/10"), ("8.25", "10", "83"), (None, None, "")],
)
def test_a_dimension_of_nothing_or_of_less_than_a_point_is_told_with_its_whole(points, maximum, said):
    known = points is not None
    figures = Figures(Fraction(points), Fraction(maximum)) if known else None
    part = Part("责任落实", Decimal(points) if known else None, Decimal(maximum) if known else None, figures=figures)
    assert part.said == said
