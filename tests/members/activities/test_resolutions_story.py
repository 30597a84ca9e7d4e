"""Carrying out resolutions through HTTP, and what scores count against a slow count on random data."""

import random
from datetime import date, timedelta

import pytest
import time_machine

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from branches.settings.services import start_set
from common import clock
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, Resolution
from members.activities.selectors.resolutions import resolution_items, resolution_row, resolutions, resolutions_open
from tests.members.activities.records import draft, filled, submitted

DAY = date(2026, 9, 15)
DUE = date(2026, 10, 1)


def resolution(world, record=None, due=DUE, order=1, **options):
    record = record or submitted(world.branch_a, world.secretary_a, day=DAY)
    return Resolution.objects.create(activity=record, order=order, text=f"决议{order}", due=due, **options)


def text_of(answer):
    return answer.content.decode()


def test_a_resolution_is_done_late_and_reopened_with_a_reason(world, as_):
    row, secretary = resolution(world), as_("secretary_a")
    page = text_of(secretary.get(f"/activities/{row.activity_id}/"))
    assert f"/resolutions/{row.pk}/done/" in page
    assert f"/resolutions/{row.pk}/done/" not in text_of(as_("discipline").get(f"/activities/{row.activity_id}/"))
    assert "决议事项 1 项，1 项逾期" in text_of(secretary.get("/resolutions/"))
    ChangeMark.objects.all().delete()
    answer = secretary.post(f"/resolutions/{row.pk}/done/", {"done_on": "2026-10-05"})
    assert answer.status_code == 302 and answer.url == f"/activities/{row.activity_id}/"
    row.refresh_from_db()
    assert (row.done_on, row.done_by, row.progress) == (date(2026, 10, 5), world.secretary_a, "done_late")
    assert ChangeMark.objects.get().first_day == DUE
    assert secretary.post(f"/resolutions/{row.pk}/done/", {"done_on": "2026-10-05"}).status_code == 409

    answer = as_("staff").post(f"/resolutions/{row.pk}/reopen/", {"reason": ""})
    assert answer.status_code == 422 and "请填写“原因”。" in text_of(answer)
    as_("staff").post(f"/resolutions/{row.pk}/reopen/", {"reason": "没有验收"})
    row.refresh_from_db()
    assert (row.done_on, row.done_by, row.progress) == (None, None, "overdue")
    assert "没有验收" in Notice.objects.get(recipient=world.secretary_a, kind="returned").text
    verbs = AuditEntry.objects.filter(object_type="resolution", object_id=row.pk).order_by("pk")
    assert [entry.verb for entry in verbs] == ["resolution.done", "resolution.reopen"]
    assert as_("staff").post(f"/resolutions/{row.pk}/reopen/", {"reason": "再来"}).status_code == 409


def test_what_was_due_before_the_start_is_neither_overdue_nor_done_late(world, as_):
    record = submitted(world.branch_a, world.secretary_a, day=DAY)
    days, owner = (DUE, DUE, date(2026, 10, 2), None), world.people("branch_a")[1]
    rows = [resolution(world, record, due, order, owner=owner) for order, due in enumerate(days)]
    Resolution.objects.filter(pk=rows[1].pk).update(done_on=date(2026, 10, 9))
    secretary = as_("secretary_a")
    assert "决议事项 4 项，2 项逾期，1 项在办" in text_of(secretary.get("/resolutions/"))
    start_set(by=OPERATOR, day=date(2026, 10, 2))
    page = text_of(secretary.get("/resolutions/"))
    assert "决议事项 4 项，1 项逾期，2 项在办" in page and "逾期办结</span>" not in page
    assert [row.progress for row in Resolution.objects.order_by("order")] == ["open", "done", "overdue", "open"]
    for state, number in (("open", 2), ("overdue", 1), ("done", 1), ("done_late", 0)):
        title = text_of(secretary.get(f"/resolutions/?state={state}")).split("<h1")[1].split("</h1>")[0]
        assert f"决议事项 {number} 项" in title, state
    # The record's own page and the export say the same.
    assert text_of(secretary.get(f"/activities/{record.pk}/")).count("tone-late") == 1
    lines = [resolution_row(row)[-1] for row in resolutions(world.secretary_a, {})]
    assert lines == ["未办结", "逾期", "未办结", "按期办结"]


def test_a_resolution_that_was_carried_out_stays_so_when_its_record_is_corrected(world, as_):
    secretary = as_("secretary_a")

    def written(*texts):
        rows = {"res-TOTAL_FORMS": str(len(texts))}
        for number, text in enumerate(texts):
            rows |= {f"res-{number}-text": text, f"res-{number}-due": DUE.isoformat()}
        return filled(world.branch_a, day=DAY, do="submit") | rows

    secretary.post("/activities/new/", written("完成初审", "建立台账"))
    for row in Resolution.objects.all():
        secretary.post(f"/resolutions/{row.pk}/done/", {"done_on": "2026-09-28"})
    record = Activity.objects.get()
    as_("staff").post(f"/reviews/{record.pk}/return/", {"reason": "补充责任人", "version": record.version})
    record.refresh_from_db()
    assert record.state == "returned"
    data = written("增加一项", "完成初审", "建立分类台账") | {"record": record.pk, "version": record.version}
    answer = secretary.post(f"/activities/{record.pk}/edit/", data)
    assert answer.status_code == 302
    found = {row.text: (row.done_on, row.done_by) for row in record.resolutions.all()}
    # One that reads otherwise is another one: nobody has carried that out.
    assert found == {
        "增加一项": (None, None),
        "完成初审": (date(2026, 9, 28), world.secretary_a),
        "建立分类台账": (None, None),
    }
    assert "决议事项 3 项，2 项逾期" in text_of(secretary.get("/resolutions/"))


@pytest.mark.parametrize("day", ["2026-09-14", (clock.today() + timedelta(days=1)).isoformat()])
def test_done_before_the_meeting_or_after_today_is_refused(world, as_, day):
    row = resolution(world)
    answer = as_("secretary_a").post(f"/resolutions/{row.pk}/done/", {"done_on": day})
    assert answer.status_code == 422 and "办结日期应在会议日期（9月15日）之后，不晚于今天。" in text_of(answer)
    row.refresh_from_db()
    assert row.done_on is None


def test_a_meeting_below_its_quorum_and_a_draft_pass_nothing(world, as_):
    row = resolution(world)
    Activity.objects.filter(pk=row.activity_id).update(valid=False)
    waiting = resolution(world, draft(world.branch_a, world.secretary_a, day=DAY))
    for one in (row, waiting):
        assert as_("secretary_a").post(f"/resolutions/{one.pk}/done/", {"done_on": "2026-10-01"}).status_code == 409
    assert "您可查看的范围内没有要落实的决议" in text_of(as_("secretary_a").get("/resolutions/"))
    assert resolution_items(Period.parse("2026")) == [] and not resolutions_open(world.branch_a)


def test_a_resolution_of_another_branch_is_not_found(world, as_):
    row = resolution(world)
    assert as_("secretary_b").post(f"/resolutions/{row.pk}/done/", {"done_on": "2026-10-01"}).status_code == 404
    answer = as_("secretary_b").get(f"/resolutions/?organisation={world.branch_a.pk}")
    assert answer.status_code == 200 and "决议1" not in text_of(answer)


def test_the_list_filters_by_state_and_owner_and_exports_what_it_shows(world, as_):
    record = submitted(world.branch_a, world.secretary_a, day=DAY)
    owner = world.people("branch_a")[2]
    resolution(world, record, order=1, done_on=date(2026, 9, 30))
    resolution(world, record, order=2, done_on=date(2026, 10, 2))
    resolution(world, record, order=3, owner=owner)
    resolution(world, record, order=4, due=None, owner=owner)
    resolution(world, record, order=5, due=None)
    staff = as_("staff")
    assert "决议事项 4 项，1 项逾期，1 项在办" in text_of(staff.get("/resolutions/"))
    shown = {
        state: [row.order for row in staff.get(f"/resolutions/?state={state}").context["page"]]
        for state in ("open", "overdue", "done", "done_late")
    }
    assert shown == {"open": [4], "overdue": [3], "done": [1], "done_late": [2]}
    assert len(staff.get("/resolutions/?q=甲三").context["page"]) == 2
    answer = staff.post("/resolutions/export/?state=done")
    assert answer.status_code == 200 and answer["Content-Type"].endswith("sheet")
    assert AuditEntry.objects.get(verb="resolution.export").payload.count('"rows":1') == 1


def test_items_agree_with_a_slow_count_on_random_resolutions(world):
    chance = random.Random(81)
    for _ in range(12):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
        place = chance.choice(["branch_a", "branch_b", "branch_c"])
        record = Activity.objects.create(
            organisation=world.places[place],
            day=day,
            state=chance.choice(["submitted", "accepted", "returned", "draft"]),
            valid=chance.random() < 0.8,
        )
        for order in range(1, 5):
            due = day + timedelta(days=chance.randrange(80)) if chance.random() < 0.8 else None
            done = day + timedelta(days=chance.randrange(100)) if chance.random() < 0.5 else None
            Resolution.objects.create(activity=record, order=order, text="x", due=due, done_on=done)
    for name in ("2026Q1", "2026Q3", "2026-06", "2026"):
        for as_of in (date(2026, 6, 30), date(2026, 11, 20)):
            period, slow = Period.parse(name), {}
            for row in Resolution.objects.select_related("activity"):
                record = row.activity
                if record.state not in ("submitted", "accepted") or not record.valid or record.day > as_of:
                    continue
                if row.due is None or not period.first <= row.due <= period.last:
                    continue
                if row.done_on and row.done_on <= as_of:
                    state = "met" if row.done_on <= row.due else "met_late"
                else:
                    state = "overdue" if row.due < as_of else "not_due"
                slow[row.pk] = (record.organisation_id, state)
            found = {item.pk: (item.organisation, item.state) for item in resolution_items(period, as_of=as_of)}
            assert found == slow
    some = resolution_items(Period.parse("2026"), organisations=[world.branch_a.pk])
    assert some and {item.organisation for item in some} == {world.branch_a.pk}


@pytest.mark.parametrize(
    ("who", "done", "progress"),
    [
        ("secretary_a", date(2026, 9, 25), "done_late"),
        ("secretary_a", date(2026, 11, 20), "done_late"),
        ("staff", date(2026, 9, 25), "done"),
    ],
)
def test_a_day_long_past_wins_nothing_back_unless_somebody_above_says_it(world, as_, who, done, progress):
    with time_machine.travel("2026-11-27T10:00:00+08:00", tick=False):
        row = resolution(world)
        assert as_(who).post(f"/resolutions/{row.pk}/done/", {"done_on": done.isoformat()}).status_code == 302
        row.refresh_from_db()
        assert (row.done_on, row.progress) == (done, progress)
        (item,) = resolution_items(Period.parse("2026-10"))
        assert item.state == {"done": "met", "done_late": "met_late"}[progress]
        page = text_of(as_("staff").get(f"/activities/{row.activity_id}/"))
        said = who == "secretary_a" and done < date(2026, 11, 20)
        assert ("事后登记" in page) == said and (row.counted_on == clock.today()) == said
        # A period that was closed before it was said does not count it.
        (then,) = resolution_items(Period.parse("2026-10"), done_by=date(2026, 11, 8))
        assert then.state == ("met" if progress == "done" else "overdue")
