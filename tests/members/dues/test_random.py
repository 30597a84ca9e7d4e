"""Random joins, moves, deaths, suspensions, votes, rates and payments: each member × month stands as the slow reference says."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branches.settings.models import Setting
from common.errors import Conflict
from common.operator import OPERATOR
from common.periods import Period
from members.dues import above
from members.dues.models import DuesRate
from members.dues.selectors.lives import counted, months_between, reckoned
from members.dues.services.payments import payment_cancel, payment_note
from members.dues.services.rates import RateLine, rates_fix
from members.roster.models.members import Member
from members.roster.models.standing import PartyStatus, Standing
from members.roster.services.members import member_create
from members.transfers.models import Transfer
from members.transfers.services import transfers
from members.transfers.services.ends import membership_end
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.selectors import requirements
from tests.examples import examples
from tests.members.dues import slow

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 28)
BRANCHES = ("branch_a", "branch_b", "branch_c")
ACTS = [
    "rate",
    "raise",
    "waive",
    "pay",
    "pay",
    "short",
    "cancel",
    "move",
    "out",
    "in",
    "leave",
    "suspend",
    "join",
    "approve",
    "collect",
    "collect",
]
# Days from which the agency asks for one collection a month, or for none any more.
ASKED = st.just([("1", 400)]) | st.lists(
    st.tuples(st.sampled_from("10"), st.integers(0, 400)), max_size=2, unique_by=lambda one: one[1]
)
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.integers(0, 2), st.integers(0, 330)), min_size=6, max_size=18
)


def _month(back):
    day = TODAY - timedelta(days=back)
    return Period("month", day.year, day.month)


def _rate(member, back, amount, quarterly=False):
    line = RateLine(member.pk, "salaried", Decimal(amount), "fee-band-1", quarterly)
    since = _month(back).first
    rates_fix(by=OPERATOR, branch=member.home, year=since.year, since=since, lines=[line])


def _pay(member, back, amount):
    month = _month(back)
    branch = next((place for place in (member.home,) if place), None)
    day = min(TODAY, month.first + timedelta(days=back % 75))
    payment_note(
        by=OPERATOR,
        member=member,
        branch=branch,
        month=month,
        amount=Decimal(amount),
        paid_on=day,
        late_reason="忘记",
    )


def _move(member, place, back):
    transfer = transfers.transfer_ask(by=OPERATOR, member=member, taker=place)
    asked = TODAY - timedelta(days=back)
    Transfer.objects.filter(pk=transfer.pk).update(
        dues_until=_month(back).last if back % 2 else None, asked_on=asked, issued_on=asked
    )
    transfer.refresh_from_db()
    transfers.transfer_receive(by=OPERATOR, transfer=transfer, on=asked, known=True)


def _out(member, back):
    transfer = transfers.transfer_out(by=OPERATOR, member=member, outside="外单位", letter="1号")
    day = TODAY - timedelta(days=back % 40)
    Transfer.objects.filter(pk=transfer.pk).update(dues_until=_month(back % 40).last, asked_on=day, issued_on=day)
    transfer.refresh_from_db()
    transfers.transfer_receive(by=OPERATOR, transfer=transfer, on=day, known=True)


def _step(world, people, approved, step):
    what, who, where, back = step
    member = Member.objects.get(pk=people[who])
    place = world.places[BRANCHES[where]]
    if what in ("rate", "raise", "waive"):
        amount = {"rate": "15", "raise": "40", "waive": "0"}[what]
        _rate(member, back, amount, quarterly=back % 5 == 0)
    elif what in ("pay", "short"):
        _pay(member, back, "40" if what == "pay" else "15")
    elif what == "collect":
        if not member.dues_rates.exists():
            _rate(member, 330, "15")
        _pay(member, back, "15")
    elif what == "cancel" and (row := member.dues_payments.filter(cancelled_at=None).first()):
        payment_cancel(by=OPERATOR, payment=row, reason="登记错了")
    elif what == "move":
        _move(member, place, back)
    elif what == "out":
        _out(member, back)
    elif what == "leave":
        membership_end(by=OPERATOR, member=member, ground="deceased", on=TODAY - timedelta(days=back))
    elif what == "suspend":
        starts = TODAY - timedelta(days=back)
        ends = starts + timedelta(days=back // 2) if back % 2 else None
        PartyStatus.objects.create(
            member=member, state=Standing.SUSPENDED, ground="失联", document="1号", starts=starts, ends=ends
        )
    elif what == "join":
        voted = TODAY - timedelta(days=back)
        new = member_create(
            by=OPERATOR,
            branch=place,
            name=f"新{len(people)}",
            sex="女",
            stage="probationary",
            joined_on=voted,
            starts=voted,
        )
        people.append(new.pk)
        if back % 2:
            approved[new.pk] = voted + timedelta(days=back // 3)


@settings(
    max_examples=examples(24),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, as_of_back=st.integers(0, 60), asked=ASKED)
def test_each_month_stands_as_the_slow_reference_says(world, steps, as_of_back, asked):
    with time_machine.travel("2026-11-28T10:00:00+08:00", tick=False), transaction.atomic():
        people = [member.pk for place in BRANCHES for member in world.people(place)][3:7]
        everyone, approved = list(people), {}
        for value, back in asked:
            Setting.objects.create(key="dues_day_per_month", value=value, valid_from=TODAY - timedelta(days=back))
        for step in steps:
            try:
                with transaction.atomic():
                    _step(world, everyone, approved, step)
            except (ValidationError, Conflict, IntegrityError):
                pass
        _compare(everyone, approved, TODAY - timedelta(days=as_of_back))
        transaction.set_rollback(True)


def _compare(people, approved, as_of):
    told = lambda members: {pk: day for pk, day in approved.items() if pk in members}  # noqa: E731
    kept, above.APPROVED[:] = list(above.APPROVED), [*above.APPROVED, told]
    try:
        months = months_between(date(2026, 1, 1), date(2027, 1, 31))
        facts = reckoned(people, months[0].first, months[-1].last)
        counts = counted(months, None, as_of)
        owed = _owed(as_of)
    finally:
        above.APPROVED[:] = kept
    expected = {}
    for member in Member.objects.filter(pk__in=facts.names).prefetch_related(
        "memberships", "stage_spells", "party_statuses"
    ):
        for month in months:
            place = slow.branch(member, month)
            state = slow.state(member, month, as_of, approved.get(member.pk))
            assert facts.branch(member.pk, month) == place, (member, month)
            assert facts.state(member.pk, month, as_of) == state, (member, month)
            if place is not None:
                expected[place, month, state] = expected.get((place, month, state), 0) + 1
    # Branches that keep dues: somebody of theirs has an amount of that year or the one before.
    keep = {
        (slow.branch(rate.member, month), month)
        for rate in DuesRate.objects.select_related("member")
        for month in months
        if rate.year in (month.year, month.year - 1)
    }
    assert owed == _owed_slowly(keep, approved, as_of)
    for (place, month, state), number in expected.items():
        assert ((place, month) in counts) == ((place, month) in keep)
        if (place, month) in keep:
            assert counts[place, month][state] >= number


def _owed(as_of):
    """{(branch, rule, month): (expected, done, state)} of what the months of dues make branches owe."""
    rules = [REQUIREMENT_RULES_BY_ID[rule] for rule in ("life-dues-day", "fee-monthly")]
    rows = requirements(Period("year", 2026), rules=rules, as_of=as_of)
    return {(row.organisation, row.rule, row.period): (row.expected, row.done, str(row.state)) for row in rows}


def _owed_slowly(keep, approved, as_of):
    states = {}
    for member in Member.objects.prefetch_related("memberships", "stage_spells", "party_statuses"):
        for month in Period("year", 2026).parts("month"):
            if (key := (slow.branch(member, month), month)) in keep:
                states.setdefault(key, []).append(slow.state(member, month, as_of, approved.get(member.pk)))
    found = {}
    for (place, month), all_of_them in states.items():
        mine = slow.asked(all_of_them, month, as_of)
        if (once := slow.collection(mine, month, as_of)) is not None:
            found[place, "life-dues-day", month] = (1, *once)
        if mine:
            on_time, late = mine.count("paid"), mine.count("paid_late")
            if on_time == len(mine):
                state = "met"
            elif on_time + late == len(mine):
                state = "met_late"
            else:
                days = (month.last - as_of).days
                state = "overdue" if days < 0 else "due_soon" if days <= 7 else "not_due"
            found[place, "fee-monthly", month] = (len(mine), on_time + late, state)
    return found
