"""Where a right is held: Reach against walking up the parents by hand, on random appointments in a tree that moves."""

import random
from datetime import timedelta

import pytest
from django.http import Http404

from branches.access.models import User
from branches.places import tree
from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.reach import Seat, fresh, reach_of
from branches.reach.rights import ASSISTANT, ORGANISATION_RIGHTS, REVIEW, ROLES, STRICTLY_BELOW, SYSTEM_ROLES, VIEW
from common import clock
from common.operator import OPERATOR

pytestmark = pytest.mark.django_db
RIGHTS = [right for right, _ in ORGANISATION_RIGHTS]
# An assistant rests on a leader's appointment (tests/branches/access/test_assistants.py).
CONTENT_ROLES = [key for key in ROLES if key not in (*SYSTEM_ROLES, ASSISTANT)]


def by_hand(user, right):
    """Return the ids where `user` holds `right`: each place asks itself and every parent."""
    today, parents = clock.today(), dict(Organisation.objects.values_list("pk", "parent"))
    held = set()
    for place in parents:
        at, strictly = place, False
        while at is not None:
            for row in Appointment.objects.filter(user=user, organisation=at):
                role = ROLES[row.role]
                in_force = row.starts <= today and (row.ends is None or row.ends >= today)
                far_enough = (role.below if strictly else right not in STRICTLY_BELOW) and user.is_active
                if in_force and far_enough and right in role.rights:
                    held.add(place)
            at, strictly = parents[at], True
    return held


def appointed(chance, user):
    places = list(Organisation.objects.all())
    for role in chance.sample(CONTENT_ROLES, chance.randrange(0, 4)):
        starts = clock.today() - timedelta(days=chance.choice([400, 1, 0, -1]))
        ends = chance.choice([None, None, starts + timedelta(days=chance.choice([0, 1, 399, 800]))])
        Appointment.objects.create(user=user, role=role, organisation=chance.choice(places), starts=starts, ends=ends)


@pytest.mark.parametrize("seed", range(12))
def test_every_right_is_held_where_walking_up_the_parents_finds_it(seed, world):
    chance = random.Random(seed)
    user = User.objects.create(username=f"reach-{seed}", name="某人", is_active=chance.random() < 0.9)
    appointed(chance, user)
    for right in RIGHTS:
        held = by_hand(user, right)
        assert set(Organisation.objects.visible_to(user, right).values_list("pk", flat=True)) == held, right
        assert access.holds_anywhere(user, right) == any(seat.gives(right) for seat in fresh(user).seats)
        for place in world.places.values():
            assert access.has_right(user, right, place) == (place.pk in held), (right, place)
            assert (right in access.rights_at(user, place)) == (place.pk in held), (right, place)
            assert fresh(user, at=place.pk).holds(right, place.pk) == (place.pk in held), (right, place)


@pytest.mark.parametrize("role", [role for role in CONTENT_ROLES if ROLES[role].below])
def test_what_is_held_at_the_top_is_held_everywhere_by_every_path(role, world):
    user = User.objects.create(username=f"top-{role}", name="某人")
    Appointment.objects.create(user=user, role=role, organisation=world.root, starts=clock.today())
    Term.objects.all().delete()
    Term.objects.bulk_create(Term(organisation=place, expires=clock.today()) for place in world.places.values())
    for right in RIGHTS:
        held = by_hand(user, right)
        assert set(Term.objects.visible_to(user, right).values_list("organisation", flat=True)) == held, right
        rows = Organisation.objects.filter(fresh(user).row_by_row(right, ""))
        assert set(rows.values_list("pk", flat=True)) == held, right


def test_a_move_of_the_tree_in_between_shows_nobody_what_lies_elsewhere_now(world):
    """A request made its Reach before the move; what it filters afterwards lies where the tree is now."""
    user = world.general_secretary
    user.reach = fresh(user)
    assert access.has_right(user, VIEW, world.branch_c)
    tree.organisation_move(by=OPERATOR, organisation=world.branch_c, parent=world.committee)
    seen = set(Organisation.objects.visible_to(user, VIEW).values_list("pk", flat=True))
    assert world.branch_c.pk not in seen and world.general.pk in seen
    tree.organisation_move(
        by=OPERATOR, organisation=Organisation.objects.get(pk=world.branch_b.pk), parent=world.general
    )
    assert world.branch_b.pk in set(Organisation.objects.visible_to(user, VIEW).values_list("pk", flat=True))


def test_the_check_after_a_write_reads_the_rights_anew(world):
    user = world.secretary_a
    user.reach = reach_of(user)
    Appointment.objects.filter(user=user).update(ends=clock.today() - timedelta(days=1))
    assert access.has_right(user, VIEW, world.branch_a), "the request goes on with what it had"
    with pytest.raises(Http404):
        access.require(user, VIEW, world.branch_a)


def test_a_right_that_reaches_strictly_below_is_not_held_at_its_own_place():
    today = clock.today()
    seat = Seat(7, "branch_secretary", today, None)
    assert seat.gives(REVIEW) and seat.below and seat.in_force(today)
    assert not seat.in_force(today - timedelta(days=1))


def test_nobody_and_the_operator(world):
    nobody = User(username="nobody")
    assert not Organisation.objects.visible_to(nobody, VIEW).exists()
    assert Organisation.objects.visible_to(OPERATOR, VIEW).count() == len(world.places)
    assert access.has_right(OPERATOR, REVIEW, world.root)
