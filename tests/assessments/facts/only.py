"""Fills of a few families: a file that asks about one need not wait for the others, which have files of their own."""

import pytest

from assessments.facts import fill as rollups
from assessments.facts.families import FAMILIES


def few(*keys):
    """Return the families of these keys."""
    found = tuple(family for family in FAMILIES if family.key in keys)
    assert len(found) == len(keys), "no such family"
    return found


def filling(*keys):
    """Return a fixture for the whole file: fills judge only the families of these keys."""

    @pytest.fixture(autouse=True)
    def few_families(monkeypatch):
        monkeypatch.setattr(rollups, "FAMILIES", few(*keys))

    return few_families
