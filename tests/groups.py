"""Which tests must run in the same process when pytest-xdist spreads them, and which begin.

Told from a test's id alone: xdist's own groups are marks that it writes into the id, which pytest no longer lets it.
"""

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

# One demo agency for all of them, made by the first start of it, and it takes longest.
DEMO = (
    "tests/test_start.py",
    "tests/browser/test_pages.py",
    "tests/browser/test_by_hand.py",
    "tests/browser/test_work_story.py",
)
# Installations and agencies of their own, one long test, and tests that mostly wait: as long as many tests together, so they
# begin too. At the end they would keep one process busy while the other has nothing left.
LONG = (
    "tests/browser/test_story.py",
    "tests/test_own_installation.py",
    "tests/branches/backups/test_round_trip.py",
    "tests/test_deploy.py",
    "tests/branches/agencies/",
    "tests/faults/test_hanging_job.py",
    "tests/test_query_counts.py",
)
# Ledgers imported, a year told or rows made (tests/shared.py) once for the whole file: its source says so.
ONCE = ('scope="module"', "made_once(")
# Two agencies with databases of their own, made once for all of them.
AGENCIES = "tests/branches/agencies/"
# Tests of one url name look at the same answers (tests/answers.py).
ANSWERS = (
    "tests/test_matrix.py",
    "tests/security/test_browser.py",
    "tests/security/test_personal_data.py",
    "tests/security/test_sessions.py",
)

# These use Redis' queue of an installation in service, not one of their own.
QUEUE = (
    "tests/test_deploy.py::test_web_worker",
    "tests/test_deploy.py::test_under_load",
    "tests/faults/test_real_worker.py::test_a_message_that_ends",
    "tests/faults/test_busy_queues.py",
)


# What PostgreSQL can answer otherwise than SQLite: locks and races, sums in SQL, the tree, reach, the trail and its
# triggers, fills, imports, constraints, windows, migrations. Everything else asks both the same simple statements.
ON_BOTH = (
    # What the pages of every subject say, in one world.
    "tests/told/",
    "tests/branches/places/test_tree.py",
    "tests/branches/access/test_appointments_pages.py",
    "tests/members/reviews/test_queue_reference.py",
    "tests/members/reviews/test_writers.py",
    "tests/responsibilities/requirements/test_levels.py::test_upper_levels_and_persons_owe",
    "tests/responsibilities/requirements/test_migrations.py",
    "tests/responsibilities/requirements/test_reference.py",
    "tests/assessments/results/test_results.py",
    "tests/assessments/schemes/test_versions.py",
    "tests/faults/",
    "tests/branches/agencies/",
    "tests/branches/audit/",
    "tests/branches/backups/test_round_trip.py",
    "tests/branches/backups/test_make.py::test_backups_made_while_people_write",
    "tests/test_deploy.py::test_web_worker_and_beat_start",
    "tests/test_deploy.py::test_under_load",
    "tests/test_deploy.py::test_the_count",
    "tests/branches/jobs/",
    "tests/branches/reach/",
    "tests/branches/imports/",
    "tests/members/roster/test_links.py",
    "tests/members/slips/",
    "tests/branches/access/test_field_keys.py",
    "tests/branches/access/test_rotate_field_keys.py",
    "tests/common/test_crypto.py",
    "tests/members/imports/test_agency.py",
    "tests/members/imports/test_rows_",
    "tests/members/imports/test_in_the_worker.py",
    "tests/members/activities/test_races.py",
    "tests/members/roster/test_numbers_elsewhere.py",
    "tests/members/roster/test_unmask_limit.py",
    "tests/responsibilities/collects/test_reference.py",
    "tests/responsibilities/duties/test_reference.py",
    "tests/branches/access/test_assistants_races.py",
    "tests/responsibilities/duties/test_portfolios_races.py",
    "tests/responsibilities/supervision/test_races.py",
    "tests/responsibilities/work/test_reference.py",
    "tests/assessments/facts/",
    "tests/assessments/targets/test_pages.py::test_of_many",
    "tests/assessments/home/test_search.py",
    "tests/security/test_import_numbers.py::test_an_upload_lies_encrypted",
    "tests/security/test_import_numbers.py::test_what_belongs_to_no_batch",
    "tests/security/test_import_numbers.py::test_the_quota_of",
    "tests/security/test_import_numbers.py::test_of_two_uploads_at_the_quota",
    "tests/security/test_jobs.py",
    "tests/security/test_lockout.py",
    "tests/security/test_login_trail.py",
    # Of accounts: what a constraint refuses, what is compared to the letter, who is found by reach and day.
    "tests/security/test_powers.py::test_a_system_role_at_a_place_is_refused_by_the_database",
    "tests/security/test_powers.py::test_the_duties_may_follow_one_another",
    "tests/security/test_powers.py::test_rights_",
    "tests/security/test_powers.py::test_who_can_names_exactly",
    "tests/security/test_resets.py::test_a_superior_who_asked",
    "tests/security/test_resets.py::test_the_list_holds_exactly",
    "tests/security/test_second_factor.py::test_password_and_factor_wait_beside",
    "tests/security/test_second_person.py",
    "tests/security/test_single_sign_on.py::test_a_sub_is_compared_to_the_letter",
    "tests/security/test_single_sign_on.py::test_an_account_has_one_identity",
    "tests/security/test_single_sign_on.py::test_an_identity_of_somebody_else",
    "tests/test_migrations.py",
)


# Of these, what SQLite has shown for both: that each write leaves its mark and what is found at night (how marks become
# facts, and facts are filled anew, is in test_fill and test_sequences), what pages and the report make of facts; of exports
# all but the figures (the second import is in members/imports); the ledgers in other shapes, the broker in a folder.
SHOWN_BY_SQLITE = (
    "tests/assessments/facts/test_marks.py",
    "tests/assessments/facts/test_check.py",
    "tests/assessments/facts/test_one_closure.py",
    "tests/assessments/facts/test_spring.py",
    "test_a_second_import_changes_no_figure",
    "test_a_roll_up_again_and_a_rebuild_give",
    "test_a_trial_lists_every_branch",
    "test_a_report_before_publication_is",
    "test_a_wrong_period_or_day_is",
    "test_a_place_that_cannot_be_written_is",
    "agency-restyled",
    "[folder]",
)


def can_differ(nodeid):
    """Whether PostgreSQL may answer a test otherwise than SQLite."""
    return nodeid.startswith(ON_BOTH) and not any(part in nodeid for part in SHOWN_BY_SQLITE)


def paths_on_both(root):
    """Return the folders and files that hold the tests of ON_BOTH, relative to the folder `root`."""
    found = {}
    for start in ON_BOTH:
        place = start.partition("::")[0]
        matching = [root / place] if (root / place).exists() else root.glob(f"{place}*")
        found |= dict.fromkeys(str(path.relative_to(root)) for path in matching)
    return sorted(found)


@cache
def makes_once(path):
    """Whether a file of tests makes something for all of its tests."""
    source = (Path(__file__).resolve().parent.parent / path).read_text(encoding="utf-8")
    return any(words in source for words in ONCE)


def group_of(nodeid):
    path, _, test = nodeid.partition("::")
    if path in DEMO:
        return "demo"
    if nodeid.startswith(QUEUE):
        return "queue"
    if path.startswith(AGENCIES):
        return "agencies"
    if path in ANSWERS and "[" in test:
        return f"url {test.partition('[')[2]}"
    return path if makes_once(path) else nodeid


def beginning_with_the_longest(items):
    """Return the items with those of DEMO and LONG first, the others as they were."""
    starts = (*DEMO, *LONG)

    def place(item):
        return next((number for number, start in enumerate(starts) if item.nodeid.startswith(start)), len(starts))

    return sorted(items, key=place)


class Groups(LoadScopeScheduling):
    """Sends the tests of one group to one process, the groups in the order of their first tests."""

    def _split_scope(self, nodeid):
        return group_of(nodeid)
