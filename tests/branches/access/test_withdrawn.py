"""An appointment that was a mistake is taken back on the day it was entered: nothing of it is in force any more."""

from datetime import timedelta

import pytest

from branches.access.services.appointments import appointment_make
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.reach import access
from branches.reach.models import Appointment, OrganisationGrant
from branches.reach.rights import RECORD
from common import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def mistake(world):
    row = appointment_make(
        by=world.secretary_a, user=world.outsider, role="branch_officer", organisation=world.branch_a
    )
    return Appointment.objects.get(pk=row.pk)


def address(row):
    return f"/appointments/{row.pk}/withdraw/"


def test_a_mistake_of_today_ends_at_once_and_stays_in_the_trail(world, as_, mistake):
    client, his = as_("secretary_a"), as_("outsider")
    place = f"/organisations/{world.branch_a.pk}/"
    assert his.get(place).status_code == 200
    assert address(mistake) in client.get("/appointments/").content.decode()
    assert "立即失效" in client.get(address(mistake)).content.decode()
    empty = client.post(address(mistake), {"reason": ""})
    assert empty.status_code == 200 and access.has_right(world.outsider, RECORD, world.branch_a)
    assert client.post(address(mistake), {"reason": "选错了人"}).status_code == 302
    assert his.get(place).status_code == 302, "his session ends"
    world.outsider.refresh_from_db()
    assert as_("outsider").get(place).status_code == 404
    assert not OrganisationGrant.objects.filter(appointment=mistake).exists()
    assert not Appointment.objects.in_force_during(clock.today() - timedelta(days=9), clock.today()).filter(
        user=world.outsider
    )
    trail = AuditEntry.objects.get(verb="appointment.withdraw", object_id=mistake.pk)
    assert "选错了人" in trail.payload
    assert "选错了人" in Notice.objects.filter(recipient=world.outsider).latest("pk").text
    assert "已撤回" in client.get("/appointments/?state=ended").content.decode()
    appointment_make(by=world.secretary_a, user=world.outsider, role="group_leader", organisation=world.group_a2)


def test_what_was_entered_on_another_day_is_ended_instead(world, as_, mistake):
    client = as_("secretary_a")
    for made in (clock.now() - timedelta(days=1), None):
        Appointment.objects.filter(pk=mistake.pk).update(made_at=made)
        answer = client.post(address(mistake), {"reason": "选错了人"})
        assert answer.status_code == 200 and "只有当天登记的任职可以撤回" in answer.content.decode()
    assert address(mistake) not in client.get("/appointments/").content.decode()
    assert access.has_right(world.outsider, RECORD, world.branch_a)


def test_whom_he_appointed_meanwhile_is_named_since_it_outlives_him(world, as_):
    by = world.committee_secretary
    row = appointment_make(by=by, user=world.outsider, role="branch_secretary", organisation=world.branch_b)
    page = as_("committee_secretary").get(address(row)).content.decode()
    assert "仍然有效" not in page
    appointment_make(by=world.outsider, user=world.member, role="branch_officer", organisation=world.branch_b)
    page = as_("committee_secretary").get(address(row)).content.decode()
    assert f"由其任命的{world.member.name}（" in page and "仍然有效，需要的请分别撤回" in page


def test_nobody_else_withdraws_it(world, as_, mistake):
    assert as_("secretary_b").post(address(mistake), {"reason": "不该"}).status_code == 404
    assert as_("outsider").post(address(mistake), {"reason": "不该"}).status_code in (403, 404)
    assert access.has_right(world.outsider, RECORD, world.branch_a)
