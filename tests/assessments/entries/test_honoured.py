"""Honours of a period are offered as bonus: the highest of a case, filled in by one click, entered by one, approved by another."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from lxml import html

from assessments.entries.cases import case_of
from assessments.entries.honoured import LEVEL_NAMES, highest, items_by_level, offers
from assessments.entries.items import entry_items
from assessments.entries.models import ManualEntry
from assessments.entries.services import entry_decline, entry_make
from assessments.schemes.data import default_scheme
from common.errors import Conflict
from common.operator import OPERATOR
from members.care.models import Honour, HonourLevel
from members.care.services.honours import honour_cancel
from tests.assessments.entries.test_entries import enter, result_of
from tests.assessments.results.test_results import Q3, quarter  # noqa: F401
from tests.members.care.made import honoured

pytestmark = pytest.mark.django_db
URL = "/results/entries/?scheme=tongbu-branch&period=2026Q3"
IN = date(2026, 9, 10)


def honour(world, title="先进党支部", level="city", day=IN, place="branch_b"):
    return honoured(organisation=world.places[place], title=title, level=level, day=day)


def offered(world, scheme=None, places=("branch_a", "branch_b")):
    scheme = scheme or default_scheme("tongbu-branch", 6)
    found = offers(scheme, Q3, "tongbu-branch", {world.places[key].pk: world.places[key] for key in places})
    return [(one.honour.title, one.item.key if one.item else "") for one in found]


def said(answer):
    return html.fromstring(answer.content.decode())


def link(page):
    return [a.get("href") for a in page.xpath("//a[text()='登记加分']")]


def test_an_honour_from_above_is_one_click_and_counts_once_another_has_approved_it(quarter, as_):  # noqa: F811
    one = honour(quarter, level="province")
    before = result_of(quarter, "branch_b")
    page = said(as_("staff").get(URL))
    assert "2026-09-10获省级表彰“先进党支部”（局机关党委）" in page.text_content()
    (url,) = link(page)
    form = max(said(as_("staff").get(url.split("#")[0])).forms, key=lambda row: len(row.inputs.keys()))
    values = dict(form.form_values())
    assert values["item"] == "bonus/1/省" and values["organisation"] == str(quarter.branch_b.pk)
    assert values["honour"] == str(one.pk) and values["reason"] and values["document"] and not values.get("points")
    assert as_("staff").post(form.action, values).status_code == 302
    row = ManualEntry.objects.get()
    assert (row.honour, row.kind, row.item, row.state) == (one, "bonus", "bonus/1/省", "open")
    assert link(said(as_("staff").get(URL))) == [], "it is entered"
    assert result_of(quarter, "branch_b").total == before.total
    assert as_("committee_secretary").post(f"/results/entries/{row.pk}/approve/").status_code == 302
    after = result_of(quarter, "branch_b")
    assert after.total - before.total == 2 and after.body["bonus"]["counted"] == "2.0"


def test_of_a_case_the_highest_is_offered_and_counts(quarter):  # noqa: F811
    city, province = honour(quarter, "全市先进党支部"), honour(quarter, "全省先进党支部", "province", date(2026, 9, 20))
    other = honour(quarter, "2026年度文明处室", "city")
    assert case_of(city) == case_of(province) == "先进党支部" and case_of(other) == "文明处室"
    assert offered(quarter) == [("2026年度文明处室", "bonus/1/市"), ("全省先进党支部", "bonus/1/省")]
    # What was entered for the lower one does not hide a higher one, nor count beside it.
    enter(quarter, "bonus/1/市", "branch_b", honour=city)
    assert ("全省先进党支部", "bonus/1/省") in offered(quarter)
    enter(quarter, "bonus/1/省", "branch_b", honour=province)
    assert offered(quarter) == [("2026年度文明处室", "bonus/1/市")]
    assert result_of(quarter, "branch_b").body["bonus"] == {"counted": "2.0", "listed": "2.0"}


def test_where_each_counts_two_honours_of_a_case_are_one(quarter):  # noqa: F811
    rows = [honour(quarter, f"全{where}先进党支部", level) for where, level in (("市", "city"), ("省", "province"))]
    third = honour(quarter, "文明处室")
    for row in (*rows, third):
        enter(quarter, "bonus/0", "branch_b", honour=row)
    # Of adoptions, one point each: two cases, not three.
    assert result_of(quarter, "branch_b").body["bonus"]["listed"] == "2.0"


def test_what_is_not_from_above_not_of_the_period_or_not_its_own_is_not_offered(quarter):  # noqa: F811
    honour(quarter, "本单位的", "own")
    honour(quarter, "六月的", day=date(2026, 6, 30))
    honour(quarter, "十月的", day=date(2026, 10, 1))
    honour(quarter, "机关党委的", place="committee")
    honoured(member=quarter.people("branch_b")[0], title="党员的", level="city", day=IN)
    honour_cancel(by=OPERATOR, honour=honour(quarter, "作废的"), reason="有误")
    assert offered(quarter) == []
    for day in (date(2026, 7, 1), date(2026, 9, 30)):
        honour(quarter, f"{day.month}月首末", day=day)
    assert len(offered(quarter)) == 2, "the first and the last day are of the period"


def test_a_scheme_whose_bonus_has_no_levels_leaves_the_item_to_a_person(quarter):  # noqa: F811
    committee = default_scheme("tongbu-committee", 5)
    assert items_by_level(entry_items(committee, "year").values(), committee) == {}
    honour(quarter, "先进机关党委", place="committee")
    found = offers(committee, Q3, "tongbu-committee", {quarter.committee.pk: quarter.committee})
    assert [(one.honour.title, one.item) for one in found] == [("先进机关党委", None)]
    assert offers(default_scheme("tongbu-star", 1), Q3, "tongbu-star", {quarter.committee.pk: quarter.committee}) == []


def test_every_level_but_ones_own_has_a_name_in_schemes():
    assert set(LEVEL_NAMES) == set(HonourLevel) - {HonourLevel.OWN}
    branch = default_scheme("tongbu-branch", 6)
    found = items_by_level(entry_items(branch, "year").values(), branch)
    assert {level: item.points for level, item in found.items()} == {"city": 1, "province": 2, "central": 3}


def test_the_highest_of_one_case_and_organisation_alone(quarter):  # noqa: F811
    rows = [
        honour(quarter, "先进党支部", "city", date(2026, 7, 2)),
        honour(quarter, "先进党支部", "central", date(2026, 7, 9)),
        honour(quarter, "先进党支部", "central", date(2026, 7, 5)),
        honour(quarter, "先进党支部", "city", place="branch_a"),
    ]
    assert highest(rows) == [rows[2], rows[3]]


def test_a_declined_one_is_not_offered_again_and_a_withdrawn_one_is(quarter):  # noqa: F811
    one = honour(quarter)
    row = enter(quarter, "bonus/1/市", "branch_b", approve=False, honour=one)
    assert offered(quarter) == []
    entry_decline(by=quarter.staff, entry=row, answer="登记错了")
    assert offered(quarter) == [("先进党支部", "bonus/1/市")]
    row = enter(quarter, "bonus/1/市", "branch_b", approve=False, honour=one)
    entry_decline(by=quarter.committee_secretary, entry=row, answer="同一事项已计")
    assert offered(quarter) == []


def test_an_honour_that_is_cancelled_counts_no_more_and_the_list_says_so(quarter, as_):  # noqa: F811
    one = honour(quarter)
    enter(quarter, "bonus/1/市", "branch_b", honour=one)
    assert result_of(quarter, "branch_b").body["bonus"]["counted"] == "1.0"
    honour_cancel(by=OPERATOR, honour=one, reason="有误")
    assert "bonus" not in result_of(quarter, "branch_b").body
    assert "表彰登记已作废，不计入" in as_("staff").get(URL).content.decode()


@pytest.mark.parametrize(
    ("item", "place", "changes", "words"),
    [
        ("bonus/1/市", "branch_a", {}, "不是这个党组织的"),
        ("veto/0", "branch_b", {}, "表彰只登记为加分"),
        ("bonus/1/市", "branch_b", {"day": date(2026, 6, 30)}, "不在2026年第三季度内授予"),
    ],
)
def test_what_an_honour_is_not_for_is_refused_beside_the_field(quarter, as_, item, place, changes, words):  # noqa: F811
    one = honour(quarter, **changes)
    data = {
        "organisation": quarter.places[place].pk,
        "item": item,
        "reason": "获表彰",
        "document": "文号",
        "honour": one.pk,
    }
    answer = as_("staff").post(URL, data)
    assert answer.status_code == 422 and words in answer.content.decode().replace(" ", ""), words
    assert not ManualEntry.objects.exists()


def test_twice_is_once_and_an_honour_out_of_reach_is_none(quarter, as_):  # noqa: F811
    one = honour(quarter)
    data = {"organisation": quarter.branch_b.pk, "item": "bonus/1/市", "reason": "获表彰", "document": "文号"}
    for nonsense in ("x", "987654321", "9" * 30):
        answer = as_("staff").post(URL, data | {"honour": nonsense})
        assert answer.status_code == 422 and not ManualEntry.objects.exists()
    assert as_("staff").post(URL, data | {"honour": one.pk}).status_code == 302
    again = as_("staff").post(URL, data | {"honour": one.pk, "reason": "再一次"})
    assert again.status_code == 422 and "这项表彰已经登记加分" in again.content.decode()
    row = ManualEntry.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ManualEntry.objects.create(**{
            name: getattr(row, name) for name in ("scheme_key", "period", "organisation", "item", "label", "honour")
        }, kind="bonus", reason="x", document="x")  # fmt: skip
    cancelled = honour_cancel(by=OPERATOR, honour=honour(quarter, "另一项"), reason="有误")
    with pytest.raises((ValidationError, Conflict), match="作废"):
        entry_make(
            by=quarter.staff,
            period=Q3,
            organisation=quarter.branch_b,
            item="bonus/1/市",
            reason="x",
            document="x",
            honour=Honour.objects.get(pk=cancelled.pk),
        )
