"""The second factor: enrolment, a code at every sign-in, recovery codes, who must have it, how it is reset (C09)."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from branches.access.models import FactorDevice, PasswordReset, RecoveryCode, User
from branches.access.services.accounts import account_create, account_lock
from branches.access.services.appointments import appointment_make
from branches.access.services.factor import factor_begin, factor_check
from branches.access.services.resets import reset_ask, reset_confirm
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.fields import reveal
from common.operator import OPERATOR
from members.activities.writers import reset_bars, writer_add
from tests.conftest import session_of
from tests.members.activities.records import draft
from tests.security.conftest import PASSWORD
from tests.security.factors import SHOWN, code_of, enrol, wrong_code_of

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
GOOD = "昨夜雨后竹林里的第七块石头"


@pytest.fixture
def moment():
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


@pytest.fixture
def enrolled(person, moment):
    """An account with password and factor: enrolled("secretary_a") → (user, device, recovery codes)."""

    def make(who):
        user = person(who)
        device, codes = enrol(user)
        return user, device, codes

    return make


def _verbs(start=("login.", "factor.")):
    rows = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
    return [verb for verb in rows if verb.startswith(start)]


def _code(client, code, address="10.1.1.1", query=""):
    return client.post(f"/login/code/{query}", {"code": code}, REMOTE_ADDR=address)


def _alive(client):
    return client.get("/account/").status_code == 200


def test_enrolment_shows_the_key_once_takes_one_code_and_gives_ten_recovery_codes(person, world, as_, moment):
    person("secretary_a")
    client, other = as_("secretary_a"), as_("secretary_a")
    assert client.get("/account/factor/").status_code == 200
    assert not FactorDevice.objects.exists(), "a GET makes no key"
    assert client.post("/account/factor/")["Location"] == "/account/factor/confirm/"
    page = client.get("/account/factor/confirm/").content.decode()
    device = FactorDevice.objects.get()
    assert not device.confirmed and 'src="data:image/svg+xml' in page
    key = re.search(r"<code>([A-Z2-7 ]+)</code>", page).group(1)
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", key)
    assert f"secret={key.replace(' ', '')}" in page
    assert reveal(device, "key") not in device.key and key.replace(" ", "") not in device.key

    wrong = client.post("/account/factor/confirm/", {"code": wrong_code_of(device)})
    assert wrong.status_code == 200 and "验证码不正确" in wrong.content.decode()
    assert not FactorDevice.objects.get().confirmed

    page = client.post("/account/factor/confirm/", {"code": code_of(device)}).content.decode()
    codes = SHOWN.findall(page)
    assert len(set(codes)) == 10 and FactorDevice.objects.get().confirmed
    kept = "".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in kept for code in codes)
    assert [_alive(client), _alive(other)] == [True, False]
    assert client.get("/account/factor/confirm/")["Location"] == "/account/factor/"
    assert not any(AuditEntry.objects.filter(payload__contains=code).exists() for code in [*codes, device.key])
    assert _verbs(("factor.",)) == ["factor.begin", "factor.enrol"]
    assert Notice.objects.filter(recipient=world.secretary_a, kind="security", text__contains="已启用").exists()


def test_an_enrolment_that_was_begun_long_ago_is_begun_anew(person, as_, moment):
    device = factor_begin(by=person("secretary_a"))
    client = as_("secretary_a")
    moment.shift(timedelta(minutes=31))
    session = client.session
    session.update({"confirmed": session["confirmed"] + 1860, "seen": session["seen"] + 1860})
    session.save()
    assert client.post("/account/factor/confirm/", {"code": code_of(device)})["Location"] == "/account/factor/"
    assert not FactorDevice.objects.filter(confirmed=True).exists()


def test_whoever_has_a_device_is_nobody_until_the_code_is_given(enrolled, sign_in):
    _, device, _ = enrolled("secretary_a")
    client, answer = sign_in("secretary_a")
    assert answer["Location"] == "/login/code/"
    for address in ("/account/", "/", "/activities/", "/notices/"):
        assert client.get(address).status_code == 302 and client.get(address)["Location"].startswith("/login/")
    assert client.get("/activities/", HTTP_HX_REQUEST="true").status_code == 302
    assert "_auth_user_id" not in client.session
    answer = _code(client, code_of(device))
    assert answer["Location"] == "/account/" and _alive(client)
    assert _verbs()[-1] == "login.enter" and "验证码" in AuditEntry.objects.latest("pk").payload


def test_a_code_is_good_once_and_one_step_early_or_late(enrolled, sign_in, moment):
    _, device, _ = enrolled("secretary_a")
    first, second = sign_in("secretary_a")[0], sign_in("secretary_a")[0]
    code = code_of(device)
    assert _code(first, code).status_code == 302
    answer = _code(second, code)
    assert answer.status_code == 401 and "已经用过" in answer.content.decode()
    for steps, taken in ((-3, False), (-2, False), (3, False), (2, False), (-1, True), (1, True)):
        moment.shift(400)
        address = f"10.1.1.{steps + 9}"
        client, _ = sign_in("secretary_a", address=address)
        assert (_code(client, code_of(device, steps), address=address).status_code == 302) is taken, steps


def test_wrong_codes_wait_longer_each_time_and_close_the_name_like_wrong_passwords(enrolled, sign_in, moment, world):
    user, device, _ = enrolled("secretary_a")
    client, _ = sign_in("secretary_a")
    wrong = wrong_code_of(device)
    assert _code(client, wrong).status_code == 401
    answer = _code(client, code_of(device))
    assert answer.status_code == 401 and "秒后再输入" in answer.content.decode(), "not even looked at"
    assert FactorDevice.objects.get().throttling_failure_count == 1
    moment.shift(300)
    client, _ = sign_in("secretary_a")
    for _ in range(2):
        _code(client, wrong)
        moment.shift(90)
    client, _ = sign_in("secretary_a")
    assert _code(client, wrong).status_code == 429, "the fifth failure, those within a wait included"
    assert _verbs(("login.",))[-2:] == ["login.fail", "login.lock"]
    moment.shift(60)
    assert sign_in("secretary_a")[1].status_code == 429
    other, answer = sign_in("secretary_a", address="10.7.7.7")
    assert answer.status_code == 302, "never closed for another address"
    assert _code(other, code_of(device), address="10.7.7.7").status_code == 302
    assert (
        AuditEntry.objects.filter(verb="login.fail", payload__contains="验证码不正确", object_id=user.pk).count() >= 4
    )


def test_the_password_alone_does_not_open_the_count_of_failures_again(enrolled, sign_in, moment):
    _, device, _ = enrolled("secretary_a")
    answers = []
    for _ in range(5):
        client, answer = sign_in("secretary_a")
        answers.append(_code(client, wrong_code_of(device)).status_code if answer.status_code == 302 else "closed")
        moment.shift(60)
    assert answers == [401] * 4 + [429]


def test_a_name_that_is_closed_takes_no_code_where_the_password_was_given_before(enrolled, sign_in):
    _, device, _ = enrolled("secretary_a")
    client, _ = sign_in("secretary_a")
    for _ in range(5):
        sign_in("secretary_a", "wrong")
    assert _code(client, code_of(device)).status_code == 429
    assert "_auth_user_id" not in client.session


def test_the_wait_after_wrong_codes_ends(enrolled, moment):
    user, device, _ = enrolled("secretary_a")
    for _ in range(30):
        factor_check(user=user, code=wrong_code_of(device))
        moment.shift(600)
    assert FactorDevice.objects.get().throttling_failure_count == FactorDevice.MOST_COUNTED
    assert factor_check(user=user, code=code_of(device)).right
    assert FactorDevice.objects.get().throttling_failure_count == 0


def test_five_minutes_after_the_password_it_is_asked_again(enrolled, sign_in, moment):
    _, device, _ = enrolled("secretary_a")
    client, _ = sign_in("secretary_a")
    moment.shift(301)
    answer = _code(client, code_of(device))
    assert answer["Location"] == "/login/" and not _alive(client)


@pytest.mark.parametrize("event", ["lock", "password"])
def test_what_happens_to_the_account_between_password_and_code_holds(event, enrolled, sign_in):
    user, device, _ = enrolled("secretary_a")
    client, _ = sign_in("secretary_a")
    if event == "lock":
        account_lock(by=OPERATOR, user=user, active=False)
    else:
        User.objects.filter(pk=user.pk).update(session_epoch=user.session_epoch + 1)
    assert _code(client, code_of(device))["Location"] == "/login/"
    assert "_auth_user_id" not in client.session


def test_a_recovery_code_enters_once_is_noted_and_says_how_many_are_left(enrolled, sign_in, world):
    user, device, codes = enrolled("secretary_a")
    client, _ = sign_in("secretary_a")
    assert client.get("/login/code/?with=recovery").status_code == 200
    answer = _code(client, f" {codes[3].upper()} ", query="?with=recovery")
    assert answer.status_code == 302
    assert "还剩 9 个" in client.get("/account/").content.decode()
    assert "9 个" in Notice.objects.filter(recipient=user, kind="security").latest("pk").text
    assert AuditEntry.objects.filter(verb="factor.recovery").count() == 1
    again, _ = sign_in("secretary_a")
    assert _code(again, codes[3]).status_code == 401
    assert "还剩 9 个" in client.get("/account/security/").content.decode()


def test_of_another_account_no_code_is_good(enrolled, sign_in):
    enrolled("secretary_a")
    _, device, codes = enrolled("secretary_b")
    client, _ = sign_in("secretary_a")
    for code in (codes[0], code_of(device), "", "12", "x" * 5000, "１２３４５６", "９" * 6):
        assert _code(client, code).status_code in (401, 429)
    assert not _alive(client)


def test_new_recovery_codes_end_the_old_ones(enrolled, sign_in, as_):
    user, device, codes = enrolled("secretary_a")
    client = _session_with_factor(user)
    new = SHOWN.findall(client.post("/account/factor/codes/").content.decode())
    assert len(new) == 10 and not set(new) & set(codes)
    assert not factor_check(user=user, code=codes[0]).right
    FactorDevice.objects.update(throttling_failure_count=0)
    assert factor_check(user=user, code=new[0]).right


def _session_with_factor(user):
    session = session_of(user)
    session["factor"] = True
    session.save()
    client = Client()
    client.cookies["tongbu"] = session.session_key
    return client


def test_a_session_that_never_gave_a_code_ends_when_there_is_a_device(enrolled, as_):
    user, _, _ = enrolled("secretary_a")
    bare = as_(user)
    assert bare.get("/account/")["Location"].startswith("/login/")
    assert "没有通过两步验证" in AuditEntry.objects.get(verb="login.end").payload
    assert _alive(_session_with_factor(user))


def test_a_grave_act_asks_for_password_and_code(enrolled, moment, world):
    user, device, _ = enrolled("committee_secretary")
    client = _session_with_factor(user)
    moment.shift(601)
    target = client.get("/appointments/new/")["Location"]
    assert target.startswith("/login/confirm/")
    assert "验证码" in client.get(target).content.decode()
    assert client.post(target, {"password": PASSWORD}).status_code == 200
    assert client.post(target, {"password": PASSWORD, "code": wrong_code_of(device)}).status_code == 200
    moment.shift(10)
    assert client.post(target, {"password": "wrong", "code": code_of(device)}).status_code == 200
    assert client.get("/appointments/new/").status_code == 302
    assert client.post(target, {"password": PASSWORD, "code": code_of(device)})["Location"] == "/appointments/new/"
    assert client.get("/appointments/new/").status_code == 200


def test_changing_the_password_keeps_the_proof_and_asks_the_new_sign_in_for_a_code(enrolled, sign_in):
    user, _, _ = enrolled("secretary_a")
    client = _session_with_factor(user)
    data = {"old_password": PASSWORD, "new_password": GOOD, "again": GOOD}
    assert client.post("/account/password/", data)["Location"] == "/account/security/"
    assert _alive(client)
    assert sign_in("secretary_a", GOOD)[1]["Location"] == "/login/code/"


def test_a_new_device_takes_the_place_of_the_old_one_when_its_code_is_given(enrolled, sign_in):
    user, old, codes = enrolled("secretary_a")
    client = _session_with_factor(user)
    client.post("/account/factor/")
    assert FactorDevice.objects.filter(user=user).count() == 2
    new = FactorDevice.objects.get(confirmed=False)
    assert client.post("/account/factor/confirm/", {"code": code_of(new)}).status_code == 200
    assert FactorDevice.objects.get().uid == new.uid and _alive(client)
    other, _ = sign_in("secretary_a")
    assert _code(other, codes[0]).status_code == 401, "codes of the old device"


def test_it_is_removed_by_its_owner_where_it_is_not_demanded(enrolled, settings, sign_in):
    user, _, _ = enrolled("secretary_a")
    client = _session_with_factor(user)
    settings.SECOND_FACTOR = "demanded"
    assert "须使用两步验证" in client.post("/account/factor/remove/", follow=True).content.decode()
    assert FactorDevice.objects.exists()
    settings.SECOND_FACTOR = "offered"
    assert client.post("/account/factor/remove/").status_code == 302
    assert not FactorDevice.objects.exists() and not RecoveryCode.objects.exists()
    assert _alive(client) and sign_in("secretary_a")[1]["Location"] == "/account/"


# -- demanded --


@pytest.fixture
def demanded(settings):
    settings.SECOND_FACTOR = "demanded"


@pytest.mark.parametrize("who", ["secretary_a", "leader", "staff", "committee_secretary", "administrator", "auditor"])
def test_whoever_holds_more_than_reading_reaches_nothing_but_enrolment(who, demanded, person, sign_in, moment):
    person(who)
    client, answer = sign_in(who)
    assert answer["Location"] == "/account/"
    for address in ("/", "/account/", "/account/security/", "/activities/", "/members/", "/accounts/", "/audit/"):
        assert client.get(address)["Location"] == "/account/factor/", address
        part = client.get(address, HTTP_HX_REQUEST="true")
        assert (part.status_code, part.get("HX-Redirect")) == (200, "/account/factor/") and not part.content
    for address in (
        "/activities/export/",
        "/members/export/",
        "/audit/export/",
        "/feedback/",
        "/account/sessions/end/",
    ):
        assert client.post(address, {"text": "x"})["Location"] == "/account/factor/", address
    assert "您的职务须使用两步验证" in client.get("/account/factor/").content.decode()
    client.post("/account/factor/")
    device = FactorDevice.objects.get()
    assert client.post("/account/factor/confirm/", {"code": code_of(device)}).status_code == 200
    assert _alive(client)


@pytest.mark.parametrize("who", ["member", "outsider"])
def test_of_whoever_holds_no_such_right_it_is_not_demanded(who, demanded, person, sign_in):
    person(who)
    assert _alive(sign_in(who)[0])


def test_a_one_time_code_is_replaced_first_and_the_factor_enrolled_then(demanded, world, sign_in):
    user, code = account_create(by=OPERATOR, username="newcomer", name="新人")
    appointment_make(by=OPERATOR, user=user, role="branch_officer", organisation=world.branch_a)
    client, _ = sign_in("newcomer", code)
    assert client.get("/account/factor/")["Location"] == "/login/first/"
    assert client.post("/login/first/", {"new_password": GOOD, "again": GOOD}).status_code == 302
    assert client.get("/account/")["Location"] == "/account/factor/"


# -- resets --


def test_a_lost_factor_is_reset_by_two_and_the_password_stays(enrolled, world, as_, sign_in):
    user, device, codes = enrolled("officer_a")
    address = f"/accounts/{user.pk}/factor/"
    answer = as_("administrator").post(address, {"text": "手机丢失"}, follow=True)
    assert "重置 officer_a 的两步验证" in re.sub(r"已申请", "", answer.content.decode())
    reset = PasswordReset.objects.get()
    assert (reset.kind, reset.state) == ("factor", "waiting")
    assert as_("administrator").post(f"/resets/{reset.pk}/confirm/").status_code == 404
    assert sign_in("officer_a")[1]["Location"] == "/login/code/", "until then nothing has changed"
    before = User.objects.get(pk=user.pk).password
    alive = _session_with_factor(user)
    client = as_("secretary_a")
    assert "两步验证" in client.get("/resets/").content.decode()
    page = client.post(f"/resets/{reset.pk}/confirm/", follow=True).content.decode()
    assert "两步验证已停用" in page and not SHOWN.search(page)
    assert not FactorDevice.objects.exists() and User.objects.get(pk=user.pk).password == before
    assert not _alive(alive)
    own, answer = sign_in("officer_a")
    assert answer["Location"] == "/account/"
    assert "您的两步验证于" in own.get("/account/").content.decode()
    for told in (world.officer_a, world.administrator, world.auditor):
        assert Notice.objects.filter(recipient=told, text__contains="两步验证已重置").exists(), told
    assert AuditEntry.objects.filter(verb="account.reset_factor").count() == 1


def test_password_and_factor_wait_beside_each_other_and_each_once(enrolled, world):
    user, _, _ = enrolled("officer_a")
    for kind in ("password", "factor"):
        reset_ask(by=world.secretary_a, owner=user, reason="遗失", kind=kind)
    with pytest.raises(IntegrityError), transaction.atomic():
        PasswordReset.objects.create(
            owner=user, asked_by=world.administrator, asked_at=clock.now(), reason="x", kind="factor"
        )


def test_without_a_factor_there_is_nothing_to_reset(world, as_):
    answer = as_("administrator").post(f"/accounts/{world.officer_a.pk}/factor/", {"text": "手机丢失"})
    assert answer.status_code == 200 and "没有启用两步验证" in answer.content.decode()
    assert not PasswordReset.objects.exists()


def test_whoever_reset_a_factor_does_not_review_either(enrolled, world):
    user, _, _ = enrolled("secretary_c")
    reset = reset_ask(by=world.general_secretary, owner=user, reason="手机丢失", kind="factor")
    reset_confirm(by=world.committee_secretary, reset=reset)
    record = draft(world.branch_c, user)
    record.submitted_at = clock.now() + timedelta(days=1)
    record.state = "submitted"
    record.save()
    writer_add(user, record)
    assert reset_bars(world.general_secretary.pk, record) and reset_bars(world.committee_secretary.pk, record)
    assert not reset_bars(world.staff.pk, record)


def test_the_operator_ends_the_factor_of_administrators_and_the_last_secretary(enrolled, sign_in):
    for who in ("administrator", "auditor", "committee_secretary"):
        enrolled(who)
        out = StringIO()
        call_command("reset_account", who, "--factor", stdout=out)
        assert "密码不变" in out.getvalue()
        assert sign_in(who)[1]["Location"] == "/account/"
    with pytest.raises(CommandError):
        call_command("reset_account", "administrator", "--factor")


def test_a_reset_password_does_not_lead_round_the_factor(enrolled, world, sign_in):
    user, device, _ = enrolled("officer_a")
    out = StringIO()
    call_command("reset_account", "officer_a", stdout=out)
    client, answer = sign_in("officer_a", out.getvalue().split("：")[1].strip())
    assert answer["Location"] == "/login/code/"
    assert _code(client, code_of(device)).status_code == 302
    assert client.get("/account/")["Location"] == "/login/first/"


def test_what_an_administrator_enrolled_on_a_new_account_ends_with_its_appointment(world, moment):
    user, _ = account_create(by=world.administrator, username="newcomer", name="新人")
    enrol(user)
    made = appointment_make(by=OPERATOR, user=user, role="branch_officer", organisation=world.branch_a)
    assert made.first_code and not FactorDevice.objects.exists()


# -- at rest --


def test_neither_axes_nor_trail_keeps_what_was_typed(enrolled, sign_in, as_):
    from axes.models import AccessAttempt

    user, device, _ = enrolled("secretary_a")
    client, _ = sign_in("secretary_a")
    wrong = wrong_code_of(device)
    _code(client, wrong)
    signed = _session_with_factor(user)
    signed.post("/account/password/", {"old_password": "secret-one", "new_password": "secret-two-secret", "again": "x"})
    kept = "".join(f"{row.post_data}{row.get_data}" for row in AccessAttempt.objects.all())
    assert kept and not any(text in kept for text in (wrong, "secret-one", "secret-two"))
    assert not AuditEntry.objects.filter(payload__contains=wrong).exists()


def test_the_key_of_one_account_cannot_be_put_in_the_place_of_anothers(enrolled):
    _, one, _ = enrolled("secretary_a")
    user, other, _ = enrolled("secretary_b")
    FactorDevice.objects.filter(pk=other.pk).update(key=one.key)
    answer = factor_check(user=user, code=code_of(one))
    assert not answer.right and "无法读取" in answer.problem
