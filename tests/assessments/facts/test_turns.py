"""A duty list says when it turns: on no earlier day its numbers are others, and on a new day no other list is reckoned anew."""

from datetime import timedelta

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.facts.family import Family
from assessments.facts.models import FactPart
from assessments.facts.parted import Duties
from common.periods import QUARTER, YEAR, Period
from responsibilities.duties.models import DutyList
from responsibilities.duties.turning import lists_turned
from responsibilities.measures import duty_counts
from tests.assessments.facts.test_fill import picture
from tests.assessments.facts.writes.agency import TODAY, furnished

pytestmark = pytest.mark.django_db
YEAR_OF = Period(YEAR, TODAY.year)


def counted(day):
    """Return ({list: its numbers}, {list: when it turns}) on a day."""
    judged, turns = duty_counts([YEAR_OF, *YEAR_OF.parts(QUARTER)], None, day)
    by_list = {}
    for period, rows in judged.items():
        for (pk, _), numbers in rows.items():
            by_list.setdefault(pk, []).append((str(period), sorted(map(str, numbers.items()))))
    return by_list, turns


def test_no_list_is_another_before_the_day_it_names(world):
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False) as moment:
        furnished(world)
        before, turns = counted(TODAY)
        assert len(before) > 3 and turns, "a test of nothing finds nothing"
        changed = set()
        for days in (1, 2, 5, 6, 7, 8, 12, 20, 31, 37, 38, 39):
            day = TODAY + timedelta(days=days)
            moment.move_to(f"{day}T10:00:00+08:00")
            now, _ = counted(day)
            dated = lists_turned(TODAY, day)
            for pk in before:
                if now.get(pk) != before[pk]:
                    changed.add(pk)
                    assert dated is None or pk in dated or turns[pk] <= day, f"list {pk} is another on {day}"
        assert changed, "the year's end turns lists"


def test_a_new_day_reckons_those_that_turn_and_equals_a_rebuild(world, monkeypatch):
    asked = []
    parts = Duties.parts

    def watched(family: Family, periods, things, *rest):
        asked.append(None if things is None else set(things))
        return parts(family, periods, things, *rest)

    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False) as moment:
        furnished(world)
        rollups.fill()
        monkeypatch.setattr(Duties, "parts", watched)
        branch = DutyList.objects.filter(level="branch", state="issued").first()
        FactPart.objects.filter(thing=branch.pk).update(turns=TODAY + timedelta(days=2))
        others = FactPart.objects.filter(family="duty").exclude(thing=branch.pk)
        others.update(turns=TODAY + timedelta(days=99))
        for days, reckoned in ((1, False), (1, True)):
            moment.shift(timedelta(days=days))
            asked.clear()
            rollups.fill()
            assert asked and None not in asked
            assert any(branch.pk in things for things in asked) == reckoned
        mended = picture()
        rollups.fill(rebuild=True)
        assert picture() == mended
