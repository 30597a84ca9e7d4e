"""Sign in and out, passwords, the organisation switch."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from branches import audit
from branches.access import demo
from branches.access.forms.accounts import LoginForm, NewPasswordForm, PasswordChangeForm, PasswordConfirmForm
from branches.access.lockout import login_name, slowed
from branches.access.resets import confirmed_lately
from branches.access.services import accounts
from branches.reach import access
from branches.reach.doors import safe_next
from branches.reach.rights import RIGHT_NAMES, ROLES, VIEW
from common import clock
from common.operator import OPERATOR


def on_login(sender, request, user, **kwargs):
    """Start the session's clocks at each login, and end the oldest of too many sessions."""
    if request is None or not hasattr(request, "session"):
        return
    moment = int(clock.real_now().timestamp())
    request.session.update({"entered": moment, "seen": moment, "epoch": user.session_epoch})
    accounts.sessions_limit(user=user, keep=request.session.session_key)
    for reset in confirmed_lately(user):
        asker, confirmer = ((row.name if row else OPERATOR.name) for row in (reset.asked_by, reset.decided_by))
        moment = timezone.localtime(reset.decided_at)
        words = (
            f"您的口令于 {moment:%Y-%m-%d %H:%M} 重置：{asker}申请，{confirmer}确认。不是您提出的，请告知安全审计员。"
        )
        messages.warning(request, words, fail_silently=True)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class Login(LoginView):
    authentication_form = LoginForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, demo_accounts=demo.accounts() if settings.DEMO else [])

    def post(self, request, *args, **kwargs):
        if slowed(login_name(request, None)):
            reason = "这一网络地址失败的登录过多，已放慢登录，请十几秒后再试。"
            return render(request, "429.html", {"reason": reason}, status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        response = super().form_valid(form)
        audit.record(by=form.get_user(), verb="login.enter", obj=form.get_user())
        self.request.session["confirmed"] = clock.real_now().timestamp()
        return response

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 401
        return response


class Logout(LogoutView):
    def dispatch(self, request, *args, **kwargs):
        if request.method == "POST" and request.user.is_authenticated:
            audit.record(by=request.user, verb="login.leave", obj=request.user)
        response = super().dispatch(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'
        return response


@sensitive_post_parameters()
@login_required
def first_login(request):
    """Replace the one-time code by a password of one's own."""
    if not request.user.must_change_password:
        raise Http404
    form = NewPasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = accounts.password_set(by=request.user, user=request.user, password=form.cleaned_data["new_password"])
        auth_login(request, user, backend="branches.backends.AppointmentBackend")
        messages.success(request, "密码已设置")
        return HttpResponseRedirect(safe_next(request))
    return render(request, "registration/first_login.html", {"form": form})


@sensitive_post_parameters()
@login_required
def password_change(request):
    form = PasswordChangeForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        user = accounts.password_set(by=request.user, user=request.user, password=form.cleaned_data["new_password"])
        auth_login(request, user, backend="branches.backends.AppointmentBackend")
        messages.success(request, "密码已修改，其他登录已结束")
        return redirect("account")
    return render(request, "registration/password_change.html", {"form": form})


@sensitive_post_parameters()
@login_required
def confirm_password(request):
    """Ask for the password again before a grave act (control C06)."""
    form = PasswordConfirmForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        request.session["confirmed"] = clock.real_now().timestamp()
        return HttpResponseRedirect(safe_next(request))
    return render(
        request,
        "registration/confirm_password.html",
        {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")},
    )


@login_required
@require_POST
def scope(request):
    """Choose in which of one's appointments one acts."""
    wanted = request.POST.get("scope", "")
    if any(str(row.pk) == wanted for row in request.appointments):
        request.session["scope"] = int(wanted)
    return HttpResponseRedirect(safe_next(request))


@login_required
@require_POST
def end_sessions(request):
    user = accounts.sessions_end(by=request.user)
    request.session["epoch"] = user.session_epoch
    messages.success(request, "其他登录已结束")
    return redirect("account")


@login_required
def account(request):
    """What this account is, what it may do, through which appointments, and who can read the member's file behind it."""
    # The room above links members to accounts; here only what the link leads to is read.
    member = getattr(request.user, "member", None)
    return render(
        request,
        "branches/access/account/own.html",
        {
            "appointments": [
                {"row": row, "rights": [name for key, name in RIGHT_NAMES.items() if key in ROLES[row.role].rights]}
                for row in request.appointments
            ],
            "readers": access.who_can(VIEW, member.organisation, limit=100) if member else [],
            "member": member,
        },
    )


@login_required
def menu(request):
    """The whole menu as a page: where the phone's last tab leads."""
    return render(request, "branches/access/account/menu.html")
