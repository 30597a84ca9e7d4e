"""An upper level's duty about business work is fulfilled by its own act, never by what branches did (judgement 4.1)."""

from datetime import date, datetime

import pytest
from django.utils.timezone import make_aware

from common import clock
from members.activities.models import Activity, ActivityKind, Attendance
from members.roster.models.members import Member
from responsibilities.duties.progress import duty_slots
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import StageEvidence, SyncStage, WorkCarrier, WorkItem
from tests.records import counted
from tests.responsibilities.duties.world import duty, issued

pytestmark = pytest.mark.django_db
STUDIED, ARRANGED = date(2026, 5, 10), date(2026, 6, 20)


@pytest.fixture
def item(world):
    """An item in the leader's charge, studied and arranged on the business side; lists are issued."""
    issued(world)
    found = WorkItem.objects.create(
        organisation=world.root, name="一号工程", leader=world.leader, starts=date(2026, 3, 1), ends=date(2026, 9, 30)
    )
    for stage, day in (("study", STUDIED), ("arrangement", ARRANGED), ("implementation", None)):
        SyncStage.objects.create(item=found, stage=stage, happened_on=day)
    return found


def held(place, kind, day, valid=True, **values):
    record = Activity.objects.create(organisation=place, day=day, title="一次", state="accepted", **values)
    ActivityKind.objects.create(activity=record, kind=kind)
    counted(record, valid)
    return record


def link(item, stage, record, confirmed=True):
    stage = item.stages.get(stage=stage)
    moment = clock.now() if confirmed else None
    return StageEvidence.objects.create(stage=stage, activity=record, confirmed_at=moment)


def own(key, item, as_of=None, **chosen):
    one = duty(key, **chosen)
    return {slot.key: slot for slot in duty_slots([one], as_of=as_of)[one.pk]}.get(f"work/{item.pk}")


# ---- the Party group


def test_the_meeting_of_the_party_group_fulfils_its_duty_and_what_branches_did_does_not(world, item):
    link(item, "study", held(world.branch_a, "committee_meeting", STUDIED))
    slot = own("pg-sync", item)
    assert (slot.state, slot.due, slot.done) == ("overdue", date(2026, 6, 27), 0)
    assert slot.text == "未见党组会议研究、部署这项业务的记录" and slot.mend[0] == "补佐证"
    meeting = held(world.root, "party_group_meeting", date(2026, 5, 17))
    link(item, "study", meeting)
    slot = own("pg-sync", item)
    assert (slot.state, slot.late, slot.records, slot.text) == ("closed", 0, [meeting.pk], "党组会议 05-17")


def test_a_meeting_after_the_day_of_judging_is_not_known_on_it(world, item):
    link(item, "study", held(world.root, "party_group_meeting", date(2026, 5, 17)))
    assert own("pg-sync", item, as_of=date(2026, 5, 16)).done == 0
    assert own("pg-sync", item, as_of=date(2026, 5, 17)).done == 1


@pytest.mark.parametrize(
    "stage, day, late",
    [("study", date(2026, 5, 18), 1), ("arrangement", date(2026, 6, 27), 0), ("arrangement", date(2026, 6, 28), 1)],
)
def test_either_stage_will_do_in_time_as_a_stage_is(world, item, stage, day, late):
    link(item, stage, held(world.root, "party_special", day))
    slot = own("pg-sync", item)
    assert (slot.state, slot.late) == ("closed", late)


def test_a_meeting_in_time_stands_whatever_else_was_late(world, item):
    link(item, "study", held(world.root, "party_special", date(2026, 6, 5)))
    link(item, "arrangement", held(world.root, "party_special", date(2026, 6, 21)))
    slot = own("pg-sync", item)
    assert (slot.late, slot.text, len(slot.records)) == (0, "党组会议 06-21", 2)


def test_one_meeting_that_took_up_both_stages_is_told_once(world, item):
    meeting = held(world.root, "party_group_meeting", date(2026, 5, 12))
    link(item, "study", meeting)
    link(item, "arrangement", meeting)
    slot = own("pg-sync", item)
    assert (slot.state, slot.late, slot.records) == ("closed", 0, [meeting.pk])


@pytest.mark.parametrize("how", ["unconfirmed", "below its quorum", "of another kind", "of another stage"])
def test_what_does_not_count_for_the_stage_does_not_count_here(world, item, how):
    kind = "theme_day" if how == "of another kind" else "party_group_meeting"
    record = held(world.root, kind, date(2026, 5, 12), valid=how != "below its quorum")
    stage = "implementation" if how == "of another stage" else "study"
    link(item, stage, record, confirmed=how != "unconfirmed")
    assert own("pg-sync", item).state == "overdue"


def test_as_long_as_one_of_both_is_to_come_nothing_is_overdue(world, item):
    item.stages.filter(stage="arrangement").update(happened_on=None)
    assert own("pg-sync", item).state == "open"
    item.stages.filter(stage="arrangement").update(waived_reason="合并", waived_at=clock.now())
    assert own("pg-sync", item).state == "overdue"
    item.stages.filter(stage="study").update(waived_reason="合并", waived_at=clock.now())
    assert own("pg-sync", item).state == "not_applicable"
    assert own("pg-sync", item, as_of=date(2026, 5, 1)).state == "open"


# ---- a leader


@pytest.fixture
def member(world):
    row = Member.objects.filter(home=world.branch_b).first()
    Member.objects.filter(pk=row.pk).update(account=world.leader)
    return row


def led(item, world, **options):
    return own("ld-sync", item, holder=world.leader, **options)


def test_a_leader_fulfils_it_by_what_he_attended_or_chaired(world, item, member):
    record = held(world.branch_a, "theme_day", date(2026, 7, 1))
    link(item, "implementation", record)
    slot = led(item, world)
    assert (slot.state, slot.due, slot.text) == ("overdue", item.ends, "未见本人参加或督办这项业务的记录")
    presence = Attendance.objects.create(activity=record, member=member, organisation=world.branch_b, state="absent")
    assert led(item, world).state == "overdue"
    Attendance.objects.filter(pk=presence.pk).update(state="present")
    slot = led(item, world)
    assert (slot.state, slot.records, slot.text) == ("closed", [record.pk], "参加1次有关活动")
    Attendance.objects.all().delete()
    Activity.objects.filter(pk=record.pk).update(chair_name=world.leader.name)
    assert led(item, world).state == "closed"
    Activity.objects.filter(pk=record.pk).update(chair_name="", chair=member)
    assert led(item, world).state == "closed"


@pytest.mark.parametrize("uptake", ["waiting", "declined", "taken"])
def test_what_a_branch_registered_itself_puts_nobody_above_in_its_debt_before_it_is_taken_in(world, item, uptake):
    WorkItem.objects.filter(pk=item.pk).update(uptake=uptake, uptake_reason="是日常工作")
    of_leader, of_group = duty("ld-sync", holder=world.leader), duty("pg-sync")
    slots = duty_slots([of_leader, of_group], as_of=date(2026, 11, 24))
    states = {slot.state for pk in (of_leader.pk, of_group.pk) for slot in slots[pk]}
    assert states == ({"overdue"} if uptake == "taken" else {"not_applicable"})


@pytest.mark.parametrize(
    "how", ["before the item", "unconfirmed", "returned", "not linked", "taken back", "after the day of judging"]
)
def test_what_is_not_of_the_item_does_not_count(world, item, member, how):
    day = date(2026, 2, 27) if how == "before the item" else date(2026, 7, 1)
    record = held(world.branch_a, "theme_day", day, chair=member)
    if how != "not linked":
        link(item, "implementation", record, confirmed=how != "unconfirmed")
    if how == "returned":
        Activity.objects.filter(pk=record.pk).update(state="returned")
    if how == "taken back":
        StageEvidence.objects.update(removed_at=clock.now(), remove_reason="选错")
    as_of = date(2026, 6, 30) if how.startswith("after") else None
    assert led(item, world, as_of=as_of).done == 0


@pytest.mark.parametrize("by, day, done", [("leader", 5, 1), ("staff", 5, 0), ("leader", 2, 0)])
def test_a_supervision_that_he_raised_on_it_is_an_act_of_his(world, item, by, day, done):
    stage = item.stages.get(stage="implementation")
    Supervision.objects.create(
        organisation=world.branch_a, year=2026, number=1, subject="stage", about=f"stage/{stage.pk}", title="督办",
        expected="补齐", due=date(2026, 8, 1), first_due=date(2026, 8, 1), issued_by=world.user(by),
        issued_from=world.root, issued_at=make_aware(datetime(2026, day, 20, 9)),
    )  # fmt: skip
    slot = led(item, world)
    assert slot.done == done and (slot.text == "督办1次") == bool(done)


def test_only_items_in_his_charge_are_owed_by_account_or_by_name(world, item):
    other = WorkItem.objects.create(
        organisation=world.root, name="二号", starts=date(2026, 1, 1), ends=date(2026, 12, 31)
    )
    assert led(other, world) is None
    WorkItem.objects.filter(pk=other.pk).update(leader_name=world.leader.name)
    assert led(other, world).state in ("open", "overdue")
    WorkItem.objects.filter(pk=other.pk).update(stopped_on=date(2026, 4, 1), stop_reason="调整")
    assert led(other, world) is None


# ---- what the levels below did stands beside it


@pytest.mark.parametrize("key", ["pg-sync", "ld-sync", "cm-sync"])
def test_how_the_levels_below_stand_is_shown_and_does_not_decide(world, as_, item, key):
    """One stage that two branches carry counts once; another item, not in the leader's charge, is none of his."""
    WorkCarrier.objects.create(item=item, organisation=world.branch_a, leads=True)
    WorkCarrier.objects.create(item=item, organisation=world.branch_b)
    other = WorkItem.objects.create(
        organisation=world.root, name="二号工程", starts=date(2026, 3, 1), ends=date(2026, 9, 30)
    )
    WorkCarrier.objects.create(item=other, organisation=world.branch_c, leads=True)
    SyncStage.objects.create(item=other, stage="study", happened_on=STUDIED)
    link(item, "study", held(world.branch_a, "assembly", STUDIED))
    one = duty(key)
    words = "1 / 2 项次，2 个党支部，2 个有逾期" if key == "ld-sync" else "1 / 3 项次，3 个党支部，3 个有逾期"
    page = as_("staff").get(f"/duties/{one.pk}/")
    assert page.context["below"].words == words and f"下级落实 {words}，不代替本级" in page.content.decode()
    assert as_("staff").get(f"/duties/?duty={one.pk}").context["below"] == page.context["below"]
    assert not [row for row in duty_slots([one])[one.pk] if row.state == "closed"]
