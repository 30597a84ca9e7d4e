"""The second factor of one's own account: begin, confirm with the first code, recovery codes, remove (control C09)."""

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from branches.access import factor
from branches.access.forms.accounts import CodeForm
from branches.access.services import factor as services
from branches.places.selectors.names import root_name
from branches.reach.doors import recent_login


@login_required
@recent_login
def factor_begin(request):
    """The first step: what is needed. A POST makes the key."""
    if request.method == "POST":
        services.factor_begin(by=request.user)
        return redirect("factor_confirm")
    context = {
        "demanded": factor.is_demanded(request.appointments),
        "device": factor.device_of(request.user),
    }
    return render(request, "registration/factor_begin.html", context)


@sensitive_post_parameters("code")
@login_required
@recent_login
def factor_confirm(request):
    """The second step: the key as a picture and as text, and its first code; the answer to it shows the recovery codes."""
    device = services.begun(request.user)
    if device is None:
        messages.info(request, "请从第一步开始。")
        return redirect("factor_begin")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = services.factor_confirm(by=request.user, code=form.cleaned_data["code"])
        except ValidationError as error:
            form.add_error("code", error.messages[0])
        else:
            return _enrolled(request, codes)
    address = services.address_of(device, root_name())
    context = {
        "form": form,
        "picture": segno.make(address, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff"),
        "address": address,
        "key": services.key_in_groups(device),
    }
    return render(request, "registration/factor_confirm.html", context)


def _enrolled(request, codes):
    """Go on in this session, which has given its first code; the others ended."""
    request.user.refresh_from_db(fields=["session_epoch"])
    request.session.cycle_key()
    request.session.update({"epoch": request.user.session_epoch, factor.GIVEN: True})
    return _show_codes(request, codes, "两步验证已启用")


def _show_codes(request, codes, title):
    """Show recovery codes on this answer only; they are stored nowhere and cannot be shown again."""
    context = {"title": title, "codes": codes, "username": request.user.username}
    return render(request, "registration/recovery_codes.html", context)


def _without_device(request):
    messages.info(request, "您还没有启用两步验证。")
    return redirect("security")


@login_required
@recent_login
def factor_codes(request):
    if factor.device_of(request.user) is None:
        return _without_device(request)
    if request.method == "POST":
        return _show_codes(request, services.recovery_codes_renew(by=request.user), "恢复码已换新")
    context = {
        "title": "换一组新的恢复码？",
        "text": "原来的恢复码立即作废，新的只显示一次，请先准备好纸笔或打印机。",
        "verb": "换新",
        "cancel": reverse("security"),
    }
    return render(request, "generic/confirm.html", context)


@login_required
@recent_login
def factor_remove(request):
    if factor.device_of(request.user) is None:
        return _without_device(request)
    if request.method == "POST":
        try:
            services.factor_remove(by=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            request.user.refresh_from_db(fields=["session_epoch"])
            request.session.pop(factor.GIVEN, None)
            request.session["epoch"] = request.user.session_epoch
            messages.success(request, "两步验证已停用，其他登录已结束")
        return redirect("security")
    context = {
        "title": "停用两步验证？",
        "text": "停用后只凭密码就能登录，恢复码一并作废，其他登录立即结束。换手机不必停用，用“更换设备”即可。",
        "verb": "停用",
        "cancel": reverse("security"),
    }
    return render(request, "generic/confirm.html", context)
