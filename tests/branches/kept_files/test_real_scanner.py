"""The same against a real clamd, where one is installed, with signatures made by hand: no network is asked (C41)."""

import hashlib
import io
import shutil
import signal
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from common.uploads import scanning
from members.activities.models import Attachment
from tests.faults import processes
from tests.members.activities.records import draft
from tests.scanner import EICAR

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.whole("tests/branches/kept_files/test_scanning.py, with a stand-in for clamd"),
    pytest.mark.skipif(shutil.which("clamd") is None, reason="no clamd is installed"),
]


@pytest.fixture
def clamd(settings):
    """A clamd of this test that knows EICAR, as a whole file and inside another; its process."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        (folder / "signatures").mkdir()
        digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
        (folder / "signatures" / "by_hand.hdb").write_text(f"{digest}:{len(EICAR)}:Eicar-Whole\n")
        # Kind 0: any file; *: anywhere in it.
        (folder / "signatures" / "by_hand.ndb").write_text(f"Eicar-Inside:0:*:{EICAR.hex()}\n")
        lines = f"LocalSocket {folder}/socket\nDatabaseDirectory {folder}/signatures\nForeground yes\n"
        (folder / "clamd.conf").write_text(f"{lines}StreamMaxLength 25M\nLogFile {folder}/log\n")
        folder.chmod(0o755)
        process = subprocess.Popen(
            ["clamd", "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        settings.CLAMD_SOCKET, settings.CLAMD_SECONDS = f"{folder}/socket", 20
        settings.MEDIA_ROOT = folder / "media"
        try:
            processes.wait_for(lambda: process.poll() is not None or scanning.answers(), 60, "clamd did not begin")
            assert process.poll() is None, (folder / "log").read_text()
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def zipped(data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.png", data)
    return file.getvalue()


def test_a_real_scanner_finds_it_through_the_product(world, as_, clamd, settings):
    record = draft(world.branch_a, world.secretary_a)
    client, url = as_("secretary_a"), reverse("attachment_upload", args=[record.pk])
    good = "会议签到。\n".encode() * 300_000

    def send(data):
        answer = client.post(url, {"file": SimpleUploadedFile("签到.txt", data)}, follow=True)
        return answer.content.decode()

    send(good)
    assert Attachment.objects.get().scan == scanning.CLEAN
    page = send("会议签到。".encode() + EICAR)
    assert "扫描发现这个文件带有恶意程序（Eicar-Inside.UNOFFICIAL），没有保存" in page
    assert scanning.scan_bytes(EICAR).state == scanning.INFECTED
    assert scanning.scan_bytes(zipped(EICAR)).state == scanning.INFECTED, "packed, as in a document of Word"
    assert scanning.scan_bytes(good + EICAR).state == scanning.INFECTED, "at the end of four megabytes"
    # Killed under the product: what comes then is kept as not scanned.
    clamd.send_signal(signal.SIGKILL)
    clamd.wait()
    send(b"later")
    assert Attachment.objects.count() == 2 and Attachment.objects.latest("pk").scan == scanning.UNKNOWN
