"""Departments and who covers them: the list with its search, filter, pages and file, and the numbers on the tree page."""

import io
from datetime import timedelta
from random import Random

import openpyxl
import pytest

from branches.places.models.departments import Coverage
from branches.places.selectors.coverage import (
    coverage_numbers,
    coverage_of_departments,
    departments_covered_by,
    departments_fitting,
    open_departments,
)
from branches.places.services.departments import coverage_set, department_close, department_create
from branches.places.views import departments as views
from branches.reach import access
from common import clock
from common.operator import OPERATOR
from tests.counting import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def some(world):
    """Departments that one organisation covers alone, several together, nobody, nobody any more, and one that is closed."""
    branches = [world.branch_a, world.branch_b, world.branch_c]
    random = Random(5)
    for number in range(14):
        row = department_create(by=OPERATOR, name=f"第{number}处")
        if number % 4:
            coverage_set(by=OPERATOR, department=row, organisation=random.choice(branches))
        if number == 7:
            Coverage.objects.filter(department=row).update(starts=None, ends=clock.today() - timedelta(days=1))
        if number == 9:
            Coverage.objects.filter(department=row).update(starts=clock.today() - timedelta(days=9))
            department_close(by=OPERATOR, department=row, on=clock.today() - timedelta(days=1))
    return world


@pytest.mark.parametrize("who", ["staff", "secretary_a", "general_secretary", "discipline"])
def test_numbers_are_those_of_every_row(some, who):
    rows = access.organisations_for(getattr(some, who))
    seen = set(rows.values_list("pk", flat=True))
    mine = [row for row in coverage_of_departments() if row.organisation and row.organisation.pk in seen]
    numbers = coverage_numbers(departments_covered_by(rows), rows)
    assert list(departments_covered_by(rows)) == [row.department for row in mine]
    assert (numbers.departments, numbers.covered, numbers.uncovered) == (len(mine), len(mine), 0)
    assert numbers.shared == len({row.organisation.pk for row in mine if row.shared})
    whole, everything = coverage_numbers(open_departments()), coverage_of_departments()
    assert whole.departments == len(everything) == 13
    assert whole.uncovered == sum(row.organisation is None for row in everything) == 5


def test_a_filter_finds_what_it_says_and_gaps_stand_first(some):
    everything = coverage_of_departments()

    def found(**data):
        return {row.name for row in departments_fitting(open_departments(), data)}

    assert found(state="open") == {row.department.name for row in everything if row.organisation is None}
    assert found(state="covered") == {row.department.name for row in everything if row.organisation}
    assert found(state="shared") == {row.department.name for row in everything if row.shared}
    of_a = {row.department.name for row in everything if row.organisation == some.branch_a}
    assert of_a and found(q="甲处") == found(q="jcdzb") == of_a
    assert found(q="第12处") == {"第12处"}
    first = [row.covered for row in departments_fitting(open_departments(), {})]
    assert first == sorted(first), "what nobody covers stands first"


def test_the_list_is_paged_and_its_file_holds_what_was_filtered(some, as_, monkeypatch):
    monkeypatch.setattr(views, "A_PAGE", 5)
    client = as_("staff")
    page = client.get("/organisations/departments/").content.decode()
    assert "5 个处室未覆盖" in page and "共 13 个，第 1 / 3 页" in page
    page = client.get("/organisations/departments/?state=covered&page=2").content.decode()
    assert "共 8 个，第 2 / 2 页" in page and "state=covered" in page
    page = client.get("/organisations/departments/?q=没有这个").content.decode()
    assert "没有符合条件的处室" in page
    answer = client.post("/organisations/departments/export/?state=shared")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)[2:]
    shared = [row for row in coverage_of_departments() if row.shared]
    assert [row[0] for row in rows] == [row.department.name for row in shared]
    assert rows[0][3] == "、".join(other.name for other in shared[0].shared)


def test_a_thousand_departments_are_read_a_page_at_a_time(some, as_, monkeypatch):
    monkeypatch.setattr(views, "A_PAGE", 5)
    client = as_("staff")

    def read():
        found = {}
        for url in ("/organisations/departments/", "/organisations/"):
            client.get(url)
            with asked() as found[url]:
                client.get(url)
        return found

    few = read()
    for number in range(40):
        row = department_create(by=OPERATOR, name=f"增{number}处")
        coverage_set(by=OPERATOR, department=row, organisation=some.branch_c if number % 2 else some.branch_b)
    many = read()
    departments = "/organisations/departments/"
    assert {url: found.statements for url, found in few.items()} == {
        url: found.statements for url, found in many.items()
    }
    assert many[departments].rows <= few[departments].rows + 40, "the others of the organisations on the page"


def test_ending_a_coverage_is_asked_first_and_names_what_follows(some, as_):
    row = Coverage.objects.filter(organisation=some.branch_a, ends=None).first()
    client, url = as_("staff"), f"/organisations/coverage/{row.pk}/end/"
    assert url in client.get("/organisations/departments/").content.decode()
    page = client.get(url).content.decode()
    assert f"甲处党支部不再覆盖{row.department}？" in page and "明天起该处室列为未覆盖" in page
    row.refresh_from_db()
    assert row.ends is None
    assert client.post(url).status_code == 302
    row.refresh_from_db()
    assert row.ends == clock.today()
