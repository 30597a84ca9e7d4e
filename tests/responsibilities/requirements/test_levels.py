"""Requirements of upper levels and of persons: against the slow reference, and at the corners by hand."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.notices.services import notice_send
from branches.places.models.terms import Term
from branches.settings.models import Setting
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, ActivityKind, Attendance
from members.roster.models.posts import Post
from members.roster.services.members import post_give
from responsibilities.requirements import rules as table
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rule import PLEDGES, VISITS, Edition
from responsibilities.requirements.rules import COUNTED_RULES, LIVE_RULES, REQUIREMENT_RULES, REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.selectors import found_words, one_requirement, requirements
from tests.examples import examples
from tests.records import counted
from tests.responsibilities.random_year import YEAR, Agency
from tests.responsibilities.requirements.random_above import Above
from tests.responsibilities.requirements.slow_dues import SlowDues

pytestmark = pytest.mark.django_db
# Hours, pledges and visits of those who are looked after have slow references of their own (tests/members, test_caring.py).
UPPER = [row for row in LIVE_RULES if not row.counted and not row.by_hours and row.proof not in (PLEDGES, VISITS)]
DAYS = [date(YEAR, 11, 24), date(YEAR, 6, 30), date(YEAR, 3, 26), date(YEAR + 1, 1, 1)]


@settings(
    max_examples=examples(20), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 10**6), as_of=st.sampled_from(DAYS))
def test_upper_levels_and_persons_owe_what_walking_every_day_gives(world, seed, as_of):
    with transaction.atomic():
        agency = Agency(world, seed)
        agency.build()
        Above(agency).build()
        rows = requirements(Period.parse(str(YEAR)), as_of=as_of, rules=UPPER)
        quick = {(*row.key, row.person): (row.expected, row.done, str(row.state), row.due) for row in rows}
        assert quick == SlowDues(as_of).rows(YEAR)
        transaction.set_rollback(True)


def held(place, kind, day, *, there=(), **values):
    record = Activity.objects.create(organisation=place, day=day, title="一次", **({"state": "accepted"} | values))
    ActivityKind.objects.create(activity=record, kind=kind)
    for member in there:
        Attendance.objects.create(activity=record, member=member, organisation=place, state="present")
    return counted(record)


def state_of(place, rule, period, as_of=date(2026, 11, 24), person=""):
    return one_requirement(place, rule, Period.parse(period), as_of, person)


def test_what_branches_and_groups_owe_is_asked_alone_where_nothing_else_is_said(world):
    rows = requirements(Period.parse("2026"), as_of=date(2026, 11, 24))
    assert {row.rule for row in rows} <= {row.rule for row in COUNTED_RULES}
    assert {row.organisation for row in rows} <= {
        place.pk for key, place in world.places.items() if "branch" in key or "group" in key
    }


def test_one_meeting_serves_two_subjects_where_both_are_minuted(world):
    held(world.root, "party_special", date(2026, 9, 10), topics=["governance", "ideology"])
    assert state_of(world.root, "resp-half-year", "2026H2").state == "met"
    assert state_of(world.root, "resp-ideology", "2026H2").state == "met"
    other = state_of(world.root, "resp-party-group-study", "2026H2")
    assert other.state == "not_due" and other.found[0].reason == "记录没有标明这个议题"


def test_a_rule_of_a_later_subject_is_shown_and_never_counted(world, to_come):
    rows = requirements(Period.parse("2026"), rules=REQUIREMENT_RULES)
    later = [row for row in rows if row.state == State.NOT_ALIVE]
    assert {row.rule for row in later} == {row.rule for row in REQUIREMENT_RULES if not row.alive} == {to_come.rule}
    assert all(row.expected == row.done == 0 and not row.applies and "启用" in row.reason for row in later)


@pytest.mark.parametrize(
    ("lecturer", "state"), [("party_secretary 用户", "met"), ("外请专家", "not_due"), ("", "not_due")]
)
def test_the_partys_secretary_lectures_anywhere_in_the_agency(world, lecturer, state):
    held(world.branch_b, "lecture", date(2026, 5, 6), lecturer_name=lecturer)
    row = state_of(world.root, "life-lecture-leader", "2026")
    assert (row.person_name, row.state) == ("party_secretary 用户", state)


def test_a_secretary_debriefs_where_he_was_present_and_a_committees_own_meeting_is_not_its_secretarys(world):
    first, second = world.people("branch_a")[:2]
    post_give(by=OPERATOR, member=second, organisation=world.committee, kind="secretary")
    Post.objects.filter(organisation=world.committee).update(starts=None)
    held(world.committee, "debrief", date(2026, 11, 5), there=[first, second])
    assert state_of(world.branch_a, "oa-debrief", "2026").state == "met"
    assert state_of(world.branch_b, "oa-debrief", "2026").state == "not_due"
    assert state_of(world.committee, "oa-debrief", "2026").state == "not_due"


def test_a_new_secretary_is_trained_within_six_months_of_taking_office(world):
    member = world.people("branch_b")[1]
    Post.objects.filter(organisation=world.branch_b).update(ends=date(2026, 3, 31))
    Post.objects.create(member=member, organisation=world.branch_b, kind="secretary", starts=date(2026, 4, 1))
    row = state_of(world.branch_b, "edu-new-secretary", "2026", date(2026, 9, 30))
    assert (row.person_name, row.due, row.state) == (member.name, date(2026, 10, 1), "due_soon")
    held(world.committee, "training", date(2026, 10, 20), there=[member])
    assert state_of(world.branch_b, "edu-new-secretary", "2026").state == "met_late"
    assert state_of(world.branch_b, "edu-rotation-agency", "2026").state == "met"


def test_a_term_is_due_soon_for_half_a_year_and_its_reminder_is_the_committees(world):
    Term.objects.create(organisation=world.branch_a, expires=date(2027, 3, 31))
    term = state_of(world.branch_a, "term-on-time", "2027", date(2026, 10, 1))
    assert (term.state, term.due) == ("due_soon", date(2027, 3, 31))
    assert state_of(world.branch_a, "term-on-time", "2027", date(2026, 9, 29)).state == "not_due"
    reminder = state_of(world.committee, "term-remind-6m", "2026")
    assert (reminder.expected, reminder.state, reminder.open_places) == (1, "overdue", [world.branch_a.pk])
    about = f"requirement/{world.branch_a.pk}/term-on-time/2027"
    notice_send(by=world.staff, to=world.secretary_a, kind="reminder", text="请换届", about=about)
    assert state_of(world.committee, "term-remind-6m", "2026", date.today() + timedelta(days=1)).state == "met_late"
    held(world.branch_a, "election", date(2027, 3, 1))
    assert state_of(world.branch_a, "term-on-time", "2027", date(2027, 3, 2)).state == "met"


def test_a_period_is_judged_by_the_edition_of_its_day(world, monkeypatch):
    """Until June twice a quarter; from July on once, also proved by a study."""
    row = REQUIREMENT_RULES_BY_ID["life-lecture-frequency"]
    editions = (
        Edition(ends=date(2026, 6, 30), values={"n": 2, "number_setting": ""}),
        Edition(
            starts=date(2026, 7, 1),
            ends=date(2026, 9, 30),
            values={"number_setting": "", "kinds": ("lecture", "study")},
        ),
    )
    dated = type(row)(**{**row.__dict__, "editions": editions})
    monkeypatch.setitem(REQUIREMENT_RULES_BY_ID, row.rule, dated)
    monkeypatch.setattr(table, "REQUIREMENT_RULES_BY_ID", REQUIREMENT_RULES_BY_ID)
    held(world.branch_b, "lecture", date(2026, 5, 6))
    held(world.branch_b, "study", date(2026, 5, 7))
    held(world.branch_b, "study", date(2026, 8, 6))
    rows = requirements(
        Period.parse("2026"), organisations=[world.branch_b.pk], rules=[dated], as_of=date(2026, 11, 24)
    )
    assert {str(one.period): (one.expected, one.done, str(one.state)) for one in rows} == {
        "2026Q1": (2, 0, "overdue"),
        "2026Q2": (2, 1, "overdue"),
        "2026Q3": (1, 1, "met"),
        "2026Q4": (0, 0, "not_applicable"),
    }


def test_the_next_spring_meets_last_year_first_and_then_its_own(world):
    Setting.objects.create(key="org_life_due", value="10331", valid_from=date(2024, 1, 1))
    held(world.branch_b, "org_life", date(2025, 12, 20))
    first = held(world.branch_b, "org_life", date(2027, 2, 10))
    second = held(world.branch_b, "org_life", date(2027, 3, 10))
    day = date(2027, 4, 10)
    rows = {year: state_of(world.branch_b, "life-org-meeting", year, day) for year in ("2025", "2026", "2027")}
    assert {year: (str(row.state), row.due) for year, row in rows.items()} == {
        "2025": ("met", date(2026, 3, 31)),
        "2026": ("met", date(2027, 3, 31)),
        "2027": ("met", date(2028, 3, 31)),
    }
    assert (rows["2026"].records, rows["2027"].records) == ([first.pk], [second.pk])


def test_what_is_due_in_the_next_spring_is_among_what_falls_due_then(world):
    Setting.objects.create(key="org_life_due", value="10331", valid_from=date(2024, 1, 1))
    rows = requirements(Period.parse("2027"), organisations=[world.branch_b.pk], as_of=date(2027, 2, 1), carried=True)
    due = {(row.rule, str(row.period)) for row in rows if row.due == date(2027, 3, 31) and str(row.period) == "2026"}
    assert due == {("life-org-meeting", "2026"), ("ma-yearly", "2026")}


def test_what_a_branch_says_of_others_counts_once_its_reviewer_has_accepted_it(world):
    secretary = world.people("branch_a")[0]
    lecture = held(world.branch_b, "lecture", date(2026, 5, 6), state="submitted", lecturer_name="party_secretary 用户")
    meeting = held(world.branch_a, "debrief", date(2026, 5, 7), state="submitted", there=[secretary])
    ActivityKind.objects.create(activity=meeting, kind="training")
    counted(meeting)
    asked = [
        (world.root, "life-lecture-leader"),
        (world.branch_a, "oa-debrief"),
        (world.branch_a, "edu-rotation-agency"),
    ]
    for place, rule in asked:
        row = state_of(place, rule, "2026")
        assert (row.done, [one.reason for one in row.found]) == (0, ["待审核，通过后计入"])
        assert found_words(row).endswith("日的记录待审核，通过后计入")
    Activity.objects.filter(pk__in=[lecture.pk, meeting.pk]).update(state="accepted")
    assert [state_of(place, rule, "2026").state for place, rule in asked] == ["met"] * 3
    # What the upper level records itself counts from its submission on.
    Activity.objects.filter(pk=lecture.pk).update(organisation=world.root, state="submitted")
    lecture.judgements.all().delete()
    counted(Activity.objects.get(pk=lecture.pk))
    assert state_of(world.root, "life-lecture-leader", "2026").state == "met"
