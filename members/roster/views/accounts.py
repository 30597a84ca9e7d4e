"""Which account reads a member's file as its own."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import MEMBERS
from common.forms.fields import take_errors
from members.roster.forms import AccountLinkForm
from members.roster.models.members import Member
from members.roster.services.accounts import account_link


@needs(MEMBERS)
@recent_login
def member_account(request, pk):
    member = access.get_for(Member.objects.select_related("home", "account"), request.user, MEMBERS, pk=pk)
    initial = {"username": member.account.username if member.account else ""}
    form = AccountLinkForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            account_link(by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "登录账号已更新")
            return redirect("member_detail", pk)
    context = {
        "title": f"{member.name}的登录账号",
        "text": "关联后，该账号可以查看这份档案中本人的信息，不因此获得其他权限。留空则取消关联。",
        "form": form,
        "verb": "保存",
        "cancel": reverse("member_detail", args=[pk]),
    }
    return render(request, "generic/confirm.html", context)
