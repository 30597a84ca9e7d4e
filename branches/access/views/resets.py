"""A lost password or second factor: asked for by one person, confirmed or refused by another (access rule 10)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.access import resets
from branches.access.loaders import account_to_reset
from branches.access.models import ResetKind
from branches.access.services.resets import reset_ask, reset_confirm, reset_refuse
from branches.access.views.accounts import show_code
from branches.reach import access
from branches.reach.access import holds_system_role
from branches.reach.doors import needs, recent_login
from branches.reach.rights import APPOINT, MEMBERS
from common.forms.confirm_with_reason import ReasonForm
from common.forms.fields import take_errors


@needs(MEMBERS)
def reset_list(request):
    """What waits for this account, and what it asked itself; whoever appoints manages members too."""
    page = Paginator(resets.waiting_for(request.user), 50).get_page(request.GET.get("page"))
    context = {
        "title": f"待确认的重置 {page.paginator.count} 项" if page.paginator.count else "没有待确认的重置",
        "sub": f"口令确认后只显示给确认人一次；{resets.WAITING_DAYS} 天内无人确认即失效",
        "page": page,
        "appoints": access.holds_anywhere(request.user, APPOINT),
        "asked": resets.asked_by(request.user)[:20],
    }
    return render(request, "branches/access/resets/list.html", context)


# What is asked for, by kind: what the asker is told beside it.
_ASKED = {
    ResetKind.PASSWORD: "口令只交给确认人；确认前原密码照常可用。",
    ResetKind.FACTOR: "确认后手机验证器和恢复码作废，密码不变；确认前照常可用。",
}


@login_required
def reset_new(request, pk, kind=ResetKind.PASSWORD):
    owner = account_to_reset(request, pk)
    what = ResetKind(kind).label
    administrator = holds_system_role(request.user, "system_administrator")
    back = reverse("account_list" if administrator else "appointment_list")
    form = ReasonForm(request.POST or None, label="申请原因")
    if request.method == "POST" and form.is_valid():
        try:
            reset_ask(by=request.user, owner=owner, reason=form.cleaned_data["text"], kind=kind)
        except ValidationError as error:
            form.add_error("text", error.messages[0])
        else:
            who = _who_confirms(request, owner, kind)
            messages.success(request, f"已申请重置 {owner.username} 的{what}，{who}")
            return redirect(back)
    context = {
        "title": f"申请重置 {owner.name}（{owner.username}）的{what}？",
        "text": f"申请须由另一位有权任命其职务的同志确认：{_who_confirms(request, owner, kind)}。{_ASKED[kind]}本人会收到通知。",
        "verb": "申请",
        "cancel": back,
        "form": form,
    }
    return render(request, "generic/confirm.html", context)


def _who_confirms(request, owner, kind):
    """Say who confirms: persons, or the operator of the server, with his command."""
    if names := "、".join(user.name for user in resets.confirmers(owner, request.user)[:5]):
        return f"由{names}确认"
    command = f"manage.py reset_account {owner.username}" + (" --factor" if kind == ResetKind.FACTOR else "")
    return f"没有其他可以确认的同志，请由服务器操作员在服务器上用命令 {command} 办理"


def _waiting(request, pk):
    reset = resets.waiting_for(request.user).filter(pk=pk).first()
    if reset is None:
        raise Http404
    return reset


_CONFIRMED = {
    ResetKind.PASSWORD: "确认后原密码和所有登录立即失效，口令只显示给您一次",
    ResetKind.FACTOR: "确认后其手机验证器、恢复码和所有登录立即失效，只凭密码就能登录，直到本人重新启用",
}


@needs(MEMBERS)
@recent_login
def reset_confirmation(request, pk):
    reset = _waiting(request, pk)
    if request.method == "POST":
        try:
            code = reset_confirm(by=request.user, reset=reset)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("reset_list")
        if reset.kind == ResetKind.FACTOR:
            messages.success(request, f"{reset} 的两步验证已停用，其密码不变")
            return redirect("reset_list")
        return show_code(request, reset.owner, code, f"账号 {reset.owner.username} 的口令已重置", "reset_list")
    context = {
        "title": f"确认重置 {reset} 的{reset.what}？",
        "text": (
            f"{reset.asked_by.name}申请，原因：{reset.reason}。请先当面或电话向本人核实。{_CONFIRMED[reset.kind]}；"
            f"{resets.BARRED_DAYS} 天内该账号登记的内容，申请人和您都不能审核。"
        ),
        "verb": "确认重置",
        "cancel": reverse("reset_list"),
    }
    return render(request, "generic/confirm.html", context)


@needs(MEMBERS)
def reset_refusal(request, pk):
    reset = _waiting(request, pk)
    form = ReasonForm(request.POST or None, label="退回原因")
    if request.method == "POST" and form.is_valid():
        try:
            reset_refuse(by=request.user, reset=reset, reason=form.cleaned_data["text"])
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已退回，申请人会收到通知")
            return redirect("reset_list")
    context = {
        "title": f"退回重置 {reset} {reset.what}的申请？",
        "text": f"{reset.asked_by.name}申请，原因：{reset.reason}。退回后原来的{reset.what}照常可用，申请人会看到退回原因。",
        "verb": "退回",
        "cancel": reverse("reset_list"),
        "form": form,
    }
    return render(request, "generic/confirm.html", context)
