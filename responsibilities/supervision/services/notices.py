"""Supervision (督查): open → reported → accepted | returned → closed, prolonged with reason; nobody supervises himself."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max
from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.jobs.marks import mark
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import fresh
from branches.reach.rights import DUTIES
from common import clock, database
from common.database import one_transaction
from common.errors import Conflict
from common.names import entered_for
from common.operator import Actor, account_of
from common.text import quoted
from members.activities.models import Activity
from responsibilities.assigning import acting_for, seat_for
from responsibilities.portfolios.rights import require_supervises
from responsibilities.proof_files.services import proof_file_keep
from responsibilities.requirements.services import responsible_for
from responsibilities.supervision.models import (
    AWAITING,
    Subject,
    Supervision,
    SupervisionExtension,
    SupervisionProblem,
    SupervisionReply,
    SupervisionReplyDraft,
    SupervisionState,
)
from responsibilities.supervision.rights import in_whose_name, is_own, may_reply, require_judge, wrote
from responsibilities.supervision.selectors.notices import evidence_for

NUMBER_LOCK = 7_302_031
# Set later, or given by the caller as objects: nothing for full_clean to look at.
_LATER = (
    "drafted_by",
    "answered_at",
    "closed_at",
    "escalated_at",
    "organisation",
    "holder",
    "issued_by",
    "issued_from",
)
_OF_REPLY = (
    "supervision",
    "activity",
    "paper",
    "author",
    "on_behalf_of",
    "drafted_by",
    "accepted",
    "reviewed_by",
    "reviewed_at",
)
NOT_CLOSED = (*AWAITING, SupervisionState.REPORTED, SupervisionState.ACCEPTED)
MOST_PROBLEMS = 30


def _day(day: date) -> str:
    return f"{day:%-m月%-d日}"


def audit_view(supervision: Supervision) -> dict[str, Any]:
    """Return the notice as the trail keeps it; the moments of its steps are those of the entries themselves."""
    columns = audit.snapshot(supervision)
    return {key: value for key, value in columns.items() if key not in ("answered_at", "answered_late", "closed_at")}


def supervision_mark(supervision: Supervision) -> None:
    """Mark the recipient's facts from the issue to the due date as changed."""
    mark(supervision.organisation_id, clock.day_of(supervision.issued_at), supervision.due, "supervision")


@contextmanager
def written(by: Actor, supervision: Supervision, verb: str, note: str = "") -> Iterator[audit.Change]:
    """Write a notice inside the block; leaves one entry of the trail and marks the recipient's facts as changed."""
    with audit.change(
        by=by,
        verb=f"supervision.{verb}",
        obj=supervision,
        organisation=supervision.organisation_id,
        note=note,
        view=audit_view,
    ) as change:
        yield change
    supervision_mark(supervision)


def tell(by: Actor, people: Iterable[User | None], supervision: Supervision, text: str) -> None:
    """Send one line about a notice to these accounts; nobody tells himself, and None stands for the operator."""
    for user in people:
        if user is not None and user != by:
            notice_send(
                by=by,
                to=user,
                kind="supervision",
                text=f"{supervision.label}{quoted(supervision.title)}{text}",
                url=reverse("supervision_detail", args=[supervision.pk]),
                about=f"supervision/{supervision.pk}",
            )


def recipients(supervision: Supervision) -> list[User]:
    """Return the accounts that a notice goes to: the person addressed, or those who answer for the organisation."""
    if supervision.holder is None:
        return responsible_for(supervision.organisation)
    return [supervision.holder, *acting_for(supervision.holder)]


def _transition(supervision: Supervision, allowed: Sequence[SupervisionState], verb: str, **columns: Any) -> None:
    """Change a notice that is in one of `allowed` states by a conditional update; exactly one of two rivals wins."""
    changed = Supervision.objects.filter(pk=supervision.pk, state__in=allowed).update(**columns)
    supervision.refresh_from_db()
    if changed != 1:
        raise Conflict(f"这件督查现在的状态是“{supervision.get_state_display()}”，不能{verb}。", record=supervision)


@one_transaction
def supervision_issue(
    *,
    by: Actor,
    organisation: Organisation,
    title: str,
    expected: str,
    due: date,
    holder: User | None = None,
    subject: str = Subject.FREE,
    about: str = "",
    about_name: str = "",
    about_url: str = "",
    problems: Sequence[str] = (),
    drafted_by: User | None = None,
) -> Supervision:
    """Send a notice to an organisation, or to `holder` in person, and return the Supervision (state open).

    due: the last day for the answer, today or later. subject, about, about_name, about_url: what it is about (see
    Supervision). problems: texts, each to be struck off later. drafted_by: who wrote it for the sender. Raises ValidationError, Forbidden, Http404.
    """
    require_supervises(by, organisation)
    supervision = Supervision(
        organisation=organisation,
        holder=holder,
        subject=subject,
        about=about,
        about_name=about_name,
        about_url=about_url,
        title=title,
        expected=expected,
        due=due,
        first_due=due,
        issued_by=account_of(by),
        drafted_by=drafted_by,
        issued_from=seat_for(by, organisation),
        issued_at=clock.now(),
    )
    _check_issue(by, supervision, problems)
    said = [f"由{drafted_by.name}代录"] if drafted_by else []
    with written(by, supervision, "issue", "；".join([*said, *problems])):
        _number(supervision)
        supervision.full_clean(exclude=_LATER)
        supervision.save(force_insert=True)
        for order, text in enumerate(problems, start=1):
            problem = SupervisionProblem(supervision=supervision, order=order, problem=text)
            problem.full_clean(exclude=["supervision", "done_by"])
            problem.save()
    tell(by, recipients(supervision), supervision, f"已下达，{_day(due)}前回复")
    return supervision


def _check_issue(by: Actor, supervision: Supervision, problems: Sequence[str]) -> None:
    """Raise ValidationError for a notice to oneself, to an organisation that is gone, overdue at once, or too long."""
    place, today = supervision.organisation, clock.today()
    if is_own(by, supervision):
        who = "自己" if supervision.holder_id else "自己负责的组织"
        raise ValidationError({"recipient": f"不能督查{who}。"})
    if place.archived_on and place.archived_on < today:
        raise ValidationError({"recipient": "该组织已撤销，不能向其下达督查。"})
    if supervision.due < today:
        raise ValidationError({"due": "回复时限不能早于今天。"})
    if len(problems) > MOST_PROBLEMS:
        raise ValidationError({"problems": f"问题最多列 {MOST_PROBLEMS} 条。"})


def _number(supervision: Supervision) -> None:
    """Give a notice the next number of this year; until the transaction ends nobody else takes one."""
    supervision.year = clock.today().year
    database.advisory_lock(NUMBER_LOCK)
    last = Supervision.objects.filter(year=supervision.year).aggregate(last=Max("number"))["last"]
    supervision.number = (last or 0) + 1


def check_evidence(by: Actor, supervision: Supervision, activity: Activity | None) -> None:
    if activity is not None and not evidence_for(by, supervision).filter(pk=activity.pk).exists():
        raise ValidationError({"activity": "请从列表中选择已提交的活动记录。"})


@one_transaction
def supervision_reply(
    *,
    by: Actor,
    supervision: Supervision,
    text: str,
    activity: Activity | None = None,
    file: UploadedFile | None = None,
) -> SupervisionReply:
    """Answer with a submitted record or a file as evidence; the notice is then `reported`. Late is accepted and marked."""
    leader = None if by is access.OPERATOR else in_whose_name(by, supervision, fresh(by))
    if leader is None and (not may_reply(by, supervision) or in_whose_name(by, supervision)):
        raise access.Forbidden(DUTIES, supervision.organisation)
    if supervision.state == SupervisionState.CLOSED:
        raise Conflict("这件督查已销号，不能再回复。", record=supervision)
    check_evidence(by, supervision, activity)
    moment = clock.now()
    columns: dict[str, Any] = {"state": SupervisionState.REPORTED}
    if supervision.answered_at is None:
        columns |= {"answered_at": moment, "answered_late": clock.day_of(moment) > supervision.due}
    with written(by, supervision, "reply") as change:
        said = entered_for(leader)
        _transition(supervision, AWAITING, "回复", **columns)
        kept = proof_file_keep(by=by, organisation=supervision.organisation, file=file) if file else None
        reply = SupervisionReply(
            supervision=supervision,
            text=text,
            activity=activity,
            paper=kept,
            author=account_of(by),
            on_behalf_of=leader,
            drafted_by=_drafter(by, supervision),
            written=moment,
        )
        reply.full_clean(exclude=_OF_REPLY)
        reply.save()
        by_another = f"由{reply.drafted_by.name}代录" if reply.drafted_by else ""
        change.note = "；".join(filter(None, [said, by_another, kept.name if kept else ""]))
    tell(by, [supervision.issued_by], supervision, "已回复，请审核")
    tell(by, [leader], supervision, f"已由{reply.author}代您回复")
    return reply


def _drafter(by: Actor, supervision: Supervision) -> User | None:
    """Take the draft of an answer that is now sent; return who wrote it for the leader addressed, None where nobody else did."""
    draft = SupervisionReplyDraft.objects.filter(supervision=supervision).select_related("author").first()
    if draft is None:
        return None
    draft.delete()
    return draft.author if supervision.holder_id == getattr(by, "pk", None) != draft.author_id else None


def _waiting(supervision: Supervision) -> SupervisionReply | None:
    """Return the reply that waits for a review, or None; the notice's row is held, so that no other takes its place."""
    rows = Supervision.objects.select_for_update().filter(pk=supervision.pk, state=SupervisionState.REPORTED)
    return supervision.replies.order_by("-pk").first() if list(rows.values_list("pk")) else None


def _review(by: Actor, supervision: Supervision, accepted: bool, reason: str = "") -> SupervisionReply:
    require_judge(by, supervision)
    reply = _waiting(supervision)
    if reply is None:
        supervision.refresh_from_db()
        raise Conflict(
            f"这件督查现在的状态是“{supervision.get_state_display()}”，没有待审核的回复。", record=supervision
        )
    if wrote(by, reply):
        raise Conflict("不能审核自己写的回复。", record=supervision)
    reply.accepted, reply.reason = accepted, reason
    reply.reviewed_by, reply.reviewed_at = account_of(by), clock.now()
    reply.full_clean(exclude=_OF_REPLY)
    reply.save()
    return reply


@one_transaction
def supervision_accept(*, by: Actor, supervision: Supervision) -> Supervision:
    """Accept the last reply: closed, or (with problems still open) accepted until all are struck off."""
    columns: dict[str, Any] = {"state": SupervisionState.ACCEPTED}
    # None is struck off before the reply is accepted.
    if not supervision.problems.exists():
        columns = {"state": SupervisionState.CLOSED, "closed_at": clock.now()}
    with written(by, supervision, "accept"):
        reply = _review(by, supervision, True)
        _transition(supervision, [SupervisionState.REPORTED], "通过", **columns)
    words = "已销号" if supervision.closed_at else "回复已通过，请按清单整改销号"
    tell(by, {reply.author, *recipients(supervision)}, supervision, words)
    return supervision


@one_transaction
def supervision_return(*, by: Actor, supervision: Supervision, reason: str) -> Supervision:
    """Return the last reply with a reason; the recipient answers again."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "请写明退回原因。"})
    with written(by, supervision, "return", reason):
        reply = _review(by, supervision, False, reason)
        _transition(supervision, [SupervisionState.REPORTED], "退回", state=SupervisionState.RETURNED)
    tell(by, {reply.author, *recipients(supervision)}, supervision, f"回复被退回：{reason}")
    return supervision


@one_transaction
def supervision_prolong(*, by: Actor, supervision: Supervision, due: date, reason: str) -> Supervision:
    """Move the due date to a later day with a reason; the first one is kept."""
    require_judge(by, supervision)
    reason, errors = reason.strip(), {}
    if not reason:
        errors["reason"] = "请写明延期原因。"
    if due <= supervision.due:
        errors["due"] = f"新的时限应晚于现在的时限（{_day(supervision.due)}）。"
    elif due < clock.today():
        errors["due"] = "新的时限不能早于今天。"
    if errors:
        raise ValidationError(errors)
    former = supervision.due
    with written(by, supervision, "prolong", reason):
        _transition(supervision, AWAITING, "延期", due=due)
        extension = SupervisionExtension(
            supervision=supervision, before=former, after=due, reason=reason, author=account_of(by), made=clock.now()
        )
        extension.full_clean(exclude=["supervision", "author"])
        extension.save()
    tell(by, recipients(supervision), supervision, f"时限延至{_day(due)}")
    return supervision


@one_transaction
def supervision_close(*, by: Actor, supervision: Supervision, reason: str) -> Supervision:
    """Close a notice at once, whatever is still open, with a reason that the audit trail keeps.

    Not by whoever wrote the reply that waits: closing it would be its acceptance.
    """
    require_judge(by, supervision)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "请写明销号原因。"})
    reply = _waiting(supervision)
    if reply is not None and wrote(by, reply):
        raise Conflict("您写的回复还没有审核，不能由您销号。", record=supervision)
    with written(by, supervision, "close", reason):
        _transition(supervision, NOT_CLOSED, "销号", state=SupervisionState.CLOSED, closed_at=clock.now())
        SupervisionReplyDraft.objects.filter(supervision=supervision).delete()
    tell(by, recipients(supervision), supervision, f"已销号：{reason}")
    return supervision
