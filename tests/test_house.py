"""The house keeps its measures (tests/house.py says which, and prints them)."""

import re

import pytest

from tests import house


@pytest.mark.parametrize("what", sorted(house.MEASURES))
def test_the_house_has_no(what):
    assert house.MEASURES[what]() == []


def test_the_house_is_really_looked_at(monkeypatch):
    """A measure that finds nothing anywhere would let everything through."""
    monkeypatch.setattr(house, "FUNCTION_FAILS", 5)
    monkeypatch.setattr(house, "POSITIONAL_FAILS", 1)
    monkeypatch.setattr(house, "VIEWS", re.compile(r"/selectors/"))
    assert house.asking_views()
    assert house.long_functions() and house.wide_functions() and house.large_files(50)
    assert sum(1 for path in house.trees() if house.TYPED.search(house.named(path))) > 100
