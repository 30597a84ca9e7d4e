"""The code on paper opens the account once; whoever tries it again is told, and so are printer and auditors."""

from datetime import timedelta

import pytest
from django.test import Client

from branches.access.models import CodeSlip, User
from branches.access.services.slips import slip_use
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from members.slips.services import members_make, slips_again
from tests.security.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def printed(world):
    member = world.people("branch_a")[4]
    return members_make(by=world.secretary_a, place=world.branch_a, names={member.pk: "jiawu"})[0]


def enter(code, client=None):
    client = client or Client()
    return client, client.post("/login/", {"username": "jiawu", "password": code})


def told(world):
    rows = Notice.objects.filter(about__startswith="slip/")
    return sorted(rows.values_list("recipient__username", flat=True))


def test_the_first_sign_in_names_the_printer_and_ends_at_the_own_file(world, printed):
    client, answer = enter(printed.code)
    assert answer.status_code == 302 and CodeSlip.objects.get().state == "used"
    page = client.get("/login/first/").content.decode()
    assert "此口令条由secretary_a 用户于" in page
    answer = client.post("/login/first/", {"new_password": PASSWORD, "again": PASSWORD})
    assert answer["Location"] == "/account/links/" and CodeSlip.objects.get().state == "active"
    page = client.get("/account/links/").content.decode()
    assert "甲五" in page and world.people("branch_a")[4].account is None
    proposal = User.objects.get(username="jiawu").link_proposals.get()
    answer = client.post(f"/account/links/{proposal.pk}/", {"answer": "yes"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/members/own/" and "我的档案" in answer.content.decode()
    # And so it is at each sign-in after that.
    _, again = enter(PASSWORD, Client())
    assert again.status_code == 302
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/members/own/"
    assert world.people("branch_a")[4].account.username == "jiawu"
    assert told(world) == []


def test_the_first_sign_in_with_a_code_is_the_last_use_of_the_account(world, as_, printed):
    assert "—</td>" in as_("administrator").get("/accounts/?q=jiawu").content.decode()
    enter(printed.code)
    user = User.objects.get(username="jiawu")
    assert user.last_seen is not None and clock.day_of(user.last_seen) == clock.today()
    assert f"{clock.today():%Y-%m-%d} " in as_("administrator").get("/accounts/?q=jiawu").content.decode()


@pytest.mark.parametrize("password_set", [True, False])
def test_a_second_use_is_refused_and_alarms_once_an_hour(world, printed, password_set):
    client, _ = enter(printed.code)
    if password_set:
        client.post("/login/first/", {"new_password": PASSWORD, "again": PASSWORD})
    for _ in range(2):
        _, answer = enter(printed.code)
        page = answer.content.decode()
        assert answer.status_code == 401 and "用过，不能再用" in page and "安全审计员" in page
    assert told(world) == ["auditor", "secretary_a"]
    assert AuditEntry.objects.filter(verb="login.slip", object_id=printed.slip.user_id).count() == 1
    assert printed.code not in " ".join(Notice.objects.values_list("text", flat=True))
    assert enter(PASSWORD)[1].status_code == (302 if password_set else 401)


def test_a_late_code_is_told_to_its_printer_alone(world, printed):
    late = clock.now() - timedelta(minutes=1)
    CodeSlip.objects.update(expires=late)
    User.objects.filter(username="jiawu").update(code_expires=late)
    _, answer = enter(printed.code)
    assert answer.status_code == 401 and "已过期，请找secretary_a 用户重新打印" in answer.content.decode()
    assert told(world) == ["secretary_a"] and CodeSlip.objects.get().used_at is None


def test_a_code_that_was_printed_anew_alarms(world, printed):
    again = slips_again(by=world.secretary_a, slips=[printed.slip.pk])[0]
    _, answer = enter(printed.code)
    assert "这张口令条已作废" in answer.content.decode() and told(world) == ["auditor", "secretary_a"]
    assert enter(again.code)[1].status_code == 302


def test_other_words_learn_nothing(world, printed):
    page = enter("k7m2p-w9xqd-4hbne")[1].content.decode()
    assert "用户名或密码不正确" in page and "口令条" not in page and told(world) == []


def test_of_two_sign_ins_one_takes_the_code(world, printed):
    user = printed.slip.user
    assert [slip_use(user), slip_use(user)] == [True, False]


def test_the_list_says_what_became_of_each(world, as_, printed):
    client = as_("secretary_a")
    assert "未使用" in client.get("/slips/?state=unused").content.decode()
    assert "jiawu" not in client.get("/slips/?state=active").content.decode()
    CodeSlip.objects.update(expires=clock.now() - timedelta(days=1))
    assert "已过期" in client.get("/slips/?state=expired&q=甲五").content.decode()
    CodeSlip.objects.update(used_at=clock.now())
    assert "jiawu" in client.get("/slips/?state=used").content.decode()
    CodeSlip.objects.update(set_at=clock.now())
    page = client.get("/slips/?state=active").content.decode()
    assert "jiawu" in page and 'name="slip"' not in page
    assert "jiawu" not in as_("secretary_b").get("/slips/").content.decode()
