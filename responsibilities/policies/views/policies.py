"""The list of policies, the page of one, and writing its versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.frame.acting import Done, acted, posted
from branches.reach import access
from branches.reach.rights import VIEW
from common import clock
from common.errors import Conflict
from common.requests import Request
from common.text import quoted
from members.cadres.from_topic import made_of, topic_asked
from responsibilities.assigning import assigns_anywhere
from responsibilities.policies.flags import FLAGS, IDLE, LATE, NO_MECHANISM, RUNS_LATE, UNNOTED
from responsibilities.policies.forms import (
    STATES,
    IssueForm,
    PolicyFilter,
    PolicyForm,
    ProcedureForm,
    RepealForm,
    StepFormSet,
    rows_of,
)
from responsibilities.policies.loaders import policy_to_write, version_to_write
from responsibilities.policies.models import PolicyVersion
from responsibilities.policies.rights import require_writes
from responsibilities.policies.selectors import policies as reads
from responsibilities.policies.selectors.receipts import unnoted
from responsibilities.policies.selectors.steps import open_runs
from responsibilities.policies.services import issuing
from responsibilities.policies.services import policies as services
from responsibilities.policies.views.imports import may_import

PAGE = 30
_GONE = ("repealed", "expired", "revised")


def _filtered(request: Request) -> tuple[PolicyFilter, str, list[reads.Card], list[reads.Card]]:
    """Return (the filter, the state that is shown, the cards that it leaves, in their order, those whatever their flag)."""
    form = PolicyFilter(request.GET)
    chosen = form.chosen()
    state = chosen.get("state") or reads.CURRENT
    rows = reads.readable(request.user)
    if chosen.get("building"):
        rows = rows.filter(building=chosen["building"])
    if chosen.get("q"):
        rows = reads.titled(rows, chosen["q"])
    flag = chosen.get("flag")
    # A run goes on when its policy was repealed.
    whichever = flag == RUNS_LATE and not chosen.get("state")
    every = reads.cards(request.user, rows)
    listed = [card for card in every if _in_state(card, state)]
    found = every if whichever else listed
    if flag:
        left = unnoted(request.user, [card.version for card in found]) if flag == UNNOTED else {}
        found = [card for card in found if _matters(card, flag, left)]
    sort = request.GET.get("sort") or reads.WORST_FIRST
    if sort not in reads.SORTS:
        form.leave_out("排序", sort, "缺机制的在前")
        sort = reads.WORST_FIRST
    return form, state, reads.in_order(found, sort), listed


def _matters(card: reads.Card, flag: str, left: dict[int, int]) -> bool:
    """Whether a card has a flag, or what waits for whoever assigns work. left: {version: organisations late in taking note}."""
    if flag == RUNS_LATE:
        return bool(card.counts.late_runs)
    return card.version.pk in left if flag == UNNOTED else flag in card.flags


def _in_state(card: reads.Card, state: str) -> bool:
    if state == reads.DRAFTS:
        return any(version.issued_at is None for version in card.policy.versions.all())
    return card.state in _GONE if state == reads.GONE else card.lives


def _states(request: Request, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop("page", None)
    items = []
    for key, label in STATES:
        query["state"] = key
        items.append({"label": label, "url": f"?{query.urlencode()}", "current": key == state, "count": counts[key]})
    return items


def _finding(form: PolicyFilter, found: list[reads.Card], state: str) -> tuple[str, str]:
    """Return (the heading, what stands below it) of all cards of a state, whichever flag is chosen."""
    if state != reads.CURRENT:
        return f"{dict(STATES)[state]} {len(found)} 项", ""
    if not found:
        return form.heading_of_none("制度", "还没有现行制度"), ""
    lacking = [card for card in found if card.without_mechanism]
    if not lacking:
        wrong = {flag: sum(flag in card.flags for card in found) for flag in (LATE, IDLE)}
        parts = [f"{number} 项{FLAGS[flag]}" for flag, number in wrong.items() if number]
        return "，".join([f"现行制度 {len(found)} 项，机制齐全", *parts]), ""
    no_steps = sum(not card.mechanism.has_procedure for card in lacking)
    no_rule = sum(not card.mechanism.has_rule for card in lacking)
    both = sum(not card.mechanism.has_procedure and not card.mechanism.has_rule for card in lacking)
    zero = sum(card.mechanism.check is not None and not card.mechanism.has_rule for card in lacking)
    parts = [f"{no_steps} 项缺程序或程序不全", f"{no_rule} 项没有考核规则"]
    parts += [f"其中 {zero} 项的规则应达 0%，须改"] if zero else []
    parts += [f"其中 {both} 项两样都没有"] if both else []
    return f"现行制度 {len(found)} 项，{len(lacking)} 项有制度、缺机制", "，".join(parts)


@login_required
@require_GET
def policy_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, state, found, listed = _filtered(request)
    title, sub = _finding(form, listed, state)
    context = {
        "title": title,
        "sub": sub,
        "form": form,
        "states": _states(request, state, reads.current_counts(request.user)),
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "narrowed": form.narrows(),
        "may_write": assigns_anywhere(request.user),
        "current": state == reads.CURRENT,
        "no_mechanism": NO_MECHANISM,
        "may_import": may_import(request.user),
    }
    return render(request, "responsibilities/policies/list.html", context)


COLUMNS = [
    *("制度名称", "文号", "制定组织", "所属方面", "印发日期", "施行日期", "施行至", "版次"),
    *("步骤数", "全程（工作日）", "考核规则", "本年运行", "其中逾期", "机制"),
]


def _export_row(card: reads.Card) -> list[Any]:
    version = card.version
    return [
        card.policy.title,
        version.document,
        card.policy.organisation.name,
        card.policy.get_building_display(),
        version.issued_on,
        version.in_force_from,
        version.in_force_to,
        version.number,
        len(card.mechanism.steps),
        card.mechanism.total_days if card.mechanism.has_procedure else "",
        str(card.mechanism.check) if card.mechanism.has_rule else "",
        card.counts.runs if card.mechanism.steps else "",
        card.counts.late_runs if card.mechanism.steps else "",
        card.words,
    ]


@login_required
@require_POST
def policy_list_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, _, found, _ = _filtered(request)
    return exports.send(
        request,
        rows=[_export_row(card) for card in found],
        columns=COLUMNS,
        name="制度目录",
        verb="policy.export",
        filters=form,
    )


def _procedure_forms(request: Request, version: PolicyVersion | None) -> tuple[ProcedureForm, Any]:
    data = posted(request)
    steps = [services.data_of(step) for step in version.steps.all()] if version else []
    check = services.check_of(version) if version else services.CheckData()
    procedure = ProcedureForm(data, initial=ProcedureForm.initial_of(check))
    return procedure, StepFormSet(data, initial=rows_of(steps), prefix="s")


def _steps_said(procedure: ProcedureForm, rows: Any) -> list[services.StepData]:
    """Return the steps of a valid form: of the pasted table, else of the rows."""
    return procedure.steps or [step for row in rows if (step := row.data_row()) is not None]


def _tell_incomplete(request: Request, steps: list[services.StepData]) -> None:
    for sentence in services.incomplete_steps(steps)[:3]:
        messages.warning(request, sentence)


def _edit(request: Request, version: PolicyVersion | None) -> HttpResponse:
    topic = topic_asked(request) if version is None else None
    initial = PolicyForm.initial_of(version) if version else ({"title": topic.title} if topic else {})
    files = request.FILES if request.method == "POST" else None
    form = PolicyForm(posted(request), files, user=request.user, initial=initial)
    procedure, rows = _procedure_forms(request, version)

    def act(_: dict[str, Any]) -> Done:
        steps = _steps_said(procedure, rows)
        with transaction.atomic():
            saved = services.policy_save(
                by=request.user, data=form.data_of(), steps=steps, check=procedure.check_data(), version=version
            )
            made_of(topic, request.user, "policy", saved.policy, f"制度：{saved.policy.title}")
        _tell_incomplete(request, steps)
        if request.POST.get("do") == "issue":
            return "", reverse("policy_issue", args=[saved.pk])
        return "草案已保存", reverse("policy_detail", args=[saved.policy_id])

    called = f"{version.policy.title}：第 {version.number} 版草案" if version else "登记制度：先写明是什么，再写怎么走"
    return acted(
        request,
        form,
        act,
        template="responsibilities/policies/edit.html",
        also=(procedure, rows),
        title=called,
        page="修改草案" if version else "登记制度",
        procedure=procedure,
        rows=rows,
        version=version,
        cancel=reverse("policy_detail", args=[version.policy_id]) if version else reverse("policy_list"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_new(request: Request) -> HttpResponse:
    require_writes(request.user)
    return _edit(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def policy_edit(request: Request, pk: int) -> HttpResponse:
    version = version_to_write(request, pk)
    if version.issued_at is not None:
        raise Conflict("这一版已经施行，修改请另起一版。", record=version.policy)
    return _edit(request, version)


@login_required
@require_http_methods(["GET", "POST"])
def policy_procedure(request: Request, pk: int) -> HttpResponse:
    """Mend what lacks of a version: its steps, its rule; nothing is issued anew."""
    version = version_to_write(request, pk)
    procedure, rows = _procedure_forms(request, version)
    ran = version.runs.exists()

    def act(_: dict[str, Any]) -> str:
        steps = [services.data_of(step) for step in version.steps.all()] if ran else _steps_said(procedure, rows)
        services.procedure_set(by=request.user, version=version, steps=steps, check=procedure.check_data())
        _tell_incomplete(request, steps)
        return "程序和考核规则已保存"

    return acted(
        request,
        procedure,
        act,
        template="responsibilities/policies/procedure.html",
        # The steps of what was run stay as they are.
        also=() if ran else (rows,),
        title=f"{version.policy.title}：补程序和考核规则",
        procedure=procedure,
        rows=rows,
        ran=ran,
        version=version,
        cancel=reverse("policy_detail", args=[version.policy_id]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_issue(request: Request, pk: int) -> HttpResponse:
    """Put a draft in force from a day on."""
    version = version_to_write(request, pk)
    if version.issued_at is not None:
        raise Conflict("这一版已经施行。", record=version.policy)
    mechanism = reads.mechanism_of(version)
    before = issuing.before_of(version)

    def act(values: dict[str, Any]) -> str:
        issuing.policy_put_in_force(by=request.user, version=version, **values)
        return f"{quoted(version.policy.title)}已施行"

    initial = {"in_force_from": version.issued_on or clock.today()}
    return acted(
        request,
        IssueForm(posted(request), user=request.user, version=version, initial=initial),
        act,
        template="responsibilities/policies/issue.html",
        title=f"施行{quoted(version.policy.title)}第 {version.number} 版",
        sub=f"接替第 {before.number} 版（{before.in_force_from:%Y-%m-%d} 起施行），已经在走的程序按原版走完。"
        if before
        else "",
        verb="施行",
        version=version,
        lacks=mechanism.lacks,
        cancel=reverse("policy_detail", args=[version.policy_id]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_revise(request: Request, pk: int) -> HttpResponse:
    """Begin the next version, with everything of the last one."""
    policy = policy_to_write(request, pk)
    issuing.require_revisable(policy)

    def act(_: dict[str, Any]) -> Done:
        draft = issuing.policy_revise(by=request.user, policy=policy)
        return "已起草新版，请修改后施行", reverse("policy_edit", args=[draft.pk])

    return acted(
        request,
        None,
        act,
        title=f"修订{quoted(policy.title)}？",
        text="照现行版起一份草案，步骤、考核规则和适用组织都带过来；施行之前现行版照常有效。",
        verb="起草新版",
        cancel=reverse("policy_detail", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_repeal(request: Request, pk: int) -> HttpResponse:
    version = version_to_write(request, pk)
    if version.state(clock.today()) != reads.CURRENT:
        raise Conflict("只有施行中的制度可以废止。", record=version.policy)
    left = open_runs(reads.runs_of(request.user, version.policy)).count()

    def act(values: dict[str, Any]) -> str:
        issuing.policy_repeal(by=request.user, version=version, **values)
        return f"{quoted(version.policy.title)}已废止"

    return acted(
        request,
        RepealForm(posted(request), label="废止原因"),
        act,
        title=f"废止{quoted(version.policy.title)}？",
        text=f"还有 {left} 次运行未办结，废止后按原流程办完。" if left else "废止后不再启动程序，历史照常可查。",
        verb="废止",
        cancel=reverse("policy_detail", args=[version.policy_id]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_discard(request: Request, pk: int) -> HttpResponse:
    version = version_to_write(request, pk)
    if version.issued_at is not None:
        raise Conflict("这一版已经施行，不能删除。", record=version.policy)
    page = reverse("policy_detail", args=[version.policy_id])

    def act(_: dict[str, Any]) -> str:
        services.draft_drop(by=request.user, version=version)
        return "草案已删除"

    return acted(
        request,
        None,
        act,
        title=f"删除{quoted(version.policy.title)}第 {version.number} 版草案？",
        text="草案还没有施行，删除后不能恢复。",
        verb="删除草案",
        cancel=page,
        back=reverse("policy_list") if version.policy.versions.count() == 1 else page,
    )


def policy_words(card: reads.Card, total: int) -> str:
    """Return the heading of a policy's page: what its runs of this year come to, or what it lacks. total: runs of all years."""
    title, counts = card.policy.title, card.counts
    if card.state == "draft":
        return f"{title}：草案，还没有施行"
    if card.without_mechanism:
        return f"{title}：{card.mechanism.lacks}"
    if card.state in _GONE:
        return f"{title}：走过 {total} 次程序"
    if not counts.runs:
        never = "本组织没有走过程序" if counts.others else "程序还没有走过"
        return f"{title}：{'本年还没有走过程序' if total else never}"
    late = [f"{counts.late_runs} 次逾期"] if counts.late_runs else []
    return "，".join([f"本年走程序 {counts.runs} 次", f"走完 {counts.finished} 次", *late])
