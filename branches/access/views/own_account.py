"""The own account: what it may do, the menu as a page, the organisation switch."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from branches.reach import access
from branches.reach.doors import safe_next
from branches.reach.rights import PRINCIPALS, RIGHT_NAMES, ROLES, VIEW


@login_required
@require_POST
def scope(request):
    """Choose in which of one's appointments one acts."""
    wanted = request.POST.get("scope", "")
    if any(str(row.pk) == wanted for row in request.appointments):
        request.session["scope"] = int(wanted)
    return HttpResponseRedirect(safe_next(request))


def _named(role):
    """Return the names of a role's rights; those that reach only its holder's portfolio say so."""
    return [
        name + ("" if key in role.rights else "（限分管范围）" if key in role.in_portfolio else "（代办）")
        for key, name in RIGHT_NAMES.items()
        if key in role.named_rights
    ]


@login_required
def account(request):
    """What this account is, what it may do, through which appointments, and who can read the member's file behind it."""
    # The room above links members to accounts; here only what the link leads to is read.
    member = getattr(request.user, "member", None)
    return render(
        request,
        "branches/access/account/own.html",
        {
            "appointments": [{"row": row, "rights": _named(ROLES[row.role])} for row in request.appointments],
            "may_have_assistants": any(row.role in PRINCIPALS for row in request.appointments),
            "readers": access.who_can(VIEW, member.organisation, limit=100) if member else [],
            "member": member,
        },
    )


@login_required
def menu(request):
    """The whole menu as a page: where the phone's last tab leads."""
    return render(request, "branches/access/account/menu.html")
