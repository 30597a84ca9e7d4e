"""What a case makes of its person: the roster is written from the steps that stand, by nobody's hand."""

from datetime import date, timedelta

from branches import audit
from branches.jobs.marks import mark
from common import clock
from common.operator import Actor
from members.development.models.cases import CaseOutcome, DevelopmentCase
from members.development.selectors.cases import Case, case_of
from members.roster.models.members import Member
from members.roster.models.standing import End, MemberStage
from members.roster.services.developing import led_by_case, stage_set
from members.roster.services.stages import Spell
from members.roster.services.standing import member_leave

SUBJECT = "development"


def applied(by: Actor, row: DevelopmentCase) -> Case:
    """Write what follows from the steps of a case as they stand now; part of the caller's transaction. Returns the Case."""
    case = case_of(row)
    standing = case.standing
    joined_on = standing.joined_on or (row.member.joined_on if case.file.paper == "18" else None)
    stage_set(
        by=by,
        member=row.member,
        stage=standing.stage,
        joined_on=joined_on,
        full_on=standing.full_on,
        votes_from=standing.approved_on,
        spells=_before_joining(case, joined_on),
        since=row.opened_on,
    )
    if standing.outcome and row.closed_on is None:
        closed(by, row, CaseOutcome(standing.outcome), standing.of("24").step.name)
        if standing.outcome == CaseOutcome.CANCELLED:
            _leaves(by, row)
    mark_case(row)
    return case


def _before_joining(case: Case, joined_on: date | None) -> list[Spell]:
    """Return the stages before joining, each from the day on which its step took effect to the eve of the next.

    Of whoever was taken over as a candidate nobody knows since when he is one: before his case was taken over, in any case.
    """
    row, since = case.row, case.standing.stage_since
    begun: list[tuple[str, date | None, date]] = [(MemberStage.APPLICANT, row.opened_on, row.opened_on)]
    for stage in (MemberStage.ACTIVIST, MemberStage.CANDIDATE):
        if (day := since.get(stage)) is not None:
            begun.append((stage, day, day))
        elif row.taken_over_on is not None and row.taken_over_as == stage:
            begun.append((stage, None, row.taken_over_on))
    found: list[Spell] = []
    after = joined_on
    for name, starts, counted in reversed(begun):
        ends = after - timedelta(days=1) if after is not None else None
        if ends is None or counted <= ends:
            found.append((name, starts, ends))
            after = counted
    return found[::-1]


def applicant_again(by: Actor, row: DevelopmentCase) -> None:
    """Write that somebody who is not developed any more is an applicant as of today; what he was until yesterday stays."""
    if row.member.stage == MemberStage.APPLICANT:
        return
    today = clock.today()
    eve = today - timedelta(days=1)
    before = [
        (name, starts, ends if ends is not None and ends < today else eve)
        for name, starts, ends in _before_joining(case_of(row), None)
        if starts is None or starts < today
    ]
    stage_set(
        by=by,
        member=row.member,
        stage=MemberStage.APPLICANT,
        joined_on=None,
        full_on=None,
        spells=[*before, (MemberStage.APPLICANT, today, None)],
        since=row.opened_on,
    )


def _leaves(by: Actor, row: DevelopmentCase) -> None:
    """End the membership of somebody whose probation was cancelled, from the day on which that was approved (第三十二条)."""
    entry = row.entries.standing().filter(key="24").order_by("day", "pk").last()
    assert entry is not None
    member_leave(
        by=by,
        member=row.member,
        ground=End.PROBATION_CANCELLED,
        on=entry.day,
        document=entry.document,
        decided_in=entry.activity,
    )


def closed(by: Actor, row: DevelopmentCase, outcome: CaseOutcome, reason: str) -> None:
    """Write that a case is over; part of the caller's transaction."""
    with audit.change(by=by, verb="development.close", obj=row, organisation=row.member.home_id, note=reason):
        row.closed_on, row.outcome, row.close_reason = clock.today(), outcome, reason
        row.version += 1
        row.save(update_fields=["closed_on", "outcome", "close_reason", "version"])
    led_by_case(row.member, False)


def case_ends_with(by: Actor, member: Member, outcome: CaseOutcome, reason: str) -> None:
    """Close the open case of a person who belongs here no longer; part of the caller's transaction. Nothing where none is open."""
    row = DevelopmentCase.objects.open().select_related("member__home").filter(member=member.pk).first()
    if row is not None:
        closed(by, row, outcome, reason)
        mark_case(row)


def mark_case(row: DevelopmentCase) -> None:
    """Leave the change mark of a case: its faults and dues are judged anew from its first day on."""
    mark(row.member.home, row.taken_over_on or row.opened_on, clock.today(), SUBJECT, thing=row.pk)
