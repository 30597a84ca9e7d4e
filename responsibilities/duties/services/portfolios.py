"""Who of the leading group is in charge of which department, and whose contact point a branch is (领导分工)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches import audit
from branches.access.models import User
from branches.jobs.marks import mark
from branches.places.models.departments import Department
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from responsibilities.assigning import LEADING, require_assigns
from responsibilities.portfolios.models import LeaderPortfolio


@one_transaction
def portfolio_make(
    *,
    by: Actor,
    organisation: Organisation,
    leader: User,
    department: Department | None = None,
    contact: Organisation | None = None,
    starts: date | None = None,
) -> LeaderPortfolio:
    """Put a department or a contact branch in a leader's charge from `starts` (default today); return the LeaderPortfolio.

    organisation: the party group. leader: an account that is a member of the leading group today. Raises ValidationError
    keyed by field.
    """
    require_assigns(by, organisation)
    if (department is None) == (contact is None):
        raise ValidationError({"department": "分管处室和联系支部请填一项。"})
    if not Appointment.objects.in_force(clock.today()).filter(user=leader, role__in=LEADING).exists():
        raise ValidationError({"leader": "该账号现在不是党组成员。"})
    unended = LeaderPortfolio.objects.filter(ends__isnull=True)
    if department is not None and unended.filter(department=department).exists():
        raise ValidationError({"department": f"{department}已有分管领导，请先结束原来的分工。"})
    if contact is not None and unended.filter(leader=leader, contact=contact).exists():
        raise ValidationError({"contact": f"{contact.label}已是其联系支部。"})
    portfolio = LeaderPortfolio(
        organisation=organisation,
        leader=leader,
        department=department,
        contact=contact,
        starts=starts or clock.today(),
    )
    portfolio.full_clean(exclude=["organisation", "leader", "department", "contact"])
    with audit.change(by=by, verb="charge.make", obj=portfolio, organisation=organisation):
        try:
            with transaction.atomic():
                portfolio.save()
        except IntegrityError:
            raise Conflict("这项分工刚刚已由他人登记，请重新打开。") from None
    _mark(portfolio)
    return portfolio


@one_transaction
def portfolio_end(*, by: Actor, portfolio: LeaderPortfolio, ends: date | None = None) -> LeaderPortfolio:
    """End a portfolio on `ends` (default today); the row stays as history."""
    require_assigns(by, portfolio.organisation)
    ends = ends or clock.today()
    if ends < portfolio.starts:
        raise ValidationError({"ends": "止不能早于起。"})
    with audit.change(by=by, verb="charge.end", obj=portfolio, organisation=portfolio.organisation):
        if LeaderPortfolio.objects.filter(pk=portfolio.pk, ends__isnull=True).update(ends=ends) != 1:
            raise Conflict("这项分工已经结束。")
        portfolio.refresh_from_db()
    _mark(portfolio)
    return portfolio


def _mark(portfolio: LeaderPortfolio) -> None:
    mark(portfolio.organisation, portfolio.starts, max(portfolio.starts, clock.today()), "duty")
