"""What a form's writer saw: so that nobody overwrites what another wrote meanwhile, where a row has no version."""

import hashlib
import json

from common.errors import Conflict


def seen_mark(values):
    """Return a short mark of plain values (a dict), for a hidden field of the form that shows them."""
    text = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def require_unchanged(seen, values, message):
    """Raise Conflict when the form was drawn from other values than those that stand now; an empty mark asks nothing."""
    if seen and seen != seen_mark(values):
        raise Conflict(message)
