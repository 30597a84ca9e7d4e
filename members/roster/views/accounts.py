"""Which account reads a member's file as its own: proposed by the organisation, confirmed by the owner."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches.reach.doors import needs, recent_login
from branches.reach.rights import MEMBERS
from common.forms.fields import take_errors
from members.roster.forms import AccountLinkForm
from members.roster.loaders import member_for, own_proposal
from members.roster.selectors.links import proposal_of, proposals_to
from members.roster.services.accounts import account_unlink, link_confirm, link_propose, link_refuse, proposal_count


@needs(MEMBERS)
@recent_login
def member_account(request, pk):
    member = member_for(request, pk)
    proposal = proposal_of(member)
    held = member.account.username if member.account else ""
    form = AccountLinkForm(request.POST or None, initial={"username": proposal.account.username if proposal else held})
    if request.method == "POST" and form.is_valid():
        try:
            return _changed(request, member, form.cleaned_data["username"], held)
        except ValidationError as error:
            take_errors(form, error)
    waiting = f"已提出关联 {proposal.account.username}，等待本人确认。" if proposal else ""
    context = {
        "title": f"{member.name}的登录账号",
        "text": f"{waiting}本人登录确认后关联才生效；关联后该账号可以查看这份档案中本人的信息，不因此获得其他权限。"
        "留空则取消关联、撤回未确认的关联。",
        "form": form,
        "verb": "保存",
        "cancel": reverse("member_detail", args=[pk]),
    }
    return render(request, "generic/confirm.html", context)


def _changed(request, member, username, held):
    if not username:
        account_unlink(by=request.user, member=member)
        messages.success(request, "已取消关联")
    elif username.lower() != held.lower():
        proposal_count(by=request.user)
        link_propose(by=request.user, member=member, username=username)
        messages.success(request, f"已提出关联 {username}，本人登录确认后生效")
    return redirect("member_detail", member.pk)


@login_required
def own_links(request):
    """The member's files that are offered to this account."""
    return render(request, "members/roster/own_links.html", {"proposals": proposals_to(request.user)})


@login_required
@require_POST
def own_link_answer(request, pk):
    proposal = own_proposal(request, pk)
    if request.POST.get("answer") == "yes":
        link_confirm(by=request.user, proposal=proposal)
        messages.success(request, "已确认，您可以查看自己的党员档案")
    else:
        link_refuse(by=request.user, proposal=proposal)
        messages.success(request, "已谢绝，提出人会收到通知")
    # Whoever has just come in goes on to his work; one's own account is a press away.
    left = proposals_to(request.user).exists()
    return redirect("own_links" if left else "home")
