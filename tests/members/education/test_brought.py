"""Hours that somebody brings from outside: stated by his secretary, counted by the one definition once his reviewer confirmed them."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from common.errors import Conflict
from members.education.hours import study_hours
from members.education.models import BroughtHours
from members.education.owed import study_years
from members.education.services import bringing
from members.education.sheets import certificate, ledger_rows
from tests.members.education.made import arrived, brought

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        yield


def hours(member, first=FIRST, last=LAST):
    return study_hours(member, first, last, date(2026, 11, 28))[0] / 60


def test_stated_in_the_file_confirmed_above_and_counted_everywhere(world, as_):
    member = arrived(world)
    secretary, url = as_("secretary_a"), reverse("education_bring", args=[member.pk])
    file = reverse("member_detail", args=[member.pk])
    assert f'href="{url}"' in secretary.get(file).content.decode()
    answer = secretary.post(url, {"hours": "12.5", "proof": "原单位机关党委学时证明"})
    assert answer.status_code == 302
    row = BroughtHours.objects.get()
    assert (row.state, row.counted_on, hours(member)) == ("waiting", date(2026, 2, 1), 0), "nobody confirmed it yet"
    assert f'href="{url}"' not in secretary.get(file).content.decode()
    staff, unknown = as_("staff"), reverse("education_unknown")
    page = staff.get(unknown).content.decode()
    assert "转来 12.5 学时" in page and "原单位机关党委学时证明" in page
    ChangeMark.objects.all().delete()
    assert staff.post(reverse("education_brought_confirm", args=[row.pk])).status_code == 302
    assert hours(member) == 12.5
    assert ChangeMark.objects.filter(subject="education", organisation=world.branch_a).exists()
    assert study_years([member.pk], 2026)[member.pk].hours == "12.5"
    assert hours(member, date(2026, 3, 1), LAST) == 0, "it counts on the day he came"
    assert any("转来学时" in row for row in certificate(member, 2026).parts[1].table.rows)
    (line,) = [line for line in ledger_rows(world.branch_a, 2026) if line[0] == member.name]
    assert (line[2], line[13]) == ("12.5", "12.5")
    assert "其中转入前 12.5 学时" in secretary.get(file).content.decode()
    assert Notice.objects.filter(recipient=world.secretary_a, text__contains="已确认").exists()
    verbs = AuditEntry.objects.filter(verb__startswith="brought.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["brought.state", "brought.confirm"]


def test_wrong_input_stands_beside_its_field(world, as_):
    member = arrived(world)
    secretary, url = as_("secretary_a"), reverse("education_bring", args=[member.pk])
    for sent, said in (
        ({"hours": "", "proof": "证明"}, "这个字段"),
        ({"hours": "0", "proof": "证明"}, "0.1"),
        ({"hours": "249", "proof": "证明"}, "转来的学时不超过 248 学时"),
        ({"hours": "8", "proof": " "}, ""),
        ({"hours": "x", "proof": "证明"}, ""),
    ):
        answer = secretary.post(url, sent)
        page = answer.content.decode()
        assert answer.status_code == 422 and 'aria-invalid="true"' in page, sent
        assert said in page or said == "这个字段", sent
    assert not BroughtHours.objects.exists()
    old = world.people("branch_a")[3]
    answer = secretary.post(reverse("education_bring", args=[old.pk]), {"hours": "8", "proof": "证明"})
    assert answer.status_code == 422 and bringing.NOT_ARRIVED in answer.content.decode()


def test_once_a_year_until_it_is_given_back_with_a_reason(world, as_):
    row = brought(world, by=world.secretary_a)
    with pytest.raises(ValidationError, match="已经登记"):
        bringing.hours_bring(by=world.secretary_a, member=row.member, year=2026, hours=Decimal(3), proof="证明")
    url = reverse("education_brought_return", args=[row.pk])
    assert as_("staff").post(url, {"reason": ""}).status_code == 422
    assert as_("staff").post(url, {"reason": "证明不是当年的"}).status_code == 302
    assert hours(row.member) == 0
    with pytest.raises(Conflict):
        bringing.hours_confirm(by=world.staff, row=row)
    page = as_("secretary_a").get(reverse("education_bring", args=[row.member_id])).content.decode()
    assert "已退回：证明不是当年的" in page
    again = bringing.hours_bring(by=world.secretary_a, member=row.member, year=2026, hours=Decimal(3), proof="证明")
    bringing.hours_confirm(by=world.staff, row=again)
    assert hours(row.member) == 3


def test_nobody_confirms_what_he_stated(world):
    row = brought(world, by=world.staff)
    with pytest.raises(Conflict, match="由他人审定"):
        bringing.hours_confirm(by=world.staff, row=row)
    bringing.hours_confirm(by=world.committee_secretary, row=row)
