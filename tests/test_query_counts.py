"""How much a page asks of the database: few statements, no more when there is more to show, and few rows.

Targets of docs/performance.md. The start page is opened as every role; every other page as the widest reader of the cast.
"""

import time_machine
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.home.selectors import folded
from responsibilities.duties.selectors import boards, wide_board
from responsibilities.requirements import listing
from responsibilities.work.selectors import boards as work_boards
from responsibilities.work.selectors import rate_groups
from tests.answers import address
from tests.assessments.facts.random_agency import build
from tests.counting import asked
from tests.matrix import all_rows
from tests.responsibilities.work.random_work import build_work
from tests.world import CAST

# A list, the workbench or a form, any other page; a list's export and its rows are the same selector.
LIST, PAGE = 12, 20
# Pages that join a list with something else: the tree with a profile beside it, what is owed reckoned live, everything
# one branch owes and is scored for. The board of the duty lists says what facts hold, and judges the duty beside its rows with
# all that its proof reads.
MORE = {
    # Five of the frame beside it. The map is counted by groups, and those that lag most are named; what stands beside it is one
    # statement, own duties are three, supervision, terms and records that wait one or two each.
    "dashboard": 15,
    # The corrections that wait for their writers stand above the list.
    "activity_list": 13,
    # Until something is kept the whole report is written for the page: work, duties of all levels, results, people.
    # And which practices became policies, by the setting of today.
    # And what it says of aims, policies and campaigns.
    "report_draft": 50,
    # What one list rests on is looked for by its places and persons, each by its own index.
    "duty_detail": 22,
    # With the records that count as their ledger has them.
    "requirement_detail": 20,
    # With the one shown beside the rows, who answers for it and where he belonged.
    "duty_list": 29,
    "confirmation_detail": 22,
    "evidence_pick": 26,
    # Until the first fill of a day, all members, and of what waits for a fill these.
    "organisation_list": 15,
    # Of fifteen subjects, honours among them; of records first the newest, and where these do not fill the page all.
    "search": 17,
    # A group for each subject, each in a constant number: leave that is asked and hours brought along among them.
    "home_waiting": 37,
    # His own file, section by section: hours of study are reckoned live, and so are dues.
    "home as member": 40,
    # And hours of study, what is planned, attendance by kind, development, corrections, who reads it, what was changed
    # in it, hours brought along; to himself his leave and his self-rating.
    "member_detail": 33,
    "member_own": 38,
    # Lanes, milestones, goals with what their measures were before, what it serves and on what it rests.
    "campaign_detail": 22,
    "campaign_paper": 22,
    "campaign_participants": 22,
    # Each subject in turn.
    "record_belongings": 25,
    "record_stage_links": 26,
    # Every level and person at once: organisations, persons with what they did, terms with their reminders.
    # Of many, counts and keys come from facts, and the rows of the page are reckoned again.
    # With who has published his commitment and who was visited, reviews, dues, and hours of members and of posts.
    "requirement_list": 24,
    # Hours and classes of posts, secretaries, staff, what is planned and what is looked into beside them;
    # records, duties and notices of each.
    "cadres_register": 36,
    # What is worth a look in a record: its quorums, people, hosts, resolutions, and the texts it may be like.
    "review_detail": 33,
    "review_queue": 20,
    # Which scheme and which version, the places that may be chosen, what was entered and what is said of oneself.
    # With what is proposed as a veto, case by case, and the honours of the period.
    "entry_list": 17,
    "self_list": 13,
    # With the secretary's debriefing (people and what they attended), what was entered by hand, and when the quarter closes.
    # Steps of procedures and notes of policies are things of a score too.
    # Where it stands at the plan's organisation and at all that owe it, stages with what was said and judged, its history; how
    # much the organisation shown owes; of a count of each those by whom it stands, and what they have.
    "target_detail": 26,
    # Milestones of campaigns too.
    # A draft that counts faults of rosters asks for absences and letters.
    # Hours, dues, cases, care and pledges are each reckoned live beside the rest.
    # And of whom the reader keeps the people, for the links beside what is lost.
    "score_estimate": 35,
    # Versions with their procedures side by side, runs with every step, who has taken note.
    "policy_detail": 28,
    # Numbers, order and choices come from the points that are kept, the rows of the page are judged again.
    "sync_board": 23,
    # The tree from the top down to the first level with several, each with its rate.
    "sync_rates": 19,
}
# A branch's secretary sees what it owes, its work, duties and what waits beside them, from a few statements each.
START = {
    **dict.fromkeys(("home as secretary_a", "home as secretary_b", "home as secretary_c"), 15),
    **dict.fromkeys(("home as officer_a", "home as organiser_a"), 14),
    "home as leader_a1": 11,
    # Led to the own file, with all its sections.
    "home as member": 40,
    # What the Party group itself owes is reckoned live, its issued list among it; the last results beside.
    "home as party_secretary": 23,
    **dict.fromkeys(("home as committee_secretary", "home as staff", "home as general_secretary"), 16),
    "home as discipline": 12,
}
# The duty shown beside the list has records to name, or none: two statements more or less, whatever their number. Names are
# proposed for somebody, or for nobody: one. There are texts of about the same length to compare with, or none: two. There
# are records to choose from, whose kinds are read along, or none: one.
EITHER = {
    # Somebody studied, or nobody did: his records are looked up, or not.
    **dict.fromkeys(("cadres_register", "cadres_print", "requirement_list"), 1),
    "duty_list": 2,
    "slip_secretaries": 1,
    "review_detail": 2,
    "review_queue": 2,
    "policy_step_tie": 1,
}
# Pages that read more rows in a larger agency, and how many more they read in the larger one of this test. Lists are read
# a page at a time and may fill it.
A_PAGE_OF_ROWS = 60
GROWS = {
    # Hours of every member and post of a small agency, with the records they come from.
    "requirement_list": 526,
    "education_unknown": 490,
    "cadres_register": 99,
    "cadres_print": 72,
    "duties_of_member": 118,
    "report_draft": 1045,
    # The business work, terms, notices and homes that the duty shown beside the rows rests on.
    "duty_list": 760,
    "record_stage_links": 1257,
    # The stages of the whole year, twice: as they are and as they would be.
    "stage_consequence": 1700,
    # The first page fills: twenty items with their stages and links.
    "sync_board": 180,
    # As many lines as there are different lags, from which medians come.
    "sync_rates": 126,
    # Versions of the places whose upper levels are reckoned live, and the choice of the filter.
    "dashboard_remind": 661,
    "home as secretary_a": 621,
    "home as officer_a": 621,
    "home as organiser_a": 621,
    "score_estimate": 616,
    "cadre_detail": 571,
    "home as secretary_b": 548,
    "home as secretary_c": 533,
    # Each of those that owe a count, beside the page of them that is listed.
    "target_detail": 63,
    # The medians of its group, of the whole and of each indicator.
    "result_checkup": 92,
    # The records that an objection may name, with their kinds.
    "objection_new": 72,
    "supervision_reply": 104,
    "evidence_pick": 191,
    "member_list": 81,
    # The page of branches fills; records among which a decision is chosen.
    "dues_rate": 62,
    "dues_use_edit": 62,
    "care_help_new": 62,
    # The page of branches fills: what the members of twenty took part in.
    "education_list": 478,
    # With each record shown come the lengths of what its organisation recorded in the year before and after, and others of its day.
    "review_queue": 122,
}
# Pages made of facts of what their own row makes.
FILLED = {"duty_list"}
LISTS = {name for name in all_rows() if name.endswith(("_list", "_queue"))} | {"dashboard", "search"}
READERS = ("staff", "committee_secretary", "secretary_a", "administrator", "auditor", "member", "party_secretary")


def most(name):
    """Return how many statements a page may ask."""
    if name.startswith("home as "):
        return START.get(name, PAGE)
    return MORE.get(name) or (LIST if name in LISTS else PAGE)


def pages():
    """Yield (name, function that gives the address, who): every page once, the start page as each of the cast."""
    for name, row in all_rows().items():
        who = next((who for who in READERS if row.get and row.expected("get", who) == 200), None)
        if who and not row.public and name != "home":
            yield name, lambda world, row=row, name=name: address(row, name, world), who
    for who in CAST:
        yield f"home as {who}", lambda world: reverse("home"), who


def measured(world, as_):
    """Return {name: Asked} of every page; what a row makes and a visit writes is undone."""
    measures = {}
    for name, address_of, who in pages():
        with transaction.atomic():
            client, url = as_(who), address_of(world)
            if name in FILLED:
                rollups.fill()
            with asked() as measures[name]:
                # The start page of some leads to the page they work on.
                answer = client.get(url, follow=True)
            assert answer.status_code == 200, (name, answer.status_code)
            transaction.set_rollback(True)
    return measures


# How many rows are open, late or to come depends on the day.
@time_machine.travel("2026-11-25T10:00:00+08:00")
def test_no_page_asks_for_more_when_there_is_more_to_show(world, as_, monkeypatch):
    # Pages that a large agency finds among facts and a small one reckons: looked at as the large one has them.
    monkeypatch.setattr(folded, "UNFOLDED", 0)
    monkeypatch.setattr(listing, "RECKONED", 0)
    monkeypatch.setattr(boards, "JUDGED", 0)
    monkeypatch.setattr(wide_board, "MEMBERS", 0)
    monkeypatch.setattr(work_boards, "RECKONED", 0)
    monkeypatch.setattr(rate_groups, "UNFOLDED", 0)
    # Something of everything first: an empty list asks for less.
    build(world, 60, branches=2, records=40)
    build_work(world, 60, items=12, waiting=0)
    rollups.fill()
    # All that a process remembers of the database for good (tests/test_process_caches.py): the first visit asks no more.
    ContentType.objects.get_for_models(*apps.get_models())
    few = measured(world, as_)
    assert len(few) > 50
    build(world, 61, branches=6, records=40)
    build_work(world, 61, items=60, waiting=0)
    rollups.fill()
    many = measured(world, as_)
    statements = {name: (few[name].statements, many[name].statements) for name in few}
    assert {name: pair for name, pair in statements.items() if pair[1] > pair[0] + EITHER.get(name, 0)} == {}
    assert {name: pair[1] for name, pair in statements.items() if pair[1] > most(name)} == {}
    grown = {name: many[name].rows - few[name].rows for name in few}
    assert {name: rows for name, rows in grown.items() if rows > GROWS.get(name, A_PAGE_OF_ROWS)} == {}
    assert {name: most for name, most in GROWS.items() if grown[name] < most * 0.7} == {}, "these may come down"
