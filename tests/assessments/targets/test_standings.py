"""Where targets stand by facts, against a slow reference that counts records one by one."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.targets.models import StageReport, Target, TargetOutcome, TargetPlan, TargetShare
from assessments.targets.rules import ShareState
from assessments.targets.selectors.pages import value_words
from assessments.targets.selectors.standings import asked_now, of_tree, standings
from assessments.targets.services.closing import plan_close, plans_closed
from assessments.targets.services.moves import share_write, target_adjust, target_stop
from assessments.targets.services.stages import reported_by_record, stage_judge, stage_report, stage_return
from branches.jobs.models import Heartbeat
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.models import Activity
from members.activities.services.states import activity_return
from responsibilities.collects.services.answers import collect_answer, collect_return
from tests.assessments.targets.support import issued, plan_at, stages_of, target_of
from tests.matrix.collects import sent
from tests.members.activities.records import submitted
from tests.responsibilities.work.support import ago

pytestmark = pytest.mark.django_db


def full(target):
    return Target.objects.select_related("plan__organisation").get(pk=target.pk)


def stand(target, place):
    return standings([full(target)], [place])[target.pk, place.pk]


def slow_lectures(place, first, last):
    """Count the lectures kept at a place or below it, record by record."""
    found = 0
    for record in Activity.objects.filter(day__range=(first, last)):
        below = record.organisation == place or place in record.organisation.get_ancestors()
        found += below and "lecture" in record.codes and record.state in ("submitted", "accepted")
    return found


@pytest.mark.parametrize("seed", range(3))
def test_counts_against_the_records(world, seed):
    chance = random.Random(seed)
    plan = plan_at(world.committee)
    months = (chance.randint(1, 6), chance.randint(7, 12))
    target = target_of(plan, first_month=months[0], last_month=months[1], planned=Decimal(chance.randint(1, 12)))
    issued(plan)
    for number in range(14):
        place, by = chance.choice([(world.branch_a, world.secretary_a), (world.branch_b, world.secretary_b)])
        kind = chance.choice(["lecture", "study"])
        record = submitted(place, by, kinds=[kind], day=ago(chance.randint(0, 300)))
        if number % 5 == 0:
            activity_return(by=world.staff, activity=record, reason="补充")
    rollups.fill()
    year = plan.year
    last = min(
        clock.today(), date(year, months[1] % 12 + 1, 1) - timedelta(days=1) if months[1] < 12 else date(year, 12, 31)
    )
    for place in (world.committee, world.branch_a, world.branch_b):
        standing = stand(target, place)
        assert standing.value.numerator == slow_lectures(place, date(year, months[0], 1), last), place


def test_a_rate_at_the_committee_is_the_sum_of_its_branches(world):
    plan = plan_at(world.committee)
    target = target_of(plan, measure="requirement.life-theme-day", planned=Decimal(90), name="主题党日按期")
    issued(plan)
    for place, by, months in ((world.branch_a, world.secretary_a, 3), (world.branch_b, world.secretary_b, 1)):
        for number in range(months):
            submitted(place, by, kinds=["theme_day"], day=ago(40 + 30 * number))
    rollups.fill()
    whole, one, other = (stand(target, place).value for place in (world.committee, world.branch_a, world.branch_b))
    assert whole.numerator >= one.numerator + other.numerator and one.numerator > other.numerator
    assert whole.denominator >= one.denominator + other.denominator
    assert whole.rate == Fraction(100 * whole.numerator, whole.denominator)


def test_what_was_never_counted_is_unknown_and_never_zero(world):
    plan = plan_at(world.committee)
    target = target_of(plan)
    issued(plan)
    Heartbeat.objects.filter(name="rollup").delete()
    assert not asked_now().known
    assert stand(target, world.branch_a).state == ShareState.UNKNOWN and stand(target, world.branch_a).value is None
    rollups.fill()
    assert stand(target, world.branch_a).value.numerator == 0, "counted, and none there"


def test_a_share_is_judged_by_the_value_in_force_that_day(world):
    plan = plan_at(world.committee)
    target = target_of(plan, planned=Decimal(2))
    issued(plan)
    for number in range(3):
        submitted(world.branch_a, world.secretary_a, kinds=["lecture"], day=ago(number))
    rollups.fill()
    assert stand(target, world.branch_a).state == ShareState.MET
    target_adjust(by=OPERATOR, target=target, planned=Decimal(9), reason="新增任务", organisation=world.branch_a)
    assert stand(target, world.branch_a).state != ShareState.MET
    assert stand(target, world.branch_b).value.numerator == 0
    share = TargetShare.objects.get(target=target, organisation=world.branch_a)
    assert (share.starts, share.planned) == (clock.today(), 9)


def test_founded_in_the_year_the_line_begins_there(world):
    plan = plan_at(world.committee)
    target = target_of(plan, planned=Decimal(12))
    issued(plan)
    rollups.fill()
    old = stand(target, world.branch_a)
    world.branch_a.founded = clock.today()
    world.branch_a.save(update_fields=["founded"])
    young = stand(target, world.branch_a)
    assert young.expected < old.expected


def test_an_amount_is_owed_by_whom_it_was_shared_out_to(world):
    plan = plan_at(world.committee)
    target = target_of(plan, split="divided", planned=Decimal(4))
    share_write(target, world.branch_a, Decimal(4), "", date(plan.year, 1, 1))
    issued(plan)
    rollups.fill()
    assert stand(target, world.branch_b).state == ShareState.NOT_APPLICABLE
    assert stand(target, world.branch_a).state != ShareState.NOT_APPLICABLE


def test_a_stopped_target_is_in_no_rate(world):
    plan = plan_at(world.committee)
    target = target_of(plan)
    issued(plan)
    target_stop(by=OPERATOR, target=target, reason="任务取消")
    assert stand(target, world.branch_a).state == ShareState.STOPPED


def test_aims_above_aims_are_the_weighted_mean_of_what_is_known(world):
    plan = plan_at(world.committee)
    top = target_of(plan, measure="", planned=None, split="own", name="思想建设")
    study = {"measure": "activities.study", "name": "集中学习"}
    target_of(plan, parent=top, weight=Decimal(60), planned=Decimal(2), split="own")
    target_of(plan, parent=top, weight=Decimal(40), planned=Decimal(4), split="own", **study)
    issued(plan)
    submitted(world.branch_a, world.secretary_a, kinds=["lecture"])
    rollups.fill()
    rows = list(Target.objects.filter(plan=plan).select_related("plan__organisation"))
    leaves = [row for row in rows if row.pk != top.pk]
    told = of_tree(rows, standings(leaves, [world.committee]), world.committee)
    assert told[top.pk].progress == Fraction(60 * 50, 100 * 100)


@pytest.fixture
def staged(world):
    """A qualitative target of the branches with two stages, the first of which is due today."""
    plan = plan_at(world.committee)
    days = (clock.today(), clock.today() + timedelta(days=20))
    target = target_of(
        plan,
        kind="qualitative",
        measure="",
        planned=None,
        name="建立联学机制",
        stages=stages_of(*days, words=("联学",)),
    )
    issued(plan)
    return target


def test_stages_are_judged_by_the_superior_and_both_levels_stay(world, staged):
    rollups.fill()
    stage = staged.stages.first()
    assert stand(staged, world.branch_a).state == ShareState.NOT_DUE, "the day of a stage is not over"
    report = stage_report(
        by=world.secretary_a, stage=stage, organisation=world.branch_a, own_level="reached", text="已建立"
    )
    waiting = stand(staged, world.branch_a)
    assert (waiting.state, waiting.progress) == (ShareState.UNKNOWN, None), "nobody has judged it: neither won nor lost"
    with pytest.raises(Conflict):
        stage_judge(by=_reporter(world), report=report, level="reached", reason="是")
    StageReport.objects.update(reported_by=world.secretary_a)
    report = stage_judge(by=world.staff, report=report, level="mostly", reason="还缺记录")
    assert (report.own_level, report.level) == ("reached", "mostly")
    assert stand(staged, world.branch_a).progress == Fraction(3, 5)


def said(stage, place, level="", **changes):
    """Keep a report of a stage: judged where a level is given, else waiting."""
    values = {"own_level": "reached", "text": "已完成", "reported_on": stage.due, "level": level}
    values["state"] = "accepted" if level else "reported"
    return StageReport.objects.create(organisation=place, stage=stage, **values | changes)


def staged_on(world, *days, **changes):
    plan = plan_at(world.committee)
    values = {"kind": "qualitative", "measure": "", "planned": None, "name": "联学机制", "stages": stages_of(*days)}
    target = target_of(plan, **values | changes)
    issued(plan)
    return target


def test_whoever_set_a_target_stands_where_those_stand_who_owe_its_stages(world, as_):
    today = clock.today()
    target = staged_on(world, today - timedelta(days=3), today + timedelta(days=9))
    rollups.fill()
    first, second = target.stages.order_by("order")
    assert stand(target, world.committee).state == ShareState.BEHIND
    for place in (world.branch_a, world.branch_b):
        said(first, place, "reached")
    owner = stand(target, world.committee)
    assert (owner.state, owner.progress) == (ShareState.BEHIND, Fraction(2, 3)), "the third has said nothing"
    report = said(first, world.branch_c)
    owner = stand(target, world.committee)
    assert (owner.state, owner.progress) == (ShareState.ON_COURSE, 1), "what waits for a judgement is left out"
    assert "年度目标 1 项，按进度 1 项" in as_("staff").get(reverse("target_list")).content.decode()
    StageReport.objects.filter(pk=report.pk).update(state="accepted", level="mostly")
    assert stand(target, world.committee).progress == Fraction(13, 15), "pooled over everybody"
    StageReport.objects.filter(pk=report.pk).update(level="reached")
    for place in (world.branch_a, world.branch_b, world.branch_c):
        said(second, place, "reached")
    assert stand(target, world.committee).state == ShareState.MET
    plan_close(plan=TargetPlan.objects.get())
    assert TargetOutcome.objects.get(target=target, organisation=world.committee).state == "met"


def test_a_stage_is_late_only_after_its_day_and_not_owed_before_the_founding(world):
    today = clock.today()
    target = staged_on(world, today, today + timedelta(days=9))
    rollups.fill()
    assert stand(target, world.branch_a).state == stand(target, world.committee).state == ShareState.NOT_DUE
    target.stages.filter(order=1).update(due=today - timedelta(days=1))
    assert stand(target, world.branch_a).state == ShareState.BEHIND
    world.branch_a.founded = today
    world.branch_a.save(update_fields=["founded"])
    assert stand(target, world.branch_a).state == ShareState.NOT_DUE


def test_a_last_stage_that_waits_for_its_judgement_leaves_the_year_open(world):
    today = clock.today()
    target = staged_on(world, today - timedelta(days=9), today - timedelta(days=3))
    rollups.fill()
    first, second = target.stages.order_by("order")
    said(first, world.branch_a, "reached")
    assert stand(target, world.branch_a).state == ShareState.MISSED
    report = said(second, world.branch_a)
    assert stand(target, world.branch_a).state == ShareState.UNKNOWN
    StageReport.objects.filter(pk=report.pk).update(state="accepted", level="reached")
    assert stand(target, world.branch_a).state == ShareState.MET


def _reporter(world):
    """Return who may judge, as whoever reported."""
    StageReport.objects.update(reported_by=world.staff)
    return world.staff


def test_a_returned_report_comes_back_changed(world, staged):
    stage = staged.stages.first()
    report = stage_report(
        by=world.secretary_a, stage=stage, organisation=world.branch_a, own_level="reached", text="已建"
    )
    stage_return(by=world.staff, report=report, reason="请附记录")
    again = stage_report(
        by=world.secretary_a, stage=stage, organisation=world.branch_a, own_level="mostly", text="补充"
    )
    assert again.pk == report.pk and again.state == "reported" and again.own_level == "mostly"
    stage_judge(by=world.staff, report=again, level="reached", reason="属实")
    with pytest.raises(Conflict):
        stage_report(by=world.secretary_a, stage=stage, organisation=world.branch_a, own_level="not", text="再报")


def test_the_first_record_that_fits_reports_a_stage_by_itself(world, staged):
    unlike = submitted(world.branch_a, world.secretary_a, title="学习讨论", day=ago(2))
    assert reported_by_record(unlike) == 0
    record = submitted(world.branch_a, world.secretary_a, title="与审评中心联学", day=ago(1))
    assert reported_by_record(record) == 1 and reported_by_record(record) == 0
    report = staged.stages.first().reports.get()
    assert (report.activity, report.organisation, report.reported_by) == (record, world.branch_a, None)
    stage_judge(by=world.staff, report=report, level="reached", reason="属实")
    assert stand(staged, world.branch_a).progress == 1


def test_what_was_frozen_stays_when_records_are_corrected_later(world):
    plan = plan_at(world.committee)
    target = target_of(plan, planned=Decimal(1))
    issued(plan)
    record = submitted(world.branch_a, world.secretary_a, kinds=["lecture"])
    rollups.fill()
    assert plans_closed() == 0, "its year is not over"
    with time_machine.travel(f"{plan.year + 1}-02-01T09:00:00+08:00"):
        rollups.fill()
        assert plans_closed() == 1 and plans_closed() == 0
    assert TargetPlan.objects.get(pk=plan.pk).state == "closed"
    outcomes = dict(TargetOutcome.objects.values_list("organisation", "state"))
    assert outcomes[world.branch_a.pk] == "met" and outcomes[world.branch_b.pk] == "missed"
    Activity.objects.filter(pk=record.pk).update(state="returned")
    rollups.fill(rebuild=True)
    assert stand(target, world.branch_a).state == ShareState.MET
    assert plan_close(plan=plan).state == "closed" and TargetOutcome.objects.count() == len(outcomes)


def test_a_figure_that_was_asked_once_is_the_value_and_nobodys_answer_is_unknown(world):
    collect = sent(world, places=("branch_a", "branch_b"))
    figure = collect.fields.get()
    plan = plan_at(world.committee)
    target = target_of(plan, measure="collected", collect=figure, planned=Decimal("10.5"))
    issued(plan)
    places = {row.organisation: row for row in collect.targets.all()}
    assert {stand(target, one).state for one in (world.branch_a, world.committee)} == {ShareState.UNKNOWN}
    collect_answer(by=world.secretary_a, target=places[world.branch_a], given={figure.pk: "10.5"})
    # It is held against what is planned itself, whatever of the year has passed.
    assert (stand(target, world.branch_a).state, stand(target, world.branch_b).state) == (
        ShareState.MET,
        ShareState.UNKNOWN,
    )
    collect_answer(by=world.secretary_b, target=places[world.branch_b], given={figure.pk: "4"})
    assert stand(target, world.branch_b).state == ShareState.BEHIND
    assert stand(target, world.committee).value.numerator == Decimal("14.5")
    assert value_words(full(target), stand(target, world.committee)) == "14.5（达到或按进度 1/2 个组织）"
    # What was sent back is no figure until it comes again.
    collect_return(by=world.staff, target=places[world.branch_b], reason="请核对")
    assert stand(target, world.branch_b).state == ShareState.UNKNOWN
    with pytest.raises(ValidationError) as refused:
        target_of(plan, measure="collected", name="另一项")
    assert refused.value.message_dict == {"collect": ["请选择哪次征集的哪个数字。"]}


def test_a_figure_that_was_asked_is_frozen_as_it_is(world):
    collect = sent(world, places=("branch_a",))
    figure = collect.fields.get()
    plan = plan_at(world.committee)
    target = target_of(plan, measure="collected", collect=figure, planned=Decimal(3))
    issued(plan)
    collect_answer(by=world.secretary_a, target=collect.targets.get(), given={figure.pk: "3.5"})
    plan_close(plan=plan)
    kept = TargetOutcome.objects.get(target=target, organisation=world.branch_a)
    assert (kept.numerator, kept.state) == (Decimal("3.5"), "met")
    assert stand(target, world.branch_a).value.numerator == Decimal("3.5")
