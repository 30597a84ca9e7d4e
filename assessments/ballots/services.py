"""Count the ballots of a meeting. Whether a tally counts is for the entry that names it to say."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db.models import Q

from assessments.ballots.models import Tally
from assessments.ballots.selectors import meetings_to_name
from branches.places.models.organisations import Organisation
from branches.reach.intervals import above
from common.operator import Actor
from common.periods import Period
from common.text import quoted
from members.activities.models import Activity


def tally_make(
    *,
    by: Actor,
    about: str,
    voted_on: Organisation,
    period: Period,
    levels: Sequence[str],
    counts: Mapping[str, int | None],
    invalid: int,
    expected: int,
    activity: Activity | None,
) -> Tally:
    """Store the counts of a vote and return the Tally; inside the transaction of whoever calls.

    voted_on: the organisation; its vote is held at a meeting of its own or of one above it. levels: those that the scheme
    names. counts: {level: ballots}. expected: ballots issued. activity: the accepted record of the meeting. Raises
    ValidationError by field (level_0, level_1 …, invalid, expected, activity).
    """
    if activity is None or not meetings_to_name(by, period).filter(pk=activity.pk).exists():
        raise ValidationError({"activity": "请选择已审核通过的会议记录。"})
    meeting = Activity.objects.filter(Q(organisation=voted_on) | Q(hosts__organisation=voted_on) | above(voted_on))
    if not meeting.filter(pk=activity.pk).exists():
        raise ValidationError({"activity": f"请选择{voted_on.label}或其上级召开的会议。"})
    if unknown := [name for name in counts if name not in levels]:
        raise ValidationError(f"没有{quoted(unknown[0])}这一档。")
    found = {name: counts.get(name) or 0 for name in levels}
    for place, name in enumerate(levels):
        if found[name] < 0:
            raise ValidationError({f"level_{place}": "票数不能小于 0。"})
    valid = sum(found.values())
    if not valid:
        raise ValidationError({"level_0": "请填写各档的票数。"})
    if valid + invalid > expected:
        raise ValidationError(
            {"expected": f"各档合计 {valid} 张，无效 {invalid} 张，多于发出的 {expected} 张，请核对。"}
        )
    return Tally.objects.create(
        about=about[:60], activity=activity, levels=found, names=list(levels), invalid=invalid, expected=expected
    )
