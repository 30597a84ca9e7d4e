"""Who reaches which record, over HTTP: sister branch 404, weaker right 403, states out of order 409."""

import pytest
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.reach.models import Appointment
from common import clock
from members.activities.models import Activity, ActivityState
from members.activities.services import states as moves
from tests.members.activities.records import draft, filled, only, submitted

pytestmark = pytest.mark.django_db

WRITES = ["activity_edit", "activity_submit", "activity_withdraw", "activity_discard", "attachment_upload"]
REVIEWS = ["review_begin", "activity_accept", "activity_return"]


def _rows():
    return list(Activity.objects.order_by("pk").values()), AuditEntry.objects.count()


@pytest.mark.parametrize("name", WRITES + REVIEWS)
@pytest.mark.parametrize(
    "who", ["secretary_b", "secretary_c", "general_secretary", "administrator", "auditor", "outsider"]
)
def test_a_record_outside_the_reach_does_not_exist(world, as_, name, who):
    record = submitted(world.branch_a, world.secretary_a)
    client, before = as_(who), _rows()
    answer = client.post(reverse(name, args=[record.pk]), {"do": "save", "reason": "看看"})
    absent = client.post(reverse(name, args=[record.pk + 1000]), {"do": "save", "reason": "看看"})
    assert (answer.status_code, absent.status_code) == (404, 404)
    assert _rows() == before


@pytest.mark.parametrize(
    "name", ["activity_detail", "activity_edit", "activity_discard", "review_detail", "activity_return"]
)
def test_a_page_of_a_sister_is_the_page_of_a_record_that_never_existed(world, as_, name):
    record = submitted(world.branch_a, world.secretary_a)
    client = as_("secretary_b")
    answer, absent = (client.get(reverse(name, args=[pk])) for pk in (record.pk, 10**9))
    assert (answer.status_code, absent.status_code) == (404, 404)


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("who", ["leader", "party_secretary", "discipline"])
def test_whoever_may_only_read_gets_403(world, as_, name, who):
    record = draft(world.branch_a, world.secretary_a)
    client, before = as_(who), _rows()
    assert client.get(reverse("activity_detail", args=[record.pk])).status_code == 200
    answer = client.post(reverse(name, args=[record.pk]), {"do": "save"})
    assert answer.status_code == 403 and "登记活动" in answer.content.decode()
    assert _rows() == before


@pytest.mark.parametrize("name", REVIEWS)
@pytest.mark.parametrize("who", ["secretary_a", "officer_a"])
def test_nobody_reviews_the_records_of_his_own_branch(world, as_, name, who):
    record = submitted(world.branch_a, world.secretary_a)
    before = _rows()
    answer = as_(who).post(reverse(name, args=[record.pk]), {"reason": "x", "version": record.version})
    assert answer.status_code == 403 and _rows() == before


def test_an_officer_records_for_his_branch_as_the_secretary_does(world, as_):
    assert as_("officer_a").post(reverse("activity_new"), filled(world.branch_a, do="submit")).status_code == 302
    assert only().author == world.officer_a


def test_a_group_leader_records_for_his_group_only(world, as_):
    client = as_("leader_a1")
    page = client.get(reverse("activity_new"), {"kind": "group_meeting"}).content.decode()
    assert "甲三" in page and "甲四" not in page
    sent = client.post(reverse("activity_new"), filled(world.group_a1, kinds=["group_meeting"], do="submit"))
    assert sent.status_code == 302 and only().organisation == world.group_a1
    for place, kinds in ((world.group_a2, ["group_meeting"]), (world.branch_a, ["assembly"])):
        answer = client.post(reverse("activity_new"), filled(place, kinds=kinds, do="submit"))
        assert answer.status_code == 422 and "请选择您负责记录的党组织" in answer.content.decode()
    assert Activity.objects.count() == 1


def test_members_and_system_accounts_have_no_record_pages(world, as_):
    for who in ("member", "outsider", "administrator", "auditor"):
        client = as_(who)
        for name in ("activity_list", "activity_new", "review_queue"):
            assert client.get(reverse(name)).status_code == 404, (who, name)
    assert as_("leader").get(reverse("activity_new")).status_code == 403


def test_a_login_is_asked_for_everywhere(client, world):
    record = draft(world.branch_a, world.secretary_a)
    for name in ("activity_list", "activity_new", "review_queue"):
        assert client.get(reverse(name)).status_code == 302
    for name in [*WRITES, *REVIEWS, "activity_detail"]:
        assert reverse("login") in client.get(reverse(name, args=[record.pk])).url


def test_what_writes_refuses_get(world, as_):
    record = submitted(world.branch_a, world.secretary_a)
    before = _rows()
    for name in ("activity_submit", "activity_withdraw", "attachment_upload"):
        assert as_("secretary_a").get(reverse(name, args=[record.pk])).status_code == 405
    for name in ("review_begin", "activity_accept"):
        assert as_("staff").get(reverse(name, args=[record.pk])).status_code == 405
    for name in ("activity_autosave", "activity_export", "activity_tiles", "activity_checks"):
        assert as_("secretary_a").get(reverse(name)).status_code == 405
    assert _rows() == before


def test_reading_never_writes(world, as_):
    record = submitted(world.branch_a, world.secretary_a)
    secretary, staff = as_("secretary_a"), as_("staff")
    before = _rows()
    for name in ("activity_list", "activity_new"):
        secretary.get(reverse(name))
    for name in ("activity_detail",):
        secretary.get(reverse(name, args=[record.pk]))
    for name in ("review_detail", "activity_return"):
        staff.get(reverse(name, args=[record.pk]))
    staff.get(reverse("review_queue"))
    secretary.post(reverse("activity_tiles"), filled(world.branch_a))
    secretary.post(reverse("activity_checks"), filled(world.branch_a))
    assert _rows() == before


def test_a_right_that_ended_while_the_form_was_open_loses_no_text(world, as_):
    record = draft(world.branch_a, world.secretary_a)
    client = as_("secretary_a")
    yesterday = clock.today().replace(year=clock.today().year - 1)
    from branches.reach.models import OrganisationGrant

    Appointment.objects.filter(user=world.secretary_a).update(ends=yesterday)
    OrganisationGrant.objects.filter(user=world.secretary_a).update(ends=yesterday)
    data = filled(world.branch_a, content="写了半天的会议记录", version=record.version, do="save")
    for url in (reverse("activity_edit", args=[record.pk]), reverse("activity_new")):
        answer = client.post(url, data)
        assert answer.status_code == 404 and "写了半天的会议记录" in answer.content.decode()
    record.refresh_from_db()
    assert record.content == "传达文件并讨论"


# ---- states: which step fits which state; everything else is 409 and unchanged

ALLOWED = {
    ("planned", "edit"),
    ("planned", "submit"),
    ("planned", "discard"),
    ("planned", "cancel"),
    ("draft", "edit"),
    ("draft", "submit"),
    ("draft", "discard"),
    ("returned", "edit"),
    ("returned", "submit"),
    ("submitted", "withdraw"),
    ("submitted", "begin"),
    ("submitted", "accept"),
    ("submitted", "return"),
}
ACTIONS = {
    "edit": ("secretary_a", "activity_edit"),
    "submit": ("secretary_a", "activity_submit"),
    "withdraw": ("secretary_a", "activity_withdraw"),
    "discard": ("secretary_a", "activity_discard"),
    "cancel": ("secretary_a", "activity_cancel"),
    "begin": ("staff", "review_begin"),
    "accept": ("staff", "activity_accept"),
    "return": ("staff", "activity_return"),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", ActivityState.values)
def test_an_action_fits_its_states_and_no_other(world, as_, state, action):
    record = draft(world.branch_a, world.secretary_a)
    Activity.objects.filter(pk=record.pk).update(state=state)
    who, name = ACTIONS[action]
    data = {"reason": "请补充"}
    if action == "edit":
        data = filled(world.branch_a, content="改过的内容", form_key=None, do="save", version=record.version)
    before = _rows()
    answer = as_(who).post(reverse(name, args=[record.pk]), data)
    if (state, action) in ALLOWED:
        assert answer.status_code == 302
        assert AuditEntry.objects.count() == before[1] + 1
    else:
        assert answer.status_code == 409
        assert _rows() == before


@pytest.mark.parametrize("state", ["submitted", "accepted", "cancelled"])
def test_the_form_of_a_record_that_cannot_be_changed_is_not_shown(world, as_, state):
    record = draft(world.branch_a, world.secretary_a)
    Activity.objects.filter(pk=record.pk).update(state=state)
    assert as_("secretary_a").get(reverse("activity_edit", args=[record.pk])).status_code == 409


def test_withdrawing_loses_against_a_review_that_has_begun(world, as_):
    record = submitted(world.branch_a, world.secretary_a)
    moves.review_begin(by=world.staff, activity=record)
    answer = as_("secretary_a").post(reverse("activity_withdraw", args=[record.pk]))
    assert answer.status_code == 409 and "审核已经开始" in answer.content.decode()
    assert only().state == ActivityState.SUBMITTED


def test_a_review_loses_against_a_withdrawal(world, as_):
    record = submitted(world.branch_a, world.secretary_a)
    assert as_("secretary_a").post(reverse("activity_withdraw", args=[record.pk])).status_code == 302
    for name in REVIEWS:
        answer = as_("staff").post(reverse(name, args=[record.pk]), {"reason": "晚了", "version": record.version})
        assert answer.status_code == 409, name
    assert only().state == ActivityState.DRAFT


def test_a_decision_on_a_text_that_has_changed_since_is_refused(world, as_):
    record = submitted(world.branch_a, world.secretary_a)
    old = record.version
    record = moves.activity_withdraw(by=world.secretary_a, activity=record)
    moves.activity_submit(by=world.secretary_a, activity=record)
    for name in ("activity_accept", "activity_return"):
        answer = as_("staff").post(reverse(name, args=[record.pk]), {"reason": "原因", "version": old})
        assert answer.status_code == 409, name
    assert only().state == ActivityState.SUBMITTED
