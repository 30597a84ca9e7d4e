"""What is exported of a longer slot is the sum of its months, and everything bears the names of its own day (judgement 5)."""

import copy
from datetime import date

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.facts.exports import fact_rows
from assessments.facts.families import FAMILIES
from assessments.facts.models import Fact, FillState
from assessments.results.services import assessment_trial
from branches.places import tree
from branches.places.models.organisations import OrganisationVersion
from common.operator import OPERATOR
from common.periods import HALF, MONTH, QUARTER, Period
from members.activities.models import Resolution
from responsibilities.requirements.exports import requirement_rows
from responsibilities.work.models import SyncStageKind
from tests.assessments.facts.writes.agency import YEAR, furnished
from tests.members.activities.records import submitted
from tests.shared import made_once

DAY = date(YEAR, 11, 24)
SPAN = Period.parse(str(YEAR))


@time_machine.travel(f"{DAY}T10:00:00+08:00", tick=False)
def make_agency(world):
    found = furnished(world)
    # Due in the month after that of the day: planned, and counted in its month already.
    meeting = found.meeting[SyncStageKind.ASSESSMENT]
    Resolution.objects.create(activity=meeting, order=9, text="公示", due=date(YEAR, 12, 20))
    rollups.fill()
    return found


kept_agency = made_once(make_agency)


@pytest.fixture
def agency(kept_agency, world):
    with time_machine.travel(f"{DAY}T10:00:00+08:00", tick=False):
        yield copy.deepcopy(kept_agency)


def exported(as_of=None):
    """Return {(organisation, measure, period): (numerator, denominator)} of the export of the year."""
    _, rows = fact_rows(SPAN, as_of)
    return {(place, measure, period): (done, owed or 0) for place, measure, period, done, owed in rows}


def unlike(found):
    """Return the longer slots that are not the sum of their months, worked out from the exported lines alone."""
    summed = {family.key for family in FAMILIES if family.summed}
    families = dict(Fact.objects.values_list("measure", "family"))
    longer = [period for kind in (QUARTER, HALF) for period in SPAN.parts(kind)] + [SPAN]
    wrong = []
    for place, measure in {(place, measure) for place, measure, _ in found if families[measure] in summed}:
        for period in longer:
            months = [found.get((place, measure, str(month)), (0, 0)) for month in period.parts(MONTH)]
            whole = tuple(map(sum, zip(*months)))
            if found.get((place, measure, str(period)), (0, 0)) != whole:
                wrong.append((place, measure, str(period), whole))
    return wrong


def test_a_longer_slot_is_the_sum_of_its_months_as_exported_the_planned_ones_too(agency):
    found = exported()
    assert any(period == f"{YEAR}-12" and measure == "resolutions.done" for _, measure, period in found)
    assert unlike(found) == []


def test_it_is_so_for_a_look_back_after_a_later_fill_and_for_the_fill_after_that(agency):
    now = exported()
    for day in (date(YEAR, 8, 3), date(YEAR, 5, 31)):
        rollups.fill(as_of=day, span=SPAN)
        assert unlike(exported(day)) == []
    rollups.fill()
    assert exported() == now


def test_exports_name_each_organisation_as_on_the_last_day_of_the_period(agency):
    branch = agency.world.branch_b
    old = branch.name
    # As of a day of the year before nobody's versions begin in it.
    OrganisationVersion.objects.filter(organisation=branch).update(starts=date(YEAR - 3, 1, 1))
    tree.organisation_update(
        by=OPERATOR, organisation=branch, name="中共试验机关新名处支部委员会", on=date(YEAR, 5, 10)
    )
    rollups.fill()
    for rows, place, period in (
        (requirement_rows(SPAN)[1], 0, 2),
        (fact_rows(SPAN)[1], 0, 2),
    ):
        names = {}
        for row in rows:
            names.setdefault(row[place], set()).add(row[period])
        assert f"{YEAR}-04" in names[old] and f"{YEAR}-05" not in names[old] and f"{YEAR}Q2" not in names[old]
        assert {f"{YEAR}-05", f"{YEAR}Q2"} <= names["中共试验机关新名处支部委员会"]
        assert f"{YEAR}-04" not in names["中共试验机关新名处支部委员会"]


def test_a_result_names_a_branch_and_its_group_as_on_the_last_day_of_its_period(agency):
    world = agency.world
    OrganisationVersion.objects.filter(organisation=world.branch_b).update(starts=date(YEAR - 3, 1, 1))
    old, above = str(world.branch_b), str(world.branch_b.parent)
    tree.organisation_update(by=OPERATOR, organisation=world.branch_b, short_name="新名处党支部", on=date(YEAR, 10, 8))
    third = assessment_trial(by=OPERATOR, period=Period.parse(f"{YEAR}Q3"))
    fourth = assessment_trial(by=OPERATOR, period=Period.parse(f"{YEAR}Q4"))
    names = [trial.results.get(organisation=world.branch_b) for trial in (third, fourth)]
    assert [row.organisation_name for row in names] == [old, "新名处党支部"]
    assert [row.group_name for row in names] == [above, above]


def _of_the_year():
    rows = Fact.objects.filter(period=str(YEAR), family="activities")
    return {(row.organisation_id, row.measure): (row.pk, row.numerator) for row in rows}


def _one_more(agency):
    return submitted(agency.world.branch_a, agency.world.secretary_a, kinds=("theme_day",), day=DAY)


def test_a_change_adds_its_longer_slots_anew_where_it_was_written_and_nowhere_else(agency):
    before = _of_the_year()
    _one_more(agency)
    rollups.fill()
    after = _of_the_year()
    theirs = {agency.world.branch_a.pk, agency.world.committee.pk, agency.world.root.pk}
    for key, (pk, number) in before.items():
        if key[0] not in theirs:
            assert after[key] == (pk, number), "a row that nothing concerns was written"
    for place in theirs:
        key = (place, "activities.theme_day")
        assert after[key][1] == before.get(key, (0, 0))[1] + 1


def test_a_fill_that_dies_between_a_month_and_its_year_is_found_out(agency, monkeypatch):
    _one_more(agency)

    def dies(*_):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(rollups, "sum_places", dies)
        with pytest.raises(RuntimeError):
            rollups.fill()
    assert FillState.objects.filter(period=str(YEAR), state=FillState.State.STARTED).exists()
    rollups.fill()
    found = {key: number for key, (_, number) in _of_the_year().items()}
    rollups.fill(rebuild=True)
    assert {key: number for key, (_, number) in _of_the_year().items()} == found
    assert not FillState.objects.filter(state=FillState.State.STARTED).exists()
