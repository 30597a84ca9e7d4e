"""Requests as the views behind `login_required` take them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from branches.access.models import User


class Request(HttpRequest):
    """A request of somebody who has signed in."""

    user: User
    htmx: HtmxDetails
