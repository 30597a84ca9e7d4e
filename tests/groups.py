"""Which tests must run in the same process when pytest-xdist spreads them, and which begin.

Told from a test's id alone: xdist's own groups are marks that it writes into the id, which pytest no longer lets it.
"""

from xdist.scheduler import LoadScopeScheduling

# One demo agency for all of them, and it takes longest.
DEMO = ("tests/browser/test_pages.py", "tests/browser/test_by_hand.py", "tests/browser/test_work_story.py")
# Installations of their own: as long as many tests together, so they begin too.
LONG = ("tests/browser/test_story.py", "tests/test_start.py")
# Ledgers imported once for the whole file.
LEDGERS = (
    "tests/assessments/facts/test_exports.py",
    "tests/members/imports/test_agency.py",
    "tests/members/imports/test_sets.py",
)
# Tests of one url name look at the same answers (tests/answers.py).
ANSWERS = (
    "tests/test_matrix.py",
    "tests/security/test_browser.py",
    "tests/security/test_personal_data.py",
    "tests/security/test_sessions.py",
)


def group_of(nodeid):
    path, _, test = nodeid.partition("::")
    if path in DEMO:
        return "demo"
    if path in LEDGERS:
        return path
    if path in ANSWERS and "[" in test:
        return f"url {test.partition('[')[2]}"
    return nodeid


def beginning_with_the_longest(items):
    """Return the items with those of DEMO and LONG first, the others as they were."""
    place = {path: number for number, path in enumerate((*DEMO, *LONG))}
    return sorted(items, key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


class Groups(LoadScopeScheduling):
    """Sends the tests of one group to one process, the groups in the order of their first tests."""

    def _split_scope(self, nodeid):
        return group_of(nodeid)
