"""What a transfer says is so: who may be transferred, dates of who arrives, a letter that is entered late, a day nobody knows."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from common import clock
from members.roster.models.members import Member
from members.transfers.models import Transfer
from members.transfers.services.transfers import transfer_receive
from tests.members.development.written import activist
from tests.members.transfers.support import asked, sent_out, stays

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def text_of(answer):
    return answer.content.decode()


def arrival(world, **changed):
    today = clock.today()
    values = {"name": "来一", "sex": "女", "identity": "110105199001010029", "stage": "full", "joined_on": "2015-05-20"}
    values |= {"full_on": "2016-05-20", "outside": "中共海州市财政局机关委员会", "letter": "海财组转〔2026〕1号"}
    values |= {"issued_on": str(today), "received_on": str(today), "branch": world.branch_a.pk}
    return values | changed


def received(client, world, **changed):
    return client.post(reverse("transfer_in"), arrival(world, **changed))


def test_who_arrives_on_probation_has_no_day_of_full_membership(world, as_):
    answer = received(as_("secretary_a"), world, stage="probationary")
    assert answer.status_code == 422 and "预备党员没有转为正式党员的日期" in text_of(answer)
    assert 'value="来一"' in text_of(answer) and not Member.objects.filter(name="来一").exists()


def test_of_a_full_member_whose_letter_does_not_say_since_when_it_is_told_that_he_has_no_vote_yet(world, as_):
    client = as_("secretary_a")
    answer = received(client, world, full_on="")
    assert "有表决权的起算日期不明；请在档案中补填" in text_of(client.get(answer.url))
    assert not Member.objects.get(name="来一").votes_on(date.today())


def test_his_birthday_is_taken_from_his_number_and_his_probation_is_gone_on_with(world, as_):
    answer = received(as_("secretary_a"), world, stage="probationary", joined_on="2026-01-20", full_on="")
    member = Member.objects.get(name="来一")
    assert member.birth_date == date(1990, 1, 1)
    assert answer.url == reverse("development_take_over", args=[member.pk])


def test_nothing_is_transferred_of_who_is_no_party_member(world, as_):
    member, client = activist(world).member, as_("secretary_a")
    page = text_of(client.get(reverse("member_detail", args=[member.pk])))
    for name in ("transfer_ask", "transfer_out", "member_status", "member_post_new"):
        assert reverse(name, args=[member.pk]) not in page, name
    assert "党籍正常" not in page and "还不是党员" in page and reverse("member_transfer", args=[member.pk]) in page
    answer = client.post(reverse("transfer_ask", args=[member.pk]), {"taker": world.branch_b.pk})
    assert answer.status_code == 422 and "还不是党员，没有组织关系可转" in text_of(answer)


def test_a_letter_that_is_entered_late_keeps_its_day_and_he_left_when_he_was_received(world, as_):
    member, today = world.people("branch_a")[3], clock.today()
    address = reverse("transfer_out", args=[member.pk])
    values = {"outside": "中共云川市档案馆支部委员会", "letter": "云测组〔2026〕7号"}
    client = as_("secretary_a")
    assert "请填写介绍信开出日期" in text_of(client.post(address, values | {"issued_on": ""}))
    early = client.post(address, values | {"issued_on": "2001-01-01"})
    assert early.status_code == 422 and "不能早于现有组织关系的开始日期" in text_of(early)
    assert client.post(address, values | {"issued_on": str(today - 20 * DAY)}).status_code == 302
    transfer = Transfer.objects.get(member=member)
    assert transfer.issued_on == transfer.asked_on == today - 20 * DAY
    transfer_receive(by=world.secretary_a, transfer=transfer, on=today - 5 * DAY, known=True)
    assert stays(member)[-1][2] == today - 6 * DAY


def test_a_day_that_nobody_knows_is_not_told_as_none(world, as_):
    transfer = sent_out(world)
    Member.objects.filter(pk=transfer.member_id).update(full_on=None)
    page = text_of(as_("secretary_a").get(reverse("transfer_letter", args=[transfer.pk])))
    assert "尚未转正" not in page
    returned = text_of(as_("secretary_a").get(reverse("transfer_return", args=[transfer.pk])))
    assert "照写对方说明的原因" in returned and "原因会告诉" not in returned


def test_what_was_returned_promises_nothing(world, as_):
    transfer = asked(world)
    address = reverse("transfer_detail", args=[transfer.pk])
    taker = as_("secretary_b")
    assert "接收之后可以看到档案" in text_of(taker.get(address))
    taker.post(reverse("transfer_return", args=[transfer.pk]), {"reason": "编制未转"})
    page = text_of(taker.get(address))
    assert "接收之后可以看到档案" not in page and "<dt>退回原因</dt>" in page
