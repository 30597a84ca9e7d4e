"""The group in which a branch is compared is its own row for each day."""

from datetime import date

import pytest

from branches.places.models.groups import OrganisationGroup
from branches.places.services.groups import comparison_group_set

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)


def test_two_branches_given_a_group_from_the_same_day_have_a_row_each(world):
    by = world.committee_secretary
    first = comparison_group_set(by=by, organisation=world.branch_a, group="service", starts=DAY)
    second = comparison_group_set(by=by, organisation=world.branch_b, group="retired", starts=DAY)
    again = comparison_group_set(by=by, organisation=world.branch_a, group="agency", starts=DAY)
    assert again.pk == first.pk != second.pk
    rows = OrganisationGroup.objects.filter(starts=DAY).values_list("organisation", "group")
    assert set(rows) == {(world.branch_a.pk, "agency"), (world.branch_b.pk, "retired")}
