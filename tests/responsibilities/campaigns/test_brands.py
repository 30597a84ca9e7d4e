"""Brand projects from application to acceptance, and each refusal on the way."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.reach.access import Forbidden
from common.errors import Conflict
from common.periods import Period
from responsibilities.campaigns.measures import acceptance_counts
from responsibilities.campaigns.models import Campaign, CampaignClosing, CampaignOutcome, CampaignState
from responsibilities.campaigns.rules import Planned
from responsibilities.campaigns.selectors.steps import steps_of
from responsibilities.campaigns.services.brands import (
    brand_accept,
    brand_apply,
    brand_approve,
    brand_prolong,
    brand_return,
    brand_submit,
)
from responsibilities.campaigns.services.campaigns import milestone_move
from responsibilities.campaigns.services.taking_part import closing_judge
from tests.responsibilities.campaigns.support import applied, approved, brand_data, day, finish, handed_in, named

pytestmark = pytest.mark.django_db


def body(as_, who, address):
    return as_(who).get(address).content.decode()


def refused(error, field):
    return error.value.message_dict[field]


def test_a_project_from_application_to_its_name(world):
    campaign = named(world)
    assert (campaign.state, campaign.accepted_on) == (CampaignState.ACCEPTED, day(0))
    assert CampaignOutcome.objects.get().text == "品牌命名：红色帮办"
    verbs = set(AuditEntry.objects.filter(verb__startswith="campaign.").values_list("verb", flat=True))
    assert {f"campaign.{word}" for word in ("apply", "approve", "submit", "close", "accept", "judge")} <= verbs
    assert Notice.objects.filter(recipient=world.secretary_a, kind="campaign").count() == 2


def test_a_project_that_failed_owes_nothing_more_and_one_that_passed_keeps_all_that_it_did(world):
    later = [Planned("动员", day(-20), ("theme_day",)), Planned("汇报", day(20))]
    assert [step.name for step in steps_of([approved(world, milestones=later).pk])] == ["动员", "汇报"]
    failed = handed_in(world, title="没做成的", milestones=later)
    brand_accept(by=world.staff, campaign=failed, level="failed", reason="没有做")
    assert [(step.name, step.state) for step in steps_of([failed.pk])] == [("动员", "overdue")]
    early = handed_in(world, title="提前的", milestones=later)
    finish(world, early, early.milestones.all())
    brand_accept(by=world.staff, campaign=early, level="passed", reason="好")
    assert [(step.name, step.state) for step in steps_of([early.pk])] == [("动员", "met"), ("汇报", "met")]


@pytest.mark.parametrize("verdict", ["passed", "mostly"])
def test_handed_in_early_it_does_not_pass_without_its_later_milestones(as_, world, verdict):
    later = [Planned("动员", day(-20), ("theme_day",)), Planned("中期", day(9)), Planned("汇报", day(20))]
    campaign = approved(world, milestones=later)
    finish(world, campaign)
    coming = f"“中期”（{day(9):%-m月%-d日}）、“汇报”（{day(20):%-m月%-d日}）"
    submit = as_("secretary_a").get(reverse("campaign_submit", args=[campaign.pk])).content.decode()
    assert f"还没有完成的节点：{coming}，办结以后才能通过验收。" in submit
    brand_submit(by=world.secretary_a, campaign=campaign, own_level="good", own_text="少跑一次")
    detail = reverse("campaign_detail", args=[campaign.pk])
    page = body(as_, "secretary_a", detail)
    assert "登记中期" in page and "登记汇报" in page and "登记动员" not in page, "he need not wait for their dates"
    staff, url = as_("staff"), reverse("campaign_accept", args=[campaign.pk])
    assert f"还没有完成的节点：{coming}" in staff.get(url).content.decode()
    answer = staff.post(url, {"level": verdict, "reason": "好"})
    said = f"节点{coming}还没有完成，提前验收的请先办结，或到期以后再验收。"
    assert answer.status_code == 422 and said in answer.content.decode()
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SUBMITTED and campaign.accepted_on is None
    finish(world, campaign, campaign.milestones.all())
    assert staff.post(url, {"level": verdict, "reason": "好"}).status_code == 302
    for who in ("secretary_a", "staff"):
        page = body(as_, who, detail)
        assert "登记汇报" not in page and "改期" not in page, "nothing is left to do"


def test_an_application_says_what_it_solves_and_its_milestones(world):
    with pytest.raises(ValidationError) as error:
        applied(world, problem=" ", milestones=[])
    assert refused(error, "problem") == ["请填写解决什么问题。"]
    assert refused(error, "milestones") == ["请至少写一个节点。"]
    with pytest.raises(ValidationError) as error:
        applied(world, occasion="")
    assert refused(error, "occasion") == ["载体须写明借助的大事、重点、主题或创建活动。"]
    assert not Campaign.objects.exists()


def test_who_does_not_answer_for_the_branch_applies_for_nothing(world):
    for who in (world.secretary_b, world.leader, world.staff):
        with pytest.raises(Exception) as error:
            brand_apply(by=who, organisation=world.branch_a, data=brand_data())
        assert type(error.value).__name__ in ("Http404", "Forbidden"), who
    with pytest.raises(ValidationError, match="由党支部或党总支申报"):
        brand_apply(by=world.secretary_a, organisation=world.group_a1, data=brand_data())


def test_a_returned_application_comes_back_changed(world):
    campaign = applied(world)
    with pytest.raises(ValidationError, match="请填写退回原因"):
        brand_return(by=world.staff, campaign=campaign, reason="")
    brand_return(by=world.staff, campaign=campaign, reason="节点太少")
    with pytest.raises(Conflict, match="现在不待审定"):
        brand_approve(by=world.staff, campaign=campaign)
    campaign.refresh_from_db()
    version = campaign.version
    brand_apply(
        by=world.secretary_a, organisation=world.branch_a, data=brand_data(), campaign=campaign, version=version
    )
    campaign.refresh_from_db()
    assert (campaign.state, campaign.return_reason) == (CampaignState.APPLIED, "")
    with pytest.raises(Conflict, match="刚由"):
        brand_apply(
            by=world.secretary_a, organisation=world.branch_a, data=brand_data(), campaign=campaign, version=version
        )


def test_the_branch_decides_on_nothing_of_its_own(world):
    campaign = applied(world)
    with pytest.raises(Forbidden):
        brand_approve(by=world.secretary_a, campaign=campaign)
    Campaign.objects.update(author=world.staff)
    with pytest.raises(Conflict, match="本人登记的事项由他人审定"):
        brand_approve(by=world.staff, campaign=campaign)


def test_acceptance_by_the_applicant_is_refused(world):
    campaign = handed_in(world)
    with pytest.raises(Forbidden):
        brand_accept(by=world.secretary_a, campaign=campaign, level="passed", reason="好")
    campaign.closings.update(written_by=world.staff)
    finish(world, campaign)
    with pytest.raises(Conflict, match="本人登记的事项由他人审定"):
        brand_accept(by=world.staff, campaign=campaign, level="passed", reason="好")
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SUBMITTED and not CampaignOutcome.objects.exists()


def test_acceptance_needs_a_verdict_and_its_reason(world):
    campaign = handed_in(world)
    with pytest.raises(ValidationError, match="请选择评定"):
        brand_accept(by=world.staff, campaign=campaign, level="good", reason="好")
    with pytest.raises(ValidationError, match="请填写评定理由"):
        brand_accept(by=world.staff, campaign=campaign, level="mostly", reason="")
    failed = brand_accept(by=world.staff, campaign=campaign, level="failed", reason="没有做")
    assert failed.state == CampaignState.FAILED and not CampaignOutcome.objects.exists()
    with pytest.raises(Conflict, match="没有报验收"):
        brand_accept(by=world.staff, campaign=campaign, level="passed", reason="好")


def test_who_accepts_sees_what_was_counted_and_passes_nothing_that_is_open(as_, world):
    campaign = handed_in(world)
    staff, url = as_("staff"), reverse("campaign_accept", args=[campaign.pk])
    page = staff.get(url).content.decode()
    assert "开展活动 0 次，节点 1 个完成 0 个。" in page and "群众少跑一次" in page
    words = f"节点“动员部署”（{day(-20):%-m月%-d日}）没有完成，请先办结，或评定为基本通过、不通过。"
    assert f"逾期没有完成的节点：“动员部署”（{day(-20):%-m月%-d日}）。" in page
    answer = staff.post(url, {"level": "passed", "reason": "群众认可"})
    assert answer.status_code == 422 and words in answer.content.decode()
    with pytest.raises(ValidationError, match="没有完成，请先办结"):
        brand_accept(by=world.staff, campaign=campaign, level="passed", reason="群众认可")
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SUBMITTED and campaign.accepted_on is None
    assert brand_accept(by=world.staff, campaign=campaign, level="mostly", reason="尚差一步").state == "accepted"
    moved = handed_in(world, title="改期的")
    milestone_move(by=world.staff, milestone=moved.milestones.get(), due=day(5), reason="等场地")
    with pytest.raises(ValidationError, match="到期以后再验收"):
        brand_accept(by=world.staff, campaign=moved, level="passed", reason="群众认可")
    done = handed_in(world, title="办结的")
    finish(world, done)
    assert brand_accept(by=world.staff, campaign=done, level="passed", reason="好").state == CampaignState.ACCEPTED


def test_what_was_handed_in_by_its_last_day_fails_nobody_until_it_is_decided(world):
    campaign = handed_in(world)
    Campaign.objects.filter(pk=campaign.pk).update(starts=day(-90), ends=day(-10))
    rows = CampaignClosing.objects.filter(campaign=campaign)
    year = Period.parse(str(day(-10).year))

    def counts():
        return acceptance_counts(year, None, day(0)).get(world.branch_a.pk)

    rows.update(written_on=day(-10))
    assert counts() is None, "in time, not decided yet"
    rows.update(written_on=day(-9))
    assert counts() == (0, 1, 0, 1), "a day after its last day"
    rows.update(written_on=day(-10))
    finish(world, campaign)
    brand_accept(by=world.staff, campaign=campaign, level="passed", reason="好")
    assert counts() == (1, 1, 0, 0)


def test_a_project_is_prolonged_once(world):
    campaign = approved(world)
    with pytest.raises(ValidationError, match="延期日期应晚于原定结束日期"):
        brand_prolong(by=world.staff, campaign=campaign, until=campaign.ends, reason="等场地")
    with pytest.raises(ValidationError, match="请填写延期原因"):
        brand_prolong(by=world.staff, campaign=campaign, until=day(90), reason="")
    brand_prolong(by=world.staff, campaign=campaign, until=day(90), reason="等场地")
    with pytest.raises(Conflict, match="第二次延期请重新申报"):
        brand_prolong(by=world.staff, campaign=campaign, until=day(120), reason="等场地")


def test_what_is_not_running_is_not_submitted(world):
    with pytest.raises(Conflict, match="不在实施中"):
        brand_submit(by=world.secretary_a, campaign=applied(world), own_level="good", own_text="好")
    campaign = approved(world, title="第二个")
    with pytest.raises(ValidationError, match="请填写小结"):
        brand_submit(by=world.secretary_a, campaign=campaign, own_level="good", own_text="")
    with pytest.raises(ValidationError, match="请选择自评"):
        brand_submit(by=world.secretary_a, campaign=campaign, own_level="", own_text="好")


def test_an_application_is_read_by_the_branch_and_above_until_it_is_approved(world):
    campaign = applied(world)

    def reads(who):
        return Campaign.objects.visible_to(world.users[who]).filter(pk=campaign.pk).exists()

    assert [reads(who) for who in ("secretary_a", "staff", "leader")] == [True] * 3
    assert not reads("secretary_b") and not reads("outsider") and not reads("administrator")
    brand_approve(by=world.staff, campaign=campaign)
    assert reads("secretary_b") and not reads("outsider")


def test_the_rating_of_a_closing_is_not_for_its_writer(world):
    closing = handed_in(world).closings.get()
    with pytest.raises(Forbidden):
        closing_judge(by=world.secretary_a, closing=closing, level="good", reason="好")


@pytest.mark.parametrize("name", ["campaign_decide", "campaign_prolong", "campaign_submit", "campaign_accept"])
def test_a_project_that_is_accepted_answers_why_in_place_of_a_form(world, as_, name):
    campaign = named(world)
    who = "secretary_a" if name == "campaign_submit" else "committee_secretary"
    answer = as_(who).get(reverse(name, args=[campaign.pk]))
    assert answer.status_code == 409 and "<textarea" not in answer.content.decode()


def test_what_waits_for_its_approval_is_not_said_to_be_over(world, as_):
    campaign = applied(world)
    url = reverse("campaign_detail", args=[campaign.pk])
    page = as_("secretary_a").get(url).content.decode()
    assert "等待审定，通过后按节点推进。" in page and "已经结束" not in page
