"""Corrections: asked by the member, decided by whoever keeps his roster and not by himself, counted where they were found right."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from branches.reach import access
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.corrections import rules
from members.corrections.models import Correction
from members.corrections.services import correction_ask, correction_decide
from members.corrections.waiting import tasks
from members.roster.models.members import Member
from members.transfers.services.transfers import transfer_ask, transfer_receive
from tests.members.corrections.made import asked, held, mine

pytestmark = pytest.mark.django_db


def refused(act, **said):
    with pytest.raises(ValidationError) as found:
        act(**said)
    return found.value.messages


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", rules.NO_TEXT),
        ("。 ！", rules.NO_TEXT),
        ("不对", rules.UNCLEAR),
        ("有误。", rules.UNCLEAR),
        ("错", rules.UNCLEAR),
        ("应为 13800001234", rules.NO_NUMBERS),
        ("应为 110101 19900101 123X", rules.NO_NUMBERS),
        ("硕士", ""),
        ("当天公假，已请假", ""),
        ("入党日期是 2015 年 6 月 28 日", ""),
    ],
)
def test_what_is_clear_enough(text, problem):
    assert rules.text_problem(text) == problem


def test_only_ones_own_once_and_of_a_known_item(world):
    member = mine(world)
    record = held(member)
    assert refused(correction_ask, by=world.secretary_a, member=member, text="硕士研究生") == [
        "只能对本人的档案提出更正。"
    ]
    assert refused(asked, world=world, item="attendance") == ["请选择哪一项有误。"]
    assert refused(asked, world=world, item="no such") == ["请选择哪一项有误。"]
    other = held(world.people("branch_b")[1])
    assert refused(asked, world=world, activity=other) == ["这次活动没有您的考勤。"]
    asked(world)
    assert refused(asked, world=world) == [rules.TWICE]
    asked(world, item="work")
    asked(world, activity=record)
    assert refused(asked, world=world, activity=record) == [rules.TWICE]
    assert Correction.objects.count() == 3 and AuditEntry.objects.filter(verb="correction.ask").count() == 3


def test_found_right_is_told_marked_and_cannot_be_decided_again(world):
    correction = asked(world, activity=held(mine(world)))
    assert Notice.objects.filter(kind="correction", read_at=None).count() == 2
    ChangeMark.objects.all().delete()
    done = correction_decide(by=world.secretary_a, correction=correction, right=True)
    assert (done.state, done.branch, done.decided_on, done.decided_by) == (
        "right", world.branch_a, clock.today(), world.secretary_a
    )  # fmt: skip
    mark = ChangeMark.objects.get(subject="corrections")
    assert (mark.organisation, mark.first_day, mark.last_day) == (world.branch_a, clock.today(), clock.today())
    told = Notice.objects.get(kind="correction")
    assert told.recipient == world.member and "认定属实，将据实更正" in told.text
    with pytest.raises(Conflict, match="已于.*认定属实"):
        correction_decide(by=world.organiser_a, correction=correction, right=False, reason="没有请假")
    asked(world, activity=correction.activity)


def test_a_no_says_why_and_counts_nowhere(world):
    correction = asked(world)
    assert refused(correction_decide, by=world.secretary_a, correction=correction, right=False, reason=" ") == [
        rules.NO_REASON
    ]
    ChangeMark.objects.all().delete()
    correction_decide(by=world.secretary_a, correction=correction, right=False, reason="学历证书未提供")
    assert not ChangeMark.objects.exists()
    assert "认定不属实：学历证书未提供" in Notice.objects.get(kind="correction").text


def test_nobody_decides_on_his_own(world, as_):
    secretary = world.people("branch_a")[0]
    Member.objects.filter(pk=secretary.pk).update(account=world.secretary_a)
    own = correction_ask(by=world.secretary_a, member=secretary, text="硕士研究生", item="education")
    # The organisation officer beside him is asked, nobody else.
    assert [row.recipient for row in Notice.objects.filter(kind="correction")] == [world.organiser_a]
    assert refused(correction_decide, by=world.secretary_a, correction=own, right=True) == [rules.OWN]
    url = reverse("correction_detail", args=[own.pk])
    page = as_("secretary_a").get(url).content.decode()
    assert rules.OWN in page and "认定属实</button>" not in page
    assert as_("secretary_a").post(url, {"right": "1"}).status_code == 422
    assert not tasks(world.secretary_a, world.branch_a) and len(tasks(world.organiser_a, world.branch_a)) == 1
    correction_decide(by=world.organiser_a, correction=own, right=True)


@pytest.mark.parametrize("who", ["officer_a", "secretary_b", "leader", "discipline", "general_secretary"])
def test_who_does_not_keep_the_roster_decides_nothing(world, who):
    correction = asked(world)
    with pytest.raises((access.Forbidden, access.Http404)):
        correction_decide(by=world.user(who), correction=correction, right=True)
    correction.refresh_from_db()
    assert correction.open


def test_it_goes_with_the_member_and_the_fault_stays_where_he_was(world):
    first = asked(world)
    second = asked(world, item="work")
    correction_decide(by=world.secretary_a, correction=first, right=True)
    transfer = transfer_ask(by=OPERATOR, member=mine(world), taker=world.branch_b)
    transfer_receive(by=OPERATOR, transfer=transfer, known=True)
    assert [row.pk for row in Correction.objects.visible_to(world.secretary_b, "manage_members").waiting()] == [
        second.pk
    ]
    correction_decide(by=world.secretary_b, correction=second, right=True)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.branch, second.branch) == (world.branch_a, world.branch_b)


def test_the_page_decides_in_one_click_and_keeps_what_was_typed(world, as_):
    correction = asked(world, activity=held(mine(world)))
    client, url = as_("secretary_a"), reverse("correction_detail", args=[correction.pk])
    page = client.get(url).content.decode()
    assert "现在登记" in page and "缺席" in page and "当天公假，已请假" in page
    wrong = client.post(url, {"right": "0", "reason": ""})
    assert wrong.status_code == 422 and rules.NO_REASON in wrong.content.decode()
    assert client.post(url, {"right": "1"}).status_code == 302
    assert "到这次活动更正考勤" in client.get(url).content.decode()
    again = client.post(url, {"right": "0", "reason": "另有记录"})
    assert again.status_code == 409 and "认定属实" in again.content.decode()
    listed = client.get(reverse("correction_list")).content.decode()
    assert "没有待核对的更正请求" in listed
    assert "甲四" in client.get(reverse("correction_list"), {"state": "right"}).content.decode()


def test_above_it_waits_only_after_it_was_let_lie(world):
    asked(world)
    assert not tasks(world.staff, world.committee) and len(tasks(world.secretary_a, world.branch_a)) == 1
    with time_machine.travel(clock.now() + timedelta(days=11), tick=False):
        assert len(tasks(world.staff, world.committee)) == 1


def test_double_posts_leave_one(world, as_):
    client = as_("member")
    for status in (302, 422):
        answer = client.post(reverse("own_correction"), {"item": "education", "text": "硕士研究生"})
        assert answer.status_code == status
    assert "已经提出过" in answer.content.decode() and "硕士研究生" in answer.content.decode()
    assert Correction.objects.count() == 1


def test_what_is_left_at_a_handover(world, as_):
    asked(world)
    appointment = world.secretary_a.appointments.get()
    page = as_("committee_secretary").get(reverse("appointment_end", args=[appointment.pk])).content.decode()
    assert "待核对的更正请求" in page
