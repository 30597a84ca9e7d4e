"""An organisation that joins later: nothing of before its own day is owed, late or overdue, and nobody else's changes."""

from datetime import date, datetime

import pytest
from django.http import Http404
from django.utils import timezone

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Organisation
from branches.settings.joining import joined_later, joining_set
from branches.settings.services import start_set
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, Resolution
from members.activities.selectors.resolutions import resolution_items
from members.activities.services.states import is_late
from members.organisations.duties_from import duties_from
from responsibilities.duties.models import Duty, DutyList, Level
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.services.lists import duty_lists_issue, duty_lists_make
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.selectors import requirements
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.selectors.notices import supervision_items
from responsibilities.supervision.services.notices import supervision_issue
from tests.members.activities.records import submitted

PAGE = "/settings/joining/"
DAY = date(2026, 7, 3)
YEAR = Period.parse("2026")


def owed(place):
    rows = requirements(YEAR, organisations=[place.pk], as_of=date(2026, 11, 24))
    return {(row.organisation, row.rule, str(row.period)): (row.state, row.expected, row.done) for row in rows}


def test_what_it_owes_is_what_all_would_owe_had_the_agency_begun_on_that_day(world):
    submitted(world.branch_a, world.secretary_a, kinds=("theme_day",), day=date(2026, 9, 15))
    a, b = owed(world.branch_a), owed(world.branch_b)
    joining_set(by=OPERATOR, place=world.branch_a, day=DAY)
    joined = owed(world.branch_a)
    assert owed(world.branch_b) == b and joined != a
    joining_set(by=OPERATOR, place=world.branch_a, day=None)
    assert owed(world.branch_a) == a
    start_set(by=OPERATOR, day=DAY)
    assert owed(world.branch_a) == joined
    rows = requirements(YEAR, organisations=[world.branch_a.pk], as_of=date(2026, 11, 24))
    assert any(row.state == RequirementState.OVERDUE for row in rows)


def test_the_later_of_both_days_counts_and_its_reason_is_said(world):
    start_set(by=OPERATOR, day=date(2026, 3, 1))
    joining_set(by=OPERATOR, place=world.branch_a, day=DAY)
    rows = requirements(YEAR, organisations=[world.branch_a.pk, world.branch_b.pk], as_of=date(2026, 11, 24))
    said = {
        row.organisation: row.reason for row in rows if (row.rule, str(row.period)) == ("life-theme-day", "2026-02")
    }
    assert said == {
        world.branch_a.pk: "2026年7月3日起在本系统记录，以前的不计",
        world.branch_b.pk: "本机关2026年3月1日启用，以前的不计",
    }
    # Small groups follow their branch.
    assert Organisation.objects.get(pk=world.group_a1.pk).kept_from == DAY
    assert [row["first"] for row in duties_from(Organisation.objects.get(pk=world.branch_a.pk))][0] == date(2026, 7, 1)


def test_records_resolutions_and_supervisions_of_before_are_neither_late_nor_overdue(world, as_):
    records = {
        place: submitted(place, by, day=date(2026, 6, 1))
        for place, by in ((world.branch_a, world.secretary_a), (world.branch_b, world.secretary_b))
    }
    for place, record in records.items():
        Resolution.objects.create(activity=record, order=1, text="决议", due=date(2026, 6, 20))
        with clock.at(timezone.make_aware(datetime(2026, 6, 1, 9))):
            supervision_issue(by=world.staff, organisation=place, title="督查", expected="报送", due=date(2026, 6, 15))
    assert all(is_late(record, clock.now()) for record in records.values())
    joining_set(by=OPERATOR, place=world.branch_a, day=DAY)
    fresh = [Activity.objects.get(pk=record.pk) for record in records.values()]
    assert [is_late(record, clock.now()) for record in fresh] == [False, True]
    assert {item.organisation for item in resolution_items(YEAR)} == {world.branch_b.pk}
    assert {item.organisation for item in supervision_items(YEAR)} == {world.branch_b.pk}
    assert [row.progress for row in Resolution.objects.order_by("pk")] == ["open", "overdue"]
    assert [bool(row.overdue_days) for row in Supervision.objects.order_by("pk")] == [False, True]
    staff = as_("staff")
    assert "决议事项 2 项，1 项逾期，1 项在办" in staff.get("/resolutions/").content.decode()
    assert "其中 1 件逾期" in staff.get("/supervision/?side=all").content.decode()


def test_duties_of_its_own_list_follow_its_day(world):
    duty_lists_make(by=OPERATOR, year=2026, levels=[Level.BRANCH])
    lists = list(DutyList.objects.filter(year=2026, organisation__in=(world.branch_a, world.branch_b)))
    duty_lists_issue(by=OPERATOR, lists=lists, document="测〔2026〕1号", issued_on=date(2026, 2, 1))
    joining_set(by=OPERATOR, place=world.branch_a, day=DAY)

    def left_out(place):
        found = duty_slots(Duty.objects.filter(list__organisation=place), as_of=date(2026, 11, 24))
        return {(slot.key, slot.text) for slots in found.values() for slot in slots if "起在本系统记录" in slot.text}

    assert any(key == "2026Q1" for key, _ in left_out(world.branch_a)) and not left_out(world.branch_b)
    assert not any(key in ("2026Q3", "2026Q4") for key, _ in left_out(world.branch_a))


def test_the_committee_secretary_says_it_after_its_consequence_was_read(world, as_):
    client = as_("committee_secretary")
    assert "另定起记日期" in client.get("/settings/").content.decode()
    data = {"organisation": world.general.pk, "day": "2026-07-03"}
    asked = client.post(PAGE, data).content.decode()
    assert "直属单位党总支自2026年7月3日起计算义务和得分？" in asked and "/requirements/left-out/2026-07-03/" in asked
    assert not Organisation.objects.filter(kept_from__isnull=False).exists()
    assert client.post(PAGE, data | {"confirmed": "1"})["Location"] == PAGE
    assert set(Organisation.objects.filter(kept_from=DAY)) == {world.general, world.branch_c}
    assert joined_later() == [world.general]
    entry = AuditEntry.objects.latest("pk")
    assert entry.verb == "organisation.kept_from" and "2026-07-03" in entry.payload
    marked = ChangeMark.objects.filter(subject="setting").latest("pk")
    assert marked.first_day <= date(2026, 1, 1) and marked.last_day >= date(2026, 12, 31)
    page = client.get(PAGE).content.decode()
    assert "2026-07-03" in page
    client.post(PAGE, {"organisation": world.general.pk, "day": "", "confirmed": "1"})
    assert not Organisation.objects.filter(kept_from__isnull=False).exists()


@pytest.mark.parametrize(
    ("place", "day", "said"),
    [
        ("branch_a", "2025-12-31", "不能早于本机关的启用日期"),
        ("branch_a", str(clock.today().year + 2) + "-01-01", "也不能晚于"),
        ("branch_a", "", "请填写起记日期"),
        ("committee", "2026-07-03", "请从列表中选择"),
        ("group_a1", "2026-07-03", "请从列表中选择"),
    ],
)
def test_what_cannot_be_is_told_at_the_field(place, day, said, world, as_):
    start_set(by=OPERATOR, day=date(2026, 1, 1))
    for confirmed in ({}, {"confirmed": "1"}):
        data = {"organisation": world.places[place].pk, "day": day} | confirmed
        answer = as_("committee_secretary").post(PAGE, data)
        assert answer.status_code == 200 and said in answer.content.decode(), answer.content.decode()
    assert not Organisation.objects.filter(kept_from__isnull=False).exists()


def test_nobody_else_says_it(world, as_):
    for who in ("staff", "secretary_a", "general_secretary", "administrator"):
        assert as_(who).get(PAGE).status_code == 404
        with pytest.raises(Exception) as refusal:
            joining_set(by=world.user(who), place=world.branch_a, day=DAY)
        assert isinstance(refusal.value, Http404) or "Forbidden" in type(refusal.value).__name__
    assert not Organisation.objects.filter(kept_from__isnull=False).exists()
