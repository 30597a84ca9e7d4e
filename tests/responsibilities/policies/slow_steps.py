"""When a step of a run was settled, reckoned from the rows alone, one at a time (mechanisms B and docs/measures.md)."""

from responsibilities.policies.models import StepRecord


def counts(tie):
    """Whether a tie counts: stands, and its record was accepted by another and is valid."""
    record = tie.activity
    return tie.removed_at is None and record.state == "accepted" and record.reviewer_id != tie.added_by_id


def done(row, as_of):
    """The day on which a step was done, None while it is not."""
    skipped = row.skipped_on is not None and row.skipped_on <= as_of
    days = [row.done_on] if row.done_on else []
    for tie in StepRecord.objects.filter(step=row).select_related("activity"):
        judged = tie.activity.judgements.filter(organisation=row.organisation, valid=True)
        fitting = any(one.kind in row.step.yields for one in judged)
        if counts(tie) and fitting and not skipped:
            days.append(tie.activity.day)
    return min((day for day in days if day <= as_of), default=None)


def finished(run, as_of):
    """The day on which the last step that must be done was done or skipped, None while one is open."""
    last = run.opened_on
    for row in run.steps.select_related("step", "organisation"):
        if row.step.optional:
            continue
        skipped = row.skipped_on if row.skipped_on is not None and row.skipped_on <= as_of else None
        day = done(row, as_of) or skipped
        if day is None:
            return None
        last = max(last, day)
    return last
