"""Errors that have a page of their own."""

from datetime import datetime
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


class Stale(Conflict):
    """Somebody else saved after the form was opened; a page that can draws the form again (common/stale_form.py).

    at: when he saved, where that is known.
    """

    def __init__(self, message: str, at: datetime | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.at = at


def changed_by(name: str | None, record: Any = None, at: datetime | None = None) -> Stale:
    """Return what is said to whoever saves a form that was opened before somebody else, of this name, saved."""
    return Stale(f"这项内容刚由{name or '他人'}修改，请核对后再保存。", at, record=record)
