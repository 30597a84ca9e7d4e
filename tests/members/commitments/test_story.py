"""Commitments as people use them: two clicks, pasted lines, review by another, one click to publish, a change with reason, the appraisal."""

import re

import pytest
import time_machine
from django.urls import reverse
from lxml import html

from branches.access.models import User
from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from members.commitments.models import Commitment, CommitmentState, Pledge
from members.commitments.waiting import tasks
from members.roster.models.members import Member
from tests.members.commitments.made import TEXTS, made, published, review_meeting, reviewed

pytestmark = pytest.mark.django_db
YEAR = 2026


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def at(world, name="commitment_branch", place="branch_a"):
    return reverse(name, args=[YEAR, world.places[place].pk])


def ticked(shown):
    return re.findall(r'name="offered" [^>]*value="([^"]+)"[^>]* checked', shown)


def secretary_is(world, number=0):
    Member.objects.filter(pk=world.people("branch_a")[number].pk).update(account=world.users["secretary_a"])


def test_two_clicks_and_nothing_typed(world, as_):
    member, own = as_("member"), reverse("own_commitment")
    shown = page(member, own)
    keys = ticked(shown)
    assert len(keys) == 2, "as many as are needed stand ticked"
    done = member.post(own, {"offered": keys, "own": "", "version": ""}, follow=True).content.decode()
    assert "已提交 2026 年承诺 2 项，等支部审核" in done
    row = Commitment.objects.get()
    assert (row.state, row.member.name, row.entered_by, row.pledges.count()) == (
        "drafted",
        "甲四",
        world.users["member"],
        2,
    )
    assert AuditEntry.objects.filter(verb="commitment.make").count() == 1
    assert ChangeMark.objects.filter(subject="commitments", organisation=world.branch_a).exists()
    one = member.post(own, {"offered": keys[:1], "own": "", "version": row.version})
    assert one.status_code == 422 and "承诺为 2 至 5 项，现有 1 项。" in one.content.decode()
    long = member.post(own, {"offered": keys, "own": "长" * 81, "version": row.version}).content.decode()
    assert "第 3 项不超过 80 字，现有 81 字。" in long and "长" * 81 in long, "what was typed stays"
    same = member.post(own, {"offered": keys, "own": "甲\n甲", "version": row.version}).content.decode()
    assert "第 4 项与前面的一项相同" in same
    stale = member.post(own, {"offered": keys, "own": "另一项", "version": 77})
    assert stale.status_code == 409 and Pledge.objects.count() == 2
    assert "另一项" in stale.content.decode() and f'name="version" value="{row.version}"' in stale.content.decode()


def test_as_last_year_is_a_warning_and_the_unfulfilled_is_offered_first(world, as_):
    person = world.people("branch_a")[3]
    with time_machine.travel("2025-11-28T09:00:00+08:00", tick=False):
        published(person, year=2025)
    member, own = as_("member"), reverse("own_commitment")
    shown = page(member, own)
    assert "去年未完全兑现" in shown and shown.index(TEXTS[0]) < shown.index("按时参加组织生活")
    done = member.post(own, {"offered": ticked(shown), "own": ""}, follow=True).content.decode()
    assert "与去年第 1 项相同，请写明今年的变化。" in done and Commitment.objects.filter(year=2026).exists()


def test_review_is_not_of_ones_own_nor_of_what_one_entered(world, as_):
    secretary_is(world)
    people = world.people("branch_a")
    secretary, url = as_("secretary_a"), at(world)
    assert secretary.get(reverse("commitment_list")).url == url
    own = made(people[0], by=world.users["secretary_a"])
    assert not [one for one in tasks(world.secretary_a, world.branch_a) if one.state == "pledge_waiting"], (
        "not his to do"
    )
    assert [
        one.title for one in tasks(world.users["organiser_a"], world.branch_a) if one.state == "pledge_waiting"
    ] == ["1 人的承诺待审核"]
    theirs = made(people[3], by=world.users["member"])
    shown = page(secretary, url)
    assert "审核通过 1 人" in shown and "本人的承诺由他人审核" in shown
    assert secretary.post(reverse("commitment_review", args=[own.pk]), {"version": own.version}).status_code == 409
    done = secretary.post(at(world, "commitment_review_all"), follow=True).content.decode()
    assert "已审核 1 人，1 人是本人的或由您登记" in done
    own.refresh_from_db(), theirs.refresh_from_db()
    assert (own.state, theirs.state, theirs.reviewed_by) == ("drafted", "reviewed", world.users["secretary_a"])
    as_("organiser_a").post(reverse("commitment_review", args=[own.pk]), {"version": own.version})
    assert Commitment.objects.get(pk=own.pk).state == "reviewed", "whoever else keeps the roster does it"
    pasted = secretary.post(
        at(world, "commitment_paste"), {"text": "甲五：每月整理台账；全年帮带 1 名新同志"}, follow=True
    )
    assert "已登记 1 人的承诺，请由他人审核" in pasted.content.decode()
    assert "本人登记的事项由他人审定" in page(secretary, url)
    assert secretary.post(at(world, "commitment_publish"), follow=True).content.decode().count("已公开 2 人的承诺") == 1
    assert Commitment.objects.filter(state=CommitmentState.PUBLISHED, published_on="2026-11-28").count() == 2


def test_pasted_lines_are_whole_or_not_at_all(world, as_):
    secretary, url = as_("secretary_a"), at(world, "commitment_paste")
    text = "甲五：每月整理台账；全年帮带 1 名新同志\n乙一：甲；乙\n甲六 没有冒号\n甲二：只有一项\n甲五：再写；一遍"
    wrong = secretary.post(url, {"text": text})
    said = wrong.content.decode()
    assert wrong.status_code == 422 and not Commitment.objects.exists() and "甲六 没有冒号" in said
    assert "第 2 行：本支部名册上没有“乙一”" in said and "第 3 行：没有写成" in said
    assert "第 4 行：承诺为 2 至 5 项，现有 1 项。" in said and "第 5 行：甲五已在前面写过" in said
    assert "请每行写一名党员" in secretary.post(url, {"text": "： ；"}).content.decode() or True


def test_returned_with_reason_and_told(world, as_):
    row = made(world.people("branch_a")[3], by=world.users["member"])
    secretary, url = as_("secretary_a"), reverse("commitment_return", args=[row.pk])
    assert "请填写" in secretary.post(url, {"reason": " "}).content.decode()
    secretary.post(url, {"reason": "第一项请写明次数"})
    row.refresh_from_db()
    assert row.is_returned and row.state == "drafted"
    note = Notice.objects.get(recipient=world.users["member"])
    assert note.text == "2026 年承诺退回修改：第一项请写明次数"
    assert "支部退回修改：第一项请写明次数" in page(as_("member"), reverse("own_commitment"))
    refused = secretary.post(reverse("commitment_review", args=[row.pk]), {"version": row.version})
    assert refused.status_code == 409, "it waits for the member"


def test_a_change_after_publication_is_a_new_pledge_with_reason(world, as_):
    row = published(world.people("branch_a")[3])
    pledge = row.pledges.first()
    member, url = as_("member"), reverse("pledge_change", args=[pledge.pk])
    wrong = member.post(url, {"text": "整理项目档案", "reason": ""})
    assert wrong.status_code == 422 and "本年度承诺已公开，修改请写明原因。" in wrong.content.decode()
    done = member.post(url, {"text": "整理项目档案", "reason": "岗位调整"}, follow=True).content.decode()
    assert "原为" in done and pledge.text in done and "岗位调整" in done
    old, new = Pledge.objects.get(pk=pledge.pk), Pledge.objects.get(replaces=pledge)
    assert str(old.ended_on) == "2026-11-28" and (new.order, new.text, new.reason) == (1, "整理项目档案", "岗位调整")
    assert member.post(url, {"text": "又改", "reason": "再改"}).status_code == 409, "sent twice it is not changed twice"
    whole = member.post(reverse("own_commitment"), {"offered": [], "own": "甲\n乙"})
    assert whole.status_code == 200 and Pledge.objects.standing().count() == 2, "a published one is not written over"


def test_a_term_that_is_over_is_named_no_more_once_all_have_pledged(world, as_):
    people = world.people("branch_a")
    for one in people[1:]:
        published(one)
    assert "1 人还没有作" in page(as_("secretary_a"), at(world))
    published(people[0])
    shown = page(as_("secretary_a"), at(world))
    assert "2026年1月31日前" not in shown and ">1月31日前" not in shown and "每人 2 至 5 项" in shown
    assert "民主评议，" in shown, "the appraisal is to come"
    Commitment.objects.update(state=CommitmentState.APPRAISED, appraised_in=review_meeting(world))
    assert "民主评议，" not in page(as_("secretary_a"), at(world))


def test_said_at_the_years_end_and_judged_in_the_review(world, as_):
    secretary_is(world)
    people = world.people("branch_a")
    row, own = reviewed(people[3]), reviewed(people[0])
    as_("secretary_a").post(at(world, "commitment_publish"))
    first, second = row.pledges.all()
    member = as_("member")
    said = member.post(reverse("pledge_say", args=[second.pk]), {"own": "partly", "how": "", "activity": ""})
    assert said.status_code == 422 and "部分兑现和未兑现的，请写一句情况" in said.content.decode()
    member.post(reverse("pledge_say", args=[first.pk]), {"own": "fulfilled", "how": "", "activity": ""})
    member.post(reverse("pledge_say", args=[second.pk]), {"own": "partly", "how": "还差两卷", "activity": ""})
    secretary, url = as_("secretary_a"), at(world, "commitment_appraise")
    assert "还没有 2026 年民主评议党员的记录" in page(secretary, url)
    meeting = review_meeting(world)
    shown = page(secretary, url)
    assert "甲四" in shown and f'name="p{own.pledges.first().pk}"' not in shown, "one's own is another's"
    assert "评定 1 人" in page(secretary, at(world)), "of two whom the meeting judged, his own is another's"
    grades = {f"p{first.pk}": "fulfilled", f"p{second.pk}": "not", "meeting": str(meeting.pk)}
    half = secretary.post(url, {name: value for name, value in grades.items() if name != f"p{second.pk}"})
    rows = html.fromstring(half.content.decode()).xpath("//div[@class='pledge-row']")
    said = ["这一项没有评定。" in one.text_content() for one in rows]
    assert half.status_code == 422 and said == [False, True], "beside the item that is missing"
    assert "已评定 1 人的承诺" in secretary.post(url, grades, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == "appraised" and row.appraised_in == meeting
    assert [one.grade for one in row.pledges.all()] == ["fulfilled", "not"] and row.pledges.all()[1].own == "partly"
    assert Notice.objects.get(recipient=world.users["member"]).text.startswith("2026 年承诺已在民主评议中评定")
    assert url not in page(secretary, at(world)), "nothing is left that he may judge"
    again = member.post(reverse("pledge_say", args=[first.pk]), {"own": "not", "how": "改口"})
    assert again.status_code == 409


def test_records_attended_that_share_words_are_offered(world, as_):
    from tests.members.activities.records import submitted

    record = submitted(world.branch_a, world.secretary_a, title="社区志愿服务", kinds=["theme_day"])
    row = published(world.people("branch_a")[3])
    first = row.pledges.first()
    url = reverse("pledge_say", args=[first.pk])
    assert "社区志愿服务" in page(as_("member"), url)
    foreign = as_("member").post(url, {"own": "fulfilled", "how": "", "activity": "999999"})
    assert foreign.status_code == 422
    as_("member").post(url, {"own": "fulfilled", "how": "", "activity": str(record.pk)})
    assert Pledge.objects.get(pk=first.pk).activity_id == record.pk


def test_who_reads_what(world, as_):
    row = published(world.people("branch_a")[3])
    draft = made(world.people("branch_a")[4], texts=("还没有公开的一项", "还没有公开的另一项"))
    text = row.pledges.first().text
    assert text in page(as_("leader"), at(world)) and draft.pledges.first().text not in page(as_("leader"), at(world))
    assert text in page(as_("member"), reverse("own_commitment"))
    page(as_("secretary_b"), at(world), 404)
    page(as_("secretary_b"), reverse("commitment_return", args=[row.pk]), 404)
    page(as_("secretary_b"), reverse("pledge_say", args=[row.pledges.first().pk]), 404)
    page(as_("leader"), reverse("commitment_return", args=[row.pk]), 403)
    for who in ("administrator", "auditor", "member", "outsider"):
        page(as_(who), at(world), 404)
    page(as_("outsider"), reverse("own_commitment"), 404)
    listed = page(as_("staff"), reverse("commitment_list"))
    assert "甲处党支部" in listed and text not in listed


def test_prints_and_the_file(world, as_):
    published(world.people("branch_a")[3])
    secretary = as_("secretary_a")
    assert TEXTS[0] in page(secretary, at(world, "commitment_wall"))
    assert "承诺人（签名）" in page(secretary, at(world, "commitment_pages"))
    assert secretary.post(at(world, "commitment_wall_download"))["Content-Type"].endswith("document")
    assert secretary.post(at(world, "commitment_export")).status_code == 200
    assert AuditEntry.objects.filter(verb__in=["commitment.export", "commitment_sheet.export"]).count() == 2


def test_an_archived_branch_and_somebody_who_left(world, as_):
    from tests.members.transfers.support import left

    person = world.people("branch_a")[3]
    left(person)
    own = reverse("own_commitment")
    answer = as_("member").post(own, {"offered": [], "own": "甲事\n乙事"})
    assert answer.status_code == 422 and "离开本机关，不能再作承诺" in answer.content.decode()
    assert not User.objects.filter(username="nobody").exists() and not Commitment.objects.exists()


def test_who_pledged_nothing_does_not_hold_the_branch_at_the_first_step(world, as_):
    row = published(world.people("branch_a")[3])
    first, second = row.pledges.order_by("order")
    Pledge.objects.filter(pk=first.pk).update(own="fulfilled")
    answer = as_("secretary_a").get(at(world))
    now = [step["name"] for step in answer.context["stages"] if step["now"]]
    assert now == ["践诺"] and answer.context["found"].missing
    assert [pledge.pk for _, pledge in answer.context["unsaid"]] == [second.pk]
    assert answer.context["sources"] == [("有活动记录", 0), ("本人说明", 1)]
    shown = answer.content.decode()
    assert "还没有说明" in shown and "兑现的 1 项怎么来的" in shown and "已兑现" in shown


def test_the_own_commitment_stands_in_the_menu_of_a_member_without_a_post_alone(world, as_):
    def entries(who, path):
        nav = as_(who).get(path).context["nav"]
        return {item["label"]: item["current"] for group in nav for item in group["items"]}

    own = reverse("own_commitment")
    assert entries("member", own)["我的承诺"] and not entries("member", own)["我的责任"]
    assert not entries("member", reverse("own_duties"))["我的承诺"]
    assert "我的承诺" not in entries("secretary_a", "/")


def test_what_waits_of_it_stands_first_on_the_own_page_and_else_beside(world, as_):
    def wide():
        return [one.section.key for one in as_("member").get(reverse("member_own")).context["wide"]]

    assert wide()[0] == "commitments", "none is made yet"
    published(Member.objects.get(account=world.users["member"]))
    assert "commitments" not in wide()


def test_what_is_sent_says_for_what_it_waits(world, as_):
    member, own = as_("member"), reverse("own_commitment")
    assert "提交承诺" in page(member, own)
    done = member.post(
        own, {"offered": ticked(page(member, own)), "own": "", "version": ""}, follow=True
    ).content.decode()
    assert "2026 年承诺：等支部审核" in done and "保存修改" in done and "提交承诺" not in done


def test_of_a_year_whose_time_is_not_now_nothing_is_offered(world, as_):
    assert "2027 年的承诺还没有开始" in (shown := page(as_("member"), f"{reverse('own_commitment')}?year=2027"))
    assert "2026年12月1日起" in shown and "第四季度加入" not in shown
    secretary, branch = as_("secretary_a"), world.branch_a.pk
    assert "代为登记" in page(secretary, at(world))
    for year in (YEAR - 1, YEAR + 1):
        shown = page(secretary, reverse("commitment_branch", args=[year, branch]))
        assert "代为登记" not in shown and f"/{year}/{branch}/paste/" not in shown
    with time_machine.travel("2026-12-01T09:00:00+08:00", tick=False):
        assert "代为登记" in page(as_("secretary_a"), reverse("commitment_branch", args=[YEAR + 1, branch]))
