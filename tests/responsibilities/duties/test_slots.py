"""The periods on a duty's page: what waits for a hand first, each with the step that mends it."""

from datetime import date, timedelta

from assessments.results.selectors.targets import address_of
from common import clock
from responsibilities.work.models import SyncStage, SyncStageKind, WorkCarrier, WorkItem
from tests.responsibilities.duties.world import duty, html, issued, record, slot


def lines(client, path):
    return client.get(path).context["lines"]


def test_what_is_not_fulfilled_stands_first_and_alone_until_all_is_asked_for(world, as_):
    issued(world)
    record(world, world.branch_a, "theme_day", date(2026, 10, 20))
    one = duty("br-theme", organisation=world.branch_a)
    secretary = as_("secretary_a")
    shown = lines(secretary, f"/duties/{one.pk}/")
    assert "life-theme-day/2026-10" not in {line["slot"].key for line in shown}
    everything = lines(secretary, f"/duties/{one.pk}/?show=all")
    assert [line["slot"].key for line in everything][: len(shown)] == [line["slot"].key for line in shown]
    assert everything[0]["slot"].behind(clock.today())
    page = html(secretary.get(f"/duties/{one.pk}/"))
    assert f"未落实 {len(shown)}</a>" in page and f"全部 {len(everything)}</a>" in page
    assert 'id="s-life-theme-day-2026-03"' in page


def test_a_lost_point_leads_to_the_slot_it_was_lost_for(world, as_):
    issued(world)
    one = duty("br-theme", organisation=world.branch_a)
    path, mark = address_of(("duty", one.pk, "life-theme-day/2026-10")).split("#")
    assert f'id="{mark}"' in html(as_("secretary_a").get(path))
    record(world, world.branch_a, "theme_day", date(2026, 10, 20))
    assert f'id="{mark}"' in html(as_("secretary_a").get(path)), "mended since"


def test_each_overdue_slot_has_the_step_that_mends_it_for_who_may_take_it(world, as_):
    issued(world)
    item = WorkItem.objects.create(
        name="能源保供", organisation=world.root, starts=date(2026, 1, 1), ends=date(2026, 12, 31)
    )
    WorkCarrier.objects.create(item=item, organisation=world.branch_a)
    day = clock.today() - timedelta(days=30)
    stage = SyncStage.objects.create(item=item, stage=SyncStageKind.STUDY, planned_on=day, happened_on=day)
    steps = {}
    for key in ("br-theme", "br-meetings", "br-sync", "br-fee"):
        for line in lines(as_("secretary_a"), f"/duties/{duty(key, organisation=world.branch_a).pk}/"):
            steps[line["slot"].key] = line
    branch, group = world.branch_a.pk, world.group_a1.pk
    assert steps["life-theme-day/2026-03"]["mend"] == (
        "补录",
        f"/activities/new/?organisation={branch}&kind=theme_day&period=2026-03",
    )
    path = f"/activities/new/?organisation={group}&kind=group_meeting&period=2026-03"
    assert steps[f"life-group-m/2026-03/{group}"]["mend"] == ("补录", path)
    assert as_("secretary_a").get(path).status_code == 200
    picked = steps[f"stage/{stage.pk}"]["mend"]
    assert picked[0] == "补佐证" and as_("secretary_a").get(picked[1]).status_code == 200
    assert steps["2026Q1"]["report"] and not steps["2026Q1"]["mend"]
    assert not steps["life-theme-day/2026-12"]["mend"], "not due yet"
    one = duty("br-theme", organisation=world.branch_a)
    assert "补录" not in html(as_("discipline").get(f"/duties/{one.pk}/"))


def test_after_a_report_its_line_is_shown(world, as_):
    issued(world)
    one = duty("br-fee", organisation=world.branch_a)
    answer = as_("secretary_a").post(f"/duties/{one.pk}/report/", {"slot": "2026Q1", "text": "已收缴"})
    assert answer["Location"] == f"/duties/{one.pk}/?show=all#s-2026Q1"
    assert "其中待审核 1" in html(as_("secretary_a").get(f"/duties/{one.pk}/"))
    assert slot(one, "2026Q1").state == "reported"
