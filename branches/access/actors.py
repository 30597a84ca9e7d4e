"""Who acts, for the types of what he does: an account, or the operator of the server."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from branches.access.models import User
from common.operator import Operator

Actor = User | Operator


class Request(HttpRequest):
    """A request of somebody who has signed in: what views behind `login_required` take."""

    user: User
    htmx: HtmxDetails


def account_of(by: Actor) -> User | None:
    """Return the account as a row keeps it, None for the operator."""
    return None if isinstance(by, Operator) else by
