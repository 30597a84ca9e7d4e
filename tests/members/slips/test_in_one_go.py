"""Accounts in one go: who is listed and why not, the check, all or nothing, codes on one answer only."""

import re
from datetime import timedelta

import pytest

from branches.access.models import CodeSlip, User
from branches.access.services.appointments import appointment_make
from branches.access.services.slips import SLIP_DAYS
from branches.audit.models import AuditEntry
from branches.reach.models import Appointment
from common import clock
from common.errors import Conflict
from common.names import free_user_names, user_name_of
from common.operator import OPERATOR
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member
from members.roster.services.members import post_give
from members.slips.selectors import slips_of
from members.slips.services import slips_again
from tests.counting import asked

pytestmark = pytest.mark.django_db
CODE = re.compile(r"\b[a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5}\b")
MAKE, AGAIN = "/slips/secretaries/make/", "/slips/again/"


@pytest.fixture
def vacant(world):
    """The agency without appointments of branch secretaries: the rosters name one at each of three branches."""
    Appointment.objects.filter(role="branch_secretary").update(ends="2020-01-01")
    return world


def heads(world):
    return {place: world.people(place)[0] for place in ("branch_a", "branch_b", "branch_c")}


def sent(world, *places, **changed):
    """Return the form of the check for the secretaries of these branches."""
    people = [heads(world)[place] for place in places]
    names = {f"username_{member.pk}": user_name_of(member.name) for member in people}
    return {"confirmed": "1", "member": [member.pk for member in people]} | names | changed


def codes_of(answer):
    return CODE.findall(answer.content.decode())


def test_user_names_are_pinyin_and_each_is_given_once():
    assert (
        user_name_of("单雄信") == "shanxiongxin"
        and user_name_of("尉迟恭") == "yuchigong"
        and user_name_of("吕布") == "lvbu"
    )
    assert user_name_of("·") == "user"
    names = free_user_names(["李四", "李思", "李四"], lambda asked: {"lisi2"} & set(asked))
    assert names == ["lisi", "lisi3", "lisi4"]


def test_who_is_listed_and_why_not(vacant, as_):
    people = heads(vacant)
    post_give(by=OPERATOR, member=people["branch_a"], organisation=vacant.general, kind="secretary")
    Member.objects.filter(pk=people["branch_b"].pk).update(account=vacant.outsider)
    Appointment.objects.filter(user=vacant.general_secretary).update(ends="2020-01-01")
    page = as_("committee_secretary").get("/slips/secretaries/").content.decode()
    assert "2 位书记、1 位组织委员可以任命并建立账号" in page and "jiayi" in page and "bingyi" in page
    assert "同一人已列在甲处党支部" in page and "已有账号，尚未任命" in page and "去任命" in page
    User.objects.filter(pk=vacant.outsider.pk).update(is_active=False)
    people["branch_c"].posts.all().delete()
    page = as_("committee_secretary").get("/slips/secretaries/").content.decode()
    assert "账号已锁定" in page and "没有登记书记" in page and "1 位书记" in page
    post_give(by=OPERATOR, member=vacant.people("branch_a")[4], organisation=vacant.branch_a, kind="secretary")
    page = as_("committee_secretary").get("/slips/secretaries/").content.decode()
    assert "登记了 2 名书记" in page
    assert "3 个不能建立：登记了不止一名书记 1 个、账号已锁定 1 个、名册没有登记书记 1 个" in page
    # Nobody can be made now: the heading does not sound as if all were done.
    people["branch_a"].posts.filter(organisation=vacant.general).delete()
    page = as_("committee_secretary").get("/slips/secretaries/").content.decode()
    assert "4 位书记还不能建立账号</h1>" in page and "名册没有登记书记 2 个" in page


def test_deputies_of_a_branch_are_listed_for_the_same_role_and_not_ticked(vacant, as_):
    two, client = vacant.people("branch_a")[1], as_("committee_secretary")
    post_give(by=OPERATOR, member=two, organisation=vacant.branch_a, kind="deputy")
    page = client.get("/slips/secretaries/").content.decode()
    assert "3 位书记、1 位副书记可以任命并建立账号</h1>" in page and "支部副书记" in page
    boxes = dict(re.findall(r'name="member" value="(\d+)"( checked)?', page))
    assert boxes[str(two.pk)] == "" and boxes[str(heads(vacant)["branch_a"].pk)] == " checked"
    every = client.get("/slips/secretaries/?all=1").content.decode()
    assert dict(re.findall(r'name="member" value="(\d+)"( checked)?', every))[str(two.pk)] == " checked"
    form = {"member": [two.pk], f"username_{two.pk}": "jiaer"}
    assert "任命 1 位副书记，建立 1 个账号？" in client.post(MAKE, form).content.decode()
    made = client.post(MAKE, form | {"confirmed": "1"})
    assert len(codes_of(made)) == 1 and CodeSlip.objects.get(user__username="jiaer").role_label == "支部副书记"
    held = User.objects.get(username="jiaer").appointments.get()
    assert (held.role, held.organisation) == ("branch_secretary", vacant.branch_a)
    # One who has an account already lacks nothing, and nobody is asked to appoint him.
    three = vacant.people("branch_a")[2]
    post_give(by=OPERATOR, member=three, organisation=vacant.branch_a, kind="deputy")
    Member.objects.filter(pk=three.pk).update(account=vacant.outsider)
    page = client.get("/slips/secretaries/").content.decode()
    assert "已有账号\n" in page and "去任命" not in page and "不能建立" not in page
    # The secretary's own row waits as before, and his account is made beside the deputy's.
    page = client.get("/slips/secretaries/").content.decode()
    assert "3 位书记可以任命并建立账号</h1>" in page and "1 个党组织的书记已任命" in page
    assert len(codes_of(client.post(MAKE, sent(vacant, "branch_a")))) == 1
    assert "2 位书记可以任命并建立账号</h1>" in client.get("/slips/secretaries/").content.decode()


def test_the_check_names_what_will_be_made_and_makes_nothing(vacant, as_):
    before = User.objects.count(), AuditEntry.objects.count()
    answer = as_("committee_secretary").post(MAKE, {"member": [row.pk for row in heads(vacant).values()]})
    page = answer.content.decode()
    assert "任命 3 位书记，建立 3 个账号？" in page and "作出 3 项任命，从今天" in page and 'value="jiayi"' in page
    assert (User.objects.count(), AuditEntry.objects.count()) == before


def test_accounts_appointments_offers_and_slips_are_made_together(vacant, as_):
    newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    answer = as_("committee_secretary").post(MAKE, sent(vacant, "branch_a", "branch_b"))
    codes, page = codes_of(answer), answer.content.decode()
    assert (
        len(set(codes)) == len(codes) == 2
        and "http://testserver/" in page
        and answer["Cache-Control"].find("no-store") >= 0
    )
    for place, username, code in zip(("branch_a", "branch_b"), ("jiayi", "yiyi"), codes, strict=True):
        user = User.objects.get(username=username)
        slip = user.slips.get()
        held = user.appointments.get()
        assert (held.role, held.organisation, held.appointed_by) == (
            "branch_secretary",
            vacant.places[place],
            vacant.committee_secretary,
        )
        assert user.check_password(code) and not user.unvouched and user.must_change_password
        assert (
            user.code_expires == slip.expires
            and round((slip.expires - slip.printed_at) / timedelta(days=1), 3) == SLIP_DAYS
        )
        assert LinkProposal.objects.get(account=user).member == heads(vacant)[place], (
            "linked only when the owner says so"
        )
    entries = AuditEntry.objects.filter(pk__gt=newest)
    verbs = sorted(entries.values_list("verb", flat=True))
    assert verbs == sorted(["account.create", "account.slip", "appointment.make", "member.account_propose"] * 2)
    kept = " ".join(entries.values_list("payload", flat=True)) + " ".join(
        CodeSlip.objects.values_list("digest", flat=True)
    )
    assert not any(code in kept for code in codes)
    assert not codes_of(as_("committee_secretary").get("/slips/"))


def test_a_form_sent_twice_makes_nothing_and_says_where_to_print_anew(vacant, as_):
    client = as_("committee_secretary")
    client.post(MAKE, sent(vacant, "branch_a"))
    before = User.objects.count(), Appointment.objects.count(), CodeSlip.objects.count()
    answer = client.post(MAKE, sent(vacant, "branch_a"), follow=True)
    assert "口令只显示一次" in answer.content.decode() and answer.redirect_chain[-1][0] == "/slips/"
    assert (User.objects.count(), Appointment.objects.count(), CodeSlip.objects.count()) == before


def test_a_wrong_user_name_is_told_beside_it_and_nobody_gets_an_account(vacant, as_):
    a, b = heads(vacant)["branch_a"], heads(vacant)["branch_b"]
    before = User.objects.count()
    for typed, said in (("OUTSIDER", "该用户名已被使用"), ("jiayi", "的用户名相同"), ("a b", ""), ("", "")):
        answer = as_("committee_secretary").post(
            MAKE, sent(vacant, "branch_a", "branch_b", **{f"username_{b.pk}": typed})
        )
        page = answer.content.decode()
        assert answer.status_code == 200 and "dj-errors" in page and said in page and not codes_of(answer), typed
        assert f'value="{typed}"' in page if typed else True
        assert 'value="jiayi"' in page and a.name in page
    assert User.objects.count() == before and not CodeSlip.objects.exists()


def test_a_general_branch_secretary_makes_those_below_only(vacant, as_):
    client = as_("general_secretary")
    page = client.get("/slips/secretaries/").content.decode()
    assert "丙中心党支部" in page and "甲处党支部" not in page and "直属单位党总支</td>" not in page
    answer = client.post(MAKE, sent(vacant, "branch_a"), follow=True)
    assert "没有建立任何账号" in answer.content.decode() and not CodeSlip.objects.exists()
    assert len(codes_of(client.post(MAKE, sent(vacant, "branch_c")))) == 1


def test_a_branch_secretary_makes_accounts_of_his_members_without_any_right(world, as_):
    client = as_("secretary_a")
    page = client.get("/slips/members/").content.decode()
    assert "书记的账号由上级任命时建立" in page and "甲六" in page and "甲处党支部 4 名党员还没有账号" in page
    five = world.people("branch_a")[4]
    data = {"organisation": world.branch_a.pk, "confirmed": "1", "member": five.pk, f"username_{five.pk}": "jiawu"}
    assert len(codes_of(client.post("/slips/members/make/", data))) == 1
    user = User.objects.get(username="jiawu")
    assert not user.appointments.exists() and user.link_proposals.get().member == five
    other = world.people("branch_b")[1]
    data |= {"organisation": world.branch_b.pk, "member": other.pk}
    assert client.post("/slips/members/make/", data).status_code == 404
    data |= {"organisation": world.branch_a.pk, f"username_{other.pk}": "yier"}
    assert (
        client.post("/slips/members/make/", data).status_code == 302
        and User.objects.filter(username="yier").count() == 0
    )


def test_printing_anew_ends_the_old_code_until_a_password_is_set(vacant, as_):
    client = as_("committee_secretary")
    old = codes_of(client.post(MAKE, sent(vacant, "branch_a")))[0]
    first = CodeSlip.objects.get()
    asked = client.post(AGAIN, {"slip": first.pk}).content.decode()
    assert "重新打印 1 张口令条？" in asked and not CODE.search(asked)
    new = codes_of(client.post(AGAIN, {"slip": first.pk, "confirmed": "1"}))[0]
    user = User.objects.get(username="jiayi")
    assert user.check_password(new) and not user.check_password(old)
    notes = (
        AuditEntry.objects.filter(verb="account.slip", object_id=user.pk)
        .order_by("pk")
        .values_list("payload", flat=True)
    )
    assert [("支部书记" in note, "作废" in note) for note in notes] == [(True, False), (True, True)]
    assert client.post(AGAIN, {"slip": first.pk, "confirmed": "1"}).status_code == 302, "printed anew already"
    living = CodeSlip.objects.get(replaced_at=None)
    CodeSlip.objects.filter(pk=living.pk).update(used_at=living.printed_at, set_at=living.printed_at)
    assert client.post(AGAIN, {"slip": living.pk, "confirmed": "1"}).status_code == 302
    assert User.objects.get(username="jiayi").check_password(new)


def test_who_cannot_give_every_post_that_a_code_opens_does_not_print_it(world, as_):
    five = world.people("branch_a")[4]
    data = {"organisation": world.branch_a.pk, "confirmed": "1", "member": five.pk, f"username_{five.pk}": "jiawu"}
    as_("secretary_a").post("/slips/members/make/", data)
    user, slip = User.objects.get(username="jiawu"), CodeSlip.objects.get()
    appointment_make(by=OPERATOR, user=user, role="committee_staff", organisation=world.committee)
    answer = as_("secretary_a").post(AGAIN, {"slip": slip.pk, "confirmed": "1"}, follow=True)
    assert "不能由您打印" in answer.content.decode() and not codes_of(answer)
    assert len(codes_of(as_("committee_secretary").post(AGAIN, {"slip": slip.pk, "confirmed": "1"}))) == 1


def test_two_hundred_rows_ask_no_more_than_a_few(world, as_):
    client, address = as_("staff"), f"/slips/members/?organisation={world.branch_a.pk}"
    with asked() as few:
        client.get(address)
    first = Member.objects.last().pk
    Member.objects.bulk_create(
        Member(name=f"张{number}", home=world.branch_a, stage="full", initials="z") for number in range(200)
    )
    users = [User(username=f"many{number}", name="张", password="!") for number in range(100)]
    User.objects.bulk_create(users)
    for member, user in zip(Member.objects.filter(pk__gt=first)[:100], User.objects.filter(name="张"), strict=True):
        Member.objects.filter(pk=member.pk).update(account=user)
    with asked() as many:
        page = client.get(address).content.decode()
    assert page.count('name="member"') == 104 and many.statements <= few.statements


def test_after_the_password_was_asked_on_the_check_the_list_is_there_again(vacant, as_):
    client = as_("committee_secretary")
    stored = client.session
    stored["confirmed"] -= 601
    stored.save()
    answer = client.post(MAKE, sent(vacant, "branch_a"), headers={"Referer": f"http://testserver{MAKE}"})
    assert answer.status_code == 302 and "confirm" in answer["Location"] and not CodeSlip.objects.exists()
    assert as_("committee_secretary").get(MAKE)["Location"] == "/slips/secretaries/"


def test_nobody_finds_his_own_slip_in_the_list(world):
    slip = CodeSlip.objects.create(
        user=world.secretary_a, organisation=world.branch_a, role="branch_secretary", printed_by=world.staff,
        printed_at=clock.now(), expires=clock.now(),
    )  # fmt: skip
    assert list(slips_of(world.committee_secretary)) == [slip] and list(slips_of(world.secretary_b)) == []
    CodeSlip.objects.update(replaced_at=clock.now())
    assert list(slips_of(world.committee_secretary)) == [], "of one account the last one is listed"
    CodeSlip.objects.update(replaced_at=None)
    CodeSlip.objects.update(user=world.committee_secretary)
    assert list(slips_of(world.committee_secretary)) == []


def test_no_code_is_printed_anew_where_one_of_those_chosen_has_a_password(vacant, as_):
    as_("committee_secretary").post(MAKE, sent(vacant, "branch_a", "branch_b"))
    first, second = CodeSlip.objects.order_by("pk")
    CodeSlip.objects.filter(pk=first.pk).update(used_at=first.printed_at, set_at=first.printed_at)
    for chosen in ([first.pk], [first.pk, second.pk]):
        with pytest.raises(Conflict, match="没有打印任何口令条"):
            slips_again(by=vacant.committee_secretary, slips=chosen)
    assert len(slips_again(by=vacant.committee_secretary, slips=[second.pk])) == 1


def test_accounts_are_made_of_all_who_were_checked_or_of_none(vacant, as_):
    client, before = as_("committee_secretary"), User.objects.count()
    client.post(MAKE, sent(vacant, "branch_a"))
    assert User.objects.count() == before + 1
    answer = client.post(MAKE, sent(vacant, "branch_a", "branch_b"), follow=True)
    assert User.objects.count() == before + 1 and not codes_of(answer)


def test_slips_that_only_this_machine_could_use_are_warned_of_before_they_are_printed(vacant, as_):
    client, form = as_("committee_secretary"), {"member": [heads(vacant)["branch_a"].pk]}
    warning = "只有这台机器打得开"
    assert warning not in client.post(MAKE, form).content.decode()
    for host in ("127.0.0.1:8000", "localhost"):
        page = client.post(MAKE, form, headers={"host": host}).content.decode()
        assert warning in page and f"http://{host}/" in page


@pytest.mark.parametrize("page", ["/slips/", "/slips/members/", "/slips/secretaries/"])
def test_the_password_is_asked_for_before_boxes_are_ticked(page, world, as_):
    """Asked for when they are sent, the ticks would be lost."""
    client = as_("committee_secretary")
    assert client.get(page).status_code == 200
    session = client.session
    session["confirmed"] = 0
    session.save()
    assert client.get(page)["Location"] == f"/login/confirm/?next={page.replace('/', '%2F')}"
