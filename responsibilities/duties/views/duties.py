"""Pages that show duties: the board of levels, one duty with its chain and proof, one's own, the export."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from branches.access.models import User
from branches.audit import exports
from branches.notices.selectors import notices_about
from branches.reach import access
from branches.reach.rights import ASSESS, RECORD, VIEW
from branches.settings import dated
from common import clock
from common.forms.filters import YearField, asked_for, reported_words
from common.requests import Request
from common.text import whole_number
from responsibilities.assigning import assigned_among, assigns_anywhere
from responsibilities.duties.forms import VIEWS, DutyFilter, year_choices
from responsibilities.duties.headline import Headline
from responsibilities.duties.loaders import duty_for
from responsibilities.duties.models import SCORED, Duty, Level, ListState
from responsibilities.duties.progress import Progress, duty_slots, progress
from responsibilities.duties.proofs.sources import SOURCE_NAMES, proved_by_system
from responsibilities.duties.reading import read_by
from responsibilities.duties.rights import acts_for, assisted, is_judged, makes, reminds, reviews
from responsibilities.duties.selectors.below import below
from responsibilities.duties.selectors.board import Board, Row, line_note
from responsibilities.duties.selectors.boards import board_of
from responsibilities.duties.selectors.chain import Family, chain, of_board, relatives, take_kept, timeline
from responsibilities.duties.selectors.exported import Chosen, exported, too_many
from responsibilities.duties.selectors.holders import holders_of
from responsibilities.duties.selectors.own import duties_of_member as of_member
from responsibilities.duties.selectors.own import lists_to_note, own_page
from responsibilities.duties.selectors.own_brief import own_brief as brief_of
from responsibilities.duties.selectors.wide_board import WideBoard
from responsibilities.duties.selectors.wording import basis, chip, frequency, own_number, role_of, standing
from responsibilities.duties.services.reports import about, reportable
from responsibilities.duties.slot import REPORTED, STATE_NAMES, DutySlot, Slots, by_urgency, next_date, to_do
from responsibilities.duties.soft import is_soft
from responsibilities.duties.tallies import key_of
from responsibilities.portfolios.rights import supervises
from responsibilities.requirements.loaders import member_for

PER_PAGE = 30


def _chosen(request: Request) -> tuple[DutyFilter, dict[str, Any], Board | WideBoard]:
    """Return (form, cleaned filters, board) that the address asks for."""
    year = asked_for(YearField(years=year_choices()), request.GET.get("year"), clock.today().year)
    query = request.GET.copy()
    query.setdefault("year", str(year))
    shown = {"year": (str(year), f"{year}年")}
    places = access.organisations_for(request.user)
    form = DutyFilter(query, years=year_choices(), organisations=places, instead=shown)
    top = form.top()
    board = board_of(request.user, year, clock.today(), top=top)
    own = request.GET.get("level") == Level.MEMBER
    form.offer_lists(row for row in board.lists.values() if (row.level == Level.MEMBER) == own)
    data = form.chosen()
    data["list"] = board.lists.get(int(data["list"])) if data.get("list") else None
    board.narrow(data["list"])
    return form, data, board


@login_required
@require_GET
@dated.read_once()
def duty_list(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, data, board = _chosen(request)
    level, key = board.level(data), request.GET.get("template", "")
    view, state = data.get("view") or "level", data.get("state") or ""
    rows, grouped, panel_title = board.opened(level, data, key)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = list(page.object_list)
    head = board.head()
    for row in lines:
        row.small = line_note(row.duty)
        row.place = "" if grouped else row.duty.list.holder_name
    context = {
        "reported": reported_words(request.GET),
        "title": _title(form, board, head),
        "board": board,
        "head": head,
        "cards": board.cards(state),
        "state_word": STATE_NAMES.get(state, ""),
        "level": level,
        "view": view,
        "form": form,
        "page": page,
        "lines": lines,
        "grouped": grouped,
        "panel_title": panel_title,
        "back": bool(key),
        "can_make": assigns_anywhere(request.user),
        "remind_all": _remind_all(request.user, lines) if key else None,
        "views": [(key, label, view == key) for key, label in VIEWS],
    }
    selected = board.selected(whole_number(request.GET.get("duty")) or 0, lines, state)
    if selected is not None:
        family, slots, holders = _beside(request.user, selected, board)
        context |= _panel(request, selected, family, slots, holders)
        context["to_review"] = _to_review(request.user, selected, slots[selected.pk], holders)
        context["number"] = selected.order
        # The line that stands for all its holders.
        context["opened"] = key_of(selected)
    return render(request, "responsibilities/duties/board.html", context)


def _title(form: DutyFilter, board: Board | WideBoard, head: Headline) -> str:
    if not board.all:
        return form.heading_of_none("责任清单", f"{board.year} 年还没有下达责任清单")
    return "正在汇总" if isinstance(board, WideBoard) and not board.told else head.words()


def _beside(user: User, duty: Duty, board: Board | WideBoard) -> tuple[Family, Slots, list[User]]:
    """Return (family, slots of all of it that the user reads, holders) of the duty shown beside the rows."""
    if isinstance(board, Board):
        return of_board(duty, user, board), board.slots, board.holders[duty.list_id]
    family, judged = relatives(duty, user), board.judged
    asked = [row for row in take_kept(duty, family, clock.today(), board.of_few) if row.pk not in judged]
    holders = board.holders.get(duty.list_id) if board.as_of.year == board.year else None
    return family, judged | duty_slots(asked), holders_of(duty.list) if holders is None else holders


def _remind_all(user: User, rows: Sequence[Row]) -> int | None:
    """Return the id of a duty through which all holders who are behind can be reminded, or None."""
    late = [row.duty for row in rows if row.found.overdue]
    mine = assigned_among(user, {duty.list.organisation_id for duty in late}) if len(late) > 1 else set()
    late = [duty for duty in late if duty.list.organisation_id in mine]
    return late[0].pk if len(late) > 1 else None


def _to_review(user: User, duty: Duty, slots: list[DutySlot], holders: list[User]) -> list[DutySlot]:
    """Return the slots whose report waits for this user's judgement; one right for all of them, asked once."""
    reported = [slot for slot in slots if slot.state == REPORTED]
    waiting = [slot for slot in reported if slot.report and slot.report.reported_by_id != user.pk]
    return waiting if waiting and reviews(user, duty.list, holders=holders) else []


def _panel(request: Request, duty: Duty, family: Family, all_slots: Slots, holders: list[User]) -> dict[str, Any]:
    """Return what the side panel and the page of one duty both show."""
    today, slots = clock.today(), read_by(request.user, duty, all_slots[duty.pk])
    found = progress(slots, today)
    state, word = chip(found, slots, today)
    behind = next((slot for slot in slots if slot.behind(today)), None)
    # What could be done about it here; nothing is asked while nothing is behind.
    rights = access.rights_at(request.user, duty.list.organisation) if behind else set()
    return {
        "duty": duty,
        "found": found,
        "state": state,
        "word": word,
        "basis": basis(duty),
        "frequency": frequency(duty),
        "own_number": own_number(duty),
        "chain": chain(duty, family, all_slots, today),
        "below": below(duty, family, all_slots, today),
        "timeline": timeline(duty, slots, request.user, today),
        "holders": holders,
        "can_remind": bool(found.overdue) and reminds(request.user, duty.list),
        "rights": rights,
        "can_supervise": behind is not None and supervises(request.user, duty.list.organisation),
        "behind": behind,
        "supervise_about": f"{about(duty)}/{behind.key}" if behind else "",
    }


@login_required
@require_GET
def duty_detail(request: Request, pk: int) -> HttpResponse:
    duty = duty_for(request, pk)
    family = relatives(duty, request.user)
    slots = duty_slots(family.readable(duty))
    mine = slots[duty.pk]
    holders = holders_of(duty.list)
    acts = acts_for(request.user, duty.list, holders)
    reports = acts or assisted(request.user, duty.list, holders) is not None
    to_review = _to_review(request.user, duty, mine, holders)
    today = clock.today()
    issued = duty.list.state == ListState.ISSUED
    waiting = to_do(mine)
    everything = request.GET.get("show") == "all" or not waiting
    panel = _panel(request, duty, family, slots, holders)
    records = issued and RECORD in panel["rights"]
    lines = [
        {
            "slot": slot,
            "mend": slot.mend if records and slot.behind(today) else (),
            "days": slot.days(today) if slot.behind(today) else None,
            "waits": slot.waits(today),
            "word": slot.word,
            "state": slot.look,
            "report": issued and reports and reportable(slot),
            "review": slot in to_review,
        }
        for slot in by_urgency(mine if everything else waiting, today)
    ]
    context = panel | {
        "title": duty.text,
        "lines": lines,
        "acts": acts,
        "slots": len(mine),
        "waiting": len(waiting),
        "undone": sum(slot.state != REPORTED for slot in waiting),
        "to_judge": sum(slot.state == REPORTED for slot in waiting),
        "everything": everything,
        "proved": proved_by_system(duty),
        "judged": is_judged(duty.list),
        "source": SOURCE_NAMES.get(duty.source, ""),
        "role": role_of(duty.list.level),
        "can_edit": makes(request.user, duty.list.level, duty.list.organisation),
        "soft": is_soft(duty),
        "can_score": bool(duty.key) and duty.list.level in SCORED and access.holds_anywhere(request.user, ASSESS),
        "issued": issued,
        "reminders": notices_about(about(duty), "reminder").count(),
    }
    return render(request, "responsibilities/duties/detail.html", context)


@login_required
@require_GET
def own_duties(request: Request) -> HttpResponse:
    if request.htmx:
        # The slot on one's own file: a line about what to read first, nothing when all of it was read.
        return render(request, "responsibilities/duties/to_note.html", {"lists": lists_to_note(request.user)})
    context = own_page(request.user)
    for part in context["lists"]:
        for row in part["rows"]:
            row["report_slot"] = next((slot for slot in row["slots"] if reportable(slot)), None)
    return render(request, "responsibilities/duties/own.html", context)


@login_required
@require_GET
def duties_of_member(request: Request, pk: int) -> HttpResponse:
    """The duties of one member in his file and on his own page, drawn after it."""
    member = member_for(request, pk)
    rows = of_member(member)
    context = {
        "rows": rows,
        "member": member,
        "overdue": sum(row["found"].overdue > 0 for row in rows),
        "own": member.account_id == request.user.pk,
        "links": access.has_right(request.user, VIEW, member.home),
    }
    name = "of_member" if request.htmx else "of_member_page"
    return render(request, f"responsibilities/duties/{name}.html", context)


@login_required
@require_GET
def own_brief(request: Request) -> HttpResponse:
    """The panel of a leader's start page; drawn after the page, for it reckons his year."""
    return render(request, "responsibilities/duties/own_brief.html", {"rows": brief_of(request.user)})


@login_required
@require_POST
def duty_export(request: Request) -> HttpResponse:
    access.require_anywhere(request.user, VIEW)
    form, data, board = _chosen(request)
    level = board.level(data) if data.get("level") or data.get("list") else None
    chosen = Chosen(level, data.get("state") or "", data.get("view") == "overdue")
    columns = [
        "年度",
        "层级",
        "责任主体",
        "序号",
        "责任事项",
        "频次",
        "依据",
        "应落实",
        "已落实",
        "其中无上级审核",
        "逾期项次",
        "状态",
        "下一时限",
    ]
    return exports.send(
        request,
        rows=exported(board, chosen, partial(_exported, board.as_of), exports.MOST_ROWS),
        columns=columns,
        name=f"{board.year}年责任台账",
        verb="duty.export",
        filters=form,
        too_many=too_many(board, chosen, exports.MOST_ROWS),
    )


def _exported(as_of: date, duty: Duty, found: Progress, slots: list[DutySlot]) -> list[Any]:
    return [
        duty.list.year,
        duty.list.get_level_display(),
        duty.list.holder_name,
        duty.order,
        duty.text,
        frequency(duty),
        "；".join(text for _, text in basis(duty)) or "本机关设定",
        found.total,
        found.fulfilled,
        found.unjudged,
        found.overdue,
        STATE_NAMES[standing(found, slots)],
        next_date(slots, as_of) or "",
    ]
