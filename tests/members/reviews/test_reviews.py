"""The queue asks the nearest reviewer; nobody reviews his own record."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.access.services.appointments import appointment_make
from branches.access.services.resets import reset_ask, reset_confirm
from branches.reach.models import Appointment, OrganisationGrant
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityState
from members.activities.services import states as moves
from members.reviews.selectors import next_after, waiting_count, waiting_for
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db

REVIEWERS = (
    "staff",
    "committee_secretary",
    "general_secretary",
    "secretary_a",
    "secretary_b",
    "secretary_c",
    "leader_a1",
)


def _queues(world):
    return {who for who in REVIEWERS if waiting_count(world.user(who))}


def test_a_branch_goes_to_the_committee_and_a_branch_below_a_general_branch_to_its_secretary(world):
    submitted(world.branch_a, world.secretary_a)
    assert _queues(world) == {"staff", "committee_secretary"}
    Activity.objects.all().delete()
    submitted(world.branch_c, world.secretary_c)
    assert _queues(world) == {"general_secretary"}


def test_a_small_group_goes_to_its_branch_secretary(world):
    submitted(world.group_a1, world.leader_a1, kinds=["group_meeting"])
    assert _queues(world) == {"secretary_a"}


def test_an_author_who_would_be_nearest_passes_it_to_the_next_level(world):
    submitted(world.group_a1, world.secretary_a, kinds=["group_meeting"])
    assert _queues(world) == {"staff", "committee_secretary"}


def test_an_appointment_that_ended_neither_reviews_nor_stands_in_the_way(world):
    submitted(world.branch_c, world.secretary_c)
    gone = clock.today().replace(year=clock.today().year - 1)
    for dated in (Appointment, OrganisationGrant):
        dated.objects.filter(user=world.general_secretary).update(ends=gone)
    assert _queues(world) == {"staff", "committee_secretary"}


def test_a_locked_account_does_not_stand_in_the_way(world):
    submitted(world.branch_c, world.secretary_c)
    world.general_secretary.is_active = False
    world.general_secretary.save()
    assert _queues(world) == {"staff", "committee_secretary"}


def test_whoever_stands_above_the_nearest_may_review_too(world, as_):
    record = submitted(world.branch_c, world.secretary_c)
    assert waiting_count(world.staff) == 0
    assert (
        as_("staff").post(reverse("activity_accept", args=[record.pk]), {"version": record.version}).status_code == 302
    )
    record.refresh_from_db()
    assert record.state == ActivityState.ACCEPTED


def test_the_author_may_not_decide_on_his_own_record(world, as_):
    record = submitted(world.branch_a, world.staff)
    client = as_("staff")
    page = client.get(reverse("review_detail", args=[record.pk])).content.decode()
    assert "您不能审核，由其他有审核权的人审核" in page and "审核通过</button>" not in page
    for name in ("review_begin", "activity_accept", "activity_return"):
        answer = client.post(reverse(name, args=[record.pk]), {"reason": "x", "version": record.version})
        assert answer.status_code == 409, name
    record.refresh_from_db()
    assert record.state == ActivityState.SUBMITTED and record.review_opened_at is None


def test_an_account_with_two_posts_does_not_review_what_it_wrote_in_the_other(world):
    appointment_make(
        by=OPERATOR, user=world.secretary_b, role="committee_staff", starts=clock.today(), organisation=world.root
    )
    record = submitted(world.branch_b, world.secretary_b)
    assert waiting_count(world.secretary_b) == 0
    with pytest.raises(Conflict):
        moves.activity_accept(by=world.secretary_b, activity=record)


def test_the_longest_waiting_comes_first_and_the_next_follows_a_decision(world, as_):
    first = submitted(world.branch_a, world.secretary_a, title="先报的")
    second = submitted(world.branch_b, world.secretary_b, title="后报的")
    assert list(waiting_for(world.staff)) == [first, second]
    assert next_after(world.staff, first) == second
    answer = as_("staff").post(reverse("activity_accept", args=[first.pk]), {"version": first.version})
    assert answer.url == reverse("review_detail", args=[second.pk])


def test_a_return_needs_a_reason_and_keeps_what_was_typed(world, as_):
    record = submitted(world.branch_a, world.secretary_a)
    for reason in ("", "　", "\u200b", "长" * 501):
        answer = as_("staff").post(
            reverse("activity_return", args=[record.pk]), {"reason": reason, "version": record.version}
        )
        assert answer.status_code == 422, reason
    record.refresh_from_db()
    assert record.state == ActivityState.SUBMITTED


@pytest.mark.parametrize("version", ["x", "0", "-1", "9" * 30])
def test_a_version_typed_by_hand_decides_nothing(world, as_, version):
    record = submitted(world.branch_a, world.secretary_a)
    answer = as_("staff").post(reverse("activity_accept", args=[record.pk]), {"version": version})
    assert answer.status_code == 409
    record.refresh_from_db()
    assert record.state == ActivityState.SUBMITTED


def test_the_queue_asks_the_same_number_of_statements_at_any_size(world, as_, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_("staff")
    counts = []
    for _ in range(2):
        for _ in range(4):
            submitted(world.branch_a, world.secretary_a)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(reverse("review_queue")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 20, counts


def test_what_an_account_enters_after_its_reset_is_in_nobodys_queue_who_opened_it(world):
    reset = reset_ask(by=world.administrator, owner=world.secretary_b, reason="忘记密码")
    reset_confirm(by=world.committee_secretary, reset=reset)
    record = submitted(world.branch_b, world.secretary_b)
    assert _queues(world) == {"staff"}
    Activity.objects.filter(pk=record.pk).update(submitted_at=clock.now() + timedelta(days=8))
    assert _queues(world) == {"staff", "committee_secretary"}


def test_a_reason_has_five_hundred_characters_at_most(world):
    record = submitted(world.branch_b, world.secretary_b)
    with pytest.raises(ValidationError):
        moves.activity_return(by=world.staff, activity=record, reason="字" * 501)
    assert moves.activity_return(by=world.staff, activity=record, reason="字" * 500).state == "returned"
