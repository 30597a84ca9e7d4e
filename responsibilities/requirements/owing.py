"""Which organisations may owe anything by rules of which nothing is kept: the few that have whom or what such a rule asks about.

More than owe it, never fewer: what is owed is reckoned of these alone (tests hold it against all of them).
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from branches.places.models.organisations import Kind, OrganisationVersion
from branches.places.models.terms import Term
from branches.reach.models import Appointment
from branches.settings.dated import KNOWN
from common.periods import Period, add_months
from members.roster.models.members import Membership
from members.roster.models.posts import COMMITTEE_SEATS, Post, PostKind
from members.roster.models.standing import Away
from responsibilities.requirements.gathered import UPPER
from responsibilities.requirements.rule import (
    COMMITTEE_MEMBER,
    NEW_MEMBER,
    NEW_SECRETARY,
    SECRETARY,
    TERM,
    RequirementRule,
)


def who_may_owe(places: QuerySet[Any], rules: Sequence[RequirementRule], period: Period) -> QuerySet[Any, Any]:
    """Return (id,) of those of `places` that may owe something by these rules within a period."""
    if not rules:
        return places.none().values_list("pk")
    if any(not row.alive for row in rules):
        # Of what is still to come every organisation has a row.
        return places.order_by().values_list("pk")
    owing = {row.owes for row in rules}
    away = {row.away for row in rules if row.away}
    of_places = [row for row in rules if not row.personal and row.owes != TERM and not row.away]
    kinds = {str(kind) for row in of_places for kind in row.places}
    found: list[QuerySet[Any, Any]] = []
    if owing & {SECRETARY, NEW_SECRETARY}:
        kinds |= {str(kind) for kind in UPPER}
        found.append(Post.objects.filter(kind=PostKind.SECRETARY))
        found.append(
            Appointment.objects.filter(role="general_branch_secretary", organisation__kind=Kind.GENERAL_BRANCH)
        )
    if COMMITTEE_MEMBER in owing:
        found.append(Post.objects.filter(kind__in=COMMITTEE_SEATS).in_force_during(period.first, period.last))
    if TERM in owing:
        found.append(Term.objects.filter(expires__gte=period.first))
    if NEW_MEMBER in owing:
        months = max(_longest(row) for row in rules if row.owes == NEW_MEMBER)
        found.append(Membership.objects.filter(member__joined_on__gte=add_months(period.first, -months)))
    if away:
        gone = Away.objects.filter(kind__in=away).in_force_during(period.first, period.last).order_by()
        found.append(Membership.objects.filter(member__in=gone.values("member")))
    # Each by its own index: an OR of them would ask all for every organisation.
    upper = OrganisationVersion.objects.filter(kind__in=kinds).order_by().values("organisation")
    ids = upper.union(*(rows.order_by().values("organisation") for rows in found))
    return places.filter(pk__in=ids).order_by().values_list("pk")


def _longest(rule: RequirementRule) -> int:
    """The most months after an event that a rule can be due, whatever the agency sets."""
    return int(KNOWN[rule.months_setting].high) if rule.months_setting else rule.months
