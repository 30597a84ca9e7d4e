"""The register: tabs by post, the bar of hours with its mark, plain counts that open their lists; in the order of the tree."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse
from lxml import html

from members.cadres.above import COUNTS, DUTIES, SUPERVISIONS
from members.roster.models.members import Member
from members.roster.models.posts import Post
from responsibilities.duties.models import Duty, DutyList
from tests.members.activities.records import submitted
from tests.members.cadres.made import held, planned, worker
from tests.responsibilities.duties.world import issued as lists_issued
from tests.responsibilities.supervision.test_story import issued as notice

pytestmark = pytest.mark.django_db
URL = "/cadres/"


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


def page(client, url=URL):
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return html.fromstring(answer.content.decode())


def rows(found):
    """Return {name: {heading: cell}} of the register."""
    lines = {}
    for row in found.xpath("//table[caption]//tbody/tr"):
        cells = {cell.get("data-label"): cell for cell in row.xpath("./td")}
        lines[row.xpath("string(./td[1]//b)")] = cells
    return lines


def count(found, name, heading):
    """Return (text of a count, address that it opens or "")."""
    cell = rows(found)[name][heading]
    return cell.text_content().strip(), next(iter(cell.xpath(".//a/@href")), "")


def linked(world, who="secretary_a", name="甲一"):
    Member.objects.filter(name=name).update(account=world.users[who])


def test_tabs_by_post_stand_in_the_address_with_their_numbers(world, as_):
    staff = as_("staff")
    worker(world)
    found = page(staff, f"{URL}?organisation={world.branch_a.pk}&day=2026-06-01")
    tabs = {" ".join(a.text_content().split()): a.get("href") for a in found.xpath("//nav[@aria-label='职务']/a")}
    assert list(tabs) == ["全部 3", "书记 1", "组织委员 1", "宣传委员 1", "无委员职务 0"]
    rest = f"organisation={world.branch_a.pk}&day=2026-06-01"
    assert tabs["书记 1"] == f"?post=secretary&{rest}" and tabs["全部 3"] == f"?{rest}"
    only = page(staff, URL + tabs["书记 1"])
    assert list(rows(only)) == ["甲一"]
    assert only.xpath("//nav[@aria-label='职务']/a[@aria-current]")[0].text_content().split()[0] == "书记"
    assert only.xpath("//form[@role='search']//input[@name='post'][@value='secretary']"), "a filter keeps the tab"
    assert "甲四" in rows(page(staff, f"{URL}?post=workers"))
    bar = only.xpath("//nav[contains(@class, 'dj-tabbar')]")[0].text_content()
    assert "总览" in bar and "组织委员" not in bar, "the bar at the foot is that of the product"
    empty = page(staff, f"{URL}?post=discipline")
    assert "没有符合条件的党务干部" in empty.text_content()


def test_hours_are_a_bar_with_a_mark_at_what_is_owed_and_nothing_is_sorted_by_them(world, as_):
    submitted(world.branch_c, world.secretary_c, kinds=["training"])
    found = page(as_("staff"))
    cells = rows(found)
    assert list(cells) == ["甲一", "甲二", "甲三", "乙一", "丙一"], "in the order of the tree and of seats"
    bars = [cells[name]["学时"].xpath(".//*[contains(@class, 'dj-progress-bar')]")[0] for name in cells]
    assert {bar.xpath("./u/@class")[0] for bar in bars} == {"l-p57"}, "the mark stands at one place in every row"
    assert re.search(r"0 / 56", cells["甲一"]["学时"].text_content())
    assert not found.xpath("//th//a"), "no column sorts"


def test_records_that_somebody_entered_or_chaired_are_counted_each_once_and_open(world, as_):
    staff, first = as_("staff"), world.people("branch_a")[0]
    linked(world)
    own = submitted(world.branch_a, world.secretary_a, title="本人登记")
    chaired = submitted(world.branch_a, world.officer_a, title="本人主持")
    both = submitted(world.branch_a, world.secretary_a, title="登记并主持")
    type(own).objects.filter(pk__in=[chaired.pk, both.pk]).update(chair=first)
    submitted(world.branch_a, world.officer_a, title="别人的")
    with time_machine.travel("2025-11-28T09:00:00+08:00", tick=False):
        submitted(world.branch_a, world.secretary_a, title="去年的")
    number, url = count(page(staff), "甲一", "记录")
    assert number == "3"
    listed = page(staff, url)
    titles = listed.text_content()
    assert all(word in titles for word in ("本人登记", "本人主持", "登记并主持"))
    assert "别人的" not in titles and "去年的" not in titles and "活动记录 3 条" in titles
    assert count(page(staff), "甲二", "记录") == ("0", "")


def test_who_merely_reads_records_looks_nobody_up(world, as_):
    linked(world)
    submitted(world.branch_a, world.secretary_a, title="本人登记")
    first = world.people("branch_a")[0]
    for who, told in (("staff", ""), ("secretary_a", ""), ("discipline", "经手人"), ("officer_a", "经手人")):
        found = page(as_(who), f"/activities/?handled={first.pk}").text_content()
        assert ("已忽略不能识别的筛选条件" in found) == bool(told) and told in found, who
    for nonsense in ("x", "9" * 30, "-1"):
        assert "已忽略不能识别的筛选条件" in page(as_("staff"), f"/activities/?handled={nonsense}").text_content()


def test_duties_are_those_of_the_list_that_he_answers_for_else_of_his_own(world, as_):
    lists_issued(world)
    linked(world)
    linked(world, "organiser_a", "甲二")
    staff = as_("staff")
    found = page(staff)
    branch = DutyList.objects.get(level="branch", organisation=world.branch_a)
    own = DutyList.objects.get(member__name="甲三")
    expected = str(Duty.objects.filter(list=branch).count())
    for name in ("甲一", "甲二"):
        assert count(found, name, "责任") == (expected, reverse("duty_list_detail", args=[branch.pk])), name
    third = str(Duty.objects.filter(list=own).count()), reverse("duty_list_detail", args=[own.pk])
    assert count(found, "甲三", "责任") == third
    assert staff.get(third[1]).status_code == 200
    DutyList.objects.update(state="draft")
    assert count(page(staff), "甲一", "责任") == ("—", "")


def test_supervisions_are_those_that_he_answers_and_open_as_a_list_of_as_many(world, as_):
    linked(world)
    linked(world, "committee_secretary", "乙一")
    staff = as_("staff")
    notice(world)
    notice(world)
    notice(world, place=world.branch_b)
    notice(world, by="party_secretary", place=world.root, holder=world.committee_secretary)
    found = page(as_("committee_secretary"))
    number, url = count(found, "甲一", "督查")
    assert number == "2" and "督查 2 件" in page(staff, url).text_content()
    number, url = count(found, "乙一", "督查")
    assert number == "2", "the branch's, and his own in person"
    assert "督查 2 件" in page(as_("committee_secretary"), url).text_content()
    assert count(found, "甲二", "督查") == ("0", ""), "the secretary answers for the branch"
    for nonsense in ("x", "o", "o1x", "m" + "9" * 30):
        assert "已忽略不能识别的筛选条件" in page(staff, f"/supervision/?answers={nonsense}").text_content(), nonsense


def test_counts_follow_the_reach_of_the_reader(world, as_):
    linked(world, "secretary_b", "乙一")
    submitted(world.branch_b, world.secretary_b)
    lists_issued(world)
    own = page(as_("secretary_b"))
    assert list(rows(own)) == ["乙一"] and count(own, "乙一", "记录")[0] == "1"
    assert count(own, "乙一", "责任")[0] != "—"
    assert "乙一" not in rows(page(as_("secretary_a")))


def test_without_a_room_above_nothing_is_counted(world, as_, monkeypatch):
    for what in (DUTIES, SUPERVISIONS):
        monkeypatch.delitem(COUNTS, what)
    found = page(as_("staff"))
    assert count(found, "甲一", "责任") == count(found, "甲一", "督查") == ("—", "")


def test_each_figure_opens_a_list_of_as_many(world, as_):
    staff = as_("staff")
    held(world, present=[Member.objects.get(name="甲一")], first=date(2026, 3, 10))
    found = page(staff, f"{URL}?day=2026-11-28")
    tiles = {
        stat.xpath("string(.//div[contains(@class,'dj-stat-label')])").strip(): stat
        for stat in found.xpath("//a[contains(@href,'stands=')]")
    }
    assert {"学时和培训已完成", "书记集中轮训"} <= set(tiles)
    for label, stat in tiles.items():
        number = int(re.search(r"\d+", stat.xpath("string(.//div[contains(@class,'dj-stat-value')])"))[0])
        assert "day=2026-11-28" in stat.get("href")
        listed = page(staff, URL + stat.get("href"))
        assert len(rows(listed)) == number, label
        assert listed.xpath("//form[@role='search']//input[@name='stands'][@value]"), "a filter keeps the figure"
        assert listed.xpath("//p[contains(., '只列出')]/a[not(contains(@href, 'stands'))]"), "and says which it is"
    attended = page(staff, URL + tiles["书记集中轮训"].get("href"))
    assert list(rows(attended)) == ["甲一"]
    printed = staff.get(f"{URL}print/?{tiles['书记集中轮训'].get('href')[1:]}").content.decode()
    assert "甲一" in printed and "乙一" not in printed


def test_another_day_shows_the_hours_and_classes_of_that_day(world, as_):
    """Read on 28 November, the register of June knows nothing of October's class; that of November does."""
    held(world, present=[Member.objects.get(name="甲一")], first=date(2026, 10, 10), title="十月轮训")
    Post.objects.filter(member__name="乙一", kind="secretary").update(starts=date(2026, 3, 2))
    staff = as_("staff")
    now, then = page(staff), page(staff, f"{URL}?day=2026-06-01")
    assert rows(now)["甲一"]["集中培训"].text_content().strip() == "1 次"
    assert "8 / 56" in rows(now)["甲一"]["学时"].text_content()
    assert "1 次" not in rows(then)["甲一"]["集中培训"].text_content()
    assert "0 / 56" in rows(then)["甲一"]["学时"].text_content()
    attended = then.xpath("//a[contains(@href,'stands=attended')]//div[contains(@class,'dj-stat-value')]")[0]
    assert attended.text_content().split()[0].rstrip("/") == "0"
    # His induction was due on 2 September: over now, to come then.
    assert "逾期" in rows(now)["乙一"]["任职培训"].text_content()
    assert "逾期" not in rows(then)["乙一"]["任职培训"].text_content()
    assert "到所选日期" in then.text_content() and "到所选日期" not in now.text_content()


def test_the_last_day_of_a_year_that_is_over_shows_how_the_year_ended(world, as_):
    """What was accepted after New Year counts for the year, and what was not done by its end is overdue."""
    with time_machine.travel("2027-02-10T09:00:00+08:00", tick=False):
        held(world, present=[Member.objects.get(name="甲一")], first=date(2026, 12, 28), title="年底轮训")
        found = page(as_("staff"), f"{URL}?day=2026-12-31")
    assert "1 次" in rows(found)["甲一"]["集中培训"].text_content()
    assert found.xpath("//a[contains(@href,'stands=overdue')]")


def test_beside_the_register_of_another_year_stand_that_years_classes(world, as_):
    planned(world, first=date(2025, 9, 1), title="去年的班")
    planned(world, first=date(2026, 9, 1), title="今年的班")
    staff = as_("staff")
    now, then = page(staff).text_content(), page(staff, f"{URL}?day=2025-10-01").text_content()
    assert "今年的班" in now and "去年的班" not in now
    assert "去年的班" in then and "今年的班" not in then
