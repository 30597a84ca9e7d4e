"""Who may give which power, and when it ends (C15, C18–C20)."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from branches.access.models import User
from branches.access.services.appointments import appointment_end, appointment_make
from branches.reach import access
from branches.reach.models import Appointment, OrganisationGrant
from branches.reach.rights import RIGHT_NAMES, ROLES, SYSTEM_ROLES, VIEW
from common.operator import OPERATOR
from tests.matrix import all_rows

# giver → place → what he may give there; what is not named he may not give. As the table of roles has it.
LOW = {"group_leader", "branch_officer", "organisation_officer"}
GENERAL = LOW | {"branch_secretary"}
ALL = GENERAL | {
    "general_branch_secretary",
    "committee_staff",
    "discipline_officer",
    "leader",
    "party_group_secretary",
    "committee_secretary",
}
MAY_GIVE = {
    "secretary_a": {"branch_a": LOW, "group_a1": LOW, "group_a2": LOW},
    "secretary_b": {"branch_b": LOW},
    "secretary_c": {"branch_c": LOW},
    "general_secretary": {"general": LOW, "branch_c": GENERAL},
    "committee_secretary": dict.fromkeys(
        ("root", "committee", "branch_a", "group_a1", "group_a2", "branch_b", "general", "branch_c"), ALL
    ),
}
GIVERS = [
    "party_secretary",
    "leader",
    "committee_secretary",
    "staff",
    "discipline",
    "assistant",
    "general_secretary",
    "secretary_a",
    "officer_a",
    "leader_a1",
    "secretary_b",
    "administrator",
    "auditor",
    "member",
    "outsider",
]


@pytest.mark.parametrize("giver", GIVERS)
def test_nobody_gives_a_role_or_reaches_a_place_beyond_his_row(giver, world):
    allowed = {
        (place, role)
        for place, organisation in world.places.items()
        for role in ROLES
        if access.may_appoint(world.user(giver), role, organisation)
    }
    expected = {(place, role) for place, roles in MAY_GIVE.get(giver, {}).items() for role in roles}
    assert allowed == expected


@pytest.mark.parametrize("giver", GIVERS)
@pytest.mark.parametrize("role", SYSTEM_ROLES)
def test_nobody_but_the_operator_makes_administrators_and_auditors(giver, role, world):
    with pytest.raises(ValidationError):
        appointment_make(by=world.user(giver), user=world.outsider, role=role)


def test_nobody_appoints_himself(world):
    with pytest.raises(ValidationError, match="自己"):
        appointment_make(
            by=world.secretary_a, user=world.secretary_a, role="branch_officer", organisation=world.branch_a
        )


def test_nobody_ends_the_appointment_his_power_comes_from(world):
    own = Appointment.objects.get(user=world.committee_secretary)
    with pytest.raises(ValidationError):
        appointment_end(by=world.committee_secretary, appointment=own, reason="x")
    above = Appointment.objects.get(user=world.general_secretary)
    with pytest.raises(ValidationError):
        appointment_end(by=world.secretary_c, appointment=above, reason="x")


def test_the_form_offers_only_what_may_be_given(world, as_):
    page = as_("secretary_a").get("/appointments/new/?q=outsider").content.decode()
    assert 'value="branch_officer"' in page and 'value="branch_secretary"' not in page
    assert f'<option value="{world.branch_a.pk}"' in page
    assert f'<option value="{world.branch_b.pk}"' not in page
    assert f'<option value="{world.outsider.pk}"' in page


@pytest.mark.parametrize(
    ("role", "place", "user"),
    [
        ("branch_officer", "branch_b", "outsider"),
        ("branch_secretary", "branch_a", "outsider"),
        ("system_administrator", "branch_a", "outsider"),
        ("branch_officer", "committee", "outsider"),
        ("branch_officer", "branch_a", "secretary_a"),
    ],
)
def test_ids_typed_by_hand_into_the_form_make_no_appointment(role, place, user, world, as_):
    before = Appointment.objects.count()
    data = {
        "user": world.user(user).pk,
        "role": role,
        "organisation": world.places[place].pk,
        "starts": "2026-11-24",
    }
    answer = as_("secretary_a").post("/appointments/new/", data)
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Appointment.objects.count() == before


PAIRS = [
    ("system_administrator", "security_auditor"),
    ("system_administrator", "branch_officer"),
    ("security_auditor", "branch_officer"),
    ("branch_officer", "system_administrator"),
    ("branch_officer", "security_auditor"),
]


def _place(world, role):
    return None if role in SYSTEM_ROLES else world.branch_a


@pytest.mark.parametrize(("held", "wanted"), PAIRS)
def test_one_account_never_holds_two_of_the_three_duties(held, wanted, world):
    appointment_make(by=OPERATOR, user=world.outsider, role=held, organisation=_place(world, held))
    with pytest.raises(ValidationError, match="不同人员"):
        appointment_make(by=OPERATOR, user=world.outsider, role=wanted, organisation=_place(world, wanted))
    with pytest.raises(ValidationError, match="不同人员"):
        Appointment(
            user=world.outsider, role=wanted, organisation=_place(world, wanted), starts=date(2026, 11, 24)
        ).save()


def test_the_duties_may_follow_one_another_but_not_overlap_by_a_day(world):
    first = appointment_make(
        by=OPERATOR,
        user=world.outsider,
        role="branch_officer",
        organisation=world.branch_a,
        starts=date(2026, 1, 1),
        ends=date(2026, 12, 31),
    )
    with pytest.raises(ValidationError):
        appointment_make(by=OPERATOR, user=world.outsider, role="security_auditor", starts=first.ends)
    assert appointment_make(by=OPERATOR, user=world.outsider, role="security_auditor", starts=date(2027, 1, 1)).pk


def test_a_system_role_at_a_place_is_refused_by_the_database_too(world):
    row = Appointment(user=world.outsider, role="security_auditor", organisation=world.root, starts=date(2026, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.bulk_create([row])


def test_a_superuser_does_not_enter_outside_demo_and_tests(settings, person, sign_in):
    user = person("outsider")
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    settings.DEMO = settings.TESTING = False
    assert sign_in("outsider")[1].status_code == 401


def test_the_administrator_sees_no_content_and_the_auditor_only_the_trail(world):
    rows = all_rows()
    admin = {name for name, row in rows.items() if row.get and row.expected("get", "administrator") == 200}
    auditor = {name for name, row in rows.items() if row.get and row.expected("get", "auditor") == 200}
    own = {name for name, row in rows.items() if row.get and row.expected("get", "outsider") == 200}
    assert admin - own == {
        "account_list",
        "account_new",
        "account_code",
        "reset_new",
        "reset_factor_new",
        "account_lock",
        "setting_list",
        "first_steps",
        "feedback_list",
        "job_list",
        "kept_file_list",
    }
    assert auditor - own == {"audit_list", "who_saw"}


def test_rights_end_at_midnight_in_shanghai_without_a_login_or_a_job(world, as_):
    appointment_end(
        by=OPERATOR,
        appointment=Appointment.objects.get(user=world.secretary_a),
        ends=date(2026, 11, 30),
        reason="调离",
    )
    url = reverse("organisation_detail", args=[world.branch_a.pk])
    last = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    with time_machine.travel(last, tick=False) as clock:
        client = as_("secretary_a")
        assert client.get(url).status_code == 200
        clock.shift(1)
        assert client.get(url).status_code == 404


def test_rights_begin_at_midnight_in_shanghai(world, as_):
    with time_machine.travel(datetime(2026, 11, 24, 4, 0, tzinfo=UTC), tick=False):
        appointment_make(
            by=OPERATOR,
            user=world.outsider,
            role="branch_officer",
            organisation=world.branch_b,
            starts=date(2026, 12, 1),
        )
    url = reverse("organisation_detail", args=[world.branch_b.pk])
    with time_machine.travel(datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), tick=False) as clock:
        client = as_("outsider")
        assert client.get(url).status_code == 404
        clock.shift(1)
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("right", sorted(set(RIGHT_NAMES) - {"view_audit", "manage_accounts"}))
def test_who_can_names_exactly_those_whom_the_filter_lets_in(right, world):
    for organisation in world.places.values():
        named = {row.user_id for row in access.who_can(right, organisation, limit=100)}
        let_in = {user.pk for user in world.users.values() if access.has_right(user, right, organisation)}
        assert named == let_in, organisation


def test_a_locked_account_has_no_rights_left(world):
    User.objects.filter(pk=world.secretary_a.pk).update(is_active=False)
    assert not access.has_right(User.objects.get(pk=world.secretary_a.pk), VIEW, world.branch_a)


def test_a_grant_follows_its_appointment(world):
    row = appointment_make(by=OPERATOR, user=world.outsider, role="leader", organisation=world.branch_b)
    granted = set(OrganisationGrant.objects.filter(appointment=row).values_list("permission__codename", flat=True))
    assert granted == ROLES["leader"].rights
    appointment_end(by=OPERATOR, appointment=row, ends=date(2026, 12, 31), reason="换届")
    assert set(OrganisationGrant.objects.filter(appointment=row).values_list("ends", flat=True)) == {date(2026, 12, 31)}
