"""Signing in and out: the password, the code of the second factor, the first password of one's own."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from branches import audit
from branches.access import demo, ended, entering, factor, password_age
from branches.access.browsers import browser_in_words
from branches.access.forms.accounts import CodeForm, LoginForm, NewPasswordForm
from branches.access.lockout import is_closed, login_name, slowed, wrong_code
from branches.access.resets import confirmed_lately
from branches.access.services import accounts, sessions
from branches.access.services.factor import factor_check
from branches.access.services.slips import code_tried, code_use, slip_of
from branches.reach.doors import safe_next
from common.operator import OPERATOR


def on_login(sender, request, user, **kwargs):
    """Start the session's clocks at each login, and end the oldest of too many sessions."""
    if request is None or not hasattr(request, "session"):
        return
    browser = browser_in_words(request.headers.get("User-Agent", ""))
    request.session.update(sessions.marks_of(user, browser, audit.source.get().address))
    sessions.sessions_limit(user=user, keep=request.session.session_key)
    # Its session is too young for the middleware, which notes the use once a minute.
    sessions.seen_now(user)
    for reset in confirmed_lately(user):
        asker, confirmer = ((row.name if row else OPERATOR.name) for row in (reset.asked_by, reset.decided_by))
        moment = timezone.localtime(reset.decided_at)
        words = (
            f"您的{reset.what}于 {moment:%Y-%m-%d %H:%M} 重置：{asker}申请，{confirmer}确认。"
            "不是您提出的，请告知安全审计员。"
        )
        messages.warning(request, words, fail_silently=True)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class Login(LoginView):
    authentication_form = LoginForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs,
            demo_accounts=demo.accounts() if settings.DEMO else [],
            sign_on=self._ways() if settings.OIDC_ISSUER else [],
            ended=ended.sentence_of(self.request.GET.get("ended")) if self.request.method == "GET" else "",
        )

    def _ways(self):
        """Return the two ways in, as the page shows them side by side."""
        target = self.get_redirect_url()
        elsewhere = reverse("sso_start") + (f"?{urlencode({'next': target})}" if target else "")
        return [
            {"label": "账号登录", "url": reverse("login"), "current": True},
            {"label": settings.OIDC_LABEL, "url": elsewhere, "current": False, "icon": "id"},
        ]

    def post(self, request, *args, **kwargs):
        if slowed(login_name(request, None)):
            reason = "这一网络地址失败的登录过多，已放慢登录，请十几秒后再试。"
            return render(request, "429.html", {"reason": reason}, status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        user, target = form.get_user(), self.get_success_url()
        if factor.has_device(user):
            entering.wait_for_code(self.request, user, how=entering.PASSWORD, next=target)
            return redirect("login_code")
        if not code_use(user):
            form.add_error(None, code_tried(username=user.username, code=form.cleaned_data["password"]))
            return self.form_invalid(form)
        entering.enter(self.request, user, how=entering.PASSWORD)
        return HttpResponseRedirect(target)

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 401
        return response


@never_cache
@sensitive_post_parameters("code")
def login_code(request):
    """The second step of signing in: a code of the app, or one on paper. Wrong ones count as wrong passwords do."""
    if request.user.is_authenticated:
        return redirect("home")
    waiting = entering.pending(request)
    if waiting is None:
        messages.info(request, "登录未完成，或已超过 5 分钟，请重新登录。")
        return redirect("login")
    if is_closed(request, waiting.user):
        return render(request, "429.html", status=429)
    recovery = request.GET.get("with") == "recovery"
    form = CodeForm(request.POST or None, recovery=recovery)
    if request.method == "POST" and form.is_valid():
        answer = factor_check(user=waiting.user, code=form.cleaned_data["code"])
        if answer.right:
            return _through(request, waiting, answer)
        wrong_code(request, waiting.user)
        form.add_error("code", answer.problem)
    return render(
        request,
        "registration/login_code.html",
        {"form": form, "recovery": recovery},
        status=401 if form.errors else 200,
    )


def _through(request, waiting, answer):
    # The one-time code is used up here and not before the phone was at hand.
    if not code_use(waiting.user):
        messages.warning(request, "一次性口令刚刚已被用过，没有登录成功；不是您本人用的，请立即告诉安全审计员。")
        return redirect("login")
    entering.enter(request, waiting.user, how=waiting.how, by_code="验证码" if answer.left is None else "恢复码")
    if answer.left is not None:
        messages.warning(
            request, f"已用一个恢复码登录，还剩 {answer.left} 个。手机丢失或更换的，请在“登录安全”更换设备。"
        )
    return HttpResponseRedirect(waiting.next)


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
    """Replace the one-time code, or a password that has become too old, by a new one of one's own."""
    aged = bool(request.session.get(password_age.OVER))
    if not (aged or request.user.must_change_password):
        raise Http404
    form = NewPasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = accounts.password_set(by=request.user, user=request.user, password=form.cleaned_data["new_password"])
        entering.stay(request, user)
        messages.success(request, "密码已修改，其他登录已结束" if aged else "密码已设置")
        # The room above offers accounts the file that is theirs; here only whether there is one to answer is read.
        if user.link_proposals.exists():
            return redirect("own_links")
        return HttpResponseRedirect(safe_next(request))
    context = {"form": form, "slip": slip_of(request.user), "aged": aged, "days": settings.PASSWORD_MAX_AGE_DAYS}
    return render(request, "registration/first_login.html", context)
