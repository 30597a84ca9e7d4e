"""The page of a large report shows long lists some rows at a time; together they are what the whole shows."""

import re
from datetime import datetime

import pytest
from django.utils import timezone

from assessments.reports import documents, parts
from assessments.reports.annexes import lists_of
from assessments.reports.extract import for_branches
from assessments.reports.parts import parts_of
from assessments.results.models import Assessment
from common import clock
from common.periods import Period
from tests.assessments.reports.random_results import Maker, branches_of
from tests.assessments.reports.test_page import kept_report, report  # noqa: F401

pytestmark = pytest.mark.django_db
# What one row of a list is told by, between the heading of its annex and the next.
_LINE = r"<tr>\s*<td.*?</tr>"
ROW = {"sheets": r'<section id="branch-.*?</section>', "scores": _LINE, "moves": _LINE, "stages": _LINE}


def rows_of(page, key):
    annex = re.search(rf'id="annex-{key}".*?(?=id="annex-(?!{key})|<aside|$)', page, re.S).group()
    if key == "moves":
        # What moved the mean is told by indicator, too: these are few.
        annex = annex[annex.rindex("<table") :]
    # A link to a sheet says on which page it is, where there are several.
    return re.findall(ROW[key], re.sub(r'href="\?sheet=\d+#', 'href="#', annex), re.S)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(parts, "MOST", 3)
    monkeypatch.setattr(parts, "ROWS", 2)


@pytest.mark.parametrize("key", ROW)
def test_the_parts_of_a_list_are_the_whole(report, as_, monkeypatch, key):  # noqa: F811
    client, address = as_("staff"), f"/reports/{report.pk}/"
    whole = client.get(address).content.decode()
    monkeypatch.setattr(parts, "MOST", 3)
    monkeypatch.setattr(parts, "ROWS", 2)
    found, number = [], 1
    while True:
        page = client.get(address, {"sheet": key, "page": number}).content.decode()
        found += rows_of(page, key)
        number += 1
        if f"sheet={key}&amp;page={number}#" not in page:
            break
    assert number > 2 and found == rows_of(whole, key)
    assert client.get(address, {"sheet": "all"}).content.decode().count("<tr>") == whole.count("<tr>")


def test_a_name_in_the_table_leads_to_the_page_with_its_sheet(report, as_, small):  # noqa: F811
    client, address = as_("staff"), f"/reports/{report.pk}/"
    links = {
        link
        for number in (1, 2, 3)
        for link in re.findall(
            r'href="(\?sheet=\d+#branch-\d+)"', client.get(f"{address}?sheet=scores&page={number}").content.decode()
        )
    }
    assert len(links) == len(report.body["branches"])
    for link in links:
        query, _, there = link.partition("#")
        assert f'id="{there}"' in client.get(address + query).content.decode()


def test_what_is_short_or_asked_for_as_a_whole_is_whole(report, small):  # noqa: F811
    assert parts_of(report.body, "all", "") == {"parts": {}, "printable": True}
    found = parts_of(report.body, "sheets", "9999")["parts"]
    assert found["sheets"].number == found["sheets"].paginator.num_pages and found["scores"].number == 1
    assert set(found) == {
        key.replace("-", "_") for key, rows in lists_of(report.body).items() if len(rows) > 3 and key != "moves"
    } | {"moves"}
    assert parts_of(report.body, "<b>", "x")["parts"]["sheets"].number == 1


def test_a_page_that_nobody_could_wait_for_is_not_offered(report, as_, small, monkeypatch):  # noqa: F811
    client, address = as_("staff"), f"/reports/{report.pk}/"
    assert "?sheet=all" in client.get(address).content.decode()
    monkeypatch.setattr(parts, "PRINTED", 4)
    page = client.get(address, {"sheet": "all"}).content.decode()
    assert "打印请用 Word 全文" in page and "?sheet=all" not in page and 'id="part-sheets"' in page


def test_paper_and_files_know_no_parts(report, small):  # noqa: F811
    page = documents.render(report.body, "html").decode()
    assert "part-" not in page and page.count('<section id="branch-') == len(report.body["chapters"])


def test_reports_as_they_were_before_there_were_chapters_have_parts_too(report, small):  # noqa: F811
    extract = for_branches(report.body, [row["key"] for row in report.body["branches"]])
    old = {key: value for key, value in extract.items() if key not in ("moves", "correction")}
    assert set(parts_of(old, "", "")["parts"]) >= {"scores", "sheets"}


def test_a_draft_is_shown_in_parts(world, as_, small):
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        made = Maker(3).assessment(Period.parse("2026Q1"), branches_of(world, 5))
        Assessment.objects.filter(pk=made.pk).update(state="frozen")
        page = as_("staff").get(f"/results/{made.pk}/report/")
    assert page.status_code == 200 and 'id="part-sheets"' in page.content.decode()
    assert page.content.decode().count('<section id="branch-') == 2
