"""Random transfers, returns, absences and archives: on each day exactly one membership, until somebody has left."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.organisations.archiving import organisation_archive
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from members.roster.models.standing import PartyStatus
from members.transfers.models import Transfer
from members.transfers.services import transfers as services
from members.transfers.services.ends import membership_end
from tests.examples import examples
from tests.members.transfers.support import places_on

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BRANCHES = ("branch_a", "branch_b", "branch_c")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "out", "receive", "return", "withdraw", "place", "leave", "archive"]),
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 9),
    ),
    min_size=4,
    max_size=14,
)


def _step(world, people, what, who, where, back):
    member, place = people[who], world.places[BRANCHES[where]]
    member.refresh_from_db()
    place.refresh_from_db()
    transfer = Transfer.objects.open().filter(member=member).first()
    on = clock.today() - back * DAY
    if what == "ask":
        services.transfer_ask(by=OPERATOR, member=member, taker=place)
    elif what == "out":
        services.transfer_out(by=OPERATOR, member=member, outside="外单位", letter="1号")
    elif what == "receive" and transfer:
        services.transfer_receive(by=OPERATOR, transfer=transfer, on=on, known=True)
    elif what == "return" and transfer:
        services.transfer_return(by=OPERATOR, transfer=transfer, reason="不符")
    elif what == "withdraw" and transfer:
        services.transfer_withdraw(by=OPERATOR, transfer=transfer)
    elif what == "place":
        services.member_placed(by=OPERATOR, member=member, branch=place, on=on)
    elif what == "leave":
        membership_end(by=OPERATOR, member=member, ground="deceased", on=on)
    elif what == "archive":
        organisation_archive(by=OPERATOR, organisation=place)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_on_each_day_exactly_one_membership(world, steps):
    people = world.people("branch_a")[:4]
    begin, moment = clock.today(), clock.now()
    with transaction.atomic():
        for number_of, (what, who, where, back) in enumerate(steps):
            with time_machine.travel(moment + 3 * number_of * DAY, tick=False):
                try:
                    with transaction.atomic():
                        _step(world, people, what, who, where, back)
                except (ValidationError, Conflict):
                    continue
        with time_machine.travel(moment + 3 * len(steps) * DAY, tick=False):
            today = clock.today()
            for member in people:
                member.refresh_from_db()
                rows = list(Membership.objects.filter(member=member).order_by("starts"))
                last = rows[-1].ends
                assert (last is None) == (member.left_on is None)
                day = begin - 12 * DAY
                while day <= today:
                    gone = PartyStatus.objects.filter(member=member, state="left").in_force(day).exists()
                    # Who died belongs to his branch on that day; whoever came back was away meanwhile.
                    assert places_on(member, day) in ((0, 1) if gone else (1,)), (day, rows)
                    day += DAY
                assert member.home_id == rows[-1].organisation_id
                assert Transfer.objects.open().filter(member=member).count() <= (1 if last is None else 0)
                if last is None:
                    assert Member.objects.on_roster(member.home, today).filter(pk=member.pk).exists()
            # Nobody sits where he does not belong.
            for post in Post.objects.filter(member__in=people, ends__isnull=True).select_related("member"):
                assert post.organisation_id == post.member.home_id
        transaction.set_rollback(True)
