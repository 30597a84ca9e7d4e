"""What holders say of a duty, and what their superior makes of it: report, accept, return, remind."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.notices.services import notice_send
from branches.reach import access
from branches.reach.rights import ASSIGN, REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.names import entered_for
from common.operator import Actor, account_of
from common.stale_form import require_unchanged
from common.text import clean_text, quoted
from responsibilities.duties.models import Duty, DutyReport, ListState, ReportState
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.proofs.sources import proved_by_system, why_no_report
from responsibilities.duties.rights import reminds, require_reports, reviewers, reviews
from responsibilities.duties.selectors.holders import holders_each, holders_of
from responsibilities.duties.services.lists import mark_lists
from responsibilities.duties.slot import (
    NOT_APPLICABLE,
    OPEN,
    OVERDUE,
    RETURNED,
    STATE_NAMES,
    UNKNOWN,
    DutySlot,
    anchor,
)
from responsibilities.duties.templates import template
from responsibilities.proof_files.services import proof_file_keep

LONGEST = 500


def address(duty: Duty, key: str = "") -> str:
    """Return the address of a duty's page, or (with a slot's key) of the place on it where that slot stands."""
    return reverse("duty_detail", args=[duty.pk]) + (f"?show=all#{anchor(key)}" if key else "")


def about(duty: Duty, key: str = "") -> str:
    """Return the key under which notices about a duty (or one of its slots) are counted."""
    return f"duty/{duty.pk}/{key}" if key else f"duty/{duty.pk}"


def slot_of(duty: Duty, key: str) -> DutySlot | None:
    """Return the DutySlot of a duty with this key as it stands today, or None."""
    return next((slot for slot in duty_slots([duty])[duty.pk] if slot.key == key), None)


def _slot(duty: Duty, key: str) -> DutySlot:
    if duty.list.state != ListState.ISSUED:
        raise Conflict("清单尚未下达，不能报告。")
    slot = slot_of(duty, key)
    if slot is None:
        raise ValidationError({"slot": "没有这一期，请从列表中选择。"})
    if slot.state == NOT_APPLICABLE:
        raise Conflict("这一期不适用，不需要报告。")
    return slot


def reportable(slot: DutySlot) -> bool:
    """Whether the holder may report on a DutySlot in words as it stands."""
    if slot.state == RETURNED:
        return True
    return slot.words and slot.state in (OPEN, OVERDUE, UNKNOWN)


def said(slot: DutySlot) -> dict[str, Any]:
    """Return the last that was said of a DutySlot, for the mark of its form (common/stale_form.py)."""
    report = slot.report
    return {"state": report.state, "at": report.reviewed_at or report.reported_at} if report else {"state": ""}


def _say(slot: DutySlot, duty: Duty, values: Mapping[str, Any], replaceable: tuple[ReportState, ...]) -> DutyReport:
    """Write the report of a slot: the first one, or over one in a state of `replaceable`; rivals get a Conflict."""
    if slot.report is None:
        report = DutyReport(duty=duty, slot=slot.key, **values)
        report.full_clean(
            exclude=["duty", "reported_by", "on_behalf_of", "reviewed_by", "reviewed_at", "paper"],
            validate_constraints=False,
        )
        try:
            with transaction.atomic():
                report.save()
        except IntegrityError:
            raise Conflict("这一期刚刚已有报告，请重新打开。") from None
        return report
    changed = DutyReport.objects.filter(pk=slot.report.pk, state__in=replaceable).update(**values)
    if changed != 1:
        state = DutyReport.objects.get(pk=slot.report.pk).get_state_display()
        raise Conflict(f"这一期{state}，不能再次报告。")
    slot.report.refresh_from_db()
    return slot.report


def _unproved(slot: DutySlot) -> bool:
    """Whether a DutySlot still owes the paper of a report that nobody judged."""
    return slot.report is not None and slot.report.no_reviewer and slot.state in (OPEN, OVERDUE)


def _check_paper(duty: Duty, slot: DutySlot, judges: list[User], file: UploadedFile | None) -> None:
    """Raise ValidationError on "file" where nobody would judge the words and what proves the duty is a paper."""
    line = template(duty.key)
    if judges or file is not None or line is None or not line.paper:
        return
    if slot.report is None or slot.report.paper_id is None:
        raise ValidationError({"file": f"这项责任没有上级审核，佐证是{quoted(duty.proof or line.proof)}，请附上文件。"})


@one_transaction
def duty_report(
    *, by: Actor, duty: Duty, slot: str, text: str, file: UploadedFile | None = None, seen: str = ""
) -> DutyReport:
    """Report in words how a slot (its key) was fulfilled, with a file if one is given; return the DutyReport.

    Only where no record can show it: what the system finds by itself is recorded, not written about. After the due date it
    is accepted all the same and marked late. Who acts for a leader reports in his name (代录), and the leader is told.
    Everybody who may judge it gets one notice; without anyone above it stands as reported (无上级审核), and a
    duty that a paper proves needs that paper. seen: mark of what was
    `said` when he began to write. Raises ValidationError for a text that is missing or too long, Conflict for a slot that
    is closed, reported or accepted already, or of which was said since.
    """
    leader = require_reports(by, duty.list)
    stands = _slot(duty, slot)
    if stands.state not in (OPEN, OVERDUE, UNKNOWN, RETURNED):
        raise Conflict(f"{quoted(duty)}{stands.name}的状态是“{STATE_NAMES[stands.state]}”，不需要再报告。")
    if not stands.words and stands.state != RETURNED:
        raise ValidationError({"text": why_no_report(duty) if proved_by_system(duty) else "这一期不需要文字报告。"})
    require_unchanged(seen, said(stands), "这一期在您打开页面之后有了新的报告或审核，请核对后再提交。")
    text = clean_text(text)
    if not text:
        raise ValidationError({"text": "请写明落实情况。"})
    if len(text) > LONGEST:
        raise ValidationError({"text": f"落实情况最多 {LONGEST} 字。"})
    judges = reviewers(duty.list, by)
    _check_paper(duty, stands, judges, file)
    values = {
        "state": ReportState.REPORTED if judges else ReportState.ACCEPTED,
        "no_reviewer": not judges,
        "text": text,
        "reported_by": account_of(by),
        "on_behalf_of": leader,
        "reported_at": clock.now(),
        "late": clock.today() > stands.due,
        "reviewed_by": None,
        "reviewed_at": None,
        "return_reason": "",
    }
    if file is not None:
        values["paper"] = proof_file_keep(by=by, organisation=duty.list.organisation, file=file)
    # A confirmation of old says nothing once the proof it was given to has gone.
    # So does one that nobody judged and that fulfils nothing for want of its paper.
    open_ones = (ReportState.RETURNED, ReportState.CONFIRMED)
    report = _say(stands, duty, values, (*open_ones, ReportState.ACCEPTED) if _unproved(stands) else open_ones)
    _done(by, "duty.report", report, entered_for(leader))
    if leader is not None:
        _tell(by, [leader], report, f"{report.reported_by}代您报告了{quoted(duty)}（{stands.name}）")
    _tell(by, judges, report, f"{duty.list.holder_name}报告了{quoted(duty)}（{stands.name}），请审核")
    return report


def _tell(by: Actor, people: Iterable[User], report: DutyReport, text: str) -> None:
    for user in people:
        notice_send(
            by=by,
            to=user,
            kind="duty",
            text=text,
            url=address(report.duty, report.slot),
            about=about(report.duty, report.slot),
        )


def _judge(by: Actor, report: DutyReport, to: ReportState, verb: str, reason: str = "") -> DutyReport:
    # As it stands now, its row held: the words that are judged are those of whoever reported last.
    fresh = DutyReport.objects.select_for_update().get(pk=report.pk)
    if not reviews(by, report.duty.list, fresh):
        raise access.Forbidden(REVIEW, report.duty.list.organisation)
    changed = DutyReport.objects.filter(pk=report.pk, state=ReportState.REPORTED).update(
        state=to,
        return_reason=reason,
        reviewed_by=account_of(by),
        reviewed_at=clock.now(),
    )
    report.refresh_from_db()
    if changed != 1:
        raise Conflict(f"这份报告现在的状态是“{report.get_state_display()}”，不能审核。")
    _done(by, verb, report, reason)
    for user in holders_of(report.duty.list):
        if user != by:
            notice_send(
                by=by,
                to=user,
                kind="duty",
                text=f"{quoted(report.duty)}的报告" + ("已通过" if to == ReportState.ACCEPTED else f"已退回：{reason}"),
                url=address(report.duty),
                about=about(report.duty, report.slot),
            )
    return report


@one_transaction
def duty_report_accept(*, by: Actor, report: DutyReport) -> DutyReport:
    """Accept a report from above; never one's own."""
    return _judge(by, report, ReportState.ACCEPTED, "duty.accept")


@one_transaction
def duty_report_return(*, by: Actor, report: DutyReport, reason: str) -> DutyReport:
    """Return a report with the reason; it stops counting until it is reported again."""
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请写明退回的原因。"})
    return _judge(by, report, ReportState.RETURNED, "duty.return", reason[:300])


def _done(by: Actor, verb: str, report: DutyReport, note: str = "") -> None:
    place = report.duty.list.organisation
    audit.record(by=by, verb=verb, obj=report, organisation=place, after=audit.snapshot(report), note=note)
    mark_lists([report.duty.list])


@one_transaction
def duty_remind(*, by: Actor, duties: Iterable[Duty]) -> tuple[int, list[Duty]]:
    """Send one line to the holders of each duty that is past its date; return (notices sent, duties nobody answers for).

    duties: Duty objects of lists within the right of `by` to remind.
    """
    duties, today = list(duties), clock.today()
    slots = duty_slots(duties)
    lists = list({duty.list_id: duty.list for duty in duties}.values())
    for row in lists:
        if not reminds(by, row):
            raise access.Forbidden(ASSIGN, row.organisation)
    holders = holders_each(lists)
    sent = 0
    nobody: list[Duty] = []
    for duty in duties:
        behind = [slot for slot in slots[duty.pk] if slot.behind(today)]
        if not behind:
            continue
        if not holders[duty.list_id]:
            nobody.append(duty)
        for user in holders[duty.list_id]:
            names = "、".join(slot.name for slot in behind[:3]) + ("等" if len(behind) > 3 else "")
            notice_send(
                by=by,
                to=user,
                kind="reminder",
                text=f"请办理：{duty}（{names}），已过时限",
                url=address(duty),
                about=about(duty),
            )
            sent += 1
        audit.record(by=by, verb="duty.remind", obj=duty, organisation=duty.list.organisation, note=about(duty))
    return sent, nobody
