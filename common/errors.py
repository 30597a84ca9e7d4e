"""Errors that have a page of their own."""

from typing import Any


class TooMany(Exception):
    """An account did something as often as its limit allows; answered with 429 and when it opens again.

    wait: seconds until then.
    """

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.message = message
        self.wait = wait


class Conflict(Exception):
    """The action does not fit the record's present state or version; answered with 409 and what stands now."""

    def __init__(self, message: str, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context
