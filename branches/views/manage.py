"""Pages of the system administrator: accounts, dated settings, feedback, background jobs. No content."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from branches import clock, dated_settings
from branches.forms.accounts import AccountFilter, AccountForm
from branches.forms.fields import take_errors
from branches.forms.manage import JobFilter, SettingForm
from branches.models import Appointment, Feedback, Heartbeat, JobRun, Setting, User
from branches.rights import ACCOUNTS
from branches.services import accounts
from branches.services.settings import setting_set
from branches.views.security import needs, recent_login


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
    for row in Appointment.objects.active(clock.today()).filter(user__in=[user.pk for user in page.object_list]):
        held.setdefault(row.user_id, []).append(row)
    for user in page.object_list:
        user.held = len(held.get(user.pk, []))
    context = {
        "title": f"{page.paginator.count} 个账号",
        "sub": "账号本身没有权限，权限来自任职",
        "form": form,
        "page": page,
    }
    return render(request, "branches/manage/accounts.html", context)


def _show_code(request, user, code, title):
    """Show the one-time code on this answer only; it is stored nowhere and cannot be shown again (control C08)."""
    context = {"title": title, "account": user, "code": code}
    return render(request, "branches/manage/code.html", context)


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


@needs(ACCOUNTS)
def setting_list(request):
    rows, histories = [], {}
    for row in Setting.objects.order_by("-valid_from"):
        histories.setdefault(row.key, []).append(row)
    for key, known in dated_settings.KNOWN.items():
        history = histories.get(key, [])
        now = next((row for row in history if row.valid_from <= clock.today()), None)
        rows.append(
            {
                "key": key,
                "known": known,
                "value": f"{Decimal(now.value if now else known.default).normalize():f}",
                "since": now.valid_from if now else None,
                "later": [row for row in history if row.valid_from > clock.today()],
            }
        )
    context = {"title": f"{len(rows)} 项设定", "sub": "改动从所选日期起生效，以往的结果不变", "rows": rows}
    return render(request, "branches/manage/settings.html", context)


@needs(ACCOUNTS)
def setting_edit(request, key):
    if key not in dated_settings.KNOWN:
        raise Http404
    known = dated_settings.KNOWN[key]
    form = SettingForm(request.POST or None, initial={"value": f"{dated_settings.number(key).normalize():f}"})
    if request.method == "POST" and form.is_valid():
        try:
            setting_set(by=request.user, key=key, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "设定已保存，有关计量将重新计算")
            return redirect("setting_list")
    form.fields["value"].help_text = f"{known.low} 至 {known.high}，默认 {known.default}"
    context = {
        "title": known.label,
        "form": form,
        "cancel": reverse("setting_list"),
        "history": Setting.objects.filter(key=key).order_by("-valid_from"),
        "known": known,
    }
    return render(request, "branches/manage/setting.html", context)


@needs(ACCOUNTS)
def feedback_list(request):
    page = Paginator(Feedback.objects.select_related("author"), 30).get_page(request.GET.get("page"))
    context = {"title": f"{page.paginator.count} 条意见建议", "page": page, "empty_title": "还没有意见建议"}
    return render(request, "branches/manage/feedback.html", context)


@needs(ACCOUNTS)
def job_list(request):
    form = JobFilter(request.GET)
    form.is_valid()
    rows = JobRun.objects.select_related("requester")
    if form.cleaned_data.get("state"):
        rows = rows.filter(state=form.cleaned_data["state"])
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    failed = JobRun.objects.filter(state=JobRun.State.FAILED).count()
    context = {
        "title": f"{failed} 项后台任务失败" if failed else f"{page.paginator.count} 项后台任务",
        "form": form,
        "page": page,
        "beats": Heartbeat.objects.order_by("name"),
        "empty_title": "没有后台任务",
    }
    return render(request, "branches/manage/jobs.html", context)
