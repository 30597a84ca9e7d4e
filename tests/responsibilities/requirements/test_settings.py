"""Every setting of the business is read: each, changed, changes an answer; what it will change is said before."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils.timezone import make_aware

from assessments.facts import fill as rollups
from assessments.hearing.rules import last_day
from assessments.targets.models import Target
from assessments.targets.selectors.standings import standings
from branches.access.services.appointments import appointment_make
from branches.settings import dated
from branches.settings.dated import KNOWN
from branches.settings.models import ProposalState, Setting, SettingProposal
from branches.settings.proposals import setting_propose
from branches.settings.services import setting_set
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.activities.judgement import judge
from members.activities.models import Activity, ActivityHost, ActivityKind, Attendance, Length
from members.activities.services.states import is_late
from members.activities.study import STUDY_KINDS, credited, study_rules
from members.cadres.selectors.posts import post_hours
from members.care.models import CareEvent
from members.care.selectors.occasions import asked_windows, occasions
from members.care.selectors.register import birthdays
from members.commitments.rules import bounds, due_of
from members.development.models.cases import CaseStep
from members.development.models.papers import CaseVote
from members.development.selectors.cases import case_of
from members.development.services.cases import case_take_over
from members.development.services.steps import wants_record
from members.development.steps import step
from members.dues.rules import fee
from members.dues.selectors.lives import rounding
from members.dues.selectors.month import month_lines
from members.education.hours import study_hours
from members.education.owed import hours_of_year
from members.roster.models.members import Member
from members.roster.models.posts import Post
from members.roster.retention import overdue
from members.transfers.selectors.listing import expired_of
from responsibilities.campaigns.services.taking_part import crowd_words
from responsibilities.policies.models import PolicyVersion
from responsibilities.policies.selectors.policies import cards, readable
from responsibilities.policies.selectors.receipts import readable_for
from responsibilities.policies.services.receipts import owing
from responsibilities.practices import waiting as practices
from responsibilities.practices.models import Adoption
from responsibilities.requirements.selectors import one_requirement
from responsibilities.work.models import SyncStageKind
from tests.assessments.targets.support import issued, plan_at, target_of
from tests.members.activities.records import submitted
from tests.members.dues.made import fixed
from tests.members.transfers.support import left, sent_out
from tests.records import counted
from tests.responsibilities.campaigns.support import running
from tests.responsibilities.policies.records import in_force
from tests.responsibilities.practices.support import adopted, formalised, reported, stood
from tests.responsibilities.work.support import ago, happened, item_at, linked, point, record_on

pytestmark = pytest.mark.django_db
EARLY = date(2020, 1, 1)


def owed(place, rule, period, day=date(2026, 11, 24)):
    row = one_requirement(place, rule, Period.parse(period), day)
    return row and (row.expected, row.done, row.due, str(row.state))


def _talk(world):
    third, fourth = world.people("branch_a")[3:5]
    talk = Activity.objects.create(organisation=world.branch_a, day=date(2026, 5, 6), state="accepted", chair=third)
    ActivityKind.objects.create(activity=talk, kind="talk")
    Attendance.objects.create(activity=talk, member=fourth, organisation=world.branch_a, state="present")
    counted(talk)
    return owed(world.branch_a, "life-talks", "2026")


def _host(world):
    record = Activity.objects.create(
        organisation=world.branch_a,
        day=date(2026, 5, 6),
        state="accepted",
        submitted_at=make_aware(datetime.combine(date(2026, 5, 7), time(9))),
    )
    ActivityKind.objects.create(activity=record, kind="theme_day")
    confirmed = make_aware(datetime.combine(date(2026, 5, 20), time(9)))
    ActivityHost.objects.create(activity=record, organisation=world.branch_b, confirmed_at=confirmed)
    return [one.late for one in judge(record)]


def _capped(world):
    six = Length(date(2026, 5, 6), time(9), time(15))
    return credited([six, six, Length(date(2026, 5, 7))], study_rules())


def _several_days(world):
    return credited([Length(date(2026, 5, 6), last_day=date(2026, 5, 8))], study_rules())


def _studied(kind):
    def answer(world):
        record = submitted(world.branch_b, world.secretary_b, kinds=[kind])
        person = record.attendance.filter(state="present").first().member
        return study_hours(person, date(2020, 1, 1), clock.today(), clock.today())

    return answer


def _founded(world):
    world.branch_b.versions.update(starts=date(2026, 9, 10))
    type(world.branch_b).objects.filter(pk=world.branch_b.pk).update(founded=date(2026, 9, 10))
    return owed(world.branch_b, "life-theme-day", "2026-09")


def _new_secretary(world):
    Post.objects.filter(organisation=world.branch_b).update(starts=date(2026, 1, 10))
    return owed(world.branch_b, "edu-new-secretary", "2026")


def _new_member(world):
    # 甲六 joined on 1 March 2026.
    return owed(world.branch_a, "edu-new-member", "2026")


def _sent(returned):
    def answer(world):
        record = Activity(organisation=world.branch_a, day=date(2026, 5, 6))
        if returned:
            first = make_aware(datetime(2026, 5, 7, 9))
            record.first_said = [{"at": first.isoformat(), "day": "2026-05-06", "kinds": [""]}]
            record.returned_at = make_aware(datetime(2026, 6, 1, 9))
            record.state = "returned"
        return is_late(
            record, make_aware(datetime(2026, 6, 12 if returned else 2, 9) if returned else datetime(2026, 5, 15, 9))
        )

    return answer


def _synchronised(world):
    item = item_at(world.committee, [world.branch_a])
    happened(item, SyncStageKind.STUDY, ago(10))
    return point(item).state


def _early(kind, days):
    """The state of a stage whose confirmed record came so many days before the business side."""

    def answer(world):
        item = item_at(world.committee, [world.branch_a])
        happened(item, kind, ago(1))
        record = record_on(world.branch_a, world.secretary_a, ago(1 + days), kinds=("committee_meeting",))
        linked(item, kind, record)
        return point(item, kind).state

    return answer


def _backdated(world):
    user = world.outsider
    type(user).objects.filter(pk=user.pk).update(created=make_aware(datetime(2020, 1, 1)))
    user.refresh_from_db()
    starts = clock.today() - timedelta(days=40)
    try:
        appointment_make(
            by=world.secretary_a, user=user, role="branch_officer", organisation=world.branch_a, starts=starts
        )
    except Exception as error:  # noqa: BLE001  # only whether it was refused is asked
        return str(error)
    return "made"


def _kept(status):
    """Who left half a year, or a year and a half, ago: may his numbers be deleted now."""

    def answer(world):
        days = 200 if status == "已去世" else 500
        left(Member.objects.get(name="甲四"), status, clock.today() - timedelta(days=days))
        return [row.member.name for row in overdue(world.committee_secretary)]

    return answer


def _letter(world):
    """Has a letter of forty days ago run out."""
    with time_machine.travel(clock.now() - timedelta(days=40)):
        sent_out(world)
    return [row.member.name for row in expired_of(world.secretary_a)]


def _of(place, rule, period):
    return lambda world: owed(world.places[place], rule, period)


@time_machine.travel("2026-11-24T10:00:00+08:00")
def _target_on_course(world):
    """Where a branch with 16 of twenty lectures stands on the 24th of November, when 17 should have been held."""
    plan = plan_at(world.committee)
    target_of(plan, planned=Decimal(20))
    issued(plan)
    for days in range(16):
        submitted(world.branch_b, world.secretary_b, kinds=["lecture"], day=ago(days))
    rollups.fill()
    (target,) = Target.objects.select_related("plan__organisation")
    return standings([target], [world.branch_b])[target.pk, world.branch_b.pk].state


def _crowded(world):
    campaign = running(world)
    return crowd_words(world.branch_a, running(world, ())) + str(campaign)


def _policy(world):
    version = in_force(world, since=date(2025, 3, 3))
    return readable_for(PolicyVersion.objects.filter(pk=version.pk)).get()


def _flags(world):
    in_force(world, title="没有走过的制度", since=date(2025, 3, 3))
    return [card.flags for card in cards(world.staff, readable(world.staff))]


def _compared(world):
    before = adopted(world).starts
    Adoption.objects.update(starts=before - timedelta(days=70))
    return [task.title for task in practices.tasks(world.secretary_b, world.branch_b)]


def _spread(world):
    return stood(reported(world, formalised(world)).practice).stage


def _became_full(world):
    """From which day somebody is a full member of whom that was decided ten days after his probation."""
    days = {"3": date(2023, 3, 1), "15": date(2025, 3, 1), "17": date(2025, 4, 1)}
    member = world.people("branch_a")[5]
    case = case_take_over(by=OPERATOR, member=member, opened_on=date(2022, 1, 5), days=days)
    for key, day in (("22", date(2026, 3, 1)), ("23", date(2026, 3, 11)), ("24", date(2026, 4, 1))):
        entry = CaseStep.objects.create(case=case, key=key, day=day)
        if key == "23":
            CaseVote.objects.create(entry=entry, about="full", expected=5, present=5, yes=5)
    return case_of(case).standing.full_on


def _dues(world):
    """How the dues of October stand on the 25th."""
    fixed(world, year=2026)
    return [line.state for line in month_lines(world.branch_a, Period.parse("2026-10"), date(2026, 10, 25))]


def _dues_day(world):
    fixed(world, year=2026)
    return owed(world.branch_a, "life-dues-day", "2026-10")


def _answered(world):
    member = world.people("branch_a")[3]
    CareEvent.objects.get_or_create(member=member, kind="hospital", day=date(2026, 9, 1))
    return [one.occasion.due for one in occasions(date(2026, 9, 1), date(2026, 12, 1), None, date(2026, 11, 24))]


# key → (value that differs from the default, the answer that reads it)
READ = {
    "grace_days": ("20", _sent(returned=False)),
    "resubmit_days": ("20", _sent(returned=True)),
    "host_confirm_days": ("3", _host),
    "objection_days": ("9", lambda world: last_day(date(2026, 10, 20))),
    "receipt_days": ("9", lambda world: [one.due for one in owing(_policy(world))]),
    "policy_idle_months": ("60", _flags),
    "study_day_cap": ("9", _capped),
    "class_day_hours": ("6", _several_days),
    "hours_member": ("40", lambda world: hours_of_year(2026)),
    "hours_post": ("60", lambda world: post_hours(2026)),
    **{f"study_kind_{kind}": ("0", _studied(kind)) for kind in STUDY_KINDS if kind != "study_group"},
    "study_kind_study_group": ("0", lambda world: study_rules().counts("study_group", date(2026, 5, 6))),
    "due_soon_days": ("60", _of("branch_b", "life-assembly-q", "2026Q4")),
    "sync_tolerance_days": ("30", _synchronised),
    "sync_early_days_study": ("5", _early(SyncStageKind.STUDY, 20)),
    "sync_early_days_arrangement": ("5", _early(SyncStageKind.ARRANGEMENT, 20)),
    "sync_early_days_implementation": ("5", _early(SyncStageKind.IMPLEMENTATION, 20)),
    "sync_early_days_assessment": ("5", _early(SyncStageKind.ASSESSMENT, 20)),
    "target_tolerance": ("0", _target_on_course),
    "lecture_per_quarter": ("2", _of("branch_b", "life-lecture-frequency", "2026Q3")),
    "org_life_due": ("10331", _of("branch_b", "life-org-meeting", "2026")),
    "democratic_life_due": ("10131", _of("root", "life-minsheng", "2026")),
    "debrief_due": ("10131", _of("branch_b", "oa-debrief", "2026")),
    "documents_due": ("430", _of("root", "resp-annual-plan", "2026")),
    "talks_with_committee": ("1", _talk),
    "double_report_per_quarter": ("2", _of("committee", "life-double-report", "2026Q3")),
    "thought_report_per_half": ("2", _of("committee", "resp-thought-report", "2026H1")),
    "party_group_study_per_half": ("2", _of("root", "resp-party-group-study", "2026H1")),
    "governance_per_half": ("2", _of("root", "resp-half-year", "2026H1")),
    "ideology_per_half": ("2", _of("root", "resp-ideology", "2026H1")),
    "study_group_per_quarter": ("2", _of("root", "life-study-group", "2026Q3")),
    "democratic_life_per_year": ("2", _of("root", "life-minsheng", "2026")),
    "party_group_meeting_per_month": ("1", _of("root", "resp-party-group-meeting", "2026-09")),
    "duty_list_per_year": ("0", _of("root", "resp-list", "2026")),
    "annual_plan_per_year": ("0", _of("root", "resp-annual-plan", "2026")),
    "annual_report_per_year": ("0", _of("root", "resp-annual-report", "2026")),
    "new_secretary_months": ("3", _new_secretary),
    "new_member_months": ("6", _new_member),
    "founding_share": ("0.9", _founded),
    "campaigns_at_once": ("1", _crowded),
    "effect_months": ("1", _compared),
    "spread_min": ("1", _spread),
    "admit_full_on_expiry": ("0", _became_full),
    "admitted_by_work_committee": ("1", lambda world: wants_record(step("17"))),
    "pledge_items_least": ("3", lambda world: bounds(2026)),
    "pledge_items_most": ("6", lambda world: bounds(2026)),
    "pledge_due": ("228", lambda world: due_of(2026)),
    "care_answer_days": ("10", _answered),
    "care_july1": ("1", lambda world: [one.kind for one in asked_windows(date(2026, 1, 1), date(2026, 12, 31))[0]]),
    "birthday_day": ("1", lambda world: len(birthdays(world.branch_a, date(2026, 5, 2))[1])),
    "dues_day": ("20", _dues),
    "dues_day_per_month": ("1", _dues_day),
    "dues_rounding": ("1", lambda world: fee("salaried", Decimal(5051), rounding(date(2026, 10, 25)))),
    "letter_days": ("30", _letter),
    "keep_years_transferred": ("1", _kept("已转出")),
    "keep_years_left": ("1", _kept("已出党")),
    "keep_years_deceased": ("0", _kept("已去世")),
    "appointment_backdate_days": ("60", _backdated),
}


def test_every_setting_is_among_those_whose_effect_is_seen():
    assert set(READ) == set(KNOWN)


@pytest.mark.parametrize("key", sorted(KNOWN))
def test_a_setting_that_is_changed_changes_an_answer(key, world):
    value, answer = READ[key]
    before = _undone(answer, world)
    setting_set(by=OPERATOR, key=key, value=value, valid_from=EARLY)
    assert answer(world) != before, key


def _undone(answer, world):
    from django.db import transaction

    with transaction.atomic():
        found = answer(world)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(
    ("text", "kept", "words"),
    [
        ("12-31", 1231, "12-31"),
        ("次年03-31", 10331, "次年03-31"),
        ("次年3月31日", 10331, "次年03-31"),
        ("+02-29", 10229, "次年02-29"),
        ("10331", 10331, "次年03-31"),
    ],
)
def test_a_day_of_the_year_or_the_next_is_typed_and_told(text, kept, words):
    known = KNOWN["org_life_due"]
    assert (int(known.parse(text)), known.words(kept)) == (kept, words)
    assert dated.day_in(known.parse("+02-29"), 2026) == date(2027, 2, 28)


@pytest.mark.parametrize("text", ["", "13-01", "02-30", "明年", "99999", "12-31-01"])
def test_a_day_that_is_none_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="12-31"):
        KNOWN["org_life_due"].parse(text)


NEXT = date(clock.today().year + 1, 1, 1)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("lecture_per_quarter", "2", f"自 {NEXT} 起，3 个党支部每季度各多 1 项应办（党课）"),
        ("lecture_per_quarter", "0", f"自 {NEXT} 起，3 个党支部每季度各少 1 项应办（党课）"),
        (
            "org_life_due",
            "10331",
            f"3 个党支部的{NEXT.year}年组织生活会截止日期由 {NEXT.year}-12-31 改为 {NEXT.year + 1}-03-31",
        ),
        ("party_group_meeting_per_month", "1", f"自 {NEXT} 起，1 个党组每月各多 1 项应办（党组会议）"),
        ("talks_with_committee", "1", "谈心谈话已计入的由 0 人变为 0 人"),
        ("duty_list_per_year", "1", "应办事项没有变化"),
        ("grace_days", "20", "按最近 12 个月的 0 条记录推算"),
        ("resubmit_days", "20", "按最近 12 个月的 0 条退回后重新提交的记录推算"),
        ("keep_years_left", "1", "列入可以清除名单的由 0 人变为 0 人"),
    ],
)
def test_what_a_value_changes_is_said_before_it_is_set(key, value, said, world, as_):
    page = as_("committee_secretary").get(f"/requirements/consequence/{key}/{value}/{NEXT}/").content.decode()
    assert said in page
    assert not Setting.objects.filter(key=key).exists()


def test_a_day_of_dues_that_is_asked_for_is_owed_where_dues_are_kept_and_told_so_before(world, as_):
    fixed(world)
    address = f"/requirements/consequence/dues_day_per_month/{{}}/{NEXT}/"
    said = as_("committee_secretary").get(address.format(1)).content.decode()
    assert f"自 {NEXT} 起，1 个党支部每月各多 1 项应办（固定日收缴党费）" in said and "个人事项" not in said
    assert "应办事项没有变化" in as_("committee_secretary").get(address.format(0)).content.decode()
    assert as_("committee_secretary").get(address.format(2)).status_code == 404
    setting_set(by=OPERATOR, key="dues_day_per_month", value="1", valid_from=EARLY)
    said = as_("committee_secretary").get(address.format(0)).content.decode()
    assert f"自 {NEXT} 起，1 个党支部每月各少 1 项应办（固定日收缴党费）" in said


@pytest.mark.parametrize(
    "tail",
    [
        "no-key/1/2027-01-01",
        "sync_tolerance_days/9/2027-01-01",
        "grace_days/x/2027-01-01",
        "grace_days/9/never",
        "grace_days/9/2020-01-01",
    ],
)
def test_a_consequence_of_nonsense_is_not_found(tail, as_):
    assert as_("committee_secretary").get(f"/requirements/consequence/{tail}/").status_code == 404


def test_what_a_tolerance_changes_is_reckoned_from_the_stages_of_the_year(world, as_):
    now = clock.now().replace(month=6, day=20)
    with time_machine.travel(now, tick=False):
        item = item_at(world.committee, [world.branch_a, world.branch_b])
        happened(item, SyncStageKind.STUDY, ago(30))
        linked(item, SyncStageKind.STUDY, record_on(world.branch_a, world.secretary_a, ago(20)))
        happened(item, SyncStageKind.ARRANGEMENT, ago(9))
        settings = as_("committee_secretary")
        address = f"/sync/consequence/sync_tolerance_days/{{}}/{NEXT}/"
        said = settings.get(address.format(12)).content.decode()
        assert "按今年已到期的 2 个环节推算，1 个由滞后变为同步，1 个由缺失变为未到期；涉及 2 个党支部" in said
        assert "状态没有变化" in settings.get(address.format(8)).content.decode()
        asked = settings.post("/settings/sync_tolerance_days/", {"value": "12", "valid_from": str(NEXT)})
        assert address.format(12) in asked.content.decode()
        assert settings.get(f"/sync/consequence/grace_days/12/{NEXT}/").status_code == 404


def test_what_more_days_to_come_back_change_is_reckoned_from_what_came_back(world, as_):
    sent = clock.now() - timedelta(days=10)
    Activity.objects.create(
        organisation=world.branch_a,
        day=ago(40),
        state="accepted",
        submitted_at=sent,
        returned_at=sent - timedelta(days=9),
    )
    said = as_("committee_secretary").get(f"/requirements/consequence/resubmit_days/20/{NEXT}/").content.decode()
    assert "1 条退回后重新提交的记录推算，超过退回后重新提交的天数的由 1 条变为 0 条，涉及 1 个党支部" in said


def test_the_office_proposes_and_the_secretary_sets(world, as_):
    day = clock.today() + timedelta(days=20)
    staff, secretary = as_("staff"), as_("committee_secretary")
    data = {"value": "2", "valid_from": day.isoformat(), "reason": "各支部上年都讲了两次"}
    assert staff.post("/settings/lecture_per_quarter/", data | {"reason": ""}).status_code == 200
    assert staff.post("/settings/lecture_per_quarter/", data).status_code == 302
    row = SettingProposal.objects.get()
    assert not Setting.objects.filter(key="lecture_per_quarter").exists()
    assert "各支部上年都讲了两次" in secretary.get("/settings/lecture_per_quarter/").content.decode()
    assert "待决定" in secretary.get("/settings/").content.decode()
    asked = secretary.get(f"/settings/proposals/{row.pk}/").content.decode()
    assert "由 1 改为 2" in asked and "/requirements/consequence/lecture_per_quarter/2/" in asked
    assert staff.post(f"/settings/proposals/{row.pk}/").status_code == 404
    assert secretary.post(f"/settings/proposals/{row.pk}/").status_code == 302
    row.refresh_from_db()
    kept = Setting.objects.get(key="lecture_per_quarter")
    assert (row.state, kept.value, kept.valid_from, kept.set_by) == (
        ProposalState.TAKEN,
        "2",
        day,
        world.committee_secretary,
    )
    assert secretary.post(f"/settings/proposals/{row.pk}/").status_code == 404


def test_nobody_takes_his_own_proposal_and_declining_says_why(world, as_):
    secretary = as_("committee_secretary")
    own = setting_propose(
        by=world.committee_secretary, key="grace_days", value="9", valid_from=clock.today(), reason="外出多"
    )
    secretary.post(f"/settings/proposals/{own.pk}/")
    own.refresh_from_db()
    assert own.state == ProposalState.OPEN and not Setting.objects.filter(key="grace_days").exists()
    other = setting_propose(by=world.staff, key="grace_days", value="9", valid_from=clock.today(), reason="外出多")
    assert secretary.post(f"/settings/proposals/{other.pk}/decline/", {"text": ""}).status_code == 422
    secretary.post(f"/settings/proposals/{other.pk}/decline/", {"text": "七天已经够了"})
    assert "七天已经够了" in as_("staff").get("/settings/grace_days/").content.decode()


def test_a_value_of_the_past_is_refused_and_one_to_come_is_cancelled(world, as_):
    secretary = as_("committee_secretary")
    past = (clock.today() - timedelta(days=1)).isoformat()
    answer = secretary.post("/settings/grace_days/", {"value": "9", "valid_from": past, "confirmed": "1"})
    assert "不再改动" in answer.content.decode() and not Setting.objects.filter(key="grace_days").exists()
    row = setting_set(
        by=world.committee_secretary, key="grace_days", value="9", valid_from=clock.today() + timedelta(days=9)
    )
    assert secretary.post(f"/settings/later/{row.pk}/cancel/", {"text": "暂不改"}).status_code == 302
    assert not Setting.objects.filter(key="grace_days").exists()
    now = setting_set(by=world.committee_secretary, key="grace_days", value="9")
    assert secretary.get(f"/settings/later/{now.pk}/cancel/").status_code == 404


def test_a_narrower_reading_of_talks_is_the_agencys_own(world, as_):
    address = f"/requirements/{world.branch_a.pk}/life-talks/2026/"
    assert "支部工作条例" in as_("staff").get(address).content.decode()
    setting_set(by=OPERATOR, key="talks_with_committee", value="1", valid_from=EARLY)
    page = as_("staff").get(address).content.decode()
    assert ">本机关设定<" in page and "支部工作条例" not in page


def test_the_rulebook_is_paged_searched_by_sound_and_says_what_it_makes_here(world, as_, to_come):
    staff = as_("staff")
    first = staff.get("/rules/").content.decode()
    assert "page=2" in first
    assert "党课每季度次数：1" in staff.get("/rules/?q=党课").content.decode()
    assert "书记述职" in staff.get("/rules/?q=sjsz").content.decode()
    later = staff.get("/rules/?kind=later").content.decode()
    assert "尚未启用" in later and "每月1次" not in later
    assert "《" not in "".join(staff.get("/rules/?status=own&kind=owed").content.decode().split("<tbody>")[1:])
    page = staff.get("/rules/life-theme-day/").content.decode()
    assert "3 个党支部" in page and "应办 3 项" in page
    assert "5 人" in staff.get("/rules/oa-debrief/").content.decode()
