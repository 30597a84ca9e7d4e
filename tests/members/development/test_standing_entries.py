"""A step that stands is not entered once more without a word: it is taken back first, and what is put right is shown (233)."""

from datetime import date

import pytest
from django.urls import reverse

from members.development.models.cases import CaseStep
from members.development.selectors.cases import case_of
from members.development.services import steps
from members.roster.models.members import Member
from tests.members.development.written import (
    HEARD,
    activist,
    applicant,
    at,
    enter,
    people,
    post,
    record,
    until_consent,
    until_listed,
    until_vote,
    vote,
)

pytestmark = pytest.mark.django_db


def url(case, key):
    return reverse("development_step", args=[case.pk, key])


@pytest.mark.parametrize("day", ["2026-06-25", "2026-07-10"])
def test_another_record_of_what_stands_is_refused_and_names_what_stands(world, as_, day):
    case = activist(world)
    with at("2026-07-12"):
        other = record(world.branch_a, day, "committee_meeting")
        words = "推荐和确定积极分子已经登记（2026-07-01，“会议”），仍然有效；要更正的，请先撤下原来的登记，再重新登记。"
        assert words in as_("secretary_a").get(url(case, "3")).content.decode()
        answer = as_("secretary_a").post(url(case, "3"), {"activity": other.pk, "text": "群团推优"})
        assert answer.status_code == 422 and words in answer.context["form"].errors["activity"]
        assert answer.context["form"]["text"].value() == "群团推优"
        entry = CaseStep.objects.standing().get(case=case, key="3")
        as_("secretary_a").post(reverse("development_entry_remove", args=[entry.pk]), {"reason": "日期登记错了"})
        assert as_("secretary_a").post(url(case, "3"), {"activity": other.pk, "text": "群团推优"}).status_code == 302
    assert case_of(case).standing.of("3").entry.day == date.fromisoformat(day)


def test_what_a_decision_rests_on_says_who_takes_it_back(world, as_):
    case = until_listed(world)
    with at("2027-07-20"):
        other = record(world.branch_a, "2027-07-05", "committee_meeting")
        answer = as_("secretary_a").post(url(case, "7"), {"activity": other.pk, "text": HEARD})
    assert "上级已据此办理上级党委同意，须先由上级撤下原来的登记" in answer.context["form"].errors["activity"][0]


def test_an_earlier_record_takes_the_place_of_what_took_no_effect(world, as_):
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    stopped = enter(world, case, "3", "2026-07-10", kind="committee_meeting")
    with at("2026-07-12"):
        other = record(world.branch_a, "2026-07-01", "committee_meeting")
        assert as_("secretary_a").post(url(case, "3"), {"activity": other.pk, "text": "党员推荐"}).status_code == 302
    stopped.refresh_from_db()
    assert stopped.remove_reason == "更正后重新登记" and case_of(case).standing.of("3").entry.day == date(2026, 7, 1)


def test_what_was_decided_against_is_decided_anew_later_and_not_before(world, as_):
    case = activist(world)
    people(world, case, "contact", "2026-07-03")
    enter(world, case, "7", "2027-07-02", kind="committee_meeting", text=HEARD)
    enter(world, case, "8", "2027-07-08", by=world.staff, document="不同意〔2027〕3号", result="failed")
    with at("2027-07-20"):
        sent = {"day": "2027-07-05", "document": "同意〔2027〕4号", "result": "passed"}
        answer = as_("staff").post(url(case, "8"), sent)
        assert "重新办理不能早于这一天" in answer.context["form"].errors["day"][0]
        # The branch discusses him once more after that, and only after that.
        early = record(world.branch_a, "2027-07-06", "committee_meeting")
        assert as_("secretary_a").post(url(case, "7"), {"activity": early.pk, "text": HEARD}).status_code == 422
        later = record(world.branch_a, "2027-07-15", "committee_meeting")
        assert as_("secretary_a").post(url(case, "7"), {"activity": later.pk, "text": HEARD}).status_code == 302
        assert as_("staff").post(url(case, "8"), sent | {"day": "2027-07-20"}).status_code == 302
    assert case_of(case).standing.of("8").state == "done"


def test_the_number_of_objections_alone_can_be_put_right(world, as_):
    case = until_consent(world)
    post(world, case)
    stopped = enter(world, case, "8a", "2027-07-19", objections=1)
    assert case_of(case).standing.of("8a").state == "stopped"
    with at("2027-07-19"):
        sent = {"day": "2027-07-19", "objections": "0", "text": ""}
        assert as_("secretary_a").post(url(case, "8a"), sent).status_code == 302
        assert Member.objects.get(pk=case.member_id).stage == "candidate"
        # It stands: a further change is answered in the form.
        answer = as_("secretary_a").post(url(case, "8a"), sent | {"objections": "2"})
        assert answer.status_code == 422 and "请先撤下原来的登记" in answer.context["form"].errors["day"][0]
    stopped.refresh_from_db()
    assert stopped.remove_reason == "更正后重新登记" and CaseStep.objects.standing().filter(key="8a").count() == 1
    assert case_of(case).file.notice.objections == 0


def test_a_vote_that_was_not_passed_stays_when_an_earlier_one_is_entered(world):
    case = until_vote(world)
    CaseStep.objects.filter(key="15").delete()
    for day in ("2027-08-20", "2027-08-10"):
        with at("2027-08-21"):
            meeting = record(world.branch_a, day, "assembly")
        enter_vote(world, case, meeting)
    assert CaseStep.objects.standing().filter(key="15").count() == 2


def enter_vote(world, case, meeting):
    with at("2027-08-21"):
        data = steps.StepData(activity=meeting, text="表现突出", vote=vote(yes=2, no=4))
        return steps.step_add(by=world.secretary_a, case=case, key="15", data=data)
