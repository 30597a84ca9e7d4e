"""Who may import a row, what is written meanwhile, and sheets beside the ledger."""

from datetime import date

import pytest

from branches.audit.models import AuditEntry
from branches.reach import access
from branches.reach.models import Appointment
from common.operator import OPERATOR
from members.imports.agency import import_files, plan_files
from members.roster.models.members import Member
from members.roster.services.members import member_create
from tests.members.imports.rows import ACTIVITY_HEADS, MEMBER_HEADS, meeting, person, refused, staff_at
from tests.members.imports.support import row_counts, run, written
from tests.world import FOUNDED, identity

pytestmark = pytest.mark.django_db


def test_a_row_naming_a_sister_branch_is_refused_under_the_importers_reach(world, members, activities):
    staff_at(world, "branch_a")
    before = row_counts()
    refused(
        members(person(所在党支部="乙处党支部"), username="outsider"), "row 2: 所在党支部: 没有找到党组织“乙处党支部”"
    )
    refused(activities(meeting(), username="outsider"), "row 2: 党组织: 没有找到党组织“乙处党支部”")
    assert row_counts() == before
    assert members(person(), username="outsider")[0] == 0
    assert AuditEntry.objects.get(verb="member.create", object_name="新党员").actor_id == world.outsider.pk


def test_a_sister_branch_is_answered_like_one_that_does_not_exist(world, activities):
    staff_at(world, "branch_a")
    there = refused(activities(meeting(党组织="乙处党支部"), username="outsider"), "row 2: 党组织")
    nowhere = refused(activities(meeting(党组织="丁处党支部"), username="outsider"), "row 2: 党组织")
    assert there.replace("乙处", "X").split("，是否为")[0] == nowhere.replace("丁处", "X").split("，是否为")[0]


def test_a_member_registered_outside_the_reach_is_not_pulled_in(world, members):
    staff_at(world, "branch_a")
    refused(members(person("乙一", 7), username="outsider"), "row 2: 公民身份号码: ")
    assert Member.objects.get(name="乙一").home == world.branch_b


def test_accounts_without_the_right_import_nothing(world, members):
    for username in ("secretary_a", "auditor", "nobody_at_all"):
        code, _, errors = members(person(), username=username)
        assert code == 1 and username in errors[0]


def test_rights_that_end_between_plan_and_write_stop_everything(world, tmp_path, monkeypatch):
    user = staff_at(world, "branch_a")
    path = written(tmp_path, "members", [MEMBER_HEADS, person()])
    from members.imports import agency

    planned = agency.plan_files

    def plan_then_lose(*args, **options):
        plans = planned(*args, **options)
        Appointment.objects.filter(user=user).update(ends=FOUNDED)
        access.sync_grants(Appointment.objects.get(user=user))
        return plans

    monkeypatch.setattr(agency, "plan_files", plan_then_lose)
    before = Member.objects.count()
    with pytest.raises(Exception) as refusal:
        import_files(user, {"members": (path, path.name)})
    assert type(refusal.value).__name__ in ("Http404", "Forbidden")
    assert Member.objects.count() == before


def test_somebody_elses_write_between_plan_and_write_makes_the_plan_anew(world, tmp_path, monkeypatch):
    path = written(tmp_path, "members", [MEMBER_HEADS, person("同时登记", 46)])
    from members.imports import agency

    planned, rounds = agency.plan_files, []

    def plan_then_meddle(*args, **options):
        plans = planned(*args, **options)
        rounds.append(1)
        if len(rounds) == 1:
            member_create(
                by=OPERATOR,
                branch=world.branch_a,
                name="同时登记",
                stage="full",
                joined_on=date(2018, 3, 1),
                identity=identity(46),
            )
        return plans

    monkeypatch.setattr(agency, "plan_files", plan_then_meddle)
    plans = import_files(OPERATOR, {"members": (path, path.name)})
    assert len(rounds) == 2 and plans[0].counts["unchanged"] == 1
    assert Member.objects.filter(name="同时登记").count() == 1


def test_a_unique_row_written_after_the_check_makes_the_plan_anew(world, tmp_path, monkeypatch):
    path = written(tmp_path, "members", [MEMBER_HEADS, person("抢先登记", 52)])
    from members.imports import agency

    write, rounds = agency.write_plans, []

    def collide_once(plans, by):
        rounds.append(1)
        if len(rounds) == 1:
            Member.objects.first().memberships.create(organisation=world.branch_a, starts=date(2026, 1, 1))
        return write(plans, by)

    monkeypatch.setattr(agency, "write_plans", collide_once)
    agency.import_files(OPERATOR, {"members": (path, path.name)})
    assert len(rounds) == 2 and Member.objects.filter(name="抢先登记").count() == 1


def test_known_names_come_from_any_row_also_from_a_wrong_one(world, tmp_path):
    files = {
        "members": written(tmp_path, "members", [MEMBER_HEADS, person("待改正", 47, 人员类别="团员")]),
        "activities": written(tmp_path, "activities", [ACTIVITY_HEADS, meeting(主持人="待改正")]),
    }
    plans = plan_files(OPERATOR, {ledger: (path, path.name) for ledger, path in files.items()})
    assert [(f.ledger, f.row, f.heading) for plan in plans for f in plan.errors] == [("members", 2, "人员类别")]


def test_other_sheets_of_the_same_form_are_named_and_can_be_chosen(world, tmp_path):
    from tests.common.tabular.workbooks import workbook

    path = tmp_path / "members.xlsx"
    path.write_bytes(
        workbook(
            {
                "一支部": [MEMBER_HEADS, person("甲表", 48), person("甲表二", 49)],
                "二支部": [MEMBER_HEADS, person("乙表", 50)],
            }
        )
    )
    code, out, _ = run("import_members", path, verbosity=2)
    assert code == 0 and "同样格式的还有：二支部" in out
    assert run("import_members", path, sheet="二支部")[0] == 0
    assert set(Member.objects.filter(name__contains="表").values_list("name", flat=True)) == {"甲表", "甲表二", "乙表"}
