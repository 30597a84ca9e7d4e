"""The panels of a record name the aims that it moves: exactly those whose figures its submission changes."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.home.selectors.record_effects.panel import effects_of_record
from assessments.targets.models import PlanState, Split, Target, TargetPlan
from assessments.targets.selectors.places import places_owing
from assessments.targets.selectors.standings import standings
from members.activities.services.states import activity_submit
from tests.assessments.targets.support import plan_at, target_of
from tests.members.activities.records import draft, filled, submitted

DAY = date(2026, 10, 14)
TODAY = "2026-11-25T10:00:00+08:00"


@pytest.fixture
def aims(world):
    """Targets of each way to divide one, at several levels, of several measures and months."""
    upper, own = plan_at(world.committee), plan_at(world.branch_a)
    rest = {"planned": Decimal(4), "weight": Decimal(10)}
    target_of(upper, name="各支部党课", **rest)
    target_of(upper, name="总支和支部党课", applies=["general_branch", "branch"], **rest)
    target_of(upper, name="总支党课", applies=["general_branch"], **rest)
    target_of(upper, name="党课总数", split="divided", **rest)
    target_of(upper, name="机关党委自办", split="own", applies=[], **rest)
    target_of(upper, name="上半年党课", last_month=6, **rest)
    target_of(upper, name="调研活动", measure="activities.visit", **rest)
    target_of(
        upper,
        name="按期开展党课",
        measure="requirement.life-lecture-frequency",
        planned=Decimal(90),
        weight=Decimal(10),
    )
    target_of(own, name="本支部党课", split="own", applies=[], **rest)
    target_of(plan_at(world.branch_b), name="起草中", split="own", applies=[], **rest)
    # What binds only: how a plan is made complete is another test's matter.
    TargetPlan.objects.filter(pk__in=[upper.pk, own.pk]).update(state=PlanState.ISSUED, issued_on=date(2026, 1, 5))
    return world


def figures():
    """Return {target's name: {organisation: its value}} after a fill."""
    rollups.fill()
    found = {}
    for target in Target.objects.select_related("plan__organisation"):
        # What is divided is added up where it was divided.
        places = [*places_owing(target), *([target.plan.organisation] if target.split == Split.DIVIDED else [])]
        rows = standings([target], places)
        found[target.name] = {place.pk: rows[target.pk, place.pk].value for place in places}
    return found


@pytest.mark.parametrize("where", ["branch_a", "branch_b", "branch_c", "general", "committee"])
@time_machine.travel(TODAY)
def test_a_record_names_the_aims_whose_figures_it_moves(aims, where):
    before = figures()
    activity = submitted(aims.places[where], aims.staff, kinds=["lecture"], day=DAY)
    lines = [line for line in effects_of_record(activity) if line.kind == "目标"]
    after = figures()
    moved = {name for name in before if before[name] != after[name]}
    counts = {line.title for line in lines}
    assert counts - {"起草中"} == moved - {"起草中"}
    assert "起草中" not in counts and all(line.counts and line.url for line in lines)
    assert counts, where


@time_machine.travel(TODAY)
def test_the_panel_says_so_before_and_after_it_is_submitted(aims, as_):
    rollups.fill()
    client = as_("secretary_a")
    answer = client.post("/uses/", filled(aims.branch_a, ["lecture"], DAY))
    typed = [line.title for line in answer.context["uses"] if line.kind == "目标"]
    assert set(typed) == {"各支部党课", "总支和支部党课", "党课总数", "机关党委自办", "按期开展党课", "本支部党课"}
    activity = draft(aims.branch_a, aims.secretary_a, kinds=["lecture"], day=DAY)
    page = client.get(f"/activities/{activity.pk}/counts/").content.decode()
    assert "提交后党课次数计 1 次" in page and "未计入" in page
    activity_submit(by=aims.secretary_a, activity=activity)
    answer = client.get(f"/activities/{activity.pk}/counts/")
    assert [line.title for line in answer.context["lines"] if line.kind == "目标"] == typed
    target = Target.objects.get(name="各支部党课")
    assert f'href="/targets/{target.pk}/"' in answer.content.decode()
    # Whoever may not read a plan is not told of it.
    hidden = {line.title for line in effects_of_record(activity, aims.secretary_b) if line.kind == "目标"}
    assert hidden == set(typed) - {"本支部党课"}


@time_machine.travel(TODAY)
def test_another_kind_month_or_state_moves_nothing(aims):
    rollups.fill()
    Target.objects.filter(name="各支部党课").update(stopped_on=date(2026, 9, 1), stop_reason="不再需要")
    for kinds, day in ((["theme_day"], DAY), (["lecture"], date(2025, 12, 30))):
        activity = submitted(aims.branch_b, aims.secretary_b, kinds=kinds, day=day)
        assert [line.title for line in effects_of_record(activity) if line.kind == "目标"] == []
    activity = submitted(aims.branch_b, aims.secretary_b, kinds=["lecture"], day=DAY)
    assert "各支部党课" not in {line.title for line in effects_of_record(activity)}
