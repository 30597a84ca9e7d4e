"""A ledger of those in development: read, previewed, taken over all or nothing; a second time nothing changes; wrong cells by row."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from branches.reach.models import Appointment
from common.operator import OPERATOR
from members.development.models.cases import DevelopmentCase
from members.development.selectors.cases import case_of
from members.roster.models.members import Member
from members.roster.services.developing import stage_set
from tests.members.imports.support import applied, uploaded, worked

pytestmark = pytest.mark.django_db
START = "/development/import/"
HEADS = [
    "序号",
    "姓名",
    "所在支部",
    "递交入党申请书时间",
    "确定为入党积极分子时间",
    "政审日期",
    "接收预备党员时间",
    "上级审批日期",
]


@pytest.fixture(autouse=True)
def ground(settings, tmp_path, world):
    settings.MEDIA_ROOT = tmp_path / "media"
    for name, stage in (("培一", "activist"), ("培二", "applicant")):
        row = Member.objects.create(name=name, home=world.branch_a, stage="applicant")
        row.memberships.create(organisation=world.branch_a, starts=date(2024, 1, 1))
        if stage != "applicant":
            spells, since = [(stage, None, None)], date(2024, 1, 1)
            stage_set(by=OPERATOR, member=row, stage=stage, joined_on=None, full_on=None, spells=spells, since=since)


def line(world, name="培一", **changes):
    values = {"序号": 1, "姓名": name, "所在支部": world.branch_a.name, "递交入党申请书时间": "2024.3.1"}
    values |= {"确定为入党积极分子时间": "2024年9月2日"} if name == "培一" else {}
    return [(values | changes).get(head, "") for head in HEADS]


def upload(client, *rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADS, *rows])
    answer, batch = uploaded(
        client, START, cases=SimpleUploadedFile("发展党员台账.csv", text.getvalue().encode("utf-8-sig"))
    )
    assert answer.status_code == 302, answer.content.decode()
    return batch


def said(batch):
    return [(rows, heading, sentence + more) for _, rows, heading, sentence, more in batch.preview["faults"]]


def test_cases_begun_on_paper_are_taken_over_and_a_second_time_nothing_changes(world, as_):
    client = as_("staff")
    batch = upload(client, line(world), line(world, "培二"))
    assert said(batch) == []
    applied(client, batch, START)
    cases = {row.member.name: row for row in DevelopmentCase.objects.select_related("member")}
    assert set(cases) == {"培一", "培二"} and cases["培一"].taken_over_as == "activist"
    assert {entry.key: entry.day for entry in cases["培一"].entries.all()} == {
        "1": date(2024, 3, 1),
        "3": date(2024, 9, 2),
    }
    standing = case_of(cases["培一"]).standing
    assert standing.of("3").state == "paper" and standing.stage == "activist"
    again = upload(client, line(world), line(world, "培二"))
    assert not again.preview["writes"]
    assert DevelopmentCase.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"姓名": "无此人"}, "名册上没有“无此人”"),
        ({"递交入党申请书时间": ""}, "申请日期没有填写"),
        ({"确定为入党积极分子时间": ""}, "后面的期限从这一天起算，请填写"),
        ({"确定为入党积极分子时间": "2023-01-01"}, "早于前面的环节"),
        ({"递交入党申请书时间": "2030-01-01"}, "应早于今天"),
        ({"上级审批日期": "2025-09-01"}, "还没有办到“上级党委审批”"),
        ({"递交入党申请书时间": "三月"}, ""),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_and_nothing_is_written(world, as_, changes, sentence):
    client = as_("staff")
    batch = upload(client, line(world, **changes), line(world, "培二"))
    found = said(batch)
    assert found and any(sentence in words for _, _, words in found), found
    assert client.post(f"{START}{batch.uid}/apply/").status_code in (302, 409)
    assert not DevelopmentCase.objects.exists()


def test_only_who_keeps_people_and_imports_finds_the_pages(world, as_):
    assert as_("staff").get(START).status_code == 200
    assert as_("auditor").get(START).status_code == as_("leader").get(START).status_code == 404
    book = openpyxl.load_workbook(io.BytesIO(as_("staff").get(f"{START}sheet/").content))
    assert "申请日期" in [cell.value for cell in next(book.active.iter_rows(max_row=1))]
    assert f'href="{START}"' in as_("staff").get("/development/").content.decode()


def test_who_lost_his_right_meanwhile_writes_nothing(world, as_):
    client = as_("staff")
    batch = upload(client, line(world))
    assert client.post(f"{START}{batch.uid}/apply/").status_code == 302
    Appointment.objects.filter(user=world.staff).update(ends=date(2020, 1, 1))
    batch = worked(batch)
    assert not DevelopmentCase.objects.exists()
