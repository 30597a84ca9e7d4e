"""A transfer from asking to its end: inside the agency, out of it, into it; what refuses it, and who is told."""

import io
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.urls import reverse
from lxml import html

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from common import clock
from common.operator import OPERATOR
from members.roster.models.members import Member
from members.roster.models.posts import Post
from members.roster.services.members import post_give
from members.transfers.models import Transfer
from members.transfers.services.transfers import transfer_receive
from tests.members.activities.records import submitted
from tests.members.transfers.support import asked, sent_out, stays
from tests.world import FOUNDED, identity

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_two_clicks_there_and_one_here(world, as_):
    member = world.people("branch_a")[3]
    giving = as_("secretary_a")
    file = giving.get(reverse("member_detail", args=[member.pk])).content.decode()
    assert reverse("transfer_ask", args=[member.pk]) in file
    page = giving.get(reverse("transfer_ask", args=[member.pk])).content.decode()
    assert "乙处党支部" in page and "丙中心党支部" in page and f'value="{world.branch_a.pk}"' not in page
    sent = giving.post(reverse("transfer_ask", args=[member.pk]), {"taker": world.branch_b.pk}, follow=True)
    assert "已转往乙处党支部，待对方接收" in sent.content.decode()
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.asked_by) == ("asked", world.secretary_a)
    assert stays(member)[-1][2] is None, "until it is received nothing changes"
    assert [notice.text for notice in Notice.objects.filter(recipient=world.secretary_b, kind="transfer")] == [
        "甲处党支部转来甲四的组织关系，请接收"
    ]

    taking = as_("secretary_b")
    waiting = taking.get(reverse("transfer_list")).content.decode()
    assert "1 件组织关系待您接收" in waiting and "甲四" in waiting
    assert "甲四由甲处党支部转来" in taking.get(reverse("home_waiting")).content.decode()
    assert taking.get(reverse("member_detail", args=[member.pk])).status_code == 404, "the file once it is received"
    assert "甲四由" not in as_("staff").get(reverse("home_waiting")).content.decode(), "it is the branch's to receive"
    with time_machine.travel(clock.now() + 11 * DAY):
        assert "甲四由" in as_("staff").get(reverse("home_waiting")).content.decode(), "that has let it lie"
    seen = taking.get(reverse("transfer_detail", args=[transfer.pk])).content.decode()
    assert "正式党员" in seen and "2015年5月20日" in seen and "接收之后可以看到档案" in seen
    assert "1985" not in seen and "***" not in seen

    received = taking.post(reverse("transfer_receive", args=[transfer.pk]), follow=True)
    assert "已接收甲四" in received.content.decode()
    today = clock.today()
    assert stays(member)[-2:] == [("甲处党支部", FOUNDED, today - DAY), ("乙处党支部", today, None)]
    assert taking.get(reverse("member_detail", args=[member.pk])).status_code == 200
    gone = giving.get(reverse("member_detail", args=[member.pk]))
    assert gone.status_code == 404
    said = gone.content.decode()
    assert (
        "甲四的组织关系已转往乙处党支部" in said
        and f"{today.year}年{today.month}月{today.day}日由乙处党支部接收" in said
    )
    assert reverse("transfer_detail", args=[transfer.pk]) in said and "***" not in said and "正式党员" not in said
    for who in ("officer_a", "secretary_c", "leader_a1"):
        other = as_(who).get(reverse("member_detail", args=[member.pk]))
        assert other.status_code == 404 and "甲四" not in other.content.decode(), who
    assert Notice.objects.filter(recipient=world.secretary_a, text__contains="已由乙处党支部接收").exists()
    assert not Notice.objects.filter(recipient=world.secretary_b, text__contains="请接收").exists()
    verbs = AuditEntry.objects.filter(object_type="transfer").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["transfer.ask", "transfer.receive"]
    marked = set(ChangeMark.objects.filter(subject="membership").values_list("organisation", flat=True))
    assert marked >= {world.branch_a.pk, world.branch_b.pk}


def test_one_is_open_at_a_time_and_a_second_click_finds_it_done(world, as_):
    transfer = asked(world)
    client = as_("secretary_a")
    again = client.post(reverse("transfer_ask", args=[transfer.member_id]), {"taker": world.branch_c.pk})
    assert again.status_code == 422 and "甲四已有一件未办结的接转。" in again.content.decode()
    open_one = reverse("transfer_detail", args=[Transfer.objects.get().pk])
    for name in ("transfer_ask", "transfer_out"):
        led = as_("secretary_a").get(reverse(name, args=[world.people("branch_a")[3].pk]), follow=True)
        assert led.redirect_chain == [(open_one, 302)] and "甲四已有一件未办结的接转。" in led.content.decode()
    taking = as_("secretary_b")
    url = reverse("transfer_receive", args=[transfer.pk])
    assert taking.post(url).status_code == 302
    assert taking.post(url).status_code == 409
    for name in ("transfer_return", "transfer_receive"):
        over = taking.get(reverse(name, args=[transfer.pk]))
        assert over.status_code == 409 and f'href="{open_one}">打开最新内容' in over.content.decode()
    assert client.post(reverse("transfer_withdraw", args=[transfer.pk])).status_code == 409


def test_a_branch_outside_the_list_a_group_and_the_own_branch_are_refused(world, as_):
    member = world.people("branch_a")[3]
    for wrong in (world.branch_a.pk, world.group_a1.pk, world.committee.pk, 999999, "x"):
        answer = as_("secretary_a").post(reverse("transfer_ask", args=[member.pk]), {"taker": wrong})
        assert answer.status_code == 422, wrong
    assert not Transfer.objects.exists()


def test_whoever_returns_it_says_why_and_nothing_has_changed(world, as_):
    transfer = asked(world)
    url = reverse("transfer_return", args=[transfer.pk])
    refused = as_("secretary_b").post(url, {"reason": ""})
    assert refused.status_code == 422 and "不得无故拒绝接收，请写明原因。" in refused.content.decode()
    assert as_("secretary_a").post(url, {"reason": "x"}).status_code == 403, "the other end does not return it"
    assert as_("secretary_c").post(url, {"reason": "x"}).status_code == 404
    assert as_("secretary_b").post(url, {"reason": "本人仍在甲处工作"}).status_code == 302
    transfer.refresh_from_db()
    assert (transfer.state, transfer.return_reason, transfer.received_on) == ("returned", "本人仍在甲处工作", None)
    assert stays(transfer.member)[-1][::2] == ("甲处党支部", None)
    assert Notice.objects.filter(recipient=world.secretary_a, text__contains="本人仍在甲处工作").exists()
    for who in ("secretary_a", "secretary_b"):
        told = html.fromstring(as_(who).get(reverse("transfer_detail", args=[transfer.pk])).content.decode())
        assert f"已退回{clock.in_full(clock.today())} secretary_b 用户" in " ".join(told.text_content().split()), who
    listed = as_("secretary_a").get(f"{reverse('transfer_list')}?state=over").content.decode()
    assert listed.count(f"{clock.today():%Y-%m-%d}") == 2 and "未接收" not in listed
    assert asked(world).pk, "it can be asked anew"


def test_the_end_that_asked_takes_it_back_and_the_other_cannot(world, as_):
    transfer = asked(world)
    url = reverse("transfer_withdraw", args=[transfer.pk])
    assert as_("secretary_b").post(url).status_code == 403
    assert as_("secretary_a").post(url).status_code == 302
    transfer.refresh_from_db()
    assert (
        transfer.state == "withdrawn"
        and not Notice.objects.filter(recipient=world.secretary_b, kind="transfer").exists()
    )


def test_seats_end_on_the_eve_and_whoever_stays_is_asked_to_fill_them(world, as_):
    secretary = world.people("branch_a")[0]
    Member.objects.filter(pk=secretary.pk).update(account=world.secretary_a)
    post_give(by=OPERATOR, member=secretary, organisation=world.committee, kind="commissioner")
    transfer = asked(world, number=0, by="staff")
    page = as_("staff").get(reverse("transfer_detail", args=[transfer.pk])).content.decode()
    assert "要交接的" in page and "支部书记" in page and "办理交接" in page
    transfer_receive(by=world.secretary_b, transfer=transfer)
    seats = Post.objects.filter(member=secretary).order_by("pk").values_list("organisation__short_name", "ends")
    assert list(seats) == [("甲处党支部", clock.today() - DAY), ("机关党委", None)], "what he holds above stays"
    told = Notice.objects.filter(text__contains="空缺")
    assert [notice.recipient for notice in told] == [world.organiser_a] and "请按程序补选" in told[0].text
    handover = Notice.objects.filter(text__contains="请办理交接").first()
    assert handover is not None and handover.recipient == world.committee_secretary


def test_a_day_in_the_past_names_the_meetings_and_asks(world, as_):
    today = clock.today()
    with time_machine.travel(clock.now() - 5 * DAY):
        transfer = asked(world)
    submitted(world.branch_b, world.secretary_b, day=today - 3 * DAY)
    url, client = reverse("transfer_receive", args=[transfer.pk]), as_("secretary_b")
    early = client.post(url, {"on": (today - 6 * DAY).isoformat()})
    assert early.status_code == 422 and "接收日期不能早于开出日期。" in early.content.decode()
    late = client.post(url, {"on": (today + DAY).isoformat()})
    assert late.status_code == 422 and "接收日期不能晚于今天。" in late.content.decode()
    asks = client.post(url, {"on": (today - 4 * DAY).isoformat()})
    page = asks.content.decode()
    assert asks.status_code == 422 and "已有 1 次会议记录" in page and "乙处党支部" in page and 'name="known"' in page
    assert client.post(url, {"on": (today - 4 * DAY).isoformat(), "known": "on"}).status_code == 302
    assert stays(transfer.member)[-1][:2] == ("乙处党支部", today - 4 * DAY)


def test_out_of_the_agency_with_a_letter_that_runs_out_and_a_slip(world, as_):
    member = world.people("branch_a")[3]
    client = as_("secretary_a")
    values = {"outside": "中共云川市档案馆支部委员会", "dues_until": clock.today().strftime("%Y-%m")}
    assert client.post(reverse("transfer_out", args=[member.pk]), values).status_code == 302
    transfer = Transfer.objects.get()
    assert transfer.state == "asked" and client.post(reverse("transfer_receive", args=[transfer.pk])).status_code == 409
    assert client.get(reverse("transfer_letter", args=[transfer.pk])).status_code == 404
    today = clock.today()
    letter = {"letter": "云测组〔2026〕7号", "issued_on": today.isoformat()}
    assert client.post(reverse("transfer_issue", args=[transfer.pk]), letter).status_code == 302
    page = client.get(reverse("transfer_letter", args=[transfer.pk])).content.decode()
    assert "党员组织关系介绍信" in page and "云测组〔2026〕7号" in page and "有效期至" in page and "990101" not in page
    assert client.post(reverse("transfer_letter_download", args=[transfer.pk])).status_code == 200
    with time_machine.travel(clock.now() + 91 * DAY):
        assert "介绍信过期" in as_("secretary_a").get(reverse("transfer_list")).content.decode()
        assert "介绍信已过有效期" in as_("secretary_a").get(reverse("home_waiting")).content.decode()
    with time_machine.travel(clock.now() + 10 * DAY):
        on = clock.today()
        assert (
            as_("secretary_a").post(reverse("transfer_receive", args=[transfer.pk]), {"on": on.isoformat()}).status_code
            == 302
        )
        member.refresh_from_db()
        assert stays(member)[-1][2] == on - DAY and (member.status, member.left_on) == ("已转出", on)
        assert member not in Member.objects.on_roster(world.branch_a, on)
        assert member in Member.objects.on_roster(world.branch_a, on - DAY)


def arrival(world, **values):
    return {
        "name": "新来",
        "identity": identity(60),
        "stage": "full",
        "joined_on": "2012-07-01",
        "full_on": "2013-07-01",
        "outside": "中共云川市财政局支部委员会",
        "letter": "财组〔2026〕1号",
        "issued_on": (clock.today() - DAY).isoformat(),
        "received_on": clock.today().isoformat(),
        "branch": world.branch_b.pk,
    } | values


def test_into_the_agency_with_number_dates_and_former_body(world, as_):
    client, url = as_("secretary_b"), reverse("transfer_in")
    early = client.post(url, arrival(world, received_on=(clock.today() - 2 * DAY).isoformat()))
    assert early.status_code == 422 and "接收日期不能早于开出日期。" in early.content.decode()
    foreign = client.post(url, arrival(world, branch=world.branch_a.pk))
    assert foreign.status_code == 422 and not Transfer.objects.exists()
    assert client.post(url, arrival(world)).status_code == 302
    member = Member.objects.get(name="新来")
    assert stays(member) == [("乙处党支部", clock.today(), None)] and member.stage == "full"
    transfer = Transfer.objects.get()
    assert (transfer.kind, transfer.state, transfer.giver, transfer.outside) == (
        "in",
        "received",
        None,
        "中共云川市财政局支部委员会",
    )
    again = client.post(url, arrival(world))
    assert again.status_code == 422 and "该证件号码已登记" in again.content.decode()


def test_who_left_and_comes_back_gets_his_file_back(world, as_):
    transfer = sent_out(world, number=3)
    transfer_receive(by=world.secretary_a, transfer=transfer)
    gone = Member.objects.get(pk=transfer.member_id)
    assert gone.status == "已转出" and gone.left_on == clock.today()
    with time_machine.travel(clock.now() + 40 * DAY):
        client = as_("staff")
        values = arrival(
            world,
            name="甲四",
            identity=identity(4),
            joined_on=FOUNDED.isoformat(),
            full_on="2016-05-20",
            issued_on=clock.today().isoformat(),
            received_on=clock.today().isoformat(),
        )
        assert client.post(reverse("transfer_in"), values).status_code == 302
        gone.refresh_from_db()
        assert (gone.home, gone.status, gone.left_on) == (world.branch_b, "正常", None)
        assert [place for place, _, _ in stays(gone)] == ["甲处党支部", "乙处党支部"]
        assert Member.objects.filter(name="甲四").count() == 1


def test_who_keeps_both_rosters_places_him_at_once(world, as_):
    asked(world)
    member = world.people("branch_a")[3]
    url = reverse("member_transfer", args=[member.pk])
    values = {"branch": world.branch_c.pk, "on": clock.today().isoformat()}
    assert as_("secretary_a").post(url, values).status_code == 422, "only his own branch is offered to him"
    assert as_("staff").post(url, values).status_code == 302
    rows = Transfer.objects.order_by("pk").values_list("state", "taker__short_name")
    assert list(rows) == [("withdrawn", "乙处党支部"), ("received", "丙中心党支部")]
    group = {"branch": world.branch_c.pk, "on": clock.today().isoformat()}
    assert as_("staff").post(url, group).status_code == 302 and Transfer.objects.count() == 2


def test_what_left_the_roster_otherwise_is_not_received(world, as_):
    transfer = asked(world)
    as_("staff").post(
        reverse("member_leave", args=[transfer.member_id]), {"ground": "deceased", "on": clock.today().isoformat()}
    )
    transfer.refresh_from_db()
    assert (transfer.state, transfer.return_reason) == ("withdrawn", "去世")


def test_export_and_roster_of_a_day(world, as_):
    transfer = asked(world)
    transfer_receive(by=world.secretary_b, transfer=transfer)
    answer = as_("secretary_b").post(reverse("transfer_export"))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert len(rows) == 2, "nothing is open"
    answer = as_("secretary_b").post(f"{reverse('transfer_export')}?state=all")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[-1][:5] == ("甲四", "正式党员", "机关内转接", "甲处党支部", "乙处党支部")
    url, today = reverse("member_roll", args=[world.branch_a.pk]), clock.today()
    now = as_("secretary_a").get(url).content.decode()
    then = as_("secretary_a").get(url, {"day": (today - DAY).isoformat()}).content.decode()
    assert "甲四" not in now and "在册党员 5 名，其中有表决权的 4 名" in now
    assert "甲四" in then and "在册党员 6 名，其中有表决权的 5 名" in then
    assert as_("secretary_b").get(url).status_code == 404
    assert as_("secretary_a").post(reverse("member_roll_download", args=[world.branch_a.pk])).status_code == 200
