"""The list of what is owed: what is found among facts is, row by row, what is reckoned for the page."""

import re
from datetime import date

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.facts.models import Fact, FillState
from branches.jobs import marks
from responsibilities.requirements import listing
from responsibilities.requirements.views import requirements as views
from tests.assessments.facts.random_agency import build
from tests.shared import made_once

pytestmark = pytest.mark.django_db
QUERIES = [
    {},
    {"period": "2026Q3"},
    {"period": "2026-10"},
    {"state": "overdue"},
    {"state": "met_late"},
    {"state": "not_applicable"},
    {"rule": "life-theme-day"},
    {"rule": "life-double-report"},
    {"map": "shown", "period": "2026Q4"},
    {"map": "due", "period": "2026Q3"},
    {"map": "earlier", "period": "2026Q3", "state": "overdue"},
    {"state": "not_alive"},
]


NOW = "2026-11-25T10:00:00+08:00"


@time_machine.travel(NOW, tick=False)
def make_branches(world):
    build(world, 83, branches=3, records=40)
    rollups.fill()


branches = made_once(make_branches)


@pytest.fixture
def filled(branches, world):
    with time_machine.travel(NOW, tick=False):
        yield world


def walked(client, query):
    """Return (title, number, every line of every page)."""
    lines, number = [], 1
    while True:
        page = client.get("/requirements/", query | {"page": number})
        lines += [(*line["row"].key, line["row"].person, line["row"], line["url"]) for line in page.context["lines"]]
        if not page.context["page"].has_next():
            return page.context["title"], page.context["page"].paginator.count, lines
        number += 1


@pytest.mark.parametrize(
    ("who", "query", "rows"),
    [*(("staff", query, 200) for query in QUERIES), ("staff", {"period": "2026-09"}, 7), ("general_secretary", {}, 50)],
)
def test_what_is_kept_lists_what_is_reckoned(filled, as_, monkeypatch, who, query, rows):
    client = as_(who)
    monkeypatch.setattr(views, "ROWS", rows)
    monkeypatch.setattr(listing, "RECKONED", 10_000)
    reckoned = walked(client, query)
    monkeypatch.setattr(listing, "RECKONED", 0)
    assert client.get("/requirements/", query).context["age"]
    assert walked(client, query) == reckoned


@pytest.mark.parametrize("query", [{}, {"state": "overdue"}, {"map": "shown", "period": "2026Q4"}])
def test_of_many_no_more_are_counted_than_the_reader_has_come_to(filled, as_, monkeypatch, query):
    client = as_("staff")
    monkeypatch.setattr(views, "ROWS", 7)
    monkeypatch.setattr(listing, "RECKONED", 0)
    _, number, lines = walked(client, query)
    assert number > 21
    monkeypatch.setattr(listing, "MOST", 20)
    page = client.get("/requirements/", query)
    assert "共 20+ 条" in page.content.decode() and "20+ 项" in page.context["title"]
    assert page.context["page"].paginator.num_pages == 3
    # Whoever goes on comes to the last row, in the same order.
    assert walked(client, query)[1:] == (number, lines)


@pytest.mark.parametrize("scope", ["", "own", "below"])
def test_below_one_place_too(filled, as_, monkeypatch, scope):
    query = {"organisation": filled.general.pk, "scope": scope}
    reckoned = walked(as_("staff"), query)
    monkeypatch.setattr(listing, "RECKONED", 0)
    assert walked(as_("staff"), query) == reckoned


def test_a_page_shows_a_row_as_it_is_now_and_says_of_when_the_rest_is(filled, as_, monkeypatch):
    monkeypatch.setattr(listing, "RECKONED", 0)
    client = as_("staff")
    page = client.get("/requirements/", {"state": "overdue"})
    assert "数量和次序截至 2026年11月25日 10:00" in page.content.decode()
    marks.mark(filled.committee, date(2026, 1, 1), date(2026, 12, 31), "setting")
    page = client.get("/requirements/")
    assert page.context["title"] == "正在汇总" and "正在重新汇总" in re.sub(r"\s+", "", page.content.decode())


def test_before_there_are_facts_all_is_reckoned(world, as_, monkeypatch):
    for kept in (Fact, FillState):
        kept.objects.all().delete()
    monkeypatch.setattr(listing, "RECKONED", 0)
    page = as_("staff").get("/requirements/")
    assert page.context["age"] is None and page.context["lines"]
