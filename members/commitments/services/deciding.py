"""What a branch decides on commitments: they are reviewed or returned, published with one click, judged in the review of members."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from members.activities.models import COUNTING_STATES, Activity
from members.activities.models import ActivityKindCode as Code
from members.commitments.marks import mark_members
from members.commitments.models import REASON_MOST, Commitment, CommitmentState, Kept, Pledge
from members.commitments.rights import require_reviewer, why_not_review
from members.commitments.rules import grade_field, last_appraisal
from members.commitments.services.pledging import held, require_version, view_of

NOTICE = "commitment"


def _tell(by: Actor, commitment: Commitment, text: str) -> None:
    """Tell the member what was decided about his own."""
    account, actor = commitment.member.account, account_of(by)
    if account is None or not account.is_active or (actor is not None and actor.pk == account.pk):
        return
    url = f"{reverse('own_commitment')}?year={commitment.year}"
    notice_send(by=by, to=account, kind=NOTICE, text=text, url=url, about=f"commitment/{commitment.pk}")


def _of_branch(branch: Organisation, year: int, states: Collection[str]) -> list[Commitment]:
    """Return the commitments of a branch's members in these states, held; a commitment goes along with its member."""
    rows = Commitment.objects.select_for_update(of=("self",)).filter(member__home=branch, year=year, state__in=states)
    return list(rows.select_related("member__home", "member__account").order_by("member"))


def require_state(commitment: Commitment, *states: str) -> None:
    """Raise Conflict unless a commitment stands in one of these states."""
    if commitment.state not in states:
        raise Conflict(f"这份承诺现在是“{commitment.get_state_display()}”。", record=commitment)


@one_transaction
def commitment_review(*, by: Actor, commitment: Commitment, version: int | None = None) -> Commitment:
    """Agree with a commitment. Raises Conflict for one's own, one that was entered by oneself, or one that changed meanwhile."""
    row = held(commitment)
    require_reviewer(by, row)
    require_state(row, CommitmentState.DRAFTED)
    require_version(row, version)
    if row.return_reason:
        raise Conflict("这份承诺已经退回，等本人修改。", record=row)
    with audit.change(by=by, verb="commitment.review", obj=row, organisation=row.member.home):
        row.state, row.reviewed_by, row.version = CommitmentState.REVIEWED, account_of(by), row.version + 1
        row.save(update_fields=["state", "reviewed_by", "version"])
        require_reviewer(by, row)
    return row


@one_transaction
def branch_review(*, by: Actor, branch: Organisation, year: int) -> tuple[int, int]:
    """Agree with all of a branch that wait; returns (how many, how many are left to another because they are one's own)."""
    access.require(by, MEMBERS, branch)
    done = left = 0
    for row in _of_branch(branch, year, [CommitmentState.DRAFTED]):
        if row.return_reason:
            continue
        if why_not_review(by, row):
            left += 1
        else:
            commitment_review(by=by, commitment=row)
            done += 1
    return done, left


@one_transaction
def commitment_return(*, by: Actor, commitment: Commitment, reason: str) -> Commitment:
    """Give a commitment back to its member, with the reason."""
    row = held(commitment)
    require_reviewer(by, row)
    require_state(row, CommitmentState.DRAFTED, CommitmentState.REVIEWED)
    if not reason:
        raise ValidationError({"reason": "请填写退回原因。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"退回原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    with audit.change(by=by, verb="commitment.return", obj=row, organisation=row.member.home, note=reason):
        row.state, row.return_reason, row.reviewed_by = CommitmentState.DRAFTED, reason, None
        row.version += 1
        row.save(update_fields=["state", "return_reason", "reviewed_by", "version"])
        require_reviewer(by, row)
    _tell(by, row, f"{row.year} 年承诺退回修改：{reason}")
    return row


@one_transaction
def branch_publish(*, by: Actor, branch: Organisation, year: int) -> int:
    """Publish what was reviewed of a branch, today; returns how many."""
    access.require(by, MEMBERS, branch)
    rows = _of_branch(branch, year, [CommitmentState.REVIEWED])
    for row in rows:
        with audit.change(by=by, verb="commitment.publish", obj=row, organisation=branch):
            row.state, row.published_on, row.version = CommitmentState.PUBLISHED, clock.today(), row.version + 1
            row.save(update_fields=["state", "published_on", "version"])
    access.require(by, MEMBERS, branch)
    if rows:
        mark_members([row.member_id for row in rows], year)
    return len(rows)


def reviews_of(branch: Organisation, year: int) -> Any:
    """Return the records of the branch in which a year may have been judged, the latest first."""
    span = (f"{year}-07-01", last_appraisal(year))
    rows = Activity.objects.filter(organisation=branch, state__in=COUNTING_STATES, day__range=span, valid=True)
    return rows.filter(kinds__kind=Code.MEMBER_REVIEW).distinct().order_by("-day", "-pk")


@one_transaction
def branch_appraise(
    *, by: Actor, branch: Organisation, year: int, meeting: Activity | None, grades: Mapping[int, str]
) -> tuple[int, int]:
    """Confirm what the review of members said of a year's pledges; returns (members judged, members left to another).

    grades: {pledge id: Kept}; of a member all of them or none. One's own is confirmed by another. Raises ValidationError by field.
    """
    access.require(by, MEMBERS, branch)
    if meeting is None or not reviews_of(branch, year).filter(pk=meeting.pk).exists():
        raise ValidationError({"meeting": "请选择本支部当年的民主评议会议。"})
    judged, left = [], 0
    rows = [(row, list(row.pledges.standing())) for row in _of_branch(branch, year, [CommitmentState.PUBLISHED])]
    _check_whole([pledges for _, pledges in rows], grades)
    for row, pledges in rows:
        given = [grades.get(pledge.pk, "") for pledge in pledges]
        if not any(given):
            continue
        if why_not_review(by, row):
            left += 1
            continue
        with audit.change(by=by, verb="commitment.appraise", obj=row, organisation=branch, view=_with_grades):
            for pledge, grade in zip(pledges, given, strict=True):
                pledge.confirmed, pledge.confirmed_on = grade, clock.today()
                pledge.save(update_fields=["confirmed", "confirmed_on"])
            row.state, row.appraised_in, row.version = CommitmentState.APPRAISED, meeting, row.version + 1
            row.save(update_fields=["state", "appraised_in", "version"])
        judged.append(row)
    access.require(by, MEMBERS, branch)
    for row in judged:
        _tell(by, row, f"{year} 年承诺已在民主评议中评定，可以查看结果")
    if judged:
        mark_members([row.member_id for row in judged], year)
    return len(judged), left


def _check_whole(of_members: Iterable[Collection[Pledge]], grades: Mapping[int, str]) -> None:
    """Raise ValidationError beside each pledge without a grade of whoever has one for another of his."""
    wrong = {
        grade_field(pledge.pk): "这一项没有评定。"
        for pledges in of_members
        if any(grades.get(pledge.pk) for pledge in pledges)
        for pledge in pledges
        if grades.get(pledge.pk) not in Kept.values
    }
    if wrong:
        raise ValidationError(wrong)


def _with_grades(commitment: Commitment) -> dict[str, Any]:
    rows = commitment.pledges.standing()
    return view_of(commitment) | {"grades": [pledge.get_confirmed_display() for pledge in rows]}
