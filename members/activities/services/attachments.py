"""Add and remove the files of a record; they live outside the web root under random names (C30–C34)."""

import hashlib
import io
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from branches import audit
from branches.reach import access
from branches.reach.rights import RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.uploads import scanning
from common.uploads import sniffing as files
from common.uploads.pictures import without_metadata
from members.activities.models import Activity, ActivityRevision, ActivityState, Attachment
from members.activities.services.records import EDITABLE, locked
from members.activities.versions import in_progress
from members.activities.writers import writer_add

MB = 1024 * 1024


def used_bytes(organisation: int, year: int) -> int:
    """Return the bytes of all files of an organisation's records held in `year`."""
    rows = Attachment.objects.filter(activity__organisation=organisation, activity__day__year=year)
    return rows.order_by().aggregate(total=Sum("size"))["total"] or 0


def _editable(activity: Activity) -> tuple[Activity, ActivityRevision | None]:
    """Return the record, held, and the correction to which a file of it belongs now, None for the record itself."""
    activity = locked(activity)
    revision = in_progress(activity) if activity.state == ActivityState.ACCEPTED else None
    if activity.state not in EDITABLE and revision is None:
        raise Conflict(f"这条记录现在的状态是“{activity.get_state_display()}”，不能增减附件。", record=activity)
    return activity, revision


def _check_limits(activity: Activity, size: int) -> None:
    if activity.attachments.count() >= settings.ATTACHMENTS_PER_RECORD:
        raise ValidationError({"file": f"每条记录最多 {settings.ATTACHMENTS_PER_RECORD} 个附件。"})
    year = activity.day.year
    if used_bytes(activity.organisation_id, year) + size > settings.ATTACHMENT_BYTES_PER_YEAR:
        limit = settings.ATTACHMENT_BYTES_PER_YEAR // MB
        raise ValidationError({"file": f"本组织 {year} 年的附件已接近上限（{limit} MB），放不下这个文件。"})


def attachment_add(*, by: Actor, activity: Activity, file: Any) -> Attachment:
    """Check an UploadedFile, keep it and return the Attachment.

    Pictures are kept without metadata, so no place is stored. Raises ValidationError on "file" for a refused or
    superfluous one, Conflict when the record is no longer editable, OSError when the disk is full; then nothing stays.
    """
    try:
        kind = files.check_upload(file)
        data = without_metadata(file.read(), kind.kind)
    except files.RefusedFile as refused:
        raise ValidationError({"file": str(refused)}) from None
    path = None
    try:
        with transaction.atomic():
            activity, revision = _editable(activity)
            _check_limits(activity, len(data))
            path = files.store(io.BytesIO(data), "attachments")
            attachment = Attachment(
                activity=activity,
                revision=revision,
                name=files.safe_name(file.name),
                path=path,
                kind=kind.kind,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                scan=kind.scan,
                scanned=None if kind.scan == scanning.UNKNOWN else clock.now(),
                uploaded_by=account_of(by),
            )
            attachment.full_clean(exclude=["uploaded_by", "activity", "revision"])
            attachment.save()
            writer_add(by, activity)
            access.require(by, RECORD, activity.organisation)
            audit.record(
                by=by,
                verb="activity.attach",
                obj=activity,
                organisation=activity.organisation,
                after={"attachment": attachment.name, "size": attachment.size, "sha256": attachment.sha256},
            )
    except BaseException:
        if path is not None:
            files.remove(path)
        raise
    return attachment


@one_transaction
def attachment_remove(*, by: Actor, attachment: Attachment) -> None:
    """Remove a file from an editable record; the bytes go once the removal is committed."""
    activity, revision = _editable(attachment.activity)
    if revision is not None and attachment.revision_id != revision.pk:
        raise Conflict("已通过的版本中的附件不能删除，可以增补。", record=activity)
    access.require(by, RECORD, activity.organisation)
    path = attachment.path
    audit.record(
        by=by,
        verb="activity.detach",
        obj=activity,
        organisation=activity.organisation,
        before={"attachment": attachment.name, "size": attachment.size, "sha256": attachment.sha256},
    )
    attachment.delete()
    writer_add(by, activity)
    transaction.on_commit(lambda: files.remove(path))


def attachment_bytes(attachment: Attachment) -> bytes | None:
    """Return the content of a kept file; None when it is infected (C41), gone or no longer what was uploaded (F09)."""
    if attachment.infected:
        return None
    return files.kept_bytes(attachment.path, attachment.sha256, f"attachment {attachment.pk}")
