"""How many random examples a comparison with a slow reference takes."""

import os

from django.conf import settings

THOROUGH = 4 if os.environ.get("THOROUGH") else 1


def examples(number):
    """Return `number`; on PostgreSQL the first half of them; with THOROUGH=1 in the environment four times as many."""
    return max(number // (2 if settings.IS_POSTGRES else 1), 5) * THOROUGH
