"""Talks of many people are read talk by talk, of few person by person: both find the same for whoever is asked for."""

from datetime import date

import pytest
from django.db import transaction

from members.activities.selectors import counting
from members.roster.models.members import Member
from tests.examples import part
from tests.responsibilities.random_year import YEAR, Agency

DAYS = (date(YEAR, 1, 1), date(YEAR, 12, 31))


@pytest.mark.parametrize("seed", part([1, 2, 3, 4, 5, 6], of=3))
def test_talks_of_many_are_those_of_each(world, seed, monkeypatch):
    with transaction.atomic():
        agency = Agency(world, seed)
        agency.build()
        people = list(Member.objects.values_list("pk", flat=True))
        asked = people[::2]
        by_person = counting.talks_had(*DAYS, ["talk"], asked)
        everybody = counting.talks_had(*DAYS, ["talk"])
        monkeypatch.setattr(counting, "MANY", 0)
        by_talk = counting.talks_had(*DAYS, ["talk"], asked)
        assert any(pk in everybody for pk in asked), "a test of nothing finds nothing"
        for pk in asked:
            mine = {record.activity for record in everybody.get(pk, ())}
            assert {record.activity for record in by_person.get(pk, ())} == mine
            assert {record.activity for record in by_talk.get(pk, ())} == mine
        transaction.set_rollback(True)
