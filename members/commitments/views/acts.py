"""What a branch does with commitments: paste, review, return, publish, appraise."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from branches.frame.acting import acted, at_once, posted
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS
from common import clock
from common.requests import Request
from members.activities.selectors.rosters import roster
from members.commitments.forms import AppraiseForm, PasteForm, ReturnForm
from members.commitments.loaders import branch_for, commitment_for, year_of
from members.commitments.models import CommitmentState
from members.commitments.paste import read
from members.commitments.rights import why_not_review
from members.commitments.rules import bounds
from members.commitments.selectors.branch import branch_year
from members.commitments.services import deciding
from members.commitments.services.pledging import commitments_paste


def branch_url(year: int, pk: int | None) -> str:
    return reverse("commitment_branch", args=[year, pk])


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def commitment_paste(request: Request, year: int, pk: int) -> HttpResponse:
    branch, year = branch_for(request, pk, MEMBERS), year_of(year)

    def act(values: dict[str, Any]) -> str:
        rows = read(values["text"], list(roster(branch, clock.today())), bounds(year))
        number = commitments_paste(by=request.user, year=year, rows=rows)
        return f"已登记 {number} 人的承诺，请由他人审核"

    return acted(
        request,
        PasteForm(posted(request)),
        act,
        template="generic/form.html",
        title=f"粘贴 {year} 年承诺",
        sub=f"{branch.label}　没有账号的党员由支部代为登记",
        verb="登记",
        cancel=branch_url(year, pk),
    )


@login_required
@require_POST
def commitment_review(request: Request, pk: int) -> HttpResponse:
    commitment = commitment_for(request, pk)
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    deciding.commitment_review(by=request.user, commitment=commitment, version=version)
    return redirect(branch_url(commitment.year, commitment.member.home_id))


@needs(MEMBERS)
@require_POST
def commitment_review_all(request: Request, year: int, pk: int) -> HttpResponse:
    branch, year = branch_for(request, pk, MEMBERS), year_of(year)

    def act() -> str:
        done, left = deciding.branch_review(by=request.user, branch=branch, year=year)
        said = f"已审核 {done} 人" if done else "没有待审核的承诺"
        return f"{said}，{left} 人是本人的或由您登记，请由他人审核" if left else said

    return at_once(request, act, branch_url(year, pk))


@login_required
@require_http_methods(["GET", "POST"])
def commitment_return(request: Request, pk: int) -> HttpResponse:
    commitment = commitment_for(request, pk)
    deciding.require_state(commitment, CommitmentState.DRAFTED, CommitmentState.REVIEWED)

    def act(values: dict[str, Any]) -> str:
        deciding.commitment_return(by=request.user, commitment=commitment, **values)
        return "已退回"

    return acted(
        request,
        ReturnForm(posted(request)),
        act,
        title=f"退回{commitment.member.name}的 {commitment.year} 年承诺？",
        text="退回以后由本人修改，重新提交后再审核。",
        verb="退回",
        cancel=branch_url(commitment.year, commitment.member.home_id),
    )


@needs(MEMBERS)
@require_POST
def commitment_publish(request: Request, year: int, pk: int) -> HttpResponse:
    branch, year = branch_for(request, pk, MEMBERS), year_of(year)

    def act() -> str:
        number = deciding.branch_publish(by=request.user, branch=branch, year=year)
        return f"已公开 {number} 人的承诺，本支部党员可以看到" if number else "没有已审核、待公开的承诺"

    return at_once(request, act, branch_url(year, pk))


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def commitment_appraise(request: Request, year: int, pk: int) -> HttpResponse:
    """The appraisal of a year: what each says of himself stands chosen, the review of members may say otherwise."""
    branch, year = branch_for(request, pk, MEMBERS), year_of(year)
    found = branch_year(branch, year)
    mine = [line for line in found.to_appraise if line.commitment and not why_not_review(request.user, line.commitment)]
    meetings = list(deciding.reviews_of(branch, year).prefetch_related("kinds")[:20])
    form = AppraiseForm(
        posted(request),
        meetings=[(str(one.pk), f"{clock.in_words(one.day)} {one.title or one.kinds_label}") for one in meetings],
        pledges=[pledge for line in mine for pledge, _ in line.pledges],
    )
    pairs = form.pairs()

    def act(values: dict[str, Any]) -> str:
        meeting = next((one for one in meetings if str(one.pk) == values["meeting"]), None)
        number, left = deciding.branch_appraise(
            by=request.user, branch=branch, year=year, meeting=meeting, grades=form.grades()
        )
        said = f"已评定 {number} 人的承诺" if number else "没有选择评定，未作改动"
        return f"{said}，{left} 人的由他人评定" if left else said

    return acted(
        request,
        form,
        act,
        template="members/commitments/appraise.html",
        title=f"评定 {year} 年承诺 {len(mine)} 人",
        sub=f"{branch.label}　默认按本人所述，有异议的改选；本人的由他人评定",
        branch=branch,
        year=year,
        lines=[(line, [(pledge, pairs[pledge.pk]) for pledge, _ in line.pledges]) for line in mine],
        left=len(found.to_appraise) - len(mine),
        meetings=meetings,
        verb="确认评定",
        cancel=branch_url(year, pk),
    )
