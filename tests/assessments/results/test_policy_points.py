"""What a policy's page says of the points that its late steps cost: those of the newest assessment that its reader may see."""

from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.schemes.models import SchemeVersion
from common import clock
from responsibilities.policies.services.runs import run_begin, step_done
from tests.assessments.results.test_results import publish, quarter, run  # noqa: F401
from tests.responsibilities.policies.records import PAPERS, in_force

pytestmark = pytest.mark.django_db
BODY = {
    "key": "tongbu-branch",
    "title": "制度计分",
    "version": 9,
    "applies": ["branch"],
    "periods": ["quarter"],
    "total": 20,
    "spread": False,
    "dimensions": [
        {
            "key": "duty",
            "name": "责任落实",
            "points": 20,
            "indicators": [
                {"key": "steps", "name": "制度落实", "points": 10, "method": "ratio", "measures": ["policies.on_time"]},
                {"key": "theme", "name": "主题党日", "points": 10, "method": "ratio"}
                | {"measures": ["requirement.life-theme-day"]},
            ],
        }
    ],
    "grades": [{"name": "好", "bound": "16"}, {"name": "差"}],
}


def on(day):
    return clock.at(timezone.make_aware(datetime(day.year, day.month, day.day, 9)))


@pytest.fixture
def late(quarter):  # noqa: F811
    """Of one policy branch A did a step late and branch B has one overdue; branch C has one overdue of another."""
    world = quarter
    SchemeVersion.objects.create(
        key="tongbu-branch", version=9, title="制度计分", body=BODY, state="in_force", in_force_from=date(2026, 7, 1)
    )
    with on(date(2026, 9, 1)):
        days = {"since": date(2026, 9, 1)}
        world.policy = in_force(world, steps=PAPERS, **days)
        other = in_force(world, title="联席研究制度", document="机党发〔2026〕5号", steps=PAPERS, **days)
        runs = [
            run_begin(by=world.users[f"secretary_{key}"], version=version, organisation=world.places[f"branch_{key}"], subject="食堂")
            for key, version in (("a", world.policy), ("b", world.policy), ("c", other))
        ]  # fmt: skip
    with on(date(2026, 9, 21)):
        step_done(by=world.secretary_a, step=runs[0].steps.order_by("step__order").first(), text="已提出")
    return world


def said(client, world, htmx=True):
    url = reverse("policy_points", args=[world.policy.policy_id])
    answer = client.get(url, headers={"HX-Request": "true"} if htmx else {})
    assert answer.status_code == 200
    return "".join(answer.content.decode().split())


def test_points_lost_for_its_steps_are_named_by_organisation_and_lead_to_the_result(as_, late):
    assessment = run(late)
    result = assessment.results.get(organisation=late.branch_b)
    with on(date(2026, 10, 20)):
        page = said(as_("staff"), late)
        assert "责任落实·制度落实</b>一项，满分10分" in page
        assert "按2026年第三季度考核（试算），2个党组织因这项制度失分：" in page
        assert '甲处党支部<spanclass="nowrap">−5分' in page and '乙处党支部<spanclass="nowrap">−10分' in page
        assert "丙处党支部" not in page, "what another policy cost is none of it"
        assert reverse("score_detail", args=[result.pk]) in page
        lost = "".join(as_("staff").get(reverse("score_detail", args=[result.pk])).content.decode().split())
        assert "扣10.00分" in lost, "the page that the number leads to says the same"
        # A trial is no business of the branches.
        own = said(as_("secretary_b"), late)
        assert "满分10分" in own and "失分" not in own
    publish(late, assessment)
    with on(date(2026, 10, 20)):
        own = said(as_("secretary_b"), late)
        assert "1个党组织因这项制度失分" in own and "−10分" in own and "甲处" not in own
        third = said(as_("secretary_c"), late)
        assert "查阅范围内没有党组织因这项制度失分" in third


def test_where_no_scheme_reads_its_steps_nothing_is_shown(as_, late):
    SchemeVersion.objects.filter(version=9).delete()
    run(late)
    with on(date(2026, 10, 20)):
        assert said(as_("staff"), late) == ""
        assert "不计入考核得分" in said(as_("staff"), late, htmx=False)
        page = as_("staff").get(reverse("policy_detail", args=[late.policy.policy_id])).content.decode()
        assert reverse("policy_points", args=[late.policy.policy_id]) in page
