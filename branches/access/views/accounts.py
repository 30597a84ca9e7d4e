"""The administrator's pages of accounts: list, new, first code, lock."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.access.forms.accounts import AccountFilter, AccountForm
from branches.access.lists import accounts_listed, with_posts_and_resets
from branches.access.loaders import account_for
from branches.access.services import accounts
from branches.reach.doors import needs, recent_login
from branches.reach.rights import ACCOUNTS
from common.forms.fields import take_errors


@needs(ACCOUNTS)
def account_list(request):
    form = AccountFilter(request.GET)
    form.is_valid()
    page = Paginator(accounts_listed(form.cleaned_data), 50).get_page(request.GET.get("page"))
    page.object_list = with_posts_and_resets(page.object_list)
    context = {
        "title": f"{page.paginator.count} 个账号",
        "sub": "账号本身没有权限，权限来自任职",
        "form": form,
        "page": page,
    }
    return render(request, "branches/access/accounts/list.html", context)


def show_code(request, user, code, title, back):
    """Show the one-time code on this answer only; it is stored nowhere and cannot be shown again (control C08).

    back: name of the address where the work goes on.
    """
    context = {"title": title, "account": user, "code": code, "back": reverse(back)}
    return render(request, "branches/access/accounts/code.html", context)


def appointed(request, made, done, back):
    """Say that somebody was appointed; where that gave the account its first code, show it. back: as for `show_code`."""
    if made.first_code:
        return show_code(request, made.user, made.first_code, done, back)
    messages.success(request, done)
    return redirect(back)


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
            return show_code(request, user, code, f"账号 {user.username} 已建立", "account_list")
    context = {
        "title": "新建账号",
        "sub": "系统给出一次性口令，24 小时内有效，本人首次登录时改为自己的密码",
        "form": form,
        "verb": "建立",
        "cancel": reverse("account_list"),
    }
    return render(request, "generic/form.html", context)


@needs(ACCOUNTS)
@recent_login
def account_code(request, pk):
    """A new first code for an account for which nobody set a password yet; every other one is reset by two persons."""
    user = account_for(pk)
    if not accounts.is_unused(user):
        raise Http404
    if request.method == "POST":
        try:
            code = accounts.account_first_code(by=request.user, user=user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("account_list")
        return show_code(request, user, code, f"账号 {user.username} 的首次口令已重发", "account_list")
    context = {
        "title": f"重发 {user.name}（{user.username}）的首次口令？",
        "text": "已发的口令立即失效。该账号还没有任职，首次任命时由任命人另发口令。",
        "verb": "重发",
        "cancel": reverse("account_list"),
    }
    return render(request, "generic/confirm.html", context)


@needs(ACCOUNTS)
@recent_login
def account_lock(request, pk):
    user = account_for(pk)
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
