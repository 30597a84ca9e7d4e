"""The records among which one is chosen for a step: of the right organisation, that name the person, and why one cannot be."""

from datetime import date

import pytest
from django.urls import reverse

from members.activities.models import ActivityKind
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.rights import may_hold
from members.development.selectors.cases import case_of
from members.development.services import cases
from members.development.steps import steps
from tests.members.development.written import activist, applicant, at, enter, record, until_vote
from tests.records import counted

pytestmark = pytest.mark.django_db


def url(case, key):
    return reverse("development_step", args=[case.pk, key])


def field_of(answer):
    return answer.context["form"].fields["activity"]


def offered(answer):
    return {row.pk for row in field_of(answer).queryset}


def test_a_talk_that_names_nobody_is_not_offered_and_one_can_be_recorded_with_the_person(world, as_):
    case = applicant(world)
    with at("2026-06-21"):
        record(world.branch_a, "2026-06-20", "talk", "与其他同志谈话")
        named = record(world.branch_a, "2026-06-20", "talk", "与申一谈话")
        there = record(world.branch_a, "2026-06-19", "talk", there=case.member)
        answer = as_("secretary_a").get(url(case, "2"))
        assert offered(answer) == {named.pk, there.pk}
        page = answer.content.decode()
        query = f"organisation={world.branch_a.pk}&amp;kind=talk&amp;person={case.member_id}"
        assert f"{reverse('activity_new')}?{query}" in page and "记谈心谈话" in page
        assert "写明申一的谈心谈话记录" in page


def test_who_records_nothing_there_is_led_to_no_form(world, as_):
    case = until_vote(world)
    with at("2027-08-21"):
        page = as_("staff").get(url(case, "16a")).content.decode()
        assert f"organisation={world.branch_a.pk}&amp;" not in page, "the Party group hears it, not the branch"
        page = as_("staff").get(url(case, "17")).content.decode()
        assert f"organisation={world.committee.pk}&amp;kind=committee_plenary" in page


def test_a_meeting_below_its_quorum_stands_with_the_reason_and_cannot_be_chosen(world, as_):
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    with at("2026-07-02"):
        short = record(world.branch_a, "2026-07-01", "assembly")
        short.judgements.update(valid=False, present=2, needed=4)
        answer = as_("secretary_a").get(url(case, "3"))
        page = answer.content.decode()
        assert "到会 2 人，不足法定人数 4 人" in page
        assert f'<option value="{short.pk}" disabled>' in page and "还没有可用的" in page
        answer = as_("secretary_a").post(url(case, "3"), {"activity": short.pk, "text": "党员推荐"})
        assert (
            answer.status_code == 422 and "这条记录不能选用：到会 2 人，不足法定人数 4 人。" in answer.content.decode()
        )
    assert not CaseStep.objects.filter(key="3").exists()


def test_a_meeting_counts_with_the_kind_that_the_step_asks(world):
    """A lecture on the same occasion that counts makes no meeting of too few (truth 4)."""
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    entry = enter(world, case, "3", "2026-07-01", kind="committee_meeting", text="党员推荐")
    ActivityKind.objects.create(activity=entry.activity, kind="lecture")
    counted(entry.activity)
    assert case_of(case).standing.of("3").state == "done"
    entry.activity.judgements.filter(kind="committee_meeting").update(valid=False, present=2, needed=4)
    view = case_of(case).standing.of("3")
    assert view.state == "uncounted" and "不足法定人数" in view.note
    entry.activity.judgements.filter(kind="committee_meeting").delete()
    assert "记录已改为其他活动类型" in case_of(case).standing.of("3").note


def test_what_is_tied_and_does_not_count_says_to_which_step(world, as_):
    case = activist(world)
    entry = CaseStep.objects.get(case=case, key="3")
    entry.activity.judgements.update(valid=False, present=2, needed=4)
    words = "已关联“3 推荐和确定积极分子”，未计入：到会 2 人，不足法定人数 4 人"
    with at("2026-07-02"):
        answer = as_("secretary_a").get(url(case, "3"))
        assert words in answer.content.decode() and answer.context["form"]["activity"].value() is None
        assert answer.context["form"]["text"].value() == "党员推荐", "what was typed is kept"
        page = as_("secretary_a").get(reverse("development_detail", args=[case.pk])).content.decode()
        assert "申一：推荐和确定积极分子已关联，未计入：到会 2 人" in page


@pytest.fixture
def below_general(world):
    """A case of the branch below the general branch."""
    values = {"name": "申丙", "sex": "女", "birth_date": date(1996, 1, 2)}
    with at("2026-06-01"):
        person = cases.NewPerson(world.branch_c, values)
        return cases.case_open(by=world.secretary_c, person=person, opened_on=date(2026, 6, 1))


def test_the_general_branch_deliberates_by_its_own_records_and_the_page_says_so(below_general, world, as_):
    """dev-approver, 第二十二条: 党总支审议."""
    case = below_general
    assert isinstance(case, DevelopmentCase)
    with at("2026-07-02"):
        own = record(world.general, "2026-07-01", "committee_meeting")
        record(world.branch_c, "2026-07-01", "assembly")
        record(world.committee, "2026-07-01", "committee_plenary")
        answer = as_("general_secretary").get(url(case, "15a"))
        assert offered(answer) == {own.pk}
        assert "党支部的会议记录不能代替党总支审议" in answer.content.decode()


def test_the_form_of_a_record_offers_a_step_only_to_whom_it_shows(below_general, world):
    """还属于: a plenary of the committee is no deliberation of the general branch."""
    case = below_general
    spec = steps()["15a"]
    assert may_hold(case, spec, world.general)
    assert not may_hold(case, spec, world.committee) and not may_hold(case, spec, world.branch_c)
    assert may_hold(case, steps()["12"], world.branch_c) and not may_hold(case, steps()["12"], world.general)
    assert may_hold(case, steps()["11"], world.committee) and may_hold(case, steps()["17"], world.committee)
