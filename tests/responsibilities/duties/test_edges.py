"""Duties at their edges: the last day that a chip counts down, another year beside it, what two do at one line."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from branches.audit.models import AuditEntry
from common.errors import Conflict
from common.periods import Period
from common.stale_form import form_mark
from members.activities.selectors.rosters import roster
from responsibilities.duties.models import Duty, DutyList, Level
from responsibilities.duties.progress import Progress, duty_slots
from responsibilities.duties.selectors import board
from responsibilities.duties.selectors.of_record import branch_duties, duties_of_item, duties_of_record
from responsibilities.duties.selectors.wording import chip
from responsibilities.duties.services.duties import duty_change, duty_drop, shown
from responsibilities.duties.services.reports import LONGEST, duty_report, duty_report_accept, duty_report_return
from responsibilities.requirements.selectors import requirements
from responsibilities.work.models import WorkItem
from tests.responsibilities.duties.world import duty, html, issue, issued, line, make, record


@pytest.mark.parametrize(
    ("days", "state", "word"),
    [(0, "due_soon", "今天到期"), (1, "due_soon", "1天后"), (31, "due_soon", "31天后"), (32, "not_due", "12月26日")],
)
def test_a_chip_counts_the_days_down_within_a_month(days, state, word):
    today = date(2026, 11, 24)
    assert chip(Progress(state="open", next_due=today + timedelta(days=days)), (), today) == (state, word)


def test_lists_of_two_years_are_linked_each_within_its_own(world):
    make(year=2027, levels=[Level.COMMITTEE, Level.BRANCH])
    Duty.objects.filter(list__year=2027).update(serves=None)
    make(year=2026)
    linked = Duty.objects.filter(serves__isnull=False).values_list("list__year", "serves__list__year")
    assert set(linked) == {(2026, 2026)}, "nothing is done to another year's"


def test_a_piece_of_work_serves_the_duties_of_the_years_in_which_it_runs(world):
    for year in (2025, 2026, 2027):
        make(year=year, levels=[Level.BRANCH])
    DutyList.objects.update(state="issued", issued_on=date(2025, 1, 5))
    item = WorkItem.objects.create(
        name="能源保供", organisation=world.root, starts=date(2026, 3, 1), ends=date(2026, 12, 31)
    )
    found = duties_of_item(item, [world.branch_a.pk])
    assert {(one.list.year, one.list.organisation_id) for one in found} == {(2026, world.branch_a.pk)}


@pytest.mark.parametrize(
    ("where", "kind"),
    [("branch_a", "theme_day"), ("branch_a", "lecture"), ("group_a1", "group_meeting"), ("branch_b", "visit")],
)
def test_what_a_record_will_serve_is_what_it_serves_once_it_counts(world, where, kind):
    issued(world)
    make(year=2025, levels=[Level.BRANCH])
    issue(year=2025)
    place, day = world.places[where], date(2026, 11, 18)
    people = {member.pk: ("present", "") for member in roster(place, day)}
    activity = record(world, place, kind, day, attendance=people)
    rows = [row for row in requirements_of(place, day) if activity.pk in row.records]
    served = [one for one, _ in duties_of_record(activity) if one.list.level == Level.BRANCH]
    assert branch_duties(place, rows, [kind], day) == list(dict.fromkeys(served))
    stages = duty("br-sync", organisation=world.branch_a if where == "group_a1" else place, year=2026)
    assert (stages in branch_duties(place, rows, [kind], day, [stages.list.organisation_id])) and stages not in served
    other = world.branch_c.pk
    assert stages not in branch_duties(place, rows, [kind], day, [other])


def requirements_of(place, day):
    return requirements(Period.parse(str(day.year)), organisations=[place.pk])


def test_a_line_changed_meanwhile_is_not_overwritten_whatever_was_changed(world):
    make()
    one = DutyList.objects.get(level="branch", organisation=world.branch_a).duties.first()
    for change in ({"text": "甲的写法"}, {"serves": None}, {"times": 7}):
        one = Duty.objects.select_related("list__organisation", "serves").get(pk=one.pk)
        seen = form_mark(shown(one))
        duty_change(
            by=world.staff,
            duty=one,
            data=line(serves=one.serves, **change) if "serves" not in change else line(**change),
        )
        with pytest.raises(Conflict, match="刚被他人修改"):
            duty_change(by=world.committee_secretary, duty=one, data=line(text="乙的写法"), seen=seen)


def test_a_line_dropped_twice_is_dropped_once(world):
    make()
    one = DutyList.objects.get(level="branch", organisation=world.branch_a).duties.first()
    again = Duty.objects.select_related("list__organisation").get(pk=one.pk)
    duty_drop(by=world.staff, duty=one)
    with pytest.raises(Conflict):
        duty_drop(by=world.staff, duty=again)
    assert AuditEntry.objects.filter(verb="duty.drop").count() == 1


def test_a_line_is_dropped_or_put_on_other_days_unless_something_was_reported_about_itself(world):
    issued(world)
    mine, other = (duty("br-promise", organisation=place) for place in (world.branch_a, world.branch_b))
    duty_report(by=world.secretary_b, duty=other, slot="2026", text="已公布承诺")
    with pytest.raises(Conflict, match="已有报告"):
        duty_drop(by=world.staff, duty=other, reason="合并")
    with pytest.raises(ValidationError):
        duty_change(by=world.staff, duty=other, data=line(period="month"), reason="改频次")
    assert duty_change(by=world.staff, duty=mine, data=line(period="month", due=""), reason="改频次").period == "month"
    duty_drop(by=world.staff, duty=mine, reason="合并")
    assert not Duty.objects.filter(pk=mine.pk).exists() and Duty.objects.filter(pk=other.pk).exists()


def test_a_report_has_as_many_characters_as_are_allowed_and_no_more(world):
    issued(world)
    one = duty("br-promise", organisation=world.branch_a)
    for text, sentence in (("落" * (LONGEST + 1), f"最多 {LONGEST} 字"), (" ", "请写明落实情况")):
        with pytest.raises(ValidationError, match=sentence):
            duty_report(by=world.secretary_a, duty=one, slot="2026", text=text)
    assert len(duty_report(by=world.secretary_a, duty=one, slot="2026", text="落" * LONGEST).text) == LONGEST


def test_a_long_board_is_read_in_another_way_and_says_the_same(world, as_, monkeypatch):
    issued(world)
    make(year=2025, levels=[Level.BRANCH])
    issue(year=2025)
    DutyList.objects.filter(year=2026, level=Level.BRANCH, organisation=world.branch_c).update(
        state="draft", issued_on=None
    )
    client, pages = as_("staff"), []
    for few in (board.FEW, 0):
        monkeypatch.setattr(board, "FEW", few)
        pages.append([html(client.get(f"/duties/?{query}")) for query in ("", "level=branch", "view=item")])
    for first, second in zip(*pages):
        assert _main(first) == _main(second)


def _main(page):
    lines = page[page.index("<main") : page.index("</main>")].splitlines()
    return [line for line in lines if "csrfmiddlewaretoken" not in line]


def test_a_report_is_judged_once_and_counts_as_judged_from_that_day(world):
    issued(world)
    one = duty("br-promise", organisation=world.branch_a)
    with time_machine.travel("2026-07-01T10:00:00+08:00", tick=False):
        report = duty_report(by=world.secretary_a, duty=one, slot="2026", text="已公布承诺")
    with time_machine.travel("2026-07-09T10:00:00+08:00", tick=False):
        duty_report_return(by=world.staff, report=report, reason="请附名单")
        for again in (duty_report_accept, lambda **who: duty_report_return(**who, reason="再退")):
            with pytest.raises(Conflict, match="不能审核"):
                again(by=world.committee_secretary, report=report)
    states = [duty_slots([one], as_of=date(2026, 7, day))[one.pk][0].state for day in (8, 9)]
    assert states[1] == "returned" and states[0] == "reported"
    report.refresh_from_db()
    assert report.reviewed_by == world.staff
