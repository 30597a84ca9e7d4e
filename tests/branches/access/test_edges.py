"""What is done to one account is done to no other, and each act leaves its entry."""

from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.core.exceptions import ValidationError

from branches.access.browsers import browser_in_words
from branches.access.models import CodeSlip, ExternalIdentity, User
from branches.access.services.accounts import code_give, password_set
from branches.access.services.appointments import appointment_end, appointment_make
from branches.access.services.factor import recovery_codes_renew
from branches.access.services.identities import identity_link
from branches.access.services.sessions import sessions_end, tell_of_new_device
from branches.access.services.slips import slip_of
from branches.access.single_sign_on import Identity
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.operator import OPERATOR
from tests.security.factors import enrol

pytestmark = pytest.mark.django_db


def epochs():
    return dict(User.objects.values_list("username", "session_epoch"))


def changed(before):
    return {name for name, epoch in epochs().items() if epoch != before[name]}


def test_a_post_that_ends_ends_the_sessions_of_its_holder_and_of_nobody_else(world):
    before = epochs()
    post = world.secretary_b.appointments.get()
    appointment_end(by=OPERATOR, appointment=post, ends=clock.today() - timedelta(days=1), reason="调离")
    assert changed(before) == {"secretary_b"}
    assert epochs()["secretary_b"] == before["secretary_b"] + 1
    appointment_end(by=OPERATOR, appointment=world.secretary_c.appointments.get(), ends=clock.today(), reason="调离")
    assert changed(before) == {"secretary_b"}, "whoever serves until tonight works until tonight"


def test_ending_ones_other_sessions_leaves_an_entry(world):
    before = epochs()
    sessions_end(by=world.secretary_b)
    assert changed(before) == {"secretary_b"}
    assert AuditEntry.objects.filter(verb="account.sessions_end", object_id=world.secretary_b.pk).count() == 1


def slip(world, user, **moments):
    return CodeSlip.objects.create(
        user=user,
        organisation=world.branch_a,
        printed_by=world.staff,
        printed_at=clock.now() - timedelta(days=2),
        expires=clock.now() + timedelta(days=5),
        **moments,
    )


def test_a_password_is_noted_on_the_slip_that_was_used_for_it(world):
    long_ago, used = clock.now() - timedelta(days=1), {"used_at": clock.now() - timedelta(days=2)}
    mine = slip(world, world.member, **used)
    others = [
        slip(world, world.outsider, **used),
        slip(world, world.secretary_a),
        slip(world, world.secretary_b, **used, set_at=long_ago),
        slip(world, world.member, **used, replaced_at=long_ago),
    ]
    for user in (world.member, world.secretary_a, world.secretary_b):
        password_set(by=user, user=user, password="Zq7-kfw-9912-lmtv")
    User.objects.filter(pk__in=[world.member.pk, world.outsider.pk]).update(must_change_password=True)
    waiting = {name: slip_of(User.objects.get(username=name)) for name in ("member", "outsider", "staff")}
    assert waiting == {"member": None, "outsider": others[0], "staff": None}
    kept = {row.pk: row.set_at for row in CodeSlip.objects.all()}
    assert kept[mine.pk] is not None and [kept[row.pk] for row in others] == [None, None, long_ago, None]


def test_an_account_has_one_identity_of_each_issuer(world):
    def link(user, issuer, sub):
        return identity_link(by=user, identity=Identity(issuer, sub))

    link(world.staff, "https://one.example", "1")
    link(world.staff, "https://two.example", "1")
    link(world.leader, "https://one.example", "2")
    with pytest.raises(ValidationError, match="已绑定一个统一认证身份"):
        link(world.staff, "https://one.example", "3")
    with pytest.raises(ValidationError, match="不能绑定到您的账号"):
        link(world.discipline, "https://one.example", "2")
    assert ExternalIdentity.objects.count() == 3


def test_a_device_is_known_to_him_who_used_it(world):
    for user, agent in ((world.staff, "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0"), (world.leader, "curl/8")):
        AccessLog.objects.create(username=user.username, user_agent=agent, ip_address="10.1.2.3")
    old = AccessLog.objects.create(username="staff", user_agent="curl/8", ip_address="10.9.9.3")
    AccessLog.objects.filter(pk=old.pk).update(attempt_time=clock.real_now() - timedelta(days=91))
    Notice.objects.all().delete()
    known = browser_in_words("Mozilla/5.0 (Windows NT 10.0) Chrome/121.0")
    tell_of_new_device(world.staff, known, "10.1.2.99")
    assert not Notice.objects.exists()
    for browser, address in ((browser_in_words("curl/8"), "10.1.2.3"), (browser_in_words("curl/8"), "10.9.9.3")):
        tell_of_new_device(world.staff, browser, address)
    assert Notice.objects.filter(recipient=world.staff, kind="session").count() == 2
    tell_of_new_device(world.outsider, known, "10.1.2.3")
    assert not Notice.objects.filter(recipient=world.outsider).exists(), "the first one of an account is no news"


def test_a_new_code_shuts_the_doors_of_its_account_and_of_no_other(world):
    for user in (world.staff, world.leader):
        ExternalIdentity.objects.create(user=user, issuer="https://one.example", sub=user.username)
    mine, other = slip(world, world.staff), slip(world, world.leader)
    before = epochs()
    code_give(world.staff, by=OPERATOR, unvouched=False)
    assert [row.user for row in ExternalIdentity.objects.all()] == [world.leader]
    assert CodeSlip.objects.get(replaced_at=None) == other and CodeSlip.objects.exclude(replaced_at=None).get() == mine
    assert changed(before) == {"staff"}


def test_an_appointment_may_end_on_its_first_day_and_not_before(world):
    today = clock.today()

    def make(ends):
        return appointment_make(
            by=OPERATOR,
            user=world.outsider,
            role="branch_officer",
            organisation=world.branch_a,
            starts=today,
            ends=ends,
        )

    with pytest.raises(ValidationError, match="不能早于任职起"):
        make(today - timedelta(days=1))
    assert make(today).ends == today
    with pytest.raises(ValidationError, match="只能任命|不能"):
        appointment_make(by=OPERATOR, user=world.outsider, role="group_leader", organisation=world.branch_a)


def test_new_recovery_codes_take_the_place_of_ones_own(world):
    devices = {user.pk: enrol(user)[0] for user in (world.staff, world.leader)}
    kept = {pk: set(device.recovery_codes.values_list("digest", flat=True)) for pk, device in devices.items()}
    codes = recovery_codes_renew(by=world.staff)
    now = {pk: set(device.recovery_codes.values_list("digest", flat=True)) for pk, device in devices.items()}
    assert now[world.leader.pk] == kept[world.leader.pk] and len(now[world.staff.pk]) == len(codes)
    assert not now[world.staff.pk] & kept[world.staff.pk]
