"""Policies through their services: versions, runs that open, step on and close by themselves, receipts."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from branches.places import tree
from branches.reach.access import Forbidden
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from members.activities.belonging import choose
from members.activities.services.states import activity_return, activity_submit
from members.activities.typed import draft_of
from responsibilities.policies.belonging import STEP_BELONGING, STUDY_BELONGING
from responsibilities.policies.models import PolicyReceipt, PolicyRun, PolicyVersion, RunStep
from responsibilities.policies.selectors.policies import cards, current_counts, readable
from responsibilities.policies.selectors.receipts import open_receipts, readable_for, receipts
from responsibilities.policies.selectors.steps import open_runs, run_views
from responsibilities.policies.services import issuing, runs
from responsibilities.policies.services import policies as services
from responsibilities.policies.services import receipts as notes
from responsibilities.policies.services.opening import runs_turn
from responsibilities.policies.services.ties import step_tie, tie_of_step_confirm
from responsibilities.policies.year import YEAR
from tests.members.activities.records import draft, submitted
from tests.responsibilities.policies.records import PAPERS, STEPS, confirmed, in_force, written

pytestmark = pytest.mark.django_db
NOW = "2026-11-02T10:00:00+08:00"
TODAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def day():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def at(day, text):
    day.move_to(f"{text}T10:00:00+08:00")


def begun(world, version, place="branch_a", by="secretary_a"):
    return runs.run_begin(by=world.user(by), version=version, organisation=world.places[place], subject="食堂意见")


def view_of(run):
    return run_views([run])[0]


def states(run):
    return [one.state for one in view_of(run).steps]


def test_a_draft_needs_what_decided_it_and_no_future_day(world):
    version = written(world, document="")
    with pytest.raises(ValidationError) as refused:
        issuing.policy_put_in_force(by=world.staff, version=version, in_force_from=TODAY)
    assert refused.value.message_dict == {"decided_in": ["请选择审议通过的记录，或填写文号。"]}
    version = written(world, title="另一项", issued_on=TODAY + timedelta(days=1))
    with pytest.raises(ValidationError, match="印发日期不能晚于今天。"):
        issuing.policy_put_in_force(by=world.staff, version=version, in_force_from=TODAY)


def test_who_does_not_assign_work_writes_nothing(world):
    for who in ("secretary_a", "leader", "discipline", "general_secretary"):
        with pytest.raises((Forbidden, Exception)) as refused:
            written(world, by=world.user(who))
        assert not isinstance(refused.value, ValidationError)
    assert not PolicyVersion.objects.exists()


def test_the_next_version_ends_the_last_on_the_eve_and_never_overlaps(world):
    first = in_force(world, since=date(2026, 3, 2))
    second = issuing.policy_revise(by=world.staff, policy=first.policy)
    assert [step.title for step in second.steps.all()] == [step.title for step in STEPS]
    assert issuing.policy_revise(by=world.staff, policy=first.policy) == second
    PolicyVersion.objects.filter(pk=second.pk).update(issued_on=date(2026, 3, 1), document="机党发〔2026〕9号")
    with pytest.raises(ValidationError, match="新版本生效日期应晚于现行版本（2026-03-02）。"):
        issuing.policy_put_in_force(by=world.staff, version=second, in_force_from=date(2026, 3, 2))
    issuing.policy_put_in_force(by=world.staff, version=second, in_force_from=date(2026, 11, 1))
    first.refresh_from_db()
    assert first.in_force_to == date(2026, 10, 31)
    day, found = date(2026, 10, 30), []
    while day < date(2026, 11, 3):
        found.append([row.number for row in PolicyVersion.objects.in_force(day)])
        day += timedelta(days=1)
    assert found == [[1], [1], [2], [2]]


def test_a_run_finishes_under_the_version_with_which_it_began(world):
    first = in_force(world)
    run = begun(world, first)
    second = issuing.policy_revise(by=world.staff, policy=first.policy)
    PolicyVersion.objects.filter(pk=second.pk).update(issued_on=TODAY, document="机党发〔2026〕9号")
    services.procedure_set(by=world.staff, version=second, steps=STEPS[:1], check=None)
    issuing.policy_put_in_force(by=world.staff, version=second, in_force_from=TODAY)
    assert view_of(run).run.version == first and len(view_of(run).steps) == 2
    assert len(view_of(begun(world, second)).steps) == 1
    with pytest.raises(Conflict):
        begun(world, first)


def test_who_answers_for_an_organisation_begins_and_nobody_in_its_place(world, as_):
    version = in_force(world)
    url, page = reverse("policy_begin", args=[version.policy_id]), reverse("policy_detail", args=[version.policy_id])
    said = {"organisation": world.branch_a.pk, "subject": "食堂意见"}
    above = {"leader": "branch_a", "party_secretary": "branch_a", "staff": "branch_a", "general_secretary": "branch_c"}
    for who, place in above.items():
        client = as_(who)
        assert url not in client.get(page).content.decode(), who
        assert client.get(url).status_code == client.post(url, said).status_code == 403, who
        with pytest.raises(Forbidden):
            begun(world, version, place, by=who)
    assert not PolicyRun.objects.exists()
    # A sister answers for itself alone, the office for the committee.
    assert as_("secretary_b").post(url, said).status_code == 422
    assert as_("secretary_a").post(url, said).status_code == 302
    own = in_force(world, title="机关党委议事制度", document="机党发〔2026〕5号", addressed=[])
    url = reverse("policy_begin", args=[own.policy_id])
    said = {"organisation": world.committee.pk, "subject": "食堂意见"}
    assert as_("leader").post(url, said).status_code == 403 and as_("staff").post(url, said).status_code == 302
    assert set(PolicyRun.objects.values_list("organisation", flat=True)) == {world.branch_a.pk, world.committee.pk}


def test_steps_of_a_version_that_was_run_stay_the_rule_may_change(world):
    version = in_force(world, check=False)
    begun(world, version)
    with pytest.raises(Conflict, match="已经走过"):
        services.procedure_set(by=world.staff, version=version, steps=STEPS[:1], check=None)
    services.procedure_set(by=world.staff, version=version, steps=STEPS, check=services.CheckData(80))
    assert services.check_of(version).planned == 80


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


def test_periodic_runs_open_on_the_first_day_once_for_each_branch(world, day):
    version = in_force(world, title="每月谈心制度", trigger="month")
    assert PolicyRun.objects.filter(version=version).count() == 3, "those of the running month open with it"
    assert {run.opened_on for run in PolicyRun.objects.all()} == {date(2026, 11, 1)}
    assert runs_turn() == 0
    at(day, "2026-12-03")
    assert runs_turn() == 3 and runs_turn() == 0
    run = PolicyRun.objects.filter(organisation=world.branch_a).latest("pk")
    assert (run.period, run.opened_on, run.subject) == ("2026-12", date(2026, 12, 1), "每月谈心制度（2026年12月）")


def test_the_first_periodic_run_is_that_of_the_first_period_that_begins_under_the_rule(world, day):
    """What was held in a month before the rule applied could not be tied to a run of it: none is opened for that month."""
    record = confirmed(world.branch_a, world.secretary_a, world.staff, kinds=["theme_day"])
    at(day, "2026-11-19")
    steps = [services.StepData("主题党日", "branch_secretary", 18, ["theme_day"])]
    version = in_force(world, title="主题党日备案制度", since=date(2026, 11, 19), steps=steps, trigger="month")
    assert record.day <= TODAY and not PolicyRun.objects.exists() and runs_turn() == 0
    at(day, "2026-12-01")
    assert runs_turn() == 3
    assert set(PolicyRun.objects.values_list("version", "period")) == {(version.pk, "2026-12")}
    # The next version of the same policy takes over from the month that goes on.
    second = issuing.policy_revise(by=world.staff, policy=version.policy)
    PolicyVersion.objects.filter(pk=second.pk).update(issued_on=date(2026, 12, 1), document="机党发〔2026〕9号")
    at(day, "2026-12-10")
    issuing.policy_put_in_force(by=world.staff, version=second, in_force_from=date(2026, 12, 10))
    assert runs_turn() == 0
    at(day, "2027-01-04")
    assert runs_turn() == 3 and PolicyRun.objects.filter(version=second, period="2027-01").count() == 3


def test_a_branch_founded_within_the_month_begins_with_its_founding(world, day):
    in_force(world, title="每月谈心制度", trigger="month")
    at(day, "2026-11-20")
    place = tree.organisation_create(
        by=OPERATOR, name="中共云川市测试局丁处支部委员会", short_name="丁处党支部", kind="branch",
        founded=date(2026, 11, 18), parent=world.committee,
    )  # fmt: skip
    runs_turn()
    assert PolicyRun.objects.get(organisation=place).opened_on == date(2026, 11, 18)


def test_a_run_opens_with_the_record_that_begins_it(world, day):
    in_force(world, title="走访跟进制度", trigger="record", trigger_kinds=["visit"])
    at(day, "2026-11-10")
    record = submitted(world.branch_a, world.secretary_a, kinds=["visit"], title="走访老党员")
    submitted(world.branch_b, world.secretary_b, kinds=["theme_day"])
    assert runs_turn() == 1 and runs_turn() == 0
    run = PolicyRun.objects.get()
    assert (run.organisation, run.activity, run.subject, run.opened_on) == (
        world.branch_a,
        record,
        "走访老党员",
        record.day,
    )


def test_a_seat_that_nobody_holds_waits_at_the_next_level_above(world):
    steps = (services.StepData("总支审议", "general_branch", 5, ["document"]),)
    version = in_force(world, steps=steps)
    run = begun(world, version, "branch_c", "secretary_c")
    assert view_of(run).steps[0].row.organisation == world.general
    world.general_secretary.appointments.update(ends=TODAY - timedelta(days=1))
    run = begun(world, version, "branch_c", "secretary_c")
    (one,) = view_of(run).steps
    assert one.row.organisation == world.committee and one.vacant == "直属单位党总支目前无人担任党总支"


def test_where_there_is_no_such_level_the_next_one_has_it(world):
    steps = (services.StepData("总支审议", "general_branch", 5, ["document"]),)
    run = begun(world, in_force(world, steps=steps))
    assert view_of(run).steps[0].row.organisation == world.committee


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


def test_a_procedure_without_a_step_that_must_be_done_is_not_begun(world):
    steps = [services.StepData("提出意见", "branch_secretary", 5, ["document"], optional=True)]
    version = in_force(world, steps=steps, trigger="month")
    assert not PolicyRun.objects.exists() and runs_turn() == 0
    with pytest.raises(Conflict, match="程序没有必办的步骤，不能启动。"):
        begun(world, version)


def test_a_repeal_does_not_reach_back_before_a_run(world, day):
    version = in_force(world)
    begun(world, version)
    at(day, "2026-11-05")
    begun(world, version, "branch_b", "secretary_b")
    act = {"by": world.staff, "version": version, "reason": "并入新制度"}
    with pytest.raises(ValidationError) as refused:
        issuing.policy_repeal(**act, day=date(2026, 11, 1))
    said = "2026-11-01 之后已启动 2 次程序，废止日期不能早于 2026-11-05。"
    assert refused.value.message_dict == {"day": [said]}
    assert issuing.policy_repeal(**act, day=date(2026, 11, 5)).in_force_to == date(2026, 11, 5)


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


def test_repealed_with_a_reason_runs_go_on(world):
    version = in_force(world, steps=PAPERS)
    run = begun(world, version)
    with pytest.raises(ValidationError, match="请填写废止原因。"):
        issuing.policy_repeal(by=world.staff, version=version, day=TODAY, reason="")
    issuing.policy_repeal(by=world.staff, version=version, day=TODAY, reason="并入新制度")
    runs.step_done(by=world.secretary_a, step=view_of(run).steps[0].row, text="已提出")
    with pytest.raises(Conflict):
        issuing.policy_revise(by=world.staff, policy=version.policy)


def owed(version, *places):
    found = receipts(readable_for(PolicyVersion.objects.filter(pk=version.pk)), places)
    return [(one.organisation, one.due, one.state) for one in found]


def test_receipts_are_owed_by_the_kinds_addressed_below_the_issuer(world):
    version = in_force(world, since=date(2026, 10, 30), entered=date(2026, 10, 30))
    everybody = list(world.places.values())
    due = date(2026, 11, 6)
    assert owed(version, *everybody) == [
        (world.places[key].pk, due, "due_soon") for key in ("branch_a", "branch_b", "branch_c")
    ]
    notes.policy_note(by=world.secretary_a, version=version, organisation=world.branch_a)
    again = notes.policy_note(by=world.secretary_a, version=version, organisation=world.branch_a)
    assert again == PolicyReceipt.objects.get() and owed(version, world.branch_a)[0][2] == "done"
    with pytest.raises(Forbidden):
        notes.policy_note(by=world.secretary_a, version=version, organisation=world.branch_b)
    with pytest.raises(Conflict):
        notes.policy_note(by=world.staff, version=version, organisation=world.committee)


def test_receipts_of_an_organisation_founded_after_issue_count_from_its_founding(world, day):
    version = in_force(world, since=date(2026, 10, 12), entered=date(2026, 10, 12))
    at(day, "2026-11-20")
    place = tree.organisation_create(
        by=OPERATOR, name="中共云川市测试局丁处支部委员会", short_name="丁处党支部", kind="branch",
        founded=date(2026, 11, 18), parent=world.committee,
    )  # fmt: skip
    assert owed(version, place) == [(place.pk, date(2026, 11, 25), "due_soon")]
    assert owed(version, world.branch_a)[0][1:] == (date(2026, 10, 19), "overdue")


def test_receipts_of_a_policy_entered_later_count_from_its_entry(world, day):
    """Nobody is late for what was not here to be read; what was repealed before it was entered is owed by nobody."""
    version = in_force(world, since=date(2026, 3, 2))
    assert owed(version, world.branch_a) == [(world.branch_a.pk, date(2026, 11, 9), "due_soon")]
    at(day, "2026-11-09")
    assert owed(version, world.branch_a)[0][2] == "due_soon"
    at(day, "2026-11-10")
    assert owed(version, world.branch_a)[0][2] == "overdue"
    marked = ChangeMark.objects.filter(subject="policies", thing=version.pk).latest("pk")
    assert marked.first_day <= date(2026, 3, 2) and marked.last_day >= date(2026, 11, 9)
    gone = in_force(world, title="已经废止的", since=date(2026, 3, 2), until=date(2026, 6, 30))
    assert owed(gone, world.branch_a) == []


def test_a_record_that_studied_the_policy_is_its_receipt(world, day):
    version = in_force(world, since=TODAY)
    at(day, "2026-11-04")

    def tied(record):
        chips = choose(STUDY_BELONGING.suggest(draft_of(world.secretary_a, record)))
        assert [(chip.label, chip.system) for chip in chips] == [("学习制度《意见建议办理制度》", True)]
        STUDY_BELONGING.tie(world.secretary_a, record, version.pk, True)

    confirmed(world.branch_a, world.secretary_a, world.staff, tied, title="学习意见建议办理制度")
    assert owed(version, world.branch_a)[0][2] == "done" and not PolicyReceipt.objects.exists()
    assert open_receipts([world.branch_a]) == []


def test_reminding_tells_each_once_and_not_again_within_three_days(world, day):
    version = in_force(world, since=TODAY)
    notes.policy_note(by=world.secretary_a, version=version, organisation=world.branch_a)
    assert notes.receipts_remind(by=world.staff, version=version) == (2, 2)
    assert {row.recipient for row in Notice.objects.filter(kind="policy")} == {world.secretary_b, world.secretary_c}
    at(day, "2026-11-04")
    with pytest.raises(Conflict, match="三天内已提醒过"):
        notes.receipts_remind(by=world.staff, version=version)
    at(day, "2026-11-05")
    assert notes.receipts_remind(by=world.staff, version=version) == (2, 2)


def test_who_reads_what(world):
    version = in_force(world, addressed=["general_branch"])
    in_force(world, title="发给支部的制度")
    written(world, title="草案")
    seen = {
        who: set(readable(world.user(who)).values_list("title", flat=True)) for who in ("secretary_a", "discipline")
    }
    assert seen["secretary_a"] == {"发给支部的制度"}
    assert seen["discipline"] == {"发给支部的制度", version.policy.title}
    assert "草案" in set(readable(world.staff).values_list("title", flat=True))
    assert current_counts(world.staff) == {"in_force": 2, "draft": 1, "repealed": 0}
    assert current_counts(world.secretary_a) == {"in_force": 1, "draft": 0, "repealed": 0}


def test_a_sister_sees_the_policy_and_not_the_run(world):
    run = begun(world, in_force(world))
    visible = {who: PolicyRun.objects.visible_to(world.user(who)).filter(pk=run.pk).exists() for who in
               ("secretary_a", "secretary_b", "staff", "leader", "outsider")}  # fmt: skip
    assert visible == {"secretary_a": True, "secretary_b": False, "staff": True, "leader": True, "outsider": False}


def test_a_policy_without_procedure_or_rule_is_accepted_and_flagged(world):
    in_force(world, title="只有要求", steps=(), check=False)
    in_force(world, title="没有规则", check=False)
    in_force(world, title="齐全")
    found = {
        card.policy.title: (card.flags, card.mechanism.lacks) for card in cards(world.staff, readable(world.staff))
    }
    assert found == {
        "只有要求": (["no_mechanism"], "缺程序、缺考核规则"),
        "没有规则": (["no_mechanism"], "缺考核规则"),
        "齐全": (["complete"], ""),
    }


def test_steps_beyond_the_bounds_are_refused_with_their_number(world):
    steps = [STEPS[0], services.StepData("报告", "staff", 251, ["document"])]
    with pytest.raises(ValidationError) as refused:
        written(world, steps=steps)
    assert refused.value.message_dict == {"steps": ["第 2 步：办理时限为 0 至 250 个工作日。"]}
    vague = [services.StepData("报告", "", 3, ["document"])]
    assert services.incomplete_steps(vague) == ["“报告”没有写明由谁办理，保存后标为制度有、机制无。"]
    assert clock.today() == TODAY
