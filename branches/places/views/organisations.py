"""Write the tree: create, rename, move; terms. What shows or asks its people is in members/organisations."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from branches.places.forms import (
    ComparisonGroupForm,
    OrganisationEditForm,
    OrganisationMoveForm,
    OrganisationNewForm,
    TermCloseForm,
    TermForm,
)
from branches.places.loaders import organisation_for
from branches.places.models.organisations import Kind
from branches.places.selectors.groups import groups_on
from branches.places.selectors.terms import open_term
from branches.places.services import groups, organisations, terms
from branches.reach.doors import needs, recent_login
from branches.reach.rights import ORGANISE
from common import clock
from common.forms.fields import take_errors


def load(request, pk):
    return organisation_for(request, pk, ORGANISE)


def home(organisation):
    return reverse("organisation_detail", args=[organisation.pk])


def written(form, write):
    """Call `write` with the cleaned values; return its result, or None with the errors put into the form."""
    if not form.is_valid():
        return None
    try:
        return write(form.cleaned_data)
    except ValidationError as error:
        take_errors(form, error)
        return None


@needs(ORGANISE)
def organisation_new(request):
    form = OrganisationNewForm(
        request.POST or None, user=request.user, initial={"parent": request.GET.get("parent"), "kind": "branch"}
    )
    if request.method == "POST":
        made = written(form, lambda data: organisations.organisation_create(by=request.user, **data))
        if made:
            messages.success(request, f"已新设{made.label}")
            return redirect("organisation_detail", made.pk)
    context = {"title": "新设党组织", "form": form, "verb": "新设", "cancel": reverse("organisation_list")}
    return render(request, "generic/form.html", context)


@needs(ORGANISE)
def organisation_edit(request, pk):
    organisation = load(request, pk)
    initial = {name: getattr(organisation, name) for name in ("name", "short_name", "founded", "version")}
    form = OrganisationEditForm(request.POST or None, initial=initial)
    if request.method == "POST":
        made = written(
            form,
            lambda data: organisations.organisation_update(
                by=request.user, organisation=organisation, **{**data, "short_name": data["short_name"] or None}
            ),
        )
        if made:
            messages.success(request, "已保存")
            return redirect("organisation_detail", pk)
    context = {
        "title": f"修改{organisation.label}",
        "sub": "名称的改动会留下历史，以往的报告不变",
        "form": form,
        "cancel": home(organisation),
    }
    return render(request, "generic/form.html", context)


@needs(ORGANISE)
@recent_login
def organisation_move(request, pk):
    organisation = load(request, pk)
    form = OrganisationMoveForm(
        request.POST or None,
        user=request.user,
        organisation=organisation,
        initial={"version": organisation.version},
    )
    if request.method == "POST":
        made = written(
            form, lambda data: organisations.organisation_move(by=request.user, organisation=organisation, **data)
        )
        if made:
            messages.success(request, f"{organisation.label}已移到{made.parent.label}之下")
            return redirect("organisation_detail", pk)
    below = organisation.get_descendant_count()
    context = {
        "title": f"移动{organisation.label}？",
        "text": f"它和其下的 {below} 个组织从今天起归新的上级管理，谁能查看、审核也随之改变；以往的报告不变。",
        "form": form,
        "verb": "移动",
        "cancel": home(organisation),
    }
    return render(request, "generic/confirm.html", context)


@needs(ORGANISE)
def organisation_term(request, pk):
    organisation = load(request, pk)
    term = open_term(organisation)
    initial = {"starts": term.starts, "expires": term.expires} if term else {}
    form = TermForm(request.POST or None, initial=initial)
    if request.method == "POST" and written(
        form, lambda data: terms.term_set(by=request.user, organisation=organisation, **data)
    ):
        messages.success(request, "任期已登记")
        return redirect("organisation_detail", pk)
    context = {"title": f"{organisation.label}任期", "form": form, "cancel": home(organisation)}
    return render(request, "generic/form.html", context)


@needs(ORGANISE)
def organisation_term_close(request, pk):
    organisation = load(request, pk)
    form = TermCloseForm(request.POST or None)
    if request.method == "POST" and written(
        form, lambda data: terms.term_close(by=request.user, organisation=organisation, **data)
    ):
        messages.success(request, "换届已登记")
        return redirect("organisation_detail", pk)
    context = {
        "title": f"登记{organisation.label}换届",
        "text": "本届任期到换届日期结束。委员的职务另在党员档案中登记。",
        "form": form,
        "verb": "登记换届",
        "cancel": home(organisation),
    }
    return render(request, "generic/confirm.html", context)


@needs(ORGANISE)
def organisation_group(request, pk):
    organisation = load(request, pk)
    if organisation.kind != Kind.BRANCH:
        raise Http404
    today = clock.today()
    initial = {"group": groups_on(today, [pk]).get(pk, ""), "starts": today.replace(month=1, day=1)}
    form = ComparisonGroupForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        made = written(
            form, lambda data: groups.comparison_group_set(by=request.user, organisation=organisation, **data)
        )
        if made:
            messages.success(
                request, f"{organisation.label}自{clock.in_words(made.starts)}起为{made.get_group_display()}"
            )
            return redirect(home(organisation))
    context = {"title": f"{organisation.label}的考核类别", "form": form, "verb": "保存", "cancel": home(organisation)}
    return render(request, "generic/form.html", context, status=422 if form.is_bound else 200)
