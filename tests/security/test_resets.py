"""A lost password: one asks, another confirms, and nobody becomes somebody else by it (access rule 10)."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from branches.access.models import PasswordReset, ResetState, User
from branches.access.resets import WAITING_DAYS, may_ask, may_confirm
from branches.access.services.accounts import account_create, account_lock
from branches.access.services.appointments import appointment_make
from branches.access.services.resets import reset_ask, reset_confirm
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity
from members.activities.services.states import activity_submit
from members.activities.writers import reset_bars, writer_add
from members.reviews.selectors import waiting_for
from tests.members.activities.records import draft
from tests.security.conftest import PASSWORD

CODE = re.compile(r"<code>([a-z0-9-]{17})</code>")
GOOD = "昨夜雨后竹林里的第七块石头"


@pytest.fixture
def asked(person, world):
    """A reset of the officer of branch A, asked by the administrator."""
    person("officer_a")
    return reset_ask(by=world.administrator, owner=world.officer_a, reason="忘记密码")


def test_the_administrator_gets_no_code_and_the_old_password_works_until_another_confirms(person, world, as_, sign_in):
    person("secretary_a")
    client = as_("administrator")
    address = f"/accounts/{world.secretary_a.pk}/reset/"
    answer = client.post(address, {"text": "本人来电"}, follow=True)
    assert not CODE.search(answer.content.decode())
    assert sign_in("secretary_a")[1].status_code == 302
    reset = PasswordReset.objects.get()
    assert (reset.state, reset.asked_by, reset.owner) == ("waiting", world.administrator, world.secretary_a)
    assert client.post(f"/resets/{reset.pk}/confirm/").status_code == 404
    assert "已有一项申请" in client.post(address, {"text": "再来一次"}).content.decode()
    assert client.get(f"/accounts/{world.secretary_a.pk}/code/").status_code == 404
    assert PasswordReset.objects.count() == 1


def test_only_the_confirmer_sees_the_code_and_it_opens_the_account(asked, world, as_, sign_in):
    assert Notice.objects.filter(recipient=world.secretary_a, kind="reset").exists()
    client = as_("secretary_a")
    assert "officer_a" in client.get("/resets/").content.decode()
    page = client.post(f"/resets/{asked.pk}/confirm/").content.decode()
    code = CODE.search(page).group(1)
    assert client.post(f"/resets/{asked.pk}/confirm/").status_code == 404
    assert code not in client.get("/resets/").content.decode()
    assert sign_in("officer_a")[1].status_code == 401
    own, answer = sign_in("officer_a", code)
    assert answer.status_code == 302
    assert "secretary_a 用户确认" in own.get("/login/first/", follow=True).content.decode()
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("confirmed", world.secretary_a)
    for told in (world.officer_a, world.administrator, world.auditor):
        assert Notice.objects.filter(recipient=told, kind__in=("reset", "security"), text__contains="已重置").exists()
    assert AuditEntry.objects.filter(verb="account.reset", object_id=asked.pk).count() == 1
    assert not AuditEntry.objects.filter(payload__contains=code).exists()


def test_the_owner_is_told_at_each_sign_in_for_thirty_days(person, asked, world, sign_in):
    with time_machine.travel(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), tick=False) as moment:
        PasswordReset.objects.update(asked_at=clock.now())
        reset_confirm(by=world.secretary_a, reset=asked)
        User.objects.filter(pk=world.officer_a.pk).update(must_change_password=False, code_expires=None)
        world.officer_a.refresh_from_db()
        person("officer_a")
        User.objects.filter(pk=world.officer_a.pk).update(must_change_password=False, code_expires=None)
        for days, told in ((0, True), (29, True), (2, False)):
            moment.shift(timedelta(days=days))
            client, answer = sign_in("officer_a")
            assert answer.status_code == 302
            assert ("administrator 用户申请" in client.get("/account/").content.decode()) is told


@pytest.mark.parametrize("who", ["administrator", "officer_a", "secretary_b", "staff", "general_secretary", "auditor"])
def test_asker_owner_and_strangers_do_not_confirm(who, asked, world, as_):
    client = as_(who)
    before = User.objects.get(pk=world.officer_a.pk).password
    for step in ("confirm", "refuse"):
        assert client.post(f"/resets/{asked.pk}/{step}/", {"text": "x"}).status_code == 404
    assert User.objects.get(pk=world.officer_a.pk).password == before
    assert PasswordReset.objects.get().state == "waiting"


def test_a_superior_who_asked_does_not_confirm_himself(world, as_):
    answer = as_("secretary_a").post(f"/accounts/{world.officer_a.pk}/reset/", {"text": "忘记密码"}, follow=True)
    assert "committee_secretary 用户确认" in answer.content.decode()
    reset = PasswordReset.objects.get()
    assert as_("secretary_a").post(f"/resets/{reset.pk}/confirm/").status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        PasswordReset.objects.update(state="confirmed", decided_by=world.secretary_a, decided_at=clock.now())
    assert CODE.search(as_("committee_secretary").post(f"/resets/{reset.pk}/confirm/").content.decode())


def test_a_low_post_beside_a_high_one_does_not_open_the_high_one(world):
    appointment_make(by=OPERATOR, user=world.committee_secretary, role="group_leader", organisation=world.group_a1)
    assert may_ask(world.secretary_a, world.committee_secretary)
    assert not may_confirm(world.secretary_a, world.committee_secretary)
    reset_ask(by=world.administrator, owner=world.committee_secretary, reason="忘记密码")
    assert not PasswordReset.objects.filter(pk__in=_waiting(world.secretary_a)).exists()


def _waiting(user):
    from branches.access import resets

    return resets.waiting_for(user).values("pk")


def test_the_list_holds_exactly_what_its_reader_may_confirm(world):
    for owner in world.users.values():
        if owner != world.administrator:
            reset_ask(by=world.administrator, owner=owner, reason="忘记密码")
    for user in world.users.values():
        if user == world.administrator:
            continue
        expected = {
            owner for owner in world.users.values() if owner != world.administrator and may_confirm(user, owner)
        }
        found = {row.owner for row in PasswordReset.objects.filter(pk__in=_waiting(user)).select_related("owner")}
        assert found == expected, user
    assert world.member in {row.owner for row in PasswordReset.objects.filter(pk__in=_waiting(world.secretary_a))}


def test_a_refusal_leaves_the_password_and_says_why(asked, world, as_, sign_in):
    client = as_("secretary_a")
    assert client.post(f"/resets/{asked.pk}/refuse/", {"text": ""}).status_code == 200
    assert client.post(f"/resets/{asked.pk}/refuse/", {"text": "本人未提出"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.refusal) == ("refused", "本人未提出")
    assert sign_in("officer_a")[1].status_code == 302
    assert "本人未提出" in Notice.objects.filter(recipient=world.administrator).latest("pk").text
    # What was refused waits no more: it may be asked again.
    again = reset_ask(by=world.administrator, owner=asked.owner, reason="本人到场核实")
    assert (again.state, again.pk != asked.pk) == ("waiting", True)


def test_what_waited_too_long_is_confirmed_no_more_and_may_be_asked_again(asked, world, as_):
    PasswordReset.objects.update(asked_at=clock.now() - timedelta(days=WAITING_DAYS, seconds=1))
    assert as_("secretary_a").post(f"/resets/{asked.pk}/confirm/").status_code == 404
    again = reset_ask(by=world.administrator, owner=world.officer_a, reason="忘记密码")
    asked.refresh_from_db()
    assert (asked.state, again.state) == (ResetState.EXPIRED, ResetState.WAITING)


def test_a_locked_account_gets_no_code(asked, world):
    account_lock(by=world.administrator, user=world.officer_a, active=False)
    asked.refresh_from_db()
    with pytest.raises(ValidationError, match="已锁定"):
        reset_confirm(by=world.secretary_a, reset=asked)
    asked.refresh_from_db()
    assert asked.state == ResetState.WAITING


def test_a_right_to_confirm_that_ended_meanwhile_confirms_nothing(asked, world):
    from django.http import Http404

    User.objects.filter(pk=world.secretary_a.pk).update(is_active=False)
    with pytest.raises(Http404):
        reset_confirm(by=world.secretary_a, reset=asked)
    assert PasswordReset.objects.get().state == "waiting"


def test_administrators_auditors_and_the_last_secretary_are_reset_by_the_operator_only(person, world, sign_in):
    for who in ("administrator", "auditor", "committee_secretary"):
        person(who)
        owner = world.user(who)
        assert not any(may_confirm(user, owner) for user in world.users.values())
        out = StringIO()
        call_command("reset_account", who.upper(), stdout=out)
        assert sign_in(who, out.getvalue().split("：")[1].strip())[1].status_code == 302
    assert PasswordReset.objects.filter(state="confirmed", decided_by=None).count() == 3
    with pytest.raises(CommandError):
        call_command("reset_account", "nobody")


def test_the_operator_settles_what_waits(asked, world):
    call_command("reset_account", "officer_a", stdout=StringIO())
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.asked_by) == ("confirmed", None, world.administrator)


def test_neither_asker_nor_confirmer_reviews_what_the_account_enters_in_the_week_after(world, as_):
    reset = reset_ask(by=world.general_secretary, owner=world.secretary_c, reason="忘记密码")
    reset_confirm(by=world.committee_secretary, reset=reset)
    entered = {
        days: Activity.objects.create(
            organisation=world.branch_c,
            author=world.secretary_c,
            day=clock.today(),
            state="submitted",
            submitted_at=clock.now() + timedelta(days=days),
        )
        for days in (-1, 1, 8)
    }
    for record in entered.values():
        writer_add(world.secretary_c, record)
    for who in (world.general_secretary, world.committee_secretary):
        assert {days: reset_bars(who.pk, record) for days, record in entered.items()} == {-1: False, 1: True, 8: False}
    assert not any(reset_bars(world.staff.pk, record) for record in entered.values())
    assert set(waiting_for(world.general_secretary)) == {entered[-1], entered[8]}
    for days, status in ((1, 409), (-1, 302)):
        answer = as_("general_secretary").post(f"/reviews/{entered[days].pk}/accept/", {"version": 1})
        entered[days].refresh_from_db()
        assert (answer.status_code, entered[days].state) == (status, "submitted" if status == 409 else "accepted")
    assert as_("staff").post(f"/reviews/{entered[1].pk}/accept/", {"version": 1}).status_code == 302


def test_what_an_administrator_knows_of_a_new_account_ends_with_its_appointment(world, as_, sign_in):
    page = as_("administrator").post("/accounts/new/", {"username": "newcomer", "name": "新人"}).content.decode()
    code = CODE.search(page).group(1)
    user = User.objects.get(username="newcomer")
    # He signs in before the appointment and even sets a password: as good as the owner, until it matters.
    client, _ = sign_in("newcomer", code)
    assert client.post("/login/first/", {"new_password": GOOD, "again": GOOD}).status_code == 302
    data = {"user": user.pk, "role": "branch_officer", "organisation": world.branch_a.pk}
    data["starts"] = clock.today().isoformat()
    page = as_("committee_secretary").post("/appointments/new/", data).content.decode()
    new = CODE.search(page).group(1)
    assert client.get("/account/")["Location"].startswith("/login/")
    assert sign_in("newcomer", GOOD)[1].status_code == 401
    assert sign_in("newcomer", code)[1].status_code == 401
    assert as_("administrator").post(f"/accounts/{user.pk}/code/").status_code == 404
    assert sign_in("newcomer", new)[1].status_code == 302
    assert not AuditEntry.objects.filter(payload__contains=new).exists()


def test_a_branch_secretary_gets_no_code_of_an_account_that_the_administrator_made(world, as_, sign_in):
    """Appointed in good faith later, as a leader, it would be his."""
    user, code = account_create(by=world.administrator, username="newcomer", name="新人")
    data = {"user": user.pk, "role": "branch_officer", "organisation": world.branch_a.pk}
    data["starts"] = clock.today().isoformat()
    client = as_("secretary_a")
    assert "新人" not in client.get("/appointments/new/?q=newcomer").content.decode()
    assert "secretary_b 用户" not in client.get("/appointments/new/?q=secretary_b").content.decode()
    page = client.post("/appointments/new/?q=newcomer", data).content.decode()
    assert "<code>" not in page and not user.appointments.exists()
    with pytest.raises(ValidationError, match="由机关党委书记首次任命"):
        appointment_make(by=world.secretary_a, user=user, role="branch_officer", organisation=world.branch_a)
    assert sign_in("newcomer", code)[1].status_code == 302
    assert "<code>" in as_("committee_secretary").post("/appointments/new/", data).content.decode()
    assert Notice.objects.filter(recipient=world.auditor, text__contains="另发了一次性口令").exists()


def test_the_first_code_is_given_anew_only_while_the_account_is_unused(world, as_, sign_in):
    user, first = account_create(by=world.administrator, username="newcomer", name="新人")
    address = f"/accounts/{user.pk}/code/"
    second = CODE.search(as_("administrator").post(address).content.decode()).group(1)
    assert sign_in("newcomer", first)[1].status_code == 401
    assert as_("committee_secretary").post(address).status_code == 404
    # Entered and left without a password: the code is used up, and there is another.
    assert sign_in("newcomer", second)[1].status_code == 302
    third = CODE.search(as_("administrator").post(address).content.decode()).group(1)
    client, _ = sign_in("newcomer", third)
    client.post("/login/first/", {"new_password": GOOD, "again": GOOD})
    assert as_("administrator").post(address).status_code == 404


def test_an_account_appointed_once_keeps_its_password_at_further_appointments(person, world, as_, sign_in):
    person("outsider")
    data = {"user": world.outsider.pk, "role": "branch_officer", "organisation": world.branch_a.pk}
    data["starts"] = clock.today().isoformat()
    assert as_("secretary_a").post("/appointments/new/?q=outsider", data).status_code == 302
    assert sign_in("outsider", PASSWORD)[1].status_code == 302


def test_appointing_a_member_with_an_account_opens_nobodys_own_file(person, world, as_, sign_in):
    """As the migration marks him: linked, never appointed; a new code would be his secretary's way in."""
    person("member")
    User.objects.filter(pk=world.member.pk).update(unvouched=True)
    data = {"user": world.member.pk, "role": "group_leader", "organisation": world.group_a2.pk}
    data["starts"] = clock.today().isoformat()
    answer = as_("secretary_a").post("/appointments/new/", data)
    assert (answer.status_code, b"<code>" in answer.content) == (302, False)
    assert sign_in("member")[1].status_code == 302


def test_nor_do_they_review_what_the_account_wrote_into_anothers_record(world, as_):
    record = draft(world.branch_c, OPERATOR)
    reset = reset_ask(by=world.general_secretary, owner=world.secretary_c, reason="忘记密码")
    reset_confirm(by=world.committee_secretary, reset=reset)
    record = activity_submit(by=world.secretary_c, activity=record)
    assert not waiting_for(world.general_secretary).exists()
    answer = as_("general_secretary").post(f"/reviews/{record.pk}/accept/", {"version": record.version})
    assert answer.status_code == 409
    assert as_("staff").post(f"/reviews/{record.pk}/accept/", {"version": record.version}).status_code == 302


def test_of_the_auditor_the_page_names_the_command_with_which_the_operator_confirms(world, as_):
    client = as_("administrator")
    address, command = f"/accounts/{world.auditor.pk}/reset/", "manage.py reset_account auditor"
    assert command in client.get(address).content.decode()
    assert command in client.post(address, {"text": "忘记密码"}, follow=True).content.decode()
