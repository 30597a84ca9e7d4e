"""What is counted of policies: steps done in time, notes taken in time, policies that are whole; pure reads."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Organisation
from members.activities.selectors.marked import of_marked_records
from responsibilities.policies.marks import POLICIES, RUNS
from responsibilities.policies.models import PolicyRun, PolicyStudy, PolicyVersion, StepRecord
from responsibilities.policies.rules import CANCELLED, DONE, DONE_LATE, OVERDUE, SKIPPED, Judged
from responsibilities.policies.selectors.policies import mechanism_of
from responsibilities.policies.selectors.receipts import readable_for, receipts
from responsibilities.policies.selectors.steps import Line, judged_lines, missed

ON_TIME, NOTED, COMPLETE = "policies.on_time", "policies.noted", "policies.complete"
POLICY_MEASURES = {
    ON_TIME: "制度：按期办结的步骤",
    NOTED: "制度：按期知悉",
    COMPLETE: "制度：机制齐全的",
}


@dataclass(frozen=True)
class PolicyItem:
    """One thing that counts once for its organisation, in the month of its due day.

    thing: id of the run or version it belongs to; step: of the step of a run, 0 for a receipt. done: it is, late or not;
    late: after its due day; overdue: it is not.
    """

    thing: int
    organisation: int
    due: date
    measure: str
    done: bool
    late: bool
    overdue: bool
    step: int = 0
    owed: bool = True


def _counts(line: Line, judged: Judged) -> bool:
    """Whether a step is owed: it has a due day, was not let go in time, and is not merely optional and left."""
    if judged.due is None:
        return False
    if judged.state in (SKIPPED, CANCELLED):
        return missed(line, judged)
    return not line.optional or judged.state in (DONE, DONE_LATE)


def step_items(as_of: date, runs: Collection[int] | None = None) -> Iterator[PolicyItem]:
    """Yield the PolicyItems of steps of runs (ids; all when None) that were opened by a day, as they stand on it."""
    rows = PolicyRun.objects.filter(opened_on__lte=as_of)
    if runs is not None:
        rows = rows.filter(pk__in=runs)
    for run, steps in judged_lines(rows, as_of).items():
        for line, judged in steps:
            if _counts(line, judged) and judged.due is not None:
                done = judged.state in (DONE, DONE_LATE)
                missing = judged.state == OVERDUE or missed(line, judged)
                late = judged.state == DONE_LATE
                yield PolicyItem(run, line.organisation, judged.due, ON_TIME, done, late, missing, line.pk)


def receipt_items(as_of: date, versions: Collection[int] | None = None) -> Iterator[PolicyItem]:
    """Yield the PolicyItems of receipts of versions (ids; all when None) issued by a day, as they stand on it."""
    rows = PolicyVersion.objects.filter(issued_on__lte=as_of)
    if versions is not None:
        rows = rows.filter(pk__in=versions)
    issued = list(readable_for(rows))
    # Where nothing was issued nobody is looked up.
    places = list(Organisation.objects.order_by()) if issued else []
    for one in receipts(issued, places, as_of):
        if one.due is not None:
            yield PolicyItem(
                one.version,
                one.organisation,
                one.due,
                NOTED,
                one.noted_on is not None,
                one.state == DONE_LATE,
                one.state == OVERDUE,
            )


def complete_policies(day: date, organisations: Iterable[int] | None = None) -> dict[int, tuple[int, int]]:
    """Return {issuer: (policies with procedure and rule, policies in force)} on a day. organisations: ids, all when None."""
    rows = PolicyVersion.objects.in_force(day).select_related("policy", "check_rule").prefetch_related("steps")
    if organisations is not None:
        rows = rows.filter(policy__organisation__in=organisations)
    found: dict[int, tuple[int, int]] = {}
    for version in rows:
        whole, number = found.get(version.policy.organisation_id, (0, 0))
        found[version.policy.organisation_id] = whole + mechanism_of(version).has_both, number + 1
    return found


def _proved(marks: Sequence[ChangeMark]) -> Q:
    """Return the condition «of a record that `marks` of activities name» over ties."""
    named = {mark.thing for mark in marks if mark.thing is not None}
    several = [mark for mark in marks if mark.thing is None]
    return Q(activity__in=named) | (of_marked_records(several) if several else Q(pk__in=[]))


def runs_written(marks: Sequence[ChangeMark]) -> set[int]:
    """Return the ids of the runs that `marks` name, or a step of which a record that they name is tied to."""
    named = {mark.thing for mark in marks if mark.subject == RUNS and mark.thing is not None}
    records = [mark for mark in marks if mark.subject == "activity"]
    if not records:
        return named
    return named | set(StepRecord.objects.filter(_proved(records)).order_by().values_list("step__run", flat=True))


def versions_written(marks: Sequence[ChangeMark]) -> set[int]:
    """Return the ids of the versions that `marks` name, or that a record that they name studied."""
    named = {mark.thing for mark in marks if mark.subject == POLICIES and mark.thing is not None}
    places = {mark.organisation_id for mark in marks if mark.subject == POLICIES and mark.thing is None}
    if places:
        rows = PolicyVersion.objects.filter(policy__organisation__in=places).order_by()
        named |= set(rows.values_list("pk", flat=True))
    records = [mark for mark in marks if mark.subject == "activity"]
    if not records:
        return named
    return named | set(PolicyStudy.objects.filter(_proved(records)).order_by().values_list("version", flat=True))
