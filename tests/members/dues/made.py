"""What the tests of dues share: rates fixed and payments noted through the services."""

from datetime import date
from decimal import Decimal

from common import clock
from common.operator import OPERATOR
from common.periods import MONTH, Period
from members.dues.models import DuesPayment
from members.dues.services.payments import month_collect, payment_note
from members.dues.services.rates import RateLine, rates_fix
from members.dues.services.uses import use_note


def this_month() -> Period:
    return Period.containing(MONTH, clock.today())


def fixed(world, place="branch_a", year=None, amount="75.02", people=None, since=None):
    """Fix one amount for the members of a branch (or some of them)."""
    year = year or clock.today().year
    people = world.people(place) if people is None else people
    lines = [RateLine(member.pk, "salaried", Decimal(amount), "fee-band-3") for member in people]
    return rates_fix(by=OPERATOR, branch=world.places[place], year=year, since=since or date(year, 1, 1), lines=lines)


def collected(world, month=None, place="branch_a", people=None, paid_on=None):
    people = world.people(place) if people is None else people
    month = month or this_month()
    return month_collect(
        by=OPERATOR,
        branch=world.places[place],
        month=month,
        members=[member.pk for member in people],
        paid_on=paid_on or clock.today(),
    )


def paid(world, member, month=None, amount="75.02", **more):
    month = month or this_month()
    payment_note(
        by=OPERATOR,
        member=member,
        branch=member.home,
        month=month,
        amount=Decimal(amount),
        paid_on=more.pop("paid_on", clock.today()),
        **more,
    )
    return DuesPayment.objects.standing().get(member=member, month=month.first)


def used(world, place="branch_a", on=None, decided_in=None, amount="200"):
    return use_note(
        by=OPERATOR,
        organisation=world.places[place],
        on=on or clock.today(),
        heading="training",
        amount=Decimal(amount),
        purpose="党员培训教材",
        decided_in=decided_in,
    )
