"""What tests of requirements and duties share."""

import pytest

from responsibilities.requirements import listing, own
from responsibilities.requirements.rules import LIVE_RULES, REQUIREMENT_RULES_BY_ID


@pytest.fixture
def to_come(monkeypatch):
    """A rule made dormant, as one whose records come with a later subject is: none of the table is so any more."""
    row = REQUIREMENT_RULES_BY_ID["life-dues-day"]
    monkeypatch.setitem(vars(row), "alive_from", "党费")
    for module in (listing, own):
        monkeypatch.setattr(module, "LIVE_RULES", tuple(one for one in LIVE_RULES if one.alive))
    return row
