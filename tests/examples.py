"""How much of a dear test a run takes: all, or in the normal run of the suite (BRIEF) a part."""

import os

from django.conf import settings

THOROUGH = 4 if os.environ.get("THOROUGH") else 1
# Set by bin/run_tests.py for the run that everybody waits for; FULL=1 or a path among the arguments takes it away.
BRIEF = bool(os.environ.get("BRIEF")) and not os.environ.get("THOROUGH")


def part(cases, of=2):
    """Return what a run takes of a list of cases that are alike: all, or one in `of` in a brief run."""
    return cases[::of] if BRIEF else cases


def examples(number):
    """Return how many random examples a comparison with a slow reference takes, of `number` in a whole run.

    Half of them on PostgreSQL, a quarter in a brief run, at least five; with THOROUGH=1 in the environment four times as many.
    """
    share = 4 if BRIEF else 2 if settings.IS_POSTGRES else 1
    return max(number // share, 5) * THOROUGH
