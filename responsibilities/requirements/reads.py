"""What a reckoning reads beside places and records: each a statement, and the shape in which its rows are looked up."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.places.models.terms import Term
from branches.reach.models import Appointment
from common.dated import in_force_during
from members.roster.models.members import Membership
from members.roster.models.posts import COMMITTEE_SEATS, Post, PostKind
from members.roster.models.standing import Away
from responsibilities.requirements.models import Exemption, RequirementDocument
from responsibilities.requirements.spans import ALWAYS, Span

# Ids of organisations, None for all.
Ids = Collection[int] | None
Statement = QuerySet[Any, Any]
Rows = Iterable[tuple[Any, ...]]


def _at(rows: Any, ids: Ids) -> Any:
    return rows if ids is None else rows.filter(organisation__in=ids)


def below(upper: Collection[int], days: Span) -> Statement:
    """What stood below organisations of an upper level; for `spans_below`."""
    rows = OrganisationVersion.objects.filter(parent__in=upper).filter(in_force_during(*days))
    return rows.order_by().values_list("parent", "starts", "ends")


def spans_below(rows: Rows) -> dict[int, list[Span]]:
    """Return {organisation: days on which something stood below it}: one alone has nobody to lead yet."""
    found: dict[int, list[Span]] = {}
    for parent, starts, ends in rows:
        found.setdefault(parent, []).append((starts, ends or ALWAYS))
    return found


def seats(days: Span, ids: Ids) -> Statement:
    """The seats on committees; for `seats_held`."""
    rows = _at(Post.objects.filter(kind__in=COMMITTEE_SEATS).in_force_during(*days), ids)
    return rows.order_by().values_list("organisation", "member", "starts", "ends")


def seats_held(rows: Rows) -> dict[int, list[tuple[int, date, date]]]:
    """Return {organisation: [(member, first day, last day)]}."""
    found: dict[int, list[tuple[int, date, date]]] = {}
    for place, member, starts, ends in rows:
        found.setdefault(place, []).append((member, starts or date.min, ends or ALWAYS))
    return found


def exemptions(days: Span, ids: Ids) -> Statement:
    """What organisations are exempt from on one of these days; for `exempt_spans`."""
    return (
        _at(Exemption.objects.touching(*days), ids)
        .order_by("pk")
        .values_list("organisation", "rules", "first", "last", "reason")
    )


def exempt_spans(rows: Rows) -> dict[tuple[int, str], list[tuple[date, date, str]]]:
    """Return {(organisation, rule): [(first day, last day, reason)]}."""
    found: dict[tuple[int, str], list[tuple[date, date, str]]] = {}
    for place, rules, first, last, reason in rows:
        for rule in rules:
            found.setdefault((place, rule), []).append((first, last, reason))
    return found


def documents(rules: Collection[str], until: date, ids: Ids) -> Statement:
    """The papers named for requirements of these rules, dated until a day; for `papers`."""
    rows = RequirementDocument.objects.filter(rule__in=rules, withdrawn__isnull=True, dated_on__lte=until)
    columns = ("pk", "organisation", "rule", "period", "person", "dated_on")
    return _at(rows, ids).order_by("dated_on", "pk").values_list(*columns)


def papers(rows: Rows) -> dict[tuple[int, str, str, str], list[tuple[int, date]]]:
    """Return {(organisation, rule, period, person): [(id, its date)]}."""
    found: dict[tuple[int, str, str, str], list[tuple[int, date]]] = {}
    for pk, place, rule, period, person, day in rows:
        found.setdefault((place, rule, period, person), []).append((pk, day))
    return found


def circulars(committees: Collection[int], until: date) -> Statement:
    """The circulars of committees that tell of double organisation life; for `first_issued`."""
    # The model by its name: circulars stand above this subject. They freeze numbers, and name leaders only where some owed it.
    rows = apps.get_model("responsibilities.Circular").objects.filter(
        organisation__in=committees, state="issued", issued_on__lte=until, content__life__leaders__gt=0
    )
    return rows.order_by("issued_on", "version").values_list("pk", "organisation", "period", "issued_on")


def first_issued(rows: Rows) -> dict[tuple[int, Any], tuple[int, date]]:
    """Return {(organisation, period): (id, day of issue)} of the first version of each."""
    found: dict[tuple[int, Any], tuple[int, date]] = {}
    for pk, place, period, day in rows:
        # Always dated: the filter has asked for it.
        if day is not None:
            found.setdefault((place, period), (pk, day))
    return found


def duty_lists(groups: Collection[int], until: date) -> Statement:
    """The Party groups' own duty lists, issued with a document; for `first_issued`, by year."""
    # The model by its name: duties stand above this subject.
    rows = apps.get_model("responsibilities.DutyList").objects.filter(
        organisation__in=groups, level="party_group", state="issued", issued_on__lte=until
    )
    return rows.exclude(document="").order_by("-pk").values_list("pk", "organisation", "year", "issued_on")


# Id and kind of each organisation above that of a term, the nearest first: no tree is deeper over a branch.
_ABOVE = [f"organisation{'__parent' * step}__{name}" for step in (1, 2, 3, 4) for name in ("pk", "kind")]


def terms(first: date, last: date) -> Statement:
    """(organisation, day it expires, day it was closed, id and kind of what stands above it …) of the terms that end between two days."""
    rows = Term.objects.filter(expires__range=(first, last)).order_by("expires")
    return rows.values_list("organisation", "expires", "closed_on", *_ABOVE)


def of_kinds(kinds: Collection[str]) -> Statement:
    """(id,) of the organisations of these kinds: those of the upper levels are few."""
    return Organisation.objects.filter(kind__in=kinds).order_by().values_list("pk")


def _not_over(rows: Any, first: date) -> Any:
    return rows.filter(Q(ends__isnull=True) | Q(ends__gte=first)).order_by("starts", "pk")


def leaders(roles: Collection[str], where: Collection[int | None], first: date) -> Statement:
    """Who was appointed with one of these roles at these organisations and has not left before a day, the earliest first."""
    rows = _not_over(Appointment.objects.filter(role__in=roles, organisation__in=where), first)
    return rows.values_list("organisation", "role", "user", "user__name", "user__member", "starts", "ends")


def secretaries(first: date, ids: Ids) -> Statement:
    """Who is secretary by the roster's posts and has not left before a day, the earliest first."""
    rows = _at(_not_over(Post.objects.filter(kind=PostKind.SECRETARY), first), ids)
    return rows.values_list("organisation", "member", "member__name", "starts", "ends")


def joined(first: date, last: date, ids: Ids) -> Statement:
    """Where those belong who joined the Party between two days; who is exempt by the last of them is left out."""
    free = Q(member__exempt_from__isnull=True) | Q(member__exempt_from__gt=last)
    rows = _at(Membership.objects.filter(free, member__joined_on__range=(first, last)), ids)
    columns = ("organisation", "member", "member__name", "starts", "ends", "member__joined_on")
    return rows.order_by("pk").values_list(*columns)


def aways(days: Span, kinds: Collection[str]) -> Statement:
    """Who was away so on one of these days, wherever he belongs: few people; for `away_spans`."""
    rows = Away.objects.filter(kind__in=kinds).in_force_during(*days)
    return rows.order_by().values_list("kind", "member", "starts", "ends")


def away_spans(rows: Rows) -> list[tuple[str, int, date, date]]:
    """Return [(kind, member, first day, last day)]."""
    return [(kind, member, starts, ends or ALWAYS) for kind, member, starts, ends in rows]


def members_away(days: Span, kinds: Collection[str]) -> Statement:
    """The members who were away so on one of these days, for the condition of another statement."""
    return Away.objects.filter(kind__in=kinds).in_force_during(*days).order_by().values_list("member", flat=True)
