"""The agency's settings on screen: what is in force, since when, by whom; a new value, its consequence, its confirmation.

Settings of the business are for whoever holds `set_rules`, technical ones for the administrator: one page, each sees his.
"""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.doors import needs
from branches.reach.rights import ACCOUNTS, SET_RULES
from branches.settings import dated
from branches.settings.forms import JoiningForm, SettingForm, StartForm
from branches.settings.joining import joined_later, joining_check, joining_set
from branches.settings.selectors import history, plain, setting_lines, start_line
from branches.settings.services import setting_check, setting_set, start_check, start_set
from branches.settings.start import KEY, LABEL, PURPOSE
from common import clock
from common.forms.fields import take_errors
from common.requests import Request

_UNCHANGED = "已经冻结、发布的结果不变。"


def _rights(request: Request) -> set[str]:
    """Return which of the two rights of settings the account holds; Http404 without any."""
    rights = {SET_RULES} if access.holds_anywhere(request.user, SET_RULES) else set()
    if request.user.has_perm(f"branches.{ACCOUNTS}"):
        rights.add(ACCOUNTS)
    if not rights:
        raise Http404
    return rights


@login_required
def setting_list(request: Request) -> HttpResponse:
    rights = _rights(request)
    lines = setting_lines(rights)
    business = SET_RULES in rights
    context = {
        "title": f"{len(lines)} 项{'本机关设定' if business else '技术设定'}",
        "sub": "改动从所选日期起生效，以往的结果不变" + ("" if business else "；业务规则由机关党委书记设定，不在这里"),
        "lines": lines,
        "start": start_line() if business else None,
        "business": business,
        "purpose": PURPOSE,
    }
    return render(request, "branches/settings/list.html", context)


@login_required
def setting_edit(request: Request, key: str) -> HttpResponse:
    rights = _rights(request)
    known = dated.KNOWN.get(key)
    if known is None or known.right not in rights:
        raise Http404
    value = plain(str(dated.number(key)))
    form = SettingForm(request.POST or None, initial={"value": value})
    form.fields["value"].help_text = f"{known.low} 至 {known.high}，默认 {known.default}"
    if request.method == "POST" and form.is_valid():
        try:
            return _setting_taken(request, key, form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
    context = {
        "title": known.label,
        "sub": known.purpose,
        "form": form,
        "verb": "下一步：核对",
        "cancel": reverse("setting_list"),
        "history": history(key),
        "default": f"默认值 {known.default}",
    }
    return render(request, "branches/settings/edit.html", context)


def _setting_taken(request: Request, key: str, data: dict[str, Any]) -> HttpResponse:
    """Show what a new value means, or set it once that was confirmed."""
    known, since = dated.KNOWN[key], data["valid_from"]
    text = setting_check(key=key, value=data["value"], valid_from=since)
    if "confirmed" in request.POST:
        setting_set(by=request.user, key=key, value=text, valid_from=since)
        messages.success(request, "设定已保存，有关计量将重新计算")
        return redirect("setting_list")
    before = plain(str(dated.number(key, since)))
    name = known.label.split("（")[0]
    change = f"由 {before} 改为 {text}" if before != text else f"仍为 {text}"
    back = "这一天已经过去，此后的义务、逾期和得分将重新计算。" if since < clock.today() else ""
    context = {
        "title": f"自{clock.in_words(since)}起，{name}{change}？",
        "text": f"{known.purpose}{back}{_UNCHANGED}",
        "verb": "确认设定",
        "cancel": reverse("setting_edit", args=[key]),
        "hidden": {"value": text, "valid_from": since.isoformat()},
    }
    return render(request, "branches/settings/confirm.html", context)


@needs(SET_RULES)
def setting_start(request: Request) -> HttpResponse:
    """The date from which the agency reckons."""
    start = start_line()
    form = StartForm(
        request.POST or None, initial={"day": start.day if start else clock.today().replace(month=1, day=1)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _start_taken(request, form.cleaned_data["day"], start.day if start else None)
        except ValidationError as error:
            take_errors(form, error)
    context = {
        "title": LABEL,
        "sub": PURPOSE,
        "form": form,
        "verb": "下一步：核对",
        "cancel": reverse("setting_list"),
        "history": history(KEY),
        "default": "未确定，已有的记录全部计算",
        "said": True,
    }
    return render(request, "branches/settings/edit.html", context)


def _start_taken(request: Request, day: date, before: date | None) -> HttpResponse:
    """Show what the date means, or set it once that was confirmed."""
    start_check(day)
    if "confirmed" in request.POST:
        start_set(by=request.user, day=day)
        messages.success(request, f"{clock.in_words(day)}起计算义务和得分，正在重新汇总")
        return redirect("home")
    if before is None:
        change = "以前的记录只供查阅，不判逾期，不计分。"
    elif day > before:
        change = f"{clock.in_words(before)}至这一天之间的义务、逾期和得分不再计算。"
    else:
        change = f"这一天至 {clock.in_words(before)}之间的义务将补算，没有记录的会显示为逾期。"
    context = {
        "title": f"自{clock.in_words(day)}起计算义务和得分？",
        "text": f"{change}{_UNCHANGED}",
        "verb": "确定启用日期",
        "cancel": reverse("setting_start"),
        "hidden": {"day": day.isoformat()},
        # What of its first month, quarter and year falls away is known further up.
        "left_out": reverse("requirement_left_out", args=[day.isoformat()]),
    }
    return render(request, "branches/settings/confirm.html", context)


@needs(SET_RULES)
def setting_joining(request: Request) -> HttpResponse:
    """The day from which an organisation that joined later is reckoned."""
    form = JoiningForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _joining_taken(request, form.cleaned_data["organisation"], form.cleaned_data["day"])
        except ValidationError as error:
            take_errors(form, error)
    context = {
        "title": "后来加入的党组织",
        "sub": "比本机关启用得晚的党支部、党总支，从各自的起记日期计算义务、逾期和得分；以前的记录只供查阅",
        "form": form,
        "verb": "下一步：核对",
        "cancel": reverse("setting_list"),
        "joined": joined_later(),
    }
    return render(request, "branches/settings/joining.html", context)


def _joining_taken(request: Request, place: Organisation, day: date | None) -> HttpResponse:
    """Show what the day means, or set it once that was confirmed."""
    joining_check(place, day)
    if "confirmed" in request.POST:
        joining_set(by=request.user, place=place, day=day)
        since = f"自{clock.in_words(day)}起" if day else "随本机关启用日期"
        messages.success(request, f"{place.label}{since}计算义务和得分，正在重新汇总")
        return redirect("setting_joining")
    context = {
        "title": f"{place.label}自{clock.in_words(day)}起计算义务和得分？"
        if day
        else f"{place.label}改回本机关的启用日期？",
        "text": "下级党组织随同；这一天以前的记录只供查阅，不判逾期，不计分。" + _UNCHANGED
        if day
        else f"原来不计的义务将补算，没有记录的会显示为逾期。{_UNCHANGED}",
        "verb": "确定起记日期",
        "cancel": reverse("setting_joining"),
        "hidden": {"organisation": place.pk, "day": day.isoformat() if day else ""},
        "left_out": reverse("requirement_left_out", args=[day.isoformat()]) if day else "",
    }
    return render(request, "branches/settings/confirm.html", context)
