"""A record counts by kind and by host (judgement 1): each case as it was tried on the product."""

import importlib
from datetime import date, timedelta

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse

from common import clock
from common.periods import Period
from members.activities.judgement import judge, judgements_write
from members.activities.models import Activity, ActivityJudgement
from members.activities.selectors.rosters import committee, roster
from members.activities.services.hosts import host_confirm
from members.activities.services.records import activity_update, record_data
from members.activities.services.states import activity_return, activity_submit, activity_withdraw
from members.roster.services.members import post_give
from responsibilities.requirements.selectors import found_words, one_requirement
from tests.members.activities.records import draft, filled, only, submitted
from tests.responsibilities.random_year import Agency

DAY = date(2026, 10, 14)


@pytest.fixture(autouse=True)
def _in_october():
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False):
        yield


@pytest.fixture
def seats(world):
    """Three seats on the committee of branch A."""
    people = world.people("branch_a")
    held = {member.pk for member in committee(world.branch_a, DAY)}
    for person, kind in zip([one for one in people if one.pk not in held], ("organisation", "publicity", "discipline")):
        if len(held) < 3:
            post_give(by=world.staff, member=person, organisation=world.branch_a, kind=kind)
            held.add(person.pk)
    return committee(world.branch_a, DAY)


def voters(place):
    return [member for member in roster(place, DAY) if not member.probationary_on(DAY)]


def away(place, members):
    """Attendance of everybody but `members`, as the form or the service takes it."""
    return dict.fromkeys(members, "absent")


def judged(record, place):
    return {row.kind: row.valid for row in record.judgements.filter(organisation=place)}


def row_of(place, rule, period="2026-10", as_of=None):
    return one_requirement(place, rule, Period.parse(period), as_of)


def test_a_committee_meeting_does_not_count_because_an_assembly_was_held_the_same_evening(world, seats, as_):
    states = away(world.branch_a, seats[1:])
    others = [member for member in voters(world.branch_a) if member not in seats]
    assert len(seats) == 3 and 2 * (len(others) + 1) >= len(voters(world.branch_a))
    data = filled(world.branch_a, ("assembly", "committee_meeting"), DAY, states, do="submit")
    assert as_("secretary_a").post(reverse("activity_new"), data).status_code == 302
    record = only()
    assert judged(record, world.branch_a) == {"assembly": True, "committee_meeting": False}
    assert row_of(world.branch_a, "life-assembly-q", "2026Q4").done == 1
    owed = row_of(world.branch_a, "life-committee-m")
    assert owed.done == 0 and found_words(owed) == "10月14日的记录不计入：到会 1 人，不足法定人数 2 人"
    # Its resolutions are those of the assembly, which was quorate.
    assert record.valid
    page = as_("secretary_a").get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "支委会不计入任何应办事项" in page


def test_below_the_quorum_of_its_assembly_a_record_still_is_a_theme_day_and_a_lecture(world, as_):
    whole = voters(world.branch_a)
    data = filled(
        world.branch_a,
        ("assembly", "theme_day", "lecture"),
        DAY,
        away(world.branch_a, whole[2:]),
        do="submit",
    )
    checks = as_("secretary_a").post(reverse("activity_checks"), data).content.decode()
    assert "支部党员大会不计入任何应办事项，会议决议无效" in checks
    assert as_("secretary_a").post(reverse("activity_new"), data).status_code == 302
    assert judged(only(), world.branch_a) == {"assembly": False, "theme_day": True, "lecture": True}
    assert row_of(world.branch_a, "life-theme-day").done == 1
    assert row_of(world.branch_a, "life-lecture-frequency", "2026Q4").done == 1
    assert row_of(world.branch_a, "life-assembly-q", "2026Q4").done == 0 and not only().valid


def test_half_of_the_voters_are_an_assembly_and_no_election(world):
    whole = voters(world.branch_a)
    assert len(whole) == 5
    record = submitted(
        world.branch_a,
        world.secretary_a,
        kinds=("assembly", "election"),
        day=DAY,
        states=away(world.branch_a, whole[3:]),
    )
    assert judged(record, world.branch_a) == {"assembly": True, "election": False}
    # Four fifths of five are four.
    record.judgements.get(kind="election", needed=4, present=3, expected=5)
    assert row_of(world.branch_a, "life-assembly-q", "2026Q4").done == 1


@pytest.mark.parametrize("kind", ["org_life", "member_review"])
def test_organisation_life_and_appraisal_of_a_branch_need_half_of_its_voters(world, kind):
    everybody = list(roster(world.branch_a, DAY))
    record = submitted(
        world.branch_a, world.secretary_a, kinds=(kind,), day=DAY, states=away(world.branch_a, everybody[1:])
    )
    rule = {"org_life": "life-org-meeting", "member_review": "ma-yearly"}[kind]
    owed = row_of(world.branch_a, rule, "2026")
    assert judged(record, world.branch_a) == {kind: False}
    assert owed.done == 0 and owed.found[0].reason == "到会 1 人，不足法定人数 3 人"
    # A small group holds it as its own meeting, which knows no quorum.
    group = submitted(
        world.group_a1,
        world.leader_a1,
        kinds=(kind,),
        day=DAY,
        states=away(world.group_a1, list(roster(world.group_a1, DAY))[1:]),
    )
    assert judged(group, world.group_a1) == {kind: True}


@pytest.mark.parametrize(
    ("place", "by", "kind"), [("branch_a", "secretary_a", "theme_day"), ("group_a1", "leader_a1", "group_meeting")]
)
def test_where_nobody_came_nothing_was_held(world, place, by, kind):
    where = getattr(world, place)
    record = submitted(where, world.user(by), kinds=(kind,), day=DAY, states=away(where, roster(where, DAY)))
    rule = {"theme_day": "life-theme-day", "group_meeting": "life-group-m"}[kind]
    owed = row_of(where, rule)
    assert judged(record, where) == {kind: False}
    assert (owed.done, [(one.activity, one.reason) for one in owed.found]) == (0, [(record.pk, "无人到会")])


def joint(world, owner_there, host_there):
    """A joint assembly of branches A and B with so many of each present, confirmed by B."""
    mine, theirs = list(roster(world.branch_a, DAY)), list(roster(world.branch_b, DAY))
    record = submitted(
        world.branch_a,
        world.secretary_a,
        day=DAY,
        hosts=[world.branch_b],
        states=away(world.branch_a, mine[owner_there:]),
    )
    states = {member.pk: ("present" if n < host_there else "absent", "") for n, member in enumerate(theirs)}
    host_confirm(by=world.secretary_b, host=record.hosts.get(), attendance=states)
    return record


@pytest.mark.parametrize(("owner_there", "host_there"), [(1, 9), (9, 1)])
def test_each_host_is_judged_on_its_own_people(world, owner_there, host_there):
    record = joint(world, owner_there, host_there)
    done = [row_of(place, "life-assembly-q", "2026Q4").done for place in (world.branch_a, world.branch_b)]
    assert done == [int(owner_there == 9), int(host_there == 9)]
    assert judged(record, world.branch_a) != judged(record, world.branch_b)


def test_a_host_that_confirmed_two_months_later_has_it_late_and_not_before(world):
    record = submitted(world.branch_a, world.secretary_a, day=DAY, hosts=[world.branch_b])
    waiting = row_of(world.branch_b, "life-assembly-q", "2026Q4")
    assert [one.reason for one in waiting.found] == ["共同举办，本组织尚未确认"]
    with time_machine.travel("2026-12-15T10:00:00+08:00", tick=False):
        states = {member.pk: ("present", "") for member in roster(world.branch_b, DAY)}
        host_confirm(by=world.secretary_b, host=record.hosts.get(), attendance=states)
        assert row_of(world.branch_b, "life-assembly-q", "2026Q4").late == 1
        assert row_of(world.branch_a, "life-assembly-q", "2026Q4").on_time == 1
    with time_machine.travel("2026-12-20T10:00:00+08:00", tick=False):
        assert row_of(world.branch_b, "life-assembly-q", "2026Q4", date(2026, 12, 14)).done == 0
        assert row_of(world.branch_b, "life-assembly-q", "2026Q4", date(2026, 12, 15)).done == 1


@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_a_returned_record_stays_in_time_when_it_comes_back_within_a_week(world, days, late):
    record = submitted(world.branch_a, world.secretary_a, day=DAY)
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        # The reviewer took five weeks: they cost the branch nothing.
        activity_return(by=world.staff, activity=record, reason="请补写决议")
    with time_machine.travel(f"2026-11-{20 + days}T10:00:00+08:00", tick=False):
        record = activity_submit(by=world.secretary_a, activity=record)
        assert record.late is late
        assert row_of(world.branch_a, "life-assembly-q", "2026Q4").late == int(late)
    with time_machine.travel("2026-12-01T10:00:00+08:00", tick=False):
        activity_return(by=world.staff, activity=record, reason="还是没有写")
        assert activity_submit(by=world.secretary_a, activity=record).late is late


def test_a_returned_record_that_is_dated_back_is_not_in_time_for_the_earlier_day(world):
    record = submitted(world.branch_a, world.secretary_a, kinds=("theme_day",), day=DAY)
    record = activity_return(by=world.staff, activity=record, reason="日期有误")
    data = record_data(record)
    data.day = date(2026, 8, 12)
    record = activity_update(by=world.secretary_a, activity=record, data=data)
    assert activity_submit(by=world.secretary_a, activity=record).late
    assert row_of(world.branch_a, "life-theme-day", "2026-08").on_time == 0


def test_what_was_taken_back_was_not_submitted_in_time(world):
    record = submitted(world.branch_a, world.secretary_a, day=DAY)
    record = activity_withdraw(by=world.secretary_a, activity=record)
    with time_machine.travel("2026-12-01T10:00:00+08:00", tick=False):
        assert activity_submit(by=world.secretary_a, activity=record).late


def test_a_record_may_make_up_with_one_of_its_kinds(world, as_):
    data = filled(world.branch_a, ("theme_day", "lecture"), DAY, do="submit", makes_up_for="2026-09-01")
    data |= {"made_up_asked": "1", "made_up": ["theme_day"]}
    nothing = as_("secretary_a").post(reverse("activity_new"), data | {"made_up": []})
    assert nothing.status_code == 422 and "请选择补办的是哪一类活动" in nothing.content.decode()
    assert as_("secretary_a").post(reverse("activity_new"), data).status_code == 302
    september, october = (row_of(world.branch_a, "life-theme-day", period) for period in ("2026-09", "2026-10"))
    assert (september.late, october.done) == (1, 0)
    assert [one.reason for one in october.found] == ["补办以前期间，不计入本期"]
    lecture = row_of(world.branch_a, "life-lecture-frequency", "2026Q4")
    assert (lecture.on_time, lecture.late) == (1, 0)
    page = as_("secretary_a").get(reverse("activity_detail", args=[only().pk])).content.decode()
    assert "2026年9月（主题党日）" in page


def test_the_same_is_said_of_a_draft_and_after(world):
    whole = voters(world.branch_a)
    record = draft(world.branch_a, world.secretary_a, day=DAY, states=away(world.branch_a, whole[1:]))
    before = list(record.judgements.values_list("kind", "valid", "present", "needed"))
    owed = row_of(world.branch_a, "life-assembly-q", "2026Q4")
    assert [one.reason for one in owed.found] == ["尚未提交"]
    activity_submit(by=world.secretary_a, activity=record)
    assert list(record.judgements.values_list("kind", "valid", "present", "needed")) == before


def test_requirement_page_and_workbench_tell_what_was_found(world, as_):
    whole = list(roster(world.branch_a, DAY))
    submitted(world.branch_a, world.secretary_a, kinds=("theme_day",), day=DAY, states=away(world.branch_a, whole))
    address = reverse("requirement_detail", args=[world.branch_a.pk, "life-theme-day", "2026-10"])
    page = as_("staff").get(address).content.decode()
    assert "有记录，不计入" in page and "无人到会" in page and "未见记录" not in page
    bench = as_("secretary_a").get("/").content.decode()
    assert "10月14日的记录不计入：无人到会" in bench


def test_the_migration_judges_what_is_there_as_the_service_does(world):
    agency = Agency(world, 7)
    agency.build()
    for record in Activity.objects.all():
        judgements_write(record)
    fields = (
        "activity_id",
        "organisation_id",
        "kind",
        "valid",
        # Not whether it is late: that is judged otherwise since (decisions 21).
        "since",
        "body",
        "expected",
        "present",
        "needed",
    )
    said = set(ActivityJudgement.objects.values_list(*fields))
    assert len(said) > 60 and {row[3] for row in said} == {True, False}
    ActivityJudgement.objects.all().delete()
    importlib.import_module("members.migrations.0008_judge_what_is_there").judge_all(apps, None)
    assert set(ActivityJudgement.objects.values_list(*fields)) == said
    record = Activity.objects.first()
    assert {row.host for row in judge(record)} >= {record.organisation_id}


def test_days_of_confirmation_and_of_coming_back_are_settings(world):
    from branches.settings.models import Setting

    Setting.objects.create(key="resubmit_days", value="30", valid_from=DAY - timedelta(days=400))
    record = submitted(world.branch_a, world.secretary_a, day=DAY)
    activity_return(by=world.staff, activity=record, reason="请补写决议")
    with time_machine.travel(clock.now() + timedelta(days=30), tick=False):
        assert not activity_submit(by=world.secretary_a, activity=record).late


def test_the_minutes_call_seats_by_their_name_and_a_met_requirement_is_met(world, seats, as_):
    record = submitted(world.branch_a, world.secretary_a, kinds=("lecture", "committee_meeting"), day=DAY)
    page = as_("secretary_a").get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert "<th>应到委员</th>" in page and "有表决权</th>" not in page
    # Held as both, each has its own line.
    both = submitted(world.branch_a, world.secretary_a, kinds=("assembly", "committee_meeting"), day=DAY)
    page = as_("secretary_a").get(reverse("activity_detail", args=[both.pk])).content.decode()
    assert "<th>应到委员</th><td>3 人</td>" in page and "<th>应到会有表决权</th><td>5 人</td>" in page
    both.delete()
    assert row_of(world.branch_a, "life-committee-m").state == "met"
    # Another meeting of the month, nobody's attendance entered yet: the month's is not waiting for it.
    unknown = dict.fromkeys(roster(world.branch_a, DAY), "not_recorded")
    data = filled(world.branch_a, ("committee_meeting",), DAY, unknown)
    panel = as_("secretary_a").post(reverse("record_uses"), data).content.decode()
    line = panel.split("10月支委会")[1].split("</li>")[0]
    assert "完成" in line and "待登记" not in line
