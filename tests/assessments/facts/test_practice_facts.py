"""Facts of practices beside a slow count: adoptions found better, practices that became policies or spread."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from common.periods import Period
from members.activities.models import Activity
from responsibilities.policies.models import Policy, PolicyCheck, PolicyStep, PolicyVersion
from responsibilities.policies.selectors.policies import mechanism_of
from responsibilities.practices.models import Adoption, Formalisation, Practice
from tests.assessments.facts.only import filling
from tests.assessments.facts.test_campaign_facts import moment, some_day
from tests.examples import part

pytestmark = pytest.mark.django_db
YEAR, AS_OF = 2026, date(2026, 11, 24)
only_these = filling("practice", "practice_spread")
KEYS = ("branch_a", "branch_b", "branch_c", "general", "group_a1")


def early(chance):
    return some_day(chance, date(YEAR - 1, 3, 1), AS_OF)


def a_practice(world, chance, number):
    owner = world.places[chance.choice(KEYS[:3])]
    practice = Practice.objects.create(
        organisation=owner,
        title=f"第{number}项",
        problem="问题",
        steps="步骤",
        building="thought",
        started=date(YEAR - 1, 1, 1),
    )
    for key in KEYS:
        for _ in range(chance.randrange(3)):
            _adoption(world, chance, practice, world.places[key])
    for _ in range(chance.randrange(3)):
        _formalisation(world, chance, practice)


def _adoption(world, chance, practice, place):
    reported = chance.random() < 0.8
    day = early(chance)
    row = Adoption(
        practice=practice,
        organisation=place,
        starts=day - timedelta(days=40),
        # The same day, the next months, or far away.
        ends=day + timedelta(days=chance.choice([0, 20, 60, 120, 500, 500])),
    )
    if reported:
        row.result, row.text = chance.choice(["kept", "adapted", "dropped"]), "说明"
        row.reported_on, row.reported_by = day, world.secretary_a
        if chance.random() < 0.7:
            row.level, row.reason = chance.choice(["better", "same", "worse"]), "理由"
            row.judged_on, row.judged_by = some_day(chance, day, AS_OF + timedelta(days=5)), world.staff
    row.save()


def _formalisation(world, chance, practice):
    number = Policy.objects.count()
    policy = Policy.objects.create(organisation=world.committee, title=f"制度{number}", building="thought")
    issued = chance.random() < 0.7
    first = early(chance) + timedelta(days=chance.choice([0, 0, 60]))
    version = PolicyVersion.objects.create(
        policy=policy,
        issued_on=first if issued else None,
        in_force_from=first if issued else None,
        issued_at=moment(first) if issued else None,
    )
    Formalisation.objects.create(practice=practice, policy_version=version, made_on=date(YEAR, 1, 1))
    # Of its own, so that the adoptions of a seed stay what they are.
    chance = random.Random(f"{number} {first}")
    for order in range(chance.choice([0, 1, 2, 2])):
        PolicyStep.objects.create(
            version=version,
            order=order,
            title="一步",
            seat=chance.choice(["", *["staff"] * 5]),
            days=chance.choice([None, *[3] * 5]),
            yields=chance.choice([[], *[["document"]] * 5]),
            optional=chance.random() < 0.2,
        )
    if chance.random() < 0.8:
        PolicyCheck.objects.create(version=version, planned=chance.choice([0, 90, 90, 90]))
    if chance.random() < 0.4:
        # The next version, whole; it formalises where the first says too little.
        _whole(policy, first + timedelta(days=chance.choice([10, 200, 400])))


def _whole(policy, first):
    version = PolicyVersion.objects.create(
        policy=policy, number=2, issued_on=first, in_force_from=first, issued_at=moment(first)
    )
    PolicyStep.objects.create(version=version, title="一步", seat="staff", days=3, yields=["document"])
    PolicyCheck.objects.create(version=version, planned=80)


def month_end(day):
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def end(row):
    """The day on which an adoption ended: as it was said, or with its organisation."""
    return min(row.ends, row.organisation.archived_on or row.ends)


def slow():
    found = defaultdict(int)
    won = set()
    for row in sorted(Adoption.objects.filter(level="better"), key=lambda one: (one.judged_on, one.pk)):
        other = row.organisation_id != row.practice.organisation_id
        goes_on = row.result in ("kept", "adapted") and row.judged_on <= AS_OF
        if not (other and goes_on and end(row) > min(month_end(row.judged_on), AS_OF)):
            continue
        pair = row.practice_id, row.organisation_id
        if pair not in won:
            won.add(pair)
            found[row.practice.organisation, "practices.adopted", f"{row.judged_on:%Y-%m}"] += 1
    for practice in Practice.objects.all():
        years = set()
        days = [
            version.in_force_from
            for row in practice.formalisations.all()
            for version in row.policy_version.policy.versions.all()
            if version.issued_at is not None and mechanism_of(version).has_both
        ]
        if days and min(days) <= AS_OF:
            years.add(min(days).year)
        rows = [row for row in practice.adoptions.all() if row.result in ("kept", "adapted")]
        rows = [row for row in rows if row.organisation_id != practice.organisation_id]
        day = date(YEAR - 1, 1, 1)
        while day <= AS_OF:
            if len({row.organisation_id for row in rows if row.reported_on <= day < end(row)}) >= 3:
                years.add(day.year)
                break
            day += timedelta(days=1)
        for year in years:
            found[practice.organisation, "practices.spread", str(year)] += 1
    return found


@pytest.mark.parametrize("seed", part([3, 14, 15, 92], of=4))
def test_facts_of_practices_are_what_a_slow_count_says(world, seed):
    chance = random.Random(seed)
    with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False):
        for number in range(14):
            a_practice(world, chance, number)
        world.group_a1.archived_on = some_day(random.Random(seed), date(YEAR, 3, 1), AS_OF)
        world.group_a1.save()
        # Facts are kept from the year of the first record on.
        Activity.objects.create(
            organisation=world.branch_a, day=date(YEAR - 1, 1, 5), title="一次活动", state="accepted"
        )
        rollups.fill(rebuild=True)
        expected = defaultdict(int)
        for (place, measure, period), number in slow().items():
            while place is not None:
                expected[place.pk, measure, period] += number
                place = place.parent
    kept = {
        (fact.organisation_id, fact.measure, fact.period): fact.numerator
        for fact in Fact.objects.filter(measure__startswith="practices.")
        if fact.numerator
        and Period.parse(fact.period).kind == ("year" if fact.measure == "practices.spread" else "month")
    }
    assert kept == {key: number for key, number in expected.items() if number}
    assert {measure for _, measure, _ in kept} == {"practices.adopted", "practices.spread"}
