"""The tree page: counts, terms, coverage, search; the page of one organisation."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
import time_machine

from branches.places.models.organisations import Organisation
from branches.places.services.departments import coverage_set, department_create
from branches.places.services.terms import term_set
from branches.places.tree import organisation_update
from common import clock
from common.operator import OPERATOR
from members.organisations.selectors.profile import profile
from members.organisations.selectors.tree import Tree, hits, seen
from members.organisations.views import organisations as views
from members.roster.models.members import Member
from members.roster.services.stages import stages_follow


def _row(page, name):
    row = next(part for part in page.split("<tr")[1:] if f">{name}</a>" in part.split("</td>")[0])
    cells = row.split("</tr>")[0].split("</td>")
    return [re.sub(r"<[^>]+>", "", "<" + cell).strip() for cell in cells]


def _tree(user, archived=False, wanted=()):
    return Tree(seen(user, archived=archived), wanted)


def test_each_place_counts_its_members_with_all_below(world):
    places = list(Organisation.objects.in_tree_order())
    counts = {row.short_name: _tree(world.staff).of(places)[row.pk].total() for row in places}
    assert counts == {
        "局党组": 12,
        "机关党委": 12,
        "甲处党支部": 6,
        "第一党小组": 3,
        "第二党小组": 3,
        "乙处党支部": 3,
        "直属单位党总支": 3,
        "丙中心党支部": 3,
    }
    with time_machine.travel("2026-02-28T10:00:00+08:00"):
        before = _tree(world.staff).of([world.branch_a])[world.branch_a.pk]
    assert before.total() == 5, "the probationer joined in March"


def test_the_tree_shows_leader_members_and_state_of_the_term(world, as_):
    term_set(by=OPERATOR, organisation=world.branch_a, expires=clock.today() - timedelta(days=1))
    term_set(by=OPERATOR, organisation=world.branch_b, expires=clock.today() + timedelta(days=30))
    term_set(by=OPERATOR, organisation=world.branch_c, expires=clock.today() + timedelta(days=400))
    page = as_("staff").get("/organisations/").content.decode()
    assert "1 个党组织届满未换届" in page
    a, b, c = (_row(page, name) for name in ("甲处党支部", "乙处党支部", "丙中心党支部"))
    assert a[1:3] == ["甲一", "6"] and "届满未换届" in a[4]
    assert b[1:3] == ["乙一", "3"] and "半年内届满" in b[4]
    assert "任期内" in c[4]


def test_the_last_day_of_a_term_is_still_within_it(world, as_):
    term_set(by=OPERATOR, organisation=world.branch_a, expires=clock.today())
    assert "半年内届满" in _row(as_("staff").get("/organisations/").content.decode(), "甲处党支部")[4]


def test_a_search_takes_names_and_initials_and_keeps_to_the_reach(world, as_):
    client = as_("staff")
    for text in ("甲处", "jcdzb", "JCDZB", "测试局甲处"):
        assert "甲处党支部" in [row.short_name for row in hits(_tree(world.staff), {"q": text})], text
    for text in ("甲处党支部第一党小组", "第一党小组", "部第一"):
        assert list(hits(_tree(world.staff), {"q": text})) == [world.group_a1], text
    assert list(hits(_tree(world.secretary_b), {"q": "党"})) == [world.branch_b]
    assert "没有符合条件的党组织" in client.get("/organisations/?q=没有这个").content.decode()


def test_uncovered_departments_are_counted_for_those_who_can_mend_it(world, as_):
    for name, place in (("甲处", world.branch_a), ("丁处", world.branch_a), ("戊处", None)):
        department = department_create(by=OPERATOR, name=name)
        if place:
            coverage_set(by=OPERATOR, department=department, organisation=place)
    page = as_("staff").get("/organisations/").content.decode()
    assert "1 个处室未覆盖" in page and "与丁处联合" in page and "3 个处室，已覆盖 2" in page
    page = as_("secretary_a").get("/organisations/").content.decode()
    assert "未覆盖" not in page and "2 个处室，已覆盖 2" in page


def test_the_profile_beside_the_tree_is_that_of_the_place_asked_for(world, as_):
    page = as_("staff").get(f"/organisations/?at={world.branch_b.pk}").content.decode()
    assert '<h2 id="profile">乙处党支部</h2>' in page
    for odd in ("abc", "987654", str(world.branch_a.pk)):
        page = as_("secretary_b").get(f"/organisations/?at={odd}").content.decode()
        assert '<h2 id="profile">乙处党支部</h2>' in page, odd


def test_the_page_of_a_branch_tells_who_may_what_and_what_it_was_called(world, as_):
    organisation_update(by=OPERATOR, organisation=world.branch_a, name="中共云川市测试局投资处支部委员会")
    page = as_("secretary_a").get(f"/organisations/{world.branch_a.pk}/").content.decode()
    assert "中共云川市测试局甲处支部委员会" in page and "投资处支部委员会" in page
    who = page.split("谁能看、谁能改")[-1].split("</table>")[0]
    review = who.split("<td>审核</td>")[1].split("</tr>")[0]
    assert "staff 用户" in review and "secretary_a" not in review, "nobody reviews his own branch"
    assert "secretary_b" not in who
    assert "修改组织" in page


def test_a_branch_without_members_offers_the_next_step_to_whoever_can_take_it(world, as_):
    made = as_("staff").post(
        "/organisations/new/",
        {
            "parent": world.committee.pk,
            "kind": "branch",
            "name": "中共云川市测试局数字处支部委员会",
            "founded": "2026-11-01",
        },
        follow=True,
    )
    pk = int(re.search(r"/organisations/(\d+)/", made.redirect_chain[-1][0]).group(1))
    page = as_("committee_secretary").get(f"/organisations/{pk}/").content.decode()
    assert f'href="/appointments/new/?organisation={pk}"' in page
    page = as_("party_secretary").get(f"/organisations/{pk}/").content.decode()
    assert "任命书记" in page and "/appointments/new/" not in page and "/members/new/" not in page


def test_the_export_lists_what_the_page_shows(world, as_):
    answer = as_("general_secretary").post("/organisations/export/?kind=branch")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[1] for row in rows[2:]] == ["丙中心党支部"]
    assert rows[2][6] == 3


def test_a_profile_counts_whoever_joined_by_today(world):
    numbers = []
    for days in (-1, 0, 1):
        Member.objects.filter(name="丙三").update(joined_on=clock.today() + timedelta(days=days), full_on=None)
        stages_follow([Member.objects.get(name="丙三")])
        numbers.append([sum(profile(place)["stages"].values()) for place in (world.general, world.branch_c)])
    assert numbers == [[3, 3], [3, 3], [2, 2]]


@pytest.mark.parametrize(
    ("years", "days", "label"),
    [
        (35, 0, "35岁以下"),
        (36, 1, "35岁以下"),
        (36, 0, "36至45岁"),
        (45, 0, "36至45岁"),
        (46, 1, "36至45岁"),
        (46, 0, "46岁以上"),
    ],
)
def test_a_profile_counts_ages_by_the_birthday(world, years, days, label):
    today = clock.today()
    born = today.replace(year=today.year - years) + timedelta(days=days)
    Member.objects.filter(home=world.branch_c).update(birth_date=born)
    assert [(row["label"], row["value"]) for row in profile(world.branch_c)["ages"]] == [(label, 3)]


def test_a_tree_of_many_opens_step_by_step_and_hits_are_paged(world, as_, monkeypatch):
    staff = as_("staff")
    whole = {row.organisation.label for row in staff.get("/organisations/").context["rows"]}
    monkeypatch.setattr(views, "UNFOLDED", 2)

    def shown(query=""):
        answer = staff.get(f"/organisations/{query}")
        return {row.organisation.label: row.folded for row in answer.context["rows"]}, answer.content.decode()

    first, page = shown()
    # The committee stands alone below the Party group.
    assert first == {"局党组": 0, "机关党委": 0, "甲处党支部": 2, "乙处党支部": 0, "直属单位党总支": 1}
    assert "下级 2 个" in page and "8 个" in page and _row(page, "甲处党支部")[1:3] == ["甲一", "6"]
    second, page = shown(f"?at={world.general.pk}")
    assert second.keys() == {*first, "丙中心党支部"} and second["甲处党支部"] == 2 and second["直属单位党总支"] == 0
    found = set()
    for place in Organisation.objects.all():
        found |= shown(f"?at={place.pk}")[0].keys()
    assert found == whole
    monkeypatch.setattr(views, "LEVEL", 2)
    pages = [shown(f"?at={world.general.pk}&page={number}")[0] for number in (1, 2, 3)]
    assert {label for rows in pages for label in rows} == second.keys() and all(len(rows) == 2 for rows in pages)
    at, page = shown(f"?at={world.general.pk}")
    assert "直属单位党总支" in at and "第 3 / 3 页" in page, "the page of what is shown beside the tree"
    hits, page = shown("?kind=branch&page=2")
    assert len(hits) == 1 and "第 2 / 2 页" in page
