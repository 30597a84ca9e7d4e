"""The page of a policy with its procedure and runs; who has taken note of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from branches.frame.acting import acted
from branches.places.loaders import organisation_for
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import VIEW
from common import clock
from common.errors import Conflict
from common.requests import Request
from common.text import quoted
from responsibilities.assigning import assigns_work, own_branches
from responsibilities.policies.forms import RunFilter
from responsibilities.policies.loaders import policy_for, policy_to_write, version_for
from responsibilities.policies.models import Policy, PolicyVersion, Trigger
from responsibilities.policies.selectors import policies as reads
from responsibilities.policies.selectors.procedures import begin_places
from responsibilities.policies.selectors.receipts import Receipt, own_receipts, receipt_counts, receipts_at
from responsibilities.policies.selectors.steps import records_opened, run_views
from responsibilities.policies.services import receipts as services
from responsibilities.policies.services.reminders import (
    NOBODY,
    TOO_SOON,
    Reminders,
    may_remind_again,
    reminders_of,
    steps_remind,
)
from responsibilities.policies.views.policies import policy_words

# Ended runs on a page; open ones that are drawn.
RUNS, GOING = 20, 200
# Names that the question before a reminder says.
NAMES = 8
RECEIPT_WORDS = {
    "done": "已知悉",
    "done_late": "逾期知悉",
    "due_soon": "待知悉",
    "overdue": "逾期未知悉",
    "undetermined": "待知悉",
}


def _runs(request: Request, policy: Policy) -> dict[str, Any]:
    """Return the filter, the open runs with the latest first and how many there are, a page of the ended ones, and these."""
    form = RunFilter(request.GET, organisations=access.organisations_for(request.user, VIEW))
    place = form.chosen().get("organisation")
    rows = reads.runs_of(request.user, policy, place)
    number, open_, ended = reads.parted(rows, GOING)
    going = run_views(open_)
    going.sort(key=lambda view: (-view.late, view.run.opened_on))
    page = Paginator(ended, RUNS).get_page(request.GET.get("page"))
    done = run_views(page.object_list)
    opened = records_opened(request.user, done)
    return {"form": form, "going": going, "going_all": number, "page": page, "done": done, "opened": opened}


def _versions(policy: Policy) -> list[dict[str, Any]]:
    """Return the versions of a policy, the latest first, each with what it has of a mechanism beside the one before."""
    today, found = clock.today(), []
    before = None
    for version in policy.versions.all():
        mechanism = reads.mechanism_of(version)
        found.append(
            {
                "version": version,
                "state": version.state(today),
                "mechanism": mechanism,
                "changes": _changes(before, mechanism) if before is not None else [],
            }
        )
        before = mechanism
    return list(reversed(found))


def _changes(before: Any, now: Any) -> list[str]:
    """Return what differs of the procedure of two versions, in words."""
    old, new = {step.title: step for step in before.steps}, {step.title: step for step in now.steps}
    words = [f"新增步骤{quoted(title)}" for title in new if title not in old]
    words += [f"取消步骤{quoted(title)}" for title in old if title not in new]
    for title in new:
        if title not in old:
            continue
        was, one = old[title], new[title]
        if was.days != one.days:
            words.append(f"{quoted(title)}时限 {_days(was.days)} 改为 {_days(one.days)}")
        if was.seat != one.seat:
            words.append(f"{quoted(title)}改由{one.get_seat_display() or '未写明'}办理")
    if before.has_rule != now.has_rule:
        words.append("增加考核规则" if now.has_rule else "取消考核规则")
    return words


def _days(days: int | None) -> str:
    return "未写" if days is None else f"{days} 个工作日"


def _sub(card: reads.Card) -> str:
    """Return what stands below the heading: which version it is, how long its procedure takes."""
    mechanism = card.mechanism
    parts = [f"{card.policy.title}　第 {card.version.number} 版"]
    if mechanism.has_procedure:
        parts.append(f"程序 {len(mechanism.steps)} 步，全程 {mechanism.total_days} 个工作日")
    return "　".join(parts)


def _opens(card: reads.Card) -> str:
    """Return when the procedure of a policy is run, for the place of runs where there is none."""
    if card.state in ("draft", "coming"):
        return "施行以后才走程序。"
    if card.state != reads.CURRENT:
        return "这一版已不施行，不再启动程序。"
    if not card.mechanism.may_run:
        return "制度没有写明必办的步骤，补齐后才能走。"
    trigger = card.version.trigger
    if trigger == Trigger.MANUAL:
        return "需要时由各组织启动，不会自动起。"
    return (
        "有了启动程序的记录会自动起一次，也可以手动启动。"
        if trigger == Trigger.RECORD
        else "到了启动的时候会自动起一次，也可以手动启动。"
    )


@login_required
@require_GET
def policy_detail(request: Request, pk: int) -> HttpResponse:
    policy = policy_for(request, pk)
    card = next(iter(reads.cards_of([policy], request.user, clock.today())), None)
    if card is None:
        raise Http404
    version = card.version
    version.policy = policy
    writes = assigns_work(request.user, policy.organisation)
    in_force = card.state == reads.CURRENT
    context = {
        "policy": policy,
        "version": version,
        "card": card,
        "title": policy_words(card, reads.runs_of(request.user, policy).filter(cancelled_on__isnull=True).count()),
        "sub": _sub(card),
        "versions": _versions(policy),
        "draft": next((one for one in policy.versions.all() if one.issued_at is None), None) if writes else None,
        "writes": writes,
        "noting": own_receipts(request.user, version) if in_force else [],
        "receipts": receipt_counts(version) if writes and version.issued_at else None,
        "may_begin": in_force and card.mechanism.may_run and begin_places(request.user, version).exists(),
        "in_force": in_force,
        "reminders": reminders_of(request.user, policy) if writes else None,
        "remind_again": may_remind_again(policy.steps_reminded_at),
        "opens": _opens(card),
        # Whoever answers for a branch may make a practice of how it goes there.
        "may_recommend": in_force and bool(card.mechanism.steps) and own_branches(request.user).exists(),
    }
    return render(request, "responsibilities/policies/detail.html", context | _runs(request, policy))


@login_required
@require_POST
def policy_note(request: Request, pk: int) -> HttpResponse:
    """One click: the organisation named in the form has taken note."""
    version = version_for(request, pk)
    place = organisation_for(request, request.POST.get("organisation", ""))
    services.policy_note(by=request.user, version=version, organisation=place)
    messages.success(request, f"{place.label}已知悉")
    return redirect("policy_detail", pk=version.policy_id)


def _receipt_rows(request: Request, policy: Policy) -> tuple[PolicyVersion, list[tuple[Organisation, Receipt]]]:
    """Return (the version shown, [(organisation, Receipt)] within the user's reach, those that are owed first)."""
    version = reads.shown_version(policy, clock.today())
    if version is None or version.issued_at is None:
        raise Http404
    rows = receipts_at(version, access.organisations_for(request.user, VIEW).select_related("parent"))
    rows.sort(key=lambda row: (row[1].noted_on is not None, row[0].position))
    return version, rows


@login_required
@require_GET
def policy_receipts(request: Request, pk: int) -> HttpResponse:
    """Who has taken note of the version in force, and who has not."""
    policy = policy_for(request, pk)
    version, rows = _receipt_rows(request, policy)
    left = [one for _, one in rows if one.noted_on is None]
    words = f"{len(rows)} 个组织，{f'{len(left)} 个未知悉' if left else '全部知悉'}" if rows else "没有要知悉的组织"
    context = {
        "policy": policy,
        "version": version,
        "title": f"{policy.title}：{words}",
        "page": Paginator([(place, one, RECEIPT_WORDS[one.state]) for place, one in rows], 50).get_page(
            request.GET.get("page")
        ),
        "left": len(left),
        "writes": assigns_work(request.user, policy.organisation),
        "again": may_remind_again(version.reminded_at),
    }
    return render(request, "responsibilities/policies/receipts.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def policy_remind(request: Request, pk: int) -> HttpResponse:
    policy = policy_to_write(request, pk)
    version, rows = _receipt_rows(request, policy)
    if not may_remind_again(version.reminded_at):
        raise Conflict(TOO_SOON, record=policy)
    left = sum(one.noted_on is None for _, one in rows)
    if not left:
        raise Conflict("没有未知悉的组织，不用提醒。", record=policy)

    def act(_: dict[str, Any]) -> str:
        told, waiting = services.receipts_remind(by=request.user, version=version)
        return f"已提醒 {waiting} 个组织，通知 {told} 人"

    return acted(
        request,
        None,
        act,
        title=f"提醒未知悉的 {left} 个组织？",
        text="各组织的负责人会收到一条通知；三天内不再提醒。",
        verb=f"提醒 {left} 个组织",
        cancel=reverse("policy_receipts", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def policy_remind_steps(request: Request, pk: int) -> HttpResponse:
    """Remind those with whom steps wait whose day is near or past."""
    policy = policy_to_write(request, pk)
    if not may_remind_again(policy.steps_reminded_at):
        raise Conflict(TOO_SOON, record=policy)
    found = reminders_of(request.user, policy)
    if not found.by_person:
        raise Conflict(NOBODY, record=policy)

    def act(_: dict[str, Any]) -> str:
        return f"已提醒 {len(steps_remind(by=request.user, policy=policy).by_person)} 位经办人"

    return acted(
        request,
        None,
        act,
        title=f"提醒 {len(found.by_person)} 位经办人？",
        text=_reminded_words(found),
        verb=f"提醒 {len(found.by_person)} 人",
        cancel=reverse("policy_detail", args=[pk]),
    )


def _reminded_words(found: Reminders) -> str:
    """Return what a reminder means: of which steps who hears, and who does not."""
    names = [user.name for user in found.by_person]
    more = f"等 {len(names)} 人" if len(names) > NAMES else ""
    late = f"，其中 {found.late} 步已逾期" if found.late else ""
    words = f"{'、'.join(names[:NAMES])}{more}各会收到一条通知，写明等其办理的步骤（共 {found.steps} 步{late}）；三天内不再提醒。"
    if found.unheld:
        words += f"另有 {len(found.unheld)} 步目前无人经办，请先任命。"
    return words


@login_required
@require_POST
def policy_receipts_export(request: Request, pk: int) -> HttpResponse:
    policy = policy_for(request, pk)
    version, rows = _receipt_rows(request, policy)
    return exports.send(
        request,
        rows=[
            [
                place.name,
                one.since,
                one.due or one.why,
                one.noted_on,
                RECEIPT_WORDS[one.state],
                "学习记录" if one.activity else "",
            ]
            for place, one in rows
        ],
        columns=["党组织", "起算", "时限", "知悉日期", "情况", "方式"],
        name=f"知悉情况-{policy.title}",
        verb="policy.receipts.export",
        obj=version,
    )
