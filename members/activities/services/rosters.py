"""Records whose people have changed afterwards: what a roster says later changes the quorums of days gone by (F27).

A transfer, a person entered or a date of joining corrected, a seat given or ended since an earlier day.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Max, Min

from branches.jobs.marks import ROSTER
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Kind, Organisation
from common.database import one_transaction
from members.activities.judgement import judge, judgements_write
from members.activities.models import Activity, ActivityJudgement
from members.activities.quorum import figures
from members.activities.services.records import mark_activity

# What was begun after a change was judged on the roster as it is; so long a change may take until others see it.
_SEEN_AFTER = timedelta(seconds=5)


def judge_marked() -> int:
    """Judge anew what the marks of changed rosters concern, and mark what counts otherwise now; returns how many records.

    By the worker, before facts are filled: whoever transfers somebody does not wait for it, and need not hold the right to
    record. It writes nothing but what is derived, so it leaves no entry: the transfer has one. Once for each place, however
    many of its people have changed (a ledger).
    """
    spans = ChangeMark.objects.filter(subject=ROSTER).order_by().values("organisation")
    spans = spans.annotate(first=Min("first_day"), last=Max("last_day"), made=Max("made"))
    return sum(
        judge_again([span["organisation"]], span["first"], span["last"], span["made"] + _SEEN_AFTER) for span in spans
    )


@one_transaction
def judge_again(organisations: Iterable[int], first: date, last: date, begun_before: datetime) -> int:
    """Judge anew what these organisations and their groups held between two days, alone or together with others.

    begun_before: what was begun (first saved) from then on is left as it is. Returns how many count otherwise now.
    """
    places = set(organisations)
    groups = Organisation.objects.filter(parent__in=places, kind=Kind.SMALL_GROUP).values_list("pk", flat=True)
    places.update(list(groups))
    judged = ActivityJudgement.objects.filter(organisation__in=places, activity__day__range=(first, last))
    ids = sorted(set(judged.order_by().values_list("activity", flat=True)))
    # Held: who writes a record meanwhile judges it himself afterwards.
    rows = Activity.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk__in=ids)
    rows = rows.filter(created__lt=begun_before)
    return sum(_judged_anew(activity) for activity in rows.order_by("pk"))


def _judged_anew(activity: Activity) -> bool:
    if not judgements_write(activity):
        return False
    own = {one.kind: one.quorum for one in judge(activity) if one.host == activity.organisation_id}
    Activity.objects.filter(pk=activity.pk).update(**figures(own))
    mark_activity(activity)
    return True
