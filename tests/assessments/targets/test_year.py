"""The change of the year: one confirmation for each line, twice changes nothing, what goes on stays."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.targets.models import StageReport, Target, TargetPlan
from assessments.targets.services.moves import target_adjust
from common.operator import OPERATOR
from tests.assessments.results.test_results import hold
from tests.assessments.targets.support import issued, plan_at, stages_of, target_of
from tests.assessments.targets.test_indicators import at
from tests.responsibilities.campaigns.support import running

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER = date(2026, 11, 20), date(2026, 12, 3)


@pytest.fixture
def year(world):
    """A plan of 2026: lectures, a mechanism of three stages of which one was reached, one that was reached wholly."""
    with at(NOVEMBER):
        plan = plan_at(world.committee)
        target_of(plan, planned=Decimal(3), weight=Decimal(50), split="own")
        days = (date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30))
        for name in ("联学机制", "述学机制"):
            target_of(
                plan,
                name=name,
                kind="qualitative",
                measure="",
                planned=None,
                split="own",
                weight=Decimal(25),
                stages=stages_of(*days),
            )
        issued(plan)
        for stage in [
            Target.objects.get(name="联学机制").stages.first(),
            *Target.objects.get(name="述学机制").stages.all(),
        ]:
            StageReport.objects.create(
                organisation=world.committee,
                stage=stage,
                own_level="reached",
                text="已完成",
                state="accepted",
                level="reached",
                reported_on=NOVEMBER,
            )
        hold(world.branch_a, "lecture", date(2026, 8, 3))
        running(world, ends=date(2027, 3, 1))
    return plan


def test_before_december_the_page_says_when_it_opens_and_nothing_is_confirmed(world, as_, year):
    with at(NOVEMBER):
        client = as_("staff")
        assert reverse("year_change", args=[2027]) in client.get(reverse("target_list")).content.decode()
        page = client.get(reverse("year_change", args=[2027])).content.decode()
        assert "2027年的换年事项，2026年12月1日起办理" in page and "确认：" not in page
        url = reverse("year_confirm", args=[2027, "targets", world.committee.pk])
        assert client.post(url).status_code == 409
        assert client.get(reverse("year_change", args=[2029])).status_code == 404
    assert TargetPlan.objects.count() == 1


def test_the_plan_is_drafted_from_last_years_and_twice_changes_nothing(world, as_, year):
    with at(DECEMBER):
        rollups.fill()
        client = as_("staff")
        page = client.get(reverse("year_change", args=[2027])).content.decode()
        assert "按 2026 年计划起草 2 项" in page, "what is announced is what is drafted"
        assert "上年应达不低于 3 次，实际 1 次；拟定不低于 3 次" in page, "what was missed is asked again"
        assert "1 项待确认" in page and "载体与品牌" in page and "照常延续" in page
        url = reverse("year_confirm", args=[2027, "targets", world.committee.pk])
        assert client.post(url).status_code == 302
        before = list(Target.objects.filter(plan__year=2027).values_list("code", "name", "planned"))
        again = client.post(url, follow=True)
        assert "已经确认过，没有再改动" in again.content.decode()
        assert list(Target.objects.filter(plan__year=2027).values_list("code", "name", "planned")) == before
        assert "没有待确认的事项" in client.get(reverse("year_change", args=[2027])).content.decode()
        assert client.post(reverse("year_confirm", args=[2027, "policies", world.committee.pk])).status_code == 404
        assert client.post(reverse("year_confirm", args=[2027, "targets", world.branch_a.pk])).status_code == 404
    assert [name for _, name, _ in before] == ["党课不少于 40 次", "联学机制"], (
        "what everybody reached is not asked again"
    )
    lectures, mechanism = Target.objects.filter(plan__year=2027).order_by("code")
    assert (lectures.planned, lectures.base) == (3, 1)
    assert list(mechanism.stages.values_list("due", "part")) == [(date(2027, 6, 30), 49), (date(2027, 9, 30), 51)]
    assert TargetPlan.objects.get(year=2026).state == "issued" and TargetPlan.objects.get(year=2027).state == "draft"


@pytest.mark.parametrize(
    "changes, planned, name",
    [
        ({"name": "党课不少于 1 次", "planned": Decimal(1)}, 2, "党课不少于 2 次"),
        ({"name": "1 月起党课不少于 1 次", "planned": Decimal(1)}, 2, "1 月起党课不少于 1 次"),
        ({"name": "党课不少于 11 次", "planned": Decimal(1)}, 2, "党课不少于 11 次"),
        ({"name": "党课不少于 9 次", "planned": Decimal(9)}, 9, "党课不少于 9 次"),
        ({"name": "党课不多于 5 次", "planned": Decimal(5), "direction": "at_most"}, 2, "党课不多于 2 次"),
        ({"name": "党课不多于 1 次", "planned": Decimal(1), "direction": "at_most"}, 1, "党课不多于 1 次"),
    ],
)
def test_next_year_asks_what_was_reached_and_never_less_than_before(world, as_, changes, planned, name):
    with at(NOVEMBER):
        plan = plan_at(world.committee)
        target_of(plan, split="own", **changes)
        issued(plan)
        for day in (date(2026, 8, 3), date(2026, 9, 3)):
            hold(world.branch_a, "lecture", day)
    with at(DECEMBER):
        rollups.fill()
        as_("staff").post(reverse("year_confirm", args=[2027, "targets", world.committee.pk]))
    made = Target.objects.get(plan__year=2027)
    assert (made.planned, made.name, made.base) == (planned, name, 2)


def test_what_was_asked_in_the_end_is_asked_again(world, as_):
    with at(NOVEMBER):
        plan = plan_at(world.committee)
        target = target_of(plan, planned=Decimal(3))
        issued(plan)
        target_adjust(by=OPERATOR, target=target, planned=Decimal(5), reason="任务增加")
    with at(DECEMBER):
        rollups.fill()
        as_("staff").post(reverse("year_confirm", args=[2027, "targets", world.committee.pk]))
    assert Target.objects.get(plan__year=2027).planned == 5


def test_whoever_arranges_at_no_committee_is_told_so(world, as_, year):
    with at(DECEMBER):
        assert as_("secretary_a").get(reverse("year_change", args=[2027])).status_code == 403
        assert as_("outsider").get(reverse("year_change", args=[2027])).status_code == 404


def test_a_year_without_a_plan_has_nothing_to_confirm(world, as_):
    with at(DECEMBER):
        page = as_("staff").get(reverse("year_change", args=[2027])).content.decode()
    assert "没有要换年的事项" in page
