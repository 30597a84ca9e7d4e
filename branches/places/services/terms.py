"""Terms of office: set the running one, close it when a new committee has been elected."""

from datetime import date

from django.core.exceptions import ValidationError

from branches import audit
from branches.jobs.marks import mark
from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from branches.reach import access
from branches.reach.rights import ORGANISE
from common import clock
from common.database import one_transaction
from common.operator import Actor


def _running(organisation: Organisation) -> Term | None:
    return Term.objects.select_for_update().filter(organisation=organisation, closed_on__isnull=True).first()


def _check(term: Term) -> None:
    if term.starts and term.expires <= term.starts:
        raise ValidationError({"expires": "届满日期应晚于任期开始日期。"})
    term.full_clean()


def _mark(term: Term) -> None:
    mark(term.organisation_id, min(term.starts or clock.today(), clock.today()), clock.today(), "term")


@one_transaction
def term_set(*, by: Actor, organisation: Organisation, expires: date, starts: date | None = None) -> Term:
    """Enter the running term of `organisation`, or correct its dates; returns the Term.

    expires: its last day. starts: first day, None where the ledger does not say. Raises ValidationError by field.
    """
    access.require(by, ORGANISE, organisation)
    term = _running(organisation) or Term(organisation=organisation)
    with audit.change(by=by, verb="term.set", obj=term, organisation=organisation):
        term.starts, term.expires = starts, expires
        _check(term)
        term.save()
    _mark(term)
    return term


@one_transaction
def term_close(*, by: Actor, organisation: Organisation, on: date, next_expires: date | None = None) -> Term:
    """Close the running term on the day of the election `on`; with `next_expires` the next one starts that day.

    Raises ValidationError by field. Returns the closed Term.
    """
    access.require(by, ORGANISE, organisation)
    term = _running(organisation)
    if term is None:
        raise ValidationError("该组织没有正在进行的任期。")
    if on > clock.today():
        raise ValidationError({"on": "换届日期不能晚于今天。"})
    if term.starts and on < term.starts:
        raise ValidationError({"on": f"换届日期不能早于任期开始日期（{term.starts}）。"})
    with audit.change(by=by, verb="term.close", obj=term, organisation=organisation):
        term.closed_on = on
        term.save()
    _mark(term)
    if next_expires:
        try:
            term_set(by=by, organisation=organisation, starts=on, expires=next_expires)
        except ValidationError as error:
            raise ValidationError({"next_expires": error.messages}) from None
    return term
