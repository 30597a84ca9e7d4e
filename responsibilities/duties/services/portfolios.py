"""Who of the leading group is in charge of which department, and whose contact point a branch is (领导分工)."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches import audit
from branches.jobs.marks import mark
from branches.reach.models import Appointment
from common import clock
from common.errors import Conflict
from responsibilities.assigning import require_assigns
from responsibilities.duties.models import LeaderPortfolio

LEADING = ("leader", "party_group_secretary")


@transaction.atomic
def portfolio_make(*, by, organisation, leader, department=None, contact=None, starts=None):
    """Put a department or a contact branch in a leader's charge from `starts` (default today); return the LeaderPortfolio.

    organisation: the party group. leader: an account that is a member of the leading group today. Raises ValidationError
    keyed by field.
    """
    require_assigns(by, organisation)
    if (department is None) == (contact is None):
        raise ValidationError({"department": "分管处室和联系支部请填一项。"})
    if not Appointment.objects.in_force(clock.today()).filter(user=leader, role__in=LEADING).exists():
        raise ValidationError({"leader": "该账号现在不是党组成员。"})
    standing = LeaderPortfolio.objects.filter(ends__isnull=True)
    if department is not None and standing.filter(department=department).exists():
        raise ValidationError({"department": f"{department}已有分管领导，请先结束原来的分工。"})
    if contact is not None and standing.filter(leader=leader, contact=contact).exists():
        raise ValidationError({"contact": f"{contact.label}已是其联系支部。"})
    charge = LeaderPortfolio(
        organisation=organisation,
        leader=leader,
        department=department,
        contact=contact,
        starts=starts or clock.today(),
    )
    charge.full_clean(exclude=["organisation", "leader", "department", "contact"])
    try:
        with transaction.atomic():
            charge.save()
    except IntegrityError:
        raise Conflict("这项分工刚刚已由他人登记，请重新打开。") from None
    _done(by, "charge.make", charge, None)
    return charge


@transaction.atomic
def portfolio_end(*, by, charge, ends=None):
    """End a charge on `ends` (default today); the row stays as history."""
    require_assigns(by, charge.organisation)
    ends = ends or clock.today()
    if ends < charge.starts:
        raise ValidationError({"ends": "止不能早于起。"})
    before = audit.snapshot(charge)
    if LeaderPortfolio.objects.filter(pk=charge.pk, ends__isnull=True).update(ends=ends) != 1:
        raise Conflict("这项分工已经结束。")
    charge.refresh_from_db()
    _done(by, "charge.end", charge, before)
    return charge


def _done(by, verb, charge, before):
    audit.record(
        by=by,
        verb=verb,
        obj=charge,
        organisation=charge.organisation,
        before=before,
        after=audit.snapshot(charge),
    )
    mark(charge.organisation, charge.starts, max(charge.starts, clock.today()), "duty")
