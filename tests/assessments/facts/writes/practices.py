"""Writes of practices."""

from datetime import timedelta

from responsibilities.policies.services.issuing import policy_put_in_force
from responsibilities.policies.services.policies import CheckData, PolicyData, policy_save, procedure_set
from responsibilities.practices.models import Adoption
from responsibilities.practices.services.adoptions import adoption_judge, adoption_report, adoption_stop, practice_adopt
from responsibilities.practices.services.practices import (
    PracticeData,
    practice_formalise,
    practice_propose,
    practice_prove,
)
from tests.assessments.facts.writes.agency import TODAY, write
from tests.responsibilities.policies.records import STEPS


def _proven(a):
    data = PracticeData("联席", "两遍会", "对好议题", TODAY - timedelta(days=200), "thought")
    practice = practice_propose(by=a.world.secretary_a, organisation=a.world.branch_a, data=data)
    return practice_prove(by=a.world.staff, practice=practice, reason="按期率提高")


def _reported(a, key, practice):
    user, place = a.world.users[f"secretary_{key}"], a.world.places[f"branch_{key}"]
    row = _lived(practice_adopt(by=user, practice=practice, organisation=place))
    return adoption_report(by=user, adoption=row, result="kept", text="继续")


def _lived(row):
    """The adoption as if it had begun long enough ago to be reported on."""
    Adoption.objects.filter(pk=row.pk).update(starts=TODAY - timedelta(days=150))
    row.refresh_from_db()
    return row


@write
def practice_judged(a):
    row = _reported(a, "b", _proven(a))
    yield
    adoption_judge(by=a.world.staff, adoption=row, level="better", reason="见效")


@write
def practice_judged_otherwise(a):
    row = adoption_judge(by=a.world.staff, adoption=_reported(a, "b", _proven(a)), level="better", reason="见效")
    yield
    adoption_judge(by=a.world.committee_secretary, adoption=row, level="worse", reason="分工没有印发")


@write
def practice_stopped(a):
    row = adoption_judge(by=a.world.staff, adoption=_reported(a, "b", _proven(a)), level="better", reason="见效")
    yield
    adoption_stop(by=a.world.secretary_b, adoption=row, reason="两会又分开了")


@write
def practice_kept_by_a_third(a):
    practice = _proven(a)
    for key in ("b", "c"):
        _reported(a, key, practice)
    row = _lived(practice_adopt(by=a.world.general_secretary, practice=practice, organisation=a.world.general))
    yield
    adoption_report(by=a.world.general_secretary, adoption=row, result="adapted", text="继续")


def _drafted(a):
    version = practice_formalise(
        by=a.world.staff, practice=_proven(a), organisation=a.world.committee, title="联席制度"
    )
    data = PolicyData(a.world.committee, "联席制度", "thought", document="1号", issued_on=TODAY)
    return policy_save(by=a.world.staff, data=data, version=version, steps=STEPS, check=CheckData(90))


@write
def practice_formalised(a):
    version = _drafted(a)
    yield
    policy_put_in_force(by=a.world.staff, version=version, in_force_from=TODAY)


@write
def practice_formalised_by_what_is_completed_later(a):
    version = policy_put_in_force(by=a.world.staff, version=_drafted(a), in_force_from=TODAY)
    procedure_set(by=a.world.staff, version=version, steps=STEPS, check=None)
    yield
    procedure_set(by=a.world.staff, version=version, steps=STEPS, check=CheckData(90))
