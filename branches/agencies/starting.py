"""What web, worker and beat look at before they begin, of one agency or of many."""

import sys
from collections.abc import Callable
from typing import Any

from branches.access.services import key_check
from branches.agencies import fitness
from common import agencies


def check_or_stop() -> None:
    """Stop the process with exit code 2 and one sentence where it would do harm.

    Of one agency: its keys do not fit the data. Of many: ids of content types differ; whatever else is wrong with one of them
    is its own matter, and the others are served.
    """
    if not agencies.many():
        key_check.check_or_stop()
        return
    if found := fitness.differing_types():
        print(f"Tongbu cannot start: {'；'.join(found)}", file=sys.stderr, flush=True)
        raise SystemExit(2)


def each(function: Callable[..., Any], *args: Any, **words: Any) -> None:
    """Call a function once, or in every agency that is worked for."""
    if not agencies.many():
        function(*args, **words)
        return
    for agency in agencies.every(agencies.ACTIVE):
        if agency.fault:
            continue
        with agencies.entered(agency.key):
            function(*args, **words)
    agencies.close_all()
