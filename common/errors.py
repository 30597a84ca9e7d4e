"""Errors that have a page of their own."""

from typing import Any


class Conflict(Exception):
    """The action does not fit the record's present state or version; answered with 409 and what stands now."""

    def __init__(self, message: str, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context
