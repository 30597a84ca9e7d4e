"""Write the planned rows of a ledger with the services of the pages; what a service refuses names its row."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError

from common import progress
from common.errors import Conflict


def write_rows(items: Iterable[Any], write: Callable[[Any], object]) -> None:
    """Call `write` with each item (which has a `row`). Raises ValidationError naming the first row that is refused."""
    for item in items:
        try:
            write(item)
        except (ValidationError, Conflict) as error:
            said = "；".join(error.messages) if isinstance(error, ValidationError) else error.message
            raise ValidationError(f"第 {item.row} 行：{said}") from None
        progress.tick()
