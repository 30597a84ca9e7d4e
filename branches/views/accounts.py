"""Sign in and out, passwords, the organisation switch."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from branches import demo
from branches.forms.accounts import LoginForm, NewPasswordForm, PasswordChangeForm, PasswordConfirmForm
from branches.services import accounts


def _next(request):
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed else reverse("home")


def _stamp(request, user):
    """Start the session's clocks; called at each login (also from tests' force_login, through the signal)."""
    moment = int(timezone.now().timestamp())
    request.session.update({"entered": moment, "seen": moment, "epoch": user.session_epoch})


def on_login(sender, request, user, **kwargs):
    if request is not None and hasattr(request, "session"):
        _stamp(request, user)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class Login(LoginView):
    authentication_form = LoginForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, demo_accounts=demo.accounts() if settings.DEMO else [])

    def form_valid(self, form):
        response = super().form_valid(form)
        self.request.session["confirmed"] = timezone.now().timestamp()
        return response

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 401
        return response


class Logout(LogoutView):
    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'
        return response


@sensitive_post_parameters()
@login_required
def first_login(request):
    """Replace the one-time code by a password of one's own."""
    if not request.user.must_change_password:
        return redirect("home")
    form = NewPasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = accounts.password_set(by=request.user, user=request.user, password=form.cleaned_data["new_password"])
        auth_login(request, user, backend="branches.backends.AppointmentBackend")
        messages.success(request, "密码已设置")
        return redirect("home")
    return render(request, "registration/first_login.html", {"form": form})


@sensitive_post_parameters()
@login_required
def password_change(request):
    form = PasswordChangeForm(request.POST or None, user=request.user)
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
    form = PasswordConfirmForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        request.session["confirmed"] = timezone.now().timestamp()
        return HttpResponseRedirect(_next(request))
    return render(request, "registration/confirm_password.html", {"form": form, "next": _next(request)})


@login_required
@require_POST
def scope(request):
    """Choose in which of one's appointments one acts."""
    wanted = request.POST.get("scope", "")
    if any(str(row.pk) == wanted for row in request.appointments):
        request.session["scope"] = int(wanted)
    return redirect("home")


@login_required
@require_POST
def end_sessions(request):
    user = accounts.sessions_end(by=request.user)
    request.session["epoch"] = user.session_epoch
    messages.success(request, "其他登录已结束")
    return redirect("account")


@login_required
def account(request):
    """What this account is, what it may do, through which appointments."""
    return render(request, "branches/accounts/own.html", {"appointments": request.appointments})
