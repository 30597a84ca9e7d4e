"""How many random examples a comparison with a slow reference takes."""

import os

THOROUGH = 4 if os.environ.get("THOROUGH") else 1


def examples(number):
    """Return `number`, or with THOROUGH=1 in the environment four times as many."""
    return number * THOROUGH
