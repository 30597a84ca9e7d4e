"""The list of what is owed: what is found among facts is, row by row, what is reckoned for the page."""

import io
import re
from datetime import date, timedelta
from urllib.parse import urlencode

import openpyxl
import pytest
import time_machine
from django.db.models import F

from assessments.facts import fill as rollups
from assessments.facts.models import Fact, FillState
from branches.audit import exports
from branches.jobs import marks
from branches.jobs.models import Heartbeat
from responsibilities.requirements import listing
from responsibilities.requirements.views import requirements as views
from tests.assessments.facts.random_agency import build
from tests.counting import asked as counted
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
def filled(branches, world, request):
    if "not_alive" in str(getattr(request.node, "callspec", "")):
        # Something is still to come where that is asked for.
        request.getfixturevalue("to_come")
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
    assert "20+ 项，第 1 页" in page.content.decode() and "20+ 项" in page.context["title"]
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


@pytest.fixture
def filed(monkeypatch, as_):
    """Return the function (query) → (what the address asks for, rows of the file, its lines); parts are small."""
    monkeypatch.setattr(listing, "RECKONED", 0)
    monkeypatch.setattr(listing, "PART", 3)
    taken = []

    def spy(asked, most):
        taken[:] = [asked, list(listing.exported(asked, most))]
        return iter(taken[1])

    monkeypatch.setattr(views, "exported", spy)

    def file(query, who="staff"):
        answer = as_(who).post(f"/requirements/export/?{urlencode(query)}")
        assert answer.status_code == 200
        lines = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=3, values_only=True)
        return *taken, list(lines)

    return file


@pytest.mark.parametrize(
    "asks", [*(("staff", query) for query in QUERIES), ("general_secretary", {}), ("secretary_a", {})]
)
@pytest.mark.parametrize("kept", [True, False])
def test_a_file_holds_the_rows_of_the_pages_and_what_all_at_once_gives(filled, as_, monkeypatch, filed, asks, kept):
    who, query = asks
    if not kept:
        # Of an earlier day nothing tells what is past its date by now.
        Heartbeat.objects.update(at=F("at") - timedelta(days=1))
    asked, rows, lines = filed(query, who)
    assert rows == listing.all_rows(asked)
    monkeypatch.setattr(views, "ROWS", 200)
    shown = [line[-2] for line in walked(as_(who), query)[2]]
    assert rows == shown and (rows or query == {"state": "met_late"})
    assert [(line[1], line[4] or 0, line[5] or 0, line[6]) for line in lines] == [
        (row.row.label, row.expected, row.done, row.word) for row in shown
    ]


def test_a_file_holds_nothing_that_has_changed_since_it_was_kept(filled, as_, filed):
    fact = Fact.objects.filter(family="requirement", state="met", period="2026-10").first()
    Fact.objects.filter(pk=fact.pk).update(state="overdue")
    name = (fact.organisation_id, fact.measure.removeprefix("requirement."), fact.period)
    shown = {line[:3]: line[-2].state for line in walked(as_("staff"), {"state": "overdue", "period": "2026-10"})[2]}
    assert shown[name] == "met"
    _, rows, _ = filed({"state": "overdue", "period": "2026-10"})
    assert {row.key for row in rows} == shown.keys() - {name}


def test_too_many_are_refused_before_any_is_judged(filled, as_, monkeypatch):
    monkeypatch.setattr(listing, "RECKONED", 0)
    monkeypatch.setattr(exports, "MOST_ROWS", 20)
    judged = []
    monkeypatch.setattr(listing, "_rows_of", lambda asked, rules, ids: judged.append(ids) or [])
    answer = as_("staff").post("/requirements/export/")
    assert answer.status_code == 429 and "一次最多导出 20 行，请先缩小范围。" in answer.content.decode()
    assert judged == []


def test_of_what_is_not_kept_no_more_is_judged_than_is_too_many(filled, as_, monkeypatch):
    monkeypatch.setattr(listing, "RECKONED", 0)
    monkeypatch.setattr(listing, "PART", 1)
    monkeypatch.setattr(exports, "MOST_ROWS", 20)
    FillState.objects.all().delete()
    judged = []
    rows_of = listing._rows_of

    def spy(asked, rules, ids):
        judged.append(ids)
        return rows_of(asked, rules, ids)

    monkeypatch.setattr(listing, "_rows_of", spy)
    answer = as_("staff").post("/requirements/export/")
    assert answer.status_code == 429 and len(judged) < 3


def test_what_a_file_asks_for_grows_with_its_parts_alone(filled, as_, monkeypatch):
    monkeypatch.setattr(listing, "RECKONED", 0)
    places = Fact.objects.filter(family="requirement", period="2026").exclude(state="").values("organisation")
    number = places.distinct().count()
    asked = {}
    for part in (1, number):
        monkeypatch.setattr(listing, "PART", part)
        with counted() as found:
            assert as_("staff").post("/requirements/export/?period=2026").status_code == 200
        asked[part] = found.statements
    # Hours of members and of posts are read part by part as well.
    assert asked[number] < 80 and asked[1] < 80 + 30 * number, (asked, number)
