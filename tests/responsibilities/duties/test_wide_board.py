"""The board of many lists, made of what is kept, says what the board that judges every holder says (random years)."""

from datetime import date

import pytest
import time_machine
from django.db import transaction

from assessments.facts import fill as rollups
from branches.access.models import User
from branches.places.models.organisations import Organisation
from responsibilities.duties.headline import headline
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.selectors import boards, crowds, wide_board
from responsibilities.duties.selectors.board import Board, issued_lists
from responsibilities.duties.selectors.boards import board_of
from responsibilities.duties.selectors.chain import relatives
from responsibilities.duties.selectors.wide_board import WideBoard
from responsibilities.duties.selectors.wording import standing
from responsibilities.duties.tallies import by_hand, key_of
from tests.assessments.facts.test_duty_facts import attended
from tests.examples import part
from tests.responsibilities.duties.test_reference import say
from tests.responsibilities.duties.test_upper_reference import random_year
from tests.responsibilities.duties.world import duty, html, issue, issued, make
from tests.responsibilities.random_year import YEAR

AS_OF = date(YEAR, 11, 24)
READERS = ("staff", "leader", "secretary_a")


@pytest.fixture
def wide(monkeypatch):
    monkeypatch.setattr(boards, "JUDGED", 0)


def numbers(found, slots):
    return (found.total, found.fulfilled, found.overdue, found.pending, found.unjudged, standing(found, slots))


def both(user, top):
    """Return (the board that judges, the one made of facts) of the same lists."""
    below = Organisation.objects.within(top).order_by().values("pk") if top else None
    kept = board_of(user, YEAR, AS_OF, top=top)
    assert isinstance(kept, WideBoard)
    return Board(user, YEAR, AS_OF, issued_lists(user, YEAR, below)), kept


def compare(user, top):
    live, kept = both(user, top)
    assert kept.head() == headline(live.all, live.slots, AS_OF)
    for state in ("", *sorted({slot.stands for slots in live.slots.values() for slot in slots})):
        for card, other in zip(live.cards(state), kept.cards(state), strict=True):
            assert card.level == other.level
            assert (card.head, card.behind, card.lists, card.fits) == (
                other.head,
                other.behind,
                other.lists,
                other.fits,
            )
            assert numbers(card.found, ())[:5] == numbers(other.found, ())[:5]
        rows = {row.duty.key: row for row in live.grouped(live.of_level(Level.BRANCH), state) if row.duty.key}
        grouped = {key_of(row.duty): row for row in kept._grouped([Level.BRANCH], state)}
        if kept.counts.get(Level.BRANCH, 0) > 1:
            assert {key: (row.note, numbers(row.found, row.slots)) for key, row in rows.items()} == {
                key: (row.note, numbers(row.found, ())) for key, row in grouped.items() if not by_hand(key)
            }
        for key in list(grouped)[:4] if top is None and state in ("", "overdue") else ():
            lines, unfolded = (
                live.rows([row for row in live.all if key_of(row) == key], state),
                kept._holders(key, state),
            )
            assert {(row.duty, row.word) for row in unfolded[:]} == {(row.duty, row.word) for row in lines}
            behind = [bool(row.found.overdue) for row in unfolded[:]]
            assert behind == sorted(behind, reverse=True) and len(unfolded) == len(lines)
        for level in (Level.PARTY_GROUP_SECRETARY, Level.LEADER, Level.COMMITTEE, Level.DISCIPLINE):
            lines = live.rows(live.of_level(level), state)
            singly, _, _ = kept.opened(level, {"state": state}, "")
            assert {(row.duty, row.state, row.word) for row in singly} == {
                (row.duty, row.state, row.word) for row in lines
            }
            assert [row.duty for row in singly if row.found.overdue] == [row.duty for row in lines if row.found.overdue]


@pytest.mark.parametrize("seed", part([5, 58], of=2))
def test_the_numbers_of_both_boards_are_equal(world, wide, seed):
    with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False), transaction.atomic():
        agency, _ = random_year(world, seed)
        attended(agency)
        Duty.objects.create(list=duty("br-theme", organisation=world.branch_a).list, order=60, text="本支部自定的事项")
        duties = list(Duty.objects.select_related("list__organisation", "list__holder", "list__member"))
        say(agency, duties, duty_slots(duties, as_of=AS_OF))
        rollups.fill(as_of=AS_OF)
        for who in READERS:
            compare(User.objects.get(username=who), None)
        compare(User.objects.get(username="staff"), Organisation.objects.get(pk=world.general.pk))
        transaction.set_rollback(True)


def test_each_view_of_the_wide_board_opens(world, as_, wide):
    issued(world)
    staff = as_("staff")
    page = html(staff.get("/duties/"))
    assert "<h1>正在汇总</h1>" in page and "正在汇总</div>" in page
    rollups.fill()
    answer = staff.get("/duties/")
    page = html(answer)
    assert isinstance(answer.context["board"], WideBoard) and "不汇总" not in page and "正在汇总" not in page
    for query in ("level=branch", "view=item", "view=overdue", "state=overdue"):
        assert staff.get(f"/duties/?{query}").context["page"].object_list, query
    rows = staff.get("/duties/?level=branch&template=br-theme").context["page"].object_list
    assert [row.place for row in rows] and all(row.duty.key == "br-theme" for row in rows)
    assert len(staff.get("/duties/?level=member").context["page"].object_list) == 9
    one = duty("br-theme", organisation=world.branch_b)
    assert staff.get(f"/duties/?level=branch&duty={one.pk}").context["duty"] == one
    listed = duty("cm-check")
    assert staff.get(f"/duties/?list={listed.list_id}").context["board"].whole.startswith("1 份清单")
    # Of a year to come nothing is kept yet.
    make(year=YEAR + 1, levels=[Level.BRANCH])
    issue(year=YEAR + 1)
    assert isinstance(staff.get(f"/duties/?year={YEAR + 1}").context["board"], Board)
    for query in ("duty=999999", "template=none&level=branch", "list=7", "level=leader&template=ld-sync", "page=99"):
        assert staff.get(f"/duties/?{query}").status_code == 200, query
    leader = as_("leader").get("/duties/?level=leader")
    assert {row.duty.list.holder for row in leader.context["page"].object_list} == {world.leader}


def test_of_what_was_written_by_hand_only_what_is_past_its_date_stands_under_overdue(world, as_, wide):
    """One number is kept of all that an organisation wrote itself: which of them is late is judged, on every page."""
    issued(world)
    for key, days in (("branch_a", ("12-10", "06-10", "12-20")), ("branch_b", ("12-10", "12-20"))):
        own = duty("br-theme", organisation=world.places[key]).list
        for order, due in enumerate(days):
            Duty.objects.create(list=own, order=60 + order, text=f"自定 {order}", due=due)
    with time_machine.travel(f"{AS_OF}T10:00:00+08:00", tick=False):
        rollups.fill()
        page = as_("staff").get("/duties/?level=branch&template=own-branch&state=overdue").context["page"]
        assert [(row.duty.text, row.duty.list.organisation) for row in page.object_list] == [("自定 1", world.branch_a)]
        assert page.paginator.count == 1


def test_of_too_many_members_a_branch_is_chosen_first(world, as_, wide, monkeypatch):
    issued(world)
    rollups.fill()
    monkeypatch.setattr(wide_board, "MEMBERS", 6)
    page = html(as_("staff").get("/duties/?level=member"))
    assert "先选定一个党支部" in page and "（党员的 12 份不汇总）" in page and "逐个党支部查看" in page
    chosen = as_("staff").get(f"/duties/?level=member&organisation={world.branch_a.pk}")
    assert chosen.context["page"].object_list


def test_a_crowd_below_a_duty_is_counted_as_it_would_be_listed(world, as_, monkeypatch):
    issued(world)
    rollups.fill()
    one, user = duty("cm-check"), User.objects.get(username="staff")
    listed = [row for row in relatives(one, user).below if row.list.level == Level.BRANCH]
    slots = duty_slots(listed)
    head = headline(listed, slots)
    monkeypatch.setattr(crowds, "MANY", 2)
    monkeypatch.setattr("responsibilities.duties.selectors.chain.MANY", 2)
    family = relatives(one, user)
    crowd = family.crowds[Level.BRANCH]
    assert (crowd.lists, crowd.behind) == (head.holders, head.behind) == (3, 3)
    assert crowd.tally.ways["overdue"] == head.overdue
    assert not [row for row in family.below if row.list.level == Level.BRANCH]
    answer = as_("staff").get(f"/duties/{one.pk}/")
    (line,) = [row for row in answer.context["chain"] if row["level"] == "党支部"]
    assert line["name"] == "3 个" and "level=branch" in line["url"]
    assert answer.context["below"].words.startswith("3 个党支部")
    assert as_("staff").get(line["url"]).status_code == 200
