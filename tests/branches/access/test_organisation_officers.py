"""The organisation officer of a branch (组织委员): a branch officer who also keeps its roster, and nothing more."""

import importlib

import pytest
from django.apps import apps
from django.urls import reverse

from branches.access.models import User
from branches.reach.models import Appointment, OrganisationGrant
from branches.reach.reach import fresh
from branches.reach.rights import APPOINT, DUTIES, MEMBERS, RECORD, REVIEW, ROLES, VIEW
from common import clock
from common.operator import OPERATOR
from members.roster.models.members import Member
from members.roster.services.members import post_give
from members.transfers.services.transfers import transfer_ask
from tests.members.corrections.made import asked as asked_for
from tests.members.slips.test_in_one_go import MAKE

ROLE, ROLE_IN_CAST = "organisation_officer", "organiser_a"


def appoint(client, user, organisation):
    data = {"user": user.pk, "role": ROLE, "organisation": organisation.pk, "starts": clock.today().isoformat()}
    return client.post(f"/appointments/new/?q={user.username}", data)


@pytest.mark.parametrize(
    "who, place", [("secretary_a", "branch_a"), ("general_secretary", "branch_c"), ("committee_secretary", "branch_b")]
)
def test_he_is_appointed_by_the_secretary_and_above_at_a_branch(world, as_, who, place):
    assert f'value="{ROLE}"' in as_(who).get("/appointments/new/").content.decode()
    assert appoint(as_(who), world.outsider, world.places[place]).status_code == 302
    rights = fresh(world.outsider).rights_at(world.places[place].pk)
    assert rights == {VIEW, RECORD, DUTIES, MEMBERS} == ROLES[ROLE].rights
    assert not rights & {REVIEW, APPOINT}


@pytest.mark.parametrize(
    "who, place", [("secretary_a", "branch_b"), ("general_secretary", "general"), ("officer_a", "branch_a")]
)
def test_he_is_appointed_by_nobody_else_and_nowhere_else(world, as_, who, place):
    assert appoint(as_(who), world.outsider, world.places[place]).status_code in (200, 404)
    assert not world.outsider.appointments.exists()


def test_he_keeps_the_roster_records_and_reports_for_the_branch_and_its_groups_alone(world, as_):
    client, first = as_("organiser_a"), world.people("branch_a")[3]
    page = client.get("/").content.decode()
    assert "工作台" in page and page.count('href="/members/"') > 1 and "任职授权" not in page
    assert client.get(f"/members/{first.pk}/edit/").status_code == 200
    assert as_("officer_a").get(f"/members/{first.pk}/edit/").status_code == 404
    assert client.get(f"/members/{world.people('branch_b')[0].pk}/edit/").status_code == 404
    assert client.get(f"/activities/new/?organisation={world.group_a1.pk}").status_code == 200
    assert client.get("/review/").status_code == client.get("/appointments/").status_code == 404


def test_the_post_in_the_ledger_proposes_his_account_and_it_is_not_ticked(world, as_):
    two, client = world.people("branch_b")[1], as_("committee_secretary")
    post_give(by=OPERATOR, member=two, organisation=world.branch_b, kind="organisation")
    # Of one who is the secretary too, there is the secretary's row alone.
    post_give(by=OPERATOR, member=world.people("branch_b")[0], organisation=world.branch_b, kind="organisation")
    page = client.get("/slips/secretaries/").content.decode()
    assert "2 位组织委员可以任命并建立账号</h1>" in page and f'value="{two.pk}">' in page
    form = {"member": [two.pk], f"username_{two.pk}": "yier"}
    assert "任命 1 位组织委员，建立 1 个账号？" in client.post(MAKE, form).content.decode()
    assert "1 位同志的口令条" in client.post(MAKE, form | {"confirmed": "1"}).content.decode()
    held = User.objects.get(username="yier").appointments.get()
    assert (held.role, held.organisation) == (ROLE, world.branch_b)
    Member.objects.filter(pk=two.pk).update(account=held.user)
    page = client.get("/slips/secretaries/").content.decode()
    assert "1 位组织委员可以任命" in page and "去任命" not in page


def test_going_back_he_is_a_branch_officer_without_the_roster(world):
    back = importlib.import_module("branches.migrations.0021_organisation_officers").back_to_officers
    Appointment.objects.create(user=world.officer_a, role=ROLE, organisation=world.branch_a, starts=clock.today())
    back(apps, None)
    assert not Appointment.objects.filter(role=ROLE).exists()
    assert world.organiser_a.appointments.get().role == "branch_officer"
    assert world.officer_a.appointments.count() == 1
    left = OrganisationGrant.objects.filter(user=world.organiser_a).values_list("permission__codename", flat=True)
    assert set(left) == {VIEW, RECORD, DUTIES}


@pytest.mark.parametrize("subject", ["corrections", "development", "dues", "education", "transfers"])
def test_he_gets_what_the_secretary_gets_of_people(subject):
    """Development, transfers, dues, hours and corrections: whatever the table promises the secretary it promises him."""
    rows = importlib.import_module(f"tests.matrix.{subject}").ROWS
    other = {
        name: (row.expected(method, "secretary_a"), row.expected(method, ROLE_IN_CAST))
        for name, row in rows.items()
        for method in ("get", "post")
        if getattr(row, method) is not None
    }
    # What waits above a branch is its superior's, whose right (review_records) reaches no branch.
    other.pop("development_queue", None)
    assert other and not {name: pair for name, pair in other.items() if pair[0] != pair[1]}


def test_what_waits_of_people_waits_for_him_too(world, as_):
    transfer_ask(by=OPERATOR, member=world.people("branch_b")[2], taker=world.branch_a)
    asked_for(world)
    page = as_(ROLE_IN_CAST).get(reverse("home_waiting")).content.decode()
    assert "乙三由乙处党支部转来" in page and "甲四请求更正学历" in page
    menu = as_(ROLE_IN_CAST).get("/menu/").content.decode()
    for name in ("member_list", "dues_list", "development_list", "transfer_list"):
        assert f'href="{reverse(name)}"' in menu, name
