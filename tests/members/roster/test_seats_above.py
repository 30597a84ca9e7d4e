"""Seats at Party group and committee are kept as a branch's are: who leads there, and whose quorum its meetings take."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from common import clock
from common.operator import OPERATOR
from members.activities.models import ActivityJudgement
from members.activities.selectors.rosters import expected
from members.activities.services.rosters import judge_marked
from members.roster.models.posts import Post
from members.roster.services.members import post_end, post_give
from tests.members.activities.records import draft, submitted

pytestmark = pytest.mark.django_db
SINCE = timedelta(days=100)


def seated(world, place, *kinds):
    """Seat the people of branch A, one for each kind, at an upper level; return them."""
    people = world.people("branch_a")
    for member, kind in zip(people, kinds):
        post_give(by=OPERATOR, member=member, organisation=world.places[place], kind=kind, starts=clock.today() - SINCE)
    return people[: len(kinds)]


def page(client, address):
    return client.get(address).content.decode()


def test_the_office_enters_who_leads_the_party_group_and_tree_and_profile_say_so(world, as_):
    head, one, _, _, plain, _ = world.people("branch_a")
    for member, kind in ((head, "secretary"), (one, "commissioner"), (plain, "commissioner")):
        answer = as_("staff").post(
            f"/members/{member.pk}/posts/new/", {"organisation": world.root.pk, "kind": kind, "starts": ""}
        )
        assert answer.status_code == 302, answer.content.decode()
    tree = page(as_("staff"), f"/organisations/?at={world.root.pk}")
    assert tree.count(head.name) >= 2 and "<dt>党组成员</dt>" in tree and f"{one.name}、{plain.name}" in tree
    own = page(as_("staff"), f"/organisations/{world.root.pk}/")
    assert "党组书记" in own and "党组成员" in own and "登记任期" not in own and "没有登记任期" not in own
    assert "党组成员" in page(as_("staff"), f"/members/{plain.pk}/")
    roster = page(as_("staff"), f"/members/?organisation={world.branch_a.pk}")
    assert "组织委员、党组成员" in roster


def test_the_committee_has_a_full_time_deputy_officers_and_a_term(world, as_):
    seated(world, "committee", "secretary", "full_deputy", "discipline")
    own = page(as_("staff"), f"/organisations/{world.committee.pk}/")
    for title in ("机关党委书记", "机关党委专职副书记", "机关党委纪检委员", "登记任期", "<dt>副书记</dt>"):
        assert title in own, title


@pytest.mark.parametrize(
    "place, kind, sentence",
    [
        ("root", "organisation", "党组只设书记、副书记和成员。"),
        ("root", "full_deputy", "党组只设书记、副书记和成员。"),
        ("branch_a", "full_deputy", "专职副书记只设在机关党委。"),
        ("general", "full_deputy", "专职副书记只设在机关党委。"),
    ],
)
def test_a_seat_that_such_an_organisation_does_not_have_is_refused_by_page_and_service(
    world, as_, place, kind, sentence
):
    member = world.people("branch_a")[4]
    data = {"organisation": world.places[place].pk, "kind": kind, "starts": ""}
    answer = as_("staff").post(f"/members/{member.pk}/posts/new/", data)
    assert sentence in answer.content.decode()
    with pytest.raises(ValidationError, match=sentence):
        post_give(by=OPERATOR, member=member, organisation=world.places[place], kind=kind)
    assert not Post.objects.filter(member=member).exists()


SEATED = [("root", "party_group_meeting"), ("committee", "committee_plenary"), ("root", "party_special")]


def judged(record, kind):
    return ActivityJudgement.objects.get(activity=record, kind=kind)


@pytest.mark.parametrize("place, kind", SEATED)
@pytest.mark.parametrize("absent, valid", [(2, True), (3, False)])
def test_half_of_those_who_hold_a_seat_that_day_must_be_there(world, place, kind, absent, valid):
    people = seated(world, place, "secretary", *["commissioner"] * 4)
    # Whose seat ended the day before is not counted.
    post_end(by=OPERATOR, post=Post.objects.get(member=people[4], organisation=world.places[place]),
             ends=clock.today() - timedelta(days=1))  # fmt: skip
    states = dict.fromkeys(people[1 : absent + 1], "absent")
    row = judged(submitted(world.places[place], world.staff, kinds=(kind,), states=states), kind)
    assert (row.expected, row.present, row.needed, row.valid) == (4, 4 - absent, 2, valid)


@pytest.mark.parametrize("place, kind", SEATED)
def test_where_no_seat_is_kept_a_meeting_counts_as_before(world, place, kind):
    row = judged(submitted(world.places[place], world.staff, kinds=(kind,)), kind)
    assert row.valid and not row.needed


def test_attendance_of_an_upper_meeting_is_asked_of_its_seats_and_of_nobody_at_a_visit(world):
    people = seated(world, "root", "secretary", "commissioner")
    day = clock.today()
    assert expected(world.root, ["party_group_meeting"], day) == people
    assert expected(world.root, ["party_group_meeting"], day - SINCE - timedelta(days=1)) == []
    assert expected(world.root, ["visit_branch"], day) == []
    assert not draft(world.root, world.staff, kinds=("visit_branch",)).attendance.exists()


def test_the_sentence_of_the_form_speaks_of_members_of_the_party_group(world, as_):
    seated(world, "root", "secretary", "commissioner", "commissioner")
    record = draft(world.root, world.staff, kinds=("party_group_meeting",))
    assert "应到党组成员 3 人，实到党组成员 3 人，可以开会" in page(as_("staff"), f"/activities/{record.pk}/")


def test_special_meetings_held_before_they_had_a_quorum_are_judged_anew_by_the_worker(world):
    people = seated(world, "root", "secretary", *["commissioner"] * 3)
    states = dict.fromkeys(people[1:], "absent")
    record = submitted(world.root, world.staff, kinds=("party_special",), states=states)
    ActivityJudgement.objects.update(valid=True, body="", expected=None, present=None, needed=None)
    import_module("members.migrations.0018_quorum_of_special_meetings").mark(apps, None)
    judge_marked()
    assert not judged(record, "party_special").valid
