"""Files of a record: upload, download through the record's own right, delete."""

import errno
import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.reach.rights import RECORD, VIEW
from members.activities.loaders import file_for, record_for
from members.activities.services.attachments import attachment_add, attachment_bytes, attachment_remove
from members.activities.versions import in_progress

log = logging.getLogger("tongbu.files")


@login_required
@require_POST
def attachment_upload(request, pk):
    activity = record_for(request, pk)
    problems = []
    uploads = request.FILES.getlist("file")
    if not uploads:
        problems.append("请选择要上传的文件。")
    status = 200
    for upload in uploads:
        try:
            attachment_add(by=request.user, activity=activity, file=upload)
        except ValidationError as error:
            problems.append(f"{upload.name[:60]}：{''.join(error.messages)}")
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            log.error("incident %s no space for an upload", request.incident)
            problems, status = ["服务器存储空间不足，文件没有保存，请告知管理员。"], 503
            break
    if request.htmx:
        context = {"activity": activity, "attachments": activity.attachments.all(), "problems": problems}
        context |= {"may_edit": True, "correction": in_progress(activity)}
        return render(request, "members/activities/attachments/_files.html", context)
    if problems:
        context = {"activity": activity, "problems": problems}
        return render(
            request, "members/activities/attachments/refused.html", context, status=status if status > 200 else 422
        )
    messages.success(request, f"已上传 {len(uploads)} 个附件")
    return redirect("activity_edit", pk=pk)


@login_required
@require_GET
def attachment_download(request, pk):
    attachment = file_for(request, pk, VIEW)
    data = attachment_bytes(attachment)
    if data is None:
        return render(
            request,
            "members/activities/attachments/gone.html",
            {"attachment": attachment},
            status=403 if attachment.infected else 410,
        )
    return exports.kept_file(data, attachment.name, attachment.kind)


@login_required
@require_POST
def attachment_delete(request, pk):
    attachment = file_for(request, pk, RECORD)
    activity = attachment.activity
    attachment_remove(by=request.user, attachment=attachment)
    if request.htmx:
        context = {"activity": activity, "attachments": activity.attachments.all(), "may_edit": True}
        context["correction"] = in_progress(activity)
        return render(request, "members/activities/attachments/_files.html", context)
    messages.success(request, "附件已删除")
    return redirect("activity_edit", pk=activity.pk)
