"""The board of much work says what it would say judged anew: the same figures, order, choices and rates for every reader."""

import pytest
import time_machine

from assessments.facts import fill as rollups
from branches.places.models.departments import Department
from responsibilities.work.judged import JudgedPoint
from responsibilities.work.models import StageEvidence, SyncStageKind, Uptake, WorkItem
from responsibilities.work.selectors import boards, rate_groups
from responsibilities.work.selectors.board import STATES
from tests.assessments.facts.random_agency import build
from tests.responsibilities.work.random_work import build_work
from tests.shared import made_once

pytestmark = pytest.mark.django_db
TODAY = "2026-11-25T10:00:00+08:00"
READERS = ("staff", "general_secretary", "secretary_a", "secretary_c", "leader", "discipline")


@time_machine.travel(TODAY, tick=False)
def make_work(world):
    """Work of several seeds, some of it led, helped, a branch's own, or in the charge of a name without account."""
    build(world, 41, branches=3, records=30)
    chance = build_work(world, 41, items=24, waiting=0.3)
    departments = [Department.objects.create(name=f"处室{number}") for number in range(3)]
    uptakes = [Uptake.ARRANGED, Uptake.ARRANGED, Uptake.WAITING, Uptake.TAKEN, Uptake.DECLINED]
    for item in WorkItem.objects.order_by("pk"):
        item.lead = chance.choice([None, *departments])
        item.leader, item.leader_name = chance.choice(
            [(None, ""), (None, "某某"), (world.leader, ""), (world.leader, world.leader.name)]
        )
        item.kind = chance.choice(["agency", "city"])
        if chance.random() < 0.3:
            item.organisation, item.uptake = chance.choice([world.branch_a, world.branch_b]), chance.choice(uptakes)
            item.uptake_reason = "是日常工作"
        item.save()
        item.helpers.set(chance.sample(departments, chance.randrange(2)))
    for link in StageEvidence.objects.filter(activity__isnull=False):
        link.activity.way, link.activity.building = chance.choice([("", ""), ("around", ""), ("merge", "thought")])
        link.activity.save(update_fields=["way", "building"])
    rollups.fill()


work = made_once(make_work)


@pytest.fixture
def filled(work, world):
    with time_machine.travel(TODAY, tick=False):
        yield world


def both(monkeypatch, read):
    """Return what `read` returns of the page judged anew, and of the one found among what is kept."""
    found = []
    for most in (10**6, 0):
        monkeypatch.setattr(boards, "RECKONED", most)
        found.append(read())
    return found


def shown(client, query):
    """Return all that the board says, and its items in order."""
    context = client.get(f"/sync/?{query}&all=1").context
    ids = [line.item.pk for line in context["lines"]]
    names = ("title", "number", "segments", "columns", "mix", "anything", "own", "own_url", "period", "tolerance")
    said = {name: context[name] for name in names}
    said["own_url"] = bool(said["own_url"])
    lines = [(line.segments, line.done, line.owed, line.closure, line.carriers, line.next) for line in context["lines"]]
    return said, ids, lines


def questions(world, who):
    """The widest reader asks everything, the others some of it."""
    asked = list(all_questions(world))
    return asked if who == "staff" else asked[READERS.index(who) :: 5]


def all_questions(world):
    department = Department.objects.get(name="处室1")
    yield from ("", "period=2026Q2", "period=2026Q4", "period=2025", "period=2026-03")
    yield from (f"state={state}" for state in STATES)
    yield from (f"stage={kind.value}&state=missing" for kind in SyncStageKind)
    yield from ("stage=assessment", "kind=city", "word=41-1", "word=ZD41", "word=无此")
    yield from (f"department={department.pk}", "leader=某某", f"leader={world.leader.pk}")
    for place in (world.committee, world.general, world.branch_a, world.branch_c):
        yield f"branch={place.pk}"
        yield f"branch={place.pk}&period=2026Q3&state=due&stage=study"


@pytest.mark.parametrize("who", READERS)
def test_the_board_found_says_what_the_board_judged_says(filled, as_, monkeypatch, who):
    client = as_(who)
    seen = 0
    for query in questions(filled, who):
        anew, kept = both(monkeypatch, lambda query=query: shown(client, query))
        assert kept == anew, query
        seen += bool(anew[1])
    assert seen > (10 if who == "staff" else 1)


def rows_of(client, query):
    rows = client.get(f"/sync/rates/?{query}").context["rows"]
    for row in rows:
        row["rate"].lags.sort()
    return rows


def rates_shown(client, query):
    context = client.get(f"/sync/rates/?{query}").context
    rows = [context["whole"], *context["stages"], *context["rows"]]
    for row in rows:
        row["rate"].lags.sort()
        row.pop("opens", None)
    return context["title"], rows


@pytest.mark.parametrize("who", READERS)
def test_rates_of_names_and_stages_are_those_judged_anew(filled, as_, monkeypatch, who):
    client = as_(who)
    for number, query in enumerate(query for query in questions(filled, who) if "state=" not in query):
        # Leaders stand side by side only for those who assess (the others are shown the tree).
        by = "leader" if number % 2 and who == "staff" else "department"
        address = f"by={by}&{query}"
        anew, kept = both(monkeypatch, lambda address=address: rates_shown(client, address))
        assert kept == anew, address


@pytest.mark.parametrize("who", ["staff", "secretary_a", "leader"])
def test_every_level_of_the_tree_says_what_the_whole_tree_says(filled, as_, monkeypatch, who):
    client = as_(who)
    for query in ("", "period=2026Q2", "stage=study", "leader=某某"):
        monkeypatch.setattr(boards, "RECKONED", 10**6)
        whole = {(row["label"], row["depth"]): row["rate"] for row in rows_of(client, query)}
        for most in (10**6, 0):
            monkeypatch.setattr(boards, "RECKONED", most)
            monkeypatch.setattr(rate_groups, "UNFOLDED", 0)
            seen, waiting = {}, [f"?{query}"]
            while waiting:
                context = client.get(f"/sync/rates/{waiting.pop()}").context
                assert context["folded"]
                for row in context["rows"]:
                    row["rate"].lags.sort()
                    if (row["label"], row["depth"]) not in seen and row["opens"]:
                        waiting.append(row["opens"])
                    seen[row["label"], row["depth"]] = row["rate"]
            monkeypatch.undo()
            assert seen == whole, (query, most)


def test_a_level_with_many_is_shown_in_pages_and_none_is_lost(filled, as_, monkeypatch):
    monkeypatch.setattr(rate_groups, "PER_PAGE", 2)
    monkeypatch.setattr(rate_groups, "UNFOLDED", 0)
    client = as_("staff")
    for most in (10**6, 0):
        monkeypatch.setattr(boards, "RECKONED", most)
        labels, number = [], 1
        while True:
            page = client.get(f"/sync/rates/?group={filled.committee.pk}&page={number}").context
            labels += [row["label"] for row in page["rows"] if row["depth"] == 2]
            if page["page"] is None or not page["page"].has_next():
                break
            number += 1
        assert number > 1 and len(labels) == len(set(labels)) > 2
        names = client.get("/sync/rates/?by=department&page=1").context
        assert names["page"].paginator.num_pages > 1 and len(names["rows"]) == 2


def test_what_is_found_says_as_of_when_and_offers_places_by_a_part_of_their_name(filled, as_, monkeypatch):
    monkeypatch.setattr(boards, "RECKONED", 0)
    page = as_("staff").get("/sync/").content.decode()
    assert "；数量和次序截至 2026年11月25日 10:00，各行为当前情况" in page
    assert "截至 2026年11月25日 10:00；同步率" in as_("staff").get("/sync/rates/").content.decode()
    monkeypatch.setattr("common.forms.sought.OFFERED", 2)
    client = as_("staff")
    page = client.get("/sync/?branch_q=甲处").content.decode()
    assert 'name="branch_q"' in page and f'<option value="{filled.branch_c.pk}"' not in page
    anew = client.post("/sync/export/?branch_q=甲处")
    assert anew.status_code == 200


def test_nothing_kept_is_judged_anew(filled, as_, monkeypatch):
    JudgedPoint.objects.all().delete()
    monkeypatch.setattr(boards, "RECKONED", 0)
    answer = as_("staff").get("/sync/")
    assert answer.context["age"] is None and answer.context["lines"]
