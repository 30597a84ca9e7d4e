"""The nightly check names files that are gone or altered (F09), and notices when they are back."""

import pytest
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.jobs.models import Heartbeat
from members.activities.models import Attachment
from responsibilities import tasks
from responsibilities.proof_files import checks
from tests.branches.kept_files.test_scanning import GOOD, media, prove, record, send

__all__ = ["media", "record"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("damage", ["gone", "altered"])
def test_a_lost_file_is_named_each_night_until_it_is_back(world, as_, record, media, damage):
    client, operator = as_("secretary_a"), as_("administrator")
    send(client, record, GOOD)
    paper = prove(world, GOOD)
    attachment = Attachment.objects.get()
    assert checks.files_check() == (2, 0, 0)
    path, other = media / attachment.path, media / paper.path
    for one in (path, other):
        one.unlink() if damage == "gone" else one.write_bytes(GOOD + b"!")
    tasks.check_files()
    attachment.refresh_from_db()
    since = attachment.lost_since
    assert since and Heartbeat.objects.filter(name="files").exists()
    assert AuditEntry.objects.filter(verb="file.lost").count() == 2
    page = operator.get(reverse("kept_file_list")).content.decode()
    assert "2 个文件需要处理" in page and f"附件 {attachment.pk}" in page and f"佐证文件 {paper.pk}" in page
    gone = client.get(reverse("attachment_download", args=[attachment.pk]))
    assert gone.status_code == 410 and "起文件丢失" in gone.content.decode()
    assert "文件缺失" in client.get(reverse("activity_detail", args=[record.pk])).content.decode()

    assert checks.files_check().lost == 0, "known already"
    attachment.refresh_from_db()
    assert attachment.lost_since == since
    path.write_bytes(GOOD)
    other.write_bytes(GOOD)
    checks.files_check()
    attachment.refresh_from_db()
    assert attachment.lost_since is None and AuditEntry.objects.filter(verb="file.back").count() == 2
    assert "没有缺失或被隔离的文件" in operator.get(reverse("kept_file_list")).content.decode()
