"""Whose personal data are to be deleted: the list, the consequence, the deletion. Each is confirmed by name."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches.reach.doors import needs, recent_login
from branches.reach.rights import IDENTITY
from branches.settings import dated as dated_settings
from common.errors import Conflict
from common.requests import Request
from members.roster.retention import CLEARED, KEPT, overdue
from members.roster.services.forgetting import MOST, members_forget


@needs(IDENTITY)
def forget_list(request: Request) -> HttpResponse:
    rows = overdue(request.user)[:MOST]
    context = {
        "title": f"{len(rows)} 人的个人信息保留期满" if rows else "没有保留期满的个人信息",
        "rows": rows,
        "years": [(status, dated_settings.whole(key)) for status, key in KEPT.items()],
        "fields": "、".join(CLEARED.values()),
        "crumbs": [{"label": "党员名册", "url": reverse("member_list")}, {"label": "到期清除"}],
    }
    return render(request, "members/roster/forget.html", context)


@needs(IDENTITY)
@require_POST
@recent_login
def forget_confirm(request: Request) -> HttpResponse:
    """Say what goes and of whom; delete it once that was confirmed."""
    typed = request.POST.getlist("member")
    ids = {int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 18}
    if not ids:
        messages.error(request, "还没有勾选任何人。")
        return redirect("forget_list")
    if request.POST.get("confirmed"):
        try:
            number = members_forget(by=request.user, ids=ids)
        except (Conflict, ValidationError) as error:
            messages.error(request, error.message if isinstance(error, Conflict) else "".join(error.messages))
        else:
            messages.success(request, f"已清除 {number} 人的个人信息")
        return redirect("forget_list")
    rows = [row for row in overdue(request.user) if row.member.pk in ids]
    if len(rows) < len(ids):
        messages.error(request, "名单已有变化，没有清除任何内容，请重新核对。")
        return redirect("forget_list")
    return render(request, "members/roster/forget_confirm.html", {"rows": rows, "fields": "、".join(CLEARED.values())})
