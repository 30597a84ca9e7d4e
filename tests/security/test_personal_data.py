"""Numbers stay masked on every page and out of the log; each unmasked look leaves who, whose and why (C43–C46)."""

import logging

import pytest

from branches.audit.models import AuditEntry
from common.logs import HideNumbers, NoTraceOfRefusals
from members.roster.models.members import Member
from members.roster.services.members import member_update
from tests.answers import LONG, ROWS, names, opened, posted
from tests.world import identity


@pytest.mark.parametrize("name", names(lambda row: True))
def test_no_page_or_file_shows_a_whole_number_to_anybody(name, world, as_):
    asked = [opened] if ROWS[name].get else []
    if ROWS[name].post and name != "member_unmask":
        asked.append(posted)
    for ask in asked:
        answers, _ = ask(name, world, as_)
        assert {who: answer.numbers for who, answer in answers.items() if answer.numbers} == {}


def test_the_file_shows_the_masked_number(world, as_):
    member = world.people("branch_a")[3]
    page = as_("secretary_a").get(f"/members/{member.pk}/").content.decode()
    number = identity(4)
    assert number[:3] + "***********" + number[-4:] in page
    assert "199****0004" in page


def _unmask(client, member, field="identity", reason="核对档案"):
    return client.post(f"/members/{member.pk}/unmask/", {"field": field, "reason": reason})


def test_unmasking_shows_one_field_once_and_is_audited_without_the_value(world, as_):
    member = world.people("branch_a")[3]
    client = as_("committee_secretary")
    answer = _unmask(client, member)
    assert identity(4) in answer.content.decode()
    assert "19900000004" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.verb, entry.object_id, entry.actor_id) == (
        "member.unmask",
        member.pk,
        world.committee_secretary.pk,
    )
    assert "核对档案" in entry.payload and "公民身份号码" in entry.payload
    assert not AuditEntry.objects.filter(payload__contains=identity(4)).exists()
    assert identity(4) not in client.get(f"/members/{member.pk}/").content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("staff", 404), ("secretary_a", 404), ("party_secretary", 404), ("administrator", 404), ("member", 404)],
)
def test_without_the_right_there_is_nothing_to_unmask(who, status, world, as_):
    before = AuditEntry.objects.count()
    assert _unmask(as_(who), world.people("branch_a")[3]).status_code == status
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("data", [{"field": "identity"}, {"field": "identity", "reason": "​ "}, {"reason": "x"}])
def test_without_a_reason_or_with_another_field_nothing_is_shown(data, world, as_):
    member = world.people("branch_a")[3]
    before = AuditEntry.objects.count()
    answer = as_("committee_secretary").post(f"/members/{member.pk}/unmask/", data, follow=True)
    assert not LONG.search(answer.content.decode())
    assert AuditEntry.objects.count() == before


def test_a_wish_for_another_column_is_refused(world, as_):
    member = world.people("branch_a")[3]
    answer = _unmask(as_("committee_secretary"), member, field="identity_index")
    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(verb="member.unmask").exists()


def test_a_ciphertext_copied_to_another_person_cannot_be_shown(world, as_):
    first, second = world.people("branch_a")[3:5]
    Member.objects.filter(pk=second.pk).update(identity=first.identity)
    page = as_("secretary_a").get(f"/members/{second.pk}/")
    assert page.status_code == 200
    assert "无法显示" in page.content.decode()
    assert identity(4) not in _unmask(as_("committee_secretary"), second).content.decode()


def test_the_column_holds_no_digits_of_the_number(world):
    for member in Member.objects.all():
        assert not LONG.search(member.identity) and not LONG.search(member.phone)
        assert member.identity and member.phone


@pytest.mark.parametrize(
    "spelling", [identity(4).lower(), f" {identity(4)[:6]} {identity(4)[6:]}", "９９０" + identity(4)[3:]]
)
def test_the_same_number_is_found_again_however_it_is_written(spelling, world, as_):
    data = {"name": "新人", "branch": world.branch_a.pk, "stage": "applicant", "identity": spelling}
    answer = as_("secretary_a").post("/members/new/", data)
    assert answer.status_code == 422
    assert "该证件号码已登记" in answer.content.decode()


def test_a_changed_number_enters_the_trail_as_a_mark_only(world):
    member = world.people("branch_a")[3]
    member_update(by=world.secretary_a, member=member, identity=identity(25), phone="13912345678")
    entry = AuditEntry.objects.latest("pk")
    assert identity(25) not in entry.payload and "13912345678" not in entry.payload


def test_an_empty_number_in_the_form_leaves_the_stored_one(world, as_):
    member = world.people("branch_a")[3]
    data = {"name": "甲四", "stage": "full", "joined_on": "2015-05-20", "full_on": "2016-05-20", "status": "正常"}
    data |= {"version": member.version}
    assert as_("secretary_a").post(f"/members/{member.pk}/edit/", data).status_code == 302
    after = Member.objects.get(pk=member.pk)
    assert after.identity == member.identity and after.identity_index == member.identity_index


@pytest.mark.parametrize("url", ["/members/", "/search/"])
def test_numbers_are_not_searched_for_in_the_address(url, world, as_):
    page = as_("staff").get(url, {"q": identity(4)[:12]}).content.decode()
    assert "证件号码" in page and "甲四" not in page.split("<main")[1].split("<table")[0]


@pytest.mark.parametrize(
    ("message", "args", "left"),
    [
        ("member %s saved", (identity(4),), "member [号码] saved"),
        ("call 13912345678 now", (), "call [号码] now"),
        ("job 1234567 done in 20261124", (), "job 1234567 done in 20261124"),
        ("incident %s", ("0123456789abcdef0123456789abcdef",), "incident 0123456789abcdef0123456789abcdef"),
    ],
)
def test_the_log_hides_runs_as_long_as_a_number(message, args, left):
    record = logging.LogRecord("x", logging.INFO, "", 0, message, args, None)
    assert HideNumbers().filter(record)
    assert record.getMessage() == left


def test_a_refusal_is_a_line_of_the_log_and_no_trace():
    for status, traced in ((403, False), (500, True)):
        record = logging.LogRecord(
            "django.request", logging.WARNING, "", 0, "Forbidden: /", (), (ValueError, ValueError(), None)
        )
        record.status_code = status
        assert NoTraceOfRefusals().filter(record) and bool(record.exc_info) is traced


def logged(text):
    record = logging.LogRecord("tongbu", logging.INFO, "", 0, text, (), None)
    HideNumbers().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    "text",
    [
        "took 12.345 s",
        "0.482",
        "Task members.tasks.expire_imports[0f3a] succeeded in 0.012345678901234567s: None",
        "succeeded in 1.482133865356445s: None",
        "roll-up 0.482133865356445",
        "12.482133865356445 ms",
    ],
)
def test_the_log_keeps_durations(text):
    assert logged(text) == text


@pytest.mark.parametrize("text", ["名单3.13812345678", "13812345678.0", "No.99533119960520204X", "1.995331199605202"])
def test_numbers_of_people_are_hidden_behind_a_point_too(text):
    assert "[号码]" in logged(text)
