"""Party posts of a member: give and end."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.reach.doors import needs
from branches.reach.rights import MEMBERS
from common.forms.fields import take_errors
from members.roster.forms import PostEndForm, PostForm
from members.roster.loaders import member_for, post_for
from members.roster.services.members import post_end, post_give


@needs(MEMBERS)
def member_post_new(request, pk):
    member = member_for(request, pk)
    form = PostForm(request.POST or None, user=request.user, initial={"organisation": member.home_id})
    if request.method == "POST" and form.is_valid():
        try:
            post_give(by=request.user, member=member, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "党内职务已登记")
            return redirect("member_detail", pk)
    context = {
        "title": f"登记{member.name}的党内职务",
        "sub": "党内职务不带系统权限，权限在任职授权中办理",
        "form": form,
        "verb": "登记",
        "cancel": reverse("member_detail", args=[pk]),
    }
    return render(request, "generic/form.html", context)


@needs(MEMBERS)
def member_post_end(request, pk):
    post = post_for(request, pk)
    form = PostEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            post_end(by=request.user, post=post, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "党内职务已结束")
            return redirect("member_detail", post.member_id)
    context = {
        "title": f"结束{post.member.name}的{post.label}职务？",
        "text": f"{post.organisation.label}{post.get_kind_display()}到最后一天为止，历史保留。",
        "form": form,
        "verb": "结束",
        "cancel": reverse("member_detail", args=[post.member_id]),
    }
    return render(request, "generic/confirm.html", context)
