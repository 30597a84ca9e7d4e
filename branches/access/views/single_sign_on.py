"""Single sign-on: start, come back, link an identity to the own account, unlink it.

Started by GET: the content policy lets no form of ours be sent elsewhere, not even by a redirect. So nothing that a GET
does here writes: a link is made by the owner's own POST after he came back.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from branches.access import entering, factor, lockout
from branches.access import single_sign_on as protocol
from branches.access.loaders import own_identity
from branches.access.services import identities
from branches.access.single_sign_on import Identity, Refused, Unreachable
from branches.reach.doors import recent_login, safe_next
from common import clock
from common.text import quoted

_FOUND = "identity"
# Between coming back and confirming the link.
_FOUND_SECONDS = 600


def _problem(request, words, status):
    """Say what went wrong on a page of its own, with the way back."""
    context = {"words": words, "label": settings.OIDC_LABEL}
    return render(request, "registration/sign_on_problem.html", context, status=status)


def _send_to_provider(request, purpose, next):
    try:
        return HttpResponseRedirect(protocol.begin(request, purpose, next))
    except Unreachable:
        return _problem(request, "统一认证系统现在没有回应，请稍后再试，或用用户名和密码登录。", 503)


@never_cache
@require_GET
def sso_start(request):
    if not protocol.is_on():
        raise Http404
    if request.user.is_authenticated:
        return redirect("home")
    return _send_to_provider(request, "enter", safe_next(request))


@never_cache
@require_GET
@login_required
def identity_start(request):
    if not protocol.is_on():
        raise Http404
    return _send_to_provider(request, "link", reverse("identity_link"))


@never_cache
@require_GET
def sso_callback(request):
    """Take who came back; what this session did not begin is not looked at (login CSRF)."""
    if not protocol.is_on():
        raise Http404
    begun = protocol.flow(request)
    if begun is None:
        return _problem(request, "这次认证不是从本页发起的，或已经用过，请重新开始。", 400)
    try:
        identity = protocol.came_back(request)
    except Unreachable:
        return _problem(request, "统一认证系统现在没有回应，请稍后再试，或用用户名和密码登录。", 503)
    except Refused:
        lockout.sign_on_failed(request, None, "认证结果不可信或被拒绝")
        return _problem(request, "统一认证没有通过，请重新开始；仍不行的，请用用户名和密码登录。", 403)
    if begun["purpose"] == "link":
        return _found(request, identity)
    return _enter(request, identity, begun["next"])


def _enter(request, identity, target):
    if request.user.is_authenticated:
        return redirect("home")
    user, reason = identities.identity_enter(identity=identity)
    if user is not None and not reason and lockout.is_closed(request, user):
        reason = "该账号在这一网络地址登录失败过多，请 15 分钟后再试。"
    if reason:
        lockout.sign_on_failed(request, user, "未绑定的身份" if user is None else reason)
        return _problem(request, reason, 403)
    if factor.has_device(user):
        entering.wait_for_code(request, user, how=entering.SIGN_ON, next=target)
        return redirect("login_code")
    entering.enter(request, user, how=entering.SIGN_ON)
    return HttpResponseRedirect(target)


def _found(request, identity):
    """Keep who came back for the owner's yes."""
    if not request.user.is_authenticated:
        return redirect("login")
    request.session[_FOUND] = [*identity, clock.real_now().timestamp()]
    return redirect("identity_link")


@login_required
@recent_login
def identity_link(request):
    """Link who came back just now, after the owner's yes: the browser may have been signed in there as somebody else."""
    issuer, sub, moment = request.session.get(_FOUND) or ("", "", 0)
    if not 0 <= clock.real_now().timestamp() - moment <= _FOUND_SECONDS:
        return redirect("security")
    if request.method == "POST":
        request.session.pop(_FOUND)
        try:
            identities.identity_link(by=request.user, identity=Identity(issuer, sub))
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, f"已绑定，以后可用{quoted(settings.OIDC_LABEL)}登录")
        return redirect("security")
    context = {
        "title": f"把统一认证身份 {sub} 绑定到您的账号 {request.user.username}？",
        "text": "绑定后，凭这个身份就能登录您的账号。请核对它确实是您本人在统一认证系统的身份。",
        "verb": "绑定",
        "cancel": reverse("security"),
    }
    return render(request, "generic/confirm.html", context)


@login_required
@recent_login
def identity_unlink(request, pk):
    row = own_identity(request, pk)
    if request.method == "POST":
        identities.identity_unlink(by=request.user, identity=row)
        messages.success(request, "已解除绑定")
        return redirect("security")
    context = {
        "title": f"解除统一认证身份 {row.sub}？",
        "text": "解除后不能再用它登录，用户名和密码照常可用；需要时可重新绑定。",
        "verb": "解除",
        "cancel": reverse("security"),
    }
    return render(request, "generic/confirm.html", context)
