"""补录, 补办 and 逾期 are told apart: entered late, held late, nothing that counts (judgement 1.7)."""

import io
from datetime import date

import pytest
import time_machine
from openpyxl import load_workbook

from assessments.facts import fill as rollups
from common.periods import Period
from members.activities.selectors.rosters import expected
from members.activities.services.records import RecordData
from members.activities.services.states import activity_accept, activity_record, activity_return
from responsibilities.requirements.models import OVERDUE_RETURNED
from responsibilities.requirements.selectors import cell_state, one_requirement
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db
RULE = "life-theme-day"


@pytest.fixture(autouse=True)
def _in_october():
    with time_machine.travel("2026-10-20T10:00:00+08:00", tick=False):
        yield


def held(world, day, makes_up_for=None):
    everybody = {member.pk: ("present", "") for member in expected(world.branch_b, ["theme_day"], day)}
    said = RecordData(
        ["theme_day"], day, title="主题党日", content="一、学习。", attendance=everybody, makes_up_for=makes_up_for
    )
    record = activity_record(by=world.secretary_b, organisation=world.branch_b, data=said)
    return activity_accept(by=world.staff, activity=record)


def pages(as_, world, month):
    staff = as_("staff")
    listed = staff.get(f"/requirements/?organisation={world.branch_b.pk}&period={month}").content.decode()
    return listed, staff.get(f"/requirements/{world.branch_b.pk}/{RULE}/{month}/").content.decode()


@pytest.mark.parametrize(
    ("day", "makes_up_for", "said", "counts"),
    [
        (date(2026, 8, 12), None, "补录完成", "补录 1，补办 0"),
        (date(2026, 10, 19), date(2026, 8, 1), "补办完成", "补录 0，补办 1"),
    ],
)
def test_what_was_entered_late_is_not_called_made_up(world, as_, day, makes_up_for, said, counts):
    held(world, day, makes_up_for)
    not_said = "补办完成" if said == "补录完成" else "补录完成"
    row = one_requirement(world.branch_b, RULE, Period.parse("2026-08"))
    assert (row.state, row.word, row.late) == ("met_late", said, 1)
    listed, detail = pages(as_, world, "2026-08")
    assert said in listed and said in detail and counts in detail
    assert not_said not in listed.replace("补录或补办完成", "") and not_said not in detail
    answer = as_("staff").post(f"/requirements/export/?organisation={world.branch_b.pk}&period=2026-08")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert said in {cell.value for row in sheet.iter_rows() for cell in row}


def test_the_page_that_asks_explains_the_three_words_once(world, as_):
    listed, detail = pages(as_, world, "2026-08")
    assert "逾期" in listed
    for word in ("补录：", "补办：", "逾期："):
        assert detail.count(word) == 1


def test_what_is_overdue_and_returned_says_both_in_one_word_everywhere(world, as_):
    record = submitted(world.branch_b, world.secretary_b, kinds=("theme_day",), day=date(2026, 9, 12))
    activity_return(by=world.staff, activity=record, reason="请补写议程")
    assert cell_state(one_requirement(world.branch_b, RULE, Period.parse("2026-09"))) == OVERDUE_RETURNED
    said = "已退回，逾期"
    listed, detail = pages(as_, world, "2026-09")
    # In the table of the desktop and in the cards of the phone.
    assert listed.count(said) == 2 and said in detail and "天后" not in listed
    answer = as_("staff").post(f"/requirements/export/?organisation={world.branch_b.pk}&period=2026-09")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert said in {cell.value for row in sheet.iter_rows() for cell in row}
    bench = as_("secretary_b").get("/").content.decode()
    assert said in bench
    rollups.fill()
    board = as_("leader").get("/dashboard/?period=2026Q3").content.decode()
    assert f"{said}20天" in board
    for state in ("overdue", "returned"):
        assert f"{said}20天" in as_("staff").get(f"/dashboard/?period=2026Q3&state={state}").content.decode(), state
    exported = as_("staff").post("/dashboard/export/?period=2026Q3")
    sheet = load_workbook(io.BytesIO(exported.content)).active
    assert said in {cell.value for row in sheet.iter_rows() for cell in row}
