"""Cases through the services: what each step makes of the person, who may enter it, what is refused and what is only marked."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.notices.models import Notice as Told
from branches.reach.access import Forbidden
from common.errors import Conflict
from members.development.file import Vote
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.models.papers import PublicNotice
from members.development.selectors.cases import case_of
from members.development.services import cases, notices, steps
from members.development.services.steps import StepData
from members.roster.models.members import Member
from members.roster.services.members import member_transfer, member_update
from members.roster.services.standing import away_set, status_set
from members.transfers.services.ends import membership_end
from tests.members.development.written import (
    activist,
    applicant,
    at,
    enter,
    people,
    record,
    until_consent,
    until_vote,
    vote,
)

pytestmark = pytest.mark.django_db


def member_of(case):
    return Member.objects.get(pk=case.member_id)


def test_a_person_is_entered_once_and_the_case_says_what_he_is(world):
    case = applicant(world)
    member = member_of(case)
    assert (member.stage, member.home, member.led_by_case) == ("applicant", world.branch_a, True)
    enter(world, case, "2", "2026-06-20", kind="talk")
    enter(world, case, "3", "2026-07-01", kind="committee_meeting", text="党员推荐")
    assert member_of(case).stage == "activist"
    with at("2026-07-02"), pytest.raises(ValidationError, match="类别随程序变更"):
        member_update(by=world.secretary_a, member=member_of(case), stage="full")
    with at("2026-07-02"):
        member_update(by=world.secretary_a, member=member_of(case), education="大学")
    assert AuditEntry.objects.filter(verb="development.step").count() == 2


def test_one_case_is_open_and_only_an_applicant_begins_one(world):
    case = applicant(world)
    with at("2026-06-02"), pytest.raises(ValidationError, match="已有正在办理的发展进程"):
        cases.case_open(by=world.secretary_a, person=member_of(case), opened_on=date(2026, 6, 2))
    full = world.people("branch_a")[0]
    with at("2026-06-02"), pytest.raises(ValidationError, match="请接续办理"):
        cases.case_open(by=world.secretary_a, person=full, opened_on=date(2026, 6, 2))
    with at("2026-06-02"), pytest.raises(ValidationError, match="不能晚于今天"):
        applicant_new = cases.NewPerson(world.branch_a, {"name": "申二"})
        cases.case_open(by=world.secretary_a, person=applicant_new, opened_on=date(2026, 6, 3))
    with pytest.raises(Http404):
        applicant(world, by=world.secretary_b, name="申三")
    assert DevelopmentCase.objects.count() == 1 and not Member.objects.filter(name="申三").exists()


def test_the_whole_way_by_records_and_decisions(world):
    case = until_consent(world)
    assert member_of(case).stage == "activist"
    with at("2027-07-09"):
        notice = notices.notice_post(
            by=world.secretary_a, case=case, posted_on=date(2027, 7, 9), places=["一楼公示栏", "内网"]
        )
    # A year whose holidays nobody has published: the last day stays open, nothing is guessed.
    if notice.last is None:
        notice.first, notice.last = date(2027, 7, 12), date(2027, 7, 16)
        notice.save()
    enter(world, case, "8a", "2027-07-19", objections=0)
    assert member_of(case).stage == "candidate"
    people(world, case, "introducer", "2027-07-20")
    enter(world, case, "10", "2027-07-21", document="人事处")
    for day in ("2027-07-22", "2027-07-23", "2027-07-26"):
        enter(world, case, "11", day, kind="training", place=world.committee)
    enter(world, case, "12", "2027-08-02", kind="committee_meeting")
    enter(world, case, "13", "2027-08-05", by=world.staff, document="预审〔2027〕2号")
    enter(world, case, "14", "2027-08-06")
    enter(world, case, "15", "2027-08-20", kind="assembly", vote=vote(), text="表现突出")
    assert member_of(case).stage == "candidate" and member_of(case).joined_on is None
    enter(world, case, "16", "2027-08-25", by=world.staff, text="组织委员")
    enter(world, case, "16a", "2027-09-01", kind="party_group_meeting", place=world.root, by=world.staff)
    enter(world, case, "17", "2027-09-08", kind="committee_plenary", place=world.committee, by=world.staff)
    member = member_of(case)
    assert (member.stage, member.joined_on, member.full_on) == ("probationary", date(2027, 8, 20), None)
    assert Told.objects.filter(
        recipient=world.secretary_a, text__contains="上级党委审批通过（2027-09-08），现为预备党员"
    ).exists()
    enter(world, case, "20", "2027-09-20", kind="oath")
    enter(world, case, "22", "2028-08-20")
    enter(world, case, "23", "2028-09-01", kind="assembly", vote=vote("full"), text="按期转正")
    enter(world, case, "23a", "2028-09-05", kind="party_group_meeting", place=world.root, by=world.staff)
    enter(world, case, "24", "2028-09-10", kind="committee_plenary", place=world.committee, by=world.staff)
    member, case = member_of(case), DevelopmentCase.objects.get()
    assert (member.stage, member.full_on, member.led_by_case) == ("full", date(2028, 8, 20), False)
    assert (case.outcome, case.closed_on) == ("full", date(2028, 9, 10))


def test_an_extension_is_approved_before_it_takes_effect_and_decided_anew_when_it_ends(world, as_):
    case = until_vote(world)
    enter(world, case, "16", "2027-08-25", by=world.staff, text="组织委员")
    enter(world, case, "16a", "2027-09-01", kind="party_group_meeting", place=world.root, by=world.staff)
    enter(world, case, "17", "2027-09-08", kind="committee_plenary", place=world.committee, by=world.staff)
    enter(world, case, "22", "2028-08-20")
    extend = Vote("extend", 6, 6, 6, 0, 0, 0, 6)
    enter(world, case, "23", "2028-09-01", kind="assembly", vote=extend, text="还有不足")
    with at("2028-09-02"):
        assert "延长预备期 6 个月" in as_("staff").get(reverse("development_queue")).content.decode()
        assert case_of(case).standing.probation_ends == date(2028, 8, 20)
    enter(world, case, "23a", "2028-09-05", kind="party_group_meeting", place=world.root, by=world.staff)
    enter(world, case, "24", "2028-09-10", kind="committee_plenary", place=world.committee, by=world.staff)
    with at("2028-09-11"):
        standing = case_of(case).standing
        assert standing.probation_ends == date(2029, 2, 20) and standing.of("23").state == "not_due"
        assert "延长预备期" not in as_("staff").get(reverse("development_queue")).content.decode()
    assert (member_of(case).stage, member_of(case).led_by_case) == ("probationary", True)
    enter(world, case, "22", "2029-02-20")
    enter(world, case, "23", "2029-03-01", kind="assembly", vote=vote("full"), text="按期转正")
    enter(world, case, "23a", "2029-03-05", kind="party_group_meeting", place=world.root, by=world.staff)
    enter(world, case, "24", "2029-03-10", kind="committee_plenary", place=world.committee, by=world.staff)
    assert (member_of(case).stage, member_of(case).full_on) == ("full", date(2029, 2, 20))


def test_what_is_decided_here_is_refused_while_something_stops_it(world):
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    enter(world, case, "3", "2026-07-01", kind="committee_meeting", text="党员推荐")
    people(world, case, "contact", "2026-07-03")
    # Recorded as it happened, too early: no effect, and no consent can stand on it.
    early = enter(world, case, "7", "2027-06-30", kind="committee_meeting", text="听取意见")
    found = case_of(case).standing.of("7")
    assert found.state == "stopped" and "还差 1 天满一年" in found.note
    with pytest.raises(ValidationError, match="须先办支委会讨论"):
        enter(world, case, "8", "2027-07-02", by=world.staff)
    assert not CaseStep.objects.filter(key="8").exists()
    with at("2027-07-02"):
        steps.step_remove(by=world.secretary_a, entry=early, reason="日期登记错了")
        assert case_of(case).standing.of("7").state == "ready"


def test_nobody_decides_on_what_he_entered_and_each_side_enters_its_own(world):
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    enter(world, case, "3", "2026-07-01", kind="committee_meeting", text="党员推荐")
    people(world, case, "contact", "2026-07-03")
    enter(world, case, "7", "2027-07-02", kind="committee_meeting", text="听取意见", by=world.staff)
    with pytest.raises(Conflict, match="由他人审定"):
        enter(world, case, "8", "2027-07-03", by=world.staff)
    with pytest.raises(Forbidden):
        enter(world, case, "8", "2027-07-03", by=world.secretary_a)
    with pytest.raises(Http404):
        enter(world, case, "4", "2026-07-03", by=world.secretary_b)
    enter(world, case, "8", "2027-07-03", by=world.committee_secretary)
    assert CaseStep.objects.get(key="8").added_by == world.committee_secretary


def test_a_step_rests_on_a_record_that_fits(world):
    case = applicant(world)
    with at("2026-06-20"):
        with pytest.raises(ValidationError, match="以谈心谈话记录为准"):
            steps.step_add(by=world.secretary_a, case=case, key="2", data=StepData(day=date(2026, 6, 20)))
        wrong_kind = record(world.branch_a, "2026-06-20", "assembly", "申一到会")
        nobody = record(world.branch_a, "2026-06-20", "talk", "没有写明谈话对象")
        before = record(world.branch_a, "2026-05-20", "talk", "申一")
        other = record(world.branch_b, "2026-06-20", "talk", "申一")
        for row, words in ((wrong_kind, "不能用这类记录"), (nobody, "没有写明申一"), (before, "不能早于递交申请")):
            with pytest.raises(ValidationError, match=words):
                steps.step_add(by=world.secretary_a, case=case, key="2", data=StepData(activity=row))
        with pytest.raises(Http404):
            steps.step_add(by=world.secretary_a, case=case, key="2", data=StepData(activity=other))
    assert CaseStep.objects.exclude(key="1").count() == 0


def test_a_record_that_is_returned_later_takes_its_step_with_it(world):
    case = applicant(world)
    entry = enter(world, case, "2", "2026-06-20", kind="talk")
    entry.activity.state = "returned"
    entry.activity.save()
    view = case_of(case).standing.of("2")
    assert view.state == "uncounted" and "记录已退回" in view.note


def test_an_explanation_counts_once_another_accepted_it(world):
    case = applicant(world)
    entry = enter(world, case, "2", "2026-07-20", kind="talk")
    assert [fault.words for fault in case_of(case).standing.faults] == ["应在 2026-07-01 前办理，迟 19 天。"]
    with at("2026-07-21"):
        steps.step_explain(by=world.secretary_a, entry=entry, text="换届期间，支委暂缺")
        assert case_of(case).standing.faults
        with pytest.raises(Forbidden):
            steps.step_accept(by=world.secretary_a, entry=entry)
        steps.step_accept(by=world.staff, entry=entry)
    assert not case_of(case).standing.faults and case_of(case).standing.of("2").state == "done_late"


def test_only_training_knows_exceptions(world):
    case = applicant(world)
    entry = enter(world, case, "2", "2026-06-20", kind="talk")
    with at("2026-06-21"), pytest.raises(Conflict, match="没有可以例外的规定"):
        steps.step_except(by=world.staff, entry=entry, reason="特殊")


def test_contacts_are_changed_with_a_reason_and_never_deleted(world):
    case = activist(world)
    people(world, case, "contact", "2026-07-03", 2)
    with at("2026-09-01"):
        one = world.people("branch_a")[3]
        with pytest.raises(ValidationError, match="请填写更换原因"):
            cases.roles_set(by=world.secretary_a, case=case, role="contact", people=[one], starts=date(2026, 9, 1))
        cases.roles_set(
            by=world.secretary_a, case=case, role="contact", people=[one], starts=date(2026, 9, 1), reason="调离"
        )
        probationer = world.people("branch_a")[5]
        with pytest.raises(ValidationError, match="须为正式党员"):
            cases.roles_set(
                by=world.secretary_a,
                case=case,
                role="contact",
                people=[probationer],
                starts=date(2026, 9, 1),
                reason="x",
            )
    ended = case.roles.filter(ends=date(2026, 8, 31))
    assert ended.count() == 2 and case.roles.filter(ends__isnull=True).get().member == one


def test_a_case_begun_on_paper_is_taken_over(world):
    probationer = world.people("branch_a")[5]
    days = {"3": date(2024, 3, 1), "15": date(2026, 3, 1)}
    with at("2026-06-01"):
        with pytest.raises(ValidationError) as refused:
            cases.case_take_over(by=world.secretary_a, member=probationer, opened_on=date(2023, 1, 5), days=days)
        assert "day_17" in refused.value.message_dict
        days["17"] = date(2026, 4, 1)
        case = cases.case_take_over(by=world.secretary_a, member=probationer, opened_on=date(2023, 1, 5), days=days)
        found = case_of(case).standing
    assert found.stage == "probationary" and not found.faults and found.probation_ends == date(2027, 3, 1)
    assert member_of(case).joined_on == date(2026, 3, 1)


def test_whoever_is_given_up_is_developed_no_more_and_may_apply_again(world):
    case = applicant(world)
    with at("2026-08-01"):
        with pytest.raises(ValidationError, match="请填写原因"):
            cases.case_withdraw(by=world.secretary_a, case=case, reason=" ")
        cases.case_withdraw(by=world.secretary_a, case=case, reason="本人撤回申请")
        assert member_of(case).led_by_case is False
        with pytest.raises(Conflict, match="已于 2026-08-01 办结"):
            steps.step_add(by=world.secretary_a, case=case, key="14", data=StepData(day=date(2026, 8, 1)))
        cases.case_open(by=world.secretary_a, person=member_of(case), opened_on=date(2026, 8, 1))


def test_a_case_goes_along_when_its_person_moves(world):
    case = applicant(world)
    with at("2026-06-10"):
        member_transfer(by=world.staff, member=member_of(case), branch=world.branch_b, on=date(2026, 6, 10))
    assert list(DevelopmentCase.objects.visible_to(world.secretary_b)) == [case]
    assert not DevelopmentCase.objects.visible_to(world.secretary_a).exists()
    with pytest.raises(Http404):
        enter(world, case, "14", "2026-06-11", by=world.secretary_a)


def test_an_application_goes_to_a_branch_of_the_place_of_work(world):
    """dev-where, 第六条: to the body that admits members where one works, not to what stands above it."""
    values = {"name": "申二", "sex": "男", "birth_date": date(1996, 1, 2)}
    for place in (world.committee, world.root):
        with at("2026-06-01"), pytest.raises(ValidationError):
            cases.case_open(by=world.staff, person=cases.NewPerson(place, values), opened_on=date(2026, 6, 1))
    assert not Member.objects.filter(name="申二").exists() and not DevelopmentCase.objects.exists()


def test_an_activists_time_runs_on_when_he_moves(world):
    """dev-move-continuous, 第十二条: a year from the day he became one, wherever he has been since; probation alike (第三十五条)."""
    case = activist(world)
    enter(world, case, "4", "2026-07-03", by=world.staff)
    people(world, case, "contact", "2026-07-03")
    with at("2026-12-19"):
        found = case_of(case)
        before = found.standing.of("7").from_day
        assert before == date(2027, 7, 1) and found.file.moved_on is None
    with at("2026-12-20"):
        member_transfer(by=world.staff, member=member_of(case), branch=world.branch_b, on=date(2026, 12, 20))
        moved = case_of(case)
        assert moved.standing.of("7").from_day == before and moved.standing.stage == "activist"
        assert moved.file.moved_on == date(2026, 12, 20)


@pytest.mark.parametrize("who", ["leader", "party_secretary", "discipline", "administrator", "auditor", "officer_a"])
def test_nobody_reads_who_applies_but_those_who_keep_people(world, who):
    applicant(world)
    assert not DevelopmentCase.objects.visible_to(world.user(who)).exists()
    assert DevelopmentCase.objects.visible_to(world.organiser_a).count() == 1


def test_whose_probation_is_cancelled_belongs_nowhere_from_that_day(world):
    probationer = world.people("branch_a")[5]
    days = {"3": date(2024, 3, 1), "15": date(2026, 3, 1), "17": date(2026, 4, 1)}
    with at("2026-06-01"):
        case = cases.case_take_over(by=world.secretary_a, member=probationer, opened_on=date(2023, 1, 5), days=days)
    enter(world, case, "22", "2027-03-01")
    enter(world, case, "23", "2027-03-05", kind="assembly", vote=vote("cancel"), text="不履行义务")
    enter(world, case, "23a", "2027-03-06", kind="party_group_meeting", place=world.root, by=world.staff)
    enter(world, case, "24", "2027-03-08", kind="committee_plenary", place=world.committee, by=world.staff)
    case.refresh_from_db()
    with at("2027-03-09"):
        member = member_of(case)
        assert case.outcome == "cancelled" and member.status == "已出党" and not member.led_by_case
        assert member.memberships.get().ends == date(2027, 3, 7)


def test_sanctions_and_stays_elsewhere_are_read_from_the_roster(world):
    case = until_consent(world)
    one = [row for row in world.people("branch_a") if row.full_on is not None][0]
    with at("2027-07-08"):
        status_set(
            by=world.staff,
            member=one,
            state="under_watch",
            starts=date(2027, 7, 8),
            ends=date(2028, 7, 7),
            ground="违纪",
            document="纪〔2027〕1号",
        )
        away_set(by=world.staff, member=member_of(case), kind="floating", place="外省", starts=date(2027, 7, 8))
        notices.notice_post(by=world.secretary_a, case=case, posted_on=date(2027, 7, 8), places=["公示栏"])
    PublicNotice.objects.update(first=date(2027, 7, 9), last=date(2027, 7, 15))
    enter(world, case, "8a", "2027-07-16", objections=0)
    assert "流出地、流入地同时公示" in case_of(case).standing.of("8a").note
    PublicNotice.objects.update(places=["公示栏", "流入地公示栏"])
    people(world, case, "introducer", "2027-07-20")
    assert "在留党察看期间" in case_of(case, date(2027, 7, 21)).standing.of("9").note


def test_a_case_ends_with_whoever_leaves(world):
    case = applicant(world)
    with at("2026-07-01"):
        membership_end(by=world.staff, member=member_of(case), ground="deceased", on=date(2026, 6, 30))
    case.refresh_from_db()
    assert (case.outcome, case.close_reason) == ("withdrawn", "去世") and not member_of(case).led_by_case


def test_what_a_decision_rests_on_is_taken_back_by_those_who_decided_and_both_sides_are_told(world, as_):
    case = until_consent(world)
    entry = CaseStep.objects.get(case=case, key="7")
    url = reverse("development_entry_remove", args=[entry.pk])
    with at("2027-07-09"):
        assert as_("secretary_a").get(url).status_code == 403
        with pytest.raises(Forbidden):
            steps.step_remove(by=world.secretary_a, entry=entry, reason="登记错了")
        page = as_("staff").get(url).content.decode()
        assert "上级党委同意不再生效" in page
    activist = CaseStep.objects.get(case=case, key="3")
    with at("2027-07-09"):
        warned = as_("staff").get(reverse("development_entry_remove", args=[activist.pk])).content.decode()
        assert "申一由入党积极分子变为入党申请人" in warned
        steps.step_remove(by=world.staff, entry=activist, reason="登记错了")
    assert member_of(case).stage == "applicant"
    with at("2027-07-09"):
        queue = as_("staff").get(reverse("development_queue")).content.decode()
        assert reverse("development_step", args=[case.pk, "8"]) not in queue, "the branch has to be first"
    told = set(Told.objects.filter(text__contains="申一现为入党申请人").values_list("recipient__username", flat=True))
    assert world.secretary_a.username in told and world.staff.username not in told
    assert world.committee_secretary.username in told


def test_a_vote_has_the_numbers_of_its_record_and_no_others(world):
    case = until_consent(world)
    with pytest.raises(ValidationError, match="不一致"):
        enter(world, case, "15", "2027-07-09", kind="assembly", vote=vote(expected=5, present=5, yes=3))
    assert not CaseStep.objects.filter(key="15").exists()
    entry = enter(world, case, "15", "2027-07-09", kind="assembly", vote=vote(expected=0, present=0, yes=3))
    assert (entry.vote.expected, entry.vote.present) == (6, 6)
    assert "赞成 3 票，须超过应到半数（4 票）" in case_of(case).standing.of("15").note


def test_an_old_application_is_accepted_and_its_talk_is_late(world, as_):
    record(world.branch_a, "2027-06-01", "assembly")
    with at("2027-07-01"):
        values = {"branch": world.branch_a.pk, "name": "申旧", "sex": "女", "birth_date": "1996-01-02"}
        answer = as_("secretary_a").post(reverse("development_new"), values | {"opened_on": "2026-06-02"})
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        assert case_of(DevelopmentCase.objects.get()).standing.of("2").state == "overdue"
    assert Member.objects.get(name="申旧").stage == "applicant"
