"""Posts, secretaries and staff in numbers: edges of the text, and a slow reckoning of a random year."""

import random
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.operator import OPERATOR
from common.periods import Period, add_months
from members.activities.models import Activity, ActivityKind, Attendance
from members.cadres.measured import fulltime_counts, post_counts, secretary_counts
from members.cadres.rules import induction_due, owed_of_post
from members.cadres.selectors.posts import post_years
from members.cadres.selectors.secretaries import secretary_years
from members.cadres.services.staff import total_note, work_end
from members.education.models import StudyState
from members.education.rules import Lived
from members.roster.models.posts import Post
from tests.members.cadres import slow
from tests.members.cadres.made import held, worker
from tests.records import counted

pytestmark = pytest.mark.django_db
YEAR = Period("year", 2026)
EVER = [(date.min, date.max)]


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


def studied(world, member, hours, day=date(2026, 3, 3), place="branch_a"):
    """Records of study of so many hours in all, at most eight a day."""
    while hours > 0:
        record = Activity.objects.create(
            organisation=world.places[place],
            day=day,
            title="学习",
            state="accepted",
            starts_at=time(8),
            ends_at=time(8 + min(hours, 8)),
        )
        ActivityKind.objects.create(activity=record, kind="study")
        Attendance.objects.create(activity=record, member=member, organisation=world.places[place], state="present")
        counted(record)
        hours, day = hours - 8, day + timedelta(days=1)


def of(world, member, place="branch_a"):
    return next(
        one
        for one in post_years(YEAR, None, date(2026, 11, 28))
        if (one.member, one.place) == (member.pk, world.places[place].pk)
    )


def test_a_post_is_met_by_hours_and_one_class(world):
    one = world.people("branch_a")[0]
    studied(world, one, 40)
    assert of(world, one).state == StudyState.OPEN
    held(world, present=[one], first=date(2026, 10, 22), last=date(2026, 10, 23))
    met = of(world, one)
    assert (met.owed, met.minutes, len(met.classes), met.state) == (56, 56 * 60, 1, StudyState.MET)
    counts = {row[0]: row[2:4] for row in post_counts(YEAR, None, date(2026, 11, 28))}
    assert counts[world.branch_a.pk] == (1, 3) and counts[world.branch_b.pk] == (0, 1)


def test_a_post_that_ended_before_the_class_owes_the_months_held(world):
    one = world.people("branch_a")[1]
    Post.objects.filter(member=one).update(ends=date(2026, 3, 31))
    studied(world, one, 14)
    found = of(world, one)
    assert (found.months, found.owed, found.needs_class, found.state) == (3, 14, False, StudyState.MET)


def test_change_of_post_in_the_year_is_one_post_at_one_organisation(world):
    one = world.people("branch_a")[1]
    Post.objects.filter(member=one).update(ends=date(2026, 6, 14))
    Post.objects.create(member=one, organisation=world.branch_a, kind="deputy", starts=date(2026, 6, 15))
    found = of(world, one)
    assert (found.months, found.owed, found.kinds) == (12, 56, ("organisation", "deputy"))
    Post.objects.filter(kind="deputy").update(starts=date(2026, 7, 17))
    assert of(world, one).months == 10, "neither half of June nor of July"


def test_a_class_attended_as_deputy_counts_for_the_secretary_too(world):
    one = world.people("branch_a")[1]
    Post.objects.filter(member=one).update(kind="deputy", ends=date(2026, 8, 31))
    held(world, present=[one], first=date(2026, 5, 20), posts=["deputy"])
    Post.objects.create(member=one, organisation=world.branch_b, kind="secretary", starts=date(2026, 9, 1))
    places = {row.place: row for row in post_years(YEAR, None, date(2026, 11, 28)) if row.member == one.pk}
    assert len(places[world.branch_a.pk].classes) == len(places[world.branch_b.pk].classes) == 1
    leads = next(row for row in secretary_years(YEAR, None, date(2026, 11, 28)) if row.member == one.pk)
    assert leads.attended == date(2026, 5, 20) and leads.inducted is None


def test_a_secretary_of_two_bodies_has_his_hours_once_and_a_row_at_each(world):
    one = world.people("branch_a")[0]
    Post.objects.create(member=one, organisation=world.general, kind="secretary", starts=None)
    studied(world, one, 16)
    rows = [row for row in post_years(YEAR, None, date(2026, 11, 28)) if row.member == one.pk]
    assert {(row.place, row.minutes) for row in rows} == {(world.branch_a.pk, 960), (world.general.pk, 960)}


def test_a_class_of_three_days_without_hours_is_worth_its_days(world):
    one = world.people("branch_a")[0]
    held(world, present=[one], first=date(2026, 5, 6), last=date(2026, 5, 8), hours=None)
    assert of(world, one).minutes == 24 * 60


@pytest.mark.parametrize(
    ("starts", "due"),
    [
        (date(2027, 8, 29), date(2028, 2, 29)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2028, 2, 29), date(2028, 8, 29)),
        (None, None),
    ],
)
def test_an_induction_falls_due_half_a_year_later(starts, due):
    assert induction_due(starts, 6) == due
    assert induction_due(starts, 0) is None


def secretary(world, starts, place="branch_b"):
    one = world.people(place)[1]
    Post.objects.filter(organisation=world.places[place], kind="secretary").update(ends=starts - timedelta(days=1))
    return Post.objects.create(member=one, organisation=world.places[place], kind="secretary", starts=starts).member


def year_of(world, member, as_of=date(2026, 11, 28)):
    return next(row for row in secretary_years(YEAR, None, as_of) if row.member == member.pk)


def test_a_new_secretary_owes_his_induction_in_the_year_of_its_day(world):
    one = secretary(world, date(2026, 4, 20))
    row = year_of(world, one)
    assert (row.due, row.due_now, row.met, row.induction_overdue(date(2026, 11, 28))) == (
        date(2026, 10, 20), True, False, True,
    )  # fmt: skip
    held(world, present=[one], first=date(2026, 11, 3))
    late = year_of(world, one)
    assert late.met and late.late and late.attended == late.inducted == date(2026, 11, 3), "one class is both"


def test_appointed_after_july_the_induction_falls_into_the_next_year(world):
    one = secretary(world, date(2026, 9, 1))
    row = year_of(world, one)
    assert row.due == date(2027, 3, 1) and not row.due_now and row.spared
    assert {row[0] for row in secretary_counts(YEAR, None, date(2026, 11, 28))} == {
        world.branch_a.pk,
        world.branch_c.pk,
    }, "who is spared is no part of the whole"


def test_an_imported_post_without_a_start_owes_no_induction(world):
    row = year_of(world, world.people("branch_a")[0])
    assert row.due is None and not row.spared and not row.met


def test_full_time_staff_of_all_who_work_there(world):
    first = date(2026, 1, 1)
    total_note(by=OPERATOR, organisation=world.committee, number=300, starts=first)
    work = worker(world, place="branch_a", starts=first)
    worker(world, place="committee", member=world.people("branch_a")[4], share="part", starts=first)
    Post.objects.create(
        member=world.people("branch_a")[3], organisation=world.committee, kind="full_deputy", starts=first
    )
    assert [*fulltime_counts(YEAR, None, date(2026, 11, 28))] == [
        (world.committee.pk, "cadres.fulltime", 1, 300, 0, 0)
    ], "each person once, and part-time not at all"
    work_end(by=OPERATOR, work=work, ends=date(2026, 11, 1))
    Post.objects.filter(kind="full_deputy").update(ends=date(2026, 11, 1))
    assert [*fulltime_counts(YEAR, None, date(2026, 11, 28))][0][2] == 0


def test_hours_of_a_post_by_months():
    lived = Lived(EVER, EVER)
    year = (date(2026, 1, 1), date(2026, 12, 31))
    assert owed_of_post([(date(2026, 4, 16), date.max)], lived, *year, 56).hours == 42
    assert owed_of_post([(date(2026, 4, 17), date.max)], lived, *year, 56).hours == 38
    assert owed_of_post(EVER, lived, *year, 0).hours == 0
    assert add_months(date(2026, 4, 16), 12) == date(2027, 4, 16)


@settings(max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_posts_equal_a_reckoning_day_by_day(world, seed):
    from django.db import transaction

    with transaction.atomic():
        chance = random.Random(seed)
        people = [*world.people("branch_a"), *world.people("branch_b")]
        for member in chance.sample(people, 5):
            starts = date(2026, 1, 1) + timedelta(days=chance.randint(-60, 330))
            Post.objects.get_or_create(
                member=member,
                organisation=chance.choice([world.branch_a, world.branch_b]),
                kind=chance.choice(["deputy", "publicity"]),
                ends=chance.choice([None, starts + timedelta(days=chance.randint(0, 200))]),
                defaults={"starts": starts},
            )
            studied(
                world, member, chance.choice([8, 24, 60]), date(2026, 1, 5) + timedelta(days=chance.randint(0, 100))
            )
        held(world, present=chance.sample(people, 4), first=date(2026, chance.randint(1, 11), 6), hours=Decimal(8))
        quick = {row[0]: row[2:4] for row in post_counts(YEAR, None, date(2026, 11, 28))}
        assert quick == slow.posts_of_year(2026, date(2026, 11, 28))
        transaction.set_rollback(True)
