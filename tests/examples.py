"""How much of a dear test a run takes: all, or in the normal run of the suite (BRIEF) a part."""

import os

from django.conf import settings

THOROUGH = 4 if os.environ.get("THOROUGH") else 1
# Set by bin/run_tests.py for the run that everybody waits for; FULL=1 or a path among the arguments takes it away.
BRIEF = bool(os.environ.get("BRIEF")) and not os.environ.get("THOROUGH")


def part(cases):
    """Return what a run takes of a list of cases that are alike: all, or every other one in a brief run."""
    return cases[::2] if BRIEF else cases


def examples(number):
    """Return how many random examples a comparison with a slow reference takes, of `number` in a whole run.

    Half of them in a brief run and on PostgreSQL, at least five; with THOROUGH=1 in the environment four times as many.
    """
    return max(number // (2 if settings.IS_POSTGRES or BRIEF else 1), 5) * THOROUGH
