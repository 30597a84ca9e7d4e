"""Fills an empty PostgreSQL database with an agency of a size; only for measuring, never for use."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection
from django.utils import timezone

from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.audit import guards
from branches.places import tree
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from common.operator import OPERATOR
from members.activities.models import Activity
from responsibilities.duties.models import LEVEL_ORDER, DutyList, Level
from responsibilities.duties.services.lists import duty_lists_issue, duty_lists_make
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import StageEvidence, SyncStage, SyncStageKind, WorkCarrier, WorkItem

YEAR = 2026


@dataclass(frozen=True)
class Size:
    branches: int
    members: int
    activities: int
    attendance: int


SIZES = {
    "S": Size(50, 1_500, 6_000, 60_000),
    "M": Size(500, 10_000, 60_000, 600_000),
    "L": Size(5_000, 100_000, 600_000, 6_000_000),
}


def build(size):
    """Make the tree through the interval columns and the rows by generate_series; then let the planner count."""
    root = tree.organisation_create(by=OPERATOR, name="党组", kind="party_group", founded=date(2000, 1, 1))
    committee = tree.organisation_create(
        by=OPERATOR, name="机关党委", kind="committee", parent=root, founded=date(2000, 1, 1)
    )
    guards.remove_audit_guards()
    with connection.cursor() as cursor:
        _branches(cursor, committee, size)
        with _without_indexes(cursor):
            _rows(cursor, size)
    guards.install_audit_guards()
    tree.rebuild()
    _accounts()
    _work(committee)
    _duties()
    _supervisions(root)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# The tables that grow with the records; everything else is small beside them.
_LARGE = (
    *("members_activity", "members_activitykind", "members_activityjudgement", "members_resolution"),
    *("members_attendance", "members_member", "members_membership", "members_stagespell"),
)


@contextmanager
def _without_indexes(cursor):
    """Write the large tables first and index them afterwards: with every row that costs three times as much.

    Keys of other tables are not compared meanwhile either: the rows are made of ids that were read from these.
    """
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes i WHERE tablename = ANY(%s) AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
        [list(_LARGE)],
    )
    indexes = cursor.fetchall()
    for table in _LARGE:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    cursor.execute("SET maintenance_work_mem = '256MB'")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    cursor.execute("RESET maintenance_work_mem")
    for table in _LARGE:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def _branches(cursor, committee, size):
    general = max(1, size.branches // 25)
    insert = (
        "INSERT INTO branches_organisation (name, name_key, short_name, initials, kind, parent_id, founded, lft, rght, tree_id,"
        " level, version) SELECT %s || i, %s || i, %s || i, '', %s, {parent}, '2000-01-01', 0, 0, 1, {level}, 1"
        " FROM generate_series(1, %s) i"
    )
    word = ["党总支"] * 3
    cursor.execute(insert.format(parent="%s", level=2), [*word, "general_branch", committee.pk, general])
    cursor.execute("SELECT min(id) FROM branches_organisation WHERE kind = 'general_branch'")
    first = cursor.fetchone()[0]
    word = ["党支部"] * 3
    cursor.execute(insert.format(parent="%s + i %% %s", level=3), [*word, "branch", first, general, size.branches])
    cursor.execute(
        "INSERT INTO branches_organisationversion (organisation_id, name, short_name, kind, parent_id, starts)"
        " SELECT id, name, short_name, kind, parent_id, founded FROM branches_organisation o"
        " WHERE NOT EXISTS (SELECT 1 FROM branches_organisationversion v WHERE v.organisation_id = o.id)"
    )


def _accounts():
    """A secretary's account for each branch; the grants of the first, made as users do, are copied for the others."""
    branches = Organisation.objects.filter(kind="branch").order_by("pk").values_list("pk", flat=True)
    users = User.objects.bulk_create(User(username=f"s{pk}", name=f"书记{pk}") for pk in branches)
    model = User.objects.create(username="model", name="第一任书记")
    made = appointment_make(
        by=OPERATOR, user=model, role="branch_secretary", organisation=Organisation.objects.get(pk=branches[0])
    )
    Appointment.objects.bulk_create(
        Appointment(user=user, role=made.role, organisation_id=pk, starts=date(2020, 1, 1))
        for user, pk in zip(users, branches, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO branches_organisationgrant (user_id, permission_id, content_object_id, appointment_id, starts, below)"
            " SELECT a.user_id, g.permission_id, a.organisation_id, a.id, a.starts, g.below FROM branches_appointment a"
            " CROSS JOIN branches_organisationgrant g WHERE g.appointment_id = %s AND a.id <> %s",
            [made.pk, made.pk],
        )


def _rows(cursor, size):
    first = Organisation.objects.filter(kind="branch").order_by("pk").values_list("pk", flat=True).first()
    values = _member(size, first)
    cursor.execute(
        f"INSERT INTO members_member ({', '.join(values)}) SELECT {', '.join(values.values())}"  # nosec B608 names and numbers of ours
        f" FROM generate_series(0, {size.members} - 1) i"
    )
    cursor.execute(
        "INSERT INTO members_membership (member_id, organisation_id, starts, reason) SELECT id, home_id, joined_on, '' FROM members_member"
    )
    # Rosters of a day read the stages of the day; without a day on which somebody became a full member he is on probation.
    cursor.execute(
        "INSERT INTO members_stagespell (member_id, stage, starts) SELECT id, 'probationary', joined_on FROM members_member"
    )
    # The year that is measured at full density, two earlier ones at a third: what grows with history shows.
    for year, share in ((YEAR - 2, 3), (YEAR - 1, 3), (YEAR, 1)):
        _records(cursor, size, first, year, size.activities // share)


def _member(size, first):
    """Return {column: SQL of its value} of the member number i."""
    empty = ("sex", "identity", "phone", "ethnicity", "education", "work_post", "exempt_reason", "remark")
    return {
        "uid": "gen_random_uuid()",
        "name": "'员' || i",
        "initials": "'y'",
        **dict.fromkeys(empty, "''"),
        "stage": "'full'",
        "joined_on": "DATE '2010-01-01'",
        "led_by_case": "FALSE",
        "home_id": f"{first} + i % {size.branches}",
        "version": "1",
    }


def _columns(size, first, year):
    """Return {column: SQL of its value} of the record number i of a year."""
    return {
        "uid": "gen_random_uuid()",
        "organisation_id": f"{first} + i % {size.branches}",
        "title": "'活动'",
        "day": f"DATE '{year}-01-01' + (i * 7 % 327)",
        "place": "''",
        "chair_name": "''",
        "recorder_name": "''",
        "lecturer_name": "''",
        "content": "''",
        "valid": "true",
        # One in a hundred waits for its review, one in three hundred was returned.
        "state": "CASE WHEN i % 100 = 7 THEN 'submitted' WHEN i % 300 = 11 THEN 'returned' ELSE 'accepted' END",
        "submitted_at": f"TIMESTAMPTZ '{year}-01-02 04:00+00' + (i * 7 % 327) * INTERVAL '1 day'",
        "origin": "'import'",
        "ordinal": "1",
        "edited_by_hand": "false",
        "created": "now()",
        "changed": "now()",
        "accepted_together": "false",
        "topics": "'[]'::jsonb",
        "no_reviewer": "false",
        "return_reason": "''",
        "return_field": "''",
        "answer": "''",
        "cancel_reason": "''",
        "way": "''",
        "building": "''",
        "way_from": "''",
        "building_from": "''",
        "late": "i % 10 = 0",
        "version": "1",
    }


def _records(cursor, size, first, year, number):
    """Write `number` records of a year with one kind each, their attendance and resolutions; first: the lowest id of a branch."""
    cursor.execute("SELECT COALESCE(max(id), 0) FROM members_activity")
    before = cursor.fetchone()[0]
    columns = _columns(size, first, year)
    cursor.execute(
        f"INSERT INTO members_activity ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
        f" FROM generate_series(0, {number} - 1) i"
    )
    cursor.execute(
        "INSERT INTO members_activitykind (activity_id, kind, made_up) SELECT id,"
        " (ARRAY['theme_day','committee_meeting','assembly','lecture','talk'])[1 + id %% 5], true"
        " FROM members_activity WHERE id > %s",
        [before],
    )
    cursor.execute(
        "INSERT INTO members_activityjudgement (activity_id, organisation_id, kind, valid, late, body)"
        " SELECT a.id, a.organisation_id, k.kind, true, a.late, ''"
        " FROM members_activity a JOIN members_activitykind k ON k.activity_id = a.id WHERE a.id > %s",
        [before],
    )
    # Every third record passed a resolution to be carried out; most of them were, some late, some not at all.
    cursor.execute(
        "INSERT INTO members_resolution (activity_id, \"order\", text, due, done_on) SELECT id, 1, '决议', day + 20,"
        " (ARRAY[day + 10, day + 15, day + 30, NULL])[1 + id %% 4] FROM members_activity WHERE id > %s AND id %% 3 = 0",
        [before],
    )
    cursor.execute("SELECT min(id) FROM members_member")
    member = cursor.fetchone()[0]
    cursor.execute(
        "INSERT INTO members_attendance (activity_id, member_id, organisation_id, state, reason)"
        " SELECT a.id, %s + (a.organisation_id - %s) + (n %% %s) * %s, a.organisation_id,"
        " (ARRAY['present','present','present','leave','absent'])[1 + (a.id + n) %% 5], ''"
        " FROM members_activity a CROSS JOIN generate_series(0, %s - 1) n WHERE a.id > %s",
        [member, first, size.members // size.branches, size.branches, size.attendance // size.activities, before],
    )


def _work(committee):
    """One work item for each branch, carried by it and its neighbour, with four stages in the year; most of them proved."""
    branches = list(Organisation.objects.filter(kind="branch").order_by("pk").values_list("pk", flat=True))
    items = WorkItem.objects.bulk_create(
        WorkItem(organisation=committee, name=f"重点业务{number}", starts=date(YEAR, 1, 1), ends=date(YEAR, 12, 20))
        for number in range(len(branches))
    )
    WorkCarrier.objects.bulk_create(
        WorkCarrier(item=item, organisation_id=branches[(place + step) % len(branches)], leads=step == 0)
        for place, item in enumerate(items)
        for step in range(2)
    )
    stages = SyncStage.objects.bulk_create(
        SyncStage(item=item, stage=kind, happened_on=date(YEAR, 1 + (3 * order + place) % 10, 9))
        for place, item in enumerate(items)
        for order, kind in enumerate(SyncStageKind)
    )
    StageEvidence.objects.bulk_create(_links(branches, stages))


def _links(branches, stages):
    """Confirmed links of most stages, each to a meeting of the branch that leads the item."""
    meetings = {place: [] for place in branches}
    rows = Activity.objects.filter(kinds__kind__in=("assembly", "theme_day", "lecture"), organisation__in=branches)
    for place, record in rows.order_by("pk").values_list("organisation", "pk"):
        meetings[place].append(record)
    for number, stage in enumerate(stages):
        place = branches[number // len(SyncStageKind)]
        own = meetings[place]
        if own and number % 4:
            yield StageEvidence(
                stage=stage,
                activity_id=own[number % len(own)],
                branch_id=place,
                sentence="讨论了这项业务的分工和时限",
                confirmed_at=timezone.now(),
            )


def _duties():
    """The lists of the year at all levels but the members' own, which no fact counts, made and issued as users do."""
    levels = [level for level in LEVEL_ORDER if level != Level.MEMBER]
    duty_lists_make(by=OPERATOR, year=YEAR, levels=levels)
    lists = list(DutyList.objects.filter(year=YEAR))
    duty_lists_issue(by=OPERATOR, lists=lists, document="测量〔2026〕1号", issued_on=date(YEAR, 2, 1))


def _supervisions(root):
    """Four notices to each branch over the year: two answered in time, one late, one not at all."""
    branches = Organisation.objects.filter(kind="branch").order_by("pk").values_list("pk", flat=True)
    rows = []
    for place in branches:
        for step, answered in enumerate((20, 40, 9, None)):
            due = date(YEAR, 2 + 2 * step, 10 + place % 15)
            rows.append(
                Supervision(
                    organisation_id=place,
                    issued_from=root,
                    year=YEAR,
                    number=len(rows) + 1,
                    title="督查事项",
                    expected="报送情况",
                    due=due,
                    first_due=due,
                    issued_at=_noon(due.replace(day=1)),
                    state="open" if answered is None else "closed",
                    answered_at=None if answered is None else _noon(due.replace(day=min(28, answered))),
                    answered_late=answered is not None and min(28, answered) > due.day,
                    closed_at=None if answered is None else _noon(date(YEAR, due.month, 28)),
                )
            )
    Supervision.objects.bulk_create(rows, batch_size=2000)


def _noon(day):
    return timezone.make_aware(datetime.combine(day, time(12)))
