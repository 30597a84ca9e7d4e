"""The stages of who is led by a case begin with the days of its steps, whenever those are typed, corrected or taken back."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from members.development.models.cases import CaseStep
from members.development.services import cases, steps
from members.development.services.steps import StepData
from members.roster.models.members import Member
from members.roster.models.standing import StageSpell
from tests.members.development.written import activist, applicant, at, enter, record, until_listed, until_vote

pytestmark = pytest.mark.django_db
DAY = date.fromisoformat


def spells(case):
    rows = StageSpell.objects.filter(member=case.member_id).order_by("starts", "pk")
    return [
        (stage, *(day and day.isoformat() for day in days))
        for stage, *days in rows.values_list("stage", "starts", "ends")
    ]


def test_a_step_that_is_typed_later_dates_the_stage_by_its_own_day(world):
    case = applicant(world, "2024-12-01")
    with at("2026-11-28"):
        for key, day, kind in (("2", "2024-12-20", "talk"), ("3", "2025-01-15", "committee_meeting")):
            row = record(world.branch_a, day, kind, there=case.member if kind == "talk" else None)
            steps.step_add(by=world.secretary_a, case=case, key=key, data=StepData(activity=row, text="党员推荐"))
    assert spells(case) == [("applicant", "2024-12-01", "2025-01-14"), ("activist", "2025-01-15", None)]


LISTED = [("applicant", "2026-06-01", "2026-06-30"), ("activist", "2026-07-01", "2027-07-18")]


def test_each_stage_ends_on_the_eve_of_the_next_up_to_joining(world):
    case = until_listed(world)
    assert spells(case) == [*LISTED, ("candidate", "2027-07-19", None)]


def test_what_is_taken_back_goes_and_what_was_before_goes_on(world):
    case = until_vote(world)
    listed = CaseStep.objects.get(case=case, key="8a")
    with at("2027-09-01"):
        enter(world, case, "16", "2027-09-01", by=world.staff, text="李组织员")
        enter(world, case, "17", "2027-09-02", by=world.staff, kind="committee_plenary", place=world.committee)
    joined = [("candidate", "2027-07-19", "2027-08-19"), ("probationary", "2027-08-20", None)]
    assert spells(case) == [*LISTED, *joined]
    with at("2027-09-03"):
        approval = CaseStep.objects.get(case=case, key="17")
        steps.step_remove(by=world.staff, entry=approval, reason="登记错了")
        assert spells(case) == [*LISTED, ("candidate", "2027-07-19", None)]
        steps.step_remove(by=world.staff, entry=listed, reason="日期登记错了")
        assert spells(case) == [LISTED[0], ("activist", "2026-07-01", None)]


def taken_over(world, stage, **days):
    person = Member.objects.create(name="纸一", home=world.branch_a, stage=stage)
    person.memberships.create(organisation=world.branch_a, starts=DAY("2024-01-01"))
    StageSpell.objects.create(member=person, stage=stage)
    with at("2026-06-10"):
        said = {key.removeprefix("s"): DAY(day) for key, day in days.items()}
        return cases.case_take_over(by=world.secretary_a, member=person, opened_on=DAY("2024-03-01"), days=said)


def test_of_whoever_was_taken_over_as_a_candidate_nobody_knows_since_when(world):
    case = taken_over(world, "candidate", s3="2024-09-02")
    known = [("applicant", "2024-03-01", "2024-09-01"), ("activist", "2024-09-02", "2026-06-09")]
    assert sorted(spells(case), key=str) == sorted([("candidate", None, None), *known], key=str)


def test_people_without_a_case_keep_what_was_noted(world):
    person = Member.objects.create(name="名册一", home=world.branch_a, stage="activist")
    StageSpell.objects.create(member=person, stage="activist", starts=DAY("2025-01-01"))
    activist(world)
    assert StageSpell.objects.get(member=person).starts == DAY("2025-01-01")


@pytest.mark.parametrize(
    "made", [until_listed, until_vote, activist, lambda world: taken_over(world, "candidate", s3="2024-09-02")]
)
def test_the_upgrade_dates_the_stages_of_cases_that_are_there(world, made):
    case = made(world)
    right = spells(case)
    rows = StageSpell.objects.filter(member=case.member_id)
    rows.exclude(ends=None).delete()
    rows.update(starts=DAY("2027-11-28"))
    import_module("members.migrations.0042_stages_of_cases").follow_the_steps(apps, None)
    assert sorted(spells(case), key=str) == sorted(right, key=str)
