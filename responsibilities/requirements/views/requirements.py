"""What is owed: list, one requirement with its article and records, explanation, exemption, reminder."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from branches.audit import exports
from branches.frame.confirm_with_reason import confirm_with_reason
from branches.places.selectors.names import labels
from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES, MEMBERS, RECORD, REVIEW, VIEW
from branches.rulebook import rule
from branches.settings import dated
from common import clock
from common.paging import OpenPaginator
from common.periods import MONTH, QUARTER, YEAR, Period
from common.requests import Request
from responsibilities.portfolios.rights import supervises
from responsibilities.requirements.beside import beside, records_of
from responsibilities.requirements.circulated import issued_above
from responsibilities.requirements.exemptions import may_exempt_period, requirement_exempt
from responsibilities.requirements.forms import RequirementFilter
from responsibilities.requirements.listing import Counted, Wanted, exported, listed, wanted
from responsibilities.requirements.loaders import requirement_for
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.reading import read_by
from responsibilities.requirements.requirement import NOT_OWED, Requirement
from responsibilities.requirements.rule import DOCUMENTS, PLEDGES
from responsibilities.requirements.selectors import (
    basis,
    cell_state,
    days_of,
    found_words,
    members_named,
    requirement_name,
)
from responsibilities.requirements.services import about, address, record_form, requirement_remind
from responsibilities.requirements.services import requirement_explain as explain

ROWS = 30


def _periods() -> list[tuple[str, str]]:
    """The choices of the period filter: this year with its quarters and months, and last year."""
    this = Period.containing(YEAR, clock.today())
    offered = [this, *reversed(this.parts(QUARTER)), *reversed(this.parts(MONTH)), this.previous()]
    return [(str(period), period.label()) for period in offered if period.first <= clock.today()]


def _asked(request: Request) -> tuple[RequirementFilter, Wanted]:
    """Return (filter form, what the address asks for within reach)."""
    this = Period.containing(YEAR, clock.today())
    form = RequirementFilter(
        request.GET or None,
        organisations=access.organisations_for(request.user),
        periods=_periods(),
        instead={"period": (str(this), this.label())},
    )
    chosen = form.chosen()
    period = chosen.get("period") or this
    if "period" not in request.GET:
        form.initial["period"] = str(period)
    return form, wanted(request.user, chosen, period)


def _lines(rows: Iterable[Requirement]) -> list[dict[str, Any]]:
    """Add what a table shows: names, days, citation, address."""
    names = labels([row.organisation for row in rows])
    return [
        {
            "row": row,
            "place": names[row.organisation],
            "name": requirement_name(row),
            "days": days_of(row),
            "cell": cell_state(row),
            "found": found_words(row) if row.applies and not row.met else "",
            "url": address(row),
            "basis": basis(row, short=True),
            # What a person attended is recorded by whoever held it, not here.
            "new": "" if row.person else record_form(row.organisation, row.kind, row.period),
        }
        for row in rows
    ]


def _missing_title(row: Requirement) -> str:
    """Return what is lacking of the members who are named below a requirement."""
    if row.row.by_hours:
        return "学时不足的党员"
    return "还没有公开承诺的党员" if row.row.proof == PLEDGES else "还没有谈话的党员"


@login_required
def requirement_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, asked = _asked(request)
    number = request.GET.get("page", "")
    # Settings are asked for by what is not kept and by the rows of the page.
    with dated.read_once():
        # One page more than is shown, to know whether there is one.
        found = listed(asked, ROWS * (int(number) + 1 if number.isdecimal() and len(number) < 7 else 1))
        page = OpenPaginator(found.rows, ROWS, more=found.more).get_page(number)
    states = found.states
    overdue = states.get(RequirementState.OVERDUE, Counted(0))
    met = Counted.sum(states[state] for state in (RequirementState.MET, RequirementState.MET_LATE) if state in states)
    owed = Counted.sum(number for state, number in states.items() if state not in NOT_OWED)
    title = f"应办 {owed} 项，已办 {met} 项" + (f"，{overdue} 项逾期" if overdue.number else "")
    if found.rebuilding:
        title = "正在汇总"
    elif not owed.number:
        # Nothing done of nothing owed is no achievement.
        title = (
            f"{len(found.rows)} 项都不计应办"
            if found.rows
            else "没有符合条件的事项"
            if request.GET
            else "还没有应办事项"
        )
    return render(
        request,
        "responsibilities/requirements/list.html",
        {
            "title": title,
            "form": form,
            "page": page,
            "lines": _lines(read_by(request.user, page.object_list)),
            "age": found.age,
            "rebuilding": found.rebuilding,
            "elsewhere": "、".join(row.short for row in asked.elsewhere),
            "can_record": access.holds_anywhere(request.user, RECORD),
        },
    )


@login_required
@require_POST
def requirement_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, asked = _asked(request)
    # Every row is judged and cited by the same settings.
    with dated.read_once():
        rows = exported(asked, exports.MOST_ROWS)
        return exports.send(
            request,
            rows=_cells(read_by(request.user, rows or ())),
            columns=["党组织", "义务", "责任人", "期间", "应办", "已办", "状态", "截止日期", "依据"],
            name="义务清单",
            verb="requirement.export",
            filters=form,
            too_many=rows is None,
        )


def _cells(rows: Iterable[Requirement]) -> Iterator[Sequence[Any]]:
    """Yield the rows of the file."""
    rows = list(rows)
    names = labels({row.organisation for row in rows})
    for row in rows:
        yield [
            names[row.organisation],
            row.row.label,
            row.person_name,
            row.period.label(),
            *(("", row.told) if row.veiled else (row.expected, row.done)),
            row.word,
            row.due,
            basis(row),
        ]


@login_required
def requirement_detail(request: Request, pk: int, rule_id: str, period: str) -> HttpResponse:
    organisation, row = requirement_for(request, pk, rule_id, period)
    records, found = records_of(request.user, row)
    if row.veiled:
        # So many records, so many people.
        records = []
    rights = access.rights_at(request.user, organisation)
    context = {
        "organisation": organisation,
        "row": row,
        "name": requirement_name(row),
        "days": days_of(row),
        "state": cell_state(row),
        "rule": rule(rule_id),
        "citation": basis(row),
        "records": records,
        # A member's talk in his former branch counts too; who may not read that record sees that there is one.
        "elsewhere": 0 if row.veiled else len(row.records) - len(records),
        "found": found,
        "found_words": found_words(row),
        # Who lacks hours is for his own secretary and who keeps his roster.
        "missing": members_named(row.missing) if not row.row.by_hours or MEMBERS in rights else [],
        "missing_title": _missing_title(row),
        # What other subjects keep of people is opened by who keeps them; everybody else reads the numbers here.
        "keeps": MEMBERS in rights,
        "url": address(row),
        "can_name": bool({DUTIES, RECORD} & rights),
        "can_exempt": may_exempt_period(request.user, organisation, row.period),
        "proved_by_documents": row.row.proof == DOCUMENTS,
        **issued_above(request.user, organisation, row),
        "may_circulate": ASSIGN in rights,
        "open_places": list(labels(row.open_places).values()) if row.open_places else [],
        "can_review": REVIEW in rights,
        "can_record": RECORD in rights,
        "can_explain": DUTIES in rights,
        "can_supervise": supervises(request.user, organisation),
        "about": about(row),
        **beside(request.user, organisation, row),
    }
    context["open"] = row.state in (RequirementState.OVERDUE, RequirementState.DUE_SOON, RequirementState.NOT_DUE)
    context["new"] = _lines([row])[0]["new"] if row.applies else ""
    if request.htmx:
        return render(request, "responsibilities/requirements/popover.html", context)
    return render(request, "responsibilities/requirements/detail.html", context)


@login_required
def requirement_explain(request: Request, pk: int, rule_id: str, period: str) -> HttpResponse:
    organisation, row = requirement_for(request, pk, rule_id, period, DUTIES)

    def act(text: str) -> None:
        explain(by=request.user, organisation=organisation, row=row, text=text)
        messages.success(request, "说明已提交")

    return confirm_with_reason(
        request,
        act,
        label="说明",
        title=f"说明{organisation.label}{requirement_name(row)}的情况",
        text="说明会显示在这项义务的页面上，上级可以看到；不改变状态。",
        verb="提交说明",
        back=address(row),
    )


@login_required
def requirement_exempt_page(request: Request, pk: int, rule_id: str, period: str) -> HttpResponse:
    organisation, row = requirement_for(request, pk, rule_id, period)
    if not may_exempt_period(request.user, organisation, row.period):
        raise access.Forbidden(ASSIGN, organisation)

    def act(text: str) -> None:
        requirement_exempt(by=request.user, organisation=organisation, row=row, reason=text)
        messages.success(request, "已登记为免予")

    return confirm_with_reason(
        request,
        act,
        label="原因",
        title=f"同意{organisation.label}{requirement_name(row)}免予办理",
        text="免予后这项义务不计入应办，也不扣分；原因和批准人会显示在页面上。",
        verb="同意免予",
        back=address(row),
    )


@login_required
@require_POST
def requirement_remind_one(request: Request, pk: int, rule_id: str, period: str) -> HttpResponse:
    organisation, row = requirement_for(request, pk, rule_id, period, REVIEW)
    sent, nobody = requirement_remind(by=request.user, rows=[row], places={organisation.pk: organisation})
    if nobody:
        messages.warning(request, f"{organisation.label}没有可提醒的负责人，请先任命")
    else:
        messages.success(request, f"已提醒 {sent} 人")
    return redirect("/" if request.POST.get("back") == "/" else address(row))
