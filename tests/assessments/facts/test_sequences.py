"""Any writes one after the other, with fills and days between some of them, leave the facts as a rebuild would make them."""

from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

import time_machine
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.facts import fill as rollups
from assessments.facts.models import FactPart
from common.errors import Conflict
from tests.assessments.facts.test_fill import picture
from tests.assessments.facts.writes import WRITES
from tests.assessments.facts.writes.agency import TODAY, furnished
from tests.examples import examples

# A write may not be possible after those before it (a place that is archived, a list that is issued).
REFUSED = (ValidationError, Conflict, PermissionDenied, Http404, ObjectDoesNotExist, StopIteration, ValueError)
# (write, whether a fill follows, how many days pass after it)
DAYS = st.sampled_from((0, 0, 1, 2, 9, 30, 75))
STEPS = st.lists(st.tuples(st.sampled_from(range(len(WRITES))), st.booleans(), DAYS), min_size=3, max_size=6)


def written(write, agency):
    """Carry out both halves of a write, or nothing of it; whether it was possible."""
    try:
        with transaction.atomic():
            steps = write(agency)
            next(steps)
            next(steps, None)
    except REFUSED:
        return False
    return True


@contextmanager
def in_small_lots():
    """Whole slots are judged a few organisations and lists at a time, as those of a large agency are."""
    with mock.patch("assessments.facts.tree_on.LOT", 3), mock.patch("assessments.facts.parted.NARROW", 2):
        yield


def parts():
    """Return what every thing adds to the facts."""
    return sorted(FactPart.objects.values_list("family", "thing", "period", "own"), key=str)


@settings(
    max_examples=examples(12),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS)
def test_a_sequence_of_writes_mended_equals_a_rebuild(world, steps):
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False) as moment, transaction.atomic():
        agency = furnished(world)
        rollups.fill()
        done = 0
        for number, filled, days in steps:
            done += written(WRITES[number], agency)
            if filled:
                rollups.fill()
            moment.shift(timedelta(days=days))
        rollups.fill()
        mended = picture(), parts()
        with in_small_lots():
            rollups.fill(rebuild=True)
        assert done and (picture(), parts()) == mended
        transaction.set_rollback(True)
