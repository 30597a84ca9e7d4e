"""Reminding: those who have not taken note, those with whom steps wait; not again within three days."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.reach.access import Forbidden
from common.errors import Conflict
from responsibilities.policies.services import policies as services
from responsibilities.policies.services import receipts as notes
from responsibilities.policies.services import reminders, runs
from responsibilities.portfolios.models import LeaderPortfolio
from tests.responsibilities.policies.records import (
    PAPERS,
    TODAY,
    at,
    begun,
    in_force,
    view_of,
)

pytestmark = pytest.mark.django_db


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


def reminded(client, version, post=False):
    return getattr(client, "post" if post else "get")(reverse("policy_remind_steps", args=[version.policy_id]))


def test_those_with_whom_steps_wait_are_reminded_once_in_three_days(world, day, as_):
    version = in_force(world, steps=PAPERS)
    runs_of = [begun(world, version), begun(world, version, "branch_b", "secretary_b"), begun(world, version)]
    page = reverse("policy_detail", args=[version.policy_id])
    button = reverse("policy_remind_steps", args=[version.policy_id])
    assert button not in as_("staff").get(page).content.decode() and reminded(as_("staff"), version).status_code == 409
    at(day, "2026-11-06")
    assert "提醒 2 位经办人" in as_("staff").get(page).content.decode(), "the day is near"
    assert button not in as_("secretary_a").get(page).content.decode()
    at(day, "2026-11-16")
    runs.run_cancel(by=world.staff, run=runs_of[2], reason="重复")
    asked = reminded(as_("staff"), version).content.decode()
    assert "提醒 2 位经办人？" in asked and "共 2 步，其中 2 步已逾期" in asked and "三天内不再提醒" in asked
    assert world.secretary_a.name in asked and not Notice.objects.filter(kind="policy").exists()
    assert reminded(as_("staff"), version, post=True).url == page
    told = {row.recipient: (row.text, row.url) for row in Notice.objects.filter(kind="policy")}
    words = "请办理制度“意见建议办理制度”的程序：“食堂意见”的提出意见逾期 7 天"
    assert told == {
        world.user(who): (words, reverse("policy_run_detail", args=[run.pk]))
        for who, run in (("secretary_a", runs_of[0]), ("secretary_b", runs_of[1]))
    }
    entry = AuditEntry.objects.get(verb="policy_run.remind")
    assert entry.actor_id == world.staff.pk
    shown = as_("staff").get(page).content.decode()
    assert button not in shown and "11月16日已提醒经办人，三天内不再提醒。" in shown
    at(day, "2026-11-18")
    assert reminded(as_("staff"), version, post=True).status_code == 409
    at(day, "2026-11-19")
    runs.step_done(by=world.secretary_b, step=view_of(runs_of[1]).steps[0].row, text="已提出")
    assert "提醒 1 位经办人？" in reminded(as_("staff"), version).content.decode(), "the next step has days enough"


def test_one_notice_speaks_of_all_steps_of_a_person_and_nobody_reminds_himself(world, day):
    steps = [
        services.StepData("提出意见", "branch_secretary", 5, ["document"]),
        services.StepData("汇总", "staff", 5, ["document"], counted_from="trigger"),
        services.StepData("核查", "discipline", 5, ["document"], counted_from="trigger"),
        services.StepData("抄送", "branch_secretary", 1, ["document"], counted_from="trigger", optional=True),
    ]
    version = in_force(world, steps=steps)
    for _ in range(3):
        begun(world, version)
    at(day, "2026-11-16")
    found = reminders.steps_remind(by=world.staff, policy=version.policy)
    assert {user.username: len(rows) for user, rows in found.by_person.items()} == {
        "secretary_a": 3,
        "committee_secretary": 3,
        "discipline": 3,
    }
    assert (found.steps, found.late, found.unheld) == (9, 9, [])
    notice = Notice.objects.get(recipient=world.secretary_a, kind="policy")
    assert notice.text.endswith("“食堂意见”的提出意见逾期 7 天，另有 2 步")
    with pytest.raises(Conflict, match="三天内已提醒过"):
        reminders.steps_remind(by=world.staff, policy=version.policy)
    with pytest.raises((Forbidden, Http404)):
        reminders.steps_remind(by=world.secretary_a, policy=version.policy)


def test_a_leader_is_reminded_with_who_acts_for_him_and_a_vacant_seat_is_said(world, day, as_):
    LeaderPortfolio.objects.create(organisation=world.root, leader=world.leader, contact=world.branch_a, starts=TODAY)
    steps = [services.StepData("审签", "leader", 5, ["document"])]
    version = in_force(world, steps=[*steps, services.StepData("备案", "branch_secretary", 5, ["document"], "trigger")])
    begun(world, version)
    world.secretary_a.appointments.update(ends=TODAY + timedelta(days=1))
    at(day, "2026-11-16")
    asked = reminded(as_("staff"), version).content.decode()
    assert "提醒 2 位经办人？" in asked and world.leader.name in asked and "另有 1 步目前无人经办，请先任命。" in asked
    reminded(as_("staff"), version, post=True)
    assert {row.recipient for row in Notice.objects.filter(kind="policy")} == {world.leader, world.assistant}


def test_steps_that_wait_beside_each_other_are_told_to_each(world, day, as_):
    """The office's own step is late, whoever has the first one: it stands on its front page and in the heading of the run."""
    steps = [
        services.StepData("提出意见", "branch_secretary", 20, ["document"]),
        services.StepData("汇总", "staff", 5, ["document"], counted_from="trigger"),
    ]
    run = begun(world, in_force(world, steps=steps))
    at(day, "2026-11-16")
    page = as_("staff").get(reverse("home_waiting")).content.decode()
    assert "汇总，逾期 7 天" in page
    assert "提出意见，11月30日截止" in as_("secretary_a").get(reverse("home_waiting")).content.decode()
    page = as_("staff").get(reverse("policy_run_detail", args=[run.pk])).content.decode()
    assert "食堂意见：汇总逾期 7 天" in page
