"""The tree page and the page of one organisation: places shown with the people in them."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches.audit import exports
from branches.audit.selectors import history_of
from branches.places.forms import TreeFilter
from branches.places.loaders import organisation_for
from branches.places.models.organisations import Kind
from branches.places.selectors.coverage import (
    coverage_numbers,
    coverage_of,
    departments_covered_by,
    departments_fitting,
    open_departments,
)
from branches.places.selectors.frame import place_among
from branches.places.selectors.groups import group_label, groups_on
from branches.reach import access
from branches.reach.doors import needs, recent_login
from branches.reach.rights import APPOINT, IDENTITY, MEMBERS, ORGANISE, RECORD, REVIEW, VIEW
from common import clock
from members.organisations.duties_from import duties_from
from members.organisations.first_steps import first_steps
from members.organisations.selectors.profile import profile
from members.organisations.selectors.tree import UNFOLDED, Tree, drawn, hits, seen, tree_figures, tree_rows, with_terms

# What the audit history of an organisation's page tells; records and people have their own pages.
HISTORY = ("organisation", "term", "coverage", "appointment", "post")

# So many rows of an opened level are shown at once.
LEVEL = 60
# An address with a longer number names nothing.
DIGITS = 19


def _filter(request):
    form = TreeFilter(request.GET)
    form.is_valid()
    return form


def _wanted(request):
    """Return the ids of the organisations of which one stands beside the tree: the one asked for, and the user's own."""
    at = request.GET.get("at", "")
    own = request.scope.organisation_id if request.scope else None
    return [int(at) if at.isascii() and at.isdecimal() and len(at) < DIGITS else None, own]


def _selected(tree, wanted):
    """Return the id of the organisation whose profile stands beside the tree, None where nothing is seen."""
    found = next((pk for pk in wanted if pk in tree.frame.parents), None)
    return found or tree.rows.values_list("pk", flat=True).first()


def _title(figures, coverage):
    parts = []
    if figures["expired"]:
        parts.append(f"{figures['expired']} 个党组织届满未换届")
    if figures["sized"]:
        parts.append(f"{figures['sized']} 个党支部人数不符")
    if coverage.uncovered:
        parts.append(f"{coverage.uncovered} 个处室未覆盖")
    return "，".join(parts) or f"{figures['places']} 个党组织，{figures['members']} 名党员"


def _listed(request, tree, data, selected):
    """Return (rows, page or None, whether they are hits): of a search, of the whole tree, else of the level on which `selected` stands."""
    found = hits(tree, data) if any(data.get(name) for name in ("q", "kind", "term")) else None
    if found is not None:
        pages = Paginator(with_terms(tree, found), UNFOLDED)
        if pages.count < tree.frame.number:
            page = pages.get_page(request.GET.get("page"))
            return tree_rows(tree, page.object_list), page, True
    if tree.frame.number <= UNFOLDED:
        return drawn(tree, tree_rows(tree, with_terms(tree, tree.rows))), None, False
    way = tree.frame.way(selected)
    level = tree.frame.level(way)
    number, before = place_among(level, selected)
    pages = Paginator(with_terms(tree, level), LEVEL)
    pages.count = number
    page = pages.get_page(request.GET.get("page") or before // LEVEL + 1)
    return drawn(tree, tree_rows(tree, page.object_list), way), page if number > LEVEL else None, False


@needs(VIEW)
def organisation_list(request):
    form = _filter(request)
    wanted = _wanted(request)
    tree = Tree(seen(request.user, archived=form.cleaned_data.get("archived")), [pk for pk in wanted if pk])
    organises = access.holds_anywhere(request.user, ORGANISE)
    # What nobody covers concerns those who can mend it.
    departments = open_departments() if organises else departments_covered_by(tree.rows)
    coverage = coverage_numbers(departments, None if organises else tree.rows)
    figures = tree_figures(tree)
    selected = _selected(tree, wanted)
    rows, page, filtered = _listed(request, tree, form.cleaned_data, selected)
    shown = next((row.organisation for row in rows if row.organisation.pk == selected), None)
    shown = shown or tree.rows.select_related("parent").filter(pk=selected).first()
    context = {
        "title": _title(figures, coverage),
        "form": form,
        "rows": rows,
        "page": page,
        "figures": figures,
        "coverage": coverage,
        "covered": coverage_of(departments_fitting(departments, {})[:LEVEL]),
        "organises": organises,
        "selected": shown,
        "profile": profile(shown, tree.people_within(shown)) if shown else None,
        "filtered": filtered,
    }
    return render(request, "members/organisations/list.html", context)


def _exported(tree, found):
    """Yield the lines of the file; no row is read before the first is asked for."""
    groups = groups_on(clock.today())
    for row in tree_rows(tree, with_terms(tree, found)):
        yield [
            row.organisation.name,
            row.organisation.short_name,
            row.organisation.get_kind_display(),
            row.organisation.parent.name if row.organisation.parent_id else "",
            row.organisation.founded,
            row.leader,
            row.members,
            row.expires,
            group_label(groups.get(row.organisation.pk, "")),
        ]


@needs(VIEW)
@require_POST
@recent_login
def organisation_export(request):
    form = _filter(request)
    tree = Tree(seen(request.user, archived=form.cleaned_data.get("archived")))
    found = hits(tree, form.cleaned_data)
    columns = ["党组织全称", "简称", "组织类别", "上级党组织", "成立日期", "书记（组长）", "党员数", "任期届满日期"]
    # What is added stands at the end: files of before read the same columns.
    columns.append("考核类别")
    return exports.send(
        request,
        rows=_exported(tree, found),
        columns=columns,
        name="党组织名单",
        verb="organisation.export",
        filters=form,
        too_many=exports.beyond(found),
    )


def _steps(request, organisation):
    """Return the first steps of a branch without members, with the buttons this user may press."""
    steps = first_steps(organisation)
    if steps is None:
        return None
    actions = {
        APPOINT: ("去任命", f"{reverse('appointment_new')}?organisation={organisation.pk}"),
        MEMBERS: ("登记党员", f"{reverse('member_new')}?branch={organisation.pk}"),
        RECORD: ("记一次活动", reverse("activity_new")),
    }
    for step in steps:
        step.pop("action", None)
        step.pop("url", None)
        right = step.get("right")
        if right and step["state"] != "done" and access.has_right(request.user, right, organisation):
            step["action"], step["url"] = actions[right]
    return steps


def _who(organisation):
    """Return who can read and who can change here, by what."""
    rights = [(VIEW, "查看"), (RECORD, "登记活动"), (REVIEW, "审核"), (MEMBERS, "管理名册"), (IDENTITY, "查看证件号码")]
    holders = access.who_can_each([right for right, _ in rights], organisation, limit=12)
    return [{"label": label, "holders": holders[right]} for right, label in rights]


@needs(VIEW)
def organisation_detail(request, pk):
    organisation = organisation_for(request, pk)
    steps = None if organisation.archived_on else _steps(request, organisation)
    rights = access.rights_at(request.user, organisation)
    context = {
        "organisation": organisation,
        "title": organisation.label,
        "profile": profile(organisation),
        "steps": steps,
        "who": _who(organisation),
        "versions": organisation.versions.select_related("parent").order_by("-starts"),
        "history": history_of(organisation, HISTORY),
        "may": {
            "organise": ORGANISE in rights and not organisation.archived_on,
            "appoint": APPOINT in rights and not organisation.archived_on,
            "manage": MEMBERS in rights and not organisation.archived_on,
        },
        "crumbs": [
            {"label": "组织与党员", "url": reverse("organisation_list")},
            *({"label": row.label} for row in organisation.get_ancestors()),
            {"label": organisation.label},
        ],
        "activities_url": reverse("activity_list"),
        "today": clock.today(),
    }
    if steps:
        context["duties"] = duties_from(organisation)
        context["waiting"] = sum(step["state"] != "done" for step in steps)
        return render(request, "members/organisations/first_steps.html", context)
    context["is_branch"] = organisation.kind == Kind.BRANCH
    if context["is_branch"]:
        context["comparison_group"] = group_label(groups_on(clock.today(), [organisation.pk]).get(organisation.pk, ""))
    return render(request, "members/organisations/detail.html", context)
