"""Runs of a procedure: steps done by hand and by records, skipped, cancelled, closed by themselves."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.places import tree
from branches.reach.access import Forbidden
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.belonging import choose
from members.activities.services.states import activity_return, activity_submit
from members.activities.typed import draft_of
from responsibilities.policies.belonging import STEP_BELONGING
from responsibilities.policies.models import PolicyRun, RunStep
from responsibilities.policies.selectors.steps import open_runs
from responsibilities.policies.services import policies as services
from responsibilities.policies.services import runs
from responsibilities.policies.services.opening import runs_turn
from responsibilities.policies.services.ties import step_tie, tie_of_step_confirm
from responsibilities.policies.year import YEAR
from tests.members.activities.records import draft
from tests.responsibilities.policies.records import (
    PAPERS,
    STEPS,
    TODAY,
    at,
    begun,
    confirmed,
    in_force,
    states,
    view_of,
)

pytestmark = pytest.mark.django_db


def test_a_step_by_hand_wants_a_sentence_and_is_done_on_the_day_of_its_entry(world, day):
    run = begun(world, in_force(world, steps=PAPERS))
    first, second = (one.row for one in view_of(run).steps)
    act = {"by": world.secretary_a, "step": first}
    with pytest.raises(ValidationError) as refused:
        runs.step_done(**act, text="")
    assert refused.value.messages == ["请填写办理情况。"]
    with pytest.raises(Conflict, match="上一步还没有办结"):
        runs.step_done(by=world.secretary_a, step=second, text="已决定")
    with pytest.raises(Forbidden):
        runs.step_done(by=world.secretary_b, step=first, text="已提出")
    runs.step_done(**act, text="已提出")
    assert states(run) == ["done", "not_due"] and view_of(run).next.judged.due == date(2026, 11, 16)
    with pytest.raises(Conflict, match="已经办结"):
        runs.step_done(**act, text="已提出")
    at(day, "2026-11-17")
    assert states(run) == ["done", "overdue"]
    runs.step_done(by=world.secretary_a, step=second, text="已于 11月10日决定")
    assert states(run) == ["done", "done_late"] and view_of(run).closed_on == date(2026, 11, 17)


@pytest.mark.parametrize("yields", [["committee_meeting"], ["document", "committee_meeting"]])
def test_a_step_that_yields_a_meeting_is_closed_by_its_record_alone(world, yields):
    steps = [services.StepData("支委会研究", "branch_secretary", 5, yields)]
    run = begun(world, in_force(world, steps=steps))
    with pytest.raises(ValidationError) as refused:
        runs.step_done(by=world.secretary_a, step=view_of(run).steps[0].row, text="已研究")
    assert refused.value.message_dict == {"text": ["这一步形成支委会记录，请登记或关联记录。"]}
    assert not RunStep.objects.filter(done_on__isnull=False).exists() and not view_of(run).closed


def test_a_run_closed_by_records_alone_nothing_typed(world, day):
    """The branch writes the two records it writes anyway; the slot ties them, their acceptance closes the run."""
    version = in_force(world)
    run = begun(world, version)

    def tied(record):
        chips = choose(STEP_BELONGING.suggest(draft_of(world.secretary_a, record)))
        assert [chip.system for chip in chips] == [True], "the only step that fits is ticked by the system"
        STEP_BELONGING.tie(world.secretary_a, record, int(chips[0].key[1:]), True)

    at(day, "2026-11-05")
    title = "研究食堂意见办理"
    confirmed(world.branch_a, world.secretary_a, world.staff, tied, kinds=["committee_meeting"], title=title)
    assert states(run) == ["done", "not_due"]
    at(day, "2026-11-13")
    confirmed(world.branch_a, world.secretary_a, world.staff, tied, kinds=["assembly"], title="通报食堂意见")
    view = view_of(run)
    assert [one.state for one in view.steps] == ["done", "done"] and view.closed_on == date(2026, 11, 13)
    assert not RunStep.objects.exclude(text="").exists() and not RunStep.objects.filter(done_on__isnull=False).exists()
    assert STEP_BELONGING.suggest(draft_of(world.secretary_a, draft(world.branch_a, world.secretary_a))) == []


def test_a_tied_record_closes_nothing_until_it_counts_and_opens_again_when_returned(world, day):
    run = begun(world, in_force(world))
    step = view_of(run).steps[0].row
    at(day, "2026-11-04")
    record = draft(world.branch_a, world.secretary_a, kinds=["committee_meeting"])
    step_tie(by=world.secretary_a, activity=record, step=step)
    assert view_of(run).steps[0].note == "已关联，未计入：尚未提交"
    activity_submit(by=world.secretary_a, activity=record)
    assert view_of(run).steps[0].note == "已关联，未计入：记录待审核" and states(run)[0] == "not_due"
    record.refresh_from_db()
    activity_return(by=world.staff, activity=record, reason="补议程")
    assert view_of(run).steps[0].note == "已关联，未计入：记录已退回"


def test_a_tie_made_later_waits_for_who_reviews_the_branch(world, day):
    run = begun(world, in_force(world))
    step = view_of(run).steps[0].row
    at(day, "2026-11-04")
    record = confirmed(world.branch_a, world.secretary_a, world.staff, kinds=["committee_meeting"])
    at(day, "2026-11-05")
    tie = step_tie(by=world.secretary_a, activity=record, step=step)
    assert view_of(run).steps[0].note == "已关联，未计入：关联待上级确认"
    with pytest.raises((Conflict, Forbidden)):
        tie_of_step_confirm(by=world.secretary_a, tie=tie)
    tie_of_step_confirm(by=world.staff, tie=tie)
    assert states(run)[0] == "done" and view_of(run).steps[0].done_on == date(2026, 11, 4)


@pytest.mark.parametrize(
    ("place", "kinds", "words"),
    [
        ("branch_b", ["committee_meeting"], "只能关联该组织的记录"),
        ("branch_a", ["theme_day"], "这条记录不是"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(world, place, kinds, words):
    run = begun(world, in_force(world))
    writer = world.secretary_a if place == "branch_a" else world.secretary_b
    record = draft(world.places[place], writer, kinds=kinds)
    with pytest.raises(ValidationError, match=words):
        step_tie(by=writer, activity=record, step=view_of(run).steps[0].row)


def test_a_record_from_before_the_run_is_refused(world):
    run = begun(world, in_force(world))
    record = draft(world.branch_a, world.secretary_a, kinds=["committee_meeting"], day=TODAY - timedelta(days=1))
    with pytest.raises(ValidationError, match="记录早于程序启动的日期"):
        step_tie(by=world.secretary_a, activity=record, step=view_of(run).steps[0].row)


def test_skipping_and_cancelling_ask_a_reason_and_the_right(world):
    run = begun(world, in_force(world))
    first = view_of(run).steps[0].row
    with pytest.raises(Forbidden):
        runs.step_skip(by=world.secretary_a, step=first, reason="不用")
    with pytest.raises(ValidationError, match="请填写不办原因。"):
        runs.step_skip(by=world.staff, step=first, reason=" ")
    runs.step_skip(by=world.staff, step=first, reason="已合并研究")
    assert states(run) == ["skipped", "not_due"]
    runs.run_cancel(by=world.staff, run=run, reason="事项取消")
    run.refresh_from_db()
    assert states(run) == ["skipped", "cancelled"] and view_of(run).state == "cancelled"
    with pytest.raises(Conflict):
        runs.run_cancel(by=world.staff, run=run, reason="再来")


def test_an_archived_organisation_ends_its_runs(world, day):
    run = begun(world, in_force(world), "branch_b", "secretary_b")
    for person in world.people("branch_b"):
        person.memberships.update(ends=TODAY)
    tree.organisation_archive(by=OPERATOR, organisation=world.branch_b, on=date(2026, 11, 3))
    at(day, "2026-11-05")
    runs_turn()
    run.refresh_from_db()
    assert run.cancel_reason == "乙处党支部已于 2026-11-03 撤销"
    assert AuditEntry.objects.filter(verb="policy_run.cancel").exists()


def test_what_records_closed_goes_on_nowhere(world, day, as_):
    """The page of the policy, the repealing one and the change of the year say one number."""
    version = in_force(world, steps=STEPS[:1])
    closed, other = begun(world, version), begun(world, version, "branch_b", "secretary_b")
    at(day, "2026-11-04")

    def tied(record):
        step_tie(by=world.secretary_a, activity=record, step=view_of(closed).steps[0].row)

    confirmed(world.branch_a, world.secretary_a, world.staff, tied, kinds=["committee_meeting"])
    assert view_of(closed).closed
    assert list(open_runs(PolicyRun.objects.all())) == [other]
    assert list(open_runs(PolicyRun.objects.all(), TODAY)) == [other, closed], "on the eve it was not closed yet"
    client = as_("staff")
    page = client.get(reverse("policy_detail", args=[version.policy_id])).content.decode()
    assert "正在走的 1 次" in page
    page = client.get(reverse("policy_repeal", args=[version.pk])).content.decode()
    assert "还有 1 次运行未办结" in page
    (line,) = YEAR.lines(world.staff, [world.committee], 2026)
    assert "在办程序 1 次" in line.text, "those of branches too"
    (line,) = YEAR.lines(world.secretary_a, [world.branch_a], 2026) or [None]
    assert line is None


def test_a_sister_sees_the_policy_and_not_the_run(world):
    run = begun(world, in_force(world))
    visible = {who: PolicyRun.objects.visible_to(world.user(who)).filter(pk=run.pk).exists() for who in
               ("secretary_a", "secretary_b", "staff", "leader", "outsider")}  # fmt: skip
    assert visible == {"secretary_a": True, "secretary_b": False, "staff": True, "leader": True, "outsider": False}


def test_a_step_of_which_no_day_can_be_said_is_neither_in_time_nor_late(world, as_):
    """The run says what is counted: a policy that names no days asks nobody to be in time."""
    steps = [services.StepData("提出意见", "branch_secretary", None, ["document"])]
    version = in_force(world, steps=steps)
    run = begun(world, version)
    runs.step_done(by=world.secretary_a, step=view_of(run).steps[0].row, text="已提出")
    assert (states(run), view_of(run).in_time) == (["done"], (0, 0))
    page = as_("staff").get(reverse("policy_detail", args=[version.policy_id])).content.decode()
    assert "近十二个月没有到期的步骤" in page and "0／0" not in page


def test_of_very_many_open_runs_none_stands_among_the_ended_ones(world, as_, monkeypatch, day):
    monkeypatch.setattr("responsibilities.policies.views.detail.GOING", 1)
    version = in_force(world, steps=PAPERS)
    first = begun(world, version)
    at(day, "2026-11-03")
    begun(world, version, "branch_b", "secretary_b")
    answer = as_("staff").get(reverse("policy_detail", args=[version.policy_id]))
    page = answer.content.decode()
    assert "正在走的 2 次" in page and "列出最早启动的 1 次" in page and "已结束的" not in page
    assert [view.run for view in answer.context["going"]] == [first]


def test_records_that_closed_steps_stand_beside_the_run_and_open_for_who_may_read_them(world, as_, day):
    steps = [STEPS[0], services.StepData("备案", "committee", 5, ["training"])]
    run = begun(world, in_force(world, steps=steps))

    def tied(at_step):
        return lambda record: step_tie(by=record.author, activity=record, step=view_of(run).steps[at_step].row)

    at(day, "2026-11-04")
    own = confirmed(world.branch_a, world.secretary_a, world.staff, tied(0), kinds=["committee_meeting"])
    above = confirmed(
        world.committee, world.staff, world.committee_secretary, tied(1), kinds=["training"], title="备案"
    )
    assert view_of(run).closed and view_of(run).records == [own, above]
    url = reverse("policy_detail", args=[run.version.policy_id])
    pages = {who: as_(who).get(url).content.decode() for who in ("staff", "secretary_a")}
    chip = f"支委会 {clock.short(own.day)}"
    assert all(chip in page and reverse("activity_detail", args=[own.pk]) in page for page in pages.values())
    assert reverse("activity_detail", args=[above.pk]) in pages["staff"]
    assert reverse("activity_detail", args=[above.pk]) not in pages["secretary_a"], "a chip without a link"
