"""The scheme on its page: its versions, the draft against the one in force, forms for each part, and how it comes in force."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessments.schemes import drafting
from assessments.schemes.checks import checks, difference
from assessments.schemes.comparison import METHOD_NAMES, PERIOD_WORDS, gone, number, quota_in_words, tree, whole_changes
from assessments.schemes.forms import ApproveForm, BonusForm, DimensionForm, ProposeForm, WholeForm
from assessments.schemes.indicator_form import IndicatorForm, method_choices, offers
from assessments.schemes.loaders import draft_for, may_prepare, speaks_for_itself, version_for
from assessments.schemes.models import SchemeState
from assessments.schemes.selectors import approving_meetings, scheme_titles, version_in_hand, version_lines
from assessments.schemes.services import (
    BRANCH_SCHEME,
    scheme_approve,
    scheme_change,
    scheme_discard,
    scheme_draft,
    scheme_for,
    scheme_propose,
    scheme_return,
)
from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.doors import recent_login
from branches.reach.rights import ASSESS, ASSESS_COMMITTEE, SET_RULES, VIEW
from common import clock
from common.forms.confirm_with_reason import ReasonForm
from common.forms.fields import take_errors
from common.periods import QUARTER, Period
from common.text import quoted

FORM = ["GET", "POST"]


def _typed(request):
    return request.POST if request.method == "POST" else None


@login_required
def scheme_list(request):
    """The version to read first: what is in preparation for the office, else the one in force."""
    access.require_anywhere(request.user, VIEW)
    key = request.GET.get("scheme") or BRANCH_SCHEME
    if key not in dict(scheme_titles()):
        raise Http404
    current = scheme_for(Period.containing(QUARTER, clock.today()), key)
    open_one = version_in_hand(key)
    return _page(request, open_one if open_one and may_prepare(request.user) else current)


@login_required
def scheme_detail(request, pk):
    return _page(request, version_for(request, pk))


def _page(request, version):
    lines = version_lines(version.key)
    shown = lines if may_prepare(request.user) else [line for line in lines if line.row.fixed]
    before = _beside(request, version, [line.row for line in shown if line.row.pk != version.pk])
    parts = tree(version.body, before.body if before else None, version.reasons)
    changes = [line for part, rows in parts for line in (part, *rows) if line.changed]
    left = gone(version.body, before.body if before else None)
    whole = whole_changes(version.body, before.body if before else None)
    drafting_now = version.state == SchemeState.DRAFT
    assesses, decides = (access.holds_anywhere(request.user, right) for right in (ASSESS, SET_RULES))
    mine = version.proposed_by_id == request.user.pk
    total, wanted = drafting.total_of(version.body), number(version.body["total"])
    may_edit = drafting_now and assesses
    key = request.GET.get("open", "") if may_edit else ""
    context = {
        "title": _title(version, changes, left, before),
        "version": version,
        # The form of one indicator stands under its row.
        "open": key,
        "editing": _indicator_form(version, key, "", request.GET.get("method"), None)[0] if key else None,
        "line": next(line for line in lines if line.row.pk == version.pk),
        "lines": shown,
        "parts": parts,
        "changes": changes,
        "left": left,
        "whole": whole,
        "others": [line.row for line in shown if line.row.pk != version.pk],
        "schemes": scheme_titles(),
        "checks": checks(version.body, changes, whole, version.reasons) if not version.fixed else [],
        "difference": difference(version.body),
        "before": before,
        "total": total,
        "wanted": wanted,
        "adds_up": total == wanted,
        "may_edit": may_edit,
        "may_draft": assesses and all(line.row.fixed for line in lines),
        "may_decide": version.state == SchemeState.PROPOSED and decides,
        "may_approve": version.state == SchemeState.PROPOSED and decides and not mine,
        "own_proposal": version.state == SchemeState.PROPOSED and mine,
        "simulates": assesses,
        "rates_itself": version.fixed and speaks_for_itself(request.user, version.body),
        "judges_committee": version.fixed
        and Kind.COMMITTEE in version.body["applies"]
        and access.holds_anywhere(request.user, ASSESS_COMMITTEE),
        "periods": "、".join(PERIOD_WORDS[kind] for kind in version.body["periods"]),
        "body": version.body
        | {"quotas": [row | {"words": quota_in_words(row)} for row in version.body.get("quotas", ())]},
        "bonus_items": version.body.get("bonus", {}).get("items", ()),
    }
    return render(request, "assessments/schemes/detail.html", context)


def _beside(request, version, others):
    """The version beside which one is read: the one asked for, else the newest in force before it."""
    if wanted := request.GET.get("with"):
        found = next((row for row in others if str(row.pk) == wanted), None)
        if found is None:
            raise Http404
        return found
    return next((row for row in others if row.fixed and row.version < version.version), None)


def _title(version, changes, left, before):
    if version.fixed or before is None:
        return f"{version.title}第{version.version}版"
    number_of = sum(bool(line.method) or line.new for line in changes) + len(left)
    word = "草稿" if version.state == SchemeState.DRAFT else "待批准"
    if not number_of:
        return f"第{version.version}版{word}与第{before.version}版的指标相同"
    return f"第{version.version}版{word}改 {number_of} 个指标"


@login_required
@require_POST
def scheme_draft_page(request, pk):
    version = draft_for(request, pk)
    draft = scheme_draft(by=request.user, version=version)
    messages.success(request, f"已由第{version.version}版复制为第{draft.version}版草稿")
    return redirect("scheme_detail", draft.pk)


def _form_page(request, version, form, title, **more):
    context = {"title": title, "version": version, "form": form, **more}
    return render(request, "assessments/schemes/form.html", context, status=422 if form.is_bound else 200)


def _kept(request, version, form, body, about=""):
    """Save a changed body; what the service refuses goes into the form. Returns whether it was saved."""
    try:
        scheme_change(by=request.user, version=version, body=body, reason=form.cleaned_data["reason"], about=about)
    except ValidationError as error:
        take_errors(form, error)
        return False
    messages.success(request, "已保存到草稿")
    return True


def _editable(request, pk):
    version = draft_for(request, pk)
    if version.state != SchemeState.DRAFT:
        raise Http404
    return version


@login_required
@require_http_methods(FORM)
def scheme_whole(request, pk):
    version = _editable(request, pk)
    form = WholeForm(_typed(request), body=version.body)
    if request.method == "POST" and form.is_valid() and _kept(request, version, form, form.changed_body()):
        return redirect("scheme_detail", pk)
    return _form_page(request, version, form, "总分、等次和加分")


@login_required
@require_http_methods(FORM)
def scheme_part(request, pk, key=""):
    version = _editable(request, pk)
    part = _found(drafting.dimension_of, version.body, key) if key else {}
    initial = {"name": part.get("name", ""), "full_from": part.get("full_from", 1)}
    if part.get("weighted"):
        initial["weight"] = number(part["points"])
    form = DimensionForm(_typed(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("name", "full_from")}
        weight = form.cleaned_data["weight"]
        data |= {"weighted": weight is not None} | ({"points": str(weight)} if weight is not None else {})
        if _kept(request, version, form, drafting.with_dimension(version.body, key, data)):
            return redirect("scheme_detail", pk)
    drop = reverse("scheme_part_drop", args=[pk, key]) if part and not part["indicators"] else ""
    return _form_page(request, version, form, part.get("name") or "新的方面", drop=drop)


@login_required
@require_POST
def scheme_part_drop(request, pk, key):
    version = _editable(request, pk)
    _found(drafting.dimension_of, version.body, key)
    try:
        body = drafting.without_dimension(version.body, key)
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("scheme_part", pk, key)
    scheme_change(by=request.user, version=version, body=body, reason="删去空的方面")
    return redirect("scheme_detail", pk)


@login_required
@require_http_methods(FORM)
def scheme_bonus(request, pk, number=None):
    """number: of the item among those of the version, from one; None for another one."""
    version = _editable(request, pk)
    items = version.body.get("bonus", {}).get("items", [])
    if number is not None and not 1 <= number <= len(items):
        raise Http404
    place = None if number is None else number - 1
    row = {} if place is None else items[place]
    form = BonusForm(_typed(request), row=row)
    if form.is_valid() and _kept(request, version, form, drafting.with_bonus(version.body, place, form.item())):
        return redirect("scheme_detail", pk)
    drop = "" if place is None else reverse("scheme_bonus_drop", args=[pk, number])
    return _form_page(request, version, form, row.get("what") or "新的加分事项", drop=drop)


@login_required
@require_POST
def scheme_bonus_drop(request, pk, number):
    version = _editable(request, pk)
    items = version.body.get("bonus", {}).get("items", [])
    if not 1 <= number <= len(items):
        raise Http404
    place = number - 1
    body = drafting.with_bonus(version.body, place, None)
    scheme_change(by=request.user, version=version, body=body, reason=f"删去加分事项{quoted(items[place]['what'])}")
    return redirect("scheme_detail", pk)


def _found(find, body, key):
    try:
        return find(body, key)
    except KeyError:
        raise Http404 from None


@login_required
@require_http_methods(FORM)
def scheme_indicator(request, pk, key="", part=""):
    """One indicator: its method by a link (?method=), then the fields of that method."""
    version = _editable(request, pk)
    context, dimension = _indicator_form(version, key, part, request.GET.get("method"), _typed(request))
    form = context["form"]
    if request.method == "POST" and form.is_valid():
        body = drafting.with_indicator(version.body, dimension["key"], key, form.indicator())
        about = key or drafting.dimension_of(body, dimension["key"])["indicators"][-1]["key"]
        if _kept(request, version, form, body, about):
            return redirect(reverse("scheme_detail", args=[pk]) + f"#i-{about}")
    return _form_page(request, version, **context)


def _indicator_form(version, key, part, method, typed):
    """Return (what the form of an indicator is shown with, its dimension). key: "" for a new one, of the dimension `part`."""
    row = {}
    if key:
        dimension, row = _found(drafting.find, version.body, key)
    else:
        dimension = _found(drafting.dimension_of, version.body, part)
    method = method or row.get("method", "ratio")
    if not offers(version.key, method):
        if method != row.get("method"):
            raise Http404
        method = "manual"
    others = [one for part in version.body["dimensions"] for one in part["indicators"] if one["key"] != key]
    form = IndicatorForm(typed, method=method, row=row, others=others, key=version.key, applies=version.body["applies"])
    known = not row or offers(version.key, row["method"])
    context = {
        "form": form,
        "title": f"{dimension['name']}／{row.get('name', '新的指标')}",
        "methods": method_choices(method, version.key),
        "method": method,
        "drop": reverse("scheme_indicator_drop", args=[version.pk, key]) if key else "",
        "now": "" if known else f"现在的计分方法是{METHOD_NAMES[row['method']]}，这里不能设定。",
    }
    return context, dimension


@login_required
@require_POST
def scheme_indicator_drop(request, pk, key):
    version = _editable(request, pk)
    _, row = _found(drafting.find, version.body, key)
    body = drafting.without_indicator(version.body, key)
    scheme_change(by=request.user, version=version, body=body, reason=f"删去指标{quoted(row['name'])}", about=key)
    messages.success(request, "已从草稿删去")
    return redirect("scheme_detail", pk)


def _confirm(request, version, form, title, text, verb):
    context = {
        "title": title,
        "text": text,
        "verb": verb,
        "form": form,
        "cancel": reverse("scheme_detail", args=[version.pk]),
    }
    return render(request, "generic/confirm.html", context, status=422 if form and form.is_bound else 200)


@login_required
@require_http_methods(FORM)
def scheme_propose_page(request, pk):
    version = _editable(request, pk)
    start = Period.containing(QUARTER, clock.today()).next().first
    form = ProposeForm(_typed(request), initial={"in_force_from": version.in_force_from or start})
    if request.method == "POST" and form.is_valid():
        try:
            scheme_propose(by=request.user, version=version, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已报送，待批准")
            return redirect("scheme_detail", pk)
    return _confirm(
        request, version, form, f"报送第{version.version}版？", "报送后不能修改，须由另一位同志批准或退回。", "报送批准"
    )


@login_required
@recent_login
@require_http_methods(FORM)
def scheme_approve_page(request, pk):
    access.require_anywhere(request.user, SET_RULES)
    version = version_for(request, pk)
    form = ApproveForm(_typed(request), meetings=approving_meetings(request.user, version))
    if request.method == "POST" and form.is_valid():
        try:
            scheme_approve(by=request.user, version=version, **form.cleaned_data)
        except ValidationError as error:
            take_errors(form, error)
        else:
            messages.success(request, "已批准，到施行日期起用")
            return redirect("scheme_detail", pk)
    text = (
        f"批准后自{clock.in_words(version.in_force_from)}起施行，不能再改；已发布的结果不变。"
        if version.in_force_from
        else ""
    )
    return _confirm(request, version, form, f"批准第{version.version}版？", text, "批准施行")


@login_required
@require_http_methods(FORM)
def scheme_return_page(request, pk):
    access.require_anywhere(request.user, SET_RULES)
    version = version_for(request, pk)
    form = ReasonForm(_typed(request), label="退回的原因")
    if request.method == "POST" and form.is_valid():
        scheme_return(by=request.user, version=version, reason=form.cleaned_data["text"])
        messages.success(request, "已退回，可以继续修改")
        return redirect("scheme_detail", pk)
    return _confirm(request, version, form, f"退回第{version.version}版？", "退回后成为草稿。", "退回")


@login_required
@require_http_methods(FORM)
def scheme_discard_page(request, pk):
    version = draft_for(request, pk)
    if request.method == "POST":
        scheme_discard(by=request.user, version=version)
        messages.success(request, "草稿已删除")
        return redirect("scheme_list")
    return _confirm(
        request, version, None, f"删除第{version.version}版？", "草稿和改动的理由都不保留，经过留在审计中。", "删除"
    )
