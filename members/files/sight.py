"""The auditor's question: who saw this member's data."""

from django.http import HttpResponse
from django.shortcuts import render

from branches.reach.doors import needs
from branches.reach.rights import AUDIT
from common.requests import Request
from members.files.forms import WhoSawFilter
from members.files.seen import readers, usual_period, who_saw
from members.roster.models.members import Member

# Namesakes that are offered; more than that are found by their branch in the trail.
MOST_NAMESAKES = 20


@needs(AUDIT)
def who_saw_page(request: Request) -> HttpResponse:
    """Answer for one member by his exact name; the auditor has no roster, so nothing is listed before he names somebody."""
    form = WhoSawFilter(request.GET)
    data = form.chosen()
    first, last = usual_period()
    first, last = data.get("first") or first, data.get("last") or last
    name = data.get("name") or ""
    named = Member.objects.filter(name=name).select_related("home__parent").order_by("pk")[:MOST_NAMESAKES]
    members = list(named) if name else []
    chosen = [row for row in members if str(row.pk) == request.GET.get("member", "")] or members
    member = chosen[0] if len(chosen) == 1 else None
    sights = who_saw(member, first, last) if member else []
    context = {
        "title": _title(name, members, member, len([row for row in sights if row.certain])),
        "form": form,
        "members": members if len(members) > 1 else [],
        "member": member,
        "first": first,
        "last": last,
        "sights": [row for row in sights if row.certain],
        "lists": [row for row in sights if not row.certain],
        "readers": readers(member, first, last) if member else [],
    }
    return render(request, "members/files/who_saw.html", context)


def _title(name: str, members: list[Member], member: Member | None, number: int) -> str:
    if member is not None:
        return f"{member.name}：审计记录中有 {number} 次直接查看或改动"
    if members:
        return f"有 {len(members)} 名党员叫{name}，请选择"
    return f"没有叫{name}的党员" if name else "谁看过这名党员"
