"""Two at one assessment: trials stand in line, and none writes over what was frozen meanwhile."""

import pytest
from django.core.exceptions import ValidationError

from assessments.hearing.services import assessment_freeze
from assessments.results.models import Assessment
from assessments.results.services import assessment_trial
from assessments.results.trials import trial_ask
from branches.audit.models import AuditEntry
from branches.jobs.models import JobRun
from common.errors import Conflict
from common.periods import Period
from tests.assessments.hearing.support import heard
from tests.assessments.results.test_results import hold
from tests.faults.at_once import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="needs row locks"),
]
Q3 = Period.parse("2026Q3")


def trial(world, by):
    return assessment_trial(by=world.users[by], period=Q3)


@pytest.mark.parametrize("_", range(3))
def test_two_first_trials_make_one_assessment(live_world, _):
    hold(live_world.branch_a, "theme_day", Q3.first)
    results = at_once(lambda: trial(live_world, "staff"), lambda: trial(live_world, "committee_secretary"))
    assert [type(result) for result in results] == [Assessment, Assessment], results
    assert Assessment.objects.count() == 1
    assert AuditEntry.objects.filter(verb="assessment.trial").count() == 2


@pytest.mark.parametrize("_", range(4))
def test_a_trial_never_takes_back_what_is_frozen_meanwhile(live_world, _):
    hold(live_world.branch_a, "theme_day", Q3.first)
    first = trial(live_world, "staff")
    again, frozen = at_once(
        lambda: trial(live_world, "staff"),
        lambda: assessment_freeze(by=live_world.committee_secretary, assessment=heard(first)),
    )
    assert isinstance(again, Assessment | Conflict) and isinstance(frozen, Assessment | ValidationError), (
        again,
        frozen,
    )
    stored = Assessment.objects.get()
    assert stored.state == ("frozen" if isinstance(frozen, Assessment) else "trial")
    assert stored.results.exists()


@pytest.mark.parametrize("_", range(3))
def test_of_two_that_ask_for_a_trial_at_once_one_is_told_that_it_runs(live_world, _, monkeypatch):
    monkeypatch.setattr("branches.jobs.services.run_job.delay", lambda pk: None)
    hold(live_world.branch_a, "theme_day", Q3.first)
    asked = at_once(
        *(lambda by=by: trial_ask(by=live_world.users[by], period=Q3) for by in ("staff", "committee_secretary"))
    )
    assert {type(one) for one in asked} == {JobRun, ValidationError}, asked
    assert JobRun.objects.count() == 1
