"""The heat map: what stands in a cell, how rows are ordered and summed."""

import re
from datetime import date

import pytest
import time_machine
from django.utils.html import escape

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.home.selectors.dashboard import heat_map, totals
from branches.places.models.organisations import Organisation
from common import clock
from common.periods import Period
from responsibilities.requirements.addresses import requirement_url
from tests.assessments.facts.random_agency import build
from tests.responsibilities.duties.world import issued

pytestmark = pytest.mark.django_db

Q3, TODAY = Period.parse("2026Q3"), date(2026, 10, 10)


def fact(place, rule, period, state, **columns):
    row = {"numerator": 0, "denominator": 1, "due": date(2026, 9, 30)}
    return Fact.objects.create(
        family="requirement",
        measure=f"requirement.{rule}",
        organisation=place,
        period=period,
        state=state,
        **row | columns,
    )


def shown(world, **options):
    columns, groups = heat_map(world.staff, Q3, today=TODAY, **options)
    return columns, {row.organisation: row for group in groups for row in group.rows}


def cell_of(world, place, rule, period):
    columns, rows = shown(world)
    keys = [column.key for column in columns]
    return rows[place.pk].cells[keys.index((rule, period))]


def test_a_cell_of_a_share_shows_percent_and_one_of_a_count_none(world):
    fact(world.branch_a, "org-conversation", "2026", "overdue", numerator=2, denominator=8)
    fact(world.branch_a, "life-theme-day", "2026-08", "overdue", due=date(2026, 8, 31))
    columns, _ = shown(world)
    share = next(column.key for column in columns if column.percent)
    fact(world.branch_b, share[0], share[1], "overdue", numerator=2, denominator=8)
    assert cell_of(world, world.branch_b, *share).percent == 25
    assert cell_of(world, world.branch_a, "life-theme-day", "2026-08").percent is None


def test_a_cell_names_its_month_and_a_yearly_one_only_its_rule(world):
    fact(world.branch_a, "life-theme-day", "2026-08", "overdue", due=date(2026, 8, 31))
    fact(world.branch_a, "life-org-meeting", "2026", "due_soon", due=date(2026, 10, 13))
    monthly = cell_of(world, world.branch_a, "life-theme-day", "2026-08")
    yearly = cell_of(world, world.branch_a, "life-org-meeting", "2026")
    assert (monthly.name, monthly.state, monthly.days) == ("8月主题党日", "overdue", 40)
    assert (yearly.name, yearly.state, yearly.days) == ("组织生活会", "due_soon", 3)
    assert monthly.url == requirement_url(world.branch_a.pk, "life-theme-day", Period.parse("2026-08"))
    _, rows = shown(world)
    row = rows[world.branch_a.pk]
    assert (row.overdue, row.overdue_names, row.most_days, row.done, row.due) == (1, ["8月主题党日"], 40, 0, 1)


def test_the_groups_of_a_branch_show_in_its_cell_by_the_worst(world):
    fact(world.group_a1, "life-group-m", "2026-09", "met")
    fact(world.group_a2, "life-group-m", "2026-09", "overdue", due=date(2026, 9, 30))
    cell = cell_of(world, world.branch_a, "life-group-m", "2026-09")
    assert cell.state == "overdue" and f"/{world.group_a2.pk}/" in cell.url
    _, rows = shown(world)
    assert set(rows) == {world.branch_a.pk} and rows[world.branch_a.pk].rate == 50


@pytest.mark.parametrize(
    ("state", "columns", "seen"),
    [
        ("met", {"waiting": 1}, "submitted"),
        ("met", {}, "met"),
        ("overdue", {"returned": 1}, "overdue_returned"),
        ("due_soon", {"returned": 1}, "returned"),
        ("met", {"returned": 1}, "met"),
        ("met_late", {"waiting": 1}, "submitted"),
        ("exempt", {"waiting": 1, "returned": 1}, "exempt"),
    ],
)
def test_what_waits_for_review_and_what_was_returned_is_told_apart(world, state, columns, seen):
    fact(world.branch_a, "life-theme-day", "2026-09", state, **columns)
    assert cell_of(world, world.branch_a, "life-theme-day", "2026-09").state == seen


def test_rows_stand_by_what_lags_or_by_the_tree_and_are_narrowed(world):
    for month in (7, 8):
        fact(world.branch_b, "life-theme-day", f"2026-0{month}", "overdue", due=date(2026, month, 28))
    fact(world.branch_a, "life-theme-day", "2026-08", "overdue", due=date(2026, 8, 31))
    fact(world.branch_c, "life-theme-day", "2026-08", "met")
    a, b, c = (place.pk for place in (world.branch_a, world.branch_b, world.branch_c))
    assert list(shown(world)[1]) == [b, a, c]
    assert list(shown(world, order="tree")[1]) == [a, b, c]
    assert list(shown(world, state="met")[1]) == [c]
    assert list(shown(world, top=world.general)[1]) == [c]
    _, groups = heat_map(world.staff, Q3, today=TODAY)
    assert [(group.name, group.overdue, group.rate) for group in groups] == [
        ("机关党委直属", 3, 0),
        ("直属单位党总支", 0, 100),
    ]
    figures = totals(groups)
    assert (figures["branches"], figures["overdue"], figures["rate"]) == (3, 3, 25.0)
    assert [row.organisation for row in figures["lagging"]] == [b, a]


def test_today_is_the_day_when_none_is_said(world):
    fact(world.branch_a, "life-theme-day", "2026-09", "overdue", due=date(2026, 9, 30))
    _, groups = heat_map(world.staff, Q3)
    assert groups[0].rows[0].most_days == (clock.today() - date(2026, 9, 30)).days


def test_what_falls_due_today_is_reckoned_with_and_what_falls_due_tomorrow_is_not(world):
    fact(world.branch_a, "life-theme-day", "2026-09", "met", due=TODAY)
    fact(world.branch_a, "life-assembly-q", "2026Q3", "due_soon", due=date(2026, 10, 11))
    row = shown(world)[1][world.branch_a.pk]
    assert (row.done, row.due, row.rate) == (1, 1, 100)


def test_an_archived_branch_says_so_among_the_places_one_may_choose(world, as_):
    Organisation.objects.filter(pk=world.branch_b.pk).update(archived_on=date(2026, 6, 1))
    options = as_("staff").get("/dashboard/").content.decode()
    assert "乙处党支部（已撤销）" in options and "甲处党支部（已撤销）" not in options


def test_the_sentence_names_the_readers_own_duties_past_their_date_and_rows_of_the_board_add_up(world, as_):
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        client = as_("committee_secretary")
        assert client.get("/dashboard/").context["mine"] == []
        issued(world)
        page = client.get("/dashboard/")
        own = client.get("/duties/own/").context["head"]
        assert own.overdue and page.context["mine"][0].words.startswith(f"您负责的 {own.overdue} 项责任逾期：")
        assert "没有等您审核和回复的事项" not in page.content.decode()
        board = client.get("/duties/?level=committee")
        card = next(row for row in board.context["cards"] if row.level == "committee")
        shown = re.findall(r"(\d+) / (\d+)", board.content.decode().split('class="duty-row duty-row-head"')[1])
        rows = [(row.found.fulfilled, row.found.total) for row in board.context["page"].object_list if row.found.total]
        assert [sum(column) for column in zip(*rows)] == [card.head.fulfilled, card.head.slots]
        assert rows == [(int(done), int(owed)) for done, owed in shown[: len(rows)]]
        # What waits for its subject is owed by nobody.
        later = {row.duty.key: row.state for row in board.context["page"].object_list}
        assert (later["cm-fee"], later["cm-care"]) == ("not_applicable", "not_applicable")


@pytest.mark.parametrize("top", ["", "committee"])
def test_each_figure_opens_the_list_of_what_it_counts(world, as_, top):
    with time_machine.travel("2026-11-25T10:00:00+08:00", tick=False):
        build(world, 61, branches=3, records=40)
        rollups.fill()
        client = as_("staff")
        page = client.get("/dashboard/", {"top": world.places[top].pk} if top else {})
        figures, listed = page.context["figures"], page.context["listed"]
        assert figures["due"] > figures["done"] > 0 and page.context["earlier"] and figures["overdue"]

        def said(query):
            assert escape(f"?{listed}&{query}") in page.content.decode()
            return client.get(f"/requirements/?{listed}&{query}").context["title"]

        assert said("map=due").startswith(f"应办 {figures['due']} 项，已办 {figures['done']} 项")
        assert said("map=shown&state=overdue").endswith(f"，{figures['overdue']} 项逾期")
        assert said("map=earlier&state=overdue").endswith(f"，{page.context['earlier']} 项逾期")
