"""Write planned activities in bulk, with kinds, attendance and one audit entry each. The caller holds the transaction."""

from django.db.models import F

from branches import audit
from branches.imports.report import NEW
from branches.jobs.marks import marks_of
from branches.jobs.models import ChangeMark
from branches.reach import access
from branches.reach.rights import IMPORT
from common import clock, progress
from common.database import columns_of, write_changed
from common.operator import OPERATOR
from members.activities.judgement import Judged, judge, judgements_keep
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
    access.require_each(by, IMPORT, by_place)
    new = [item for item in items if item.action == NEW]
    for start in range(0, len(new), CHUNK):
        _create(new[start : start + CHUNK], by)
        progress.tick(len(new[start : start + CHUNK]))
    changed = [item for item in items if item.action != NEW]
    for start in range(0, len(changed), CHUNK):
        _change(changed[start : start + CHUNK], by)
        progress.tick(len(changed[start : start + CHUNK]))
    marks = []
    for pk, there in by_place.items():
        # What was changed may have had other kinds before.
        kinds = {kind for item in there for kind in item.codes} if all(item.action == NEW for item in there) else ()
        days = [day for item in there for day in (item.day, item.columns.get("makes_up_for") or item.day)]
        marks += marks_of([pk], days, "activity", kinds=kinds)
    ChangeMark.objects.bulk_create(marks, batch_size=CHUNK)
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
        rows=(audit.Row(a, item.place.pk, _name(item), audit.snapshot(a)) for a, item in pairs),
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


def _judged(activity, item):
    """Return what members/activities/judgement.py would say of a record of a ledger, from figures that are at hand."""
    return [
        Judged(
            item.place.pk,
            kind,
            item.quorums[kind],
            False,
            activity.makes_up_for if kind in item.made_up else None,
            None,
        )
        for kind in item.codes
    ]


def _write_judgements(pairs):
    ActivityJudgement.objects.bulk_create(
        (one.row(activity) for activity, item in pairs for one in _judged(activity, item)), batch_size=2000
    )


def _change(items, by):
    """Write what the ledger says otherwise of at most CHUNK records: as many statements for all as for one."""
    rows = Activity.objects.select_for_update(of=("self",)).select_related("organisation")
    rows = rows.prefetch_related("kinds", "hosts").order_by("pk")
    found = rows.in_bulk([item.existing for item in items])
    pairs = [(found[item.existing], item) for item in items]
    before = {pk: audit.snapshot(activity) for pk, activity in found.items()}
    _set_columns(pairs)
    _set_made_up(pairs)
    # Of its own people alone: a host that keeps its attendance itself keeps it.
    Attendance.objects.filter(activity__in=found, organisation=F("activity__organisation")).delete()
    AbsenteeText.objects.filter(activity__in=found).delete()
    _write_attendance(pairs)
    judgements_keep([(a, _judged(a, item) if _stands_alone(a, item) else judge(a)) for a, item in pairs])
    audit.record_many(
        by=by,
        verb="activity.import",
        rows=(audit.Row(a, item.place.pk, str(a), audit.snapshot(a), before[a.pk]) for a, item in pairs),
    )


def _set_columns(pairs):
    moment = clock.now()
    before = [(activity, columns_of(activity)) for activity, _ in pairs]
    for activity, item in pairs:
        for name, value in _columns(item).items():
            setattr(activity, name, value)
        activity.version += 1
        activity.changed = moment
        # The constraints of the table ask the database for each row; it holds them itself when the rows are written.
        left_out = ["organisation", "author", "chair", "reviewer", "uid", "form_key"]
        activity.full_clean(exclude=left_out, validate_constraints=False)
    write_changed(before, version=F("version") + 1, changed=moment)


def _set_made_up(pairs):
    moved = [row for a, item in pairs for row in a.kinds.all() if row.made_up != (row.kind in item.made_up)]
    for row in moved:
        row.made_up = not row.made_up
    ActivityKind.objects.bulk_update(moved, ["made_up"], batch_size=CHUNK)


def _stands_alone(activity, item):
    """Whether the plan has all that the judgement of a record rests on: figures, and nobody who sent it or holds it too."""
    return (
        item.columns["written_expected"] is not None
        and activity.submitted_at is None
        and not activity.late
        and not activity.hosts.all()
    )
