"""The pages of the import: upload, preview, headings by hand, apply, give up."""

import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse

from branches.audit.models import AuditEntry
from common import clock
from members.activities.models import Activity
from members.imports import services as imports
from members.imports.models import RUNNING, ImportBatch, LineKind
from members.imports.selectors import lines_of, own_batches, running_batch
from members.roster.models.members import Member
from members.roster.services.members import identity_index
from tests.common.tabular import workbooks as w
from tests.members.imports.rows import ACTIVITY_HEADS, MEMBER_HEADS, meeting, person
from tests.members.imports.support import applied, assigned, uploaded
from tests.world import identity

pytestmark = pytest.mark.django_db
START = "/imports/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def kept(media):
    """Return the files that lie under MEDIA_ROOT."""
    return [path for path in Path(media).rglob("*") if path.is_file()]


def table(name, *rows):
    text = "\r\n".join(",".join(row) for row in rows)
    return SimpleUploadedFile(name, text.encode("utf-8-sig"))


def members_file(*rows, name="名册.csv"):
    return table(name, MEMBER_HEADS, *(rows or [person()]))


upload = uploaded


def page(client, batch):
    answer = client.get(reverse("import_preview", args=[batch.uid]))
    assert answer.status_code == 200
    return answer.content.decode()


def post(client, name, batch, data=None):
    return client.post(reverse(name, args=[batch.uid]), data or {})


def test_upload_preview_apply(as_, media, django_capture_on_commit_callbacks):
    client = as_("staff")
    assert "严禁上传涉密文件" in client.get(START).content.decode()
    answer, batch = upload(
        client, members=members_file(), activities=table("台账.csv", ACTIVITY_HEADS, meeting(主持人="新党员"))
    )
    assert answer.status_code == 302 and len(kept(media)) == 2
    assert "名册.csv" in AuditEntry.objects.get(verb="import.upload").payload
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept(media))
    assert not Member.objects.filter(name="新党员").exists()
    text = page(client, batch)
    assert "新增 2 条，更改 0 条，可以导入" in text and "名册.csv" in text
    assert applied(client, batch)[1].state == "applied" and kept(media) == []
    assert Member.objects.get(name="新党员").stage == "full"
    assert Activity.objects.get().chair.name == "新党员"
    assert AuditEntry.objects.get(verb="import").actor_id == batch.author_id
    assert "台账已导入" in page(client, batch) and "党员新增 1" in page(client, batch)
    assert post(client, "import_apply", batch).status_code == 409
    assert "党员新增 1" in client.get(START).content.decode()


def test_errors_are_listed_and_exported_and_nothing_can_be_applied(as_):
    client = as_("staff")
    _, batch = upload(client, members=members_file(person(人员类别="团员"), person("=1+1", 51, 所在党支部="火星处")))
    text = page(client, batch)
    assert "2 处有误，改正后重新上传" in text and "火星处" in text and "可填：" in text
    assert reverse("import_apply", args=[batch.uid]) not in text
    before = Member.objects.count()
    assert post(client, "import_apply", batch).status_code == 409
    assert Member.objects.count() == before
    answer = post(client, "import_errors", batch)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert rows[0] == ("台账", "行", "列", "原因", "建议") and [row[1:3] for row in rows[1:]] == [
        (2, "人员类别"),
        (3, "所在党支部"),
    ]
    assert AuditEntry.objects.filter(verb="import.errors_export", object_id=batch.pk).exists()


def test_hints_stand_beside_errors_and_do_not_say_that_it_can_be_imported(as_):
    client = as_("staff")
    _, batch = upload(client, members=members_file(person()))
    batch.preview |= {"notices": [["members", "2", "姓名", "名册中另有同名的人。"]], "notice_count": 1}
    batch.save()
    assert "核对后可以导入" in page(client, batch)
    ImportBatch.objects.filter(pk=batch.pk).update(state="applied")
    text = page(client, batch)
    assert "同名的人" in text and "核对后可以导入" not in text
    ImportBatch.objects.filter(pk=batch.pk).update(state="ready")
    _, wrong = upload(client, members=members_file(person(人员类别="团员")))
    wrong.preview |= {"notices": batch.preview["notices"], "notice_count": 1}
    wrong.save()
    text = page(client, wrong)
    assert "共 1 条，不妨碍导入；先改正错误" in text and "核对后可以导入" not in text and "同名的人" in text


def test_an_unknown_heading_is_assigned_by_hand(as_):
    client = as_("staff")
    heads = [("甲列" if head == "所在党支部" else head) for head in MEMBER_HEADS]
    _, batch = upload(client, members=table("a.csv", heads, person()))
    text = page(client, batch)
    assert "找不到列“所在党支部”" in text and "党员：甲列" in text
    number = batch.preview["ledgers"][0]["unknown"].index("甲列")
    answer, batch = assigned(client, batch, {f"members-{number}": "branch"})
    assert answer.status_code == 302
    text = page(client, batch)
    assert "可以导入" in text and "人工指定" in text
    applied(client, batch)
    assert Member.objects.filter(name="新党员").exists()


def test_two_headings_for_one_field_are_refused_on_the_page(as_):
    client = as_("staff")
    _, batch = upload(client, members=table("a.csv", ["甲列", "乙列", *MEMBER_HEADS], ["1", "2", *person()]))
    data = {"members-0": "ethnicity", "members-1": "ethnicity"}
    answer = post(client, "import_columns", batch, data)
    assert answer.status_code == 200 and "这个字段已指定给另一列" in answer.content.decode()
    batch.refresh_from_db()
    assert batch.columns == {}


def test_giving_up_removes_the_files_and_keeps_the_entry(as_, media, django_capture_on_commit_callbacks):
    client = as_("staff")
    _, batch = upload(client, members=members_file())
    with django_capture_on_commit_callbacks(execute=True):
        assert post(client, "import_discard", batch).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "discarded" and kept(media) == [] and batch.preview == {}
    assert "已放弃" in page(client, batch)
    assert post(client, "import_apply", batch).status_code == 409
    assert AuditEntry.objects.filter(verb="import.discard", object_id=batch.pk).exists()


def test_after_a_day_an_import_closes_by_itself(as_, media, django_capture_on_commit_callbacks):
    _, batch = upload(as_("staff"), members=members_file())
    assert imports.batches_expire() == 0
    ImportBatch.objects.update(uploaded=clock.now() - timedelta(hours=24, minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert imports.batches_expire() == 1
    batch.refresh_from_db()
    assert batch.state == "expired" and kept(media) == []


def test_only_its_author_sees_a_batch(as_):
    _, batch = upload(as_("staff"), members=members_file())
    other = as_("committee_secretary")
    posts = ("apply", "discard", "errors", "columns", "cancel", "changes", "missing")
    for name in ("import_preview", "import_progress", *(f"import_{name}" for name in posts)):
        address = reverse(name, args=[batch.uid])
        answer = other.get(address) if name in ("import_preview", "import_progress") else other.post(address)
        assert answer.status_code == 404, name
    assert "名册.csv" not in other.get(START).content.decode()


@pytest.mark.parametrize("who", ["secretary_a", "leader", "auditor", "administrator", "member", "outsider"])
def test_without_the_right_there_is_no_such_page(as_, who):
    client = as_(who)
    assert client.get(START).status_code == 404
    assert client.post(START, {"members": members_file()}).status_code == 404
    assert not ImportBatch.objects.exists()


def test_get_writes_nothing(as_):
    client = as_("staff")
    _, batch = upload(client, members=members_file())
    for name in ("apply", "discard", "errors", "columns", "cancel", "changes", "missing"):
        assert client.get(reverse(f"import_{name}", args=[batch.uid])).status_code == 405
    before = AuditEntry.objects.count()
    page(client, batch)
    client.get(START)
    assert AuditEntry.objects.count() == before


def test_nothing_chosen_is_said_so(as_):
    answer, batch = upload(as_("staff"))
    assert answer.status_code == 200 and batch is None and "请至少选择一份台账" in answer.content.decode()


HEAD = f'<row r="1">{w.text_cell("A1", "姓名")}</row>'
HOSTILE = {
    "a bomb of rows": lambda: sheet(
        "".join(f'<row r="{n}">{w.text_cell(f"A{n}", "姓名" * 20)}</row>' for n in range(1, 400_001))
    ),
    "an entity": lambda: w.archive(w.parts_of('<!DOCTYPE x [<!ENTITY a "b">]>' + w.sheet_xml(HEAD))),
    "a macro": lambda: sheet(HEAD, {"xl/vbaProject.bin": b"x"}),
    "an external link": lambda: sheet(HEAD, {"xl/externalLinks/externalLink1.xml": "<x/>"}),
    "far corners": lambda: sheet(HEAD + f'<row r="1048576">{w.text_cell("XFD1048576", "x")}</row>'),
    "broken xml": lambda: w.archive(w.parts_of("<worksheet><sheetData><row")),
    "a document": w.docx,
    "no archive": lambda: b"PK\x03\x04 and nothing",
}


def sheet(rows, more=None):
    return w.archive(w.parts_of(w.sheet_xml(rows), more))


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_workbook_is_refused_in_words(as_, content, media):
    client = as_("staff")
    answer, batch = upload(client, members=SimpleUploadedFile("名册.xlsx", content()))
    if batch is None:
        assert answer.status_code == 200 and 'id="id_members_error"' in answer.content.decode()
        assert kept(media) == []
    else:
        assert answer.status_code == 302 and batch.preview["fault_count"] == 1
        assert "整份文件" in page(client, batch)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0"),
        ("a.pdf", b"%PDF-1.4 %%EOF"),
        ("a.xlsm", b"PK\x03\x04"),
        ("a.csv", b"%PDF-1.4 %%EOF"),
        ("a.csv", b"\xff\xfe\x00a"),
        ("a.csv", b"PK\x03\x04"),
        ("a.csv", b""),
        ("a", b"x"),
        ("a.csv.exe", b"x"),
        ("b.xlsx", "姓名".encode()),
        ("big.csv", b"x" * (10 * 1024 * 1024 + 1)),
    ],
)
def test_a_wrong_file_is_refused_beside_its_field(as_, name, content, media):
    answer, batch = upload(as_("staff"), members=SimpleUploadedFile(name, content))
    assert answer.status_code == 200 and batch is None and kept(media) == []
    assert 'id="id_members_error"' in answer.content.decode()


def test_names_of_files_never_reach_a_path(as_, media):
    _, batch = upload(as_("staff"), members=members_file(name="..\\..\\<b>名册</b>.csv"))
    assert "<b>" not in batch.files["members"]["name"] and ".." not in batch.files["members"]["name"]
    assert [path.relative_to(media).parts[0] for path in kept(media)] == ["imports"]
    assert "<b>名册" not in page(as_("staff"), batch)


def test_a_very_long_name_is_kept_short(as_):
    _, batch = upload(as_("staff"), members=members_file(name="长" * 300 + ".csv"))
    assert len(batch.files["members"]["name"]) <= 150 and batch.files["members"]["name"].endswith(".csv")


def test_files_of_an_upload_that_failed_do_not_stay(as_, media, monkeypatch):
    def broken(*args, **options):
        raise OSError("disk full")

    monkeypatch.setattr(imports.jobs, "enqueue", broken)
    with pytest.raises(OSError):
        upload(as_("staff"), members=members_file())
    assert kept(media) == [] and not ImportBatch.objects.exists()


def test_the_file_is_planned_again_when_it_is_applied(as_):
    client = as_("staff")
    _, batch = upload(client, members=members_file())
    Member.objects.filter(name="甲一").update(identity_index=identity_index(identity(40)))
    _, batch = applied(client, batch)
    assert batch.state == "ready" and batch.preview["fault_count"] == 1
    assert "1 处有误" in page(client, batch) and not Member.objects.filter(name="新党员").exists()


@pytest.mark.parametrize(
    "words", ["UNIQUE constraint failed: members_importbatch.author_id", f'violates "{imports.ONE_RUNNING}"']
)
def test_the_second_of_two_at_once_is_told_that_one_runs_and_any_other_fault_stays_one(words):
    with pytest.raises(imports.Busy), imports._one_at_a_time():
        raise IntegrityError(words)
    with pytest.raises(IntegrityError), imports._one_at_a_time():
        raise IntegrityError("NOT NULL constraint failed")
    with pytest.raises(ValueError), imports._one_at_a_time():
        raise ValueError(words)


def test_the_import_that_runs_is_ones_own_and_of_these_ledgers(world, as_):
    _, batch = upload(as_("staff"), members=members_file())
    assert own_batches(world.staff) == [batch] and own_batches(world.committee_secretary) == []
    ImportBatch.objects.filter(pk=batch.pk).update(state=RUNNING[0])
    assert running_batch(world.staff) == batch and running_batch(world.committee_secretary) is None
    assert running_batch(world.staff, ["activities"]) is None and own_batches(world.staff, ledgers=["activities"]) == []
    ImportBatch.objects.filter(pk=batch.pk).update(state="expired")
    assert running_batch(world.staff) is None


def test_the_lines_of_a_batch_are_its_own(as_):
    client = as_("staff")
    _, first = upload(client, members=members_file(person(人员类别="团员")))
    _, second = upload(client, members=members_file(person(人员类别="学员", 所在党支部="火星处")))
    kinds = [{(line.batch_id, line.kind) for line in lines_of(batch, LineKind.ERROR)} for batch in (first, second)]
    assert kinds == [{(first.pk, LineKind.ERROR)}, {(second.pk, LineKind.ERROR)}]
    assert not lines_of(first, LineKind.CHANGE).exists()
