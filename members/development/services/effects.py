"""What a case makes of its person: the roster is written from the steps that stand, by nobody's hand."""

from branches import audit
from branches.jobs.marks import mark
from common import clock
from common.operator import Actor
from members.development.models.cases import CaseOutcome, DevelopmentCase
from members.development.selectors.cases import Case, case_of
from members.roster.models.members import Member
from members.roster.models.standing import End
from members.roster.services.developing import led_by_case, stage_set
from members.roster.services.standing import member_leave

SUBJECT = "development"


def applied(by: Actor, row: DevelopmentCase) -> Case:
    """Write what follows from the steps of a case as they stand now; part of the caller's transaction. Returns the Case."""
    case = case_of(row)
    standing = case.standing
    stage_set(
        by=by,
        member=row.member,
        stage=standing.stage,
        joined_on=standing.joined_on or (row.member.joined_on if case.file.paper == "18" else None),
        full_on=standing.full_on,
    )
    if standing.outcome and row.closed_on is None:
        closed(by, row, CaseOutcome(standing.outcome), standing.of("24").step.name)
        if standing.outcome == CaseOutcome.CANCELLED:
            _leaves(by, row)
    mark_case(row)
    return case


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
