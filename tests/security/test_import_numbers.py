"""Numbers of people in ledgers: nowhere in clear, however and wherever they were typed; the files themselves encrypted."""

import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings

from branches.audit.models import AuditEntry
from branches.jobs.models import JobRun
from common import clock, crypto
from common.errors import Conflict
from common.numbers import masked, stray
from members.imports import kept
from members.imports import services as imports
from members.imports.models import ImportBatch
from members.roster.models.members import Member
from members.roster.services.members import identity_index, member_update
from tests.members.activities.test_races import _at_once
from tests.members.imports.rows import ACTIVITY_HEADS, MEMBER_HEADS, meeting, person
from tests.members.imports.support import applied, run, uploaded, worked
from tests.world import identity

pytestmark = pytest.mark.django_db
NUMBER, PHONE = identity(70), "13812345678"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files(media):
    return [path for path in Path(media).rglob("*") if path.is_file()]


def ledger(*rows, heads=MEMBER_HEADS, name="名册.csv"):
    text = "\r\n".join(",".join(row) for row in (heads, *rows))
    return SimpleUploadedFile(name, text.encode("utf-8-sig"))


def upload(client, **sent):
    return uploaded(client, **sent)


WIDE = NUMBER.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ"))
SPELT = {
    "as it is": NUMBER,
    "full-width": WIDE,
    "with blanks": f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
    "with hyphens": f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}",
    "of 15 digits": NUMBER[:6] + NUMBER[8:17],
    "too short": NUMBER[:16],
    "too long": NUMBER[:17] + "99",
    "with a letter": NUMBER[:9] + "O" + NUMBER[10:],
    "a phone": PHONE,
    "a phone with hyphens": "138-1234-5678",
}


@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT.keys())
def test_a_number_is_masked_as_long_as_typed(spelt):
    text = masked(f"没有找到“{spelt}”。")
    assert len(text) == len(f"没有找到“{spelt}”。") and spelt not in text
    shown = [letter for letter in text if letter.isalnum() and not "一" <= letter <= "鿿"]
    assert (
        len(shown) == 7
        and "".join(shown)
        == "".join(c for c in spelt if c.isalnum())[:3] + "".join(c for c in spelt if c.isalnum())[-4:]
    )


@pytest.mark.parametrize(
    "text", ["2026-09-15 14:30", "20260915至20260930", "第 12 行", "共 1234 人", "2026.9.1—2026.9.30", "〔2026〕12号"]
)
def test_dates_and_counts_stay(text):
    assert masked(text) == text and stray(text) == ""


COLUMNS = ["姓名", "公民身份号码", "人员类别", "所在党支部", "党小组", "加入党组织日期", "党内职务", "备注"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT.keys())
def test_a_number_in_any_column_is_nowhere_in_clear(world, as_, column, spelt):
    client = as_("staff")
    _, batch = upload(client, members=ledger(person(**{column: spelt}), name=f"名册{NUMBER}.csv"))
    page = client.get(f"/imports/{batch.uid}/").content.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(client.post(f"/imports/{batch.uid}/errors/").content)).active
    cells = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    if not batch.preview["fault_count"]:
        applied(client, batch)
    lines = [str(line.data) for line in batch.lines.all()]
    kept_rows = [*lines, str(batch.preview), batch.outcome, str(batch.files), str(list(JobRun.objects.values()))]
    trail = [entry.payload + entry.object_name for entry in AuditEntry.objects.all()]
    shown = [page, cells, client.get("/imports/").content.decode(), *kept_rows, *trail]
    assert [text for text in shown if spelt in text or NUMBER in text] == []
    assert not Member.objects.filter(remark__contains=spelt).exists()
    assert not Member.objects.filter(name__contains=spelt).exists()


@pytest.mark.parametrize("column", ["主持人", "记录人", "缺席人员及原因", "党组织", "活动类型"])
def test_a_number_among_names_of_a_record_is_refused_masked(world, as_, column):
    client = as_("staff")
    _, batch = upload(client, activities=ledger(meeting(**{column: NUMBER}), heads=ACTIVITY_HEADS, name="台账.csv"))
    page = client.get(f"/imports/{batch.uid}/").content.decode()
    assert batch.preview["fault_count"] >= 1 and NUMBER not in page and NUMBER not in str(batch.preview)


def test_the_command_prints_no_number(world, tmp_path):
    rows = [person(所在党支部=NUMBER), person("乙", 71, 备注=f"电话 {PHONE}"), person("丙", 72, 人员类别=WIDE)]
    path = tmp_path / "members.csv"
    path.write_bytes(ledger(*rows).read())
    code, out, errors = run("import_members", path)
    text = " ".join([out, *errors])
    assert code == 1 and NUMBER not in text and PHONE not in text and WIDE not in text
    assert masked(NUMBER) in text and "像手机号码的数字" in text


def test_a_row_that_stands_for_headings_shows_no_number(world, as_):
    client = as_("staff")
    _, batch = upload(client, members=ledger(person("乙", 71), heads=person(number=70)))
    page = client.get(f"/imports/{batch.uid}/").content.decode()
    assert NUMBER not in page and NUMBER not in str(batch.preview)


def test_neither_trail_nor_address_holds_the_blind_index(world, as_):
    member = world.people("branch_a")[3]
    member_update(by=world.secretary_a, member=member, identity=NUMBER, phone=PHONE)
    entry = AuditEntry.objects.latest("pk")
    assert "证件号码、手机号码有更改" in entry.payload
    upload(as_("staff"), members=ledger(person(number=73)))
    worked(imports.batch_apply(by=world.staff, batch=ImportBatch.objects.get()))
    payloads = " ".join(AuditEntry.objects.values_list("payload", flat=True))
    for number in (NUMBER, identity(73)):
        assert Member.objects.filter(identity_index=identity_index(number)).exists()
        assert identity_index(number) not in payloads and number not in payloads


# --- the files


def test_an_upload_lies_encrypted_for_its_owner_alone_and_reads_the_same(world, as_, media):
    client = as_("staff")
    _, batch = upload(client, members=ledger(person(number=70)))
    (path,) = files(media)
    data = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o077 == 0
    assert NUMBER.encode() not in data and "新党员".encode() not in data and data.startswith(b"TB1")
    assert NUMBER in kept.sources(batch)["members"][0].read().decode("utf-8-sig")
    assert applied(client, batch)[1].state == "applied"
    assert Member.objects.filter(name="新党员").exists() and files(media) == []


def test_a_file_altered_or_put_in_the_place_of_another_is_not_read(world, as_, media):
    client = as_("staff")
    _, first = upload(client, members=ledger(person(number=70)))
    one = Path(media) / first.files["members"]["path"]
    _, second = upload(client, members=ledger(person("另一人", 71)))
    two = Path(media) / second.files["members"]["path"]
    two.write_bytes(one.read_bytes())
    _, second = applied(client, second)
    assert second.state == "ready" and "请重新上传" in client.get(f"/imports/{second.uid}/").content.decode()
    one.write_bytes(one.read_bytes()[:-1] + b"\0")
    with pytest.raises(Conflict):
        kept.sources(first)
    one.unlink()
    assert applied(client, first)[1].state == "ready"
    assert not Member.objects.filter(name__in=["新党员", "另一人"]).exists()


def test_sealed_bytes_open_only_as_they_were_sealed():
    sealed = crypto.seal(b"abc", "a.b")
    assert crypto.unseal(sealed, "a.b") == b"abc"
    for other, aad in ((sealed, "a.c"), (sealed[:-1], "a.b"), (b"TB1" + sealed[7:], "a.b"), (b"", "a.b"), (b"abc", "")):
        with pytest.raises(crypto.CannotBeShown):
            crypto.unseal(other, aad)


def test_after_a_day_it_is_expired_even_before_beat_comes(world, as_, media, django_capture_on_commit_callbacks):
    client = as_("staff")
    _, batch = upload(client, members=ledger(person(number=70)))
    ImportBatch.objects.update(uploaded=clock.now() - timedelta(hours=24, minutes=1))
    page = client.get(f"/imports/{batch.uid}/").content.decode()
    assert "这次导入已过期，请重新上传" in page and "/apply/" not in page
    answer = client.post(f"/imports/{batch.uid}/apply/")
    assert answer.status_code == 409 and "只保留 24 小时" in answer.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert imports.batches_expire() == 1
    assert files(media) == [] and imports.batches_expire() == 0
    batch.refresh_from_db()
    assert batch.state == "expired"


def test_what_belongs_to_no_batch_is_removed_and_what_waits_stays(world, as_, media):
    import os

    _, batch = upload(as_("staff"), members=ledger(person(number=70)))
    folder = (Path(media) / batch.files["members"]["path"]).parent
    old, young = folder / "old", folder / ".young.part"
    for path in (old, young):
        path.write_bytes(b"x")
    past = clock.now().timestamp() - 7200
    for path in (old, Path(media) / batch.files["members"]["path"]):
        os.utime(path, (past, past))
    imports.batches_expire()
    assert {path.name for path in files(media)} == {".young.part", Path(batch.files["members"]["path"]).name}


@override_settings(IMPORT_BYTES_PER_ACCOUNT=600)
def test_the_quota_of_an_account_and_what_frees_it(world, as_, media):
    client = as_("staff")
    _, batch = upload(client, members=ledger(person(number=70), name="一.csv"))
    size = batch.files["members"]["size"]
    with override_settings(IMPORT_BYTES_PER_ACCOUNT=2 * size - 1):
        answer, same = upload(client, members=ledger(person(number=70), name="二.csv"))
        page = answer.content.decode()
        assert answer.status_code == 200 and same == batch and "待导入的文件合计不能超过" in page
        assert 'id="id_members_error"' in page and len(files(media)) == 1
        other, _ = upload(as_("committee_secretary"), members=ledger(person(number=71), name="三.csv"))
        assert other.status_code == 302
        imports.batch_discard(by=world.staff, batch=batch)
        assert upload(client, members=ledger(person(number=70), name="四.csv"))[0].status_code == 302


def test_the_quota_of_all_together(world, as_, settings):
    _, batch = upload(as_("staff"), members=ledger(person(number=70)))
    settings.IMPORT_BYTES_IN_ALL = 2 * batch.files["members"]["size"] - 1
    answer, same = upload(as_("committee_secretary"), members=ledger(person(number=70)))
    assert same == batch and "已占满空间" in answer.content.decode()


def test_of_two_uploads_at_the_quota_one_passes(live_world, settings):
    if connection.vendor != "postgresql":
        pytest.skip("needs two connections that write at once")
    sample = ledger(person(number=70))
    settings.IMPORT_BYTES_PER_ACCOUNT = int(sample.size * 1.5)

    def one():
        return imports.batch_upload(by=live_world.staff, uploads={"members": ledger(person(number=70))})

    results = _at_once(one, one)
    assert sum(isinstance(result, ImportBatch) for result in results) == 1, results
    assert ImportBatch.objects.count() == 1
