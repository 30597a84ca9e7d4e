"""Many ids in one condition: on PostgreSQL one array, and what is found is the same as value by value."""

import pytest
from django.db import connection

from branches.places.models.organisations import Organisation, OrganisationVersion
from common.many import MANY, Ids, ids_of

pytestmark = pytest.mark.django_db
NOBODY = range(900_000, 900_000 + 3 * MANY)


def asked(rows):
    return str(rows.values("pk").query.sql_with_params())


def test_many_numbers_are_one_value_and_few_are_not(world):
    root = Organisation.objects.root()
    for rows in (
        Organisation.objects.filter(pk__in={root.pk, *NOBODY}),
        OrganisationVersion.objects.filter(organisation__in=[root.pk, *NOBODY]),
    ):
        assert {getattr(row, "organisation_id", row.pk) for row in rows} == {root.pk}
        assert ("ANY(" in asked(rows)) == (connection.vendor == "postgresql")
    assert "ANY(" not in asked(Organisation.objects.filter(pk__in=[root.pk]))


def test_whoever_is_left_out_is_everybody_else(world):
    every = set(Organisation.objects.values_list("pk", flat=True))
    root = Organisation.objects.root()
    left = Organisation.objects.exclude(pk__in=[root.pk, *NOBODY])
    assert set(left.values_list("pk", flat=True)) == every - {root.pk}
    below = Organisation.objects.exclude(parent__in=[root.pk, *NOBODY])
    direct = set(Organisation.objects.filter(parent=root).values_list("pk", flat=True))
    assert set(below.values_list("pk", flat=True)) == every - direct


def test_texts_and_what_is_unknown_are_put_together_as_ever(world):
    root = Organisation.objects.root()
    for values in ([str(root.pk), *map(str, NOBODY)], [root.pk, None, *NOBODY]):
        assert ids_of(values) is None
        assert root in Organisation.objects.filter(pk__in=values)
    rows = [root, *Organisation.objects.all(), *[root] * MANY]
    assert OrganisationVersion.objects.filter(organisation__in=rows, organisation=root).exists()


def test_no_number_is_lost_and_nothing_of_few_is_taken():
    assert ids_of(set(NOBODY)) == Ids(set(NOBODY)) and ids_of(NOBODY[:MANY]) is None
    assert ids_of([True, *NOBODY]) is None and ids_of([2**70, *NOBODY]) is None
