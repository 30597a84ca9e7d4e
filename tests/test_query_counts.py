"""How many statements a page asks for: few, and no more when there is more to show (targets of the performance page)."""

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assessments.facts import fill as rollups
from tests.answers import address
from tests.assessments.facts.random_agency import build
from tests.matrix import all_rows
from tests.responsibilities.work.random_work import build_work

# A list, the workbench or a form, any other page; a list's export and its rows are the same selector.
LIST, PAGE = 12, 20
# Pages that join a list with something else: the tree with a profile beside it, what is owed reckoned live, everything
# one branch owes and is scored for. The board of the duty lists reckons five levels at once: requirements
# (9) and sync stages (7) live, and twelve other kinds of proof.
MORE = {
    "duty_detail": 22,
    "duty_list": 40,
    "evidence_pick": 21,
    "organisation_list": 17,
    "record_stage_links": 24,
    "requirement_list": 17,
    "score_estimate": 26,
}
# The duty shown beside the list has records to name, or none: two statements more or less, whatever their number.
EITHER = {"duty_list": 2}
LISTS = {name for name in all_rows() if name.endswith(("_list", "_queue"))} | {"dashboard", "home", "search"}
READERS = ("staff", "committee_secretary", "secretary_a", "administrator", "auditor", "member", "party_secretary")


def most(name):
    return MORE.get(name) or (LIST if name in LISTS else PAGE)


def pages():
    """Yield (name, row, who): each page of the matrix with the widest reader of the cast."""
    for name, row in all_rows().items():
        who = next((who for who in READERS if row.get and row.expected("get", who) == 200), None)
        if who and not row.public:
            yield name, row, who


def measured(world, as_, warm=False):
    """Return {name: statements} of every page; what a row makes and a visit writes is undone.

    warm: open each page once before, since what a process remembers for good is asked for at the first visit.
    """
    found = {}
    for name, row, who in pages():
        with transaction.atomic():
            client, url = as_(who), address(row, name, world)
            if warm:
                client.get(url)
            with CaptureQueriesContext(connection) as seen:
                answer = client.get(url)
            found[name] = len(seen)
            assert answer.status_code == 200, (name, answer.status_code)
            transaction.set_rollback(True)
    return found


def test_no_page_asks_for_more_statements_when_there_is_more_to_show(world, as_):
    # Something of everything first: an empty list asks for less.
    build(world, 60, branches=2, records=40)
    build_work(world, 60, items=12)
    rollups.fill()
    few = measured(world, as_, warm=True)
    assert len(few) > 40
    build(world, 61, branches=6, records=40)
    build_work(world, 61, items=60)
    rollups.fill()
    many = measured(world, as_)
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name] + EITHER.get(name, 0)}
    assert grown == {}
    assert {name: number for name, number in many.items() if number > most(name)} == {}
