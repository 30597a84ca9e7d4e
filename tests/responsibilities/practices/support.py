"""What the tests of practices share: a candidate, a proven one, one that became a policy, adoptions at each of their steps."""

from datetime import timedelta

from branches.places import tree
from common import clock
from common.operator import OPERATOR
from responsibilities.policies.services.issuing import policy_put_in_force
from responsibilities.policies.services.policies import CheckData, PolicyData, StepData, data_of, policy_save
from responsibilities.practices.models import Adoption, Practice
from responsibilities.practices.services.adoptions import adoption_judge, adoption_report, practice_adopt
from responsibilities.practices.services.practices import (
    PracticeData,
    practice_formalise,
    practice_propose,
    practice_prove,
)
from tests.world import FOUNDED

THEME_DAY = "requirement.life-theme-day"


def ago(days):
    return clock.today() - timedelta(days=days)


def data(**changes):
    values = {
        "title": "周五联席半小时",
        "problem": "一项业务走两遍会",
        "steps": "1. 对好议题\n2、定牵头人\n会后三日内印发分工",
        "started": ago(200),
        "building": "organisation",
        "measure": THEME_DAY,
    }
    return PracticeData(**values | changes)


def stood(practice):
    """The practice as it stands now, with its stage."""
    return Practice.objects.with_stage().get(pk=practice.pk)


def candidate(world, **changes):
    return practice_propose(by=world.secretary_a, organisation=world.branch_a, data=data(**changes))


def proven(world, **changes):
    return practice_prove(by=world.staff, practice=candidate(world, **changes), reason="按期率提高")


def adopted(world, practice=None, key="b", **options):
    practice = practice or proven(world)
    place = world.places[f"branch_{key}"]
    return practice_adopt(by=world.users[f"secretary_{key}"], practice=practice, organisation=place, **options)


def lived(row, days=150):
    """The adoption as if it had begun so many days ago: its months have passed."""
    Adoption.objects.filter(pk=row.pk).update(starts=ago(days))
    row.refresh_from_db()
    return row


def reported(world, practice=None, key="b", result="kept"):
    row = lived(adopted(world, practice, key))
    return adoption_report(by=world.users[f"secretary_{key}"], adoption=row, result=result, text="两会合开")


def judged(world, practice=None, key="b", result="kept", level="better"):
    row = reported(world, practice, key, result)
    return adoption_judge(by=world.staff, adoption=row, level=level, reason="按期率提高")


def drafted(world, practice=None):
    practice = practice or proven(world)
    title = f"{practice.title}制度"
    return practice_formalise(by=world.staff, practice=practice, organisation=world.committee, title=title)


def issued(world, version, since=None, whole=True):
    """Put the draft of a policy in force. whole: who, in how many days, yielding what, and a rule were added to its steps."""
    since = since or clock.today()
    policy = version.policy
    said = PolicyData(
        organisation=policy.organisation,
        title=policy.title,
        building=policy.building,
        document="机党发〔2026〕18号",
        issued_on=since,
    )
    steps = [data_of(step) for step in version.steps.all()]
    if whole:
        steps = [StepData(step.title, "branch_secretary", 3, ["document"]) for step in steps]
    check = CheckData(90) if whole else None
    version = policy_save(by=world.staff, data=said, version=version, steps=steps, check=check)
    return policy_put_in_force(by=world.staff, version=version, in_force_from=since)


def formalised(world, practice=None):
    practice = practice or proven(world)
    issued(world, drafted(world, practice))
    return practice


def more_branches(world, number, under=None):
    return [
        tree.organisation_create(
            by=OPERATOR,
            name=f"中共云川市测试局第{place}处支部委员会",
            short_name=f"第{place}处党支部",
            kind="branch",
            founded=FOUNDED,
            parent=under or world.committee,
        )
        for place in range(number)
    ]
