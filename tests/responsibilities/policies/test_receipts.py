"""Who owes it to have taken note of a policy, since when, and what shows that he has."""

from datetime import date

import pytest

from branches.jobs.models import ChangeMark
from branches.places import tree
from branches.reach.access import Forbidden
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.belonging import choose
from members.activities.typed import draft_of
from responsibilities.policies.belonging import STUDY_BELONGING
from responsibilities.policies.models import PolicyReceipt, PolicyVersion
from responsibilities.policies.selectors.receipts import open_receipts, readable_for, receipts
from responsibilities.policies.services import receipts as notes
from tests.responsibilities.policies.records import (
    TODAY,
    at,
    confirmed,
    in_force,
)

pytestmark = pytest.mark.django_db


def owed(version, *places):
    found = receipts(readable_for(PolicyVersion.objects.filter(pk=version.pk)), places)
    return [(one.organisation, one.due, one.state) for one in found]


def test_receipts_are_owed_by_the_kinds_addressed_below_the_issuer(world):
    version = in_force(world, since=date(2026, 10, 30), entered=date(2026, 10, 30))
    everybody = list(world.places.values())
    due = date(2026, 11, 6)
    assert owed(version, *everybody) == [
        (world.places[key].pk, due, "due_soon") for key in ("branch_a", "branch_b", "branch_c")
    ]
    notes.policy_note(by=world.secretary_a, version=version, organisation=world.branch_a)
    again = notes.policy_note(by=world.secretary_a, version=version, organisation=world.branch_a)
    assert again == PolicyReceipt.objects.get() and owed(version, world.branch_a)[0][2] == "done"
    with pytest.raises(Forbidden):
        notes.policy_note(by=world.secretary_a, version=version, organisation=world.branch_b)
    with pytest.raises(Conflict):
        notes.policy_note(by=world.staff, version=version, organisation=world.committee)


def test_receipts_of_an_organisation_founded_after_issue_count_from_its_founding(world, day):
    version = in_force(world, since=date(2026, 10, 12), entered=date(2026, 10, 12))
    at(day, "2026-11-20")
    place = tree.organisation_create(
        by=OPERATOR, name="中共云川市测试局丁处支部委员会", short_name="丁处党支部", kind="branch",
        founded=date(2026, 11, 18), parent=world.committee,
    )  # fmt: skip
    assert owed(version, place) == [(place.pk, date(2026, 11, 25), "due_soon")]
    assert owed(version, world.branch_a)[0][1:] == (date(2026, 10, 19), "overdue")


def test_receipts_of_a_policy_entered_later_count_from_its_entry(world, day):
    """Nobody is late for what was not here to be read; what was repealed before it was entered is owed by nobody."""
    version = in_force(world, since=date(2026, 3, 2))
    assert owed(version, world.branch_a) == [(world.branch_a.pk, date(2026, 11, 9), "due_soon")]
    at(day, "2026-11-09")
    assert owed(version, world.branch_a)[0][2] == "due_soon"
    at(day, "2026-11-10")
    assert owed(version, world.branch_a)[0][2] == "overdue"
    marked = ChangeMark.objects.filter(subject="policies", thing=version.pk).latest("pk")
    assert marked.first_day <= date(2026, 3, 2) and marked.last_day >= date(2026, 11, 9)
    gone = in_force(world, title="已经废止的", since=date(2026, 3, 2), until=date(2026, 6, 30))
    assert owed(gone, world.branch_a) == []


def test_a_record_that_studied_the_policy_is_its_receipt(world, day):
    version = in_force(world, since=TODAY)
    at(day, "2026-11-04")

    def tied(record):
        chips = choose(STUDY_BELONGING.suggest(draft_of(world.secretary_a, record)))
        assert [(chip.label, chip.system) for chip in chips] == [("学习制度《意见建议办理制度》", True)]
        STUDY_BELONGING.tie(world.secretary_a, record, version.pk, True)

    confirmed(world.branch_a, world.secretary_a, world.staff, tied, title="学习意见建议办理制度")
    assert owed(version, world.branch_a)[0][2] == "done" and not PolicyReceipt.objects.exists()
    assert open_receipts([world.branch_a]) == []
