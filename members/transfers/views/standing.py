"""How a member stands: party status, absence, the end of his membership."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from branches.reach.doors import needs, recent_login
from branches.reach.rights import MEMBERS
from common import clock
from common.requests import Request
from members.roster.loaders import member_for
from members.roster.models.members import Member
from members.roster.models.standing import Away, PartyStatus
from members.roster.services import standing as services
from members.transfers.forms import AwayForm, LeaveForm, StatusEndForm, StatusForm
from members.transfers.loaders import away_for, status_for
from members.transfers.selectors.decisions import meeting_of, meetings_deciding
from members.transfers.services.ends import membership_end

_FORM = "generic/form.html"


def _file(member: Member) -> str:
    return reverse("member_detail", args=[member.pk])


def _decided(member: Member, values: dict[str, Any]) -> dict[str, Any]:
    return values | {"decided_in": meeting_of(member.home, values.pop("decided_in", ""))}


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def member_status(request: Request, pk: int) -> HttpResponse:
    """Note how a member stands from a day on."""
    member = member_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        row = services.status_set(by=request.user, member=member, **_decided(member, values))
        return f"{clock.in_words(row.starts)}起登记为{row.word}"

    return acted(
        request,
        StatusForm(posted(request), meetings=meetings_deciding(member.home)),
        act,
        template=_FORM,
        title=f"登记{member.name}的党籍状态",
        sub=f"现在{member.status}；停止党籍的另列，不再列入应到人数，留党察看的没有表决权",
        verb="登记",
        cancel=_file(member),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def member_status_end(request: Request, pk: int) -> HttpResponse:
    """The last day of a standing: from the next one he stands as a member does."""
    row: PartyStatus = status_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        services.status_end(by=request.user, row=row, **values)
        return f"{row.word}已结束"

    return acted(
        request,
        StatusEndForm(posted(request)),
        act,
        title=f"结束{row.member.name}的{row.word}？",
        text="从最后一天的次日起恢复正常；已召开的会议按当时的状态，历史保留。",
        verb="结束",
        cancel=_file(row.member),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def member_away(request: Request, pk: int) -> HttpResponse:
    """Note where a member is while he is away."""
    member = member_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        row = services.away_set(by=request.user, member=member, **values)
        return f"已登记{row.get_kind_display()}"

    return acted(
        request,
        AwayForm(posted(request)),
        act,
        template=_FORM,
        title=f"登记{member.name}外出",
        sub="仍在本支部名册内；在国（境）外的每半年联系一次",
        verb="登记",
        cancel=_file(member),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def member_away_end(request: Request, pk: int) -> HttpResponse:
    row: Away = away_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        services.away_end(by=request.user, row=row, **values)
        return "已登记返回"

    return acted(
        request,
        StatusEndForm(posted(request)),
        act,
        title=f"{row.member.name}外出结束？",
        text=f"{row.get_kind_display()}，{row.place}，{clock.in_full(row.starts)}起。",
        verb="结束",
        cancel=_file(row.member),
    )


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
@recent_login
def member_leave(request: Request, pk: int) -> HttpResponse:
    """End a membership by death or a decision."""
    member = member_for(request, pk)

    def act(values: dict[str, Any]) -> str:
        row = membership_end(by=request.user, member=member, **_decided(member, values))
        return f"组织关系已结束：{row.ground_words}"

    return acted(
        request,
        LeaveForm(posted(request), meetings=meetings_deciding(member.home)),
        act,
        template=_FORM,
        title=f"结束{member.name}的组织关系",
        sub="去世的从次日起、其他的从决定之日起不再列入名册，党内职务同时结束；已召开的会议不变",
        verb="结束",
        cancel=_file(member),
    )
