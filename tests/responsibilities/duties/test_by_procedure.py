"""Duties proved by finished runs of a policy's procedure: written by hand, judged by period, named by the records that closed them."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from responsibilities.duties.models import DutyList
from responsibilities.duties.services.duties import duty_add, duty_change
from responsibilities.duties.soft import is_soft
from responsibilities.policies.services import runs
from responsibilities.policies.services.ties import step_tie
from tests.responsibilities.duties.world import duty, issue, line, make, slots
from tests.responsibilities.policies.records import PAPERS, confirmed, in_force, written

pytestmark = pytest.mark.django_db


def by_procedure(world, as_, version, **changes):
    """Let the staff write a duty that a policy proves into the list of the first branch; return (answer, list)."""
    own = DutyList.objects.get(level="branch", organisation=world.branch_a)
    said = line(text="按制度办理意见", period="quarter", policy=version.policy_id) | changes
    return as_("staff").post(f"/duties/lists/{own.pk}/new/", said), own


def test_a_duty_by_hand_is_proved_by_finished_runs_of_a_policy(world, as_):
    make()
    with time_machine.travel("2026-05-11T10:00:00+08:00", tick=False) as day:
        version = in_force(world, since=date(2026, 3, 2), steps=PAPERS)
        answer, own = by_procedure(world, as_, version)
        assert answer.status_code == 302
        one = own.duties.get(text="按制度办理意见")
        assert (one.source, one.policy, is_soft(one)) == ("policies", version.policy, False)
        issue()
        page = as_("staff").get(f"/duties/{one.pk}/").content.decode()
        assert "未见按“意见建议办理制度”走过程序" in page
        run = runs.run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
        other = runs.run_begin(by=world.secretary_b, version=version, organisation=world.branch_b, subject="食堂意见")
        # What another branch finished is no act of this one.
        for each, writer in ((other, world.secretary_b), (run, world.secretary_a)):
            for step in each.steps.order_by("step__order"):
                assert slots("", organisation=world.branch_a)["2026Q2"].done == 0
                runs.step_done(by=writer, step=step, text="已办")
        found = slots("", organisation=world.branch_a)["2026Q2"]
        assert (found.state, found.done, found.late) == ("closed", 1, 0)
        # One that is begun in time and finished after the quarter is late; one that was cancelled proves nothing.
        day.move_to("2026-09-28T10:00:00+08:00")
        late = runs.run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="停车意见")
        gone = runs.run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="重复")
        runs.run_cancel(by=world.staff, run=gone, reason="重复")
        assert slots("", organisation=world.branch_a)["2026Q3"].text == "“意见建议办理制度”在走 1 次"
        day.move_to("2026-10-09T10:00:00+08:00")
        assert slots("", organisation=world.branch_a)["2026Q3"].state == "overdue"
        for step in late.steps.order_by("step__order"):
            runs.step_done(by=world.secretary_a, step=step, text="已办")
        found = slots("", organisation=world.branch_a)["2026Q3"]
        assert (found.state, found.done, found.late, found.late_word) == ("closed", 1, 1, "逾期办结")
        assert slots("", date(2026, 10, 8), organisation=world.branch_a)["2026Q3"].state == "overdue"
        page = as_("secretary_a").get(f"/duties/{one.pk}/").content.decode()
        assert f"/policies/{version.policy_id}/" in page


def test_the_records_that_closed_the_steps_are_named_by_the_duty_and_name_it(world, as_):
    make()
    with time_machine.travel("2026-12-21T10:00:00+08:00", tick=False) as day:
        version = in_force(world, since=date(2026, 3, 2))
        _, own = by_procedure(world, as_, version)
        issue()
        run = runs.run_begin(by=world.secretary_a, version=version, organisation=world.branch_a, subject="食堂意见")
        first, second = run.steps.order_by("step__order")
        counts, records = [], []
        for step, kind, on in ((first, "committee_meeting", "2026-12-22"), (second, "assembly", "2027-01-05")):
            day.move_to(f"{on}T10:00:00+08:00")

            def tied(record, step=step):
                step_tie(by=world.secretary_a, activity=record, step=step)

            records.append(confirmed(world.branch_a, world.secretary_a, world.staff, tied, kinds=[kind]))
            page = as_("secretary_a").get(reverse("record_counts", args=[records[0].pk])).content.decode()
            counts.append("按制度办理意见" in page)
        assert counts == [False, True], "the first record proves nothing by itself"
        found = slots("", organisation=world.branch_a)["2026Q4"]
        assert found.done == 1 and found.records == [record.pk for record in records]
        page = as_("secretary_a").get(reverse("record_counts", args=[records[1].pk])).content.decode()
        assert "按制度办理意见" in page, "also where the run closed in the next year"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"period": "each"}, "按制度程序认定的责任，频次应为每月、每季度、每半年或每年。"),
        ({"unit": "学时"}, "按制度程序认定的责任，按次计算。"),
        ({"policy": 999_999}, "请从列表中选择本组织走程序的制度。"),
        ({"policy": "不是"}, "请从列表中选择本组织走程序的制度。"),
    ],
)
def test_a_duty_by_procedure_says_what_is_wrong_beside_the_field(world, as_, changes, sentence):
    make()
    answer, own = by_procedure(world, as_, in_force(world, since=date(2026, 3, 2)), **changes)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert "按制度办理意见" in answer.content.decode() and not own.duties.filter(text="按制度办理意见").exists()


def test_policies_are_offered_where_their_procedure_is_run_alone(world, as_):
    make()
    fits = in_force(world, since=date(2026, 3, 2))
    others = [
        in_force(world, since=date(2026, 3, 2), title="党总支的制度", addressed=["general_branch"]),
        in_force(world, since=date(2026, 3, 2), title="没有程序的制度", steps=()),
        written(world, title="还没有施行的制度"),
    ]
    own = DutyList.objects.get(level="branch", organisation=world.branch_a)
    page = as_("staff").get(f"/duties/lists/{own.pk}/new/").content.decode()
    assert f'value="{fits.policy_id}"' in page
    assert not any(one.policy.title in page for one in others)
    for row in DutyList.objects.filter(level__in=["leader", "member"])[:2]:
        assert "按制度程序认定" not in as_("staff").get(f"/duties/lists/{row.pk}/new/").content.decode()
    made = duty("br-theme", organisation=world.branch_a)
    assert "按制度程序认定" not in as_("staff").get(f"/duties/{made.pk}/edit/").content.decode()
    with pytest.raises(ValidationError, match="不走“党总支的制度”的程序"):
        duty_add(by=world.staff, duty_list=own, data=line(policy=others[0].policy))
    with pytest.raises(ValidationError, match="认定方式不能更改"):
        duty_change(by=world.staff, duty=made, data={"policy": fits.policy})
