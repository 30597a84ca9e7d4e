"""The ledgers of a whole agency, imported once and compared row by row with an independent reading of the workbooks."""

from collections import Counter
from datetime import date

import pytest

from branches.audit.models import AuditEntry
from branches.places import tree
from branches.places.models.departments import Coverage
from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from common import clock
from common.fields import reveal
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityState, Attendance
from members.activities.selectors.rosters import expected
from members.roster.models.members import Member
from members.roster.models.posts import Post
from members.roster.services.members import member_transfer, member_update
from tests.members.imports.ledger_reader import Ledger, bare, day, plain
from tests.members.imports.support import empty_installation, row_counts, run
from tests.paths import DATA

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def agency(django_db_setup, django_db_blocker):
    """One import for all tests of this file; each test's own writes are rolled back."""
    with empty_installation(django_db_blocker):
        first = AuditEntry.objects.count()
        code, out, errors = run("import_agency", DATA / "agency")
        assert (code, errors) == (0, []), errors
        yield {"out": out, "audited": AuditEntry.objects.count() - first}


@pytest.fixture(scope="module")
def ledger():
    return Ledger()


def test_the_counts_are_those_of_the_ledgers(agency):
    assert Organisation.objects.count() == 36
    assert Member.objects.count() == 159
    assert Member.objects.filter(stage="probationary").count() == 7
    assert Activity.objects.count() == 494
    assert "党组织新增 36" in agency["out"] and "活动新增 494" in agency["out"]


def test_the_tree_is_well_formed_and_in_the_order_of_the_ledger(ledger):
    assert tree.check_tree() == []
    assert {row.name: getattr(row.parent, "name", None) for row in Organisation.objects.all()} == ledger.parents
    for parent in Organisation.objects.all():
        children = [child.name for child in parent.children.order_by("lft")]
        assert children == [name for name in ledger.order if ledger.parents[name] == parent.name]


def test_terms_and_departments_come_with_the_organisations():
    assert Term.objects.get(organisation__short_name="机关党委").expires == date(2028, 1, 14)
    assert Term.objects.count() == 19
    assert Coverage.objects.get(department__name="投资处").organisation.short_name == "投资处党支部"
    assert Coverage.objects.count() == 15


def test_every_member_is_as_written(ledger):
    members = {member.name: member for member in Member.objects.all()}
    assert set(members) == {person["name"] for person in ledger.people}
    for person in ledger.people:
        member = members[person["name"]]
        membership = member.memberships.get()
        assert reveal(member, "identity") == person["identity"]
        assert member.get_stage_display() == person["category"]
        assert (member.joined_on, member.full_on) == (person["joined"], person["full"])
        assert membership.organisation.name == person["branch"]
        assert getattr(membership.small_group, "name", None) == person["group"]
        assert (membership.starts, membership.ends) == (person["starts"], None)


def test_posts_have_no_start_and_do_not_end():
    assert Post.objects.filter(kind="secretary").count() == 16
    assert not Post.objects.exclude(starts=None, ends=None).exists()


def test_no_number_stands_in_the_clear(ledger):
    stored = " ".join(map(str, Member.objects.values_list("identity", "phone", "identity_index")))
    trail = " ".join(AuditEntry.objects.filter(object_type="member").values_list("payload", flat=True))
    for person in ledger.people:
        assert person["identity"] not in stored and person["identity"] not in trail


def _found(ledger, row):
    """Return the record of a ledger row by its key and figures."""
    on, place = day(row["日期"]), ledger.places[bare(row["党组织"])]
    found = Activity.objects.filter(day=on, organisation__name=place, title=plain(row["主题"]))
    return [activity for activity in found if activity.written_present == int(plain(row["实到"]))][0]


def test_attendance_of_every_row_follows_from_roster_absentees_and_figures(ledger):
    names = dict(Member.objects.values_list("pk", "name"))
    seen = Counter()
    for number, row in ledger.activities:
        activity = _found(ledger, row)
        rows = activity.attendance.values_list("member", "state", "reason")
        assert {names[pk]: (state, reason) for pk, state, reason in rows} == ledger.attendance(row), number
        unknown = set(ledger.absentees(row["缺席人员及原因"])) - set(ledger.attendance(row))
        assert {text.name for text in activity.unknown_absentees.all()} == unknown, number
        seen.update(state for _, state, _ in rows)
    assert seen == Counter(Attendance.objects.values_list("state", flat=True))
    assert seen["present"] and seen["leave"] and seen["not_recorded"]


def test_the_quorum_of_every_row_leaves_probationers_out(ledger):
    below = 0
    for number, row in ledger.activities:
        activity = _found(ledger, row)
        assert (activity.voters_expected, activity.voters_present) == ledger.voters(row), number
        if activity.voters_expected is not None:
            needed = activity.voters_expected // 2 + 1
            half = -(-activity.voters_expected // 2)
            assert activity.valid == (activity.voters_present >= needed) or activity.voters_present == half, number
        below += not activity.valid
    assert below == Activity.objects.filter(valid=False).count() >= 1


def test_the_roster_of_the_plan_is_the_roster_of_the_pages():
    for activity in Activity.objects.select_related("organisation").prefetch_related("kinds")[:40]:
        on_page = {member.pk for member in expected(activity.organisation, activity.codes, activity.day)}
        assert on_page <= set(activity.attendance.values_list("member", flat=True))


def test_imported_records_are_accepted_without_reviewer_and_never_late():
    plain_rows = {
        "origin": "import",
        "state": ActivityState.ACCEPTED,
        "submitted_at": None,
        "reviewer": None,
        "late": False,
        "no_reviewer": False,
    }
    assert Activity.objects.filter(**plain_rows).count() == 494


def test_every_object_has_one_entry_and_the_import_one_more(agency):
    departments, extra = 15, 1
    wanted = 36 + 159 + 494 + Post.objects.count() + Term.objects.count() + Coverage.objects.count()
    assert agency["audited"] == wanted + departments + extra
    note = AuditEntry.objects.get(verb="import").payload
    assert "党员新增 159" in note


def test_a_second_import_writes_nothing_at_all():
    before = row_counts()
    code, out, errors = run("import_agency", DATA / "agency")
    assert (code, errors) == (0, [])
    assert "党组织新增 0、更改 0、不变 36；党员新增 0、更改 0、不变 159；活动新增 0、更改 0、不变 494" in out
    assert row_counts() == before


def test_what_was_changed_by_hand_is_left_alone_and_named():
    organisation = Organisation.objects.get(short_name="投资处党支部")
    tree.organisation_update(by=OPERATOR, organisation=organisation, short_name="投资支部")
    member = Member.objects.order_by("pk").first()
    member_update(by=OPERATOR, member=member, work_post="人工填写的岗位")
    moved = Member.objects.order_by("pk").last()
    member_transfer(by=OPERATOR, member=moved, branch=organisation, on=clock.today())
    activity = Activity.objects.filter(organisation__short_name="能源处党支部").first()
    Activity.objects.filter(pk=activity.pk).update(title="人工改过的主题", edited_by_hand=True)
    before = row_counts()
    code, out, _ = run("import_agency", DATA / "agency", verbosity=2)
    assert code == 0 and row_counts() == before
    assert out.count("已登记，且经人工登记或修改，未按表更改") == 4
    assert Organisation.objects.get(pk=organisation.pk).short_name == "投资支部"
    assert Member.objects.get(pk=member.pk).work_post == "人工填写的岗位"
    assert Member.objects.get(pk=moved.pk).home == organisation
    assert Activity.objects.get(pk=activity.pk).title == "人工改过的主题"


def test_a_record_that_only_the_ledger_changed_follows_the_ledger():
    activity = Activity.objects.filter(attendance__state="leave").first()
    Activity.objects.filter(pk=activity.pk).update(title="从前的主题")
    activity.attendance.all().delete()
    code, out, _ = run("import_agency", DATA / "agency")
    assert code == 0 and "活动新增 0、更改 1、不变 493" in out
    again = Activity.objects.get(pk=activity.pk)
    assert again.title == activity.title and again.attendance.filter(state="leave").exists()
    assert AuditEntry.objects.filter(verb="activity.import", object_id=activity.pk).count() == 2
    assert run("import_agency", DATA / "agency")[1].count("更改 0") == 3


def test_dry_run_writes_nothing_and_says_so():
    before = row_counts()
    code, out, _ = run("import_agency", DATA / "agency", dry_run=True)
    assert code == 0 and "试运行，未写入" in out and row_counts() == before


def test_a_returned_import_counts_as_touched_by_hand():
    activity = Activity.objects.first()
    Activity.objects.filter(pk=activity.pk).update(state=ActivityState.RETURNED, title="退回后改过")
    _, out, _ = run("import_agency", DATA / "agency", verbosity=2)
    assert "活动新增 0、更改 0、不变 494" in out
    assert Activity.objects.get(pk=activity.pk).title == "退回后改过"
