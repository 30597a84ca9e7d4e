"""The menu of each role: every entry answers and is explained, and none leads to what the role never has."""

import re

import pytest

from tests.members.corrections.made import held, mine
from tests.world import CAST

pytestmark = pytest.mark.django_db
NAV = re.compile(r'<nav class="dj-nav".*?</nav>', re.DOTALL)
HEAD = re.compile(r"<h1[^>]*>\s*(.*?)\s*</h1>", re.DOTALL)


def menu(client):
    page = client.get("/account/").content.decode()
    return dict.fromkeys(re.findall(r'<a [^>]*href="(/[^"#?]*)"', NAV.search(page).group()))


@pytest.mark.parametrize("who", [who for who, (role, _) in CAST.items() if role])
def test_each_entry_of_the_menu_answers_and_says_what_it_holds(who, world, as_):
    client = as_(who)
    entries = menu(client)
    assert "/" in entries
    for address in entries:
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        assert HEAD.search(answer.content.decode()).group(1), address


@pytest.mark.parametrize(
    "who, never, still",
    [
        ("leader_a1", {"/sync/", "/scores/", "/collects/"}, {"/activities/", "/requirements/", "/duties/own/"}),
        ("secretary_a", {"/sync/evidence/"}, {"/reviews/", "/sync/", "/scores/"}),
        ("staff", {"/duties/own/"}, {"/sync/evidence/", "/duties/"}),
    ],
)
def test_what_a_role_never_has_is_not_offered(who, never, still, world, as_):
    entries = set(menu(as_(who)))
    assert not entries & never and still <= entries


def test_an_empty_list_does_not_say_that_nothing_exists_elsewhere(world, as_):
    for address in ("/scores/", "/sync/"):
        page = as_("leader_a1").get(address).content.decode()
        assert "没有您可以查看的" in page and "还没有发布过" not in page and "还没有重点业务" not in page


def test_pages_of_the_own_file_are_marked_under_the_own_file_and_under_nothing_else(world, as_):
    record = held(mine(world))
    for path in ("/members/own/", "/members/own/meetings/", f"/members/own/meetings/{record.pk}/"):
        page = as_("member").get(path).content.decode()
        assert re.findall(r'<a href="([^"]*)"[^>]*aria-current="page"', page.split('class="dj-nav"')[1]) == ["/", "/"]
    # Asking for a correction stands on the own page, or in the meeting that is meant.
    assert as_("member").get("/members/own/correction/")["Location"] == "/members/own/#corrections"
    assert as_("member").get(f"/members/own/correction/?meeting={record.pk}")["Location"].endswith(f"/{record.pk}/")


def test_a_group_that_was_folded_in_this_browser_stays_folded_unless_the_page_is_in_it(as_, world):
    client = as_("staff")
    client.cookies["tongbu_folded"] = "organisation.people.nothing"
    states = folding(client.get("/organisations/"))
    assert states["organisation"] == "true", "the page is in it"
    assert states["people"] == "false"
    phone = client.get("/menu/").content.decode()
    assert re.findall(r"<details class=\"dj-panel menu-group\"( open)?>\s*<summary><h2>(.*?)</h2>", phone) == [
        (" open", "机制"),
        ("", "党员"),
        ("", "组织与考核"),
    ]


def folding(answer):
    """Return {group: "true" where it is open} of the menu beside a page."""
    nav = NAV.search(answer.content.decode())[0]
    found = re.findall(r'aria-expanded="(true|false)" aria-controls="nav-([a-z]+)"', nav)
    return {key: state for state, key in found}


def test_members_stand_apart_from_organisation_and_assessment(as_, world):
    """As the mock-ups group it: what is kept of each member in one group, organisations and their assessment in another."""
    nav = NAV.search(as_("staff").get("/account/").content.decode())[0]
    groups = dict(re.findall(r'<div class="dj-nav-group" id="nav-([a-z]+)">(.*?)</div>', nav, re.DOTALL))
    people = re.findall(r'title="(.*?)"', groups["people"])
    assert people == [
        *("党员名册", "发展党员", "承诺管理", "激励关怀", "表彰", "党务干部", "学时", "党费", "组织关系接转"),
    ]
    assert re.findall(r'title="(.*?)"', groups["organisation"])[:2] == ["组织与党员", "考核得分"]


def test_a_menu_longer_than_a_screen_folds_other_groups_than_that_of_the_page(as_, world):
    client = as_("staff")
    assert folding(client.get("/account/")) == {"mechanisms": "true", "people": "false", "organisation": "false"}
    assert folding(client.get("/education/")) == {"mechanisms": "false", "people": "true", "organisation": "false"}
    assert folding(client.get("/rules/"))["organisation"] == "true"


@pytest.mark.parametrize("who", ["staff", "secretary_a", "committee_secretary", "leader"])
def test_the_first_entries_never_fold_and_the_group_of_the_page_is_open(who, as_, world):
    client = as_(who)
    client.cookies["tongbu_folded"] = "mechanisms.people.organisation.system"
    page = client.get("/account/")
    assert set(folding(page).values()) == {"false"}
    nav = NAV.search(page.content.decode())[0]
    assert 'id="nav-"' not in nav and 'title="活动记录"' in nav.split("dj-nav-heading")[0]
    assert folding(client.get("/commitments/", follow=True))["people"] == "true"
    assert folding(client.get("/scores/"))["organisation"] == "true"
