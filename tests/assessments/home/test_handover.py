"""Ending an appointment lists what of the mechanisms passes to the successor (access rule 8), each number with its list."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.targets.models import Target, TargetPlan
from branches.places.models.departments import Department
from branches.reach.models import Appointment
from common import clock
from responsibilities.policies.services.runs import run_begin
from responsibilities.portfolios.models import LeaderPortfolio
from tests.members.resources.made import room
from tests.responsibilities.campaigns.support import running
from tests.responsibilities.policies.records import in_force

pytestmark = pytest.mark.django_db


def left(as_, user):
    """Return {label: (number, address or "")} of the page that ends an appointment."""
    row = Appointment.objects.get(user=user)
    page = as_("committee_secretary").get(f"/appointments/{row.pk}/end/").content.decode()
    found = {}
    for item in re.findall(r"<li>\s*(.*?)</li>", page.split("需要交接的事项")[1].split("</ul>")[0], re.S):
        label = re.sub(r"<[^>]+>", "", item.split("<b")[0]).strip()
        url = re.search(r'href="([^"]+)"', item)
        found[label] = (int(re.search(r">(\d+)</b>", item)[1]), url[1] if url else "")
    return found


def test_a_secretary_leaves_steps_milestones_campaigns_and_resources(world, as_):
    version = in_force(world, since=clock.today() - timedelta(days=30))
    run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    running(world)
    room(world.branch_a, world.secretary_a)
    found = left(as_, world.secretary_a)
    place = f"?organisation={world.branch_a.pk}"
    assert found["等待办理的制度步骤"] == (1, reverse("policy_detail", args=[version.policy_id]))
    assert found["到期或临近的载体节点"] == (1, reverse("campaign_list") + place)
    assert found["提供的共享资源"] == (1, reverse("resource_list"))
    assert found["主办的载体和品牌项目"] == (0, "")
    other = left(as_, world.secretary_b)
    assert {label: number for label, (number, _) in other.items() if number} == {}


def test_steps_of_several_policies_are_named_policy_by_policy(world, as_):
    since = clock.today() - timedelta(days=30)
    one, other = (in_force(world, since=since, title=title) for title in ("意见办理制度", "联席研究制度"))
    for version, number in ((one, 1), (other, 2)):
        for _ in range(number):
            run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
    found = left(as_, world.secretary_a)
    for version, number in ((one, 1), (other, 2)):
        label = f"等待办理的制度步骤：“{version.policy.title}”"
        assert found[label] == (number, reverse("policy_detail", args=[version.policy_id]))


def test_a_leader_leaves_the_policies_he_explains_and_the_targets_he_holds(world, as_):
    version = in_force(world, steward=world.leader)
    department = Department.objects.create(name="综合处")
    portfolio = LeaderPortfolio.objects.create(
        leader=world.leader, organisation=world.root, department=department, starts=clock.today()
    )
    year = clock.today().year
    plan = TargetPlan.objects.create(
        organisation=world.committee, year=year, title="年度目标", state="issued", issued_on=clock.today()
    )
    Target.objects.create(plan=plan, code="1", name="党课", field="thought", weight=100, holder=portfolio)
    found = left(as_, world.leader)
    assert found["负责解释的制度"] == (1, reverse("policy_detail", args=[version.policy_id]))
    assert found["担任责任领导的目标"] == (1, reverse("target_list"))
