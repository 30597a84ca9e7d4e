"""The agency that the bench measures is written in SQL: it has to know every column that the database asks for."""

from bench.data import SIZES, _columns, _member
from members.activities.models import Activity
from members.roster.models.members import Member


def test_every_column_of_a_record_that_may_not_be_empty_is_written():
    assert asked_of(Activity) - set(_columns(SIZES["S"], 1, 2026)) == set()


def test_a_member_is_written_by_the_columns_that_there_are():
    written = set(_member(SIZES["S"], 1))
    assert asked_of(Member) <= written <= {field.column for field in Member._meta.concrete_fields}


def asked_of(model):
    """Return the columns of a model that may not be empty."""
    return {field.column for field in model._meta.concrete_fields if not field.null and not field.primary_key}
