"""One person does not make the second account himself (access rule 10)."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from branches.access import resets
from branches.access.beside import BESIDE_DAYS, givers_of, hands_of
from branches.access.models import FactorDevice, PasswordReset, User
from branches.access.services.appointments import appointment_make
from branches.access.services.resets import reset_ask, reset_confirm
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.operator import OPERATOR
from members.activities.writers import bars_of
from members.reviews.selectors import waiting_for
from members.slips.services import members_make
from tests.members.activities.records import submitted
from tests.security.conftest import PASSWORD
from tests.security.factors import enrol

pytestmark = pytest.mark.django_db
CODE = re.compile(r"<code>([a-z0-9-]{17})</code>")
GOOD = "昨夜雨后竹林里的第七块石头"


@pytest.fixture
def puppet(world, sign_in):
    """Make an account of a member of branch A and sign in with its slip: puppet(printer) → (client, account)."""

    def make(printer, number=4, username="puppet"):
        member = world.people("branch_a")[number]
        printed = members_make(by=printer, place=world.branch_a, names={member.pk: username})[0]
        client, _ = sign_in(username, printed.code)
        client.post("/login/first/", {"new_password": GOOD, "again": GOOD})
        return client, User.objects.get(username=username)

    return make


def later(user, days):
    """Let so many days and a minute pass since somebody first used the code of an account."""
    User.objects.filter(pk=user.pk).update(code_used_at=clock.now() - timedelta(days=days, minutes=1))
    return User.objects.get(pk=user.pk)


def test_who_prints_a_slip_does_not_confirm_by_it_what_he_asked(world, as_, puppet):
    secretary = world.committee_secretary
    client, account = puppet(secretary)
    appointment_make(by=secretary, user=account, role="committee_secretary", organisation=world.root)
    appointed = Notice.objects.filter(recipient=world.auditor, text__contains="由其打印口令条的账号")
    assert appointed.count() == 1
    reset = reset_ask(by=secretary, owner=world.secretary_b, reason="忘记密码")
    address = f"/resets/{reset.pk}/confirm/"
    assert client.post(address).status_code == 404
    assert account not in resets.confirmers(world.secretary_b, secretary)
    with pytest.raises(ValidationError, match="不能互相确认"):
        reset_confirm(by=account, reset=reset)
    # Nor the other way round, nor by a third account whose slip that one printed.
    PasswordReset.objects.filter(pk=reset.pk).update(asked_by=account)
    assert as_(secretary).post(address).status_code == 404
    PasswordReset.objects.filter(pk=reset.pk).update(asked_by=secretary)
    other, third = puppet(account, number=5, username="third")
    appointment_make(by=account, user=third, role="committee_secretary", organisation=world.root)
    assert other.post(address).status_code == 404
    assert hands_of([third.pk]) == {third.pk: {third.pk, account.pk, secretary.pk}}
    # What the administrator asked he confirms as anybody would.
    PasswordReset.objects.filter(pk=reset.pk).update(asked_by=world.administrator)
    assert reset in resets.waiting_for(account) and reset in resets.waiting_for(third)
    PasswordReset.objects.filter(pk=reset.pk).update(asked_by=secretary)
    later(account, BESIDE_DAYS)
    assert CODE.search(client.post(address).content.decode())
    said = "确认人的一次性口令由申请人发放，确认人的职务由申请人任命"
    assert Notice.objects.filter(recipient=world.auditor, text__contains=said).exists()
    assert AuditEntry.objects.filter(verb="account.reset", payload__contains=said).exists()


def test_over_the_highest_posts_time_alone_is_not_enough(world, puppet):
    secretary = world.committee_secretary
    client, account = puppet(secretary)
    appointment_make(by=secretary, user=account, role="committee_secretary", organisation=world.root)
    account = later(account, 400)
    for owner in (world.leader, world.party_secretary):
        high = reset_ask(by=secretary, owner=owner, reason="忘记密码")
        assert high not in resets.waiting_for(account)
        with pytest.raises(ValidationError, match="不能互相确认"):
            reset_confirm(by=account, reset=high)
    low = reset_ask(by=secretary, owner=world.officer_a, reason="忘记密码")
    assert list(resets.waiting_for(account)) == [low]
    # A code that another was handed since makes two of them.
    User.objects.filter(pk=account.pk).update(code_by=None)
    assert resets.waiting_for(account).count() == 3


def test_a_printed_account_does_not_review_its_printer_and_he_reviews_its_work(world, as_, puppet):
    secretary, (client, account) = world.committee_secretary, puppet(world.committee_secretary)
    appointment_make(by=secretary, user=account, role="committee_staff", organisation=world.committee)
    account.refresh_from_db()
    record, foreign = submitted(world.branch_a, secretary), submitted(world.branch_a, world.secretary_a, title="二")
    assert list(waiting_for(account)) == [foreign] and "未满 7 天" in bars_of(account, record)[0]
    assert bars_of(account, foreign)[0] == "" and givers_of(secretary) == set()
    assert client.post(f"/reviews/{record.pk}/accept/", {"version": record.version}).status_code == 409
    account = later(account, BESIDE_DAYS)
    assert list(waiting_for(account)) == [record, foreign] and bars_of(account, record)[0] == ""
    assert client.post(f"/reviews/{record.pk}/accept/", {"version": record.version}).status_code == 302
    # A secretary who printed the slip of his group's leader reviews his records from the first day on.
    _, leader = puppet(world.secretary_a, number=5, username="leading")
    appointment_make(by=world.secretary_a, user=leader, role="group_leader", organisation=world.group_a2)
    own = submitted(world.group_a2, leader, kinds=("group_meeting",))
    assert own in waiting_for(world.secretary_a)
    answer = as_("secretary_a").post(f"/reviews/{own.pk}/accept/", {"version": own.version})
    assert answer.status_code == 302


def test_a_post_that_the_printer_cannot_give_ends_the_code_that_he_knows(world, as_, sign_in, puppet):
    client, account = puppet(world.organiser_a)
    client.post(f"/account/links/{account.link_proposals.get().pk}/", {"answer": "yes"})
    enrol(account)
    data = {"user": account.pk, "role": "committee_staff", "organisation": world.committee.pk}
    data["starts"] = clock.today().isoformat()
    page = as_("committee_secretary").post("/appointments/new/?q=puppet", data).content.decode()
    code = CODE.search(page).group(1)
    assert client.get("/members/").status_code == 302, "the session of before is over"
    assert sign_in("puppet", GOOD)[1].status_code == 401 and not FactorDevice.objects.exists()
    owner, answer = sign_in("puppet", code)
    assert answer.status_code == 302 and User.objects.get(pk=account.pk).code_by == world.committee_secretary
    assert Notice.objects.filter(
        recipient=world.auditor, text__contains="organiser_a 用户打印的口令作废，另发了一次性口令"
    ).exists()
    # Once: the next post leaves the password alone.
    owner.post("/login/first/", {"new_password": PASSWORD, "again": PASSWORD})
    data |= {"role": "group_leader", "organisation": world.group_a2.pk}
    assert "<code>" not in as_("secretary_a").post("/appointments/new/?q=puppet", data).content.decode()
    assert account.appointments.count() == 2 and sign_in("puppet", PASSWORD)[1].status_code == 302


def test_a_post_that_the_printer_could_give_leaves_the_code(world, puppet):
    client, account = puppet(world.committee_secretary)
    made = appointment_make(by=world.secretary_a, user=account, role="group_leader", organisation=world.group_a2)
    assert not made.first_code and client.get("/account/").status_code == 200
    operators = appointment_make(by=OPERATOR, user=account, role="committee_staff", organisation=world.committee)
    assert not operators.first_code


def test_the_trail_tells_of_slips_and_of_signing_in_with_one(world, puppet):
    client, account = puppet(world.secretary_a)
    printed = AuditEntry.objects.get(verb="account.slip", object_id=account.pk)
    assert printed.actor_id == world.secretary_a.pk and printed.organisation_id == world.branch_a.pk
    assert "为党员打印" in printed.payload
    entered = AuditEntry.objects.filter(verb="login.enter", object_id=account.pk)
    assert "一次性口令" in entered.get().payload


def test_of_a_member_who_has_not_answered_the_offer_his_own_branch_asks_and_confirms(world, as_, puppet):
    _, account = puppet(world.secretary_a)
    assert not account.appointments.exists() and getattr(account, "member", None) is None
    assert as_("secretary_b").get(f"/accounts/{account.pk}/reset/").status_code == 404
    address = f"/accounts/{account.pk}/reset/"
    assert as_("secretary_a").post(address, {"text": "忘记密码"}).status_code == 302
    reset = PasswordReset.objects.get()
    assert not resets.waiting_for(world.secretary_b).exists()
    assert reset in resets.waiting_for(world.organiser_a) and resets.may_confirm(world.organiser_a, account)
    assert CODE.search(as_("organiser_a").post(f"/resets/{reset.pk}/confirm/").content.decode())
