"""Stages on their pages: reported, judged, late."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.home.selectors.mechanisms import sentences_of, waiting_groups
from assessments.targets.models import StageReport
from common import clock
from tests.assessments.targets.support import issued, plan_at, stages_of, target_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staged(world):
    plan = plan_at(world.committee)
    days = (clock.today() + timedelta(days=3), clock.today() + timedelta(days=30))
    target = target_of(plan, kind="qualitative", measure="", planned=None, name="联学机制", stages=stages_of(*days))
    issued(plan)
    return target


def test_a_stage_is_reported_and_judged_on_the_pages(world, as_, staged):
    stage = staged.stages.first()
    rollups.fill()
    client = as_("secretary_a")
    url = reverse("stage_report", args=[stage.pk])
    assert client.post(url, {"own_level": "", "text": ""}).status_code == 422
    assert client.post(url, {"own_level": "reached", "text": "已形成方案"}).status_code == 302
    report = StageReport.objects.get()
    queue = as_("staff").get(reverse("stage_queue"))
    assert "1 项阶段报告待评定" in queue.content.decode()
    judge = reverse("stage_judge", args=[report.pk])
    shown = as_("staff").get(judge).content.decode()
    assert "已形成方案" in shown and "达到" in shown
    assert as_("staff").post(judge, {"level": "mostly", "reason": ""}).status_code == 422
    assert as_("staff").post(judge, {"level": "mostly", "reason": "还缺一项"}).status_code == 302
    detail = client.get(reverse("target_detail", args=[staged.pk])).content.decode()
    assert "基本达到" in detail and "还缺一项" in detail and "已形成方案" in detail
    assert as_("staff").post(judge, {"level": "reached", "reason": "再看"}).status_code == 409


def test_what_waits_stands_on_the_start_pages(world, as_, staged):
    rollups.fill()
    (group,) = waiting_groups(world.secretary_a, world.branch_a)
    assert [task.title for task in group.tasks] == ["阶段 1"] and group.tasks[0].state == "due_soon"
    ((name, lines),) = sentences_of(world.party_secretary, world.root)
    assert name == "党建目标" and lines[0].text == "年度目标 1 项"
    assert [words for words, _ in lines[0].further] == ["按进度 0 项"]
    page = as_("party_secretary").get(reverse("home_waiting")).content.decode()
    assert all(url.replace("&", "&amp;") in page for _, url in lines[0].further), "each number opens its list"


def staged_on(world, *days):
    plan = plan_at(world.committee)
    target = target_of(plan, kind="qualitative", measure="", planned=None, stages=stages_of(*days))
    issued(plan)
    return target


def test_a_stage_says_that_it_is_late_and_a_late_report_stays_late(world, as_):
    today = clock.today()
    target = staged_on(world, today - timedelta(days=3), today + timedelta(days=9))
    url = reverse("target_detail", args=[target.pk])
    page = as_("secretary_a").get(url).content.decode()
    assert "逾期 3 天" in page and "临期" in page
    assert "3 个组织逾期未报告" in as_("staff").get(url).content.decode()
    stage = target.stages.first()
    report = reverse("stage_report", args=[stage.pk])
    as_("secretary_a").post(report, {"own_level": "reached", "text": "已完成"})
    row = StageReport.objects.get()
    assert row.days_late == 3
    page = as_("secretary_a").get(url).content.decode()
    assert "待评定" in page and "逾期 3 天报告" in page
    assert "2 个组织逾期未报告" in as_("staff").get(url).content.decode()
    assert "逾期 3 天" in as_("staff").get(reverse("stage_queue")).content.decode()
    # What was sent back keeps the day of its first report.
    StageReport.objects.update(reported_on=stage.due)
    as_("staff").post(reverse("stage_return", args=[row.pk]), {"reason": "写明成效"})
    assert "已退回" in as_("secretary_a").get(url).content.decode()
    as_("secretary_a").post(report, {"own_level": "reached", "text": "已完成，形成方案"})
    row.refresh_from_db()
    assert (row.state, row.days_late) == ("reported", 0)
    as_("staff").post(reverse("stage_judge", args=[row.pk]), {"level": "mostly", "reason": "方案未印发"})
    page = as_("secretary_a").get(url).content.decode()
    assert "基本达到" in page and report not in page
    for name, who in (("stage_judge", "staff"), ("stage_return", "staff")):
        assert as_(who).get(reverse(name, args=[row.pk])).status_code == 409
    assert as_("secretary_a").get(report).status_code == 409
