"""The administrator's pages of accounts: list, new, reset, lock."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.access.forms.accounts import AccountFilter, AccountForm
from branches.access.models import User
from branches.access.services import accounts
from branches.reach.doors import needs, recent_login
from branches.reach.models import Appointment
from branches.reach.rights import ACCOUNTS
from common import clock
from common.forms.fields import take_errors


@needs(ACCOUNTS)
def account_list(request):
    form = AccountFilter(request.GET)
    form.is_valid()
    data = form.cleaned_data
    rows = User.objects.order_by("username")
    if data.get("q"):
        rows = rows.filter(Q(name__icontains=data["q"]) | Q(username__icontains=data["q"]))
    if data.get("state") == "active":
        rows = rows.filter(is_active=True)
    elif data.get("state") == "locked":
        rows = rows.filter(is_active=False)
    elif data.get("state") == "waiting":
        rows = rows.filter(must_change_password=True)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    held = {}
    for row in Appointment.objects.in_force(clock.today()).filter(user__in=[user.pk for user in page.object_list]):
        held.setdefault(row.user_id, []).append(row)
    for user in page.object_list:
        user.held = len(held.get(user.pk, []))
    context = {
        "title": f"{page.paginator.count} 个账号",
        "sub": "账号本身没有权限，权限来自任职",
        "form": form,
        "page": page,
    }
    return render(request, "branches/access/accounts/list.html", context)


def _show_code(request, user, code, title):
    """Show the one-time code on this answer only; it is stored nowhere and cannot be shown again (control C08)."""
    context = {"title": title, "account": user, "code": code}
    return render(request, "branches/access/accounts/code.html", context)


@needs(ACCOUNTS)
@recent_login
def account_new(request):
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, code = accounts.account_create(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            return _show_code(request, user, code, f"账号 {user.username} 已建立")
    context = {
        "title": "新建账号",
        "sub": "系统给出一次性口令，24 小时内有效，本人首次登录时改为自己的密码",
        "form": form,
        "verb": "建立",
        "cancel": reverse("account_list"),
    }
    return render(request, "generic/form.html", context)


def _account(pk):
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


@needs(ACCOUNTS)
@recent_login
def account_reset(request, pk):
    user = _account(pk)
    if request.method == "POST":
        code = accounts.account_reset(by=request.user, user=user)
        return _show_code(request, user, code, f"账号 {user.username} 的口令已重置")
    context = {
        "title": f"重置 {user.name}（{user.username}）的口令？",
        "text": "原密码和已发的口令立即失效，该账号的所有登录随即结束。请先核实是本人申请。",
        "verb": "重置",
        "cancel": reverse("account_list"),
    }
    return render(request, "generic/confirm.html", context)


@needs(ACCOUNTS)
@recent_login
def account_lock(request, pk):
    user = _account(pk)
    if request.method == "POST":
        try:
            accounts.account_lock(by=request.user, user=user, active=not user.is_active)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, f"账号 {user.username} 已{'锁定' if user.is_active else '启用'}")
        return redirect("account_list")
    locking = user.is_active
    context = {
        "title": f"{'锁定' if locking else '启用'} {user.name}（{user.username}）？",
        "text": "锁定后不能登录，已有的登录立即结束，任职授权在锁定期间不起作用。"
        if locking
        else "启用后可用原密码登录，未到期的任职授权恢复作用。",
        "verb": "锁定" if locking else "启用",
        "cancel": reverse("account_list"),
    }
    return render(request, "generic/confirm.html", context)
