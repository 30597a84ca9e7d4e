"""The badge of what waits for a reviewer: the whole counts as far as it counts, and its words."""

import random
from datetime import date

import pytest

from branches.places.models.organisations import Organisation
from common import clock
from members.activities.models import Activity
from members.reviews.selectors import waiting_for
from responsibilities.duties import context
from responsibilities.duties.models import Duty, DutyList, DutyReport
from responsibilities.duties.rights import reports_to_judge
from responsibilities.work.models import StageEvidence, WorkItem
from responsibilities.work.selectors.uptake import to_take_in
from responsibilities.work.selectors.waiting import waiting_links
from tests.examples import part
from tests.members.reviews.random_queue import fill_queue
from tests.responsibilities.work.random_work import build_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def up_to(monkeypatch):
    """Count so many at most; statements kept for another limit are put aside."""

    def limit(most):
        monkeypatch.setattr(context, "MOST", most)
        monkeypatch.setattr(context, "_statements", {})

    return limit


def everything_waits(world, seed):
    """Add records, links, reports and own work that wait; return the reviewers."""
    chance, users = random.Random(seed), fill_queue(world, seed)
    build_work(world, seed, waiting=0.7)
    for link in StageEvidence.objects.filter(branch=None).select_related("activity"):
        StageEvidence.objects.filter(pk=link.pk).update(branch=link.activity.organisation)
    branches = list(Organisation.objects.filter(kind="branch"))
    for number, branch in enumerate(chance.choices(branches, k=8)):
        WorkItem.objects.create(
            organisation=branch,
            name=f"自行登记{number}",
            starts=date(2026, 1, 1),
            ends=date(2026, 12, 1),
            uptake="waiting",
            author=chance.choice([None, *users]),
        )
    for branch in branches:
        owner = DutyList.objects.create(
            organisation=branch, year=2031, level="branch", state="issued", issued_on=date(2026, 1, 5)
        )
        duty = Duty.objects.create(list=owner, text="每季度讲党课", proof="党课记录", period="quarter")
        for quarter in range(1, 5):
            DutyReport.objects.create(
                duty=duty,
                slot=f"2031Q{quarter}",
                state=chance.choice(["reported", "reported", "accepted"]),
                reported_by=chance.choice(users),
                reported_at=clock.now(),
            )
    return users


@pytest.mark.parametrize("seed", part(range(4)))
def test_the_numbers_are_those_of_the_queues_as_far_as_they_are_counted(seed, world, up_to):
    users = everything_waits(world, seed)
    asked = (waiting_for, reports_to_judge, waiting_links, to_take_in)
    of_users = {user: [rows(user).count() for rows in asked] for user in [*users, world.committee_secretary]}
    assert all(any(numbers) for numbers in zip(*of_users.values(), strict=True))
    for most in (99, 5, 1):
        up_to(most)
        for user, numbers in of_users.items():
            assert context.waiting(user) == tuple(min(number, most + 1) for number in numbers)
            first = context.first_waiting(user)
            assert sum(first) == min(sum(numbers), most + 1)
            assert sum(first) > most or first == tuple(numbers)


def test_up_to_99_are_said_and_of_more_that_there_are_more():
    assert [context.said(number) for number in (0, 1, 99, 100)] == ["", "1", "99", "99+"]
    assert context._words((100, 0, 99, 1)) == "99+ 条记录、99 条业务佐证、1 项自行登记的业务"


def test_menu_and_queue_say_that_there_are_more(world, as_, up_to):
    for _ in range(3):
        Activity.objects.create(
            organisation=world.general, day=clock.today(), state="submitted", submitted_at=clock.now(), title="待审"
        )
    page = as_("staff").get("/reviews/").content.decode()
    assert '<span class="count">3</span>' in page and "3 条记录待审核" in page
    up_to(2)
    page = as_("staff").get("/reviews/").content.decode()
    assert '<span class="count">2+</span>' in page and 'aria-label="2+项"' in page
    # The queue pages through all that waits, so it knows how many there are.
    assert "3 条记录待审核" in page
