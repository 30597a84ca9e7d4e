"""What dues were used for, by one organisation and year."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from branches.frame.acting import acted, posted
from branches.places.models.organisations import Organisation
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS
from common import clock
from common.requests import Request
from common.stale_form import form_mark
from members.dues import rules
from members.dues.forms import UseForm
from members.dues.loaders import place_asked, use_for, year_of
from members.dues.models import DuesUse
from members.dues.rights import reads_balance
from members.dues.rules import yuan
from members.dues.selectors.decisions import meeting_of, meetings_deciding
from members.dues.selectors.month import balance_of, uses_of
from members.dues.services.uses import use_note, use_view


def uses_url(year: int, place: Organisation) -> str:
    return f"{reverse('dues_uses', args=[year])}?organisation={place.pk}"


@needs(MEMBERS)
@require_GET
def dues_uses(request: Request, year: int) -> HttpResponse:
    place, year = place_asked(request), year_of(year)
    rows = list(uses_of(place, year))
    without = sum(row.decided_in_id is None for row in rows)
    total = yuan(sum(row.amount for row in rows)) if rows else "0"
    title = f"{year} 年使用党费 {total} 元" + (f"，{without} 笔没有集体决定" if without else "")
    context = {
        "title": title,
        "place": place,
        "year": year,
        "rows": rows,
        "new": f"{reverse('dues_use_new')}?organisation={place.pk}",
        "beyond": rules.beyond_words(year, *balance_of(place, year)) if reads_balance(request.user, place) else "",
        "publish": f"{reverse('dues_publish', args=[year])}?organisation={place.pk}",
    }
    return render(request, "members/dues/uses.html", context)


def _values(values: dict[str, Any], place: Organisation) -> dict[str, Any]:
    return values | {"decided_in": meeting_of(place, values["decided_in"])}


def _balance(request: Request, place: Organisation, year: int, besides: int | None = None) -> str:
    """The sentence beside the amount: what there is of the year's dues. besides: id of the use that is corrected."""
    if not reads_balance(request.user, place):
        return ""
    return rules.balance_words(year, *balance_of(place, year, besides))


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def dues_use_new(request: Request) -> HttpResponse:
    place = place_asked(request)

    def act(values: dict[str, Any]) -> tuple[str, str]:
        row = use_note(by=request.user, organisation=place, **_values(values, place))
        return "已登记党费使用", uses_url(row.on.year, place)

    return acted(
        request,
        UseForm(
            posted(request),
            meetings=meetings_deciding(place),
            balance=_balance(request, place, clock.today().year),
        ),
        act,
        template="generic/form.html",
        title="登记党费使用",
        sub=f"{place.label}　使用范围五项（规定第十九条），专款专用",
        verb="登记",
        cancel=reverse("dues_list"),
    )


def _shown(use: DuesUse) -> dict[str, Any]:
    """Return with what the form of a correction is opened, the mark of it among them."""
    view = use_view(use)
    return view | {"seen": form_mark(view)}


@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def dues_use_edit(request: Request, pk: int) -> HttpResponse:
    use = use_for(request, pk)
    place = use.organisation

    def act(values: dict[str, Any]) -> tuple[str, str]:
        row = use_note(by=request.user, organisation=place, use=use, **_values(values, place))
        return "已更正", uses_url(row.on.year, place)

    return acted(
        request,
        UseForm(
            posted(request),
            meetings=meetings_deciding(place),
            balance=_balance(request, place, use.on.year, besides=use.pk),
            initial=_shown(use),
        ),
        act,
        now=lambda: _shown(use_for(request, pk)),
        template="generic/form.html",
        title="更正党费使用",
        sub=place.label,
        verb="保存",
        cancel=uses_url(use.on.year, place),
    )
