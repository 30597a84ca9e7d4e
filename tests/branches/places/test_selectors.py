"""Terms that need attention, and places found by what people call them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from branches.places.selectors.names import labels, named
from branches.places.selectors.terms import term_warnings
from branches.places.services.terms import term_close, term_set
from common import clock
from common.operator import OPERATOR

pytestmark = pytest.mark.django_db


def _term(place, days):
    """Return a term of five years that runs out `days` from now."""
    expires = clock.today() + timedelta(days=days)
    return Term.objects.create(organisation=place, starts=expires - timedelta(days=1826), expires=expires)


def test_a_term_warns_half_a_year_before_it_ends_and_not_earlier(world):
    over, ending = _term(world.branch_a, -1), _term(world.branch_b, 183)
    _term(world.branch_c, 184)
    assert term_warnings(world.staff) == {"expired": [over], "ending": [ending]}
    assert term_warnings(world.secretary_a) == {"expired": [over], "ending": []}
    Term.objects.filter(pk=over.pk).update(closed_on=clock.today())
    Organisation.objects.filter(pk=world.branch_b.pk).update(archived_on=clock.today())
    assert term_warnings(world.staff) == {"expired": [], "ending": []}


def test_a_term_that_ends_today_is_ending_and_not_over(world):
    today = _term(world.branch_a, 0)
    assert term_warnings(world.staff) == {"expired": [], "ending": [today]}


@pytest.mark.parametrize(
    "text",
    [
        "中共云川市测试局甲处支部委员会",
        "甲处党支部",
        "机关党委/甲处党支部",
        "局党组／机关党委／甲处党支部",
        " 甲处党支部 ",
    ],
)
def test_a_place_is_found_by_name_short_name_and_path(world, text):
    assert [(path, row.pk) for path, row in named(text)] == [("局党组/机关党委/甲处党支部", world.branch_a.pk)]


def test_a_small_group_is_found_by_the_label_of_the_pages(world):
    assert [row for _, row in named(world.group_a1.label)] == [world.group_a1]
    assert named("乙处党支部/第一党小组") == named("没有这个") == named(" / ") == []
    Organisation.objects.filter(pk=world.group_a1.pk).update(archived_on=clock.today())
    assert named(world.group_a1.label) == []


def test_labels_are_given_of_those_asked_for(world):
    asked = [world.branch_a.pk, world.group_a1.pk]
    assert labels(asked) == {world.branch_a.pk: world.branch_a.label, world.group_a1.pk: world.group_a1.label}
    assert len(labels()) == Organisation.objects.count()


def test_a_term_ends_from_the_day_on_which_it_began_until_today(world):
    starts = clock.today() - timedelta(days=30)
    term_set(by=OPERATOR, organisation=world.branch_a, starts=starts, expires=clock.today() + timedelta(days=900))
    for day, sentence in (
        (starts - timedelta(days=1), "不能早于"),
        (clock.today() + timedelta(days=1), "不能晚于今天"),
    ):
        with pytest.raises(ValidationError, match=sentence):
            term_close(by=OPERATOR, organisation=world.branch_a, on=day)
    assert term_close(by=OPERATOR, organisation=world.branch_a, on=starts).closed_on == starts
    with pytest.raises(ValidationError, match="没有正在进行的任期"):
        term_close(by=OPERATOR, organisation=world.branch_a, on=starts)
