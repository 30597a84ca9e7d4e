"""What the record's panels say of duties: before and after it is saved, and for whom a member's duty is named."""

from datetime import date

import pytest
import time_machine

from members.activities.judgement import judgements_write
from members.activities.models import Activity
from members.activities.selectors.rosters import roster
from members.activities.services.records import RecordData, activity_create
from members.activities.services.states import activity_submit, activity_withdraw
from members.roster.models.members import Member
from responsibilities.duties.models import Level
from responsibilities.duties.selectors.of_record import duties_of_record
from responsibilities.work.models import StageEvidence, SyncStage, SyncStageKind, WorkCarrier, WorkItem
from tests.members.activities.records import draft, submitted
from tests.responsibilities.duties.world import duty, html, issued, record
from tests.responsibilities.work.support import ago, happened, item_at, linked, record_on

DAY = date(2026, 11, 18)


def panel(client, place, kind, people=(), **typed):
    data = {"organisation": place.pk, "kinds": [kind], "day": DAY.isoformat(), "title": "一次活动", **typed}
    data |= {f"att-{member.pk}": "present" for member in people}
    answer = client.post("/uses/", data)
    return [line for line in answer.context["uses"] if line.kind == "责任清单"]


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("group_a1", "group_meeting"),
        ("branch_a", "theme_day"),
        ("branch_a", "lecture"),
        ("branch_a", "assembly"),
        ("branch_a", "training"),
        ("branch_a", "org_life"),
        ("branch_a", "talk"),
        ("branch_a", "visit"),
    ],
)
def test_the_panel_of_the_form_names_the_branchs_duties_that_the_record_serves_once_it_counts(world, as_, where, kind):
    issued(world)
    place = world.places[where]
    people = list(roster(place, DAY))
    named = [line.title for line in panel(as_("secretary_a"), place, kind, people) if line.url]
    attendance = {member.pk: ("present", "") for member in people}
    activity = record(world, place, kind, DAY, attendance=attendance)
    served = [one.text for one, _ in duties_of_record(activity) if one.list.level == Level.BRANCH]
    assert named == list(dict.fromkeys(served))
    if kind == "group_meeting":
        assert named == [duty("br-meetings", organisation=world.branch_a).text]


def test_a_draft_that_is_linked_with_a_stage_serves_the_duty_of_the_stages(world, as_):
    issued(world)
    item = WorkItem.objects.create(
        name="能源保供", organisation=world.root, starts=date(2026, 1, 1), ends=date(2026, 12, 31)
    )
    WorkCarrier.objects.create(item=item, organisation=world.branch_a)
    stage = SyncStage.objects.create(item=item, stage=SyncStageKind.STUDY, planned_on=DAY, happened_on=DAY)
    draft = activity_create(
        by=world.secretary_a, organisation=world.branch_a, data=RecordData(kinds=["visit"], day=DAY, title="走访")
    )
    StageEvidence.objects.create(stage=stage, activity=draft)
    named = [line.title for line in panel(as_("secretary_a"), world.branch_a, "visit", record=draft.pk)]
    assert named == [duty("br-sync", organisation=world.branch_a).text]


def test_below_the_quorum_no_duty_is_promised(world, as_):
    issued(world)
    assert [line.url for line in panel(as_("secretary_a"), world.branch_a, "assembly")] == [""]


def test_duties_of_members_are_one_line_for_each_text_with_their_names_for_who_may_read_them(world, as_):
    issued(world)
    Member.objects.filter(pk=world.people("branch_a")[3].pk).update(account=world.member)
    activity = record(world, world.branch_a, "theme_day", DAY)
    answer = as_("secretary_a").get(f"/activities/{activity.pk}/counts/")
    lines = [line for line in answer.context["lines"] if line.kind == "责任清单"]
    assert lines[0].title == duty("br-theme", organisation=world.branch_a).text
    folded = [line for line in lines if line.names]
    assert len(folded) == 2 and all(line.title.startswith("6 名党员：") for line in folded)
    assert [line for line in lines if "甲四" in line.note] == []
    assert "甲四</a>" in html(answer) and "<summary>名单</summary>" in html(answer)
    own = as_("officer_a").get(f"/activities/{activity.pk}/counts/")
    assert own.status_code == 200 and "名党员" not in html(own) and "甲四" not in html(own)
    assert Activity.objects.count() == 1


@pytest.mark.parametrize(("days", "words"), [(0, "相差 0 天"), (-2, "提前 2 天"), (3, "相差 3 天")])
def test_the_panel_says_how_far_the_record_lies_from_the_business(world, as_, days, words):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    linked(item, "study", record_on(world.branch_a, world.secretary_a, ago(20 - days)))
    record = Activity.objects.get()
    lines = as_("secretary_a").get(f"/activities/{record.pk}/counts/").context["lines"]
    assert [words in line.note for line in lines if "业务 " in line.note] == [True]


def test_a_meeting_that_is_not_asked_of_the_branch_says_so_with_the_reason(world, as_):
    def said(who, place):
        data = {"organisation": place.pk, "kinds": ["committee_meeting"], "day": DAY.isoformat(), "title": "支委会"}
        uses = as_(who).post("/uses/", data).context["uses"]
        return [(line.mark, bool(line.note)) for line in uses if line.kind == "义务"]

    # Branch B has no committee of its own.
    assert said("secretary_b", world.branch_b) == [("不适用", True)]
    assert all(mark != "不适用" for mark, _ in said("secretary_a", world.branch_a))


def test_a_meeting_below_its_quorum_is_promised_no_stage_before_and_after_it_is_saved(world, as_):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    people = list(roster(world.branch_a, ago(20)))
    few = {member.pk: ("present" if member == people[0] else "absent", "有事") for member in people}
    activity = record(world, world.branch_a, "assembly", ago(20), attendance=few)
    # Linked while it was a draft: the link is kept, and shows nothing.
    StageEvidence.objects.create(stage=item.stages.get(stage="study"), activity=activity)

    def said(lines):
        return [(line.mark, "不足法定人数" in line.note) for line in lines if line.kind == "四同步"]

    client = as_("secretary_a")
    assert said(client.get(f"/activities/{activity.pk}/counts/").context["lines"]) == [("未计入", True)]
    typed = {"organisation": world.branch_a.pk, "kinds": ["assembly"], "day": ago(20).isoformat(), "title": "大会"}
    typed |= {"record": activity.pk}
    absent = {f"att-{member.pk}": "absent" for member in people[1:]} | {f"att-{people[0].pk}": "present"}
    assert said(client.post("/uses/", typed | absent).context["uses"]) == [("未计入", True)]
    present = {f"att-{member.pk}": "present" for member in people}
    assert said(client.post("/uses/", typed | present).context["uses"]) == [("同步", False)]


def duty_lines(lines):
    return [(line.mark, line.note) for line in lines if line.kind == "义务"]


def typed(place, kind, day, states, **changes):
    data = {"organisation": place.pk, "kinds": [kind], "day": day.isoformat(), "title": "一次活动", **changes}
    return data | {f"att-{member.pk}": state for member, state in states.items()}


def test_beside_a_record_that_met_it_panel_and_page_say_the_same_of_one_below_its_quorum(world, as_):
    day = date(2026, 10, 14)
    people = list(roster(world.branch_a, day))
    few = {member: "present" if member == people[0] else "absent" for member in people}
    client = as_("secretary_a")
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False):
        submitted(world.branch_a, world.secretary_a, kinds=("assembly",), day=day)
        panel = client.post("/uses/", typed(world.branch_a, "assembly", day, few)).context["uses"]
        before = draft(world.branch_a, world.secretary_a, kinds=("assembly",), day=day, states=few)
        waiting = client.get(f"/activities/{before.pk}/counts/").context["lines"]
        activity_submit(by=world.secretary_a, activity=before)
        after = client.get(f"/activities/{before.pk}/counts/").context["lines"]
        said = [("不计入", "到会 1 人，不足法定人数 3 人，不能计入；本期已由其他记录完成")]
        assert duty_lines(panel) == duty_lines(waiting) == duty_lines(after) == said
        # Nobody's attendance is entered yet: nothing is said of what it will be.
        unknown = dict.fromkeys(people, "not_recorded")
        open_panel = client.post("/uses/", typed(world.branch_a, "assembly", day, unknown)).context["uses"]
        open_draft = draft(world.branch_a, world.secretary_a, kinds=("assembly",), day=day, states=unknown)
        open_page = client.get(f"/activities/{open_draft.pk}/counts/").context["lines"]
        assert duty_lines(open_panel) == duty_lines(open_page)
        assert [mark for mark, _ in duty_lines(open_page)] == ["尚未计入"]


def test_a_late_record_beside_one_in_time_is_not_said_to_make_the_requirement_late(world, as_):
    day = date(2026, 10, 14)
    people = dict.fromkeys(roster(world.branch_a, day), "present")
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False):
        in_time = submitted(world.branch_a, world.secretary_a, kinds=("theme_day",), day=day)
    with time_machine.travel("2026-12-20T10:00:00+08:00", tick=False):
        client = as_("secretary_a")
        panel = client.post("/uses/", typed(world.branch_a, "theme_day", day, people)).context["uses"]
        late = submitted(world.branch_a, world.secretary_a, kinds=("theme_day",), day=day)
        after = client.get(f"/activities/{late.pk}/counts/").context["lines"]
        assert [mark for mark, _ in duty_lines(panel)] == [mark for mark, _ in duty_lines(after)] == ["不另计"]
        assert [line.mark for line in after if line.kind == "考核"] == ["—"]
        assert [mark for mark, _ in duty_lines(client.get(f"/activities/{in_time.pk}/counts/").context["lines"])] == [
            "待审核"
        ]
        # Corrected, the late one is still no second: what stood before is not taken for the other.
        again = client.post("/uses/", typed(world.branch_a, "theme_day", day, people, record=late.pk)).context["uses"]
        assert [mark for mark, _ in duty_lines(again)] == ["不另计"]
        alone = activity_withdraw(by=world.secretary_a, activity=in_time)
        assert [mark for mark, _ in duty_lines(client.get(f"/activities/{late.pk}/counts/").context["lines"])] == [
            "补录"
        ]
        assert alone.state == "draft"


def test_only_what_it_counts_for_is_counted(world, as_):
    day = date(2026, 10, 14)
    people = list(roster(world.branch_a, day))
    few = {member: "present" if member == people[0] else "absent" for member in people}
    client = as_("secretary_a")
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False):
        record = draft(world.branch_a, world.secretary_a, kinds=("assembly",), day=day, states=few)
        assert "这条记录没有计入" in html(client.get(f"/activities/{record.pk}/counts/"))
        activity_submit(by=world.secretary_a, activity=record)
        # Who was there is counted, whatever else is not.
        assert "这条记录计入 1 处" in html(client.get(f"/activities/{record.pk}/counts/"))
        whole = submitted(world.branch_a, world.secretary_a, kinds=("assembly",), day=day)
        assert "这条记录计入 3 处" in html(client.get(f"/activities/{whole.pk}/counts/"))


def test_while_nobodys_attendance_is_entered_nothing_that_people_make_is_promised(world, as_):
    issued(world)
    day = date(2026, 10, 14)
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False):
        client = as_("secretary_a")
        record = draft(world.branch_a, world.secretary_a, kinds=("theme_day",), day=day)
        record.attendance.all().delete()
        judgements_write(record)
        unknown = dict.fromkeys(roster(world.branch_a, day), "not_recorded")
        panels = [
            client.get("/uses/", {"record": record.pk}).context["uses"],
            client.post("/uses/", typed(world.branch_a, "theme_day", day, unknown)).context["uses"],
            client.get(f"/activities/{record.pk}/counts/").context["lines"],
        ]
        for lines in panels:
            assert duty_lines(lines) == [("待登记", "还没有登记考勤，有人到会即计入")]
            assert not any(line.counts for line in lines)
        one = unknown | {next(iter(unknown)): "present"}
        lines = client.post("/uses/", typed(world.branch_a, "theme_day", day, one)).context["uses"]
        assert [mark for mark, _ in duty_lines(lines)] == ["完成"]
