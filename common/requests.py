"""A request as the middleware of branches/frame hands it to the views."""

from typing import Any

from django.http import HttpRequest


class Request(HttpRequest):
    """For annotations only: what our middleware and htmx add to a request.

    user: the account (branches.User), signed in wherever a view asks for it. scope: the appointment he acts in now, or
    None; appointments: all of his that are in force; incident: the id under which the log knows this request; sent_form:
    id of the row that keeps this form from being done twice, where one does.
    """

    user: Any
    scope: Any
    appointments: list[Any]
    incident: str
    htmx: Any
    sent_form: int
