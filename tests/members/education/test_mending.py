"""Lengths that nobody knew: stated for all of a kind, counted once another has confirmed them; one number everywhere."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.home.selectors.cadre import cadre_record
from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from common.periods import Period
from members.activities.models import Activity
from members.education.hours import study_hours
from members.education.models import LengthMend
from members.education.owed import study_years
from members.roster.models.members import Membership
from responsibilities.duties.progress import duty_slots
from responsibilities.requirements.selectors import one_requirement
from tests.assessments.facts.only import filling
from tests.members.education.made import stated, without_times
from tests.members.education.test_hours import held
from tests.responsibilities.duties.world import duty, issued

pytestmark = pytest.mark.django_db
few_families = filling("education", "cadres", "staff")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


def of(member):
    return study_hours(member, FIRST, LAST, date(2026, 11, 28))


def test_one_box_for_all_of_a_kind_counts_once_another_confirmed_it(world, as_):
    for day in (5, 6):
        without_times(world, date(2026, 1, day))
    without_times(world, date(2026, 2, 3), kind="theme_day")
    one = world.people("branch_a")[0]
    secretary, staff = as_("secretary_a"), as_("staff")
    url = reverse("education_unknown")
    shown = secretary.get(url).content.decode()
    assert "3 条记录学时未知" in shown and "补填 2 条" in shown
    box = reverse("education_mend", args=["lecture", 2026])
    assert "补填时长不超过 8 小时" in secretary.post(box, {"hours": "8.5"}).content.decode()
    assert secretary.post(box, {"lecture-hours": "1.5"}).status_code == 302
    assert of(one) == (0, 3), "not before it is confirmed"
    assert "待上级确认" in secretary.get(url).content.decode()
    again = secretary.post(box, {"hours": "2"})
    assert again.status_code == 422 and "可能已由他人补填" in again.content.decode()
    mend = LengthMend.objects.get()
    confirm = reverse("education_mend_confirm", args=[mend.pk])
    assert secretary.post(confirm).status_code == 403
    assert "1.5 小时，2 条" in staff.get(url).content.decode()
    assert staff.post(confirm).status_code == 302 and staff.post(confirm).status_code == 409
    assert of(one) == (180, 1)
    record = Activity.objects.filter(hours_mended__isnull=False).first()
    assert "据实补填" in secretary.get(reverse("activity_detail", args=[record.pk])).content.decode()
    assert AuditEntry.objects.filter(verb="activity.mend").count() == 2
    assert ChangeMark.objects.filter(subject="activity", organisation=world.branch_a).exists()


def test_nobody_confirms_what_he_stated_and_a_list_given_back_is_stated_anew(world, as_):
    mend = stated(world, by=world.staff)
    confirm = reverse("education_mend_confirm", args=[mend.pk])
    assert as_("staff").post(confirm).status_code == 409
    back = reverse("education_mend_return", args=[mend.pk])
    office = as_("committee_secretary")
    assert "请填写“退回原因”" in office.post(back, {"reason": ""}).content.decode()
    assert office.post(back, {"reason": "党课只有一小时"}).status_code == 302
    assert as_("secretary_a").post(reverse("education_mend", args=["lecture", 2026]), {"hours": "1"}).status_code == 302
    assert LengthMend.objects.filter(state="waiting", hours=Decimal("1.0")).exists()


def test_times_that_are_entered_after_all_take_the_place_of_what_was_stated(world):
    record = without_times(world)
    Activity.objects.update(hours_mended=Decimal("1.5"))
    record.refresh_from_db()
    assert record.length.minutes == 90 and record.is_mended
    Activity.objects.update(starts_at="09:00", ends_at="11:00")
    record.refresh_from_db()
    assert record.length.minutes == 120 and not record.is_mended


def test_duty_page_cadre_requirement_and_fact_give_one_number(world, as_):
    four = world.people("branch_a")[3]
    held(world.branch_a, date(2026, 3, 3), four, times=(9, 12))
    stated_hours = without_times(world, people=[four])
    Activity.objects.filter(pk=stated_hours.pk).update(hours_mended=Decimal("1.5"))
    issued(world)
    slot = duty("mb-study", member=four)
    assert study_years([four.pk], 2026)[four.pk].hours == "4.5"
    assert duty_slots([slot])[slot.pk][0].done == 4
    assert cadre_record(world.member, 2026)["hours"] == 4.5
    assert "4.5" in as_("secretary_a").get(reverse("education_list")).content.decode()
    certificate = as_("member").get(reverse("education_certificate", args=[four.pk])).content.decode()
    assert "已知学时" in certificate and "4.5" in certificate and "据实补填" in certificate
    rollups.fill()
    fact = Fact.objects.get(measure="education.hours", period="2026", organisation=world.branch_a)
    owed = sum(one.owed for one in study_years([m.pk for m in world.people("branch_a")], 2026).values())
    assert (fact.numerator, fact.denominator) == (4, owed)


def test_hours_follow_the_person_and_who_left_counts_nowhere(world):
    three = world.people("branch_a")[2]
    held(world.branch_a, date(2026, 3, 3), three, times=(8, 16))
    rollups.fill()

    def fact(place):
        return Fact.objects.get(measure="education.hours", period="2026", organisation=place)

    assert fact(world.branch_a).numerator == 8
    Membership.objects.filter(member=three).update(ends=date(2026, 9, 30))
    Membership.objects.create(member=three, organisation=world.branch_b, starts=date(2026, 10, 1))
    type(three).objects.filter(pk=three.pk).update(home=world.branch_b)
    for place in (world.branch_a, world.branch_b):
        ChangeMark.objects.create(organisation=place, first_day=FIRST, last_day=LAST, subject="membership")
    rollups.fill()
    assert (fact(world.branch_a).numerator, fact(world.branch_b).numerator) == (0, 8)
    # A record at the branch that he left changes the hours of the one where he is.
    later = held(world.branch_a, date(2026, 4, 3), three, times=(8, 12))
    mark = {"organisation": world.branch_a, "first_day": later.day, "last_day": later.day}
    ChangeMark.objects.create(**mark, subject="activity", kinds="lecture", thing=later.pk)
    rollups.fill()
    assert fact(world.branch_b).numerator == 12


@pytest.mark.parametrize(("unknown", "state"), [(False, "overdue"), (True, "unknown")])
def test_after_the_year_what_is_of_unknown_length_is_unknown_and_not_overdue(world, unknown, state):
    year = Period.parse("2026")
    people = world.people("branch_a")
    if unknown:
        without_times(world, people=people)
    row = one_requirement(world.branch_a, "edu-32h", year, as_of=date(2026, 11, 28))
    assert (row.expected, row.done, row.state) == (6, 0, "not_due")
    row = one_requirement(world.branch_a, "edu-32h", year, as_of=date(2027, 1, 1))
    assert (row.state, len(row.missing)) == (state, 6)


def test_who_lacks_hours_is_named_to_who_keeps_the_roster_alone(world, as_):
    url = reverse("requirement_detail", args=[world.branch_a.pk, "edu-32h", "2026"])
    assert "学时不足的党员" in as_("secretary_a").get(url).content.decode()
    assert "学时不足的党员" not in as_("leader").get(url).content.decode()


def test_the_ledger_of_a_branch_has_its_hours_by_month(world, as_):
    held(world.branch_a, date(2026, 3, 3), world.people("branch_a")[0], times=(9, 12))
    answer = as_("secretary_a").post(reverse("education_export"))
    rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [[cell.value for cell in row] for row in rows.iter_rows()]
    line = next(row for row in cells if "甲一" in [str(cell) for cell in row])
    assert "3" in [str(cell) for cell in line]
