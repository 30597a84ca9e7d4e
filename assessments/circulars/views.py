"""Circulars: the list, a draft in one click, its page, issuing, corrections, the document."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.circulars import docx, services
from assessments.circulars.content import named
from assessments.circulars.forms import CorrectForm, MakeForm, SeenForm, WordsForm, seen
from assessments.circulars.loaders import circular_for, writable
from assessments.circulars.selectors import own_lacks, quarter_to_tell, readable, standing
from assessments.circulars.wording import correction_words, sections
from branches.audit import exports
from branches.reach import access
from branches.reach.rights import VIEW
from common.errors import Conflict
from common.forms.fields import take_errors
from common.requests import Request
from responsibilities.assigning import committees_assigned
from responsibilities.circulars.models import Circular, CircularState

PER_PAGE = 20


@login_required
@require_GET
def circular_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    rows = readable(request.user)
    issued = rows.filter(state=CircularState.ISSUED).count()
    committees = committees_assigned(request.user)
    context = {
        "title": f"已印发通报 {issued} 份" if issued else "还没有印发的通报",
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_make": bool(committees),
        "next": quarter_to_tell(committees[0]) if committees else None,
    }
    return render(request, "assessments/circulars/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def circular_make(request: Request) -> HttpResponse:
    """One click from board or heat map; without a quarter in the form the next one that is to be told of."""
    committees = committees_assigned(request.user)
    if not committees:
        access.require_anywhere(request.user, VIEW)
        raise Http404
    data = request.GET if request.method == "GET" else request.POST.copy()
    offered = {"organisation": committees[0].pk, "period": str(quarter_to_tell(committees[0]))}
    initial = offered | {name: data[name] for name in offered if data.get(name)}
    form = MakeForm(initial if request.method == "POST" else None, committees=committees, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            circular, made = services.circular_make(
                by=request.user, organisation=form.cleaned_data["organisation"], quarter=form.cleaned_data["period"]
            )
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "通报草稿已生成，请核对后印发") if made else messages.info(
                request, f"{circular.quarter.label()}的通报已有{circular.get_state_display()}，已为您打开"
            )
            return redirect("circular_detail", circular.pk)
    context = {
        "title": "生成季度通报",
        "sub": "由四同步看板和组织生活总览的数字生成草稿，核对文字后印发",
        "form": form,
        "verb": "生成草稿",
        "cancel": reverse("circular_list"),
    }
    return render(request, "generic/form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def circular_detail(request: Request, pk: int) -> HttpResponse:
    """The text as it reads; whoever writes a draft also gets the form of its words."""
    circular = circular_for(request, pk) if request.method == "GET" else writable(request, pk)
    stands, status = standing(request.user, circular), 200
    typed = request.POST if request.method == "POST" else None
    form = WordsForm.of(circular, typed) if stands.writes and stands.draft else None
    if request.method == "POST":
        if form is None:
            raise Conflict("通报已印发，不能再改；需要改动的，请更正为新版本。")
        if form.is_valid():
            try:
                services.circular_change(
                    by=request.user,
                    circular=circular,
                    data={name: form.cleaned_data[name] for name in services.WORDS},
                    seen=form.cleaned_data["seen"],
                )
            except ValidationError as error:
                take_errors(form, error)
            else:
                messages.success(request, "文字已保存")
                return redirect("circular_detail", pk)
        status = 422
    lacks = own_lacks(request.user, circular.content)
    context = {
        "circular": circular,
        "sections": sections(circular),
        "correction": correction_words(circular),
        "stands": stands,
        "form": form,
        "seen": seen(circular),
        "own": {part["row"]["key"] for part in lacks},
        "lacks": [] if stands.writes else lacks,
    }
    return render(request, "assessments/circulars/detail.html", context, status=status)


@login_required
@require_POST
def circular_refresh(request: Request, pk: int) -> HttpResponse:
    circular = writable(request, pk)
    services.circular_refresh(by=request.user, circular=circular, seen=request.POST.get("seen", "")[:16])
    messages.success(request, "数字已按今天的情况重新取得")
    return redirect("circular_detail", pk)


def _asked(request: Request, circular: Circular) -> HttpResponse:
    places = len(named(circular.content))
    context = {
        "title": f"印发{circular.quarter.label()}通报？",
        "text": f"点到的 {places} 个党组织各收到一条通知；印发后不能再改，更正须另做新版本。",
        "verb": "印发",
        "cancel": reverse("circular_detail", args=[circular.pk]),
        "form": SeenForm(initial={"seen": request.GET.get("seen") or seen(circular)}),
    }
    return render(request, "generic/confirm.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def circular_issue(request: Request, pk: int) -> HttpResponse:
    circular = writable(request, pk)
    if circular.state != CircularState.DRAFT:
        raise Conflict("通报已经印发。")
    if request.method == "GET":
        return _asked(request, circular)
    try:
        sent = services.circular_issue(by=request.user, circular=circular, seen=request.POST.get("seen", "")[:16])
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"通报已印发，已通知 {sent} 人")
    return redirect("circular_detail", pk)


@login_required
@require_http_methods(["GET", "POST"])
def circular_correct(request: Request, pk: int) -> HttpResponse:
    circular = writable(request, pk)
    form = CorrectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        draft = services.circular_correct(by=request.user, circular=circular, **form.cleaned_data)
        messages.success(request, "更正的草稿已生成，请核对后印发")
        return redirect("circular_detail", draft.pk)
    context = {
        "title": f"更正{circular.quarter.label()}通报？",
        "text": "生成新版本的草稿，数字按今天的情况重新取得；原版本保留，印发后注明已更正。",
        "verb": "更正",
        "cancel": reverse("circular_detail", args=[pk]),
        "form": form,
    }
    return render(request, "generic/confirm.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def circular_drop(request: Request, pk: int) -> HttpResponse:
    circular = writable(request, pk)
    if circular.state != CircularState.DRAFT:
        raise Conflict("通报已印发，不能删去。")
    if request.method == "POST":
        services.circular_drop(by=request.user, circular=circular)
        messages.success(request, "草稿已删去")
        return redirect("circular_list")
    context = {
        "title": f"删去{circular.quarter.label()}通报的草稿？",
        "text": "改过的文字不再保留；可以随时重新生成。",
        "verb": "删去草稿",
        "cancel": reverse("circular_detail", args=[pk]),
    }
    return render(request, "generic/confirm.html", context)


@login_required
@require_POST
def circular_download(request: Request, pk: int) -> HttpResponse:
    circular = circular_for(request, pk)
    data, place = docx.render(circular), circular.organisation
    return exports.send_document(
        request, data, f"{circular.title}.docx", verb="circular.export", obj=circular, organisation=place
    )
