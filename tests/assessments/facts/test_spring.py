"""A year that may be met in the next spring: its fact follows what is held then, and what the spring meets is missing in its own."""

from datetime import date

import pytest

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.settings.models import Setting
from common.periods import Period
from members.activities.models import Activity, ActivityKind
from members.activities.services.records import mark_activity
from responsibilities.measures import latest_due, years_told
from tests.assessments.facts.only import filling
from tests.records import counted

pytestmark = pytest.mark.django_db
only_requirements = filling("requirement")
MEASURE = "requirement.life-org-meeting"


def held(place, kind, day):
    record = Activity.objects.create(organisation=place, day=day, title="一次", state="accepted")
    ActivityKind.objects.create(activity=record, kind=kind)
    counted(record)
    mark_activity(record)
    return record


def numbers(place):
    rows = Fact.objects.filter(organisation=place, measure=MEASURE).values_list("period", "numerator", "state")
    return {period: (numerator, state) for period, numerator, state in rows}


def test_the_facts_of_both_years_follow_a_record_of_the_spring(world):
    Setting.objects.create(key="org_life_due", value="10331", valid_from=date(2024, 1, 1))
    held(world.branch_b, "theme_day", date(2025, 6, 1))
    rollups.fill(as_of=date(2026, 11, 24))
    assert numbers(world.branch_b) == {"2025": (0, "overdue"), "2026": (0, "not_due")}
    first = held(world.branch_b, "org_life", date(2026, 2, 10))
    rollups.fill(as_of=date(2026, 11, 24))
    assert numbers(world.branch_b) == {"2025": (1, "met"), "2026": (0, "not_due")}
    held(world.branch_b, "org_life", date(2026, 3, 10))
    rollups.fill(as_of=date(2026, 11, 24))
    assert numbers(world.branch_b) == {"2025": (1, "met"), "2026": (1, "met")}
    # Taken back, the second one is the year before's again.
    Activity.objects.filter(pk=first.pk).update(state="returned")
    mark_activity(first)
    rollups.fill(as_of=date(2026, 11, 24))
    assert numbers(world.branch_b) == {"2025": (1, "met"), "2026": (0, "not_due")}


def test_the_days_that_a_year_rests_on(world):
    year = Period.parse("2026")
    assert (years_told(year), latest_due()) == ((year.first, year.last), 0)
    Setting.objects.create(key="org_life_due", value="10331", valid_from=date(2025, 1, 1))
    assert (years_told(year), latest_due()) == ((date(2025, 1, 1), date(2027, 3, 31)), 90)
