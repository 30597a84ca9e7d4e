"""The scanner of uploads (C41): a stand-in for clamd behind a unix socket, and EICAR's test string."""

import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.errors import Conflict
from common.uploads import scanning
from members.activities.models import Attachment
from members.imports import kept
from members.imports.models import ImportBatch
from responsibilities.proof_files import checks
from responsibilities.proof_files.models import ProofFile
from responsibilities.work.services.evidence import evidence_paper
from tests.matrix.work import item
from tests.members.activities.records import draft
from tests.scanner import EICAR, clamd

pytestmark = pytest.mark.django_db
GOOD = "会议签到。".encode()
BAD = "会议签到。".encode() + EICAR


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def address(settings):
    """The configured socket; nobody listens there yet. A path of a socket has to be short."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        settings.CLAMD_SOCKET, settings.CLAMD_SECONDS = f"{folder}/clamd", 2
        yield Path(settings.CLAMD_SOCKET)


@pytest.fixture
def record(world):
    return draft(world.branch_a, world.secretary_a)


def send(client, record, data):
    return client.post(
        reverse("attachment_upload", args=[record.pk]), {"file": SimpleUploadedFile("签到.txt", data)}, follow=True
    )


def prove(world, data):
    stage = item(world).stages.get(stage="study")
    file = SimpleUploadedFile("批复.txt", data)
    words = {"title": "批复", "sentence": "批复明确了分工和时限", "day": clock.today()}
    return evidence_paper(by=world.staff, stage=stage, file=file, **words).paper


def test_what_is_clean_is_kept_and_says_so(as_, record, address):
    with clamd(address) as scanned:
        send(as_("secretary_a"), record, GOOD)
    kept_file = Attachment.objects.get()
    assert scanned == [GOOD] and kept_file.scan == "clean" and kept_file.scanned


def test_an_infected_upload_is_refused_and_nothing_of_it_stays(world, as_, record, address, media):
    with clamd(address):
        page = send(as_("secretary_a"), record, BAD).content.decode()
        assert "扫描发现这个文件带有恶意程序（Eicar-Signature），没有保存" in page
        with pytest.raises(Exception, match="恶意程序"):
            prove(world, BAD)
        answer = as_("staff").post(reverse("import_start"), {"members": SimpleUploadedFile("名册.csv", BAD)})
        assert "恶意程序" in answer.content.decode()
    assert not Attachment.objects.exists() and not ProofFile.objects.exists() and not ImportBatch.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_a_long_file_is_sent_whole(address):
    data = GOOD * 40_000
    with clamd(address) as scanned:
        assert scanning.scan_bytes(data) == ("clean", "")
        assert scanning.scan_bytes(data + EICAR) == ("infected", "Eicar-Signature")
    assert scanned == [data, data + EICAR]


def test_a_file_on_the_disk_is_scanned_by_its_path(address, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(BAD)
    with clamd(address):
        assert scanning.scan(path).state == "infected"


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR", b"", b"UNKNOWN COMMAND"])
def test_a_scanner_that_fails_leaves_the_file_unknown(as_, record, address, says):
    with clamd(address, says=says):
        send(as_("secretary_a"), record, GOOD)
    assert Attachment.objects.get().scan == "unknown"


def test_an_upload_while_the_scanner_is_away_is_scanned_later_and_then_never_served(world, as_, record, address):
    client = as_("secretary_a")
    send(client, record, BAD)
    paper = prove(world, BAD)
    attachment = Attachment.objects.get()
    url = reverse("attachment_download", args=[attachment.pk])
    assert attachment.scan == "unknown" and client.get(url).status_code == 200
    assert checks.files_scan() == (0, 0, 0), "nobody listens"

    with clamd(address):
        assert checks.files_scan() == (2, 0, 2)
        assert checks.files_scan() == (0, 0, 0), "each once"
    answer = client.get(url)
    assert answer.status_code == 403 and "已隔离" in answer.content.decode()
    assert "Eicar-Signature" in answer.content.decode() and EICAR not in answer.content
    proof = as_("staff").get(reverse("paper_download", args=[paper.pk]))
    assert proof.status_code == 403 and EICAR not in proof.content
    page = client.get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "已隔离" in page and url not in page
    entries = AuditEntry.objects.filter(verb="file.infected")
    assert entries.count() == 2 and {entry.organisation_id for entry in entries} >= {world.branch_a.pk}
    assert Notice.objects.filter(recipient=world.auditor, kind="security").count() == 2


def test_a_ledger_that_came_while_the_scanner_was_away_is_scanned_before_it_is_read(world, as_, address):
    file = SimpleUploadedFile("名册.csv", "姓名\n张三\n".encode() + EICAR)
    as_("staff").post(reverse("import_start"), {"members": file})
    batch = ImportBatch.objects.get()
    assert batch.files["members"]["scan"] == "unknown"
    with clamd(address), pytest.raises(Conflict, match="恶意程序"):
        kept.sources(batch)
    assert kept.sources(batch)["members"][0].read().startswith("姓名".encode())


def test_without_a_scanner_files_are_served_and_the_administrator_is_told(as_, record, settings):
    settings.CLAMD_SOCKET = ""
    client, page_of = as_("secretary_a"), as_("administrator")
    send(client, record, BAD)
    attachment = Attachment.objects.get()
    assert attachment.scan == "unknown"
    assert client.get(reverse("attachment_download", args=[attachment.pk])).status_code == 200
    page = page_of.get(reverse("kept_file_list")).content.decode()
    assert "没有配置病毒扫描" in page and "1 个文件未经扫描" in page and "签到" not in page


def test_the_administrators_page_says_whether_the_scanner_answers_and_what_is_set_apart(as_, record, address):
    send(as_("secretary_a"), record, BAD)
    client, url = as_("administrator"), reverse("kept_file_list")
    assert "病毒扫描程序没有应答" in client.get(url).content.decode()
    with clamd(address):
        checks.files_scan()
        page = client.get(url).content.decode()
    assert "1 个文件需要处理" in page and "Eicar-Signature" in page and "没有应答" not in page
