"""Proofs that have no slow reference: sync stages, debriefing, who chaired; and the table of sources itself."""

from datetime import date, time

import pytest
import time_machine

from branches.places.models.terms import Term
from branches.rulebook import rule
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, ActivityKind, ActivityKindCode, Attendance
from members.activities.selectors.topics import topics_of
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.records import RecordData, record_data
from members.activities.services.states import activity_accept, activity_record
from members.roster.models.members import Member
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, DutyReport, Level
from responsibilities.duties.progress import duty_slots, elapsed, progress
from responsibilities.duties.proofs.sources import BY_HAND, FROM_TEMPLATE, SOURCE_NAMES, SOURCES
from responsibilities.duties.selectors.of_record import duties_of_record
from responsibilities.duties.selectors.wording import basis, own_number, short_basis
from responsibilities.duties.templates import template, templates
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.requirements.selectors import one_requirement
from responsibilities.requirements.services import document_name
from responsibilities.work.models import StageEvidence, SyncStage, WorkCarrier, WorkItem
from tests.records import counted
from tests.responsibilities.duties.world import DOCUMENT, duty, issue, issued, make, slots

ALL = [line for level in Level for line in templates(level)]


def held(place, kind, day, **values):
    record = Activity.objects.create(organisation=place, day=day, title="一次", state="accepted", **values)
    ActivityKind.objects.create(activity=record, kind=kind)
    counted(record, record.valid)
    return record


@pytest.mark.parametrize("line", ALL, ids=lambda line: line.key)
def test_a_template_names_sources_rules_kinds_and_parents_that_exist(line):
    assert line.source in ("", *SOURCES)
    assert set(line.kinds) <= set(ActivityKindCode.values)
    for rule_id in line.rules:
        assert rule(rule_id)
    if line.source in FROM_TEMPLATE:
        assert line.kinds
    if line.parent:
        upper = template(line.parent)
        assert LEVEL_ORDER.index(upper.level) < LEVEL_ORDER.index(line.level)


def test_every_source_has_a_name_and_is_used():
    shipped = {line.source for line in ALL} - {""}
    # What no shipped list names is chosen on the form of a duty (test_a_duty_by_hand_is_proved_by_finished_runs_of_a_policy).
    assert set(SOURCE_NAMES) == set(SOURCES) == shipped | BY_HAND and not shipped & BY_HAND


def test_only_verified_rules_are_cited_and_own_numbers_are_called_the_agencys():
    strict, theme = Duty(rules="resp-half-year", key="pg-strict"), Duty(rules="life-theme-day", key="br-theme")
    assert (basis(strict), short_basis(strict), own_number(strict)) == ([], "本机关设定", True)
    theme.period, theme.times = "month", 1
    assert [rule_id for rule_id, _ in basis(theme)] == ["life-theme-day"]
    assert not own_number(theme)
    theme.times = 2
    assert own_number(theme)


def item(world, name, happened, leader=None, carrier=None):
    work = WorkItem.objects.create(
        organisation=world.root, name=name, leader=leader, starts=date(2026, 1, 1), ends=date(2026, 12, 31)
    )
    stage = SyncStage.objects.create(item=work, stage="study", happened_on=happened)
    if carrier:
        WorkCarrier.objects.create(item=work, organisation=carrier, leads=True)
    return stage


def of_an_earlier_year(key="cm-sync"):
    """Lists made before circulars keep what they were made from: the committee's duty then followed the stages."""
    Duty.objects.filter(key=key).update(source="stages", period="each", due="")


def test_stages_close_by_their_records_for_those_in_charge_and_those_who_carry(world):
    issued(world)
    of_an_earlier_year()
    mine = item(world, "一号工程", date(2026, 5, 10), world.leader, world.branch_a)
    late = item(world, "二号工程", date(2026, 6, 10), None, world.branch_b)
    missing = item(world, "三号工程", date(2026, 7, 10))
    for stage, place, day in (
        (mine, world.branch_a, date(2026, 5, 12)),
        (late, world.branch_b, date(2026, 7, 1)),
    ):
        record = held(place, "assembly", day)
        StageEvidence.objects.create(stage=stage, activity=record, confirmed_at=clock.now())
    keys = [f"stage/{stage.pk}" for stage in (mine, late, missing)]
    assert set(slots("cm-sync")) == set(keys)
    assert set(slots("br-sync", organisation=world.branch_a)) == {keys[0]}
    assert set(slots("br-sync", organisation=world.branch_b)) == {keys[1]}
    found = slots("cm-sync")
    assert [found[key].state for key in keys] == ["closed", "closed", "overdue"]
    assert [found[key].late for key in keys] == [0, 1, 0]
    assert found[keys[0]].url == f"/sync/{mine.item_id}/"
    assert found[keys[0]].due == date(2026, 5, 17)
    record = mine.evidence.get().activity
    assert {one.key for one, key in duties_of_record(record) if key == keys[0]} == {
        "cm-sync",
        "br-sync",
    }
    # On the day before the record there was nothing yet.
    assert slots("cm-sync", as_of=date(2026, 5, 11))[keys[0]].state == "open"


def test_a_stage_whose_business_side_waits_is_never_overdue_and_a_waived_one_not_owed(world):
    issued(world)
    of_an_earlier_year()
    stage = item(world, "四号工程", None)
    SyncStage.objects.filter(pk=stage.pk).update(planned_on=date(2026, 3, 1))
    assert slots("cm-sync")[f"stage/{stage.pk}"].state == "open"
    assert slots("pg-sync")[f"work/{stage.item_id}"].state == "open"
    SyncStage.objects.filter(pk=stage.pk).update(waived_reason="免予", waived_at="2026-03-02T00:00:00Z")
    assert slots("cm-sync")[f"stage/{stage.pk}"].state == "not_applicable"
    assert slots("pg-sync")[f"work/{stage.item_id}"].state == "not_applicable"


def test_debriefing_counts_at_the_branch_or_where_its_secretary_attended_above(world):
    issued(world)
    secretary = Member.objects.get(name="甲一")
    Member.objects.filter(pk=secretary.pk).update(account=world.secretary_a)
    above = held(world.committee, "debrief", date(2026, 11, 5))
    assert slots("br-debrief", organisation=world.branch_a)["2026"].state == "open"
    Attendance.objects.create(activity=above, member=secretary, organisation=world.branch_a, state="present")
    assert slots("br-debrief", organisation=world.branch_a)["2026"].records == [above.pk]
    assert slots("br-debrief", organisation=world.branch_b)["2026"].state == "open"
    assert slots("cm-debrief")["2026"].state == "closed"


def test_the_party_groups_secretary_debriefs_by_the_meeting_that_he_chaired_himself(world):
    issued(world)
    above = held(world.committee, "debrief", date(2026, 11, 5))
    assert slots("ps-debrief")["2026"].text == "11月5日的述职评议会记录不计入：没有登记主持人"
    assert slots("ps-debrief")["2026"].state == "open" and not slots("ps-debrief")["2026"].records
    Activity.objects.filter(pk=above.pk).update(chair_name="别人")
    held(world.root, "debrief", date(2026, 11, 4), chair_name="别人")
    assert slots("ps-debrief")["2026"].text.endswith("主持人不是本人（另有 1 条也不计入）")
    Activity.objects.filter(pk=above.pk).update(chair_name=world.party_secretary.name)
    slot = slots("ps-debrief")["2026"]
    assert (slot.state, slot.records, slot.text) == ("closed", [above.pk], "1 条述职评议会记录")
    assert "ps-debrief" in {one.key for one, _ in duties_of_record(above)}


def test_what_the_secretary_must_chair_himself_is_proved_by_the_chair(world):
    issued(world)
    first = held(world.root, "party_special", date(2026, 3, 5), chair_name="别人", topics=["party_building"])
    assert slots("pg-study")["2026H1"].records == [first.pk]
    assert slots("ps-first")["2026H1"].state == "overdue"
    held(world.root, "party_special", date(2026, 5, 5), chair_name=world.party_secretary.name)
    assert slots("ps-first")["2026H1"].state == "closed"


def test_a_meeting_counts_for_each_topic_that_was_ticked_for_duty_and_requirement_alike(world):
    issued(world)
    same = {"pg-study": "resp-party-group-study", "pg-strict": "resp-half-year", "pg-ideology": "resp-ideology"}

    def done():
        found = [slots(key)["2026H1"].done for key in same]
        assert found == [one_requirement(world.root, rule, Period.parse("2026H1")).done for rule in same.values()]
        return found

    record = held(world.root, "party_special", date(2026, 3, 5), content="研究从严治党、意识形态工作责任制")
    assert done() == [0, 0, 0]
    assert slots("pg-strict")["2026H1"].text == "3月5日的专题研究党建会议记录不计入：记录没有标明这个议题"
    assert slots("pg-strict")["2026H2"].text == "未见议题为“全面从严治党”的专题研究党建会议记录"
    # A ledger has no column for topics: of an imported record its words tell.
    Activity.objects.filter(pk=record.pk).update(origin="import")
    assert done() == [0, 1, 1]
    Activity.objects.filter(pk=record.pk).update(topics=["party_building", "governance"])
    assert done() == [1, 1, 0]


def test_hours_without_times_are_unknown_and_never_zero(world):
    issued(world)
    people = Member.objects.filter(home=world.branch_a)
    record = held(world.branch_a, "theme_day", date(2026, 3, 5))
    Attendance.objects.bulk_create(
        Attendance(activity=record, member=one, organisation=world.branch_a, state="present") for one in people
    )
    one = slots("br-study", organisation=world.branch_a)["2026"]
    assert (one.state, one.words) == ("unknown", True)
    assert "学时未知" in one.text
    found = progress(list(slots("br-study", organisation=world.branch_a).values()))
    assert (found.total, found.overdue) == (0, 0)


def test_a_day_is_worth_eight_hours_of_study_in_one_record_or_in_several(world):
    issued(world)
    for number, (start, end) in enumerate([("00:00", "23:59"), ("08:00", "12:00"), ("13:00", "18:00")]):
        row = held(world.branch_a, "theme_day", date(2026, 3, 5 + min(number, 1)))
        Activity.objects.filter(pk=row.pk).update(starts_at=start, ends_at=end)
    one = slots("br-study", organisation=world.branch_a)["2026"]
    assert (one.done, one.text) == (16, "16 学时")


def test_the_share_of_the_year_that_has_passed():
    assert elapsed(2026, date(2026, 11, 24)) == 90
    assert elapsed(2026, date(2026, 1, 1)) == 0
    assert elapsed(2026, date(2027, 3, 1)) == 100
    assert elapsed(2026, date(2025, 3, 1)) == 0


def test_every_duty_serves_the_duty_its_template_names_of_the_same_year_and_further_up(world):
    issued(world)
    for one in Duty.objects.exclude(serves=None).select_related("list", "serves__list"):
        assert one.serves.list.year == one.list.year
        assert LEVEL_ORDER.index(one.serves.list.level) < LEVEL_ORDER.index(one.list.level)
        # A general branch between takes the place of the committee.
        named, served = template(one.key).parent, template(one.serves.key)
        assert named == served.key or (served.level, served.parent) == ("general_branch", named)


def test_nothing_of_a_list_is_overdue_before_its_year_and_an_ended_term_is_owed_from_the_first_day(world):
    term = Term.objects.create(organisation=world.branch_a, expires=date(2026, 5, 20))
    make(year=2027)
    issue(year=2027)
    rows = list(Duty.objects.filter(list__year=2027))
    november = duty_slots(rows, as_of=date(2026, 11, 20))
    assert [slot for found in november.values() for slot in found if slot.behind(date(2026, 11, 20))] == []
    one = duty("br-term", organisation=world.branch_a, year=2027)
    (slot,) = november[one.pk]
    assert (slot.state, slot.due, slot.text) == ("open", date(2027, 1, 1), "2026-05-20 届满，未见换届登记")
    (slot,) = duty_slots([one], as_of=date(2027, 1, 2))[one.pk]
    assert slot.state == "overdue" and slot.days(date(2027, 1, 2)) == 1
    Term.objects.filter(pk=term.pk).update(closed_on=date(2027, 2, 3))
    (slot,) = duty_slots([one], as_of=date(2027, 3, 1))[one.pk]
    assert (slot.state, slot.late) == ("closed", 1)


def test_a_branchs_word_about_others_waits_for_its_review_and_a_visit_must_name_the_leader(world):
    issued(world)
    LeaderPortfolio.objects.create(
        organisation=world.root, leader=world.leader, contact=world.branch_a, starts=date(2026, 1, 1)
    )
    visit = held(world.branch_a, "visit_branch", date(2026, 8, 5), content="到会指导")
    assert slots("ld-contact")["2026H2"].text == "未见写明本人到场的联系点指导记录"
    Activity.objects.filter(pk=visit.pk).update(content=f"{world.leader.name}到会指导", state="submitted")
    slot = slots("ld-contact")["2026H2"]
    assert (slot.done, slot.state, slot.text) == (0, "open", "8月5日的联系点指导记录待审核，通过后计入")
    lecture = held(world.branch_b, "lecture", date(2026, 8, 6), lecturer_name=world.leader.name)
    debrief = held(world.branch_a, "debrief", date(2026, 8, 7))
    waiting = [visit, lecture, debrief]
    Activity.objects.filter(pk__in=[row.pk for row in waiting]).update(state="submitted")
    asked = [
        ("ld-contact", "2026H2", {}),
        ("ld-lecture", "2026", {}),
        ("br-debrief", "2026", {"organisation": world.branch_a}),
    ]
    assert [slots(key, **chosen)[period].done for key, period, chosen in asked] == [0, 0, 0]
    Activity.objects.filter(pk__in=[row.pk for row in waiting]).update(state="accepted")
    assert [slots(key, **chosen)[period].done for key, period, chosen in asked] == [1, 1, 1]


def test_a_committees_report_and_reminders_are_its_requirements_and_not_what_its_branches_do(world, as_):
    issued(world)
    Term.objects.create(organisation=world.branch_a, expires=date(2027, 3, 1), closed_on=date(2026, 10, 20))
    for key, asked, period in (("cm-term", "term-remind-6m", "2026"), ("cm-thought", "resp-thought-report", "2026H1")):
        slot = slots(key)[f"{asked}/{period}"]
        owed = one_requirement(world.committee, asked, Period.parse(period))
        assert (slot.expected, slot.done, slot.due) == (owed.expected, owed.done, owed.due) == (1, 0, owed.due)
        assert slot.state == owed.state == "overdue" and not slot.words
    paper = {"title": "上半年思想政治工作情况报告", "number": "", "dated_on": date(2026, 6, 20)}
    one = one_requirement(world.committee, "resp-thought-report", Period.parse("2026H1"))
    document_name(by=OPERATOR, organisation=world.committee, row=one, **paper)
    assert slots("cm-thought")["resp-thought-report/2026H1"].state == "closed"
    assert as_("staff").get(f"/duties/{duty('cm-term').pk}/").status_code == 200


def test_the_party_groups_papers_are_its_requirements_and_its_issued_list_is_one_of_them(world, as_):
    issued(world)
    found, root = slots("pg-plan") | slots("pg-up"), world.committee.parent
    for asked in ("resp-list", "resp-annual-plan", "resp-annual-report"):
        owed = one_requirement(root, asked, Period.parse("2026"))
        slot = found[f"{asked}/2026"]
        assert (slot.done, slot.due, slot.words) == (owed.done, owed.due, False), asked
        assert (slot.done, slot.state) == ((1, "closed") if asked == "resp-list" else (0, "overdue")), asked
    # What is issued here is not named again; without its document it proves nothing.
    page = as_("party_secretary").get(f"/requirements/{root.pk}/resp-list/2026/").content.decode()
    assert "下达的责任清单" in page and DOCUMENT in page
    said = {"slot": "resp-annual-report/2026", "text": "已完成。"}
    answer = as_("party_secretary").post(f"/duties/{duty('pg-up').pk}/report/", said)
    assert answer.status_code == 422 and not DutyReport.objects.exists()
    DutyList.objects.filter(level="party_group").update(document="")
    assert slots("pg-plan")["resp-list/2026"].state == "overdue"


def test_a_duty_says_what_was_found_and_not_counted_and_waits_for_the_review_as_its_requirement(world, as_):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    record = held(world.branch_a, "theme_day", date(2026, 10, 8))
    Activity.objects.filter(pk=record.pk).update(state="submitted")
    slot = slots("br-theme", organisation=world.branch_a)["life-theme-day/2026-10"]
    assert (slot.state, slot.word) == ("closed", "待审核")
    Activity.objects.filter(pk=record.pk).update(state="accepted")
    assert slots("br-theme", organisation=world.branch_a)["life-theme-day/2026-10"].word == "已办结"
    record.judgements.update(valid=False, present=2, needed=3)
    slot = slots("br-theme", organisation=world.branch_a)["life-theme-day/2026-10"]
    assert slot.text.endswith("；10月8日的记录不计入：到会 2 人，不足法定人数 3 人")
    assert slot.text in as_("secretary_a").get(f"/duties/{one.pk}/").content.decode()


def test_what_comes_with_a_later_subject_says_so_as_its_requirement_does(world, as_):
    issued(world)
    member = Member.objects.get(account=world.member)
    words = {key: next(iter(slots(key, member=member).values())).word for key in ("mb-fee", "mb-move")}
    assert words == {"mb-fee": "不适用", "mb-move": "不适用"}
    page = as_("member").get(f"/duties/{duty('mb-fee', member=member).pk}/").content.decode()
    assert "没有在系统登记党费" in page


def test_a_duty_that_records_prove_directly_says_as_well_what_was_found_and_not_counted(world, as_):
    issued(world)
    meeting = held(world.general, "committee_meeting", date(2026, 8, 8))
    assert slots("gb-meet")["2026Q3"].state == "closed"
    meeting.judgements.update(valid=False, present=1, needed=2)
    slot = slots("gb-meet")["2026Q3"]
    assert (slot.done, slot.text) == (0, "8月8日的支委会记录不计入：到会 1 人，不足法定人数 2 人")
    assert slot.text in as_("general_secretary").get(f"/duties/{duty('gb-meet').pk}/").content.decode()
    assert slots("gb-meet")["2026Q2"].text.startswith("未见")
    lecture = held(world.branch_a, "lecture", date(2026, 5, 9), lecturer_name=world.leader.name)
    key = {"holder": world.leader}
    assert slots("ld-lecture", **key)["2026"].done == 1
    lecture.judgements.update(valid=False, present=0, needed=1)
    assert slots("ld-lecture", **key)["2026"].text == "5月9日的党课记录不计入：无人到会"
    study = held(world.branch_a, "training", date(2026, 5, 9))
    study.judgements.update(valid=False, present=0, needed=1)
    hours = next(iter(slots("br-study", organisation=world.branch_a).values()))
    assert hours.text.endswith("不计入：无人到会（另有 1 条也不计入）")


def test_topics_hours_and_attendance_of_a_day_before_a_correction_are_those_of_its_version(world):
    issued(world)
    people, day = world.people("branch_a"), date(2026, 10, 15)
    there = {member.pk: ("present", "") for member in people}
    study = RecordData(
        ["training"],
        day,
        title="集中学习",
        starts_at=time(9),
        ends_at=time(13),
        attendance=there,
        topics=["governance"],
        content="学习文件",
    )
    with time_machine.travel("2026-10-16T10:00:00+08:00", tick=False):
        row = activity_record(by=world.secretary_a, organisation=world.branch_a, data=study)
        activity_accept(by=world.staff, activity=row)
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        correction_begin(by=world.secretary_a, activity=row, reason="时间写错")
        data = record_data(row)
        data.ends_at, data.topics = time(10), ["ideology"]
        data.attendance = there | {people[1].pk: ("leave", "外出")}
        correction_submit(by=world.secretary_a, activity=row, data=data)
    with time_machine.travel("2026-12-01T10:00:00+08:00", tick=False):
        for as_of, branch, member, topic in (
            (date(2026, 11, 19), 4, 4, "governance"),
            (date(2026, 11, 20), 1, 0, "ideology"),
        ):
            assert slots("br-study", as_of, organisation=world.branch_a)["2026"].done == branch
            assert slots("mb-study", as_of, member=people[1])["2026"].done == member
            assert topics_of(Activity.objects.filter(pk=row.pk), as_of) == {row.pk: {topic}}


def test_the_words_of_a_ledgers_record_tell_its_topics_of_each_day(world):
    with time_machine.travel("2026-10-16T10:00:00+08:00", tick=False):
        there = {member.pk: ("present", "") for member in world.people("branch_a")}
        day = date(2026, 10, 15)
        data = RecordData(["training"], day, title="研究从严治党", content="议定三项", attendance=there)
        row = activity_record(by=world.secretary_a, organisation=world.branch_a, data=data)
        activity_accept(by=world.staff, activity=row)
        Activity.objects.filter(pk=row.pk).update(origin="import")
        row.refresh_from_db()
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        correction_begin(by=world.secretary_a, activity=row, reason="题目写错")
        data = record_data(row)
        data.title = "研究意识形态工作"
        correction_submit(by=world.secretary_a, activity=row, data=data)
    with time_machine.travel("2026-12-01T10:00:00+08:00", tick=False):
        for as_of, topic in ((date(2026, 11, 19), "governance"), (date(2026, 11, 20), "ideology")):
            assert topics_of(Activity.objects.filter(pk=row.pk), as_of) == {row.pk: {topic}}
