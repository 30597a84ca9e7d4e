"""Write planned activities in bulk, with kinds, attendance and one audit entry each. The caller holds the transaction."""

from branches import audit
from branches.imports.report import NEW
from branches.jobs.marks import mark_days
from branches.reach import access
from branches.reach.rights import IMPORT
from common import clock, progress
from common.operator import OPERATOR
from members.activities.judgement import Judged, judgements_write
from members.activities.models import (
    AbsenteeText,
    Activity,
    ActivityJudgement,
    ActivityKind,
    ActivityKindCode,
    ActivityState,
    Attendance,
)
from members.activities.quorum import figures

CHUNK = 500


def apply_activities(items, by):
    """Write the ActivityItems; returns how many. Rights are asked again at every organisation (access rule 3)."""
    by_place = {}
    for item in items:
        by_place.setdefault(item.place.pk, []).append(item)
    for pk in by_place:
        access.require(by, IMPORT, pk)
    new = [item for item in items if item.action == NEW]
    for start in range(0, len(new), CHUNK):
        _create(new[start : start + CHUNK], by)
        progress.tick(len(new[start : start + CHUNK]))
    for item in items:
        if item.action != NEW:
            _change(item, by)
            progress.tick()
    for pk, there in by_place.items():
        # What was changed may have had other kinds before.
        kinds = {kind for item in there for kind in item.codes} if all(item.action == NEW for item in there) else ()
        days = [day for item in there for day in (item.day, item.columns.get("makes_up_for") or item.day)]
        mark_days([pk], days, "activity", kinds=kinds)
    return len(items)


def _columns(item):
    return {
        **item.columns,
        "chair_id": item.chair.pk if item.chair is not None else None,
        **figures(item.quorums),
    }


def _create(items, by):
    moment = clock.now()
    activities = Activity.objects.bulk_create(
        Activity(
            organisation_id=item.place.pk,
            day=item.day,
            state=ActivityState.ACCEPTED,
            origin="import",
            ordinal=item.ordinal,
            author=None if by is OPERATOR else by,
            created=moment,
            changed=moment,
            **_columns(item),
        )
        for item in items
    )
    pairs = list(zip(activities, items, strict=True))
    ActivityKind.objects.bulk_create(
        ActivityKind(activity=a, kind=kind, made_up=kind in item.made_up) for a, item in pairs for kind in item.codes
    )
    _write_attendance(pairs)
    _write_judgements(pairs)
    audit.record_many(
        by=by,
        verb="activity.import",
        rows=((a, item.place.pk, _name(item), audit.snapshot(a)) for a, item in pairs),
    )


def _name(item):
    return f"{'＋'.join(ActivityKindCode(code).label for code in item.codes)} {item.day:%m-%d}"


def _write_attendance(pairs):
    Attendance.objects.bulk_create(
        (
            Attendance(
                activity=activity, member_id=person.pk, organisation_id=item.place.pk, state=state, reason=reason
            )
            for activity, item in pairs
            for person, state, reason in item.states()
        ),
        batch_size=2000,
    )
    AbsenteeText.objects.bulk_create(
        AbsenteeText(activity=activity, name=name, reason=reason)
        for activity, item in pairs
        for name, reason in item.unknown
    )


def _write_judgements(pairs):
    """What members/activities/judgement.py would say of these records, from figures that are at hand."""
    ActivityJudgement.objects.bulk_create(
        (
            Judged(
                item.place.pk,
                kind,
                item.quorums[kind],
                False,
                activity.makes_up_for if kind in item.made_up else None,
                None,
            ).row(activity)
            for activity, item in pairs
            for kind in item.codes
        ),
        batch_size=2000,
    )


def _change(item, by):
    activity = Activity.objects.select_for_update().get(pk=item.existing)
    with audit.change(by=by, verb="activity.import", obj=activity, organisation=item.place.pk):
        for name, value in _columns(item).items():
            setattr(activity, name, value)
        activity.version += 1
        activity.changed = clock.now()
        activity.full_clean(exclude=["organisation", "author", "chair", "reviewer", "uid", "form_key"])
        activity.save()
        for row in activity.kinds.all():
            row.made_up = row.kind in item.made_up
            row.save(update_fields=["made_up"])
        Attendance.objects.filter(activity=activity, organisation=item.place.pk).delete()
        AbsenteeText.objects.filter(activity=activity).delete()
        _write_attendance([(activity, item)])
        judgements_write(activity)
