"""Records that tests write as rows: how they count is said by the test, not by who attended."""

from members.activities.judgement import judgements_write


def counted(activity, valid=True):
    """Judge a record whose kinds and hosts are written, for all of its hosts and kinds as `valid` says; return it."""
    judgements_write(activity)
    activity.judgements.update(valid=valid)
    return activity
