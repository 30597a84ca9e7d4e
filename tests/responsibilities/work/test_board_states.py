"""What the board says of its own filters: states that rates lead to, one stage, a word, nothing found, archived carriers."""

import io

import openpyxl
import pytest

from branches.places.services.organisations import organisation_archive
from common.operator import OPERATOR
from tests.responsibilities.work.support import ago, happened, item_at, linked, record_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(world):
    item = item_at(world.committee, [world.branch_a], name="政务数据共享")
    happened(item, "study", ago(60))
    linked(item, "study", record_on(world.branch_a, world.secretary_a, ago(58)))
    happened(item, "arrangement", ago(30), planned=ago(35))
    return item


def current(answer):
    return [row["label"] for row in answer.context["segments"] if row["current"]]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("state=synchronised&stage=study", "同步 1 处"),
        ("state=due", "应同步 2 处"),
        ("state=open", "未闭环 0 项"),
        ("state=closed", "到考核 0 项，闭环 0 项"),
    ],
)
def test_a_state_that_a_number_leads_to_is_named_and_can_be_left(as_, item, query, title):
    answer = as_("staff").get(f"/sync/?{query}")
    assert answer.context["title"] == title and current(answer) == [title]


def test_one_stage_counts_in_its_own_column_only(as_, item):
    columns = as_("staff").get("/sync/?stage=study").context["columns"]
    assert [(row["kind"], row["counted"]) for row in columns if row["counted"]] == [("study", True)]
    assert all(row["counted"] for row in as_("staff").get("/sync/").context["columns"])


def test_names_are_found_by_initials_and_what_is_not_found_is_not_called_missing_work(as_, item):
    client = as_("staff")
    assert client.get("/sync/?word=ZWSJ").context["number"] == 1
    answer = client.get("/sync/?word=xyz")
    assert answer.context["title"] == "没有符合条件的重点业务" and answer.context["number"] == 0


def test_a_passed_plan_is_called_waiting_and_not_said_to_be_still_to_come(world, as_):
    happened(item_at(world.committee, [world.branch_a], name="节能审查"), "study", None, planned=ago(9))
    answer = as_("staff").get("/sync/")
    assert answer.context["title"] == "1 处业务日期待登记"
    assert answer.context["lines"][0].cells[0].show.chip == "waits" and "待登记" in answer.content.decode()


def test_the_table_holds_every_stage_that_the_board_shows(as_, item):
    def stages(query):
        answer = as_("staff").post(f"/sync/export/{query}")
        rows = [*openpyxl.load_workbook(io.BytesIO(answer.content)).active.values]
        column = next(row for row in rows if "环节" in row).index("环节")
        return {row[column] for row in rows} & {"同步研究", "同步安排", "同步实施", "同步考核"}

    assert stages("") == {"同步研究", "同步安排", "同步实施", "同步考核"}
    assert stages("?stage=study") == {"同步研究"}


def test_a_carrier_that_was_archived_is_called_so_where_work_still_waits_for_it(world, as_):
    happened(item_at(world.committee, [world.branch_b], name="节能审查"), "study", ago(30))
    organisation_archive(by=OPERATOR, organisation=world.branch_b)
    answer = as_("staff").get("/sync/")
    assert answer.context["lines"][0].next.text.startswith("乙处党支部（已撤销）")
    assert "乙处党支部（已撤销）" in as_("staff").get(f"/sync/{answer.context['lines'][0].item.pk}/").content.decode()


def test_work_without_a_carrier_is_saved_and_says_that_nobody_sees_to_it(world, as_):
    data = {"organisation": world.committee.pk, "name": "节能审查", "kind": "agency"}
    data |= {"starts": ago(30).isoformat(), "ends": ago(-30).isoformat()}
    page = as_("staff").post("/sync/new/", data, follow=True).content.decode()
    assert "还没有承办支部，各环节暂时无人办理" in page
