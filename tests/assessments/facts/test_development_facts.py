"""Facts of cases against a count case by case, and as they turn with the date; committees' analyses and uses of dues."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.periods import Period
from members.activities.services.states import mark_activity
from members.development.models.cases import DevelopmentCase
from members.development.selectors.cases import case_of
from members.development.services.steps import step_accept, step_explain
from members.dues.services.uses import use_note
from members.roster.models.members import Membership
from members.roster.services.members import member_transfer
from tests.assessments.facts.only import filling
from tests.members.development.written import applicant, at, enter, record

pytestmark = pytest.mark.django_db
few_families = filling("development", "dues_fault")


def stored(prefix, kind="month"):
    rows = Fact.objects.filter(measure__startswith=prefix)
    return {
        (row.organisation_id, row.period, row.measure): (row.numerator, row.denominator, row.late, row.overdue)
        for row in rows
        if Period.parse(row.period).kind == kind and (row.numerator or row.denominator)
    }


def counted(as_of):
    """Mistakes of cases month by month up the tree: each at the branch where its person belonged on that day."""
    found = defaultdict(int)
    for row in DevelopmentCase.objects.all():
        for fault in case_of(row, as_of).standing.faults:
            stay = Membership.objects.filter(member=row.member, starts__lte=fault.day).order_by("starts").last()
            place = stay.organisation
            while place is not None:
                found[place.pk, f"{fault.day:%Y-%m}", "development.faults"] += 1
                place = place.parent
    return dict(found)


def test_mistakes_stand_in_their_month_at_the_branch_of_that_day(world):
    case = applicant(world, "2026-06-01")
    other = applicant(world, "2026-07-10", name="申二")
    with at("2026-07-20"):
        member_transfer(by=OPERATOR, member=other.member, branch=world.branch_b, on=date(2026, 7, 20))
    enter(world, case, "2", "2026-07-05", kind="talk")
    with at("2026-09-15"):
        rollups.fill()
        found = {key: row[0] for key, row in stored("development.faults").items()}
        assert found == counted(date(2026, 9, 15))
        # The talk came four days late; the other was never held, and counts where he is since.
        assert found[world.branch_a.pk, "2026-07", "development.faults"] == 1
        assert found[world.branch_b.pk, "2026-08", "development.faults"] == 1
        in_time = stored("development.in_time")
        assert in_time[world.branch_a.pk, "2026-07", "development.in_time"] == (1, 1, 1, 0)
        assert in_time[world.branch_b.pk, "2026-08", "development.in_time"] == (0, 1, 0, 1)
        assert in_time[world.committee.pk, "2026-08", "development.in_time"] == (0, 1, 0, 1)


def test_the_day_alone_makes_a_limit_pass(world):
    applicant(world, "2026-06-01")
    with at("2026-07-01"):
        rollups.fill()
        assert stored("development.faults") == {}
    with at("2026-07-02"):
        rollups.fill()
        assert {key[:2] for key in stored("development.faults")} >= {(world.branch_a.pk, "2026-07")}


def test_an_accepted_reason_takes_a_mistake_out_and_keeps_it_late(world):
    case = applicant(world, "2026-06-01")
    entry = enter(world, case, "2", "2026-07-05", kind="talk")
    with at("2026-07-10"):
        step_explain(by=world.secretary_a, entry=entry, text="本人出差")
        entry.refresh_from_db()
        step_accept(by=world.staff, entry=entry)
        rollups.fill()
        assert stored("development.faults") == {}
        assert stored("development.in_time")[world.branch_a.pk, "2026-07", "development.in_time"] == (1, 1, 1, 0)


def test_a_committee_without_its_analysis_has_one_mistake_in_december(world):
    # The text is in force since May 2026: the first whole year is the next. Facts begin with the year of the first record.
    record(world.branch_a, "2027-02-01", "talk")
    with at("2027-12-31"):
        rollups.fill()
        assert stored("development.committee-faults") == {}
    with at("2028-01-01"):
        rollups.fill()
        assert (
            stored("development.committee-faults")[world.committee.pk, "2027-12", "development.committee-faults"][0]
            == 1
        )
        row = record(world.committee, "2027-12-20", "committee_plenary")
        row.topics = ["development"]
        row.save()
        mark_activity(row)
        rollups.fill()
        assert stored("development.committee-faults") == {}


def test_a_use_of_dues_needs_a_meeting_that_counts(world):
    place = world.committee
    common = {"by": OPERATOR, "organisation": place, "heading": "training", "amount": Decimal(100), "purpose": "培训"}
    with at("2026-09-15"):
        meeting = record(place, "2026-08-20", "committee_plenary")
        use = use_note(**common, on=date(2026, 8, 21))
        use_note(**common, on=date(2026, 8, 22), decided_in=meeting)
        # At a branch it is no mistake of the committee.
        use_note(**common | {"organisation": world.branch_a}, on=date(2026, 8, 22))
        rollups.fill()
        key = (place.pk, "2026-08", "dues.committee-faults")
        assert stored("dues.committee-faults")[key][0] == 1
        use_note(**common, on=date(2026, 8, 21), decided_in=meeting, use=use)
        rollups.fill()
        assert stored("dues.committee-faults") == {}
    with at("2027-01-02"):
        rollups.fill()
        # What was used and not published by the end of the year.
        assert {key[1] for key in stored("dues.committee-faults")} == {"2026-12"}
        assert Organisation.objects.get(pk=place.pk).pk in {key[0] for key in stored("dues.committee-faults")}
