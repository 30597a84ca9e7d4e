"""Staff and leadership: the heat map of a quarter, reminders, refresh."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.facts import fill as rollups
from assessments.home.forms.dashboard import DashboardFilter
from assessments.home.selectors import dashboard as selectors
from assessments.home.selectors import folded as folding
from assessments.home.selectors.compared import beside_map, reads_beside
from assessments.home.selectors.mine import mine_of, reads_of_mine
from assessments.reports.wording import overdue as overdue_sentence
from branches.audit import exports
from branches.frame.states import CELLS
from branches.places.models.organisations import Kind
from branches.places.selectors.terms import term_warnings
from branches.reach import access
from branches.reach.rights import REVIEW, ROLES, VIEW
from branches.settings.start import not_yet, start_in
from common import clock
from common.periods import QUARTER, Period
from common.together import read_together
from members.organisations.heads import branches_of_wrong_size
from members.reviews.selectors import waiting_for
from responsibilities.assigning import LEADING, assigns_anywhere
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.services import requirement_remind


def _filter(request):
    tops = access.organisations_for(request.user).filter(kind__in=(Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH))
    this = Period.containing(QUARTER, clock.today())
    form = DashboardFilter(
        request.GET or None,
        tops=tops,
        many=folding.reached(request.user, None) > folding.UNFOLDED,
        instead={"period": (str(this), this.label())},
    )
    chosen = form.chosen()
    quarter = chosen.get("period") or this
    return form, quarter, chosen


def _holds(request, right):
    """Whether the role one acts in has `right`; rows are filtered by reach anyway, so this decides buttons only."""
    return request.scope is not None and right in ROLES[request.scope.role].rights


@login_required
def dashboard_page(request):
    if not _holds(request, VIEW):
        raise Http404
    form, quarter, chosen = _filter(request)
    order, top = chosen.get("order") or "lag", chosen.get("top")
    asked = {"top": top, "state": chosen.get("state") or ""}
    is_folded = form.many and (top is None or folding.reached(request.user, top) > folding.UNFOLDED)
    if is_folded and request.htmx and chosen.get("group"):
        return _opened(request, quarter, chosen["group"], {**asked, "order": order})
    found, groups, figures, page = _map(request, quarter, order, asked, chosen.get("group"), is_folded)
    lagging = figures["lagging"]
    small = _small(request, quarter, top)
    age, rebuilding = rollups.age_in(small["age"])
    reckoned = age is not None and not rebuilding and (figures["rate"] is not None or not rollups.behind())
    beside = beside_map(small, quarter, figures["branches"])
    context = {
        "title": _finding(
            _overdue(lagging, figures), reckoned, figures, beside.earlier, quarter, start_in(small["start"])
        ),
        "reckoned": reckoned,
        "mine": mine_of(request.user, request.scope, small),
        "before_words": _before(beside.before, quarter.previous()) if reckoned else "",
        "stages": beside.stages,
        "study": beside.study if reckoned else None,
        "form": form,
        "quarter": quarter,
        # The list of requirements of this quarter below the chosen place, in its address.
        "listed": urlencode({"period": str(quarter)} | ({"organisation": top.pk} if top else {})),
        "columns": found,
        "heads": selectors.heads(found),
        "groups": groups,
        "folded": is_folded,
        "page": page if page is not None and page.has_other_pages() else None,
        "figures": figures,
        "order": order,
        "age": age,
        "lagging": lagging,
        "earlier": beside.earlier,
        "waiting": _waiting(request),
        "leads": request.scope is not None and request.scope.role in LEADING,
        "terms": term_warnings(request.user),
        "sized": len(small["sized"]),
        "may_circulate": assigns_anywhere(request.user),
        "may_remind": bool(lagging) and _holds(request, REVIEW),
    }
    return render(request, "assessments/home/dashboard/page.html", context)


def _small(request, quarter, top):
    """Return {name: rows} of the few that stand beside the map, in one statement."""
    beside = reads_beside(request.user, quarter, place=top or _place(request), top=top)
    mine = reads_of_mine(request.user, request.scope)
    sized = branches_of_wrong_size(request.user).values_list("place")
    return read_together({**beside, **mine, "age": rollups.age_rows(), "sized": sized})


def _map(request, quarter, order, asked, opened, is_folded):
    """Return (columns, groups, figures, page of the groups or None) of the heat map; two statements, and one for a group that is open."""
    if not is_folded:
        found, groups = selectors.heat_map(request.user, quarter, order=order, **asked)
        return found, groups, selectors.totals(groups), None
    number = request.GET.get("page", "1")
    found, page, figures = folding.folded(request.user, quarter, order=order, number=number, **asked)
    for group in page.object_list:
        if group.place == opened:
            group.rows = folding.opened(request.user, quarter, group.place, order=order, **asked)
    return found, page.object_list, figures, page


def _overdue(lagging, figures):
    names = [(row.name.removesuffix("党支部"), row.overdue) for row in lagging]
    return overdue_sentence(names, (figures["lag"], figures["overdue"])).rstrip("。")


def _opened(request, quarter, place, asked):
    """The rows of one group, for the map that is folded."""
    rows = folding.opened(request.user, quarter, place, **asked)
    return render(request, "assessments/home/dashboard/rows.html", {"rows": rows, "id": place, "quarter": quarter})


def _place(request):
    """The organisation that one acts for: what is summed there is all that one looks after."""
    return request.scope.organisation if request.scope is not None else None


def _before(rate, quarter):
    """Return what the quarter before came to, for the note of the share that is done."""
    return "" if rate is None else f"；{quarter.short()} {rate}%"


def _finding(said, reckoned, figures, earlier, quarter, start):
    """Return the headline. Nothing overdue is said only of what has been reckoned, and of what was due at all.

    Where the quarter has nothing overdue, what earlier quarters of the year left overdue is said instead (judgement 9);
    else it stands in the figures below. Of a quarter from before the start nothing is ever said but that it does not count.
    """
    if (not reckoned or figures["rate"] is None) and quarter.last < start:
        return not_yet(start)
    if not reckoned:
        return "正在汇总"
    if earlier and not figures["lagging"]:
        quarter = "本季没有逾期" if figures["rate"] is not None else "本季还没有到期的事项"
        return f"{quarter}，以前季度另有 {earlier} 项逾期"
    return said if figures["rate"] is not None else "还没有到期的事项"


def _waiting(request):
    """Return the records that wait longest for this reviewer, with the days, or None where he reviews nothing."""
    if not _holds(request, REVIEW):
        return None
    rows = waiting_for(request.user).select_related("organisation__parent").prefetch_related("kinds")[:4]
    for row in rows:
        row.days_waiting = (clock.today() - clock.day_of(row.submitted_at)).days
    return list(rows)


@login_required
def dashboard(request):
    return dashboard_page(request)


@login_required
@require_POST
def dashboard_update(request):
    """Fill the facts now; the same engine as beat's."""
    access.require_anywhere(request.user, VIEW)
    outcome = rollups.fill()
    messages.info(request, "汇总正在进行，请稍后刷新" if outcome.busy else "汇总已更新")
    return redirect(f"{reverse('dashboard')}?{request.GET.urlencode()}")


def _overdue_rows(request):
    """Return (requirements overdue in the chosen quarter within review reach, {id: Organisation})."""
    _, quarter, chosen = _filter(request)
    return selectors.overdue_rows(request.user, quarter, chosen.get("top"))


@login_required
def dashboard_remind(request):
    """Remind everybody who lags: a page that names the consequence, then one notice for each overdue requirement."""
    access.require_anywhere(request.user, REVIEW)
    rows, places = _overdue_rows(request)
    branches = {row.organisation for row in rows}
    if request.method == "POST":
        sent, nobody = requirement_remind(by=request.user, rows=rows, places=places)
        messages.success(request, f"已发出 {sent} 条提醒")
        if nobody:
            messages.warning(request, f"{'、'.join(place.label for place in nobody)}没有可提醒的负责人，请先任命")
        return redirect("home")
    return render(
        request,
        "generic/confirm.html",
        {
            "title": f"提醒 {len(branches)} 个组织的 {len(rows)} 项逾期义务？",
            "text": "每项义务给负责的书记（组长）发一条站内通知，写明事项和截止日期；不发短信。",
            "verb": "发出提醒",
            "cancel": "/",
        },
    )


@login_required
@require_POST
def dashboard_export(request):
    """The heat map as a workbook, with the same filters."""
    access.require_anywhere(request.user, VIEW)
    form, quarter, chosen = _filter(request)
    found, groups = selectors.heat_map(
        request.user, quarter, top=chosen.get("top"), order="tree", state=chosen.get("state") or ""
    )
    heads = [f"{column.rule.short}{column.period.short()}" for column in found]
    labels = {key: word for key, (word, _, _) in CELLS.items()} | dict(RequirementState.choices) | {"": ""}
    table = (
        [
            group.name,
            row.name,
            *[labels[cell.state] for cell in row.cells],
            row.overdue,
            "" if row.rate is None else row.rate,
        ]
        for group in groups
        for row in group.rows
    )
    return exports.send(
        request,
        rows=table,
        columns=["上级", "党支部", *heads, "逾期", "完成率（%）"],
        name=f"组织生活总览{quarter}",
        verb="dashboard.export",
        filters=form,
    )
