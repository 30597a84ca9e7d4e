"""Judge the way and the field of records and keep them: before facts are filled, for the records that changes name."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from branches.jobs.models import ChangeMark
from members.activities.models import UNSUBMITTED, Activity
from members.activities.services.natures import natures_keep
from responsibilities.work.models import StageEvidence
from responsibilities.work.selectors.natures import natures_of

# Records are judged so many at a time; so many of the unjudged past are judged in one night.
LOT, NIGHTLY = 500, 20000
_OF_RECORDS, _OF_WORK = "activity", "work"


def natures_judged(marks: Collection[ChangeMark]) -> int:
    """Judge the records that these change marks name anew; return how many are another now."""
    records = {mark.thing for mark in marks if mark.subject == _OF_RECORDS and mark.thing}
    items = {mark.thing for mark in marks if mark.subject == _OF_WORK and mark.thing}
    if items:
        links = StageEvidence.objects.filter(stage__item__in=items, activity__isnull=False).order_by()
        records |= set(links.values_list("activity", flat=True))
    unnamed = [mark for mark in marks if mark.subject == _OF_RECORDS and not mark.thing]
    changed = _judged(sorted(pk for pk in records if pk))
    if unnamed:
        first, last = min(mark.first_day for mark in unnamed), max(mark.last_day for mark in unnamed)
        places = {mark.organisation_id for mark in unnamed}
        rows = _unjudged().filter(organisation__in=places, day__range=(first, last))
        changed += _judged(list(rows.values_list("pk", flat=True)))
    return changed


def natures_left() -> int:
    """Judge records that were never judged, the newest first, as many as a night takes; return how many were."""
    return _judged(list(_unjudged().order_by("-day", "-pk").values_list("pk", flat=True)[:NIGHTLY]))


def _unjudged() -> QuerySet[Activity]:
    return Activity.objects.filter(building_from="").exclude(state__in=UNSUBMITTED).order_by()


def _judged(ids: list[int]) -> int:
    changed = 0
    for start in range(0, len(ids), LOT):
        rows = Activity.objects.filter(pk__in=ids[start : start + LOT]).exclude(state__in=UNSUBMITTED)
        # What a person has chosen of both stays whatever the words say.
        rows = rows.exclude(Q(way_from="person") & Q(building_from="person"))
        records = list(rows.select_related("organisation").prefetch_related("kinds", "hosts"))
        changed += natures_keep(records, natures_of(records))
    return changed
