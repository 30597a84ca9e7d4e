"""An assistant acts for one leader: appointed by him, no longer than him, never somebody who judges him."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches.access import resets
from branches.access.services.appointments import appointment_end, appointment_make
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.reach import access
from branches.reach.models import Appointment, OrganisationGrant
from branches.reach.reach import fresh
from branches.reach.rights import RIGHT_NAMES, ROLES, VIEW
from common import clock
from common.operator import OPERATOR

pytestmark = pytest.mark.django_db


def lead(world, who="leader"):
    return world.user(who).appointments.get(role__in=("leader", "party_group_secretary"))


def appointed(world, by="party_secretary", user="outsider", **values):
    return appointment_make(
        by=world.user(by), user=world.user(user), role="assistant", principal=lead(world, by), **values
    )


def yesterday():
    return clock.today() - timedelta(days=1)


def test_a_leader_appoints_his_assistant_on_his_own_page_and_ends_him_there(world, as_):
    client = as_("party_secretary")
    assert "代办人" in client.get("/account/").content.decode()
    assert "outsider 用户" in client.get("/account/assistants/new/?q=outsider").content.decode()
    form = {"user": world.outsider.pk, "starts": clock.today(), "ends": ""}
    answer = client.post("/account/assistants/new/?q=outsider", form)
    assert answer.status_code == 302
    row = Appointment.objects.get(user=world.outsider)
    assert (row.role, row.organisation, row.principal, row.appointed_by) == (
        "assistant", world.root, lead(world, "party_secretary"), world.party_secretary,
    )  # fmt: skip
    assert row.title == "party_secretary 用户的代办人"
    assert fresh(world.outsider).principals == {world.party_secretary.pk}
    assert "outsider 用户" in client.get("/account/assistants/").content.decode()
    assert Notice.objects.filter(recipient=world.outsider, text__contains="代办人").exists()
    answer = client.post(f"/account/assistants/{row.pk}/end/", {"ends": clock.today()})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.ends == clock.today() and fresh(world.outsider).principals == {world.party_secretary.pk}
    with clock.at(clock.now() + timedelta(days=1)):
        assert fresh(world.outsider).principals == set() and not fresh(world.outsider).seats


def test_a_leader_withdraws_on_the_same_day_whom_he_appointed_by_mistake(world, as_):
    row, other = appointed(world), world.assistant.appointments.get()
    client, path = as_("party_secretary"), f"/account/assistants/{row.pk}/withdraw/"
    assert path in client.get("/account/assistants/").content.decode()
    assert "立即不能再代您办理" in client.get(path).content.decode()
    assert client.post(path, {"reason": ""}).status_code == 422 and fresh(world.outsider).principals
    # Another leader's is no address of his, and neither is anybody else's.
    assert client.post(path.replace(str(row.pk), str(other.pk)), {"reason": "选错了人"}).status_code == 404
    for who in ("leader", "committee_secretary", "outsider"):
        assert as_(who).post(path, {"reason": "选错了人"}).status_code == 404
    assert client.post(path, {"reason": "选错了人"}).status_code == 302
    assert fresh(world.outsider).principals == set() and not fresh(world.outsider).seats
    assert AuditEntry.objects.filter(verb="appointment.withdraw", object_id=row.pk).count() == 1
    assert "已撤回：选错了人" in client.get("/account/assistants/").content.decode()
    # One of another day is ended instead, and offers nothing else.
    client, path = as_("leader"), f"/account/assistants/{other.pk}/withdraw/"
    assert path not in client.get("/account/assistants/").content.decode()
    assert "只有当天登记的任职可以撤回" in client.post(path, {"reason": "选错了人"}).content.decode()


def test_his_reach_is_to_read_what_the_leader_reads_and_nothing_else(world):
    now, leads = fresh(world.assistant), fresh(world.leader)
    for place in world.places.values():
        assert now.rights_at(place.pk) == {VIEW} <= leads.rights_at(place.pk)
    assert not [right for right in set(RIGHT_NAMES) - {VIEW} if access.holds_anywhere(world.assistant, right)]
    grants = OrganisationGrant.objects.filter(user=world.assistant).values_list("permission__codename", flat=True)
    assert set(grants) == {VIEW}


@pytest.mark.parametrize("who", ["committee_secretary", "staff", "secretary_a", "discipline", "assistant", "outsider"])
def test_nobody_else_appoints_an_assistant(world, as_, who):
    with pytest.raises(ValidationError):
        appointment_make(by=world.user(who), user=world.member, role="assistant", principal=lead(world))
    with pytest.raises(ValidationError):
        appointment_make(by=world.user(who), user=world.member, role="assistant", organisation=world.root)
    assert as_(who).get("/account/assistants/").status_code == 404


def test_a_leader_appoints_nobody_for_another_leader_and_not_himself(world):
    with pytest.raises(ValidationError):
        appointment_make(
            by=world.leader, user=world.outsider, role="assistant", principal=lead(world, "party_secretary")
        )
    with pytest.raises(ValidationError, match="自己"):
        appointed(world, by="leader", user="leader")


@pytest.mark.parametrize("who", ["committee_secretary", "staff", "party_secretary"])
def test_whoever_judges_the_leader_is_not_his_assistant(world, as_, who):
    with pytest.raises(ValidationError, match="不能同时做他的代办人"):
        appointed(world, by="leader", user=who)
    form = {"user": world.user(who).pk, "starts": clock.today(), "ends": ""}
    answer = as_("leader").post(f"/account/assistants/new/?q={who}", form)
    assert answer.status_code == 422 and "不能同时做他的代办人" in answer.content.decode()


@pytest.mark.parametrize("role", ["committee_secretary", "committee_staff", "party_group_secretary"])
def test_an_assistant_is_not_made_a_judge_of_his_leader(world, role):
    with pytest.raises(ValidationError, match="不能同时做他的代办人"):
        appointment_make(by=OPERATOR, user=world.assistant, role=role, organisation=world.root)
    # Neither for the days after the assistance, when those overlap by one.
    appointment_end(by=world.leader, appointment=world.assistant.appointments.get())
    with pytest.raises(ValidationError):
        appointment_make(by=OPERATOR, user=world.assistant, role=role, organisation=world.root)
    tomorrow = clock.today() + timedelta(days=1)
    appointment_make(by=OPERATOR, user=world.assistant, role=role, organisation=world.root, starts=tomorrow)


@pytest.mark.parametrize("who", ["administrator", "auditor"])
def test_a_system_account_is_not_an_assistant(world, who):
    with pytest.raises(ValidationError, match="不同人员"):
        appointed(world, by="leader", user=who)


def test_one_account_acts_for_one_leader_at_a_time(world):
    with pytest.raises(ValidationError):
        appointed(world, by="party_secretary", user="assistant")
    row = appointed(world, ends=clock.today() + timedelta(days=5))
    with pytest.raises(ValidationError, match="只代一位领导"):
        appointed(world, by="leader", user="outsider", ends=clock.today())
    assert row.principal.user == world.party_secretary


def test_his_days_lie_within_those_of_the_leader(world):
    lead(world)
    Appointment.objects.filter(pk=lead(world).pk).update(ends=clock.today() + timedelta(days=9))
    row = appointed(world, by="leader", ends=clock.today() + timedelta(days=90))
    assert row.ends == clock.today() + timedelta(days=9)
    with pytest.raises(ValidationError, match="不能晚于"):
        Appointment(
            user=world.member, role="assistant", organisation=world.root, principal=lead(world), starts=clock.today()
        ).save()


@pytest.mark.parametrize("days", [-40, 1])
def test_it_begins_at_most_thirty_days_ago_and_not_tomorrow(world, days):
    with pytest.raises(ValidationError):
        appointed(world, starts=clock.today() + timedelta(days=days))
    assert not world.outsider.appointments.exists()


def test_it_ends_with_the_appointment_of_the_leader(world, as_):
    client, colleague = as_("assistant"), as_("staff")
    assert client.get("/organisations/").status_code == 200
    appointment_end(by=OPERATOR, appointment=lead(world), ends=yesterday(), reason="调离")
    assert colleague.get("/organisations/").status_code == 200, "nobody else has to sign in again"
    row = world.assistant.appointments.get()
    assert row.ends == yesterday() and row.end_reason == "代办对象任职结束"
    assert AuditEntry.objects.filter(verb="appointment.end", object_id=row.pk).count() == 1
    assert fresh(world.assistant).seats == []
    assert client.get("/organisations/").status_code in (302, 404)


def test_the_leaders_last_day_may_lie_before_the_assistants_first(world):
    row = appointed(world, by="party_secretary")
    ending = lead(world, "party_secretary")
    assert appointment_end(by=OPERATOR, appointment=ending, ends=yesterday(), reason="调离").ends == yesterday()
    row.refresh_from_db()
    assert row.ends == row.starts == clock.today()
    assert fresh(world.outsider).seats == [] and not OrganisationGrant.objects.filter(user=world.outsider).exists()


def test_without_the_leaders_appointment_his_own_row_gives_nothing(world, as_):
    # Whatever wrote the leader's row: what the assistant may do is asked of it.
    Appointment.objects.filter(pk=lead(world).pk).update(ends=yesterday())
    assert fresh(world.assistant).seats == [] and access.current_appointments(world.assistant) == []
    assert as_("assistant").get("/organisations/").status_code == 404


def test_a_locked_leader_has_nobody_act_for_him(world):
    world.leader.is_active = False
    world.leader.save()
    assert fresh(world.assistant).principals == set()


@pytest.mark.parametrize("role, with_principal", [("assistant", False), ("leader", True)])
def test_the_database_knows_assistants_by_whom_they_act_for(world, role, with_principal):
    row = Appointment(user=world.outsider, role=role, organisation=world.root, starts=clock.today())
    row.principal = lead(world) if with_principal else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.bulk_create([row])


def test_his_password_is_reset_by_whoever_may_appoint_his_leader(world):
    assert resets.may_confirm(world.committee_secretary, world.assistant)
    assert resets.may_ask(world.committee_secretary, world.assistant)
    assert not resets.may_confirm(world.staff, world.assistant)
    assert not resets.may_confirm(world.leader, world.assistant)


def test_the_committee_secretary_may_end_him_too(world):
    row = world.assistant.appointments.get()
    with pytest.raises(ValidationError):
        appointment_end(by=world.staff, appointment=row)
    assert appointment_end(by=world.committee_secretary, appointment=row).ends == clock.today()


def test_the_role_uses_what_it_has_in_anothers_name_alone():
    assert ROLES["assistant"].rights == {VIEW} and ROLES["assistant"].may_appoint == ()
