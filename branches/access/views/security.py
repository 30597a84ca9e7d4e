"""The own security page: password, second factor, sessions, last sign-ins, linked identities."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from branches.access import entering, factor, password_age, selectors
from branches.access.forms.accounts import PasswordChangeForm, PasswordConfirmForm
from branches.access.services import accounts, sessions
from branches.access.services.factor import codes_left
from branches.reach.doors import safe_next
from common import clock


@login_required
def security(request):
    """What protects the own account, where it is signed in, and who tried to."""
    user = request.user
    device = factor.device_of(user)
    places = sessions.living(user)
    context = {
        "title": f"{len(places)} 处登录，两步验证{'已' if device else '未'}启用",
        "sessions": places,
        "own_key": request.session.session_key,
        "sign_ins": selectors.sign_ins(user),
        "password_ends": password_age.last_day(user),
        "password_warned": password_age.is_over(user) or bool(password_age.warning(user)),
        "device": device,
        "codes_left": codes_left(device) if device else 0,
        "demanded": factor.is_demanded(request.appointments),
        "identities": user.identities.order_by("pk"),
        "can_link": bool(settings.OIDC_ISSUER) and not user.identities.filter(issuer=settings.OIDC_ISSUER).exists(),
        "sign_on": settings.OIDC_LABEL,
        "is_member": getattr(user, "member", None) is not None,
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "most_sessions": sessions.SESSIONS_PER_ACCOUNT,
    }
    return render(request, "branches/access/security/page.html", context)


@sensitive_post_parameters()
@login_required
def password_change(request):
    form = PasswordChangeForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        user = accounts.password_set(by=request.user, user=request.user, password=form.cleaned_data["new_password"])
        entering.stay(request, user)
        messages.success(request, "密码已修改，其他登录已结束")
        return redirect("security")
    return render(request, "registration/password_change.html", {"form": form})


@sensitive_post_parameters()
@login_required
def confirm_password(request):
    """Ask for the password again before a grave act, and for a code where there is a second factor (control C06)."""
    has_factor = factor.device_of(request.user) is not None
    form = PasswordConfirmForm(request.POST or None, request=request, factor=has_factor)
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
def end_sessions(request):
    user = sessions.sessions_end(by=request.user)
    request.session["epoch"] = user.session_epoch
    messages.success(request, "其他登录已结束")
    return redirect("security")


@login_required
@require_POST
def end_session(request, id):
    sessions.session_end(by=request.user, id=id)
    messages.success(request, "该处登录已结束")
    return redirect("security")
