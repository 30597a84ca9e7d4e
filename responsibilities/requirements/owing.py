"""Which organisations may owe anything by rules of which nothing is kept: the few that have whom or what such a rule asks about.

More than owe it, never fewer: what is owed is reckoned of these alone (tests hold it against all of them).
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, QuerySet

from branches.places.models.organisations import Kind, OrganisationVersion
from branches.places.models.terms import Term
from branches.reach.models import Appointment
from branches.settings.dated import KNOWN
from common.periods import Period, add_months
from members.development.models.cases import DevelopmentCase
from members.dues.models import DuesRate, DuesUse
from members.roster.models.members import Membership
from members.roster.models.posts import COMMITTEE_SEATS, Post, PostKind
from members.roster.models.standing import Away
from responsibilities.requirements.gathered import UPPER
from responsibilities.requirements.rule import (
    COMMITTEE_MEMBER,
    DUES_KEPT,
    NEW_MEMBER,
    NEW_SECRETARY,
    OF_DUES,
    REVIEWS,
    SECRETARY,
    TERM,
    RequirementRule,
)


def who_may_owe(
    places: QuerySet[Any],
    rules: Sequence[RequirementRule],
    period: Period,
    *,
    also: Sequence[RequirementRule] = (),
    unless: Exists | None = None,
) -> QuerySet[Any, Any]:
    """Return (id,) of those of `places` that may owe something by these rules within a period.

    also: rules that are asked about too, unless something exists.
    """
    found = _rows_about(rules, period)
    found += [rows if unless is None else rows.filter(~unless) for rows in _rows_about(also, period)]
    if not found:
        return places.none().values_list("pk")
    # Each by its own index: an OR of them would ask all for every organisation.
    first, *others = (rows.order_by().values("organisation") for rows in found)
    return places.filter(pk__in=first.union(*others) if others else first).order_by().values_list("pk")


def _rows_about(rules: Sequence[RequirementRule], period: Period) -> list[QuerySet[Any, Any]]:
    """Return the rows, each with its organisation, of what these rules ask about."""
    if not rules:
        return []
    if any(not row.alive for row in rules):
        # Of what is still to come every organisation has a row.
        return [OrganisationVersion.objects.all()]
    owing = {row.owes for row in rules}
    away = {row.away for row in rules if row.away}
    told = [row for row in rules if row.tally or row.where]
    of_places = [row for row in rules if not (row.personal or row.away or row in told) and row.owes != TERM]
    kinds = {str(kind) for row in of_places for kind in row.places}
    found = _told_by_others(told, period)
    kinds |= {str(kind) for row in told for kind in row.places if kind in UPPER}
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
    return [OrganisationVersion.objects.filter(kind__in=kinds), *found]


def _told_by_others(rules: Sequence[RequirementRule], period: Period) -> list[QuerySet[Any, Any]]:
    """The rows of those of whom another subject counts something (tallied.py): cases, amounts, uses of dues."""
    found: list[QuerySet[Any, Any]] = []
    years = (period.year - 1, period.year)
    if any(row.tally == REVIEWS for row in rules):
        found.append(Membership.objects.filter(member__in=DevelopmentCase.objects.order_by().values("member")))
    if any(row.where == DUES_KEPT or row.tally in OF_DUES for row in rules):
        fixed = DuesRate.objects.filter(year__in=years).order_by()
        found.append(Membership.objects.filter(member__in=fixed.values("member")))
        found.append(DuesUse.objects.filter(on__year=period.year))
    return found


def _longest(rule: RequirementRule) -> int:
    """The most months after an event that a rule can be due, whatever the agency sets."""
    return int(KNOWN[rule.months_setting].high) if rule.months_setting else rule.months
