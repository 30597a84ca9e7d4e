"""The agency that the bench measures is written in SQL: it has to know every column that the database asks for."""

from bench.data import SIZES, _columns
from members.activities.models import Activity


def test_every_column_of_a_record_that_may_not_be_empty_is_written():
    asked = {field.column for field in Activity._meta.concrete_fields if not field.null and not field.primary_key}
    assert asked - set(_columns(SIZES["S"], 1, 2026)) == set()
