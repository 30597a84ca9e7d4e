"""What the dashboard sets beside the map: the quarter before, the four stages with closure, own duties of earlier years."""

from datetime import date, time

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from assessments.home.selectors.compared import (
    Beside,
    beside_map,
    completion,
    overdue_before,
    reads_beside,
    stages_of,
    study_of,
)
from assessments.home.selectors.mine import duty_words
from common.periods import Period
from common.together import read_together
from members.activities.study import STUDY_KINDS
from responsibilities.duties.models import DutyList, Level
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.proofs.asks import kinds_of
from tests.assessments.home.test_dashboard import fact
from tests.assessments.results.test_results import hold
from tests.responsibilities.duties.world import duty, issue, make

pytestmark = pytest.mark.django_db
Q3, TODAY = Period.parse("2026Q3"), "2026-10-10T10:00:00+08:00"


def sync(place, kind, period, same, lagging=0, missing=0):
    return Fact.objects.create(
        family="sync",
        measure=f"sync.{kind}",
        organisation=place,
        period=period,
        numerator=same,
        denominator=same + lagging + missing,
        late=lagging,
        overdue=missing,
    )


@time_machine.travel(TODAY, tick=False)
def test_the_quarter_before_counts_what_fell_due_in_it_within_reach(world):
    for month, state in (("2026-07", "met"), ("2026-08", "met_late"), ("2026-09", "overdue")):
        fact(world.branch_a, "life-theme-day", month, state, due=date(2026, int(month[5:]), 28))
    fact(world.branch_b, "life-theme-day", "2026-09", "exempt", due=date(2026, 9, 28))
    fact(world.branch_b, "life-theme-day", "2026-06", "overdue", due=date(2026, 6, 28))
    assert completion(world.staff, Q3) == 66.7
    assert completion(world.staff, Q3, top=world.branch_b) is None
    assert completion(world.secretary_b, Q3) is None
    assert completion(world.staff, Q3.previous()) == 0.0


@time_machine.travel(TODAY, tick=False)
def test_the_stages_add_up_and_are_set_beside_the_quarter_before(world, as_):
    assert stages_of(world.committee, Q3) is None and stages_of(None, Q3) is None
    sync(world.root, "study", "2026Q3", 4)
    sync(world.root, "arrangement", "2026Q3", 5, 1, 2)
    sync(world.root, "study", "2026Q2", 3, 1)
    sync(world.root, "closure", "2026Q3", 2, 0, 1)
    found = stages_of(world.root, Q3)
    assert [(row.name, row.same, row.due) for row in found.rows] == [
        ("研究", 4, 4),
        ("安排", 5, 8),
        ("实施", 0, 0),
        ("考核", 0, 0),
    ]
    assert (found.closed, found.items, found.lagging, found.missing, found.before) == (2, 3, 1, 2, 75.0)
    assert found.words == "同步率 75.0%，二季度 75.0%" and found.widest == 8
    beside = beside_map(read_together(reads_beside(world.staff, Q3, place=world.root)), Q3, 3)
    before = completion(world.staff, Q3.previous())
    assert beside == Beside(before, overdue_before(world.staff, Q3), study_of(world.staff, Q3, 3), found)
    page = as_("party_secretary").get("/dashboard/?period=2026Q3").content.decode()
    assert "2 / 3 项" in page and "滞后 1，缺失 2" in page and "5/8" in page


def test_own_duties_of_earlier_years_are_said_with_those_of_this_one(world):
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        make(levels=[Level.COMMITTEE])
        issue()
        this = duty_words(world.committee_secretary)
        assert this and "以前年度" not in this
    with time_machine.travel("2027-01-10T10:00:00+08:00", tick=False):
        assert DutyList.objects.filter(year=2027).count() == 0
        later = duty_words(world.committee_secretary)
        assert "其中以前年度" in later and later.startswith("您负责的 ")


def test_own_duties_found_among_what_is_kept_are_those_judged_anew(world):
    with time_machine.travel("2026-11-20T10:00:00+08:00", tick=False):
        make()
        issue()
        readers = (world.committee_secretary, world.staff, world.party_secretary, world.leader, world.secretary_a)
        anew = [duty_words(user) for user in readers]
        rollups.fill()
        with CaptureQueriesContext(connection) as kept:
            assert duty_words(world.committee_secretary) == anew[0] != ""
        assert [duty_words(user) for user in readers] == anew
        assert len(kept) < 10, "the lists are not judged again"


def studied(place, kind, day, hours=0):
    times = {"starts_at": time(9), "ends_at": time(9 + hours, 30)} if hours else {}
    return hold(place, kind, day, **times)


@time_machine.travel(TODAY, tick=False)
def test_hours_of_study_are_those_of_the_branches_duty_beside_the_quarter_before(world, as_):
    # Of one day at most eight hours; a record without times is unknown; what an upper level holds is none of the branches'.
    studied(world.branch_a, "training", date(2026, 8, 4), 5)
    studied(world.branch_a, "lecture", date(2026, 8, 4), 6)
    studied(world.branch_b, "theme_day", date(2026, 9, 9), 1)
    studied(world.branch_b, "assembly", date(2026, 9, 10))
    studied(world.branch_b, "lecture", date(2026, 5, 9), 2)
    studied(world.committee, "training", date(2026, 9, 9), 7)
    rollups.fill()
    staff = study_of(world.staff, Q3, 3)
    assert (staff.mean, staff.note) == (
        "3.1",
        "平均每个支部；二季度 0.8 学时；1 条记录没有起止时间，学时未知",
    )
    own = study_of(world.secretary_a, Q3, 1)
    assert (own.mean, own.note) == ("8", "")
    assert study_of(world.staff, Q3, 1, top=world.branch_b).mean == "1.5"
    assert study_of(world.secretary_c, Q3, 1).mean == ""
    make(levels=[Level.BRANCH])
    issue()
    one = duty("br-study", organisation=world.branch_b)
    (slot,) = duty_slots([one])[one.pk]
    assert {*kinds_of(one)} == {*STUDY_KINDS} and slot.done == 4
    page = as_("staff").get("/dashboard/?period=2026Q3").content.decode()
    assert "学时" in page and "平均每个支部" in page
