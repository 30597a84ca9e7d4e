"""A trial reads a part of the agency at a time: what it gives is what is given at once, and what is held does not grow."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.utils import timezone

from assessments.results import services
from assessments.results.by_hand import Share
from assessments.results.models import Result
from assessments.results.selectors import scores
from assessments.results.services import assessment_trial
from assessments.results.simulation import simulate
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import parsed, scheme_for
from branches.places import tree
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.roster.models.members import Membership
from tests.assessments.results.test_results import quarter  # noqa: F401
from tests.assessments.results.test_trial_grows import DAY, one_more

pytestmark = pytest.mark.django_db
PERIODS = [Period.parse(text) for text in ("2026Q3", "2026H2", "2026")]


@pytest.fixture
def agency(quarter, monkeypatch):  # noqa: F811
    """Seven branches, a group that went over from one to another within the quarter, a member too; one that is gone since spring."""
    with clock.at(DAY):
        for number in range(4):
            one_more(quarter, number)
    with clock.at(timezone.make_aware(datetime(2026, 8, 20, 9))):
        tree.organisation_move(by=OPERATOR, organisation=quarter.group_a2, parent=quarter.branch_c)
    row = Membership.objects.filter(organisation=quarter.branch_a, ends=None).first()
    Membership.objects.filter(pk=row.pk).update(ends=date(2026, 8, 31))
    Membership.objects.create(member=row.member, organisation=quarter.branch_b, starts=date(2026, 9, 1), reason="")
    with clock.at(timezone.make_aware(datetime(2026, 3, 20, 9))):
        gone = tree.organisation_create(by=OPERATOR, name="撤销的支部", kind="branch", parent=quarter.committee)
        tree.organisation_archive(by=OPERATOR, organisation=gone, on=date(2026, 3, 25))
    return quarter


def read(scheme, period):
    with clock.at(DAY):
        found = list(scores.facts_in_parts([scheme], period))
        facts = [row for ((some, _),) in found for row in some.items()]
        return (
            len(found),
            facts,
            {key: rows for ((_, some),) in found for key, rows in some.items() if key[0] in dict(facts)},
        )


def test_parts_give_what_is_given_at_once_in_the_same_order(agency, monkeypatch):
    scheme = parsed(scheme_for(PERIODS[0]))
    whole = [read(scheme, period) for period in PERIODS]
    assert [(number, len(facts)) for number, facts, _ in whole] == [(1, 7), (1, 7), (1, 8)]
    cases = [(size, period, found) for size in (1, 3) for period, found in zip(PERIODS, whole, strict=True)]
    for size, period, (_, facts, counted) in cases:
        monkeypatch.setattr(scores, "PART", size)
        parts, some, records = read(scheme, period)
        assert parts > 1 and some == facts, (size, period)
        assert records == {key: rows for key, rows in counted.items() if key[0] in dict(facts)}, (size, period)


def test_a_scheme_of_which_nobody_owes_anything_assesses_whoever_stood(agency, monkeypatch):
    scheme = parsed(scheme_for(PERIODS[0]))
    # Talks are due at the end of the year: in a quarter nobody owes any. Without a measure of requirements nothing is owed at all.
    talks = [row for _, row in scheme.indicators() if row.key == "life-talks"]
    for rows in (talks, [replace(talks[0], measures=("duties.done",))]):
        only = replace(scheme, dimensions=(replace(scheme.dimensions[0], indicators=tuple(rows)),))
        monkeypatch.setattr(scores, "PART", 1000)
        _, whole, _ = read(only, PERIODS[0])
        monkeypatch.setattr(scores, "PART", 2)
        parts, some, _ = read(only, PERIODS[0])
        assert parts > 1 and some == whole and len(whole) == 7


def test_results_quotas_and_simulations_are_the_same_and_no_more_than_a_part_is_read_at_a_time(agency, monkeypatch):
    versions = [SchemeVersion.objects.get(key="tongbu-branch", version=number) for number in (3, 1)]

    def taken(scheme, period, outcomes, by_hand, groups):
        first, second, *_ = outcomes
        assert len(outcomes) == 8
        return {first: Share("良好", "名额已满"), second: Share("优秀", "并列", tied=True)}

    monkeypatch.setattr(services, "quota_shares", taken)

    def stored():
        with clock.at(DAY):
            made = assessment_trial(by=OPERATOR, period=PERIODS[2])
            rows = Result.objects.filter(assessment=made).order_by("pk")
            kept = [(row.organisation_id, row.total, row.grade, row.body) for row in rows]
            said = [
                list(row.scores.order_by("pk").values_list("indicator", "points", "reasons", "evidence"))
                for row in rows
            ]
            return kept, said, simulate(*versions, PERIODS[0])

    whole = stored()
    read_at_once, due_within = [], scores.due_within

    def counting(period, rules, organisations=None, as_of=None):
        read_at_once.append(organisations and len(organisations))
        return due_within(period, rules, organisations, as_of)

    monkeypatch.setattr(scores, "PART", 3)
    monkeypatch.setattr(scores, "due_within", counting)
    assert stored() == whole
    assert max(read_at_once) <= 3 and sum(read_at_once) == 2 * 8, (
        "each branch once for the trial and once for the simulation"
    )
    first, second = whole[0][:2]
    assert (first[2], first[3]["quota"], second[3]["tied"]) == ("良好", "名额已满", "并列")
