"""The agency that the bench measures is written in SQL: its columns are those of the models."""

import pytest
from django.db import connection

from bench.data import Size, build
from branches.organisations.models import Organisation
from members.activities.models import Activity

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the bench measures PostgreSQL")
def test_an_agency_to_measure_is_built():
    build(Size(branches=3, members=12, activities=12, attendance=36))
    assert (Organisation.objects.filter(kind="branch").count(), Activity.objects.count() >= 12) == (3, True)
