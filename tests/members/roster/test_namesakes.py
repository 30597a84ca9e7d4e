"""Two of one name in one branch are told apart wherever somebody is picked or listed; whoever bears his name alone is not."""

import re
from datetime import date

import pytest
from django.urls import reverse
from lxml import html

from common.operator import OPERATOR
from members.cadres.models import PartyWork
from members.cadres.services.classes import class_hold
from members.development.models.cases import DevelopmentCase
from members.roster.models.members import Member
from members.roster.namesakes import names_in, told_apart
from members.transfers.services.transfers import transfer_ask
from members.transfers.waiting import tasks
from tests.members.activities.records import submitted
from tests.members.cadres.made import planned
from tests.members.dues.made import fixed, this_month

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(world):
    """甲四 and 甲五 bear one name, one of them with a post at work that nobody else has."""
    first, second = world.people("branch_a")[3:5]
    Member.objects.filter(pk=first.pk).update(name="李文", work_post="综合处")
    Member.objects.filter(pk=second.pk).update(name="李文", work_post="财务处")
    return first, second


def test_the_post_then_the_month_of_birth_then_a_number(world, django_assert_num_queries):
    people = world.people("branch_a")[:4]
    names = {one.pk: one.name for one in people}
    with django_assert_num_queries(0):
        assert told_apart(names) == names, "nobody is asked about where all names differ"
    names = dict.fromkeys(names, "李文") | {people[3].pk: "王强"}
    rows = Member.objects.filter(pk__in=names)
    rows.filter(pk__in=[one.pk for one in people[:3]]).update(name="李文")
    with django_assert_num_queries(1):
        assert told_apart(names) == {
            **{people[n].pk: f"李文（1985年1月生·第{n + 1}位）" for n in range(3)},
            people[3].pk: "王强",
        }
    for month, one in enumerate(people[:3], 1):
        rows.filter(pk=one.pk).update(birth_date=date(1985, month, 1))
    born = {people[n].pk: f"李文（1985年{n + 1}月生）" for n in range(3)} | {people[3].pk: "王强"}
    assert told_apart(names) == born
    rows.filter(pk=people[0].pk).update(work_post="综合处")
    assert told_apart(names) == born, "one kind of hint for all of a name"
    rows.update(work_post="综合处")
    assert told_apart(names) == born, "a post that all have tells nothing"


def shown(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def test_pickers_tell_them_apart(world, as_, two):
    secretary = as_("secretary_a")
    for url in (
        reverse("care_mark_new"),
        reverse("care_event_new"),
        reverse("care_help_new"),
        reverse("honour_new"),
        f"{reverse('activity_new')}?kind=theme_day",
        f"{reverse('activity_new')}?kind=talk",
    ):
        text = html.fromstring(shown(secretary, url)).text_content()
        assert "综合处" in text and "财务处" in text, url
    chairs = html.fromstring(shown(secretary, f"{reverse('activity_new')}?kind=theme_day"))
    assert {"李文（综合处）", "李文（财务处）"} <= set(chairs.xpath("//select[@name='chair']/option/text()"))


def test_lists_tell_them_apart(world, as_, two):
    fixed(world)
    secretary, branch = as_("secretary_a"), world.branch_a
    for url in (
        reverse("member_list"),
        reverse("dues_month", args=[this_month()]),
        reverse("dues_rates", args=[this_month().year]),
        f"{reverse('education_list')}?organisation={branch.pk}",
        reverse("commitment_branch", args=[this_month().year, branch.pk]),
    ):
        text = html.fromstring(shown(secretary, url)).text_content()
        assert "综合处" in text and "财务处" in text, url


def test_a_record_says_which_of_them_was_there(world, as_, two):
    record = submitted(world.branch_a, world.secretary_a, states={two[0]: "leave"})
    text = " ".join(html.fromstring(shown(as_("secretary_a"), f"/activities/{record.pk}/")).text_content().split())
    assert "李文（综合处）" in text and "李文（财务处）" in text


def test_a_name_that_is_typed_may_say_which_one_is_meant(world, as_, two):
    staff, url = as_("staff"), reverse("cadres_work_new")
    data = {"member": "李文", "organisation": world.committee.pk, "share": "part", "starts": "2026-01-01"}
    answer = staff.post(url, data)
    assert answer.status_code == 422
    assert "名册上有 2 名李文，请写成“李文（综合处）”或“李文（财务处）”" in answer.content.decode()
    assert staff.post(url, data | {"member": "李文（财务处）"}).status_code == 302
    assert staff.post(url, data | {"member": "李文(综合处)"}).status_code == 302, "narrow brackets too"
    assert set(PartyWork.objects.values_list("member", flat=True)) == {one.pk for one in two}


def test_what_the_hint_says_is_taken_when_it_is_typed_so(world, as_, two):
    Member.objects.filter(pk__in=[one.pk for one in two]).update(
        work_post="综合处，一科（主持）", birth_date="1998-05-03"
    )
    row = planned(world)
    record = class_hold(by=OPERATOR, training_class=row)
    staff, url = as_("staff"), reverse("cadres_class_people", args=[row.pk])
    text = html.fromstring(staff.post(url, {"names": "李文"}).content.decode()).text_content()
    hints = re.findall(r"“(李文（[^”]+）)”", text)
    assert len(hints) == 2 and "1998年5月生·第1位" in hints[0]
    assert staff.post(url, {"names": "，".join([*hints, "甲三"])}).status_code == 302
    assert {two[0].pk, two[1].pk} <= set(record.attendance.values_list("member", flat=True))


def test_names_are_told_apart_by_what_stands_outside_of_brackets():
    assert names_in("李文（综合处，一科（主持）），甲三、甲三\n乙（未完\n丙, 丁") == [
        "李文（综合处，一科（主持））",
        "甲三",
        "乙（未完",
        "丙",
        "丁",
    ]


def test_a_pasted_table_of_dues_says_which_one_is_meant(world, as_, two):
    secretary, url = as_("secretary_a"), reverse("dues_rates", args=[this_month().year])
    answer = secretary.post(url, {"text": "李文\t5001\n", "since": f"{this_month().year}-01-01"})
    assert "请写成“李文（综合处）”或“李文（财务处）”" in answer.content.decode()
    answer = secretary.post(url, {"text": "李文（财务处）\t5001\n", "since": f"{this_month().year}-01-01"})
    assert answer.status_code == 200 and "75.02" in answer.content.decode()


def test_cases_and_transfers_tell_them_apart(world, as_, two):
    first, second = two
    for one in two:
        transfer_ask(by=world.secretary_a, member=one, taker=world.branch_b, reason="工作调动")
    for reader in ("secretary_a", "secretary_b"):
        text = html.fromstring(shown(as_(reader), reverse("transfer_list"))).text_content()
        assert "李文（综合处）" in text and "李文（财务处）" in text, reader
    assert {task.title for task in tasks(world.secretary_b, world.branch_b)} == {
        f"李文（{post}）由{world.branch_a.label}转来" for post in ("综合处", "财务处")
    }
    Member.objects.filter(pk__in=[first.pk, second.pk]).update(stage="applicant", joined_on=None, full_on=None)
    for one in two:
        DevelopmentCase.objects.create(member=one, opened_on=date(2026, 1, 5))
    for view in ("", "?view=list"):
        text = html.fromstring(shown(as_("secretary_a"), f"{reverse('development_list')}{view}")).text_content()
        assert "李文（综合处）" in text and "李文（财务处）" in text, view
