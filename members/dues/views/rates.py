"""What members pay a month: a table pasted, checked, confirmed; one member's with its reasons."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from branches.frame.acting import acted, posted
from branches.places.models.organisations import Organisation
from branches.reach.doors import needs
from branches.reach.rights import MEMBERS
from branches.rulebook import rule, short_citation
from common import clock
from common.errors import Stale
from common.requests import Request
from members.dues import paste, rules
from members.dues.forms import ConfirmForm, PasteForm, RateForm
from members.dues.loaders import kept_branch, member_kept, year_of
from members.dues.models import DuesRate, RateKind
from members.dues.selectors.decisions import meeting_of, meetings_deciding
from members.dues.selectors.lives import rounding
from members.dues.selectors.month import RateRow, kinds_so_far, rate_rows
from members.dues.services.rates import RateLine, rate_mark, rate_set, rates_fix

_SALT, _HOURS = "dues.rates.seen", 2


def rates_url(year: int, branch: Organisation) -> str:
    return f"{reverse('dues_rates', args=[year])}?organisation={branch.pk}"


def _may(year: int) -> int:
    """Rates are fixed for the last year, this one and the next."""
    from_, to = clock.today().year - 1, clock.today().year + 1
    return year_of(year if from_ <= year <= to else 0)


@sensitive_post_parameters("text")
@needs(MEMBERS)
@never_cache
@require_http_methods(["GET", "POST"])
def dues_rates(request: Request, year: int) -> HttpResponse:
    """The rates of a branch's year; a pasted table is reckoned and shown, and nothing is written before it is confirmed."""
    branch, year = kept_branch(request), _may(year)
    rows = rate_rows(branch, year)
    form = PasteForm(posted(request), year=year, fixed=any(row.rate for row in rows))
    if request.method == "POST" and form.is_valid():
        people = {row.member: row.name for row in rows}
        lines, wrong = paste.read(form.cleaned_data["text"], people, kinds_so_far(people), rounding(clock.today()))
        if not wrong:
            return _check(request, branch, year, form.cleaned_data["since"], lines, rows)
        for sentence in wrong:
            form.add_error("text", sentence)
    missing = [row for row in rows if row.rate is None]
    context = {
        "title": f"{year} 年还有 {len(missing)} 人没有核定" if missing else f"{year} 年月交数额已全部核定",
        "form": form,
        "branch": branch,
        "year": year,
        "rows": rows,
        "missing": len(missing),
        "years": [
            {"label": f"{one}年", "url": rates_url(one, branch), "current": one == year}
            for one in range(clock.today().year - 1, clock.today().year + 2)
        ],
    }
    return render(request, "members/dues/rates.html", context, status=422 if form.is_bound else 200)


def _check(
    request: Request,
    branch: Organisation,
    year: int,
    since: date,
    lines: list[paste.Reckoned],
    rows: list[RateRow],
    *,
    stale: str = "",
) -> HttpResponse:
    """Show what follows from a pasted table; the amounts travel signed, the bases not at all.

    stale: who fixed other rates since the table was shown before, in a sentence.
    """
    had = {row.member: row.rate for row in rows}
    plain = [
        [one.member, one.kind, str(one.amount), one.band, one.quarterly, rate_mark(had[one.member])] for one in lines
    ]
    checked = signing.dumps([branch.pk, year, since.isoformat(), plain], salt=_SALT, compress=True)
    context = {
        "title": f"核定 {len(lines)} 人 {year} 年的月交数额",
        "branch": branch,
        "year": year,
        "lines": [
            {
                "name": one.name,
                "kind": RateKind(one.kind).label,
                "amount": rules.yuan(one.amount),
                "quarterly": one.quarterly,
                "source": short_citation(rule(one.band)),
                "before": had[one.member],
            }
            for one in lines
        ],
        "left": [row.name for row in rows if row.rate is None and row.member not in {one.member for one in lines}],
        "form": ConfirmForm(initial={"checked": checked}),
        "cancel": rates_url(year, branch),
        "stale": stale,
    }
    return render(request, "members/dues/check.html", context, status=409 if stale else 200)


@needs(MEMBERS)
@require_POST
def dues_rates_confirm(request: Request, year: int) -> HttpResponse:
    """Write what the page of the check showed."""
    branch, year = kept_branch(request), _may(year)
    form = ConfirmForm(request.POST)
    try:
        text = form.cleaned_data["checked"] if form.is_valid() else ""
        place, of, since, plain = signing.loads(text, salt=_SALT, max_age=_HOURS * 3600)
        if (place, of) != (branch.pk, year):
            raise signing.BadSignature
        lines = [
            RateLine(pk, kind, Decimal(amount), band, quarterly, seen=seen)
            for pk, kind, amount, band, quarterly, seen in plain
        ]
        number = rates_fix(by=request.user, branch=branch, year=year, since=date.fromisoformat(since), lines=lines)
    except signing.BadSignature:
        messages.error(request, "核对页已过期，请重新粘贴。")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Stale as error:
        return _again(request, branch, year, date.fromisoformat(since), lines, error)
    else:
        messages.success(request, f"已核定 {number} 人" if number else "与已核定的相同，没有改动")
    return redirect(rates_url(year, branch))


def _again(
    request: Request, branch: Organisation, year: int, since: date, lines: list[RateLine], stale: Stale
) -> HttpResponse:
    """Show the check once more beside the rates that stand now; sent again it writes over them."""
    rows = rate_rows(branch, year)
    names = {row.member: row.name for row in rows}
    same = [
        paste.Reckoned(one.member, names[one.member], one.kind, one.amount, one.band, one.quarterly)
        for one in lines
        if one.member in names
    ]
    return _check(request, branch, year, since, same, rows, stale=stale.message)


@sensitive_post_parameters("base")
@needs(MEMBERS)
@require_http_methods(["GET", "POST"])
def dues_rate(request: Request, year: int, pk: int) -> HttpResponse:
    """One member's rate: reckoned from his base, or less by consent."""
    member, year = member_kept(request, pk), _may(year)
    row = next((one for one in rate_rows(member.home, year) if one.member == member.pk), None)
    rate = row.rate if row is not None else None

    def act(values: dict[str, Any]) -> str:
        rate_set(by=request.user, member=member, year=year, **_reckoned(values, member.home))
        return f"已核定{member.name} {year} 年的月交数额"

    form = RateForm(
        posted(request),
        year=year,
        fixed=rate is not None,
        meetings=meetings_deciding(member.home),
        initial=_shown(rate),
    )
    return acted(
        request,
        form,
        act,
        now=lambda: _stands(rate),
        template="generic/form.html",
        title=f"核定{member.name} {year} 年的月交数额",
        sub=f"现在每月 {rules.yuan(rate.amount)} 元" if rate else "还没有核定",
        verb="核定",
        cancel=rates_url(year, member.home),
    )


def _shown(rate: DuesRate | None) -> dict[str, Any]:
    """Return with what the form of a rate is opened, the mark of the rate among them."""
    seen = {"seen": rate_mark(rate)}
    if rate is None:
        return seen
    return seen | {"kind": rate.kind, "quarterly": rate.quarterly, "approved_by": rate.approved_by}


def _stands(rate: DuesRate | None) -> dict[str, Any]:
    """Return the same of a rate that somebody else fixed meanwhile, with its amount where that is no rule's."""
    less = rate.amount if rate is not None and rate.reduced_reason else None
    return _shown(rate) | {"reduced": less, "decided_in": str((rate and rate.decided_in_id) or "")}


def _reckoned(values: dict[str, Any], branch: Organisation) -> dict[str, Any]:
    """Return what the service takes of the form's values: amount and rule in place of the base."""
    kind, base, less = values["kind"], values["base"], values["reduced"]
    found = {name: values[name] for name in ("kind", "quarterly", "since", "seen")}
    if less is None:
        amount, band = rules.fee(kind, base or Decimal(0), rounding(clock.today()))
        return found | {"amount": amount, "band": band}
    return found | {
        "amount": less,
        "band": "fee-hardship",
        "reduced": True,
        "reason": values["reduced_reason"],
        "approved_by": values["approved_by"],
        "decided_in": meeting_of(branch, values["decided_in"]),
    }
