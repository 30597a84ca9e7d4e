"""Who is in charge of what, from when to when: made and ended through the service."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.places.models.departments import Department
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from responsibilities.duties.services.portfolios import portfolio_end, portfolio_make

pytestmark = pytest.mark.django_db


def charge(world, days=10, name="综合处"):
    office = Department.objects.create(name=name)
    starts = clock.today() - timedelta(days=days)
    return portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=office, starts=starts)


def test_a_charge_begins_and_ends_today_unless_a_day_is_said(world):
    row = charge(world)
    other = charge(world, name="人事处")
    assert portfolio_end(by=OPERATOR, portfolio=row).ends == clock.today()
    office = Department.objects.create(name="能源处")
    made = portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=office)
    assert made.starts == clock.today()
    other.refresh_from_db()
    assert other.ends is None


def test_a_charge_may_end_on_the_day_it_began_and_not_before(world):
    row = charge(world)
    with pytest.raises(ValidationError, match="止不能早于起"):
        portfolio_end(by=OPERATOR, portfolio=row, ends=row.starts - timedelta(days=1))
    assert portfolio_end(by=OPERATOR, portfolio=row, ends=row.starts).ends == row.starts
    with pytest.raises(Conflict, match="已经结束"):
        portfolio_end(by=OPERATOR, portfolio=row)
    assert AuditEntry.objects.filter(verb="charge.end").count() == 1


def test_a_charge_marks_the_duties_from_its_first_day(world):
    row = charge(world)
    marks = ChangeMark.objects.filter(subject="duty", organisation=world.root)
    assert marks.latest("pk").first_day == row.starts and marks.latest("pk").last_day == clock.today()
    portfolio_end(by=OPERATOR, portfolio=row)
    assert marks.count() == 2


def test_one_department_has_one_leader_at_a_time(world):
    row = charge(world)
    with pytest.raises(ValidationError, match="已有分管领导"):
        portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=row.department)
    portfolio_end(by=OPERATOR, portfolio=row)
    again = portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, department=row.department)
    assert again.ends is None


def test_a_contact_branch_is_named_once(world):
    portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_a)
    with pytest.raises(ValidationError, match="已是其联系支部"):
        portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_a)
    assert portfolio_make(by=OPERATOR, organisation=world.root, leader=world.leader, contact=world.branch_b).pk
