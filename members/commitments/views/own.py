"""A member's own commitment: made with two clicks, changed, and said of at the year's end; and what his branch has published."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from branches.frame.acting import acted, posted
from branches.reach import access
from common import clock
from common.requests import Request
from members.commitments import rights
from members.commitments.forms import ChangeForm, PledgesForm, SayForm
from members.commitments.loaders import commitment_of, member_kept, own_member, pledge_for, year_asked, year_of
from members.commitments.models import Commitment, CommitmentState, Pledge
from members.commitments.rules import bounds, due_of
from members.commitments.selectors.branch import look_of, public_list
from members.commitments.selectors.offers import chosen, offers, ticked_first
from members.commitments.selectors.shown import attended, sharing
from members.commitments.services.pledging import (
    NEW,
    commitment_make,
    opens_on,
    pledge_change,
    require_changeable,
    years_open,
)
from members.commitments.services.saying import pledge_say, require_open
from members.roster.models.members import Member


def own_url(year: int) -> str:
    return f"{reverse('own_commitment')}?year={year}"


def pledging(request: Request, member: Member, year: int, made: Commitment | None) -> tuple[PledgesForm, list[Any]]:
    """Return (form, offered sentences) of somebody's commitment that may still be written."""
    offered = offers(member, year)
    texts = [pledge.text for pledge in made.pledges.standing()] if made else []
    known = {one.text: one.key for one in offered}
    ticked = [known[text] for text in texts if text in known] if made else sorted(ticked_first(offered, year))
    initial = {
        "offered": ticked,
        "own": "\n".join(text for text in texts if text not in known),
        "version": made.version if made else NEW,
    }
    form = PledgesForm(posted(request), offered=offered, bounds=bounds(year), initial=initial)
    return form, offered


def _shown(request: Request, member: Member, year: int) -> dict[str, Any]:
    """Return with what the form of a commitment is opened now."""
    form, _ = pledging(request, member, year, commitment_of(member, year))
    return dict(form.initial)


def _page(request: Request, member: Member, year: int, made: Commitment | None) -> dict[str, Any]:
    pledges = made.pledges.select_related("replaces", "activity") if made else ()
    offered = attended(member, year) if made and made.is_public else []
    rows = [
        (pledge, look_of(pledge), len(sharing(pledge.text, offered)) if not pledge.own else 0)
        for pledge in pledges
        if pledge.ended_on is None
    ]
    return {
        "member": member,
        "year": year,
        "made": made,
        "rows": rows,
        "due": due_of(year),
        "opens": opens_on(year),
        "public": public_list(member.home, year),
        "years": [one for one in {*years_open(), clock.today().year - 1} if one != year],
    }


@login_required
@require_http_methods(["GET", "POST"])
def own_commitment(request: Request) -> HttpResponse:
    """The own commitment of a year: written while it is not published, said of afterwards; below it the branch's list."""
    member = own_member(request)
    if member is None:
        return render(request, "members/files/no_file.html", status=404)
    year = year_asked(request)
    made = commitment_of(member, year)
    context = _page(request, member, year, made)
    if (made is None or not made.is_public) and year in years_open():
        return _write(request, member, year, made, context)
    number = len(context["rows"])
    none = f"{year} 年的承诺还没有开始" if context["opens"] else f"{year} 年没有作承诺"
    title = f"{year} 年承诺 {number} 项" if made else none
    open_ = sum(not pledge.grade for pledge, _, _ in context["rows"])
    title += f"，{open_} 项还没有填写兑现情况" if made and made.is_public and open_ else ""
    return render(request, "members/commitments/own.html", context | {"title": title})


def _write(
    request: Request, member: Member, year: int, made: Commitment | None, context: dict[str, Any]
) -> HttpResponse:
    form, offered = pledging(request, member, year, made)

    def act(values: dict[str, Any]) -> str:
        wanted = chosen(offered, values["offered"], values["own"])
        _, warnings = commitment_make(
            by=request.user, member=member, year=year, wanted=wanted, version=values["version"]
        )
        for words in warnings:
            messages.warning(request, words)
        return f"已提交 {year} 年承诺 {len(wanted)} 项，等支部审核"

    state = made and ("已审核，等公开" if made.state == CommitmentState.REVIEWED else "等支部审核")
    title = f"{year} 年承诺：{'退回修改' if made and made.is_returned else state or '选好后提交'}"
    back = own_url(year)
    whys = {one.key: one.why for one in offered}
    extra = context | {"title": title, "whys": whys, "verb": "保存修改" if made else "提交承诺"}
    return acted(
        request,
        form,
        act,
        cancel=back,
        template="members/commitments/make.html",
        now=lambda: _shown(request, member, year),
        **extra,
    )


def _back(request: Request, pledge: Pledge) -> str:
    commitment = pledge.commitment
    if rights.is_own(request.user, commitment.member):
        return own_url(commitment.year)
    return reverse("commitment_branch", args=[commitment.year, commitment.member.home_id])


@login_required
@require_http_methods(["GET", "POST"])
def pledge_say_view(request: Request, pk: int) -> HttpResponse:
    """Say how a pledge was kept: one's own, or for a member without account."""
    pledge = pledge_for(request, pk)
    commitment = pledge.commitment
    require_open(commitment.state, pledge)
    offered = sharing(pledge.text, attended(commitment.member, commitment.year))

    def act(values: dict[str, Any]) -> str:
        record = next((one for one, _ in offered if str(one.pk) == values["activity"]), None)
        pledge_say(by=request.user, pledge=pledge, **values | {"activity": record})
        return "已填写兑现情况"

    initial = {
        "own": pledge.own or "fulfilled",
        "how": pledge.how,
        "activity": str(pledge.activity_id or (offered[0][0].pk if offered and not pledge.own else "")),
    }
    return acted(
        request,
        SayForm(posted(request), offered=offered, initial=initial),
        act,
        template="generic/form.html",
        title="填写兑现情况",
        sub=f"{commitment.member.name}　{pledge.text}",
        verb="保存",
        cancel=_back(request, pledge),
    )


@login_required
@require_http_methods(["GET", "POST"])
def pledge_change_view(request: Request, pk: int) -> HttpResponse:
    """Put another pledge in the place of one that is published, with the reason."""
    pledge = pledge_for(request, pk)
    require_changeable(pledge.commitment, pledge)

    def act(values: dict[str, Any]) -> str:
        pledge_change(by=request.user, pledge=pledge, **values)
        return "已修改，原来的承诺保留"

    return acted(
        request,
        ChangeForm(posted(request), initial={"text": pledge.text}),
        act,
        template="generic/form.html",
        title="修改已公开的承诺",
        sub=f"第 {pledge.order} 项：{pledge.text}",
        verb="保存",
        cancel=_back(request, pledge),
    )


@login_required
@require_http_methods(["GET", "POST"])
def commitment_write(request: Request, year: int, pk: int) -> HttpResponse:
    """Write a commitment for a member of one's roster, as a rule one without account."""
    member, year = member_kept(request, pk), year_of(year)
    made = commitment_of(member, year)
    back = reverse("commitment_branch", args=[year, member.home_id])
    if made is not None and made.is_public:
        messages.warning(request, "本年度承诺已公开，修改请写明原因。")
        return redirect(back)
    form, offered = pledging(request, member, year, made)

    def act(values: dict[str, Any]) -> str:
        wanted = chosen(offered, values["offered"], values["own"])
        _, warnings = commitment_make(
            by=request.user, member=member, year=year, wanted=wanted, version=values["version"]
        )
        for words in warnings:
            messages.warning(request, words)
        return f"已登记{member.name}的承诺 {len(wanted)} 项"

    return acted(
        request,
        form,
        act,
        cancel=back,
        template="members/commitments/make.html",
        now=lambda: _shown(request, member, year),
        title=f"{member.name} {year} 年承诺",
        member=member,
        year=year,
        made=made,
        whys={one.key: one.why for one in offered},
        verb="登记",
        due=due_of(year),
        many=access.holds_anywhere(request.user, "manage_members"),
    )
