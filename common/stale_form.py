"""Forms that were drawn from what no longer stands: nobody overwrites what another wrote, where a row has no version."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from common.errors import Conflict


def form_mark(values: Mapping[str, Any]) -> str:
    """Return a short mark of plain values, for a hidden field of the form that shows them."""
    text = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def require_unchanged(mark: str, values: Mapping[str, Any], message: str) -> None:
    """Raise Conflict when the form was drawn from other values than those that stand now; an empty mark asks nothing."""
    if mark and mark != form_mark(values):
        raise Conflict(message)
