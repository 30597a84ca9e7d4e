"""Writes of dues: rates, payments, one cancelled; a member who moves with his months."""

from datetime import date

from common.operator import OPERATOR
from common.periods import Period
from members.dues.services.payments import payment_cancel
from tests.assessments.facts.writes.agency import TODAY, write
from tests.members.dues.made import collected, fixed, paid

SEPTEMBER = Period.parse("2026-09")


@write
def dues_fixed(a):
    yield
    fixed(a.world)


@write
def dues_collected(a):
    fixed(a.world)
    yield
    collected(a.world, SEPTEMBER, paid_on=TODAY)


@write
def dues_paid_short(a):
    fixed(a.world)
    member = a.world.people("branch_a")[3]
    row = paid(a.world, member, SEPTEMBER, paid_on=date(2026, 9, 20))
    yield
    payment_cancel(by=OPERATOR, payment=row, reason="登记错了")


@write
def dues_raised_after_they_were_paid(a):
    fixed(a.world)
    collected(a.world, SEPTEMBER, paid_on=date(2026, 9, 20))
    yield
    fixed(a.world, amount="90", since=date(2026, 8, 1))
