"""One step: entered, taken back, explained, accepted, excepted."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from branches.frame.acting import acted, posted
from branches.reach import access
from branches.reach.rights import MEMBERS
from common.errors import Conflict
from common.requests import Request
from common.text import quoted
from members.activities.models import ActivityKindCode
from members.development.forms import ReasonForm, StepForm
from members.development.loaders import entry_for, entry_to_remove, step_for
from members.development.models.cases import DevelopmentCase
from members.development.selectors import page
from members.development.selectors.anew import entered_before, stands_already, typed
from members.development.selectors.cases import standings
from members.development.selectors.records import Offered, offered, record_kind, recorded_at
from members.development.services import steps as services
from members.development.services.steps import SENTENCE_MOST, wants_record
from members.development.steps import LISTING, Step, step

_OWN = {"5": ("development_people", "contact"), "9": ("development_people", "introducer")}


@login_required
@require_http_methods(["GET", "POST"])
def development_step(request: Request, pk: int, key: str) -> HttpResponse:
    """Enter a step: its record, or its day, and what the text asks beside it."""
    row, spec = step_for(request, pk, key)
    if row.closed_on is not None:
        raise Conflict("这项发展进程已经办结。", record=row)
    if key in _OWN:
        name, role = _OWN[key]
        return redirect(name, pk=pk, role=role)
    if key in ("6", "25"):
        return redirect("development_review" if key == "6" else "development_documents", pk=pk)
    case = standings([row])[0]
    if request.method == "GET" and key == LISTING and page.wants_notice(case):
        messages.info(request, "须先登记公示，公示期满的次日起可列为发展对象。")
        return redirect("development_notice", pk=pk)
    before = entered_before(case, spec)
    again = before.entry.activity if before is not None and before.stands else None
    found = offered(request.user, row, spec, again) if wants_record(spec) else None
    initial = _initial(request, spec, found, typed(case, before) if before is not None else {})
    form = StepForm(posted(request), spec=spec, offered=found, initial=initial)

    def act(_: dict[str, Any]) -> str:
        if before is not None and before.stands and not form.has_changed():
            raise ValidationError("内容与上次登记的相同，仍不生效；请更正后再登记。")
        services.step_add(by=request.user, case=row, key=key, data=form.data_of())
        return f"已登记：{spec.name}"

    return acted(
        request,
        form,
        act,
        template="members/development/step.html",
        title=f"{row.member.name}：{spec.name}",
        sub=spec.hint,
        verb="登记这一步",
        cancel=reverse("development_detail", args=[pk]),
        row=row,
        spec=spec,
        before=before,
        early=stands_already(case, spec) or page.early_words(case, spec),
        record_url=_record_url(request, row, spec) if found is not None else "",
        kinds="、".join(ActivityKindCode(kind).label for kind in spec.records) if found is not None else "",
        record_word=ActivityKindCode(record_kind(spec, row.member.home)).label if spec.records else "",
        empty=found is not None and not found.free,
        **page.rules_of(spec),
    )


def _initial(request: Request, spec: Step, found: Offered | None, said: dict[str, Any]) -> dict[str, Any]:
    """What was typed before; a record named in the address, with the voters that its attendance gives."""
    if found is None:
        return said
    free = {row.pk: row for row in found.free}
    row = next((one for one in free.values() if str(one.pk) == request.GET.get("activity", "")), None)
    if row is not None:
        return said | {"activity": row.pk} | page.voters_of(row)
    said = {name: value for name, value in said.items() if name != "activity" or value in free}
    if spec.paper and not said.keys() & {"activity", "day"} and free:
        # What is recorded already is not typed again.
        said["activity"] = next(iter(free))
    return said


def _record_url(request: Request, row: DevelopmentCase, spec: Step) -> str:
    """Where the record of a step is entered with its person, "" for whoever records at no organisation that holds it."""
    place = recorded_at(request.user, row, spec)
    if place is None:
        return ""
    named = {"person": row.member_id} if spec.names else {}
    return (
        f"{reverse('activity_new')}?{urlencode({'organisation': place.pk, 'kind': record_kind(spec, place), **named})}"
    )


@login_required
@require_http_methods(["GET", "POST"])
def development_entry_remove(request: Request, pk: int) -> HttpResponse:
    entry, case = entry_to_remove(request, pk)
    name = step(entry.key).name

    def act(values: dict[str, Any]) -> str:
        services.step_remove(by=request.user, entry=entry, **values)
        return f"已撤下：{name}"

    return acted(
        request,
        ReasonForm(posted(request), label="撤下原因"),
        act,
        title=f"撤下{quoted(name)}的登记？",
        text=f"这一步回到未办，以它为前提的步骤随之不再生效；原因留在修改记录中。{page.what_falls(case, entry)}",
        verb="撤下",
        cancel=reverse("development_detail", args=[entry.case_id]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def development_entry_explain(request: Request, pk: int) -> HttpResponse:
    entry = entry_for(request, pk)
    access.require(request.user, MEMBERS, entry.case.member.home)

    def act(values: dict[str, Any]) -> str:
        services.step_explain(by=request.user, entry=entry, text=values["reason"])
        return "情况说明已提交，待上级采纳"

    return acted(
        request,
        ReasonForm(posted(request), label="情况说明", most=SENTENCE_MOST),
        act,
        title=f"说明{quoted(step(entry.key).name)}的情况",
        text="照实写明原因；上级采纳以后不计欠缺，迟办的标记保留。",
        verb="提交说明",
        cancel=reverse("development_detail", args=[entry.case_id]),
    )


@login_required
@require_POST
def development_entry_accept(request: Request, pk: int) -> HttpResponse:
    entry = entry_for(request, pk, review=True)
    services.step_accept(by=request.user, entry=entry)
    messages.success(request, "情况说明已采纳")
    return redirect("development_queue" if request.POST.get("from") == "queue" else entry_url(entry))


def entry_url(entry: Any) -> str:
    """Return the address of the case of an entry."""
    return reverse("development_detail", args=[entry.case_id])


@login_required
@require_http_methods(["GET", "POST"])
def development_entry_except(request: Request, pk: int) -> HttpResponse:
    """An exception from the training, for a reason (第十七条: 个别特殊情况除外)."""
    entry = entry_for(request, pk, review=True)

    def act(values: dict[str, Any]) -> str:
        services.step_except(by=request.user, entry=entry, **values)
        return "已按特殊情况同意"

    return acted(
        request,
        ReasonForm(posted(request), label="特殊情况", most=SENTENCE_MOST),
        act,
        title=f"{entry.case.member.name}未满学时，按特殊情况同意？",
        text="未经培训的一般不能发展；同意的原因随这一步保留，供以后查看。",
        verb="同意",
        cancel=entry_url(entry),
    )
