"""Hours of study: one definition for member, duty, cadre and dashboard; owed by months; compared with a slow reckoning."""

import random
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.home.selectors.cadre import cadre_record
from members.activities.models import Activity, ActivityKind, Attendance, Length
from members.activities.study import STUDY_KINDS, credited, study_rules, tenths
from members.education.hours import studied, study_hours
from members.education.models import StudyState
from members.education.owed import study_years
from members.education.rules import Lived, owed_hours, owed_months, state_of
from members.roster.models.members import Member, Membership
from members.roster.models.standing import Away
from responsibilities.duties.progress import duty_slots
from tests.members.transfers.support import standing
from tests.records import counted
from tests.responsibilities.duties.world import duty, issued

pytestmark = pytest.mark.django_db
YEAR, FIRST, LAST = 2026, date(2026, 1, 1), date(2026, 12, 31)
EVER = [(date.min, date.max)]
DAY = timedelta(days=1)


def held(place, day, *people, kinds=("lecture",), times=(9, 11), state="present", **columns):
    starts, ends = (time(times[0]), time(times[1])) if times else (None, None)
    record = Activity.objects.create(
        organisation=place, day=day, title="学习", state="accepted", starts_at=starts, ends_at=ends, **columns
    )
    for kind in kinds:
        ActivityKind.objects.create(activity=record, kind=kind)
    for person in people:
        Attendance.objects.create(activity=record, member=person, organisation=place, state=state)
    counted(record)
    return record


def slot_of(person, as_of=None):
    """The slot of the member's duty of hours."""
    one = duty("mb-study", member=person)
    return duty_slots([one], as_of=as_of)[one.pk][0]


def of(person, first=FIRST, last=LAST, as_of=LAST):
    return study_hours(person, first, last, as_of)


def test_a_record_counts_once_whatever_its_kinds_and_unknown_is_never_zero(world):
    one, other = world.people("branch_a")[:2]
    held(world.branch_a, date(2026, 3, 3), one, kinds=("lecture", "theme_day", "assembly"))
    held(world.branch_a, date(2026, 3, 4), one, times=None)
    held(world.branch_a, date(2026, 3, 5), one, kinds=("committee_meeting",))
    held(world.branch_a, date(2026, 3, 6), one, state="leave")
    held(world.branch_a, date(2026, 3, 7), one, state="not_recorded")
    assert (of(one), of(other)) == ((120, 2), (0, 0))


def test_two_records_that_overlap_count_both_up_to_the_cap_of_a_day(world):
    one = world.people("branch_a")[0]
    held(world.branch_a, date(2026, 3, 3), one, times=(8, 14))
    held(world.branch_a, date(2026, 3, 3), one, times=(12, 18))
    assert of(one) == (8 * 60, 0)


def test_a_training_of_several_days_is_worth_what_is_stated_or_its_days(world):
    one = world.people("branch_a")[0]
    day = date(2026, 5, 6)
    held(world.branch_a, day, one, kinds=("training",), times=None, last_day=day + 2 * DAY)
    assert of(one) == (24 * 60, 0)
    Activity.objects.update(hours_stated=Decimal("20.5"))
    assert of(one) == (1230, 0) and tenths(1230) == "20.5"
    Activity.objects.update(hours_stated=None, starts_at=time(9), ends_at=time(15))
    assert of(one) == (18 * 60, 0)
    # Another record on its last day is held against the same cap.
    held(world.branch_a, day + 2 * DAY, one, times=(8, 14))
    assert of(one) == (20 * 60, 0)


def test_hours_follow_the_person_between_branches(world):
    one = world.people("branch_a")[2]
    held(world.branch_a, date(2026, 3, 3), one)
    Membership.objects.filter(member=one).update(ends=date(2026, 6, 30))
    Membership.objects.create(member=one, organisation=world.branch_b, starts=date(2026, 7, 1))
    held(world.branch_b, date(2026, 8, 3), one)
    assert of(one) == (240, 0)


def test_whoever_teaches_was_there(world):
    one, other = world.people("branch_a")[:2]
    stranger = world.people("branch_b")[0]
    held(world.branch_a, date(2026, 3, 3), other, chair=one)
    held(world.branch_a, date(2026, 4, 3), other, chair=other, lecturer_name=one.name)
    held(world.branch_b, date(2026, 4, 7), stranger, lecturer_name=one.name)
    held(world.branch_a, date(2026, 5, 3), other, chair=one, kinds=("theme_day",))
    assert of(one) == (240, 0), "two he taught; neither a namesake elsewhere nor who chaired a theme day"


# ---- what is owed


@pytest.mark.parametrize(
    ("joined", "months"),
    [
        (date(2026, 4, 15), 9),
        (date(2026, 4, 16), 9),
        (date(2026, 4, 17), 8),
        (date(2026, 2, 14), 11),
        (date(2026, 2, 15), 11),
        (date(2026, 2, 16), 10),
        (date(2028, 2, 15), 11),
        (date(2028, 2, 16), 10),
    ],
)
def test_a_month_counts_of_which_somebody_was_a_member_for_half(joined, months):
    year = joined.year
    lived = Lived([(joined, date.max)], EVER)
    assert owed_months(lived, date(year, 1, 1), date(year, 12, 31)) == months


def test_months_spared_are_not_owed_and_hours_are_rounded_up():
    lived = Lived(EVER, EVER, [(date(2026, 3, 10), date(2026, 5, 20))], exempt_from=date(2026, 11, 10))
    assert owed_months(lived, FIRST, LAST) == 7
    assert [owed_hours(32, months) for months in (0, 1, 7, 12)] == [0, 3, 19, 32]


@pytest.mark.parametrize(
    ("minutes", "unknown", "owed", "over", "state"),
    [
        (1920, 0, 32, False, StudyState.MET),
        (1919, 0, 32, False, StudyState.OPEN),
        (1919, 0, 32, True, StudyState.OVERDUE),
        (1919, 1, 32, True, StudyState.UNKNOWN),
        (0, 1, 32, False, StudyState.UNKNOWN),
        (0, 0, 0, True, StudyState.NOT_OWED),
    ],
)
def test_how_somebody_stands(minutes, unknown, owed, over, state):
    assert state_of(minutes, unknown, owed, over=over) == state


SPAN = st.tuples(st.integers(-40, 420), st.integers(0, 200)).map(
    lambda two: (date(2027, 12, 20) + two[0] * DAY, date(2027, 12, 20) + (two[0] + two[1]) * DAY)
)


@given(
    st.lists(SPAN, max_size=1), st.lists(SPAN, max_size=1), st.lists(SPAN, max_size=3), st.none() | st.integers(0, 400)
)
def test_months_owed_are_what_a_count_of_days_says(belonged, party, spared, exempt):
    exempt_from = None if exempt is None else date(2028, 1, 1) + exempt * DAY
    months = 0
    for month in range(1, 13):
        first = date(2028, month, 1)
        after = date(2028 + month // 12, month % 12 + 1, 1)
        days = [first + number * DAY for number in range((after - first).days)]

        def among(spans, day):
            return any(a <= day <= b for a, b in spans)

        good = sum(
            among(belonged, day)
            and among(party, day)
            and not among(spared, day)
            and not (exempt_from is not None and exempt_from <= day)
            for day in days
        )
        months += good >= len(days) / 2
    assert owed_months(Lived(belonged, party, spared, exempt_from), date(2028, 1, 1), date(2028, 12, 31)) == months


# ---- random years


class RandomYear:
    """Records of two branches with people who move, and what a plain reckoning says of their hours."""

    def __init__(self, world, seed):
        self.chance, self.world = random.Random(seed), world
        self.people = [*world.people("branch_a"), *world.people("branch_b")]
        for person in self.chance.sample(self.people, 2):
            self.move(person)
        self.records = [self.record() for _ in range(30)]

    def day(self):
        return FIRST + self.chance.randrange(365) * DAY

    def move(self, person):
        spell = Membership.objects.get(member=person, ends=None)
        day = FIRST + self.chance.randrange(100, 300) * DAY
        other = self.world.branch_b if spell.organisation_id == self.world.branch_a.pk else self.world.branch_a
        Membership.objects.filter(pk=spell.pk).update(ends=day - DAY)
        Membership.objects.create(member=person, organisation=other, starts=day)

    def record(self):
        place = self.chance.choice([self.world.branch_a, self.world.branch_b])
        day = self.day() if self.chance.random() < 0.5 else date(2026, 5, self.chance.randrange(1, 6))
        kinds = self.chance.sample([*STUDY_KINDS, "committee_meeting"], self.chance.choice([1, 1, 2]))
        times = self.chance.choice([None, (9, 11), (9, 18), (14, 17)])
        more = {}
        if "training" in kinds and self.chance.random() < 0.7:
            more["last_day"] = day + self.chance.randrange(1, 4) * DAY
        if "training" in kinds and self.chance.random() < 0.4:
            more["hours_stated"] = Decimal(self.chance.randrange(5, 400)) / 10
        people = self.chance.sample(self.people, 5)
        more["chair"] = self.chance.choice([None, people[0], self.people[0]])
        more["lecturer_name"] = self.chance.choice(["", "", self.chance.choice(self.people).name])
        record = held(place, day, *people, kinds=[str(kind) for kind in kinds], times=times, **more)
        states = ("present", "online", "leave", "absent", "not_recorded")
        for row in record.attendance.all():
            Attendance.objects.filter(pk=row.pk).update(state=self.chance.choice(states))
        if self.chance.random() < 0.2:
            record.judgements.update(valid=False, present=0, needed=1)
        return record

    def slow(self, person):
        """Return (minutes, unknown) of a member: one record and one day at a time."""
        days, minutes, unknown = {}, 0, 0
        for record in sorted(self.records, key=lambda row: (row.day, row.pk)):
            record = Activity.objects.get(pk=record.pk)
            kinds = {row.kind for row in record.judgements.all() if row.valid} & {str(kind) for kind in STUDY_KINDS}
            if not kinds or not self.was_there(record, person, kinds):
                continue
            row = record.attendance.filter(member=person).first()
            taught = self.taught(record, person, kinds)
            taken = None if row and row.state == "not_recorded" and not taught else self.taken(record)
            if taken is None:
                unknown += 1
                continue
            for number, (day, part) in enumerate(taken):
                worth = max(0, min(part, 480 - days.get(day, 0)))
                days[day] = days.get(day, 0) + worth
                minutes += worth
                assert number < 40
        return minutes, unknown

    def was_there(self, record, person, kinds):
        row = record.attendance.filter(member=person).first()
        here = row is not None and row.state in ("present", "online", "not_recorded")
        return here or self.taught(record, person, kinds)

    def taught(self, record, person, kinds):
        if record.lecturer_name:
            home = Membership.objects.in_force(record.day).filter(member=person, organisation=record.organisation)
            return record.lecturer_name == person.name and home.exists()
        return "lecture" in kinds and record.chair_id == person.pk

    def taken(self, record):
        last = record.last_day or record.day
        days = [record.day + number * DAY for number in range((last - record.day).days + 1)]
        if record.hours_stated is not None:
            whole = int(record.hours_stated * 60)
        elif record.starts_at:
            whole = (record.ends_at.hour - record.starts_at.hour) * 60 * len(days)
        elif len(days) > 1:
            whole = 480 * len(days)
        else:
            return None
        parts = [whole // len(days)] * len(days)
        for number in range(whole - sum(parts)):
            parts[number] += 1
        return list(zip(days, parts, strict=True))


@pytest.mark.parametrize("seed", range(4))
def test_random_years_read_as_a_plain_reckoning_and_the_duty_says_the_same(world, seed):
    year = RandomYear(world, seed)
    slow = {person.pk: year.slow(person) for person in year.people}
    together = studied(list(slow), FIRST, LAST, LAST)
    assert {pk: (one.minutes, one.unknown) for pk, one in together.items()} == slow
    assert {person.pk: of(person) for person in year.people} == slow, "alone as together"
    issued(world)
    for person in year.people:
        assert slot_of(person, LAST + DAY).done == slow[person.pk][0] // 60, person.name


def test_member_duty_cadre_and_page_say_one_number(world):
    member = Member.objects.get(name="甲一")
    Member.objects.filter(pk=member.pk).update(account=world.secretary_a)
    held(world.branch_a, date(2026, 3, 3), member, times=(9, 12))
    held(world.branch_a, date(2026, 3, 4), member, kinds=("study",), times=None)
    held(world.branch_a, date(2026, 3, 5), member, kinds=("training",), times=None, last_day=date(2026, 3, 7))
    minutes, unknown = of(member)
    assert (minutes, unknown) == (27 * 60, 1)
    record = cadre_record(type(world.secretary_a).objects.get(pk=world.secretary_a.pk), YEAR)
    assert (record["hours"], record["unknown_hours"]) == (27.0, 1)
    issued(world)
    assert slot_of(member).done == 27
    found = study_years([member.pk], YEAR)[member.pk]
    assert (found.hours, found.known.unknown, found.owed) == ("27", 1, 32)


def test_spared_and_exempt_months_lower_what_the_duty_expects(world):
    one, other, third = world.people("branch_a")[1:4]
    Away.objects.create(member=one, kind="abroad", place="某国", starts=date(2026, 1, 5), ends=date(2026, 6, 28))
    standing(other, "lost", starts=date(2026, 7, 1), ends=date(2026, 9, 30))
    Member.objects.filter(pk=third.pk).update(exempt_from=date(2026, 7, 1))
    owed = {pk: row.owed for pk, row in study_years([one.pk, other.pk, third.pk], YEAR).items()}
    assert owed == {one.pk: 16, other.pk: 24, third.pk: 16}
    issued(world)
    for person in (one, other, third):
        assert slot_of(person).expected == owed[person.pk]


def test_each_switch_takes_its_kind_out():
    rules = study_rules()
    assert all(rules.counts(kind, FIRST) for kind in STUDY_KINDS) and not rules.counts("talk", FIRST)
    assert credited([Length(FIRST, time(9), time(9, 50))], rules) == [50] and tenths(50) == "0.8"
