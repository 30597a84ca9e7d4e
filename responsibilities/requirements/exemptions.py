"""Exemptions: some rules need not be met by some organisations between two days; agreed from strictly above, with a reason.

A period is exempt when of the days that the spans leave, less than `founding_share` of it remains: the same measure as for
an organisation that was founded or archived within it. Beyond six months, backwards, and for the upper levels whoever sets the rules has to agree.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404

from branches import audit
from branches.access.models import User
from branches.jobs.marks import mark
from branches.places.models.organisations import Kind, Organisation, tree_order
from branches.reach import access
from branches.reach.reach import fresh, reach_of
from branches.reach.rights import ASSIGN, SET_RULES
from branches.settings.joining import start_at
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.periods import Period, add_months
from responsibilities.requirements.models import Exemption
from responsibilities.requirements.requirement import Requirement
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID

LONGEST = 6
_TOO_LONG = "超过 6 个月的免予由机关党委书记登记。"
_BEGUN = "从今天以前开始的免予由机关党委书记登记。"
_UPPER = "机关党委、党组的免予由有权设定本机关规则的负责人登记。"
# The field of the form beside which each of them stands.
FIELDS = {_TOO_LONG: "last", _BEGUN: "first", _UPPER: "organisations"}


def is_long(first: date, last: date) -> bool:
    """Return whether a span is longer than six months, so that `set_rules` is asked."""
    return last >= add_months(first, LONGEST)


def _set_above(place: Organisation, first: date, last: date, on: date) -> str:
    """Return why an exemption registered `on` a day asks for `set_rules`, "" where `assign_work` is enough.

    The office neither frees the committee and the Party group it works for, nor what has begun and may be overdue
    already (decisions 76).
    """
    if place.kind in (Kind.COMMITTEE, Kind.PARTY_GROUP):
        return _UPPER
    if first < on:
        return _BEGUN
    return _TOO_LONG if is_long(first, last) else ""


def may_exempt_period(user: Actor, place: Organisation, period: Period) -> bool:
    """Return whether `user` may exempt a place from a requirement of a period, today."""
    asks = _set_above(place, period.first, period.last, clock.today())
    return may_exempt(user, place) and (not asks or may_exempt(user, place, SET_RULES))


def may_revoke(user: Actor, row: Exemption) -> bool:
    """Return whether `user` may take an exemption back: whoever might have registered it then. row: with its organisation."""
    asks = _set_above(row.organisation, row.first, row.last, clock.day_of(row.approved))
    return may_exempt(user, row.organisation) and (not asks or may_exempt(user, row.organisation, SET_RULES))


def may_exempt(user: Actor, place: Organisation, right: str = ASSIGN) -> bool:
    """Return whether `user` may exempt a place: the right is held strictly above it."""
    if user is OPERATOR:
        return True
    return place.parent_id is not None and reach_of(user).holds(right, place.parent_id)


def places_to_exempt(user: Actor) -> Any:
    """Return the organisations that `user` may exempt, in tree order."""
    above = Organisation.objects.filter(reach_of(user).condition(ASSIGN, "")).order_by()
    rows = Organisation.objects.filter(parent__in=above.values("pk"), archived_on__isnull=True)
    return rows.select_related("parent").in_tree_order()


def _require(by: Actor, place: Organisation, first: date, last: date, on: date) -> None:
    """Raise unless `by` may exempt a place between two days, registered `on` a day, by his rights as they are now."""
    if by is OPERATOR:
        return
    now = fresh(by)
    if place.parent_id is None or not now.holds(ASSIGN, place.parent_id):
        access.require(by, ASSIGN, place)
        raise access.Forbidden(ASSIGN, place, "免予由上级党组织登记，本级不能为自己登记。")
    asks = _set_above(place, first, last, on)
    if asks and not now.holds(SET_RULES, place.parent_id):
        raise access.Forbidden(SET_RULES, place, asks)


def _check(rules: Sequence[str], first: date, last: date, reason: str) -> None:
    errors = {}
    if not rules or any(rule not in REQUIREMENT_RULES_BY_ID for rule in rules):
        errors["rules"] = "请选择免予的义务。"
    if not reason.strip():
        errors["reason"] = "请写明免予的原因。"
    if last < first:
        errors["last"] = "截止日期不能早于开始日期。"
    elif last > add_months(first, 36):
        errors["last"] = "一次免予最长三年。"
    if errors:
        raise ValidationError(errors)


@one_transaction
def exemption_make(
    *,
    by: Actor,
    organisations: Iterable[Organisation],
    rules: Iterable[str],
    first: date,
    last: date,
    reason: str,
    document: str = "",
) -> list[Exemption]:
    """Exempt organisations from rules between two days, both included; return a row for each organisation.

    Needs `assign_work` strictly above each; `set_rules` for more than six months, for a span that has begun, for a committee
    or a Party group. Raises ValidationError by field, Conflict where
    one of the rules is already exempt there throughout, Forbidden or Http404 without the right.
    """
    rules = sorted(set(rules))
    places = sorted(organisations, key=lambda place: place.pk)
    if not places:
        raise ValidationError({"organisations": "请选择党组织。"})
    _check(rules, first, last, reason)
    # In one order, so that two who agree at once wait for each other.
    list(Organisation.objects.select_for_update().filter(pk__in=[place.pk for place in places]).order_by("pk"))
    batch, made = uuid.uuid4(), []
    for place in places:
        _require(by, place, first, last, clock.today())
        if place.archived_on and place.archived_on < first or last < start_at(place):
            raise ValidationError({"first": f"{place.label}在这段时间没有应办义务。"})
        standing = Exemption.objects.active().filter(organisation=place, first__lte=first, last__gte=last)
        if set(rules) <= {rule for row in standing for rule in row.rules}:
            raise Conflict("这项义务刚刚已由他人登记为免予，请重新打开。")
        row = Exemption(
            organisation=place,
            rules=rules,
            first=first,
            last=last,
            reason=reason.strip(),
            document=document.strip(),
            batch=batch,
            approved_by=account_of(by),
        )
        row.full_clean(exclude=["approved_by", "revoked", "revoked_by"])
        with audit.change(by=by, verb="requirement.exempt", obj=row, organisation=place):
            row.save()
        mark(place, *_days_touched(first, last), "exemption")
        made.append(row)
    return made


def requirement_exempt(*, by: Actor, organisation: Organisation, row: Requirement, reason: str) -> Exemption:
    """Agree that one requirement need not be met: the span is its period, the rule its own."""
    if not row.applies:
        raise ValidationError({"reason": "该义务本来就不适用或已免予。"})
    period = row.period
    (made,) = exemption_make(
        by=by, organisations=[organisation], rules=[row.rule], first=period.first, last=period.last, reason=reason
    )
    return made


def _days_touched(first: date, last: date) -> tuple[date, date]:
    """The whole years around a span: it may free a quarter or a year of which it covers only most."""
    return first.replace(month=1, day=1), last.replace(month=12, day=31)


@one_transaction
def exemption_revoke(*, by: Actor, exemption: Exemption, reason: str = "") -> Exemption:
    """Take an exemption back, with the reason; the row stays as history. Asks for the same right as making it."""
    exemption = Exemption.objects.select_for_update().select_related("organisation").get(pk=exemption.pk)
    place = exemption.organisation
    _require(by, place, exemption.first, exemption.last, clock.day_of(exemption.approved))
    if exemption.revoked:
        return exemption
    if not reason.strip():
        raise ValidationError({"text": "请写明撤销的原因。"})
    with audit.change(by=by, verb="requirement.exempt_revoke", obj=exemption, organisation=place):
        exemption.revoked, exemption.revoked_by = clock.now(), account_of(by)
        exemption.revoke_reason = reason.strip()
        exemption.full_clean(exclude=["approved_by", "revoked_by"])
        exemption.save()
    mark(place, *_days_touched(exemption.first, exemption.last), "exemption")
    return exemption


def exemption_for(user: User, pk: int) -> Exemption:
    """Return an exemption that `user` may revoke; Http404 or Forbidden otherwise."""
    row: Exemption = access.get_for(
        Exemption.objects.select_related("organisation__parent", "approved_by"), user, "view_organisation", pk=pk
    )
    if not may_revoke(user, row):
        raise access.Forbidden(ASSIGN, row.organisation)
    if row.revoked:
        raise Http404
    return row


@dataclass(frozen=True)
class Agreed:
    """What was agreed in one go: the organisations' labels, the names of the rules, and an Exemption as example of the rest."""

    places: tuple[str, ...]
    rules: str
    row: Exemption


def exemptions_of(user: Actor, period: Period) -> list[Agreed]:
    """Return the exemptions in force on a day of `period` within reach: listed before its results are frozen (judgement 2.3)."""
    rows = Exemption.objects.visible_to(user).touching(period.first, period.last)
    rows = rows.select_related("organisation__parent", "approved_by")
    together: dict[uuid.UUID, list[Exemption]] = {}
    for row in rows.order_by("first", *tree_order("organisation__"), "pk"):
        together.setdefault(row.batch, []).append(row)
    return [
        Agreed(tuple(dict.fromkeys(row.organisation.label for row in mine)), rule_names(mine[0].rules), mine[0])
        for mine in together.values()
    ]


def exemptions_listed(
    user: Actor, place: Organisation | None = None, period: Period | None = None
) -> QuerySet[Exemption]:
    """Return the exemptions within reach of `user`, the latest first, also those taken back. period: that touch its days."""
    rows = Exemption.objects.visible_to(user)
    if place:
        rows = rows.filter(organisation=place)
    if period:
        rows = rows.filter(first__lte=period.last, last__gte=period.first)
    return rows.select_related("organisation__parent", "approved_by", "revoked_by").order_by(
        "-first", "-approved", "pk"
    )


def rule_names(rules: Iterable[str]) -> str:
    """Return the short names of rules, for a line of a list."""
    return "、".join(REQUIREMENT_RULES_BY_ID[rule].short for rule in rules if rule in REQUIREMENT_RULES_BY_ID)


def rule_exemptions(user: Actor, rule: str, day: date) -> list[Exemption]:
    """Return the exemptions from a rule that are in force on a day, within reach of `user`."""
    rows = Exemption.objects.visible_to(user).touching(day, day).select_related("organisation__parent", "approved_by")
    return [row for row in rows.order_by("last", "pk") if rule in row.rules]
