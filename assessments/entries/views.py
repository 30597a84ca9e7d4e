"""Enter bonus, veto, adjustment, scores by hand and counted ballots for a period; another person approves them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assessments.ballots.selectors import meetings_to_name
from assessments.entries.forms import MOST, EntryForm, SelfForm, TallyForm
from assessments.entries.honoured import offers
from assessments.entries.items import bounds_of, entry_items, self_rated
from assessments.entries.loaders import entry_for, judged_by, require_entries, spoken_for
from assessments.entries.models import EntryKind, EntryState
from assessments.entries.pages import asked
from assessments.entries.proposed import proposals
from assessments.entries.selectors import entries_of, self_ratings
from assessments.entries.services import entry_approve, entry_decline, entry_make, right_to_end, self_rate
from assessments.scoring.numbers import plain
from branches.reach import access
from branches.reach.rights import ASSESS, ASSESS_COMMITTEE, PUBLISH
from common import clock
from common.errors import Conflict
from common.forms.confirm_with_reason import ReasonForm
from common.forms.fields import take_errors
from members.care.loaders import honours_read

FORM = ["GET", "POST"]


def _address(name, key, period, **more):
    return f"{reverse(name)}?{urlencode({'scheme': key, 'period': str(period), **more})}"


@login_required
@require_http_methods(FORM)
def entry_list(request):
    """The entries of a scheme and period with what waits first, and the form of a new one."""
    require_entries(request)
    key, scheme, period, periods, schemes = asked(request)
    form = None
    items = entry_items(scheme, period.kind)
    places = judged_by(request.user, scheme)
    if places is not None:
        form = EntryForm(
            request.POST if request.method == "POST" else None,
            organisations=places,
            items=items,
            indicators=[(row.key, f"{part.name}／{row.name}") for part, row in scheme.indicators()],
            honours=honours_read(request.user),
            initial={
                name: request.GET.get(name, "")[:300]
                for name in ("organisation", "item", "reason", "document", "honour")
            },
        )
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid() and _done(request, form, entry_make, period=period, key=key, **form.cleaned_data):
            messages.success(request, "已登记，待另一位有权限的同志审定")
            return redirect(_address("entry_list", key, period))
    judged = {place.pk: place for place in places or ()}
    context = {
        "form": form,
        "key": key,
        "assesses": access.holds_anywhere(request.user, ASSESS),
        "scheme": scheme,
        "schemes": schemes,
        "period": period,
        "periods": periods,
        "votes": [(item.key, item.label) for item in items.values() if item.levels] if form else [],
        "rates_itself": bool(self_rated(scheme)) and bool(spoken_for(request.user, scheme)),
        "proposed": [
            (
                one,
                _address(
                    "entry_list", key, period, organisation=one.organisation.pk, item=one.item.key, reason=one.reason
                ),
            )
            for one in proposals(scheme, period, key, judged, clock.today())
        ],
        "honoured": [(one, _offered(key, period, one)) for one in offers(scheme, period, key, judged)],
        **_lines(request, key, scheme, period, places),
    }
    return render(request, "assessments/entries/list.html", context, status=422 if request.method == "POST" else 200)


def _offered(key, period, one):
    """The address of the form, filled in with an honour."""
    item = {"item": one.item.key} if one.item else {}
    return _address(
        "entry_list",
        key,
        period,
        organisation=one.organisation.pk,
        reason=one.reason[:300],
        document=one.document[:120],
        honour=one.honour.pk,
        **item,
    )


def _done(request, form, service, **data):
    """Call a service with what a valid form says; what it refuses goes into the form. Returns whether it was done."""
    try:
        service(by=request.user, **data)
    except ValidationError as error:
        take_errors(form, error)
        return False
    except Conflict as error:
        form.add_error(None, error.message)
        return False
    return True


def _lines(request, key, scheme, period, places):
    """What is entered, each line with what may be done, and the self-rating beside a score. places: as `judged_by`."""
    seen = entries_of(period, key)
    reading = [seen.visible_to(request.user, right) for right in (ASSESS, ASSESS_COMMITTEE, PUBLISH)]
    rows = list(reading[0] | reading[1] | reading[2])
    rows.sort(key=lambda row: (row.state != EntryState.OPEN, -row.pk))
    publisher = access.holds_anywhere(request.user, PUBLISH)
    own = self_ratings(period, key, {row.organisation_id for row in rows})
    lines = []
    for row in rows:
        mine, open_ = row.made_by_id == request.user.pk, row.state == EntryState.OPEN
        rated = own.get((row.organisation_id, row.indicator)) if row.kind == EntryKind.SCORE else None
        ends = open_ and access.has_right(request.user, right_to_end(row.organisation, own=mine), row.organisation)
        lines.append(
            {"row": row, "may_approve": open_ and publisher and not mine, "may_end": ends, "mine": mine, "own": rated}
        )
    waiting = sum(row.state == EntryState.OPEN for row in rows)
    title = f"{waiting} 项待审定" if waiting else f"{period.label()}没有待审定的事项"
    return {"title": title, "lines": lines, "unjudged": _unjudged(key, scheme, period, rows, places)}


def _unjudged(key, scheme, period, rows, places):
    """Self-ratings that nobody has answered: [(organisation, indicator, rating)] of whom the reader judges."""
    if places is None or not self_rated(scheme):
        return []
    names = {row.key: row.name for row in self_rated(scheme)}
    known = {place.pk: place for place in places}
    judged = {
        (row.organisation_id, row.indicator) for row in rows if row.state in (EntryState.OPEN, EntryState.APPROVED)
    }
    ratings = self_ratings(period, key, known)
    return [
        {"place": known[place].label, "name": names[indicator], "own": rated}
        for (place, indicator), rated in ratings.items()
        if (place, indicator) not in judged and indicator in names
    ]


@login_required
@require_http_methods(FORM)
def tally_new(request):
    """Counted ballots of one indicator: the record of the meeting, found by a word, and the counts by level."""
    require_entries(request)
    key, scheme, period, *_ = asked(request)
    places = judged_by(request.user, scheme)
    votes = {item.key: item for item in entry_items(scheme, period.kind).values() if item.levels}
    if places is None:
        raise Http404
    item = votes.get(request.GET.get("item") or next(iter(votes), ""))
    if item is None:
        raise Http404
    words = request.GET.get("q", "")[:60]
    found = meetings_to_name(request.user, period, words)
    offered = meetings_to_name(request.user, period).filter(pk__in=[row.pk for row in found[:MOST]])
    form = TallyForm(
        request.POST if request.method == "POST" else None, item=item, organisations=places, meetings=offered
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        meeting = given["activity"]
        data = {"organisation": given["organisation"], "item": item.key, "reason": given["reason"]}
        data |= {"document": f"{meeting.day:%Y-%m-%d} {meeting.title}"[:120], "tally": form.data_of_tally()}
        if _done(request, form, entry_make, period=period, key=key, **data):
            messages.success(request, "票数已登记，待另一位有权限的同志审定")
            return redirect(_address("entry_list", key, period))
    context = {
        "title": f"{period.label()}{item.label.partition('（')[0]}",
        "form": form,
        "key": key,
        "scheme": scheme,
        "period": period,
        "item": item,
        "votes": list(votes.values()),
        "q": words,
        "none_found": not offered,
    }
    return render(request, "assessments/entries/tally.html", context, status=422 if request.method == "POST" else 200)


@login_required
def self_list(request):
    """What an organisation says of itself, indicator by indicator, beside what its superior says of it."""
    key, scheme, period, periods, schemes = asked(request)
    places = spoken_for(request.user, scheme)
    if not places:
        raise Http404
    rows = self_rated(scheme)
    rated = self_ratings(period, key, [place.pk for place in places])
    judged = {}
    for entry in entries_of(period, key).filter(
        organisation__in=places, kind=EntryKind.SCORE, state=EntryState.APPROVED
    ):
        judged.setdefault((entry.organisation_id, entry.indicator), []).append(entry)
    parts = [
        {
            "place": place,
            "rows": [
                {
                    "row": row,
                    "most": plain(row.points),
                    "own": rated.get((place.pk, row.key)),
                    "judged": judged.get((place.pk, row.key), []),
                    "url": _address("self_rating", key, period, place=place.pk, indicator=row.key),
                }
                for row in rows
            ],
        }
        for place in places
    ]
    open_ones = sum(line["own"] is None for part in parts for line in part["rows"])
    title = f"还有 {open_ones} 项没有自评" if open_ones else "各项都已自评"
    if not rows:
        title = "这个方案没有需要自评的指标"
    context = {
        "title": title,
        "parts": parts if rows else [],
        "key": key,
        "schemes": schemes,
        "scheme": scheme,
        "period": period,
        "periods": periods,
    }
    return render(request, "assessments/entries/self_list.html", context)


@login_required
@require_http_methods(FORM)
def self_rating(request):
    """One indicator: own level or figure and one sentence."""
    key, scheme, period, *_ = asked(request)
    place = next((one for one in spoken_for(request.user, scheme) if str(one.pk) == request.GET.get("place")), None)
    row = next((one for one in self_rated(scheme) if one.key == request.GET.get("indicator")), None)
    if place is None or row is None:
        raise Http404
    before = self_ratings(period, key, [place.pk]).get((place.pk, row.key))
    initial = {"level": before.level, "points": before.points, "text": before.text} if before else {}
    high = plain(bounds_of(row)[1])
    form = SelfForm(request.POST if request.method == "POST" else None, row=row, high=high, initial=initial)
    back = _address("self_list", key, period)
    if request.method == "POST" and form.is_valid():
        data = {"period": period, "key": key, "organisation": place, "indicator": row.key}
        if _done(request, form, self_rate, **data, **form.cleaned_data):
            messages.success(request, "自评已保存")
            return redirect(back)
    context = {"title": f"{place.label}：{row.name}", "form": form, "back": back, "period": period, "scheme": scheme}
    return render(request, "assessments/entries/self.html", context, status=422 if request.method == "POST" else 200)


def _back(entry):
    return _address("entry_list", entry.scheme_key, entry.period)


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
@require_http_methods(FORM)
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
