"""Ledgers of Party workers, of care and of honours: read, previewed, taken in all or nothing; again nothing changes; wrong cells by row."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from branches.audit.models import AuditEntry
from branches.reach.models import Appointment
from common.fields import reveal
from members.cadres.models import PartyWork
from members.care.models import CareMark, Honour
from members.roster.models.members import Member
from tests.members.care.made import honoured, marked
from tests.members.imports.support import applied, uploaded, worked

pytestmark = pytest.mark.django_db
WORKERS, CARE, HONOURS = "/cadres/work/import/", "/care/import/", "/honours/import/"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOTE = "爱人长期住院，有两个孩子"


@pytest.fixture(autouse=True)
def ground(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def workbook(heads, *rows):
    book = openpyxl.Workbook()
    for line in (heads, *rows):
        book.active.append(list(line))
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("名册.xlsx", file.getvalue(), TYPE)


def sent(client, start, key, heads, *rows):
    answer, batch = uploaded(client, start, **{key: workbook(heads, *rows)})
    assert answer.status_code == 302, answer.content.decode()
    return batch


def said(batch):
    return [(rows, heading, sentence + more) for _, rows, heading, sentence, more in batch.preview["faults"]]


def refused(client, start, batch, sentence, rows="第 2 行"):
    found = said(batch)
    assert [one for one in found if sentence in one[2] and one[0] == rows], found
    shown = client.get(f"{start}{batch.uid}/").content.decode()
    assert "改正后重新上传" in shown
    assert client.post(f"{start}{batch.uid}/apply/").status_code == 409
    return found


# ---- Party workers without a seat

HEADS = ["序号", "姓名", "党组织", "专兼职", "任职时间"]


def test_a_roster_of_workers_is_taken_in_and_a_second_time_nothing_changes(world, as_):
    client = as_("staff")
    rows = [[1, "甲四", "机关党委", "专职", "2026-01-05"], [2, "甲五", world.branch_a.name, "", ""]]
    batch = sent(client, WORKERS, "workers", HEADS, *rows)
    assert said(batch) == [] and "可以导入" in client.get(f"{WORKERS}{batch.uid}/").content.decode()
    assert not PartyWork.objects.exists(), "a preview writes nothing"
    applied(client, batch, WORKERS)
    assert {(row.member.name, row.share, row.organisation_id) for row in PartyWork.objects.all()} == {
        ("甲四", "full", world.committee.pk),
        ("甲五", "part", world.branch_a.pk),
    }
    again = sent(client, WORKERS, "workers", HEADS, *rows)
    assert not again.preview["writes"] and PartyWork.objects.count() == 2
    changed = sent(client, WORKERS, "workers", HEADS, [1, "甲四", "机关党委", "兼职", "2026-06-01"])
    assert changed.preview["ledgers"][0]["counts"]["changed"] == 1
    applied(client, changed, WORKERS)
    spells = PartyWork.objects.filter(member__name="甲四").order_by("starts").values_list("share", "starts", "ends")
    assert list(spells) == [("full", date(2026, 1, 5), date(2026, 5, 31)), ("part", date(2026, 6, 1), None)]
    assert AuditEntry.objects.filter(verb="party_work.note").count() == 3


@pytest.mark.parametrize(
    ("row", "heading", "sentence"),
    [
        ([1, "无此人", "机关党委", "专职", ""], "姓名", "名册上没有“无此人”"),
        ([1, "", "机关党委", "专职", ""], "姓名", "姓名没有填写"),
        ([1, "甲四", "无此组织", "专职", ""], "党组织", "没有找到党组织“无此组织”"),
        ([1, "甲四", "", "专职", ""], "党组织", "党组织没有填写"),
        ([1, "甲四", "机关党委", "半职", ""], "专兼职", "无法识别"),
        ([1, "甲四", "机关党委", "专职", "2030-01-01"], "任职时间", "起不能晚于今天"),
        ([1, "甲四", "机关党委", "专职", "三月"], "任职时间", "不是日期"),
    ],
)
def test_a_wrong_cell_of_a_worker_is_named_and_nothing_is_written(world, as_, row, heading, sentence):
    client = as_("staff")
    batch = sent(client, WORKERS, "workers", HEADS, row, [2, "甲五", "机关党委", "专职", ""])
    found = refused(client, WORKERS, batch, sentence)
    assert heading in {one[1] for one in found}
    assert not PartyWork.objects.exists()


def test_two_rows_of_one_person_and_two_of_one_name(world, as_):
    client = as_("staff")
    twice = [[1, "甲四", "机关党委", "专职", ""], [2, "甲四", "机关党委", "兼职", ""]]
    refused(client, WORKERS, sent(client, WORKERS, "workers", HEADS, *twice), "与第 2 行是同一人", rows="第 3 行")
    Member.objects.filter(name="乙一").update(name="甲四")
    refused(client, WORKERS, sent(client, WORKERS, "workers", HEADS, twice[0]), "名册上有 2 名“甲四”")
    heads = [*HEADS, "所在党支部"]
    batch = sent(client, WORKERS, "workers", heads, [*twice[0], world.branch_b.name])
    assert said(batch) == []
    applied(client, batch, WORKERS)
    assert PartyWork.objects.get().member.home == world.branch_b


def test_the_register_that_was_exported_is_read_and_its_seats_are_left_to_the_posts(world, as_):
    client = as_("staff")
    applied(client, sent(client, WORKERS, "workers", HEADS, [1, "甲四", "机关党委", "专职", "2026-01-05"]), WORKERS)
    file = client.post("/cadres/export/")
    content = file.getvalue() if hasattr(file, "getvalue") else file.content
    answer, batch = uploaded(client, WORKERS, workers=SimpleUploadedFile("党务干部名册.xlsx", content, TYPE))
    assert answer.status_code == 302 and said(batch) == [], said(batch)
    assert not batch.preview["writes"] and batch.preview["notice_count"] > 1


# ---- care: of who keeps the branch, told to nobody

MARKS = ["姓名", "关怀类别", "开始日期", "备注"]


def test_marks_are_taken_in_by_who_keeps_the_branch_and_notes_are_told_nowhere(world, as_):
    client = as_("secretary_a")
    marked(world.people("branch_a")[3], "ill")
    rows = [["甲五", "生活困难", "2026-03-01", NOTE], ["甲五", "年老体弱", "", ""], ["甲四", "患病", "", ""]]
    batch = sent(client, CARE, "care", MARKS, *rows)
    assert said(batch) == [] and batch.preview["ledgers"][0]["counts"] == {
        "new": 2,
        "changed": 0,
        "unchanged": 1,
        "wrong": 0,
    }
    applied(client, batch, CARE)
    marks = {row.kind: row for row in CareMark.objects.filter(member__name="甲五")}
    assert set(marks) == {"hardship", "frail"} and marks["hardship"].starts == date(2026, 3, 1)
    assert NOTE not in marks["hardship"].note and reveal(marks["hardship"], "note") == NOTE
    assert Member.objects.get(name="甲五").exempt_from is not None, "one entry, two uses"
    batch.refresh_from_db()
    kept = json.dumps(
        [batch.preview, batch.outcome, list(batch.lines.values_list("data", flat=True))], ensure_ascii=False
    )
    trail = "".join(AuditEntry.objects.values_list("payload", flat=True))
    for secret in (NOTE, "生活困难", "hardship"):
        assert secret not in kept.replace("关怀类别", "") and secret not in trail, secret
    page = client.get(f"{CARE}{batch.uid}/").content.decode()
    assert NOTE not in page and "甲五" not in page
    again = sent(client, CARE, "care", MARKS, *rows)
    assert not again.preview["writes"] and CareMark.objects.count() == 3


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["无此人", "患病", "", NOTE], "名册上没有这个姓名"),
        (["乙一", "患病", "", NOTE], "名册上没有这个姓名"),
        (["甲五", "其他", "", NOTE], "关怀类别无法识别"),
        (["甲五", "", "", NOTE], "关怀类别没有填写"),
        (["甲五", "患病", "2030-01-01", NOTE], "开始日期不能晚于今天"),
        (["甲五", "患病", "三月", NOTE], "不是日期"),
        (["甲五", "患病", "", "长" * 201], "备注不超过 200 字，现有 201 字"),
        (["", "患病", "", NOTE], "姓名没有填写"),
    ],
)
def test_a_wrong_mark_is_told_by_row_and_column_without_what_stands_in_it(world, as_, row, sentence):
    client = as_("secretary_a")
    batch = sent(client, CARE, "care", MARKS, row, ["甲四", "患病", "", ""])
    found = str(refused(client, CARE, batch, sentence))
    assert not any(word in found for word in (NOTE, "甲五", "乙一", "无此人", "其他", "长长"))
    answer = client.post(f"{CARE}{batch.uid}/errors/")
    assert answer.status_code == 200
    assert not CareMark.objects.exists()


def test_the_same_mark_twice_and_one_that_had_ended(world, as_):
    client, five = as_("secretary_a"), world.people("branch_a")[4]
    twice = [["甲五", "患病", "", ""], ["甲五", "患病", "2026-03-01", ""]]
    refused(client, CARE, sent(client, CARE, "care", MARKS, *twice), "与第 2 行是同一人", rows="第 3 行")
    CareMark.objects.create(member=five, kind="ill", starts=date(2026, 1, 1), ends=date(2026, 5, 1))
    refused(client, CARE, sent(client, CARE, "care", MARKS, twice[1]), "应晚于那次结束的日期")


def test_nobody_above_finds_the_import_of_care(world, as_):
    assert as_("secretary_a").get(CARE).status_code == as_("organiser_a").get(CARE).status_code == 200
    for who in ("staff", "committee_secretary", "leader", "officer_a", "member", "auditor"):
        assert as_(who).get(CARE).status_code == 404, who
        file = workbook(MARKS, ["甲五", "患病", "", ""])
        assert as_(who).post(CARE, {"care": file}).status_code == 404, who
    assert f'href="{CARE}"' in as_("secretary_a").get("/care/").content.decode()


def test_who_lost_the_roster_meanwhile_writes_no_mark(world, as_):
    client = as_("secretary_a")
    batch = sent(client, CARE, "care", MARKS, ["甲五", "患病", "", ""])
    assert client.post(f"{CARE}{batch.uid}/apply/").status_code == 302
    Appointment.objects.filter(user=world.secretary_a).update(ends=date(2020, 1, 1))
    worked(batch)
    assert not CareMark.objects.exists()


# ---- honours

GIVEN = ["获得者", "荣誉名称", "级别", "授予日期", "授予单位", "文号"]


def test_honours_are_taken_in_and_a_second_time_nothing_changes(world, as_):
    client = as_("staff")
    rows = [
        ["甲一", "优秀共产党员", "本单位", "2026-07-01", "局机关党委", "机党发〔2026〕5号"],
        [world.branch_a.name, "先进党支部", "市级", "2026年6月30日", "市直机关工委", ""],
    ]
    batch = sent(client, HONOURS, "honours", GIVEN, *rows)
    assert said(batch) == [] and not Honour.objects.exists()
    applied(client, batch, HONOURS)
    assert {(row.holder, row.level, row.place_id) for row in Honour.objects.all()} == {
        ("甲一", "own", world.branch_a.pk),
        (world.branch_a.label, "city", world.branch_a.pk),
    }
    listed = client.get("/honours/?year=2026").content.decode()
    assert "先进党支部" in listed and f'href="{HONOURS}"' in listed
    assert not sent(client, HONOURS, "honours", GIVEN, *rows).preview["writes"]
    file = client.post("/honours/export/?year=2026")
    content = file.getvalue() if hasattr(file, "getvalue") else file.content
    _, own = uploaded(client, HONOURS, honours=SimpleUploadedFile("2026年表彰.xlsx", content, TYPE))
    assert said(own) == [] and not own.preview["writes"], "what was exported is known"
    assert Honour.objects.count() == 2


def test_who_applies_to_join_holds_no_honour(world, as_):
    Member.objects.filter(name="甲四").update(stage="applicant", joined_on=None, full_on=None)
    client = as_("staff")
    row = ["甲四", "先进个人", "本单位", "2026-07-01", "局机关党委", ""]
    refused(client, HONOURS, sent(client, HONOURS, "honours", GIVEN, row), "甲四还不是党员")
    assert not Honour.objects.exists()


@pytest.mark.parametrize(
    ("at", "value", "sentence"),
    [
        (0, "无此人", "名册上没有“无此人”，也没有这个党组织"),
        (0, "", "获得者没有填写"),
        (1, "", "荣誉名称没有填写"),
        (1, "长" * 61, "不应超过 60 个字"),
        (2, "宇宙级", "级别“宇宙级”无法识别"),
        (2, "", "级别没有填写"),
        (3, "2030-01-01", "授予日期不能晚于今天"),
        (3, "", "授予日期没有填写"),
        (4, "", "授予单位没有填写"),
    ],
)
def test_a_wrong_cell_of_an_honour_is_named_and_nothing_is_written(world, as_, at, value, sentence):
    client = as_("staff")
    row = ["甲一", "优秀共产党员", "本单位", "2026-07-01", "局机关党委", ""]
    good = ["甲四", "优秀共产党员", "本单位", "2026-07-01", "局机关党委", ""]
    row[at] = value
    refused(client, HONOURS, sent(client, HONOURS, "honours", GIVEN, row, good), sentence)
    assert not Honour.objects.exists()


def test_the_same_honour_twice_is_one(world, as_):
    client = as_("staff")
    row = ["甲一", "优秀共产党员", "本单位", "2026-07-01", "局机关党委", ""]
    refused(client, HONOURS, sent(client, HONOURS, "honours", GIVEN, row, row), "与第 2 行是同一项", rows="第 3 行")
    honoured(member=world.people("branch_a")[0], day=date(2026, 7, 1))
    assert not sent(client, HONOURS, "honours", GIVEN, row).preview["writes"]


# ---- whose pages, and empty workbooks; a file in the wrong place


@pytest.mark.parametrize(
    ("start", "who", "heads"),
    [(WORKERS, "staff", "专兼职"), (CARE, "secretary_a", "关怀类别"), (HONOURS, "staff", "荣誉名称")],
)
def test_an_empty_workbook_has_the_headings_and_what_may_be_chosen(world, as_, start, who, heads):
    book = openpyxl.load_workbook(io.BytesIO(as_(who).get(f"{start}sheet/").content))
    words = {str(cell.value) for cell in next(book.active.iter_rows(max_row=1))}
    assert any(heads in word for word in words), words


def test_each_belongs_to_who_may_and_leads_a_stranger_file_to_its_place(world, as_):
    for start in (WORKERS, HONOURS):
        assert as_("staff").get(start).status_code == 200
        for who in ("secretary_a", "leader", "auditor", "member"):
            assert as_(who).get(start).status_code == 404, (start, who)
    assert f'href="{WORKERS}"' in as_("staff").get("/cadres/").content.decode()
    text = io.StringIO(newline="")
    csv.writer(text).writerows([GIVEN, ["甲一", "优秀共产党员", "本单位", "2026-07-01", "局机关党委", ""]])
    file = SimpleUploadedFile("表彰.csv", text.getvalue().encode("utf-8-sig"))
    answer, batch = uploaded(as_("staff"), WORKERS, workers=file)
    assert answer.status_code == 302
    assert "表彰登记" in as_("staff").get(f"{WORKERS}{batch.uid}/").content.decode()
