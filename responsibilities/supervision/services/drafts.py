"""What somebody wrote for a leader, kept as a draft: a supervision that he issues, changes or drops, an answer that he sends."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import fresh
from branches.reach.rights import DUTIES, SUPERVISE
from common.database import one_transaction
from common.errors import Conflict
from common.names import entered_for
from common.operator import Actor
from common.text import quoted
from members.activities.models import Activity
from responsibilities.portfolios.rights import supervises
from responsibilities.supervision.models import AWAITING, Subject, Supervision, SupervisionDraft, SupervisionReplyDraft
from responsibilities.supervision.rights import in_whose_name
from responsibilities.supervision.services.notices import check_evidence, supervision_issue, tell

_OTHERS = ("leader", "author", "organisation")


def _require_acts(by: Actor, leader: User, organisation: Organisation) -> User:
    """Raise Forbidden unless `by` acts for `leader` now, and the leader supervises the organisation; return `by`."""
    if not isinstance(by, User) or leader.pk not in fresh(by).principals or not supervises(leader, organisation):
        raise access.Forbidden(SUPERVISE, organisation, "只能在代办对象的分管范围内起草。")
    return by


@one_transaction
def supervision_draft(
    *,
    by: Actor,
    leader: User,
    organisation: Organisation,
    title: str,
    expected: str,
    due: date,
    problems: Sequence[str] = (),
    subject: str = Subject.FREE,
    about: str = "",
    draft: SupervisionDraft | None = None,
) -> SupervisionDraft:
    """Write a draft for `leader`, or (draft) write it anew; the leader is told once. Raises ValidationError, Forbidden."""
    author = _require_acts(by, leader, organisation)
    row = _taken(draft) if draft else SupervisionDraft(leader=leader, subject=subject, about=about)
    with audit.change(by=by, verb="supervision.draft", obj=row, organisation=organisation, note=entered_for(leader)):
        row.author, row.organisation, row.title, row.expected, row.due = author, organisation, title, expected, due
        row.problems = "\n".join(problems)
        row.full_clean(exclude=_OTHERS)
        row.save()
    if draft is None:
        notice_send(
            by=by,
            to=leader,
            kind="supervision",
            text=f"{author.name}代您起草了督查{quoted(title)}，待您下达",
            url=reverse("supervision_draft", args=[row.pk]),
            about=f"supervision_draft/{row.pk}",
        )
    return row


def _taken(draft: SupervisionDraft) -> SupervisionDraft:
    """Return the draft with its row held; Conflict where it is gone."""
    row = SupervisionDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None:
        raise Conflict("这份草稿已经下达或删去。")
    return row


@one_transaction
def supervision_draft_issue(*, by: Actor, draft: SupervisionDraft, **values: Any) -> Supervision:
    """Issue a draft in the leader's own name, with what he changed in it; only the leader does. Arguments as for
    `supervision_issue`."""
    row = _taken(draft)
    if row.leader_id != getattr(by, "pk", None):
        raise access.Forbidden(SUPERVISE, row.organisation, "督查由领导本人下达。")
    made = supervision_issue(by=by, drafted_by=row.author, **values)
    row.delete()
    return made


@one_transaction
def supervision_draft_drop(*, by: Actor, draft: SupervisionDraft) -> None:
    """Drop a draft: its leader, or who acts for him."""
    row = _taken(draft)
    mine = getattr(by, "pk", None) == row.leader_id
    if not mine and row.leader_id not in fresh(by).principals:
        raise access.Forbidden(SUPERVISE, row.organisation)
    audit.record(
        by=by,
        verb="supervision.draft_drop",
        obj=row,
        organisation=row.organisation_id,
        before=audit.snapshot(row),
        note="" if mine else entered_for(row.leader),
    )
    row.delete()


def drafts_reply(user: Actor, supervision: Supervision) -> bool:
    """Whether an answer may be kept as a draft: a notice to a person, by him or by who acts for him."""
    return supervision.holder_id is not None and (
        supervision.holder_id == getattr(user, "pk", None) or in_whose_name(user, supervision) is not None
    )


@one_transaction
def supervision_reply_draft(
    *, by: Actor, supervision: Supervision, text: str, activity: Activity | None = None
) -> SupervisionReplyDraft:
    """Keep an answer as a draft, over the one that is there: nothing is sent, and the notice stays open.

    The leader is told of the first that is written for him. Raises Forbidden for others, Conflict where nothing waits
    for an answer, ValidationError for a record that he may not name.
    """
    # Held, so that it is not answered meanwhile; of two drafts at once the second writes over the first.
    supervision = Supervision.objects.select_for_update(of=("self",)).select_related("holder").get(pk=supervision.pk)
    leader = in_whose_name(by, supervision, fresh(by)) if isinstance(by, User) else None
    if not isinstance(by, User) or (leader is None and supervision.holder_id != by.pk):
        raise access.Forbidden(DUTIES, supervision.organisation)
    if supervision.state not in AWAITING:
        raise Conflict(f"这件督查现在的状态是“{supervision.get_state_display()}”，不能再回复。", record=supervision)
    check_evidence(by, supervision, activity)
    row = SupervisionReplyDraft.objects.filter(supervision=supervision).first()
    first = row is None
    row = row or SupervisionReplyDraft(supervision=supervision)
    place = supervision.organisation_id
    with audit.change(by=by, verb="supervision.reply_draft", obj=row, organisation=place, note=entered_for(leader)):
        row.author, row.text, row.activity = by, text, activity
        row.full_clean(exclude=("supervision", "author", "activity"))
        row.save()
    if first:
        tell(by, [leader], supervision, f"的回复已由{by.name}代您起草，待您提交")
    return row
