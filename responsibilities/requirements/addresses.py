"""Addresses about requirements; every page and every row that leads to one asks here."""

from django.urls import reverse
from django.utils.http import urlencode

from common.periods import Period


def about_key(organisation: int, rule: str, period: Period | str) -> str:
    """Return the key under which notices of a requirement are counted."""
    return f"requirement/{organisation}/{rule}/{period}"


def requirement_url(organisation: int, rule: str, period: Period | str, person: str = "") -> str:
    """Return the address of one requirement. organisation: an id. person: key of who owes it, of the personal ones."""
    url = reverse("requirement_detail", args=[organisation, rule, period])
    return f"{url}?{urlencode({'person': person})}" if person else url


def form_url(form: str, organisation: int, period: Period) -> str:
    """Return the address of the form of another subject that does what a requirement asks for. form: its name, as the rule says it."""
    return f"{reverse(form, args=[period])}?{urlencode({'organisation': str(organisation)})}"


def requirements_url(rule: str, period: Period | str) -> str:
    """Return the address of the list of one rule in a period."""
    return f"{reverse('requirement_list')}?{urlencode({'rule': rule, 'period': str(period)})}"


def record_url(organisation: int, kind: str, period: Period | str) -> str:
    """Return the address of the record form that begins with what a requirement asks for."""
    query = urlencode({"organisation": str(organisation), "kind": kind, "period": str(period)})
    return f"{reverse('activity_new')}?{query}"
