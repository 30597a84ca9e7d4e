"""A trial takes as many statements for many organisations as for few, by each of the four schemes; a simulation too.

And what it reads and does grows with their number, no faster.
"""

import cProfile
import pstats
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.results.services import assessment_trial
from assessments.results.simulation import simulate
from assessments.schemes.measures import SCHEMES
from assessments.schemes.models import SchemeVersion
from branches.places import tree
from branches.places.services.groups import comparison_group_set
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.roster.services.members import member_create, post_give
from tests.assessments.results.test_results import hold
from tests.counting import asked
from tests.responsibilities.work.support import happened, item_at, linked
from tests.world import FOUNDED, identity

pytestmark = pytest.mark.django_db
DAY = timezone.make_aware(datetime(2027, 2, 1, 9))
YEAR = Period.parse("2026")


def one_more(world, number):
    """A branch with a secretary, records, a stage of a work of its own, and a group."""
    place = tree.organisation_create(
        by=OPERATOR, name=f"中共云川市测试局新{number}处支部委员会", short_name=f"新{number}处党支部", kind="branch",
        founded=FOUNDED, parent=world.committee.pk,
    )  # fmt: skip
    member = member_create(
        by=OPERATOR, branch=place, name=f"新{number}", sex="男", stage="full", joined_on=FOUNDED, full_on=date(2016, 5, 20),
        birth_date=date(1985, 1, 1), identity=identity(100 + number), phone=f"198{number:08d}",
    )  # fmt: skip
    post_give(by=OPERATOR, member=member, organisation=place, kind="secretary")
    comparison_group_set(by=OPERATOR, organisation=place, group="agency", starts=FOUNDED)
    for month in (3, 6):
        hold(place, "theme_day", date(2026, month, 10))
    item = item_at(world.root, [place], name=f"能源保供{number}", starts=date(2026, 1, 1))
    happened(item, "study", date(2026, 3, 2))
    linked(item, "study", hold(place, "committee_meeting", date(2026, 3, 3), content="能源保供"))


def statements(work):
    with CaptureQueriesContext(
        connection,
    ) as found:
        work()
    # Writing goes in portions of so many rows; what is read is what must not grow.
    return [row["sql"] for row in found.captured_queries if row["sql"].lstrip().upper().startswith("SELECT")]


def test_reading_takes_as_many_statements_for_many_as_for_few(world):
    versions = {version.version: version for version in SchemeVersion.objects.filter(key="tongbu-branch")}
    with clock.at(DAY):
        for number in range(2):
            one_more(world, number)

        def all_of_it():
            found = {
                key: statements(lambda key=key: assessment_trial(by=OPERATOR, period=YEAR, key=key)) for key in SCHEMES
            }
            found["simulation"] = statements(lambda: simulate(versions[2], versions[1], YEAR))
            return found

        all_of_it()
        few = all_of_it()
        for number in range(2, 9):
            one_more(world, number)
        many = all_of_it()
    for key, before in few.items():
        assert len(many[key]) == len(before), (key, len(before), len(many[key]), set(many[key]) ^ set(before))


def work_of(run):
    """Return (rows that were read, calls of functions) of a run: no clock, so that a busy machine changes nothing."""
    profile = cProfile.Profile()
    with asked() as count:
        profile.enable()
        run()
        profile.disable()
    return count.rows, pstats.Stats(profile).total_calls  # type: ignore[attr-defined]


def test_rows_and_calls_for_each_further_branch_stay_the_same(world):
    sizes, found = (0, 4, 10, 28), []
    with clock.at(DAY):
        for before, size in zip(sizes, sizes[1:], strict=False):
            for number in range(before, size):
                one_more(world, number)
            # The first run fills what is kept for the process.
            assessment_trial(by=OPERATOR, period=YEAR)
            found.append(work_of(lambda: assessment_trial(by=OPERATOR, period=YEAR)))
    for few, more, many in zip(*found, strict=True):
        first, second = (more - few) / (10 - 4), (many - more) / (28 - 10)
        assert second <= 1.01 * first, (few, more, many)
