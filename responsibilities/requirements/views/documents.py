"""Papers that prove a requirement where no record can: named, and taken back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from branches.reach import access
from branches.reach.rights import DUTIES, RECORD
from common.forms.fields import take_errors
from common.requests import Request
from responsibilities.requirements.forms import DocumentForm
from responsibilities.requirements.loaders import document_for, requirement_for
from responsibilities.requirements.rule import DOCUMENTS
from responsibilities.requirements.selectors import requirement_name
from responsibilities.requirements.services import address, document_name, document_withdraw


@login_required
def requirement_document_new(request: Request, pk: int, rule_id: str, period: str) -> HttpResponse:
    organisation, row = requirement_for(request, pk, rule_id, period)
    if not access.rights_at(request.user, organisation) & {DUTIES, RECORD}:
        raise access.Forbidden(DUTIES, organisation)
    if row.row.proof != DOCUMENTS:
        raise Http404
    form = DocumentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            document_name(by=request.user, organisation=organisation, row=row, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "文件已登记")
            return redirect(address(row))
    context = {
        "title": f"登记文件：{organisation.label}{requirement_name(row)}",
        "sub": "只登记文件名称、文号和成文日期，与办公室收发文登记一致；不上传文件",
        "form": form,
        "verb": "登记",
        "cancel": address(row),
    }
    return render(request, "generic/form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_POST
def requirement_document_withdraw(request: Request, pk: int) -> HttpResponse:
    document = document_for(request, pk)
    if not access.rights_at(request.user, document.organisation) & {DUTIES, RECORD}:
        raise access.Forbidden(DUTIES, document.organisation)
    document_withdraw(by=request.user, document=document)
    messages.success(request, "文件已撤回，不再计入")
    return redirect("requirement_detail", document.organisation_id, document.rule, document.period)
