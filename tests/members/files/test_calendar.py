"""加到手机日历: a secret address of one's own, shown once, ended at will, that names nobody and gives no reason."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry, UsageCount
from members.activities.services.leave import leave_decide
from members.files import calendar
from members.files.models import CalendarAddress
from members.roster.models.members import Member
from tests.members.activities.records import ahead_of, on_leave
from tests.members.corrections.made import mine

pytestmark = pytest.mark.django_db
PAGE = "/members/own/calendar/"


def made(client):
    """Make an address on the page and return it."""
    page = client.post(PAGE, {"do": "make"}).content.decode()
    return re.search(r">http://testserver(/calendar/[^<]+)<", page)[1]


def read(client, address):
    answer = client.get(address)
    return answer.content.decode().replace("\r\n ", "") if answer.status_code == 200 else answer.status_code


def test_what_is_planned_for_him_with_kind_and_place_and_nobodys_name(client, as_, world):
    other = world.people("branch_a")[4]
    ahead_of(world.branch_a, title=f"讨论接收{other.name}为预备党员")
    ahead_of(world.branch_b, title="别处")
    away = on_leave(world, title="当天请假", reason="病假住院")
    own = as_("member")
    assert f'href="{PAGE}"' in own.get(reverse("member_own")).content.decode()
    address = made(own)
    assert address not in own.get(PAGE).content.decode(), "shown once"
    text = read(client, address)
    assert text.startswith("BEGIN:VCALENDAR") and text.count("BEGIN:VEVENT") == 2
    assert f"SUMMARY:支部党员大会（{world.branch_a.label}）" in text
    assert other.name not in text and "病假" not in text and "别处" not in text
    leave_decide(by=world.secretary_a, leave=away, agree=True)
    assert read(client, address).count("BEGIN:VEVENT") == 1, "who has leave does not come"


def test_the_secret_is_kept_nowhere_and_a_new_one_ends_the_old(client, as_, world):
    first = made(as_("member"))
    token = first.removeprefix("/calendar/").strip("/")
    assert len(token) >= 40 and token not in str(CalendarAddress.objects.values().get())
    assert not any(token in str(row) for row in AuditEntry.objects.values())
    second = made(as_("member"))
    assert (read(client, first), first != second) == (404, True)
    assert isinstance(read(client, second), str) and CalendarAddress.objects.count() == 1
    as_("member").post(PAGE, {"do": "end"})
    assert read(client, second) == 404 and not CalendarAddress.objects.exists()
    assert "没有可以收回" in as_("member").post(PAGE, {"do": "end"}, follow=True).content.decode()
    verbs = AuditEntry.objects.filter(verb__startswith="own_calendar.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["own_calendar.make", "own_calendar.make", "own_calendar.end"]


def test_it_ends_with_the_account_and_with_its_link(client, as_, world):
    address = made(as_("member"))
    world.member.is_active = False
    world.member.save()
    assert read(client, address) == 404
    world.member.is_active = True
    world.member.save()
    Member.objects.filter(pk=mine(world).pk).update(account=world.outsider)
    assert read(client, address) == 404, "the file belongs to another account now"


def test_so_many_times_an_hour_and_not_more(client, as_, world, monkeypatch):
    address = made(as_("member"))
    monkeypatch.setattr(calendar, "READS", calendar.Limit("calendar", 2, 3600))
    answers = [client.get(address) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429] and int(answers[2]["Retry-After"]) > 0
    assert UsageCount.objects.get(what="calendar").number == 2


def test_only_ones_own(world):
    for act in (calendar.address_make, calendar.address_end):
        with pytest.raises(ValidationError, match="只能为本人"):
            act(by=world.secretary_a, member=mine(world))
