"""What a report says of aims, policies and campaigns: each number with its whole, the outcome first, nothing where nothing is."""

from decimal import Decimal

import pytest

from assessments.facts import fill as rollups
from assessments.reports import mechanisms
from assessments.reports.mechanisms import mechanisms_of
from common import clock
from common.periods import QUARTER, Period
from responsibilities.campaigns.models import CampaignOutcome
from tests.assessments.targets.support import issued, plan_at, target_of
from tests.members.activities.records import submitted
from tests.responsibilities.campaigns.support import day, running, tied
from tests.responsibilities.policies.records import in_force

pytestmark = pytest.mark.django_db


def said(as_of=None):
    """Return {key: text} of the paragraphs of the quarter, as of today or an earlier day."""
    today = clock.today()
    found = mechanisms_of(Period.containing(QUARTER, today), as_of or today)
    blocks = [*mechanisms.aims(found), *mechanisms.policies(found), *mechanisms.campaigns(found)]
    assert all(link["text"] in block["text"] for block in blocks for link in block["links"])
    return {block["key"]: block["text"] for block in blocks}


def test_an_agency_without_any_has_no_paragraph(world):
    assert said() == {}


def test_aims_name_their_whole_and_what_is_behind(world):
    plan = plan_at(world.committee)
    # Passed at once, so that the day of the year does not matter.
    target_of(plan, planned=Decimal(0), direction="at_most", name="补课次数", weight=Decimal(60))
    target_of(plan, planned=Decimal(1), name="党课起步", weight=Decimal(40))
    issued(plan)
    submitted(world.branch_a, world.secretary_a, kinds=["lecture"], day=clock.today())
    rollups.fill()
    text = said()["targets"]
    assert text.startswith("机关党委年度目标 2 项，按进度或已达到 1 项，落后或未达到 1 项：“补课次数”现为 1 次")
    assert text.endswith("要求各组织不高于 0 次。") and "党课起步" not in text


def test_policies_say_which_have_no_mechanism(world):
    in_force(world)
    in_force(world, title="谈心谈话制度", steps=(), check=False)
    text = said()["policies"]
    assert text == "有效制度 2 项，制度有、机制无 1 项（《谈心谈话制度》）；本年按程序运行 0 次。"


def test_campaigns_count_records_of_the_period_alone_and_name_what_came_of_them(world):
    campaign = running(world, places=("branch_a", "branch_b"), starts=day(-120))
    tied(world, campaign, days=0)
    tied(world, campaign, days=-100)
    assert said()["campaigns"] == "期内开展载体和品牌项目 1 项，关联活动 1 次，尚未登记成效。"
    CampaignOutcome.objects.create(
        campaign=campaign,
        organisation=world.branch_a,
        kind="figure",
        text="平均跑动次数",
        before=Decimal("2.50"),
        figure=Decimal(1),
        unit="次",
        day=day(0),
    )
    assert said()["campaigns"].endswith("取得成效的 1 项：“窗口帮办代办”平均跑动次数 2.5→1次。")
    assert "成效的" not in said(as_of=day(-1))["campaigns"], "what came later is not in the report of an earlier day"


def test_what_is_kept_of_people_is_said_with_its_whole_and_nobody_by_name():
    counts = {"development.in_time": (4, 5), "dues.member-months": (120, 122), "care.answered": (3, 4)}
    (block,) = mechanisms.kept(mechanisms.Mechanisms([], [], [], "", counts))
    assert block["text"] == (
        "发展党员到期的环节 5 个，已办 4 个；到期的党费 122 人月，已交 120 人月；到期的走访慰问 4 人次，已走访 3 人次。"
    )
    assert mechanisms.kept(mechanisms.Mechanisms([], [], [], "")) == []
