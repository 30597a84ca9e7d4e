"""An amount is shared out level by level: what a branch does reaches one share, and its general branch's as a part of that."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.targets.models import Target, TargetShare
from assessments.targets.selectors.pages import list_behind
from assessments.targets.selectors.standings import standings
from assessments.targets.services.plans import problems_of
from assessments.targets.services.shares import proposed, target_divide
from branches.reach import access
from common import clock
from common.operator import OPERATOR
from tests.assessments.targets.support import issued, plan_at, target_of
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def amount(world):
    """Six lectures, owed by general branches and branches: two each of branches A and B, two of the general branch with its own."""
    plan = plan_at(world.committee)
    target = target_of(plan, split="divided", planned=Decimal(6), applies=["general_branch", "branch"])
    places = (world.branch_a, world.branch_b, world.general)
    target_divide(by=OPERATOR, target=target, amounts={place.pk: Decimal(2) for place in places})
    return target


def test_nobody_below_another_that_owes_it_is_given_a_share_beside_it(world, amount):
    shares = proposed(amount)
    assert set(shares) == {world.branch_a.pk, world.branch_b.pk, world.general.pk} and sum(shares.values()) == 6
    with pytest.raises(ValidationError, match="不承担这个目标"):
        target_divide(by=OPERATOR, target=amount, amounts=shares | {world.branch_c.pk: Decimal(6)})


def test_a_general_branch_divides_its_own_share_among_its_branches(world, as_, amount):
    issued(amount.plan)
    url = reverse("target_share_out", args=[amount.pk]) + f"?organisation={world.general.pk}"
    secretary = as_("general_secretary")
    assert url.replace("&", "&amp;") in secretary.get(reverse("target_detail", args=[amount.pk])).content.decode()
    rows = secretary.get(url).context["rows"]
    assert [place for place, *_ in rows] == [world.branch_c]
    short = secretary.post(url, {f"place-{world.branch_c.pk}": "1"})
    assert short.status_code == 422 and "分解合计 1，少于目标 2" in short.content.decode()
    assert secretary.post(url, {f"place-{world.branch_c.pk}": "2"}).status_code == 302
    share = TargetShare.objects.get(target=amount, organisation=world.branch_c)
    assert (share.planned, share.parent.organisation) == (2, world.general)
    for _ in range(2):
        submitted(world.branch_c, world.secretary_c, kinds=["lecture"])
    rollups.fill()
    found = standings(
        list(Target.objects.select_related("plan__organisation")), [world.general, world.branch_c, world.committee]
    )
    assert [found[amount.pk, place.pk].state for place in (world.general, world.branch_c)] == ["met", "met"]
    assert found[amount.pk, world.committee.pk].value.numerator == 2, "two of six, however often they were divided"


def test_whoever_reviews_none_of_its_branches_divides_no_share(world, as_, amount):
    issued(amount.plan)
    url = reverse("target_share_out", args=[amount.pk]) + f"?organisation={world.general.pk}"
    for who, status in (("secretary_a", 404), ("secretary_c", 404), ("outsider", 404), ("staff", 200)):
        assert as_(who).get(url).status_code == status, who
    assert as_("secretary_c").post(url, {f"place-{world.branch_c.pk}": "2"}).status_code == 404
    own = url.replace(str(world.general.pk), str(world.branch_a.pk))
    assert as_("secretary_a").get(own).status_code == 404, "there is nothing below to divide it among"
    with pytest.raises(access.Forbidden):
        target_divide(by=world.secretary_c, target=amount, amounts={world.branch_c.pk: Decimal(2)}, top=world.general)


def test_what_was_divided_further_does_not_reach_the_whole_twice(world, amount):
    target_divide(by=OPERATOR, target=amount, amounts={world.branch_c.pk: Decimal(2)}, top=world.general)
    TargetShare.objects.filter(target=amount, organisation=world.branch_a).update(planned=0)
    assert any("分解合计 4，少于目标 6" in said for said in problems_of(amount.plan))


def test_the_value_of_some_months_opens_no_list_of_a_year(world):
    plan = plan_at(world.committee, year=clock.today().year)
    rate = {"measure": "requirement.life-theme-day", "planned": Decimal(90), "weight": Decimal(50)}
    whole, part = target_of(plan, **rate), target_of(plan, name="上半年", last_month=6, **rate)
    assert list_behind(whole, world.branch_a) and list_behind(part, world.branch_a) == ""
