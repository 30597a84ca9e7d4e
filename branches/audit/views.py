"""The auditor's pages: read, verify, export the trail."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import audit
from branches.audit import exports, seal
from branches.audit.forms import AuditFilter
from branches.audit.selectors import changes_of, entries, sealed_among, to_seal, verbs_in_use
from branches.audit.verbs import verb_label
from branches.audit.verify import verify
from branches.reach.doors import needs, recent_login
from branches.reach.rights import AUDIT

COLUMNS = ["编号", "时间", "操作人", "地址", "动作", "对象类型", "对象编号", "对象", "内容", "说明"]


def _filter(request):
    form = AuditFilter(request.GET, verbs=verbs_in_use())
    form.is_valid()
    return form


@needs(AUDIT)
def audit_list(request):
    form = _filter(request)
    page = Paginator(entries(form.cleaned_data), 50).get_page(request.GET.get("page"))
    sealed = sealed_among(page.object_list)
    for row in page.object_list:
        row.label, row.sealed = verb_label(row.verb), row.pk in sealed
        row.changes, row.note = changes_of(row)
    context = {
        "title": f"审计记录 {page.paginator.count} 条",
        "sub": f"链头 {seal.head()[:24]}…，待封存 {to_seal()} 条",
        "form": form,
        "page": page,
    }
    return render(request, "branches/audit/list.html", context)


@needs(AUDIT)
@require_POST
def audit_verify(request):
    verdict = verify()
    audit.record(by=request.user, verb="audit.verify", after={"ok": verdict.ok, "checked": verdict.checked})
    words = f"{verdict.message}；链头 {seal.head()}"
    (messages.success if verdict.ok else messages.error)(request, words)
    return redirect("audit_list")


def _rows(found):
    for row in found:
        changes, note = changes_of(row)
        text = "；".join(f"{item['field']}：{item['before']} → {item['after']}" for item in changes)
        moment = timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S")
        yield [
            row.pk,
            moment,
            row.actor_name,
            row.address,
            verb_label(row.verb),
            row.object_type,
            row.object_id,
            row.object_name,
            text,
            note,
        ]


@needs(AUDIT)
@require_POST
@recent_login
def audit_export(request):
    form = _filter(request)
    found = entries(form.cleaned_data)[: exports.MOST_ROWS + 1]
    return exports.send(
        request,
        rows=_rows(found),
        columns=COLUMNS,
        name="审计记录",
        verb="audit.export",
        filters=form,
        kind=request.POST.get("format", "xlsx"),
    )
