"""What a scheme named before anything counted it is counted from the version that says so, and by no earlier one (judgement 6.7)."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from assessments.results.models import Assessment, Result
from assessments.results.services import assessment_trial
from assessments.schemes.applying import check_applied
from assessments.schemes.data import VERSIONS, default_scheme, shipped
from assessments.schemes.measures import LATER
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import scheme_draft
from assessments.scoring import scheme_from
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.roster.services.standing import away_set
from responsibilities.campaigns.rules import Planned
from tests.assessments.results.test_results import hold
from tests.responsibilities.campaigns.support import running

pytestmark = pytest.mark.django_db


def at(day):
    return clock.at(timezone.make_aware(datetime(day.year, day.month, day.day, 9)))


@pytest.fixture
def campaign(world):
    """A campaign of the third quarter, in which branch A missed its one milestone and branch B takes no part."""
    with at(date(2026, 7, 1)):
        found = running(world, milestones=[Planned("动员部署", date(2026, 8, 10), ("theme_day",))])
    for place in (world.branch_a, world.branch_b):
        hold(place, "theme_day", date(2026, 7, 10))
    return found


def brand(world, place):
    with at(date(2026, 10, 20)):
        found = assessment_trial(by=world.staff, period=Period.parse("2026Q3"))
    row = found.results.get(organisation=place).scores.get(indicator="brand-campaign")
    return found.scheme.version, row.state, row.points, [reason["text"] for reason in row.reasons]


def test_milestones_are_counted_from_the_version_that_says_so(world, campaign):
    version, state, points, reasons = brand(world, world.branch_a)
    assert (version, state, points) == (6, "known", 0)
    assert reasons == ["节点“动员部署”未完成，时限 8月10日"]
    assert brand(world, world.branch_b)[1] == "not_applicable", "taking no part is no loss"
    Result.objects.all().delete()
    Assessment.objects.all().delete()
    SchemeVersion.objects.filter(key="tongbu-branch", version__gte=4).delete()
    assert brand(world, world.branch_a)[:3] == (3, "not_measured", None)


@pytest.mark.parametrize(
    "key, before, after",
    [
        *(("tongbu-branch", number, number + 1) for number in (3, 4, 5)),
        *(("tongbu-committee", number, number + 1) for number in (2, 3, 4)),
    ],
)
def test_the_next_version_changes_no_points(key, before, after):
    old, new = default_scheme(key, before), default_scheme(key, after)
    assert [(row.key, row.points, row.method) for _, row in old.indicators()] == [
        (row.key, row.points, row.method) for _, row in new.indicators()
    ]
    assert {*old.alive} < {*new.alive}
    if after == VERSIONS[key][-1]:
        assert {measure for _, row in new.indicators() for measure in row.measures} & {*LATER} <= {*new.alive}


def test_adopted_practices_are_counted_from_the_fourth_version_of_the_committee():
    def practice(version):
        scheme = default_scheme("tongbu-committee", version)
        return scheme.alive, next(row.measures for _, row in scheme.indicators() if row.key == "ca-practice")

    assert practice(3) == (("plans.faults",), ("by-hand",))
    assert practice(4) == (("plans.faults", "practices.adopted"), ("practices.adopted",))


def test_what_is_won_is_scored_by_a_count_alone():
    body = shipped("tongbu-committee", 4)
    row = next(row for part in body["dimensions"] for row in part["indicators"] if row["key"] == "ca-practice")
    check_applied(scheme_from(body))
    row["method"] = "ratio"
    with pytest.raises(ValueError, match="计分方法应为按数量计分"):
        check_applied(scheme_from(body))


def test_a_copy_counts_what_has_come_alive_since(world):
    SchemeVersion.objects.filter(key="tongbu-branch", version__gte=4).delete()
    third = SchemeVersion.objects.in_force("tongbu-branch")[0]
    draft = scheme_draft(by=OPERATOR, version=third)
    assert "alive" not in third.body and draft.body["alive"] == [
        *("campaigns.milestones", "care.answered", "commitments.fulfilled", "development.faults"),
        *("dues.member-months", "education.hours", "education.posts", "roster.faults"),
    ]


def test_who_should_have_been_transferred_costs_the_branch_half_a_point_from_the_fifth_version(world):
    with at(date(2026, 1, 5)):
        away_set(
            by=OPERATOR,
            member=world.people("branch_a")[3],
            kind="posted",
            place="外地",
            starts=date(2026, 1, 5),
            fixed=True,
        )
    for place in (world.branch_a, world.branch_b):
        hold(place, "theme_day", date(2026, 7, 10))
    with at(date(2026, 10, 20)):
        found = assessment_trial(by=world.staff, period=Period.parse("2026Q3"))
    row = found.results.get(organisation=world.branch_a).scores.get(indicator="edu-roster")
    assert (row.state, row.points) == ("known", Decimal("1.50"))
    assert [reason["text"] for reason in row.reasons] == ["甲四1月5日起在外地，满 6 个月未转组织关系"]
    other = found.results.get(organisation=world.branch_b).scores.get(indicator="edu-roster")
    assert other.state == "not_applicable"
