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
    client.cookies["tongbu_folded"] = "organisation.assessment.nothing"
    nav = NAV.search(client.get("/organisations/").content.decode())[0]
    states = {
        key: state for state, key in re.findall(r'aria-expanded="(true|false)" aria-controls="nav-([a-z]+)"', nav)
    }
    assert states["organisation"] == "true", "the page is in it"
    assert states["assessment"] == "false"
