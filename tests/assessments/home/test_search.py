"""Search across everything: what is found, by what, and for whom."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.targets.models import Target, TargetPlan
from branches.places.tree import organisation_create
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity
from members.care.services.honours import honour_cancel
from responsibilities.campaigns.services.campaigns import campaign_save
from responsibilities.supervision.services.notices import supervision_issue
from tests.members.care.made import honoured
from tests.members.resources.made import offered, room
from tests.responsibilities.campaigns.support import data as campaign_data
from tests.responsibilities.campaigns.support import running
from tests.responsibilities.policies.records import in_force
from tests.responsibilities.practices.support import candidate
from tests.responsibilities.work.support import item_at

pytestmark = pytest.mark.django_db


def test_search_finds_places_people_and_records_within_reach(world, as_):
    Activity.objects.create(organisation=world.branch_a, day=clock.today(), state="draft", title="甲处学习会")
    Activity.objects.create(organisation=world.branch_a, day=clock.today(), state="draft", title="乙项观摩")
    page = as_("secretary_a").get("/search/?q=甲").content.decode()
    assert "甲处党支部" in page and ">甲一</a>" in page and "甲处学习会" in page
    assert "乙项观摩" not in page
    page = as_("secretary_b").get("/search/?q=甲").content.decode()
    assert "没有找到" in page
    page = as_("leader").get("/search/?q=甲").content.decode()
    assert "甲处党支部" in page and ">甲一</a>" not in page
    assert "甲处党支部" in as_("staff").get("/search/?q=jcdzb").content.decode()


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1--", "\\", "=1", "{{7*7}}", "a" * 61, "😀"])
def test_odd_searches_are_taken_as_text(text, world, as_):
    answer = as_("staff").get("/search/", {"q": text})
    assert answer.status_code == 200
    assert ">甲一</a>" not in answer.content.decode()


def test_search_finds_business_work_by_name_and_initials_for_who_reads_it(world, as_):
    item_at(world.committee, [world.branch_a], name="政务数据共享攻坚")
    for text in ("数据共享", "zwsj"):
        assert "政务数据共享攻坚" in as_("secretary_a").get(f"/search/?q={text}").content.decode()
        assert "没有找到" in as_("secretary_b").get(f"/search/?q={text}").content.decode()


def test_search_finds_honours_by_title_and_holder_within_reach_and_leads_to_them(world, as_):
    honoured(member=world.people("branch_a")[3], title="优秀共产党员")
    honoured(organisation=world.branch_b, title="先进党支部", level="city")
    cancelled = honoured(member=world.people("branch_a")[4], title="优秀党务工作者")
    honour_cancel(by=OPERATOR, honour=cancelled, reason="登记有误")
    staff = as_("staff")
    for word in ("优秀共产", "甲四"):
        page = staff.get(f"/search/?q={word}").content.decode()
        assert "优秀共产党员" in page and "先进党支部" not in page and "优秀党务工作者" not in page
    found = next(group for group in staff.get("/search/?q=优秀").context["groups"] if group["title"] == "表彰")
    listed = staff.get(found["rows"][0].url).content.decode()
    assert "优秀共产党员" in listed and "先进党支部" not in listed
    assert "先进党支部" in as_("secretary_b").get("/search/?q=先进党支部").content.decode()
    assert "没有找到" in as_("secretary_a").get("/search/?q=先进党支部").content.decode()
    assert "没有找到" in as_("secretary_b").get("/search/?q=优秀共产").content.decode()
    assert "没有找到" in as_("auditor").get("/search/?q=优秀共产").content.decode()


def test_search_finds_supervision_for_who_is_asked_and_for_who_asks(world, as_):
    due = clock.today() + timedelta(days=9)
    for title in ("补齐第三季度党课", "核对名册"):
        supervision_issue(by=OPERATOR, organisation=world.branch_a, title=title, expected="补课", due=due)
    page = as_("secretary_a").get("/search/?q=第三季度").content.decode()
    assert "补齐第三季度党课" in page and "核对名册" not in page
    assert "没有找到" in as_("secretary_b").get("/search/?q=第三季度").content.decode()


def test_search_finds_mechanisms_by_title_for_who_may_read_them(world, as_):
    plan = TargetPlan.objects.create(
        organisation=world.committee, year=clock.today().year, title="年度目标", state="issued", issued_on=clock.today()
    )
    target = Target.objects.create(plan=plan, code="1", name="党课按期率", field="thought", weight=100)
    policy = in_force(world, title="意见建议办理制度").policy
    campaign = running(world, title="帮办代办")
    draft = campaign_save(by=world.staff, data=campaign_data(title="帮办示范"))
    shared = room(world.branch_b, world.secretary_b, name="红色书屋")
    offered(world, title="读书交流会")

    def found(who, text):
        return as_(who).get("/search/", {"q": text}).content.decode()

    for text, url in (
        ("党课按期", reverse("target_detail", args=[target.pk])),
        ("意见建议", reverse("policy_detail", args=[policy.pk])),
        ("yjjy", reverse("policy_detail", args=[policy.pk])),
        ("帮办代", reverse("campaign_detail", args=[campaign.pk])),
        ("书屋", reverse("resource_detail", args=[shared.pk])),
        ("读书交流", reverse("offer_list")),
    ):
        assert f'href="{url}"' in found("secretary_a", text), text
        assert "没有找到" in found("administrator", text), text
    hidden = reverse("campaign_detail", args=[draft.pk])
    assert hidden in found("staff", "帮办") and hidden not in found("secretary_a", "帮办")


def test_a_word_that_is_everywhere_takes_few_statements_and_says_what_each_thing_is(
    world, as_, django_assert_max_num_queries
):
    word, today = "同步", clock.today()
    organisation_create(by=OPERATOR, name=f"{word}党支部", kind="branch", parent=world.committee)
    Activity.objects.create(organisation=world.branch_a, day=today, state="accepted", title=f"{word}学习会")
    item_at(world.committee, [world.branch_a], name=f"{word}攻坚")
    plan = TargetPlan.objects.create(
        organisation=world.committee, year=today.year, title="年度目标", state="issued", issued_on=today
    )
    for number in range(25):
        Target.objects.create(plan=plan, code=f"{number:02}", name=f"{word}目标 {number}", field="thought", weight=4)
    in_force(world, title=f"{word}办理制度")
    running(world, title=f"{word}行动")
    candidate(world, title=f"{word}工作法")
    room(world.branch_b, world.secretary_b, name=f"{word}书屋")
    offered(world, title=f"{word}交流会")
    supervision_issue(by=OPERATOR, organisation=world.branch_a, title=f"{word}督办", expected="补课", due=today)
    honoured(organisation=world.branch_a, title=f"{word}先进集体", level="city")
    client = as_("staff")
    client.get("/search/")
    # Fifteen beside those of the frame: one for each group.
    with django_assert_max_num_queries(20):
        groups = client.get("/search/", {"q": word}).context["groups"]
    found = {group["title"]: [(row.label, row.note) for row in group["rows"]] for group in groups}
    label = world.committee.label
    assert list(found) == [
        "党组织",
        "活动记录",
        "重点业务",
        "表彰",
        "党建目标",
        "制度",
        "载体与品牌",
        "典型经验",
        "共享资源",
        "可参加的活动",
        "督查督办",
    ]
    assert [row[0] for row in found["党建目标"]] == [f"{word}目标 {number}" for number in range(20)]
    assert found["党建目标"][0][1] == f"{label}　{today.year}年"
    assert found["典型经验"][0][0] == f"{word}工作法"
    assert found["表彰"] == [(f"{word}先进集体", f"{world.branch_a.label}　市级　{today:%Y-%m-%d}")]
    assert found["共享资源"] == [(f"{word}书屋", f"{world.branch_b.label}　场地")]
    assert found["可参加的活动"][0][1].startswith(f"{world.branch_a.label}　{today.year}")
    assert found["载体与品牌"][0][1].startswith(label) and found["制度"][0][1].startswith(label)
