"""What people say about a requirement: explanation by the organisation, a paper that proves it, a reminder."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
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
from common.operator import Actor, account_of
from common.periods import Period, add_months
from responsibilities.requirements.addresses import about_key, requirement_url
from responsibilities.requirements.models import Explanation, RequirementDocument
from responsibilities.requirements.rule import DOCUMENTS
from responsibilities.requirements.rules import LIVE_RULES
from responsibilities.requirements.selectors import Requirement, requirement_name


def about(row: Requirement) -> str:
    """Return the key under which notices of a requirement are counted."""
    return about_key(row.organisation, row.rule, row.period)


def address(row: Requirement) -> str:
    """Return the address of a requirement's page."""
    return requirement_url(row.organisation, row.rule, row.period, row.person)


def record_form(organisation: int, kind: str, period: Period) -> str:
    """Return the address of the record form with place, kind and period filled in."""
    return f"{reverse('activity_new')}?organisation={organisation}&kind={kind}&period={period}" if kind else ""


@one_transaction
def requirement_explain(*, by: Actor, organisation: Organisation, row: Requirement, text: str) -> Explanation:
    """Add what the organisation says about a requirement that was missed or late; a miss may always be explained."""
    _require_own(by, organisation)
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


_REMINDED = frozenset(row.reminds for row in LIVE_RULES if row.reminds)
OFFICE = ("committee_secretary", "committee_staff")
_HEADING = ("group_leader", "branch_secretary", "general_branch_secretary")


def responsible_for(organisation: Organisation) -> list[User]:
    """Return the accounts that answer for an organisation: its secretary, for a small group also its leader.

    The office of the committee is appointed at the committee or at the party group (decisions 8); the party group's answers
    where it has no secretary.
    """
    return responsible_for_each([organisation])[organisation.pk]


def responsible_for_each(organisations: Collection[Organisation]) -> dict[int, list[User]]:
    """Return {organisation: the accounts that answer for it} as `responsible_for`; one statement for all of them."""
    places = {place.pk for place in organisations} | {place.parent_id for place in organisations if place.parent_id}
    seats = _seats(places, {"party_group_secretary", *OFFICE, *_HEADING})

    def held_at(keys: Iterable[int | None], roles: Collection[str]) -> list[User]:
        return list(
            {seat.user_id: seat.user for seat in seats if seat.organisation_id in keys and seat.role in roles}.values()
        )

    found = {}
    for place in organisations:
        if place.kind == Kind.PARTY_GROUP:
            found[place.pk] = held_at({place.pk}, ("party_group_secretary",)) or held_at({place.pk}, OFFICE)
        elif place.kind == Kind.COMMITTEE:
            found[place.pk] = held_at({place.pk, place.parent_id}, OFFICE)
        else:
            above = {place.parent_id} if place.kind == Kind.SMALL_GROUP else set()
            found[place.pk] = held_at({place.pk} | above, _HEADING)
    return found


def holding(places: Iterable[Any], roles: Iterable[str]) -> list[User]:
    """Return the active accounts that hold one of the roles at one of the places (organisations or their ids) today."""
    return list({seat.user_id: seat.user for seat in _seats(places, roles)}.values())


def holding_each(places: Iterable[int], roles: Iterable[str]) -> dict[int, list[User]]:
    """Return {organisation: the active accounts that hold one of the roles there today} of organisations (ids); one statement."""
    found: dict[int, dict[int, User]] = {}
    for seat in _seats(places, roles):
        if seat.organisation_id is not None:
            found.setdefault(seat.organisation_id, {})[seat.user_id] = seat.user
    return {place: list(users.values()) for place, users in found.items()}


def _seats(places: Iterable[Any], roles: Iterable[str]) -> list[Appointment]:
    seats = Appointment.objects.in_force(clock.today()).filter(
        organisation__in=places, role__in=roles, user__is_active=True
    )
    return list(seats.select_related("user").order_by("pk"))


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
        # Who reminds knows already.
        people = [user for user in responsible_for(place) if user != by]
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
        if row.rule in _REMINDED:
            # The committee's own duty rests on its reminders, months before the term ends.
            mark(place, add_months(row.due, -12), row.due, "duty")
    return sent, sorted(nobody, key=lambda place: place.pk)


def _require_own(by: Actor, organisation: Organisation) -> None:
    """Whoever reports or records for an organisation may say what it did."""
    if not (access.has_right(by, DUTIES, organisation) or access.has_right(by, RECORD, organisation)):
        access.require(by, DUTIES, organisation)


@one_transaction
def document_name(
    *, by: Actor, organisation: Organisation, row: Requirement, title: str, number: str, dated_on: date
) -> RequirementDocument:
    """Name a paper that proves a requirement. Raises ValidationError by field, Forbidden or Http404 without the right."""
    _require_own(by, organisation)
    rule = row.row
    if rule.proof != DOCUMENTS:
        raise ValidationError({"title": "这项义务由活动记录认定，不登记文件。"})
    if dated_on > clock.today():
        raise ValidationError({"dated_on": "成文日期不能晚于今天。"})
    if not row.period.first <= dated_on <= clock.today():
        raise ValidationError({"dated_on": f"成文日期应在{row.period.label()}开始之后。"})
    document = RequirementDocument(
        organisation=organisation,
        rule=row.rule,
        period=str(row.period),
        person=row.person,
        title=title.strip(),
        number=number.strip(),
        dated_on=dated_on,
        author=account_of(by),
    )
    with audit.change(by=by, verb="requirement.document", obj=document, organisation=organisation):
        document.full_clean(exclude=["author", "withdrawn"])
        document.save()
    # A duty that rests on the requirement is met by the paper.
    mark(organisation, row.period.first, row.period.last, "duty")
    return document


@one_transaction
def document_withdraw(*, by: Actor, document: RequirementDocument) -> RequirementDocument:
    """Take a named paper back; the row stays as history."""
    document = RequirementDocument.objects.select_for_update().get(pk=document.pk)
    place = document.organisation
    _require_own(by, place)
    if document.withdrawn is None:
        with audit.change(by=by, verb="requirement.document_withdraw", obj=document, organisation=place):
            document.withdrawn = clock.now()
            document.save()
        period = Period.parse(document.period)
        mark(place, period.first, period.last, "duty")
    return document
