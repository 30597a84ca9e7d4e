"""Every kind of write leaves the facts as a rebuild would make them: none forgets its change mark, or marks too little."""

from datetime import date

import pytest
import time_machine
from django.db import transaction

from assessments.facts import fill as rollups
from assessments.facts.families import Counted
from assessments.facts.models import Fact
from branches.jobs.models import ChangeMark
from common.periods import Period
from responsibilities.requirements.exemptions import exemption_revoke, requirement_exempt
from tests.assessments.facts.test_fill import picture
from tests.assessments.facts.writes import WRITES
from tests.assessments.facts.writes.agency import TODAY, YEAR, furnished, record, row_of
from tests.examples import part


@pytest.fixture
def agency(world):
    """The standing world in November with lists, work and records of earlier quarters."""
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield furnished(world)


def test_facts_after_each_kind_of_write_equal_a_rebuild(agency, monkeypatch):
    # Counts of records have a test of their own (test_rollups.py).
    families = [family for family in rollups.FAMILIES if not isinstance(family, Counted)]
    monkeypatch.setattr(rollups, "FAMILIES", families)
    rollups.fill()
    wrong = {}
    for write in part(WRITES, of=4):
        with transaction.atomic():
            found = fault_of(write(agency))
            if found:
                wrong[write.__name__] = found
            transaction.set_rollback(True)
    assert wrong == {}


def fault_of(steps):
    """Return what is wrong with the facts after the write that `steps` stops before, or ""."""
    next(steps)
    rollups.fill()
    before = picture()
    next(steps, None)
    rollups.fill()
    mended = picture()
    rollups.fill(rebuild=True)
    rebuilt = picture()
    if before == rebuilt:
        return "the write changes no fact, so that the case shows nothing"
    return f"stale: {sorted(map(str, mended - rebuilt))}" if mended != rebuilt else ""


def test_an_exemption_of_last_year_that_is_revoked_is_owed_in_last_year_again(agency):
    branch, period = agency.world.branch_a, f"{YEAR - 1}-02"
    record(branch, "theme_day", date(YEAR - 1, 12, 9))
    row = row_of(branch, "life-theme-day", period)
    exemption = requirement_exempt(by=agency.world.committee_secretary, organisation=branch, row=row, reason="疫情")
    rollups.fill(span=Period.parse(period))
    facts = Fact.objects.filter(measure="requirement.life-theme-day", period=period, organisation=branch)
    assert not facts.filter(denominator=1).exists()
    ChangeMark.objects.all().delete()
    exemption_revoke(by=agency.world.committee_secretary, exemption=exemption, reason="已结束")
    rollups.fill(span=Period.parse(period))
    assert facts.get().denominator == 1
