"""A roll-up killed on an exact line leaves nothing that the next one does not mend (fault F01)."""

import signal
from datetime import date

import pytest

from assessments.facts import fill as rollups
from assessments.facts.models import Fact, FillState
from branches.audit.verify import verify
from branches.places import tree
from tests.assessments.facts.random_agency import build, record
from tests.faults import processes
from tests.faults.test_many_writers import _facts

AS_OF = date(2026, 11, 24)


@pytest.mark.parametrize("already", [False, True], ids=["first fill", "rebuild of filled facts"])
def test_a_roll_up_killed_half_way_is_undone_and_filled_by_the_next(live_world, tmp_path, already):
    chance = build(live_world, 41, branches=2, records=40)
    if already:
        rollups.fill(as_of=AS_OF)
    record(chance, live_world.branch_b, [], live_world.people("branch_b"))
    env = processes.environment(tmp_path, FAULT_POINT="rollup.after_leaf")
    process = processes.start(["manage.py", "roll_up", "--rebuild", "--as-of", str(AS_OF)], env)
    try:
        marker = tmp_path / "fault-rollup.after_leaf"
        processes.wait_for(lambda: marker.exists() or process.poll() is not None, why="the roll-up did not begin")
        assert process.poll() is None, processes.output(env)
        assert FillState.objects.filter(state=FillState.State.STARTED).count() == 1
        assert rollups.fill(as_of=AS_OF).busy
    finally:
        processes.end(process, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    outcome = rollups.fill(as_of=AS_OF)
    assert not outcome.busy and outcome.filled
    assert not FillState.objects.filter(state=FillState.State.STARTED).exists()
    # The seven checks after a fault that concern figures: nothing half-done, equal to a rebuild, the rest untouched.
    rollups.fill(as_of=AS_OF, rebuild=already)
    mended = _facts()
    rollups.fill(as_of=AS_OF, rebuild=True)
    assert mended and _facts() == mended
    assert Fact.objects.filter(measure="requirement.life-theme-day", organisation=live_world.root).exists()
    assert tree.check_tree() == []
    assert verify().ok
