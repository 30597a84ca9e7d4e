"""A step that took no effect, or was taken back, is offered again with its record and what was typed (issue 14)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from members.development.models.cases import CaseStep
from members.development.selectors.cases import case_of
from members.development.services import steps
from members.development.services.steps import StepData
from members.roster.models.members import Member
from tests.members.development.written import (
    HEARD,
    activist,
    applicant,
    at,
    enter,
    people,
    record,
    until_listed,
    until_vote,
    vote,
)

pytestmark = pytest.mark.django_db


def step_url(case, key):
    return reverse("development_step", args=[case.pk, key])


def test_a_step_that_was_stopped_comes_with_its_record_and_words_and_is_put_right_by_them(world, as_):
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    stopped = enter(world, case, "3", "2026-07-01", kind="committee_meeting")
    with at("2026-07-02"):
        answer = as_("secretary_a").get(step_url(case, "3"))
        form, page = answer.context["form"], answer.content.decode()
        assert form["activity"].value() == stopped.activity_id and "没有写明怎样产生人选" in page
        assert "带出上次填写的内容" in page
        sent = {"activity": stopped.activity_id, "text": "党员推荐"}
        assert as_("secretary_a").post(step_url(case, "3"), sent).status_code == 302
    entry = CaseStep.objects.standing().get(case=case, key="3")
    assert (entry.activity, entry.text) == (stopped.activity, "党员推荐")
    assert Member.objects.get(pk=case.member_id).stage == "activist"
    stopped.refresh_from_db()
    assert (stopped.remove_reason, stopped.removed_by) == ("更正后重新登记", world.secretary_a), "kept in the history"
    assert AuditEntry.objects.filter(verb="development.untie", object_id=stopped.pk).count() == 1


def test_what_stands_is_not_entered_twice_by_its_record_nor_anew_with_nothing_changed(world):
    case = activist(world)
    entry = CaseStep.objects.get(case=case, key="3")
    with at("2026-07-02"), pytest.raises(ValidationError, match="已经登记为这一步"):
        steps.step_add(
            by=world.secretary_a, case=case, key="3", data=StepData(activity=entry.activity, text="群团推优")
        )
    people(world, case, "contact", "2026-07-03")
    early = enter(world, case, "7", "2027-06-30", kind="committee_meeting", text=HEARD)
    with at("2027-06-30"), pytest.raises(ValidationError, match="已经登记为这一步"):
        steps.step_add(by=world.secretary_a, case=case, key="7", data=StepData(activity=early.activity, text=HEARD))
    assert not CaseStep.objects.exclude(removed_at=None).exists()


def test_a_step_that_was_taken_back_comes_with_its_record_and_votes(world, as_):
    case = until_vote(world)
    entry = CaseStep.objects.get(case=case, key="15")
    with at("2027-08-21"):
        steps.step_remove(by=world.secretary_a, entry=entry, reason="票数登记错了")
        answer = as_("secretary_a").get(step_url(case, "15"))
        form = answer.context["form"]
        assert "上次的登记已撤下：票数登记错了" in answer.content.decode()
        names = ("activity", "expected", "present", "yes", "no", "abstain", "written_yes", "text")
        said = {name: form[name].value() for name in names}
        assert said == {
            "activity": entry.activity_id,
            "expected": None,
            "present": None,
            "yes": 6,
            "no": 0,
            "abstain": 0,
            "written_yes": 0,
            "text": "表现突出",
        }
        assert (
            as_("secretary_a")
            .post(step_url(case, "15"), said | {"yes": 5, "no": 1, "expected": "", "present": ""})
            .status_code
            == 302
        )
    assert case_of(case).standing.of("15").entry.vote.yes == 5


def test_a_step_without_a_record_comes_with_its_day(world, as_):
    case = activist(world)
    entry = enter(world, case, "4", "2026-07-03", by=world.staff)
    with at("2026-07-05"):
        steps.step_remove(by=world.staff, entry=entry, reason="日期登记错了")
        form = as_("staff").get(step_url(case, "4")).context["form"]
    assert form["day"].value() == date(2026, 7, 3)


def test_a_vote_that_failed_may_be_put_right_by_the_record_of_its_meeting(world, as_):
    case = until_vote(world)
    old = CaseStep.objects.get(case=case, key="15")
    with at("2027-08-21"):
        steps.step_remove(by=world.secretary_a, entry=old, reason="票数登记错了")
    with at("2027-08-21"):
        wrong = StepData(activity=old.activity, text="表现突出", vote=vote(yes=1, no=5))
        failed = steps.step_add(by=world.secretary_a, case=case, key="15", data=wrong)
        assert case_of(case).standing.of("15").state == "stopped"
        right = StepData(activity=old.activity, text="表现突出", vote=vote(yes=5, no=1))
        steps.step_add(by=world.secretary_a, case=case, key="15", data=right)
        assert case_of(case).standing.of("15").state == "done"
    failed.refresh_from_db()
    assert failed.removed_at is not None and failed.vote.yes == 1


def test_what_was_refused_above_is_decided_anew_with_nothing_of_it_said(world, as_):
    case = activist(world)
    people(world, case, "contact", "2026-07-03")
    enter(world, case, "7", "2027-07-02", kind="committee_meeting", text=HEARD)
    enter(world, case, "8", "2027-07-08", by=world.staff, document="不同意〔2027〕3号", result="failed")
    with at("2027-07-20"):
        form = as_("staff").get(step_url(case, "8")).context["form"]
    assert form["document"].value() in (None, "") and form["result"].value() != "failed"


def test_days_of_training_add_up_and_none_is_taken_for_the_next(world, as_):
    case = until_listed(world)
    first = enter(world, case, "11", "2027-07-22", kind="training", place=world.committee).activity
    assert case_of(case).standing.of("11").state == "stopped"
    with at("2027-07-28"):
        later = record(world.committee, "2027-07-27", "training", there=case.member)
        field = as_("secretary_a").get(step_url(case, "11")).context["form"]["activity"]
        assert field.value() in (None, "") and [row.pk for row in field.field.queryset] == [later.pk, first.pk]
        assert field.field.refusals == {first.pk: "已登记为“11 集中培训”"}
        answer = as_("secretary_a").post(step_url(case, "11"), {"activity": first.pk})
        assert answer.status_code == 422 and "这条记录不能选用：已登记为“11 集中培训”。" in answer.content.decode()


def test_the_same_once_more_takes_no_effect_and_is_answered_in_the_form(world, as_):
    case = until_listed(world)
    CaseStep.objects.filter(case=case, key="8a").delete()
    stopped = enter(world, case, "8a", "2027-07-15", objections=0)
    with at("2027-07-19"):
        form = as_("secretary_a").get(step_url(case, "8a")).context["form"]
        assert (form["day"].value(), form["objections"].value()) == (date(2027, 7, 15), 0)
        sent = {"day": "2027-07-15", "objections": "0", "text": ""}
        answer = as_("secretary_a").post(step_url(case, "8a"), sent)
        assert answer.status_code == 422 and "内容与上次登记的相同，仍不生效" in answer.content.decode()
        assert as_("secretary_a").post(step_url(case, "8a"), sent | {"day": "2027-07-19"}).status_code == 302
    assert CaseStep.objects.standing().filter(key="8a").count() == 2 and stopped.removed_at is None
    assert Member.objects.get(pk=case.member_id).stage == "candidate"
