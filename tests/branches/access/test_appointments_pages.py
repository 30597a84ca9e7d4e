"""Make and end appointments through the pages; the handover names what is open."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from branches.access.models import User
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from branches.settings.models import Setting
from common import clock
from members.activities.models import Activity


def _appoint(client, user, organisation, role="branch_officer", **more):
    data = {"user": user.pk, "role": role, "organisation": organisation.pk, "starts": clock.today().isoformat()}
    # As the page sends it: the name that was searched for stays in the address.
    return client.post(f"/appointments/new/?q={user.username}", data | more)


def test_a_secretary_appoints_an_officer_of_his_branch(world, as_):
    answer = _appoint(as_("secretary_a"), world.outsider, world.branch_a)
    assert answer.status_code == 302
    made = Appointment.objects.get(user=world.outsider)
    assert (made.role, made.organisation, made.appointed_by) == ("branch_officer", world.branch_a, world.secretary_a)
    assert "支部委员" in Notice.objects.get(recipient=world.outsider).text
    assert as_("outsider").get(f"/organisations/{world.branch_a.pk}/").status_code == 200


@pytest.mark.parametrize("text", ["outsider", "OUTSIDER", "用户", "oyh"])
def test_accounts_are_found_by_name_user_name_and_initials(text, world, as_):
    page = as_("committee_secretary").get("/appointments/new/", {"q": text}).content.decode()
    assert "outsider 用户（outsider）</option>" in page
    assert "committee_secretary 用户（committee_secretary）</option>" not in page


def test_an_administrator_is_given_no_content(world, as_):
    answer = _appoint(as_("committee_secretary"), world.administrator, world.branch_a)
    assert answer.status_code == 200
    assert "请从查到的账号中选择" in answer.content.decode()
    assert Appointment.objects.filter(user=world.administrator).count() == 1


def test_the_same_post_is_not_given_twice(world, as_):
    client = as_("secretary_a")
    assert _appoint(client, world.outsider, world.branch_a).status_code == 302
    assert "已担任这一职务" in _appoint(client, world.outsider, world.branch_a).content.decode()


def test_the_list_shows_the_reach_of_the_giver_only(world, as_):
    page = as_("secretary_a").get("/appointments/?state=all").content.decode()
    assert "officer_a 用户" in page and "secretary_b 用户" not in page
    assert "secretary_b 用户" in as_("committee_secretary").get("/appointments/").content.decode()


def test_the_list_is_filtered_by_place_role_and_state(world, as_):
    client = as_("committee_secretary")
    page = client.get(f"/appointments/?organisation={world.branch_a.pk}&role=branch_officer").content.decode()
    assert "任职授权 1 项" in page
    assert "任职授权 0 项" in client.get("/appointments/?state=ended").content.decode()


def test_ending_a_post_needs_a_successor_and_a_reason_and_shows_what_is_open(world, as_):
    Activity.objects.create(organisation=world.branch_a, day=clock.today(), state="draft")
    Activity.objects.create(organisation=world.group_a1, day=clock.today(), state="returned")
    row = Appointment.objects.get(user=world.secretary_a)
    client, url = as_("committee_secretary"), f"/appointments/{row.pk}/end/"
    page = client.get(url).content.decode()
    for label in ("未提交的草稿", "退回待改的记录"):
        part = page.split(label)[1][:60]
        assert ">1<" in part, label
    empty = client.post(url, {"ends": clock.today().isoformat()})
    assert empty.status_code == 200 and empty.content.decode().count('aria-invalid="true"') == 2
    data = {"ends": clock.today().isoformat(), "successor": world.officer_a.pk, "reason": "轮岗"}
    assert client.post(url, data).status_code == 302
    row.refresh_from_db()
    assert (row.ends, row.successor, row.end_reason) == (clock.today(), world.officer_a, "轮岗")
    assert AuditEntry.objects.latest("pk").verb == "appointment.end"
    assert "于" in Notice.objects.filter(recipient=world.secretary_a).latest("pk").text
    told = Notice.objects.filter(recipient=world.officer_a).latest("pk")
    assert "接手" in told.text


def test_an_end_before_the_start_is_refused(world, as_):
    row = Appointment.objects.get(user=world.officer_a)
    data = {"ends": "2014-01-01", "successor": world.secretary_a.pk, "reason": "x"}
    answer = as_("committee_secretary").post(f"/appointments/{row.pk}/end/", data)
    assert "任职止不能早于任职起" in answer.content.decode()


def test_what_has_ended_does_not_end_again_and_its_last_day_is_not_over(world, as_):
    row = Appointment.objects.get(user=world.officer_a)
    Appointment.objects.filter(pk=row.pk).update(ends=clock.today() - timedelta(days=1))
    data = {"ends": clock.today().isoformat(), "successor": world.secretary_a.pk, "reason": "x"}
    client, url = as_("committee_secretary"), f"/appointments/{row.pk}/end/"
    assert "该任职已经结束" in client.post(url, data).content.decode()
    Appointment.objects.filter(pk=row.pk).update(ends=clock.today())
    assert client.post(url, data).status_code == 302


def _found(client, text):
    page = client.get("/appointments/new/", {"q": text}).content.decode()
    return set(re.findall(r"（(\w+)）</option>", page))


def test_a_secretary_finds_accounts_that_concern_his_branch_and_one_named_in_full(world, as_):
    client = as_("secretary_a")
    assert _found(client, "用户") == {"officer_a", "organiser_a", "leader_a1", "member"}
    assert _found(client, "secretary") == set(), "no list of the agency, letter by letter"
    assert _found(client, "outsider") == {"outsider"}
    assert _found(client, "outside") == set()
    assert _found(client, "administrator") == set()
    assert _found(as_("general_secretary"), "用户") == {"secretary_c"}


def test_the_committee_secretary_finds_the_whole_agency_but_accounts_of_the_system(world, as_):
    client = as_("committee_secretary")
    assert {"secretary_a", "secretary_b"} <= _found(client, "secretary")
    assert _found(client, "administrator") == _found(client, "auditor") == set()


def test_an_id_typed_by_hand_neither_appoints_nor_names_an_account_out_of_reach(world, as_):
    data = {"user": world.secretary_b.pk, "role": "branch_officer", "organisation": world.branch_a.pk}
    page = as_("secretary_a").post("/appointments/new/", data | {"starts": clock.today().isoformat()})
    assert page.status_code == 200
    assert "secretary_b" not in page.content.decode()
    assert not Appointment.objects.filter(user=world.secretary_b, role="branch_officer").exists()


def _start(as_, world, day):
    answer = _appoint(as_("secretary_a"), world.outsider, world.branch_a, starts=day.isoformat())
    return answer.status_code, answer.content.decode()


def test_an_appointment_reaches_back_thirty_days_and_no_further(world, as_):
    User.objects.filter(pk=world.outsider.pk).update(created=datetime(2016, 1, 1, tzinfo=UTC))
    status, page = _start(as_, world, clock.today() - timedelta(days=31))
    assert status == 200 and "任职起不能早于" in page
    assert not Appointment.objects.filter(user=world.outsider).exists()
    assert _start(as_, world, clock.today() - timedelta(days=30))[0] == 302


def test_how_far_back_is_a_setting_of_the_agency(world, as_):
    User.objects.filter(pk=world.outsider.pk).update(created=datetime(2016, 1, 1, tzinfo=UTC))
    Setting.objects.create(key="appointment_backdate_days", value="90", valid_from=date(2020, 1, 1))
    assert _start(as_, world, clock.today() - timedelta(days=91))[0] == 200
    assert _start(as_, world, clock.today() - timedelta(days=90))[0] == 302


def test_an_appointment_begins_neither_before_its_account_nor_before_its_place(world, as_):
    User.objects.filter(pk=world.outsider.pk).update(created=clock.now())
    status, page = _start(as_, world, clock.today() - timedelta(days=1))
    assert status == 200 and "账号当天建立" in page
    User.objects.filter(pk=world.outsider.pk).update(created=datetime(2016, 1, 1, tzinfo=UTC))
    founded = clock.today() - timedelta(days=3)
    Organisation.objects.filter(pk=world.branch_a.pk).update(founded=founded)
    status, page = _start(as_, world, founded - timedelta(days=1))
    assert status == 200 and "党组织当天成立" in page
    assert _start(as_, world, founded)[0] == 302
