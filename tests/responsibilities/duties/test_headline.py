"""How duties are counted in headlines: duties and holders first, occurrences second; the same on every page."""

import io
from collections import Counter
from datetime import date

import pytest
from docx import Document

from assessments.home.cadre_document import render
from assessments.home.selectors.cadre import cadre_record
from assessments.reports.work import seen, work_of
from common import clock
from common.periods import Period
from members.activities.models import Activity
from responsibilities.duties.headline import Headline, headline
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.slot import DutySlot
from tests.responsibilities.duties.world import duty, html, issued, record

NOW = date(2026, 11, 24)
BEFORE, AFTER = date(2026, 10, 31), date(2026, 12, 31)


def slot(state, due=BEFORE, late=0):
    return DutySlot(0, "2026", "", due, done=int(state in ("closed", "accepted", "reported")), late=late, state=state)


@pytest.mark.parametrize(
    ("slots", "where"),
    [
        ([slot("closed"), slot("overdue")], "overdue"),
        ([slot("returned")], "overdue"),
        ([slot("returned", AFTER)], "waiting"),
        ([slot("closed", late=1), slot("open", AFTER)], "late"),
        ([slot("accepted"), slot("open", AFTER)], "on_time"),
        ([slot("reported", AFTER)], "on_time"),
        ([slot("open", AFTER)], "waiting"),
        # What is open and half done late is not late yet: nothing of it is fulfilled.
        ([slot("open", AFTER, late=1)], "waiting"),
        ([slot("not_applicable"), slot("unknown")], None),
    ],
)
def test_each_duty_stands_in_one_way_or_is_not_counted(slots, where):
    head = headline([Duty(pk=1, list_id=5)], {1: slots}, NOW)
    counted = {name: getattr(head, name) for name in ("overdue", "late", "on_time", "waiting")}
    assert counted == {name: int(name == where) for name in counted}
    assert (head.duties, head.holders) == (int(where is not None), int(where is not None))
    assert head.behind == (where == "overdue") and head.busy == (where in ("overdue", "late", "on_time"))


def test_twelve_occurrences_of_one_duty_weigh_no_more_than_one():
    slots = {1: [slot("closed")] * 11 + [slot("overdue")], 2: [slot("reported")], 3: [slot("closed", late=1)]}
    head = headline([Duty(pk=1, list_id=5), Duty(pk=2, list_id=5), Duty(pk=3, list_id=6)], slots, NOW)
    assert head.words() == "3 项责任，1 项按期，1 项逾期"
    assert head.rest == "1 项补录或补办" and head.holders_words == "2 个责任主体，1 个有逾期"
    assert head.occurrences == "按次计应落实 14 项次，已落实 13 项次（其中待审核 1），逾期 1 项次"
    assert Headline().words() == "0 项责任" and Headline().occurrences == ""


def slow(duties, as_of):
    """Count duties by hand: {way: number}, holders."""
    ways, holders = Counter(), set()
    for one, slots in duty_slots(duties, as_of=as_of).items():
        owed = [row for row in slots if row.state not in ("not_applicable", "unknown")]
        if not owed:
            continue
        holders.add(Duty.objects.get(pk=one).list_id)
        fulfilled = [row for row in owed if row.state in ("reported", "accepted", "closed")]
        if any(row.due < as_of and row not in fulfilled and row.state != "open" for row in owed):
            ways["overdue"] += 1
        elif any(row.late for row in fulfilled):
            ways["late"] += 1
        else:
            ways["on_time" if fulfilled else "waiting"] += 1
    return ways, holders


def test_every_page_says_the_same_of_the_same_list(world, as_):
    issued(world)
    for month in (9, 10):
        record(world, world.branch_a, "theme_day", date(2026, month, 20))
    Activity.objects.update(starts_at=None)
    one = duty("br-theme", organisation=world.branch_a)
    ways, holders = slow(Duty.objects.filter(list=one.list_id), clock.today())
    owed, late = sum(ways.values()), ways["overdue"]
    assert len(holders) == 1 and late > 1 and ways["on_time"] + ways["waiting"]
    words = f"{owed} 项责任，{ways['on_time']} 项按期，{late} 项逾期"
    board = html(as_("staff").get(f"/duties/?list={one.list_id}"))
    assert f"<h1>{words}</h1>" in board
    assert "1 份清单，全部" in board
    own = as_("secretary_a").get("/duties/own/")
    assert words in html(own) and "项次落实" not in html(own)
    head = cadre_record(world.secretary_a, 2026)["head"]
    assert head == own.context["head"] == headline(*_of(own.context["lists"]))
    page = html(as_("secretary_a").get(f"/cadres/records/{world.secretary_a.pk}/"))
    assert head.words() in page and head.occurrences in page
    paper = Document(io.BytesIO(render(cadre_record(world.secretary_a, 2026), "测试机关")))
    assert any(head.words().replace(" ", "") in row.text for row in paper.paragraphs)


def _of(parts):
    duties = [row["duty"] for part in parts for row in part["rows"]]
    return duties, {row["duty"].pk: row["slots"] for part in parts for row in part["rows"]}


def test_a_leaders_start_page_counts_duties(world, as_):
    issued(world)
    head = as_("leader").get("/duties/own/").context["head"]
    page = html(as_("leader").get("/duties/own/brief/"))
    assert head.duties and f"{head.duties} 项责任，{head.on_time} 项按期" in page and "项次" not in page


def test_everybody_reads_of_what_whole_his_number_is(world, as_):
    issued(world)
    staff, secretary = (as_(who).get("/duties/") for who in ("staff", "secretary_a"))
    everything = len(staff.context["board"].lists)
    assert f"全部 {everything} 份清单" in html(staff)
    mine = len(secretary.context["board"].lists)
    assert 1 < mine < everything
    assert f"{mine} 份清单，全部 {everything} 份，其余不在所选或查阅范围内" in html(secretary)
    # His headline is that of the same place on the board of whoever reads all of them.
    same = as_("staff").get(f"/duties/?organisation={world.branch_a.pk}")
    assert same.context["head"] == secretary.context["head"]


def test_the_cards_add_up_to_the_headline(world, as_):
    issued(world)
    context = as_("staff").get("/duties/").context
    heads = [card.head for card in context["cards"]]
    for name in ("duties", "overdue", "late", "on_time", "waiting", "holders", "slots", "fulfilled"):
        assert sum(getattr(head, name) for head in heads) == getattr(context["head"], name) or name == "holders"
    assert context["head"].holders == len({row.list_id for row in Duty.objects.all()}) - _silent()


def _silent():
    """Lists of which nothing is owed at all."""
    slots = duty_slots(Duty.objects.all())
    owed = {pk for pk, rows in slots.items() if any(row.state not in ("not_applicable", "unknown") for row in rows)}
    lists = {row.pk: row.list_id for row in Duty.objects.all()}
    return len(set(lists.values())) - len({lists[pk] for pk in owed})


def test_the_chapter_of_the_report_counts_what_fell_due_in_duties_and_holders(world):
    issued(world)
    period = Period.parse("2026Q3")
    chapter = work_of(seen(period, date(2026, 10, 15)))
    rows = {row["name"]: row for row in chapter["levels"]}
    branches = Duty.objects.filter(list__level="branch")
    due = {
        pk: [row for row in slots if row.due in period and row.state in ("overdue", "closed")]
        for pk, slots in duty_slots(branches, as_of=date(2026, 10, 15)).items()
    }
    row = rows["党支部"]
    assert row["duties"] == sum(bool(slots) for slots in due.values()) < row["owed"]
    assert row["owed"] == sum(map(len, due.values())) and row["holders"] == 3
    assert row["duties"] == row["on_time"] + row["late"] + row["behind"]
    (text,) = [words for words in chapter["paragraphs"] if "按次计应落实" in words]
    total = sum(one["duties"] for one in rows.values())
    assert text.startswith(f"期内到期的责任 {total} 项，涉及 ")
