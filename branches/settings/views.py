"""The agency's settings on screen: what is in force, since when, by whom; a new value, its consequence, its confirmation.

Settings of the business are for whoever holds `set_rules`, technical ones for the administrator: one page, each sees his.
"""

from collections.abc import Callable
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
from branches.reach.rights import ACCOUNTS, ASSESS, SET_RULES
from branches.settings import dated
from branches.settings.forms import JoiningForm, ProposalForm, SettingForm, StartForm
from branches.settings.joining import joined_later, joining_check, joining_set
from branches.settings.loaders import coming_for, proposal_for
from branches.settings.proposals import proposable, proposal_decline, proposal_take, setting_propose
from branches.settings.selectors import history, proposals_of, setting_lines, start_line
from branches.settings.services import not_past, setting_cancel, setting_check, setting_set, start_check, start_set
from branches.settings.start import KEY, LABEL, PURPOSE
from common import clock
from common.forms.confirm_with_reason import ReasonForm
from common.forms.fields import take_errors
from common.requests import Request

_UNCHANGED = "已经冻结、发布的结果不变。"


def _rights(request: Request) -> set[str]:
    """Return which rights of settings the account holds: to set, to propose, of the system; Http404 without any."""
    rights = {right for right in (SET_RULES, ASSESS) if access.holds_anywhere(request.user, right)}
    if request.user.has_perm(f"branches.{ACCOUNTS}"):
        rights.add(ACCOUNTS)
    if not rights:
        raise Http404
    return rights


def _shown(rights: set[str]) -> set[str]:
    """The rights whose keys are shown: whoever proposes sees those of the business."""
    return rights | ({SET_RULES} if ASSESS in rights else set())


@login_required
def setting_list(request: Request) -> HttpResponse:
    rights = _rights(request)
    lines = setting_lines(_shown(rights))
    business = SET_RULES in _shown(rights)
    context = {
        "title": f"{len(lines)} 项{'规则参数' if business else '技术设定'}",
        "sub": "改动从所选日期起生效，以往的结果不变" + ("" if business else "；业务规则由机关党委书记设定，不在这里"),
        "lines": lines,
        "start": start_line() if business else None,
        "business": business,
        "sets": SET_RULES in rights,
        "purpose": PURPOSE,
    }
    return render(request, "branches/settings/list.html", context)


@login_required
def setting_edit(request: Request, key: str) -> HttpResponse:
    rights = _rights(request)
    known = dated.KNOWN.get(key)
    if known is None or known.right not in _shown(rights):
        raise Http404
    sets = known.right in rights
    initial = {"value": known.words(dated.number(key))}
    form = (SettingForm if sets else ProposalForm)(request.POST or None, initial=initial)
    form.fields["value"].help_text = f"{_range(known)}，默认 {known.words(known.default)}"
    if request.method == "POST" and form.is_valid():
        try:
            return (_setting_taken if sets else _proposed)(request, key, form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
    line = next(row for row in setting_lines({known.right}) if row.key == key)
    context = {
        "title": known.label,
        "sub": known.purpose,
        "form": form,
        "verb": "下一步：核对" if sets else "提出建议",
        "cancel": reverse("setting_list"),
        "history": [(row, known.words(row.value)) for row in history(key)],
        "default": f"默认值 {known.words(known.default)}",
        "line": line,
        "sets": sets,
        "today": clock.today(),
        "proposals": [(row, known.words(row.value)) for row in proposals_of(key)] if proposable(key) else [],
    }
    return render(request, "branches/settings/edit.html", context)


def _range(known: dated.Known) -> str:
    if known.kind == dated.DAY:
        return "写成 12-31，次年的日期写成 次年03-31"
    return "是 或 否" if known.kind == dated.SWITCH else f"{known.low} 至 {known.high}"


def _setting_taken(request: Request, key: str, data: dict[str, Any]) -> HttpResponse:
    """Show what a new value means, or set it once that was confirmed."""
    since = data["valid_from"]
    text = setting_check(key=key, value=data["value"], valid_from=since)
    not_past(key, since)
    if "confirmed" in request.POST:
        setting_set(by=request.user, key=key, value=text, valid_from=since)
        messages.success(request, "设定已保存，有关计量将重新计算")
        return redirect("setting_list")
    context = _question(key, text, since) | {
        "verb": "确认设定",
        "cancel": reverse("setting_edit", args=[key]),
        "hidden": {"value": text, "valid_from": since.isoformat()},
    }
    return render(request, "branches/settings/confirm.html", context)


def _proposed(request: Request, key: str, data: dict[str, Any]) -> HttpResponse:
    setting_propose(by=request.user, key=key, **data)
    messages.success(request, "建议已提出，由机关党委书记决定")
    return redirect("setting_edit", key)


def _question(key: str, text: str, since: date) -> dict[str, Any]:
    """What a value asks of whoever confirms it: the change, its purpose, and the slot of what follows from it."""
    known = dated.KNOWN[key]
    before, after = known.words(dated.number(key, since)), known.words(text)
    name = known.label.split("（")[0]
    change = f"由 {before} 改为 {after}" if before != after else f"仍为 {after}"
    return {
        "title": f"自{clock.in_full(since)}起，{name}{change}？",
        "text": f"{known.purpose}{_UNCHANGED}",
        # What it changes is known further up.
        "consequence": reverse(known.consequence, args=[key, text, since.isoformat()])
        if known.right == SET_RULES
        else "",
    }


def _with_reason(
    request: Request, act: Callable[[str], None], *, label: str, back: str, **question: str
) -> HttpResponse:
    """Ask for one sentence before something is done; question: title, text, verb."""
    form = ReasonForm(request.POST or None, label=label)
    if request.method == "POST" and form.is_valid():
        act(form.cleaned_data["text"])
        return redirect(back)
    context = {**question, "cancel": back, "form": form}
    return render(request, "generic/confirm.html", context, status=422 if request.method == "POST" else 200)


@needs(SET_RULES)
def setting_cancel_page(request: Request, pk: int) -> HttpResponse:
    """Take back a value that has not begun."""
    row = coming_for(pk)
    known = dated.KNOWN[row.key]

    def act(text: str) -> None:
        setting_cancel(by=request.user, row=row, reason=text)
        messages.success(request, "已取消，照原值执行")

    return _with_reason(
        request,
        act,
        label="取消的原因",
        title=f"取消自{clock.in_full(row.valid_from)}起的{known.label} {known.words(row.value)}？",
        text="还没有生效，取消后照此前的值执行；取消和原因记入审计。",
        verb="取消这项设定",
        back=reverse("setting_edit", args=[row.key]),
    )


@needs(SET_RULES)
def setting_proposal(request: Request, pk: int) -> HttpResponse:
    """A proposal with what would follow from it, to be taken."""
    row = proposal_for(pk)
    if request.method == "POST":
        try:
            proposal_take(by=request.user, row=row)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("setting_edit", row.key)
        messages.success(request, "建议已采纳，有关计量将重新计算")
        return redirect("setting_list")
    since = max(row.valid_from, clock.today())
    question = _question(row.key, row.value, since)
    context = question | {
        "text": f"{row.proposed_by or '服务器操作员'}建议：{row.reason}。{question['text']}",
        "verb": "采纳建议",
        "cancel": reverse("setting_edit", args=[row.key]),
        "hidden": {},
    }
    return render(request, "branches/settings/confirm.html", context)


@login_required
def setting_proposal_decline(request: Request, pk: int) -> HttpResponse:
    rights = _rights(request)
    row = proposal_for(pk)
    own = row.proposed_by_id == request.user.pk
    if not (SET_RULES in rights or own and ASSESS in rights):
        raise Http404
    known = dated.KNOWN[row.key]

    def act(text: str) -> None:
        proposal_decline(by=request.user, row=row, answer=text)
        messages.success(request, "建议已撤回" if own else "已答复，不采纳")

    return _with_reason(
        request,
        act,
        label="原因",
        title=f"{'撤回' if own else '不采纳'}关于{known.label}的建议？",
        text=f"建议自{clock.in_full(row.valid_from)}起改为 {known.words(row.value)}；原值不变，答复留在这一页。",
        verb="撤回建议" if own else "不采纳",
        back=reverse("setting_edit", args=[row.key]),
    )


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
        "history": [(row, row.value) for row in history(KEY)],
        "default": "未确定，已有的记录全部计算",
        "said": True,
    }
    return render(request, "branches/settings/edit.html", context)


def _start_taken(request: Request, day: date, before: date | None) -> HttpResponse:
    """Show what the date means, or set it once that was confirmed."""
    start_check(day)
    if "confirmed" in request.POST:
        start_set(by=request.user, day=day)
        messages.success(request, f"{clock.in_full(day)}起计算义务和得分，正在重新汇总")
        return redirect("home")
    if before is None:
        change = "以前的记录只供查阅，不判逾期，不计分。"
    elif day > before:
        change = f"{clock.in_full(before)}至这一天之间的义务、逾期和得分不再计算。"
    else:
        change = f"这一天至 {clock.in_full(before)}之间的义务将补算，没有记录的会显示为逾期。"
    context = {
        "title": f"自{clock.in_full(day)}起计算义务和得分？",
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
        since = f"自{clock.in_full(day)}起" if day else "随本机关启用日期"
        messages.success(request, f"{place.label}{since}计算义务和得分，正在重新汇总")
        return redirect("setting_joining")
    context = {
        "title": f"{place.label}自{clock.in_full(day)}起计算义务和得分？"
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
