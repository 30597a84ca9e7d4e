"""The tree as the database counts it says what a slow count of every row says, whoever looks and however much is kept."""

from datetime import date, timedelta

import pytest
from django.db.models import Q

from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Kind, Organisation
from branches.places.services.organisations import organisation_archive
from branches.places.services.terms import term_set
from branches.reach import access
from common import clock
from common.operator import OPERATOR
from members.organisations.heads import heads_keep
from members.organisations.models import HeadCount
from members.organisations.selectors.profile import profile
from members.organisations.selectors.tree import Tree, hits, seen, tree_figures
from members.organisations.sizes import size_findings
from members.organisations.views import organisations as views
from members.roster.models.members import Member
from members.roster.services.members import member_create, member_transfer
from tests.assessments.facts.random_agency import build, place
from tests.counting import asked
from tests.world import CAST

WHO = [who for who in CAST if who not in ("administrator", "auditor", "member", "outsider")]
KEPT = ("nothing", "everything", "some waits")


@pytest.fixture
def many(world):
    """More of everything: branches with and without groups, people of all ages and none, terms, a branch that is closed."""
    build(world, 7, branches=8, records=0)
    closed = place("branch", Organisation.objects.get(pk=world.general.pk), "closed", date(2015, 1, 1))
    organisation_archive(by=OPERATOR, organisation=closed, on=clock.today() - timedelta(days=3))
    for number, member in enumerate(Member.objects.order_by("pk")):
        Member.objects.filter(pk=member.pk).update(birth_date=None if number % 5 == 0 else date(1955 + number, 3, 1))
    for number, branch in enumerate(Organisation.objects.filter(kind=Kind.BRANCH).order_by("pk")):
        if number % 3:
            term_set(by=OPERATOR, organisation=branch, expires=clock.today() + timedelta(days=100 * number - 300))
    return world


def keep(world, how):
    """Bring what is kept into one of the states of KEPT; the last one changes people, which marks their branches."""
    HeadCount.objects.all().delete()
    if how != "nothing":
        heads_keep(list(ChangeMark.objects.all()))
        ChangeMark.objects.all().delete()
    if how == "some waits":
        member_create(by=OPERATOR, branch=world.branch_c, name="新来的", stage="full", joined_on=date(2010, 1, 1))
        member_transfer(by=OPERATOR, member=Member.objects.get(name="甲五"), branch=world.branch_b, on=clock.today())
        assert ChangeMark.objects.exists()


def slow(user, archived=False):
    """Return [(organisation, members with all below as far as seen)] in the order of the tree, each row counted by itself."""
    rows = access.organisations_for(user)
    rows = list(rows if archived else rows.filter(archived_on__isnull=True))
    here = {row.pk for row in rows}
    own = {
        row.pk: set(Member.objects.on_roster(row, clock.today()).values_list("pk", flat=True))
        for row in rows
        if row.kind in (Kind.BRANCH, Kind.SMALL_GROUP)
    }

    def below(row):
        people = set(own.get(row.pk, ()))
        for other in rows:
            if other.parent_id == row.pk and other.pk in here:
                people |= below(other)
        return people

    return [(row, below(row)) for row in rows]


@pytest.mark.parametrize("how", KEPT)
def test_rows_and_figures_are_those_of_a_slow_count(many, how):
    keep(many, how)
    for who in WHO:
        for archived in (False, True):
            user = getattr(many, who)
            expected = slow(user, archived)
            tree = Tree(seen(user, archived=archived))
            places = [row for row, _ in expected]
            assert list(tree.rows) == places
            people = tree.of(places)
            assert {row.pk: people[row.pk].total() for row in places} == {row.pk: len(some) for row, some in expected}
            figures = tree_figures(tree)
            everybody = set().union(*(some for _, some in expected))
            assert figures["members"] == len(everybody)
            full = Member.objects.filter(pk__in=everybody, stage="full").count()
            assert figures["stages"] == f"正式 {full}，预备 {len(everybody) - full}"
            assert figures["places"] == len(places)
            wrong = [
                row for row, some in expected if row.kind == Kind.BRANCH and size_findings(row.kind, people[row.pk])
            ]
            assert figures["sized"] == len(wrong) and list(hits(tree, {"term": "size"})) == wrong
            terms = {row.pk: row.terms.filter(closed_on=None).first() for row in places}
            half, today = clock.today() + timedelta(days=183), clock.today()
            over = [row for row in places if terms[row.pk] and terms[row.pk].expires < today]
            soon = [row for row in places if terms[row.pk] and today <= terms[row.pk].expires <= half]
            assert list(hits(tree, {"term": "expired"})) == over and figures["expired"] == len(over)
            assert list(hits(tree, {"term": "ending"})) == soon and figures["ending"] == len(soon)
            assert figures["next_expiry"] == min((terms[row.pk].expires for row in soon), default=None)
            assert figures["expired_names"].split("、")[0] == (over[0].label.removesuffix("党支部") if over else "")
            kinds = {kind: sum(row.kind == kind for row in places) for kind in Kind}
            assert tree.frame.kinds == {kind: number for kind, number in kinds.items() if number}


@pytest.mark.parametrize("how", KEPT)
@pytest.mark.parametrize("who", ["staff", "general_secretary", "secretary_a", "discipline"])
def test_a_profile_out_of_the_tree_says_what_it_says_alone(many, who, how):
    keep(many, how)
    tree = Tree(seen(getattr(many, who), archived=False))
    said = 0
    for row in tree.rows:
        alone, people = profile(row), tree.people_within(row)
        said += people is not None
        quick = profile(row, people)
        for name in ("members", "stages", "ages"):
            assert quick[name] == alone[name], (row, name)
    assert (said > 0) == (who in ("staff", "discipline") and how != "nothing"), "whoever sees everybody"


def test_members_who_are_out_of_sight_are_counted_all_the_same(many):
    keep(many, "everything")
    # On its last day a closed branch still has its people, and is no longer in the tree.
    Organisation.objects.filter(pk=many.branch_c.pk).update(archived_on=clock.today())
    tree, general = Tree(seen(many.staff, archived=False)), Organisation.objects.get(pk=many.general.pk)
    assert tree.people_within(general) is None
    assert tree.of([general])[general.pk].total() == profile(general)["members"] - 3


def test_a_small_group_seen_alone_makes_up_for_no_branch(world):
    keep(world, "everything")
    rows = Organisation.objects.filter(
        pk__in=[world.committee.pk, world.branch_b.pk, world.branch_c.pk, world.group_a1.pk]
    )
    tree = Tree(rows.in_tree_order())
    assert tree.heads.everybody().total() == 9 and not tree.heads.whole
    assert tree.people_within(world.committee) is None, "branch A is out of sight"


def drawn_by_hand(rows, at):
    """Return {organisation id: (lines at its left, how many directly below are not shown)} of the level at which `at` is looked at."""
    by_pk = {row.pk: row for row in rows}
    below = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row.pk)
    way, step = set(), at
    while step in by_pk:
        way.add(step)
        step = by_pk[step].parent_id
    step = at
    while len(below.get(step, ())) == 1:
        (step,) = below[step]
        way.add(step)
    shown = [row for row in rows if row.parent_id in way or row.parent_id not in by_pk]
    lines = {}
    for row in shown:
        if row.parent_id not in lines:
            lines[row.pk] = []
            continue
        brothers = [other.pk for other in shown if other.parent_id == row.parent_id]
        passing = ["passing" if mark in ("branching", "passing") else "" for mark in lines[row.parent_id]]
        lines[row.pk] = [*passing, "last" if brothers[-1] == row.pk else "branching"]
    return {row.pk: (lines[row.pk], 0 if row.pk in way else len(below.get(row.pk, ()))) for row in shown}


@pytest.mark.parametrize("who", ["staff", "general_secretary", "secretary_a", "discipline"])
def test_each_level_has_the_lines_of_the_whole_on_every_page(many, as_, who, monkeypatch):
    monkeypatch.setattr(views, "UNFOLDED", 0)
    monkeypatch.setattr(views, "LEVEL", 3)
    client, rows = as_(who), [row for row, _ in slow(getattr(many, who))]
    for at in rows:
        expected = drawn_by_hand(rows, at.pk)
        found, number = {}, 1
        while number:
            context = client.get(f"/organisations/?at={at.pk}&page={number}").context
            found |= {row.organisation.pk: (list(row.guides), row.folded) for row in context["rows"]}
            number = number + 1 if context["page"] and context["page"].has_next() else 0
        assert found == expected and list(found) == list(expected), at
        context = client.get(f"/organisations/?at={at.pk}").context
        assert at.pk in {row.organisation.pk for row in context["rows"]}, "the page on which it stands"


def test_a_whole_tree_and_hits_are_drawn_as_ever(many, as_):
    rows = [row for row, _ in slow(many.staff)]
    context = as_("staff").get("/organisations/").context
    below = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row.pk)
    for row in context["rows"]:
        last = below[row.organisation.parent_id][-1] == row.organisation.pk
        assert row.folded == 0 and list(row.guides)[-1:] == (
            [] if row.organisation.parent_id is None else ["last" if last else "branching"]
        )
    context = as_("staff").get("/organisations/?kind=branch").context
    assert not any(row.guides or row.folded for row in context["rows"])


def test_who_sees_some_small_groups_alone_sees_their_people(many, as_, monkeypatch):
    keep(many, "everything")
    monkeypatch.setattr(views, "UNFOLDED", 0)
    context = as_("leader_a1").get("/organisations/").context
    assert [(row.organisation, row.members) for row in context["rows"]] == [(many.group_a1, 3)]
    assert context["figures"]["members"] == 3


def test_the_page_reads_no_more_rows_of_ten_times_as_many_branches(many, as_, monkeypatch):
    monkeypatch.setattr(views, "UNFOLDED", 2)
    client = as_("staff")

    def read():
        keep(many, "everything")
        client.get("/organisations/")
        with asked() as found:
            assert client.get("/organisations/").status_code == 200
        return found

    few = read()
    general = Organisation.objects.get(pk=many.general.pk)
    for number in range(60):
        branch = place("branch", general, f"more-{number}", date(2015, 1, 1))
        member_create(by=OPERATOR, branch=branch, name=f"多{number}", stage="full", joined_on=date(2010, 1, 1))
    more = read()
    assert more.statements == few.statements <= 17 and more.rows <= few.rows + 2, (few, more)
    assert Organisation.objects.filter(~Q(kind=Kind.SMALL_GROUP)).count() > 60
