"""Faults of yearly plans, against a slow reading of plans, shares and lists one by one; and what the committee loses."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from assessments.results.services import assessment_trial
from assessments.targets.models import PlanState, TargetPlan
from assessments.targets.selectors.faults import UNAPPROVED, UNSHARED, plan_faults
from assessments.targets.services.moves import share_write
from branches.places import tree
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.duties.models import DutyList
from tests.assessments.results.test_results import hold
from tests.assessments.targets.support import target_of
from tests.assessments.targets.test_indicators import AFTER, at

pytestmark = pytest.mark.django_db
YEAR, DUE, AS_OF = 2026, date(2026, 3, 31), date(2026, 12, 31)


def slow_faults(committee):
    """Look at every plan, share and list: (unapproved, unshared)."""
    above = [committee, *committee.get_ancestors()]
    plans = [plan for plan in TargetPlan.objects.filter(year=YEAR) if plan.organisation in above]
    approved = any(plan.approved_in is not None and plan.approved_in.day <= DUE for plan in plans)
    bound = [plan for plan in plans if plan.state != "draft" and plan.issued_on <= AS_OF]
    unshared = []
    for branch in Organisation.objects.filter(kind="branch"):
        if committee not in branch.get_ancestors() or (branch.founded and branch.founded > DUE):
            continue
        owed = any(
            (target.split == "same" and "branch" in target.applies)
            or any(
                share.organisation == branch and share.planned > 0 and share.ends is None
                for share in target.shares.all()
            )
            for plan in bound
            for target in plan.targets.all()
        )
        listed = DutyList.objects.filter(organisation=branch, year=YEAR, level="branch", state="issued").exists()
        unshared += [branch] if not owed and not listed else []
    return not approved, bool(unshared)


@pytest.mark.parametrize("seed", range(8))
def test_faults_against_a_slow_reading(world, seed):
    chance = random.Random(seed)
    if chance.random() < 0.5:
        young = tree.organisation_create(by=OPERATOR, name="新设支部", kind="branch", parent=world.committee)
        Organisation.objects.filter(pk=young.pk).update(founded=date(YEAR, 9, 1))
    branches = list(Organisation.objects.filter(kind="branch"))
    for place in chance.sample([world.root, world.committee], chance.randint(0, 2)):
        meeting = hold(place, "party_group_meeting", date(YEAR, 1, 20) + timedelta(days=chance.randint(0, 130)))
        plan = TargetPlan.objects.create(
            organisation=place, year=YEAR, title="计划", approved_in=chance.choice([None, meeting, meeting])
        )
        target = target_of(plan, split=chance.choice(["divided", "divided", "own", "same"]), planned=Decimal(4))
        if target.split == "divided":
            for branch in chance.sample(branches, chance.randint(0, len(branches))):
                share_write(target, branch, Decimal(chance.choice([0, 1, 3])), "", date(YEAR, 1, 1))
        if chance.random() < 0.8:
            TargetPlan.objects.filter(pk=plan.pk).update(state=PlanState.ISSUED, issued_on=date(YEAR, 2, 1))
    for branch in chance.sample(branches, chance.randint(0, len(branches))):
        state = chance.choice(["draft", "issued"])
        DutyList.objects.create(organisation=branch, year=YEAR, level="branch", state=state, issued_on=date(YEAR, 2, 1))
    found = {row.kind: bool(row.found) for row in plan_faults(YEAR, [world.committee.pk, world.general.pk], AS_OF)}
    assert (found[UNAPPROVED], found[UNSHARED]) == slow_faults(world.committee)


def test_the_committee_loses_three_points_for_each_and_says_for_what(world):
    hold(world.committee, "all_hands", date(YEAR, 6, 28))
    plan = TargetPlan.objects.create(organisation=world.committee, year=YEAR, title="年度计划")
    plan.approved_in = hold(world.root, "party_group_meeting", date(YEAR, 4, 12))
    plan.save()

    def lead():
        with at(AFTER):
            found = assessment_trial(by=world.staff, period=Period.parse("2026"), key="tongbu-committee")
        assert found.results.get(organisation=world.general).scores.get(indicator="lead-plan").state == "not_applicable"
        row = found.results.get(organisation=world.committee).scores.get(indicator="lead-plan")
        return row.points, [reason["text"] for reason in row.reasons]

    points, reasons = lead()
    assert points == 0 and len(reasons) == 2
    assert any("4月12日才经审定，应在" in text for text in reasons), reasons
    assert any("没有分到目标，也没有责任清单" in text for text in reasons)
    target_of(plan)
    TargetPlan.objects.filter(pk=plan.pk).update(state=PlanState.ISSUED, issued_on=date(YEAR, 4, 20))
    points, reasons = lead()
    assert points == 3 and len(reasons) == 1
