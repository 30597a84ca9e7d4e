"""Campaigns through HTTP: set up, published, joined, summed up, judged; what each reader sees."""

import io

import openpyxl
import pytest
from django.urls import reverse

from branches.notices.models import Notice
from members.activities.models import Activity, BuildingField, Way
from responsibilities.campaigns.models import (
    Campaign,
    CampaignClosing,
    CampaignState,
    MilestoneResult,
    Participation,
    ParticipationSource,
)
from responsibilities.campaigns.rules import Planned
from responsibilities.campaigns.services.campaigns import campaign_save
from responsibilities.campaigns.services.taking_part import closing_write, milestone_done
from responsibilities.campaigns.waiting import sentences, tasks
from tests.responsibilities.campaigns.support import (
    applied,
    approved,
    data,
    day,
    finish,
    handed_in,
    named,
    running,
    tied,
)

pytestmark = pytest.mark.django_db


def text_of(answer):
    return answer.content.decode()


def posted(**changes):
    rows = {"m-TOTAL_FORMS": "1", "m-INITIAL_FORMS": "1", "m-0-name": "动员部署", "m-0-due": day(10).isoformat()}
    goals = {"g-TOTAL_FORMS": "1", "g-INITIAL_FORMS": "0", "g-0-name": "", "g-0-unit": "次"}
    said = {
        "kind": "theme",
        "title": "窗口帮办代办",
        "approach": "drive",
        "occasion": "高效办成一件事",
        "starts": day(0).isoformat(),
        "ends": day(60).isoformat(),
    }
    return said | rows | goals | changes


def test_a_campaign_is_set_up_published_and_joined(as_, world):
    staff = as_("staff")
    answer = staff.post(reverse("campaign_new"), posted(do="publish", **{"m-0-kind": "theme_day"}))
    campaign = Campaign.objects.get()
    assert answer.url == reverse("campaign_publish", args=[campaign.pk])
    assert campaign.organisation == world.committee and campaign.state == CampaignState.DRAFT
    assert as_("secretary_a").get(reverse("campaign_detail", args=[campaign.pk])).status_code == 404
    staff.post(answer.url, {"do": "all"})
    asked = Participation.objects.filter(source=ParticipationSource.INVITED)
    assert asked.count() == 3 and asked.asked().count() == 3
    assert Notice.objects.filter(recipient=world.secretary_a, kind="campaign").count() == 1
    secretary = as_("secretary_a")
    page = text_of(secretary.get(reverse("campaign_detail", args=[campaign.pk])))
    join = reverse("campaign_join", args=[campaign.pk, world.branch_a.pk])
    assert f'action="{join}"' in page, "one click"
    secretary.post(join)
    part = Participation.objects.get(organisation=world.branch_a)
    assert (part.starts, part.source) == (day(0), ParticipationSource.INVITED)
    secretary.post(join)
    assert Participation.objects.filter(organisation=world.branch_a).count() == 1


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(as_, world):
    wrong = posted(occasion="", ends=day(-1).isoformat(), kind="contest")
    answer = as_("staff").post(reverse("campaign_new"), wrong)
    text = text_of(answer)
    assert answer.status_code == 422 and not Campaign.objects.exists()
    for sentence in ("结束日期应晚于开始日期。", "载体须写明借助的大事、重点、主题或创建活动。", "请选择争创的内容。"):
        assert sentence in text, sentence
    assert "节点“动员部署”在载体结束之后。" in text and 'value="窗口帮办代办"' in text
    answer = as_("staff").post(reverse("campaign_new"), posted(**{"m-0-due": "", "g-0-name": "开展十次"}))
    assert {"请填写时限。", "请填写计划数，应大于 0。"} <= {
        line for line in ("请填写时限。", "请填写计划数，应大于 0。") if line in text_of(answer)
    }


def test_all_that_is_wrong_is_said_at_once(as_, world):
    goal = {"g-0-name": "开展十次", "g-0-kind": "theme_day", "g-0-planned": "十"}
    said = posted(occasion="", kind="contest", ends=day(-1).isoformat(), **goal)
    said |= {"m-TOTAL_FORMS": "2", "m-0-due": day(-9).isoformat(), "m-1-name": "评议", "m-1-due": ""}
    answer = as_("staff").post(reverse("campaign_new"), said)
    faults = [
        "结束日期应晚于开始日期。",
        "载体须写明借助的大事、重点、主题或创建活动。",
        "“计划”应是数字。",
        "请填写时限。",
        "节点“动员部署”在载体开始之前。",
    ]
    text = text_of(answer)
    assert answer.status_code == 422 and [one for one in (*faults, "请选择争创的内容。") if one not in text] == []
    assert 'value="十"' in text and 'value="窗口帮办代办"' in text, "what was typed is kept"
    answer = as_("secretary_a").post(reverse("campaign_apply"), said | {"organisation": world.branch_a.pk})
    text = text_of(answer)
    assert [one for one in (*faults, "请填写解决什么问题。", "请填写特色做法。") if one not in text] == []
    none = said | {"organisation": world.branch_a.pk, "m-TOTAL_FORMS": "0", "m-INITIAL_FORMS": "0"}
    assert "请至少写一个节点。" in text_of(as_("secretary_a").post(reverse("campaign_apply"), none))
    assert answer.status_code == 422 and not Campaign.objects.exists()


def rows_said(*rows):
    said = {"m-TOTAL_FORMS": str(len(rows)), "m-INITIAL_FORMS": str(len(rows))}
    for number, row in enumerate(rows):
        said |= {f"m-{number}-{name}": str(value) for name, value in row.items()}
    return said


def edited(campaign, *rows):
    said = {key: value for key, value in posted(version=str(campaign.version)).items() if not key.startswith("m-")}
    said["starts"] = campaign.starts.isoformat()
    return said | rows_said(*rows)


def test_a_published_milestone_is_neither_dropped_nor_moved_in_the_form(as_, world):
    campaign = running(world, milestones=[Planned("动员部署", day(-20)), Planned("观摩", day(20))])
    first, second = campaign.milestones.all()
    milestone_done(by=world.secretary_a, milestone=first, organisation=world.branch_a, done_on=day(-21), text="做了")
    campaign.refresh_from_db()
    url, staff = reverse("campaign_edit", args=[campaign.pk]), as_("staff")
    kept = {"milestone": first.pk, "name": "动员部署", "due": day(-20)}
    dropped = staff.post(url, edited(campaign, kept))
    assert dropped.status_code == 422
    assert "节点“观摩”已发布，不能删去；改期请用“改期”并写明原因。" in text_of(dropped)
    moved = edited(campaign, kept | {"due": day(5)}, {"milestone": second.pk, "name": "观摩", "due": day(20)})
    answer = staff.post(url, moved)
    assert answer.status_code == 422 and "节点“动员部署”已发布，改期请用“改期”并写明原因。" in text_of(answer)
    # By its name alone, as an older form sends it, it is the same one; of another campaign it is a new one.
    other = running(world, title="另一个").milestones.get()
    assert staff.post(url, edited(campaign, {"milestone": other.pk, "name": "动员", "due": day(5)})).status_code == 422
    assert {row.pk: row.due for row in campaign.milestones.all()} == {first.pk: day(-20), second.pk: day(20)}
    assert MilestoneResult.objects.get().milestone == first
    other.refresh_from_db()
    assert other.name == "动员部署" and other.due == day(-20)


def test_a_published_milestone_may_be_renamed_and_others_added(as_, world):
    campaign = running(world, milestones=[Planned("动员部署", day(-20)), Planned("观摩", day(20))])
    first, second = campaign.milestones.all()
    milestone_done(by=world.secretary_a, milestone=first, organisation=world.branch_a, done_on=day(-21), text="做了")
    campaign.refresh_from_db()
    rows = [
        {"milestone": first.pk, "name": "观摩", "due": day(-20)},
        {"milestone": second.pk, "name": "联合观摩", "due": day(20)},
        {"name": "总结", "due": day(30)},
    ]
    page = text_of(as_("staff").get(reverse("campaign_edit", args=[campaign.pk])))
    assert f'name="m-0-milestone" value="{first.pk}"' in page
    answer = as_("staff").post(reverse("campaign_edit", args=[campaign.pk]), edited(campaign, *rows))
    assert answer.status_code == 302
    assert [(row.name, row.due) for row in campaign.milestones.all()] == [
        ("观摩", day(-20)),
        ("联合观摩", day(20)),
        ("总结", day(30)),
    ]
    assert [row.pk for row in campaign.milestones.all()[:2]] == [first.pk, second.pk]
    assert MilestoneResult.objects.get().milestone == first, "what was said of it stands"


def test_a_form_that_is_older_than_another_save_is_refused(as_, world):
    campaign = campaign_save(by=world.staff, data=data(milestones=[]))
    campaign_save(by=world.committee_secretary, data=data(milestones=[], title="另一个名称"), campaign=campaign)
    answer = as_("staff").post(reverse("campaign_edit", args=[campaign.pk]), posted(version=str(campaign.version)))
    assert answer.status_code == 409 and "刚由committee_secretary 用户修改" in text_of(answer)
    campaign.refresh_from_db()
    assert campaign.title == "另一个名称"


def test_one_too_many_is_said_and_not_refused(as_, world):
    for number in range(2):
        running(world, title=f"第{number}个")
    third = running(world, (), title="第三个")
    url = reverse("campaign_join", args=[third.pk, world.branch_a.pk])
    secretary = as_("secretary_a")
    assert "已参加 2 项载体，建议并入或错开。" in text_of(secretary.get(url))
    assert secretary.post(url).status_code == 302 and third.participations.taken().exists()


def test_the_board_and_the_page_say_what_is_overdue(as_, world):
    campaign = running(world, ("branch_a", "branch_b"))
    tied(world, campaign)
    page = text_of(as_("staff").get(reverse("campaign_list")))
    assert "在办载体 1 个，1 个节点逾期" in page and "节点逾期 20 天" in page and "1 次" in page
    detail = text_of(as_("staff").get(reverse("campaign_detail", args=[campaign.pk])))
    assert "1 个节点走完 0 个，动员部署逾期 20 天" in detail and "甲处党支部 1 次" in detail
    own = text_of(as_("secretary_b").get(reverse("campaign_detail", args=[campaign.pk])))
    assert "由主题党日记录完成" in own and "登记动员部署" not in own, "a record alone closes it"


def test_who_takes_no_part_sees_title_and_outcome(as_, world):
    campaign = running(world)
    client = as_("secretary_c")
    detail = text_of(client.get(reverse("campaign_detail", args=[campaign.pk])))
    assert "窗口帮办代办" in detail and "动员部署" not in detail and "成效" in detail
    assert client.get(reverse("campaign_records", args=[campaign.pk])).status_code == 404
    assert client.post(reverse("campaign_export", args=[campaign.pk])).status_code == 404
    assert "1 个组织" not in text_of(client.get(reverse("campaign_list")))


def test_a_number_opens_as_many_records_as_it_says_or_nothing(as_, world):
    campaign = running(world, ("branch_a", "branch_b"))
    tied(world, campaign)
    tied(world, campaign, days=-22, place="branch_b")
    tied(world, campaign, days=-21, accept=False, title="窗口帮办代办待审")
    address = reverse("campaign_records", args=[campaign.pk])
    staff, secretary = as_("staff"), as_("secretary_a")
    for page in (reverse("campaign_detail", args=[campaign.pk]), reverse("campaign_list")):
        assert f'{address}?counted=yes">2 次</a>' in text_of(staff.get(page)), page
        # The sister's record is counted, and not hers to open.
        assert "2 次" in text_of(secretary.get(page)) and f"{address}?counted=yes" not in text_of(
            secretary.get(page)
        ), page
    own, sister = (f"{address}?organisation={place.pk}&amp;counted=yes" for place in (world.branch_a, world.branch_b))
    for page in ("campaign_detail", "campaign_participants"):
        text = text_of(secretary.get(reverse(page, args=[campaign.pk])))
        assert own in text and sister not in text, page
        text = text_of(staff.get(reverse(page, args=[campaign.pk])))
        assert own in text and sister in text, page
    assert "计入的记录 2 条" in text_of(staff.get(f"{address}?counted=yes"))
    assert "甲处党支部的计入的记录 1 条" in text_of(secretary.get(own.replace("&amp;", "&")))
    assert "未计入的记录 1 条" in text_of(staff.get(f"{address}?counted=no"))
    assert "关联记录 3 条" in text_of(staff.get(address)) and "关联记录 2 条" in text_of(secretary.get(address))


def test_a_record_that_does_not_count_yet_says_why(as_, world):
    campaign = running(world)
    tied(world, campaign, accept=False)
    text = text_of(as_("secretary_a").get(reverse("campaign_records", args=[campaign.pk])))
    assert "已关联，未计入：记录待审核" in text


def test_summing_up_is_filled_in_and_judged_beside(as_, world):
    campaign = running(world)
    tied(world, campaign)
    Campaign.objects.update(ends=day(-1))
    url = reverse("campaign_close", args=[campaign.pk, world.branch_a.pk])
    secretary = as_("secretary_a")
    assert "开展活动 1 次，节点 1 个完成 1 个。" in text_of(secretary.get(url))
    assert secretary.post(url, {"own_level": "good", "own_text": "开展活动 1 次，少跑一趟。"}).status_code == 302
    closing = CampaignClosing.objects.get()
    judge = reverse("campaign_judge", args=[campaign.pk, closing.pk])
    assert "本级自评" in text_of(as_("staff").get(judge))
    assert as_("staff").post(judge, {"level": "fairly", "reason": ""}).status_code == 422
    assert as_("staff").post(judge, {"level": "fairly", "reason": "次数偏少"}).status_code == 302
    detail = text_of(secretary.get(reverse("campaign_detail", args=[campaign.pk])))
    assert "次数偏少" in detail and "较好" in detail and "已小结" in detail
    assert secretary.post(url, {"own_level": "good", "own_text": "再改"}).status_code == 409
    # Others that take part read neither.
    Participation.objects.create(
        campaign=campaign, organisation=world.branch_b, source="joined", starts=campaign.starts
    )
    assert "次数偏少" not in text_of(as_("secretary_b").get(reverse("campaign_detail", args=[campaign.pk])))


def test_the_branch_applies_and_the_office_decides(as_, world):
    secretary, staff = as_("secretary_a"), as_("staff")
    said = posted(organisation=world.branch_a.pk, problem="多次跑", difference="全程帮办", title="红色帮办")
    assert secretary.post(reverse("campaign_apply"), posted(organisation=world.branch_a.pk)).status_code == 422
    assert secretary.post(reverse("campaign_apply"), {**said, "organisation": world.branch_b.pk}).status_code == 422
    assert secretary.post(reverse("campaign_apply"), said).status_code == 302
    campaign = Campaign.objects.get()
    url = reverse("campaign_decide", args=[campaign.pk])
    assert staff.post(url, {"do": "return", "reason": ""}).status_code == 422
    staff.post(url, {"do": "return", "reason": "节点太少"})
    assert "节点太少" in text_of(secretary.get(reverse("campaign_reapply", args=[campaign.pk])))
    campaign.refresh_from_db()
    again = secretary.post(reverse("campaign_reapply", args=[campaign.pk]), {**said, "version": campaign.version})
    assert again.status_code == 302
    staff.post(url, {"do": "approve"})
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.APPROVED
    submit = reverse("campaign_submit", args=[campaign.pk])
    assert secretary.post(submit, {"own_level": "good", "own_text": "少跑一次"}).status_code == 302
    accept = reverse("campaign_accept", args=[campaign.pk])
    finish(world, campaign, campaign.milestones.all())
    assert staff.post(accept, {"level": "passed", "reason": "认可"}).status_code == 302
    page = text_of(secretary.get(reverse("campaign_list")))
    assert "红色帮办" in page and "品牌" in page


def test_exports_hold_what_the_pages_show(as_, world):
    campaign = running(world, ("branch_a", "branch_b"))
    tied(world, campaign)
    answer = as_("staff").post(reverse("campaign_export", args=[campaign.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    said = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any("甲处党支部" in row and "已完成" in row for row in said)
    assert any("乙处党支部" in row and "逾期" in row for row in said)
    answer = as_("secretary_c").post(reverse("campaign_list_export"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    row = next([cell.value for cell in row] for row in sheet.iter_rows() if row[0].value == "窗口帮办代办")
    assert not any(row[7:]), "numbers are of who takes part"


def test_a_milestone_may_move_with_a_reason_and_not_beyond_the_end(as_, world):
    campaign = running(world)
    url = reverse("campaign_milestone_move", args=[campaign.pk, campaign.milestones.get().pk])
    staff = as_("staff")
    assert "请填写改期原因" in text_of(staff.post(url, {"due": day(5).isoformat(), "reason": ""}))
    assert "在载体结束之后" in text_of(staff.post(url, {"due": day(61).isoformat(), "reason": "等场地"}))
    assert staff.post(url, {"due": day(5).isoformat(), "reason": "等场地"}).status_code == 302
    row = campaign.milestones.get()
    assert (row.due, row.first_due, row.move_reason) == (day(5), day(-20), "等场地")


def test_an_invitation_is_declined_with_a_reason(as_, world):
    campaign = running(world, ())
    as_("staff").post(reverse("campaign_invite", args=[campaign.pk]), {"do": "all"})
    url = reverse("campaign_leave", args=[campaign.pk, world.branch_a.pk])
    assert as_("secretary_a").post(url, {"reason": ""}).status_code == 422
    assert as_("secretary_a").post(url, {"reason": "人手不足"}).status_code == 302
    part = Participation.objects.get(organisation=world.branch_a)
    assert (part.starts, part.ends, part.reason) == (None, day(0), "人手不足")


def test_foreign_ids_typed_by_hand(as_, world):
    campaign = running(world)
    secretary = as_("secretary_a")
    assert secretary.post(reverse("campaign_join", args=[campaign.pk, world.branch_b.pk])).status_code == 404
    assert as_("leader").post(reverse("campaign_join", args=[campaign.pk, world.branch_b.pk])).status_code == 403
    other = running(world, title="另一个")
    milestone = other.milestones.get().pk
    assert as_("staff").get(reverse("campaign_milestone_move", args=[campaign.pk, milestone])).status_code == 404
    places = {"places": [world.group_a1.pk], "do": "chosen"}
    assert as_("staff").post(reverse("campaign_invite", args=[campaign.pk]), places).status_code == 422


def titles(user, place):
    return [(task.state, task.title) for task in sorted(tasks(user, place), key=lambda one: one.rank)]


def test_what_waits_for_the_secretary_and_for_the_office(world):
    campaign = running(
        world, ("branch_a",), milestones=[Planned("动员", day(-3), ("lecture",)), Planned("观摩", day(5))]
    )
    running(world, (), title="受邀的")
    Participation.objects.create(
        campaign=Campaign.objects.get(title="受邀的"), organisation=world.branch_a, source="invited"
    )
    found = titles(world.secretary_a, world.branch_a)
    assert found == [("overdue", "动员"), ("due_soon", "观摩"), ("open", "受邀的")]
    assert titles(world.secretary_c, world.branch_c) == []
    Campaign.objects.filter(pk=campaign.pk).update(ends=day(-1))
    assert ("campaign_review", "窗口帮办代办") in titles(world.secretary_a, world.branch_a)
    closing_write(
        by=world.secretary_a,
        campaign=Campaign.objects.get(pk=campaign.pk),
        organisation=world.branch_a,
        own_level="good",
        own_text="好",
    )
    applied(world, title="待审的")
    handed_in(world, title="待验的")
    office = titles(world.staff, world.root)
    assert {("applied", "待审的"), ("campaign_submitted", "待验的"), ("campaign_review", "窗口帮办代办")} == set(office)


def test_an_invitation_waits_no_longer_than_the_campaign_goes_on(as_, world):
    campaign = running(world, ())
    Participation.objects.create(campaign=campaign, organisation=world.branch_a, source="invited")
    page = reverse("campaign_detail", args=[campaign.pk])
    join, leave = (reverse(name, args=[campaign.pk, world.branch_a.pk]) for name in ("campaign_join", "campaign_leave"))
    Campaign.objects.update(ends=day(0))
    assert titles(world.secretary_a, world.branch_a) == [("open", "窗口帮办代办")], "until its last day"
    text = text_of(as_("secretary_a").get(page))
    assert join in text and leave in text
    Campaign.objects.update(ends=day(-1))
    assert titles(world.secretary_a, world.branch_a) == []
    text = text_of(as_("secretary_a").get(page))
    assert join not in text and leave not in text


def test_leaders_read_a_sentence(world):
    assert sentences(world.leader, world.root) == []
    running(world)
    approved(world)
    (line,) = sentences(world.leader, world.root)
    assert line.text == "在办载体 1 个，品牌项目 1 个在实施，2 个节点逾期"


def test_the_list_and_the_start_page_count_the_same_and_tell_nobody_of_what_he_does_not_see(as_, world):
    running(world)
    approved(world, milestones=[Planned("启动", day(-9)), Planned("中期", day(-2))])
    applied(world, title="只是申报的")
    handed_in(world, title="报了验收的")
    said = "在办载体 1 个，品牌项目 1 个在实施，3 个节点逾期"
    (line,) = sentences(world.leader, world.root)
    assert line.text == said
    for who in ("leader", "staff", "secretary_a"):
        assert f">{said}</h1>" in text_of(as_(who).get(reverse("campaign_list"))).replace("\n", ""), who
    # The sister's project runs, and how it stands is not hers to read.
    assert ">在办载体 1 个，品牌项目 1 个在实施</h1>" in text_of(as_("secretary_b").get(reverse("campaign_list")))
    Campaign.objects.filter(state=CampaignState.APPROVED).update(ends=day(-1))
    assert f">{said}，1 个到期未报验收</h1>" in text_of(as_("leader").get(reverse("campaign_list")))


def test_empty_states(as_, world):
    assert "本年还没有载体" in text_of(as_("staff").get(reverse("campaign_list")))
    named(world)
    narrowed = text_of(as_("staff").get(reverse("campaign_list") + "?kind=contest"))
    assert "没有符合条件的载体和品牌项目" in narrowed
    found = text_of(as_("staff").get(reverse("campaign_list") + "?q=hsbb"))
    assert "红色帮办" in found


def test_a_record_that_serves_no_work_is_called_so_as_on_the_matrix(as_, world):
    campaign = running(world)
    served, other = tied(world, campaign), tied(world, campaign, days=-24)
    Activity.objects.filter(pk=served.pk).update(way=Way.MERGE, building=BuildingField.CONDUCT)
    Activity.objects.filter(pk=other.pk).update(way="", building=BuildingField.CONDUCT)
    page = text_of(as_("staff").get(reverse("campaign_detail", args=[campaign.pk])))
    assert f"{Way.MERGE.label} 1　不服务业务 1" in page and "未标注" not in page


def test_the_page_of_one_that_is_over_says_what_is_next(as_, world):
    campaign = running(world)
    tied(world, campaign)
    detail = reverse("campaign_detail", args=[campaign.pk])
    for who in ("staff", "secretary_a"):
        assert "节点都已完成。" in text_of(as_(who).get(detail)), who
    other = reverse("campaign_detail", args=[running(world, title="没有节点的", milestones=[]).pk])
    assert "近期没有到期的节点。" in text_of(as_("staff").get(other))
    Campaign.objects.update(ends=day(-1))
    assert "节点都已完成。" in text_of(as_("staff").get(detail))
    assert "已经结束，没有要办的节点。" in text_of(as_("staff").get(other))


def test_to_take_part_is_offered_first_and_the_days_of_a_campaign_have_their_year(as_, world):
    campaign = running(world, ())
    Participation.objects.create(campaign=campaign, organisation=world.branch_a, source="invited")
    page = text_of(as_("secretary_a").get(reverse("campaign_detail", args=[campaign.pk])))
    join, leave = (reverse(name, args=[campaign.pk, world.branch_a.pk]) for name in ("campaign_join", "campaign_leave"))
    assert 0 < page.index(join) < page.index(leave)
    draft = campaign_save(by=world.staff, data=data(title="另一个"))
    asked = text_of(as_("staff").get(reverse("campaign_publish", args=[draft.pk])))
    assert f"{day(-60):%Y-%m-%d} 至 {day(60):%Y-%m-%d}" in asked


def test_the_page_says_how_its_records_served_the_work(as_, world):
    campaign = running(world)
    tied(world, campaign)
    tied(world, campaign, days=-24, accept=False, title="窗口帮办代办再进社区")
    Activity.objects.update(way=Way.MERGE, building=BuildingField.CONDUCT)
    page = text_of(as_("staff").get(reverse("campaign_detail", args=[campaign.pk])))
    assert f"{Way.MERGE.label} 1" in page and f"{BuildingField.CONDUCT.label} 1" in page, "what was not accepted is out"
