"""Enter bonus, veto, adjustment and scores by hand for a period; another person approves them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessments.entries.ballots import in_words
from assessments.entries.forms import EntryForm
from assessments.entries.items import entry_items
from assessments.entries.loaders import entry_for, require_entries
from assessments.entries.models import EntryState
from assessments.entries.selectors import entries_of
from assessments.entries.services import entry_approve, entry_decline, entry_make
from assessments.schemes.services import BRANCH_SCHEME, parsed, scheme_of
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH
from common import clock
from common.errors import Conflict
from common.forms.confirm_with_reason import ReasonForm
from common.forms.fields import take_errors
from common.periods import QUARTER, YEAR, Period


def _periods():
    """The periods that may still be assessed: the year and its quarters up to now, and those of the year before."""
    today = clock.today()
    year, quarter = Period.containing(YEAR, today), Period.containing(QUARTER, today)
    rows = [year]
    for _ in range(quarter.number + 4):
        rows.append(quarter)
        quarter = quarter.previous()
    return [*rows, year.previous()]


def _period(request):
    text = request.GET.get("period") or str(_periods()[1])
    try:
        period = Period.parse(text)
    except ValueError:
        raise Http404 from None
    if period not in _periods():
        raise Http404
    return period


@login_required
@require_http_methods(["GET", "POST"])
def entry_list(request):
    """The entries of a period with what waits first, and the form of a new one."""
    require_entries(request)
    period = _period(request)
    form = None
    if access.holds_anywhere(request.user, ASSESS):
        scheme = parsed(scheme_of(period))
        form = EntryForm(
            request.POST if request.method == "POST" else None,
            organisations=Organisation.objects.visible_to(request.user, ASSESS)
            .filter(kind__in=scheme.applies, archived_on__isnull=True)
            .in_tree_order(),
            items=entry_items(scheme, period.kind),
            indicators=[(row.key, f"{part.name}／{row.name}") for part, row in scheme.indicators()],
        )
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid() and _made(request, period, form):
            return redirect(f"{reverse('entry_list')}?period={period}")
    return _page(request, period, form, status=422 if request.method == "POST" else 200)


def _made(request, period, form):
    try:
        entry_make(by=request.user, period=period, **form.cleaned_data)
    except ValidationError as error:
        take_errors(form, error)
        return False
    except Conflict as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, "已登记，待另一位有权限的同志审定")
    return True


def _page(request, period, form, status=200):
    seen = entries_of(period, BRANCH_SCHEME)
    rows = list(seen.visible_to(request.user, ASSESS) | seen.visible_to(request.user, PUBLISH))
    rows.sort(key=lambda row: (row.state != EntryState.OPEN, -row.pk))
    publisher = access.holds_anywhere(request.user, PUBLISH)
    lines = []
    for row in rows:
        mine, open_ = row.made_by_id == request.user.pk, row.state == EntryState.OPEN
        lines.append(
            {
                "row": row,
                "may_approve": open_ and publisher and not mine,
                "may_end": open_ and (publisher or mine),
                "mine": mine,
                "ballots": in_words(row.ballots) if row.ballots else "",
            }
        )
    waiting = sum(row.state == EntryState.OPEN for row in rows)
    title = f"{waiting} 项待审定" if waiting else f"{period.label()}没有待审定的事项"
    context = {"title": title, "lines": lines, "form": form, "period": period, "periods": _periods()}
    return render(request, "assessments/entries/list.html", context, status=status)


def _back(entry):
    return f"{reverse('entry_list')}?period={entry.period}"


@login_required
@require_POST
def entry_approve_page(request, pk):
    entry = entry_for(request, pk)
    try:
        entry_approve(by=request.user, entry=entry)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, "已审定，重新试算后计入得分")
    return redirect(_back(entry))


@login_required
@require_http_methods(["GET", "POST"])
def entry_decline_page(request, pk):
    entry = entry_for(request, pk)
    mine = entry.made_by_id == request.user.pk
    form = ReasonForm(request.POST if request.method == "POST" else None, label="原因")
    if request.method == "POST" and form.is_valid():
        entry_decline(by=request.user, entry=entry, answer=form.cleaned_data["text"])
        messages.success(request, "已撤回" if mine else "没有采纳")
        return redirect(_back(entry))
    context = {
        "title": f"{'撤回' if mine else '不采纳'}这一项？",
        "text": f"{entry.organisation.label}，{entry}。",
        "verb": "撤回" if mine else "不采纳",
        "cancel": _back(entry),
        "form": form,
    }
    return render(request, "generic/confirm.html", context)
