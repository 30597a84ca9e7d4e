"""Records whose people have changed afterwards: what a roster says later changes the quorums of days gone by (F27).

A transfer, a person entered or a date of joining corrected, a seat given or ended since an earlier day.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Max, Min
from django.urls import reverse

from branches import audit
from branches.jobs.marks import ROSTER
from branches.jobs.models import ChangeMark
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind, Organisation
from branches.reach.access import who_can
from branches.reach.rights import REVIEW
from common.database import one_transaction
from common.operator import OPERATOR
from members.activities.judgement import judge, judgements_write
from members.activities.models import COUNTING_STATES, Activity, ActivityJudgement, held_by
from members.activities.quorum import figures
from members.activities.services.records import mark_activity

# What was begun after a change was judged on the roster as it is; so long a change may take until others see it.
_SEEN_AFTER = timedelta(seconds=5)
# Of those who may review a place so many are read, the nearest first.
_TOLD = 20


def judge_marked() -> int:
    """Judge anew what the marks of changed rosters concern, and mark what counts otherwise now; returns how many records.

    By the worker, before facts are filled: whoever transfers somebody does not wait for it, and need not hold the right to
    record. Once for each place, however many of its people have changed (a ledger). The history of each record says from
    what to what, and whoever reviews the place is told once.
    """
    spans = ChangeMark.objects.filter(subject=ROSTER).order_by().values("organisation")
    spans = spans.annotate(first=Min("first_day"), last=Max("last_day"), made=Max("made"))
    total = 0
    for span in spans:
        changed = judge_again([span["organisation"]], span["first"], span["last"], span["made"] + _SEEN_AFTER)
        if changed:
            _tell(Organisation.objects.select_related("parent").get(pk=span["organisation"]), changed)
        total += changed
    return total


def _tell(place: Organisation, changed: int) -> None:
    """Tell whoever reviews the place, the nearest above, that records of it count otherwise now."""
    able = who_can(REVIEW, place, _TOLD)
    for user in {row.user for row in able if row.organisation_id == able[0].organisation_id}:
        notice_send(
            by=OPERATOR,
            to=user,
            kind="rejudged",
            text=f"{place.label}名册或委员变更后，{changed} 条活动记录重新判定，请核对",
            url=f"{reverse('activity_list')}?organisation={place.pk}",
            about=f"organisation/{place.pk}/rejudged",
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
    before = _words(activity)
    if not judgements_write(activity):
        return False
    after = _words(activity)
    if activity.state in COUNTING_STATES and before != after:
        moved = [
            f"{name}：{before.get(name, '无')} → {said}" for name, said in after.items() if before.get(name) != said
        ]
        audit.record(
            by=OPERATOR,
            verb="activity.rejudge",
            obj=activity,
            organisation=activity.organisation,
            note="；".join(moved),
        )
    own = {one.kind: one.quorum for one in judge(activity) if one.host == activity.organisation_id}
    Activity.objects.filter(pk=activity.pk).update(**figures(own))
    mark_activity(activity)
    return True


def _words(activity: Activity) -> dict[str, str]:
    """Return {kind, with the host where it is another: how it stands} of a record, for its history."""
    found = {}
    for row in activity.judgements.select_related("organisation__parent"):
        kind = row.get_kind_display()
        where = kind if row.organisation_id == activity.organisation_id else held_by(row.organisation.label, kind)
        figures_of = f"应到 {row.expected} 人、实到 {row.present} 人，" if row.expected is not None else ""
        found[where] = f"{figures_of}{'有效' if row.valid else '不计入'}"
    return found
