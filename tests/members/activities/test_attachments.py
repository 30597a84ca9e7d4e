"""Files of a record: which are taken, where they lie, who gets them, and what a damaged one answers."""

import errno
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from branches.audit.models import AuditEntry
from branches.reach.models import Appointment, OrganisationGrant
from common.uploads.archives import RefusedFile
from common.uploads.pictures import without_metadata
from members.activities.models import Activity, Attachment
from members.activities.services import attachments as services
from members.activities.services import states as moves
from tests.members.activities.records import draft, submitted

pytestmark = pytest.mark.django_db

ORIENTATION, GPS = 0x0112, 0x8825
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(extra=b"", size=1):
    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + extra
        + _chunk(b"IDAT", zlib.compress(b"\0\0"))
        + _chunk(b"IEND", b"")
    )


def jpg(orientation=6):
    """A small picture with metadata that hold an orientation, a place and a comment."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(GPS)[2] = (31.0, 12.0, 0.0)
    exif[0x010E] = "GPS 31.2N 121.4E"
    out = io.BytesIO()
    Image.new("RGB", (16, 8), "red").save(out, "JPEG", exif=exif, comment=b"GPS", quality=60)
    return out.getvalue()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def record(world):
    return draft(world.branch_a, world.secretary_a)


def _send(client, record, *files):
    return client.post(reverse("attachment_upload", args=[record.pk]), {"file": list(files)})


def _file(name="签到表.pdf", data=PDF):
    return SimpleUploadedFile(name, data)


def _stored(media):
    return [path for path in Path(media).rglob("*") if path.is_file()]


def test_a_file_is_kept_outside_the_web_root_under_a_random_name_and_comes_back_whole(world, as_, record, media):
    client = as_("secretary_a")
    before = AuditEntry.objects.count()
    assert _send(client, record, _file()).status_code == 302
    (kept,) = Attachment.objects.all()
    (path,) = _stored(media)
    assert (kept.name, kept.kind, kept.size) == ("签到表.pdf", "pdf", len(PDF))
    assert "签到" not in str(path) and path.stat().st_mode & 0o777 == 0o600
    assert AuditEntry.objects.count() == before + 1
    answer = client.get(reverse("attachment_download", args=[kept.pk]))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;") and "%E7%AD%BE" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store"


def test_a_file_follows_the_reach_of_its_record(world, as_, record):
    _send(as_("secretary_a"), record, _file())
    url = reverse("attachment_download", args=[Attachment.objects.get().pk])
    gone = reverse("attachment_download", args=[10**9])
    for who in ("secretary_b", "general_secretary", "member", "outsider", "administrator", "auditor"):
        client = as_(who)
        assert (client.get(url).status_code, client.get(gone).status_code) == (404, 404), who
    for who in ("leader", "staff", "officer_a"):
        assert as_(who).get(url).status_code == 200, who
    client = as_("secretary_a")
    for dated in (Appointment, OrganisationGrant):
        dated.objects.filter(user=world.secretary_a).update(ends="2020-01-01")
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (("空.pdf", b""), "空"),
        (("a.exe", b"MZ"), "不接收"),
        (("旧.doc", b"\xd0\xcf\x11\xe0"), "另存为"),
        (("页.html", b"<html>"), "不接收"),
        (("图.svg", b"<svg/>"), "不接收"),
        (("宏.docm", b"PK"), "宏"),
        (("假.pdf", png()), "不符"),
        (("假.png", PDF), "不符"),
        (("夹带.pdf", PDF + b"<html><script>1</script>"), "夹带"),
        (("a.html.pdf", PDF), "两个扩展名"),
        (("无扩展名", PDF), "扩展名"),
        (("脚本.txt", b"<script>alert(1)</script>"), "不符"),
        (("巨图.png", png(size=30_000)), "尺寸"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_sentence_and_leaves_nothing(world, as_, record, media, sent, words):
    before = AuditEntry.objects.count()
    answer = _send(as_("secretary_a"), record, _file(*sent))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Attachment.objects.exists() and not _stored(media)
    assert AuditEntry.objects.count() == before


def test_a_zip_that_calls_itself_a_workbook_is_refused(world, as_, record):
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("evil.txt", "x")
    assert _send(as_("secretary_a"), record, _file("表.xlsx", box.getvalue())).status_code == 422


def test_no_file_at_all_is_a_sentence_too(world, as_, record):
    answer = _send(as_("secretary_a"), record)
    assert answer.status_code == 422 and "请选择要上传的文件" in answer.content.decode()


def test_sizes_and_numbers_are_limited(world, as_, record, settings, media):
    client = as_("secretary_a")
    settings.ATTACHMENT_MAX_BYTES = len(PDF)
    assert _send(client, record, _file("大.pdf", PDF + b"\n")).status_code == 422
    assert _send(client, record, _file("正好.pdf")).status_code == 302
    settings.ATTACHMENTS_PER_RECORD = 2
    assert _send(client, record, _file("二.pdf")).status_code == 302
    answer = _send(client, record, _file("三.pdf"))
    assert answer.status_code == 422 and "最多 2 个附件" in answer.content.decode()
    other = draft(world.branch_a, world.secretary_a)
    settings.ATTACHMENT_BYTES_PER_YEAR = 3 * len(PDF)
    assert _send(client, other, _file("一.pdf")).status_code == 302
    answer = _send(client, other, _file("满.pdf"))
    assert answer.status_code == 422 and "上限" in answer.content.decode()
    assert len(_stored(media)) == Attachment.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\a\\b.pdf", "b.pdf"),
        ("con.pdf", "_con.pdf"),
        ("\u202egnp.pdf", "gnp.pdf"),
        ("长" * 300 + ".pdf", None),
    ],
)
def test_names_are_cleaned(world, record, name, kept):
    file = _file("x.pdf")
    file._name = name
    attachment = services.attachment_add(by=world.secretary_a, activity=record, file=file)
    assert len(attachment.name) <= 150 and "/" not in attachment.name and "\\" not in attachment.name
    assert kept is None or attachment.name == kept


def test_pictures_keep_no_place_but_stay_the_right_way_up(world, as_, record, media):
    client = as_("secretary_a")
    odd = png(_chunk(b"eXIf", b"GPS 31N") + _chunk(b"tEXt", b"Comment\0GPS 31N"))
    assert _send(client, record, _file("照片.jpg", jpg()), _file("图.png", odd)).status_code == 302
    assert len(_stored(media)) == 2
    for path in _stored(media):
        assert b"GPS" not in path.read_bytes()


def test_a_photo_without_metadata_keeps_its_turn_its_size_and_its_quality():
    before, after = Image.open(io.BytesIO(jpg())), Image.open(io.BytesIO(without_metadata(jpg(), "jpg")))
    assert dict(after.getexif()) == {ORIENTATION: 6} and "comment" not in after.info
    assert (after.size, after.mode, after.quantization) == (before.size, before.mode, before.quantization)
    assert not Image.open(io.BytesIO(without_metadata(jpg(1), "jpg"))).getexif()
    assert Image.open(io.BytesIO(without_metadata(png(), "png"))).size == (1, 1)
    assert without_metadata(PDF, "pdf") == PDF


@pytest.mark.parametrize(
    "damage",
    [b"\xff\xd8\xff\xe1\0\x10Exif\0\0MM\0*\xff\xff\xff\xff", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff", jpg()[:-40]],
)
def test_a_photo_that_cannot_be_decoded_is_refused_with_a_sentence(world, as_, record, media, damage):
    with pytest.raises(RefusedFile, match="图片不完整"):
        without_metadata(damage, "jpg")
    answer = _send(as_("secretary_a"), record, _file("照片.jpg", damage + b"\xff\xd9"))
    assert answer.status_code == 422 and "图片不完整" in answer.content.decode() and not _stored(media)


@pytest.mark.parametrize("damage", ["gone", "altered"])
def test_a_lost_or_altered_file_answers_410_and_other_pages_work(world, as_, record, media, damage):
    client = as_("secretary_a")
    _send(client, record, _file())
    (path,) = _stored(media)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(PDF.replace(b"1 0 obj", b"2 0 obj"))
    answer = client.get(reverse("attachment_download", args=[Attachment.objects.get().pk]))
    assert answer.status_code == 410 and "已不可用" in answer.content.decode()
    assert client.get(reverse("activity_detail", args=[record.pk])).status_code == 200


def test_a_full_disk_is_said_and_leaves_nothing(world, as_, record, media, monkeypatch):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("common.uploads.sniffing.os.fsync", full)
    answer = _send(as_("secretary_a"), record, _file())
    assert answer.status_code == 503 and "存储空间不足" in answer.content.decode()
    assert not Attachment.objects.exists() and not _stored(media)


def test_a_file_whose_row_fails_does_not_stay_on_the_disk(world, record, media, monkeypatch):
    def broken(**options):
        raise RuntimeError("audit")

    monkeypatch.setattr("members.activities.services.attachments.audit.record", broken)
    with pytest.raises(RuntimeError):
        services.attachment_add(by=world.secretary_a, activity=record, file=_file())
    assert not Attachment.objects.exists() and not _stored(media)


def test_files_are_added_and_removed_while_the_record_can_be_changed_only(
    world, as_, record, media, django_capture_on_commit_callbacks
):
    client = as_("secretary_a")
    _send(client, record, _file())
    kept = Attachment.objects.get()
    record = moves.activity_submit(by=world.secretary_a, activity=record)
    assert _send(client, record, _file("后补.pdf")).status_code == 409
    assert client.post(reverse("attachment_delete", args=[kept.pk])).status_code == 409
    assert len(_stored(media)) == Attachment.objects.count() == 1
    moves.activity_withdraw(by=world.secretary_a, activity=record)
    before = AuditEntry.objects.count()
    for who, status in {"secretary_b": 404, "leader": 403}.items():
        assert as_(who).post(reverse("attachment_delete", args=[kept.pk])).status_code == status
    assert client.get(reverse("attachment_delete", args=[kept.pk])).status_code == 405
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("attachment_delete", args=[kept.pk])).status_code == 302
    assert not Attachment.objects.exists() and not _stored(media)
    assert AuditEntry.objects.count() == before + 1


def test_a_discarded_draft_leaves_no_file(world, as_, record, media, django_capture_on_commit_callbacks):
    _send(as_("secretary_a"), record, _file())
    with django_capture_on_commit_callbacks(execute=True):
        as_("secretary_a").post(reverse("activity_discard", args=[record.pk]))
    assert not Activity.objects.exists() and not _stored(media)


def test_an_upload_through_the_page_answers_with_the_list_of_files(world, as_, record):
    answer = as_("secretary_a").post(
        reverse("attachment_upload", args=[record.pk]),
        {"file": [_file(), _file("坏.exe", b"MZ")]},
        headers={"HX-Request": "true"},
    )
    page = answer.content.decode()
    assert answer.status_code == 200 and "签到表.pdf" in page and "坏.exe" in page and "<html" not in page


def test_the_reviewer_gets_the_files(world, as_):
    record = draft(world.branch_a, world.secretary_a)
    _send(as_("secretary_a"), record, _file())
    moves.activity_submit(by=world.secretary_a, activity=record)
    page = as_("staff").get(reverse("review_detail", args=[record.pk])).content.decode()
    assert "签到表.pdf" in page and "已传附件 1 个" in page
    assert submitted(world.branch_a, world.secretary_a).attachments.count() == 0
