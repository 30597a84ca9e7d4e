"""Mistakes of development and of dues as they are scored: each with its kind, none with a name; and the veto that is only proposed."""

from datetime import date
from decimal import Decimal

import pytest

from assessments import scoring
from assessments.entries.models import ManualEntry
from assessments.results.selectors.named import named_entries
from branches.settings.services import setting_set
from common.operator import OPERATOR
from common.periods import Period
from members.development.services import notices
from members.dues.services.uses import use_note
from responsibilities.duties.models import Duty
from tests.members.development.written import applicant, at, enter, people, record, until_consent, vote
from tests.members.dues.made import collected, fixed
from tests.responsibilities.duties.world import issued, slots

pytestmark = pytest.mark.django_db
Y = Period("year", 2026)


def entries(measure, world, day, period=Y, *places):
    found = named_entries({measure}, period, date(2028, 1, 31), [place.pk for place in places], day)
    return [(entry.place, entry.item.state, entry.item.fault, entry.item.text) for entry in found]


def test_a_branch_without_a_case_owes_nothing_and_one_without_a_mistake_has_it_whole(world):
    applicant(world, "2026-06-01")
    with at("2026-06-20"):
        found = entries("development.faults", world, date(2026, 6, 20), Y, world.branch_a, world.branch_b)
    assert found == [(world.branch_a.pk, scoring.MET, 0, "")]


def test_each_mistake_costs_by_its_kind_and_names_nobody(world):
    case = applicant(world, "2026-06-01")
    enter(world, case, "2", "2026-07-05", kind="talk")
    # Nobody says who recommended him: something lacks.
    enter(world, case, "3", "2026-07-06", kind="committee_meeting")
    with at("2026-07-10"):
        found = entries("development.faults", world, date(2026, 7, 10), Y, world.branch_a)
    assert sorted(row[2] for row in found) == [0, 1]
    assert {row[1] for row in found} == {scoring.OVERDUE}
    assert all("申一" not in row[3] for row in found)
    assert any("派人谈话”超过规定时限" in row[3] for row in found)


def test_the_analysis_is_a_committees_and_is_not_due_before_the_years_end(world):
    year = Period("year", 2027)
    with at("2027-12-31"):
        assert [
            row[1] for row in entries("development.committee-faults", world, date(2027, 12, 31), year, world.committee)
        ] == [scoring.DUE_SOON]
    with at("2028-01-02"):
        found = entries("development.committee-faults", world, date(2028, 1, 2), year, world.committee)
        quarter = entries(
            "development.committee-faults", world, date(2028, 1, 2), Period("quarter", 2027, 3), world.committee
        )
    assert [row[1:3] for row in found] == [(scoring.OVERDUE, 0)] and [row[1] for row in quarter] == [scoring.NOT_DUE]


def test_an_approval_after_three_months_is_the_committees(world):
    case = until_consent(world)
    with at("2027-07-09"):
        notice = notices.notice_post(
            by=world.secretary_a, case=case, posted_on=date(2027, 7, 9), places=["公示栏", "内网"]
        )
        notice.first, notice.last = date(2027, 7, 12), date(2027, 7, 16)
        notice.save()
    enter(world, case, "8a", "2027-07-19", objections=0)
    people(world, case, "introducer", "2027-07-20")
    enter(world, case, "10", "2027-07-21", document="人事处")
    for day in ("2027-07-22", "2027-07-23", "2027-07-26"):
        enter(world, case, "11", day, kind="training", place=world.committee)
    enter(world, case, "12", "2027-08-02", kind="committee_meeting")
    enter(world, case, "13", "2027-08-05", by=world.staff, document="x")
    enter(world, case, "14", "2027-08-06")
    enter(world, case, "15", "2027-08-20", kind="assembly", vote=vote(), text="表现突出")
    year = Period("year", 2027)
    with at("2027-11-21"):
        found = entries("development.committee-faults", world, date(2027, 11, 21), year, world.committee)
        assert [row[2] for row in found if row[1] == scoring.OVERDUE] == [1]
        assert entries("development.faults", world, date(2027, 11, 21), year, world.branch_a) == [
            (world.branch_a.pk, scoring.MET, 0, "")
        ]


def test_months_of_dues_count_paid_late_and_owed_and_nobody_who_keeps_none(world):
    fixed(world)
    month = Period("month", 2026, 3)
    collected(world, month, people=world.people("branch_a")[1:4], paid_on=date(2026, 3, 20))
    with at("2026-04-02"):
        found = named_entries(
            {"dues.member-months"},
            Period("quarter", 2026, 1),
            date(2026, 4, 10),
            [world.branch_a.pk, world.branch_b.pk],
            date(2026, 4, 2),
        )
    march = next(entry.item for entry in found if entry.item.target[1] == "2026-03")
    assert (
        march.state == scoring.OVERDUE and march.done == 3 and {entry.place for entry in found} == {world.branch_a.pk}
    )
    assert march.expected == march.done + march.late + (march.expected - 3)


def test_dues_used_without_a_meeting_and_not_published_are_two_mistakes(world):
    use_note(
        by=OPERATOR,
        organisation=world.committee,
        on=date(2026, 7, 1),
        heading="training",
        amount=Decimal(9),
        purpose="x",
    )
    with at("2027-01-05"):
        found = entries("dues.committee-faults", world, date(2027, 1, 5), Y, world.committee)
        assert sorted(row[2] for row in found if row[1] == scoring.OVERDUE) == [0, 1]
        kept = record(world.committee, "2026-12-20", "dues")
        kept.topics = ["dues_published"]
        kept.save()
        found = entries("dues.committee-faults", world, date(2027, 1, 5), Y, world.committee)
        assert [row[2] for row in found if row[1] == scoring.OVERDUE] == [0]


def test_an_approval_against_a_stop_is_proposed_as_a_veto_and_never_entered(world, as_):
    setting_set(by=OPERATOR, key="admitted_by_work_committee", value="1", valid_from=date(2026, 1, 1))
    case = applicant(world, "2026-06-01")
    enter(world, case, "17", "2026-09-08", by=world.staff, document="工委〔2026〕9号")
    with at("2026-09-10"):
        page = as_("staff").get("/results/entries/?scheme=tongbu-branch&period=2026Q3")
        ((proposal, link),) = page.context["proposed"]
        assert proposal.organisation == world.branch_a and "申一" not in page.content.decode()
        assert not ManualEntry.objects.exists()
        form = as_("staff").get(link.partition("#")[0]).context["form"]
        assert form["item"].value() == proposal.item.key and str(form["organisation"].value()) == str(world.branch_a.pk)
        data = {
            "organisation": world.branch_a.pk,
            "item": proposal.item.key,
            "reason": proposal.reason,
            "document": "x",
        }
        assert as_("staff").post("/results/entries/?scheme=tongbu-branch&period=2026Q3", data).status_code == 302
        assert as_("staff").get("/results/entries/?scheme=tongbu-branch&period=2026Q3").context["proposed"] == []


def test_what_a_duty_rests_on_is_counted_by_the_indicator_of_its_subject_alone(world):
    """counted_in of 责任落实: a month of dues, a limit of a case, a visit cost once."""
    issued(world)
    fixed(world)
    applicant(world, "2026-06-01")
    Duty.objects.filter(key="br-fee").update(
        source="requirements", rules="fee-monthly fee-fix-yearly", period="requirements"
    )
    with at("2026-09-10"):
        found = {
            key: [slot.rests_on for slot in slots(key, date(2026, 9, 10), organisation=world.branch_a).values()]
            for key in ("br-fee", "br-dev", "br-care", "br-study")
        }
    assert all("dues.member-months" in measures for measures in found["br-fee"]) and found["br-fee"]
    assert all("development.faults" in measures for measures in found["br-dev"])
    assert all("care.answered" in measures for measures in found["br-care"])
    assert all("education.hours" in measures for measures in found["br-study"])
