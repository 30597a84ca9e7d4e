"""Fills of a few families: a file that asks about one need not wait for the others, which have files of their own."""

import pytest

from assessments.facts import fill as rollups


def filling(*keys):
    """Return a fixture for the whole file: fills judge only the families of these keys."""

    @pytest.fixture(autouse=True)
    def few_families(monkeypatch):
        few = [family for family in rollups.FAMILIES if family.key in keys]
        assert len(few) == len(keys), "no such family"
        monkeypatch.setattr(rollups, "FAMILIES", few)

    return few_families
