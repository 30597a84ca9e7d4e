"""What people say about a requirement: exemption by a superior, explanation by the organisation, a reminder."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from branches import audit
from branches.access.models import User
from branches.jobs.marks import mark
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import DUTIES, RECORD, REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.periods import Period
from responsibilities.requirements.models import Exemption, Explanation
from responsibilities.requirements.selectors import Requirement, requirement_name


def about(row: Requirement) -> str:
    """Return the key under which notices of a requirement are counted."""
    return f"requirement/{row.organisation}/{row.rule}/{row.period}"


def address(row: Requirement) -> str:
    """Return the address of a requirement's page."""
    return reverse("requirement_detail", args=[row.organisation, row.rule, row.period])


def record_form(organisation: int, kind: str, period: Period) -> str:
    """Return the address of the record form with place, kind and period filled in."""
    return f"{reverse('activity_new')}?organisation={organisation}&kind={kind}&period={period}"


@one_transaction
def requirement_exempt(*, by: Actor, organisation: Organisation, row: Requirement, reason: str) -> Exemption:
    """Agree that one requirement need not be met (「登记为同意顺延」); only from strictly above, with a reason."""
    access.require(by, REVIEW, organisation)
    if not reason.strip():
        raise ValidationError({"reason": "请写明免予的原因。"})
    if not row.applies:
        raise ValidationError({"reason": "该义务本来就不适用或已免予。"})
    exemption = Exemption(
        organisation=organisation,
        rule=row.rule,
        period=str(row.period),
        reason=reason.strip(),
        approved_by=account_of(by),
    )
    exemption.full_clean(exclude=["approved_by", "revoked"])
    with audit.change(by=by, verb="requirement.exempt", obj=exemption, organisation=organisation):
        try:
            with transaction.atomic():
                exemption.save()
        except IntegrityError:
            raise Conflict("这项义务刚刚已由他人登记为免予，请重新打开。") from None
    mark(organisation, row.period.first, row.period.last, "exemption")
    return exemption


@one_transaction
def exemption_revoke(*, by: Actor, exemption: Exemption) -> Exemption:
    """Take an exemption back; the row stays as history."""
    access.require(by, REVIEW, exemption.organisation)
    exemption = Exemption.objects.select_for_update().get(pk=exemption.pk)
    if exemption.revoked:
        return exemption
    place = exemption.organisation
    with audit.change(by=by, verb="requirement.exempt_revoke", obj=exemption, organisation=place):
        exemption.revoked = clock.now()
        exemption.save()
    period = Period.parse(exemption.period)
    mark(place, period.first, period.last, "exemption")
    return exemption


@one_transaction
def requirement_explain(*, by: Actor, organisation: Organisation, row: Requirement, text: str) -> Explanation:
    """Add what the organisation says about a requirement that was missed or late; a miss may always be explained."""
    if not (access.has_right(by, DUTIES, organisation) or access.has_right(by, RECORD, organisation)):
        access.require(by, DUTIES, organisation)
    explanation = Explanation(
        organisation=organisation,
        rule=row.rule,
        period=str(row.period),
        text=text.strip(),
        author=account_of(by),
    )
    with audit.change(by=by, verb="requirement.explain", obj=explanation, organisation=organisation):
        explanation.full_clean(exclude=["author"])
        explanation.save()
    return explanation


def responsible_for(organisation: Organisation) -> list[User]:
    """Return the accounts that answer for an organisation: its secretary, for a small group also its leader."""
    places = [organisation, organisation.parent] if organisation.kind == Kind.SMALL_GROUP else [organisation]
    roles = ("group_leader", "branch_secretary", "general_branch_secretary")
    seats = (
        Appointment.objects.in_force(clock.today())
        .filter(organisation__in=places, role__in=roles, user__is_active=True)
        .select_related("user")
    )
    return list({seat.user_id: seat.user for seat in seats}.values())


@one_transaction
def requirement_remind(
    *, by: Actor, rows: Iterable[Requirement], places: Mapping[int, Organisation]
) -> tuple[int, list[Organisation]]:
    """Send one notice for each requirement to those who answer for it; return (notices sent, organisations without anyone).

    places: {organisation id: Organisation}, all within `review_records` of `by`.
    """
    sent = 0
    nobody: set[Organisation] = set()
    for row in rows:
        place = places[row.organisation]
        access.require(by, REVIEW, place)
        people = responsible_for(place)
        if not people:
            nobody.add(place)
        for user in people:
            notice_send(
                by=by,
                to=user,
                kind="reminder",
                about=about(row),
                url=address(row),
                text=f"请办理：{place.label}{requirement_name(row)}，{row.due:%-m月%-d日}截止",
            )
            sent += 1
        audit.record(by=by, verb="requirement.remind", obj=place, organisation=place, note=about(row))
    return sent, sorted(nobody, key=lambda place: place.pk)
