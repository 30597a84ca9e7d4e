"""Records that tests write as rows: how they count is said by the test, not by who attended."""

from members.activities.judgement import judgements_write
from members.activities.models import ActivityJudgement, ActivityKind


def counted(activity, valid=True):
    """Judge a record whose kinds and hosts are written, for all of its hosts and kinds as `valid` says; return it."""
    judgements_write(activity)
    activity.judgements.update(valid=valid)
    return activity


def counted_all(records):
    """Judge many records as their columns `valid` and `late` say, in one statement: a roster is not asked for each.

    records: of one host each, entered in no form, with no kind that is made up.
    """
    records = {record.pk: record for record in records}
    kinds = ActivityKind.objects.filter(activity__in=records).order_by("pk").values_list("activity", "kind")
    ActivityJudgement.objects.bulk_create(
        ActivityJudgement(
            activity_id=pk,
            organisation_id=records[pk].organisation_id,
            kind=kind,
            valid=records[pk].valid,
            late=records[pk].late,
        )
        for pk, kind in kinds
    )
