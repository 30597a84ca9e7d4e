"""Who accompanies a case: from when on (第九、十四条), and the same people with another day."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from branches.audit.models import AuditEntry
from members.development.models.cases import CaseRole
from members.development.selectors.cases import case_of
from members.development.services import cases
from tests.members.development.written import activist, applicant, at, enter, people, until_consent

pytestmark = pytest.mark.django_db


def url(case, role="contact"):
    return reverse("development_people", args=[case.pk, role])


def full(world, number=2):
    return [one for one in world.people("branch_a") if one.full_on is not None][:number]


def sent(world, day, number=2, **more):
    return {"people": [one.pk for one in full(world, number)], "starts": day, **more}


def test_nobody_accompanies_an_activist_before_the_person_is_one(world, as_):
    """dev-contacts, 第九条."""
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    with at("2026-07-05"):
        assert "；须先办推荐和确定积极分子" in as_("secretary_a").get(url(case)).content.decode()
        answer = as_("secretary_a").post(url(case), sent(world, "2026-06-21"))
        words = "须先办推荐和确定积极分子，再指定培养联系人（《发展党员工作细则》第九条）。"
        assert answer.status_code == 422 and words in answer.content.decode()
    enter(world, case, "3", "2026-07-01", kind="committee_meeting", text="党员推荐")
    with at("2026-07-05"):
        answer = as_("secretary_a").post(url(case), sent(world, "2026-06-30"))
        assert answer.status_code == 422
        assert "起始日期不能早于推荐和确定积极分子（2026-07-01）" in answer.content.decode()
        assert as_("secretary_a").post(url(case), sent(world, "2026-07-01")).status_code == 302
    assert CaseRole.objects.filter(starts=date(2026, 7, 1)).count() == 2


def test_nobody_introduces_before_the_person_is_listed(world):
    """dev-introducers-2, 第十四条."""
    case = until_consent(world)
    with pytest.raises(ValidationError, match="须先办公示，列为发展对象，再指定入党介绍人"):
        people(world, case, "introducer", "2027-07-09")


def test_the_same_people_with_another_day_have_their_day_put_right(world, as_):
    case = activist(world)
    people(world, case, "contact", "2026-07-03")
    with at("2026-07-10"):
        answer = as_("secretary_a").post(url(case), sent(world, "2026-07-03"))
        assert answer.status_code == 422 and "培养联系人和起始日期都没有变化。" in answer.content.decode()
        answer = as_("secretary_a").post(url(case), sent(world, "2026-07-08"))
        assert answer.status_code == 422 and "请填写更正原因。" in answer.content.decode()
        answer = as_("secretary_a").post(url(case), sent(world, "2026-07-08", reason="日期登记错了"))
        assert answer.status_code == 302
    assert set(CaseRole.objects.values_list("starts", "ends")) == {(date(2026, 7, 8), None)}
    assert case_of(case).standing.of("5").entry.day == date(2026, 7, 8)
    entries = AuditEntry.objects.filter(verb="development.role", payload__contains="日期登记错了")
    assert entries.count() == 2 and "2026-07-03" in entries[0].payload


def test_whoever_goes_on_keeps_his_day_when_another_joins(world):
    case = activist(world)
    people(world, case, "contact", "2026-07-03", 1)
    with at("2026-09-01"):
        cases.roles_set(by=world.secretary_a, case=case, role="contact", people=full(world), starts=date(2026, 9, 1))
    assert set(CaseRole.objects.values_list("starts", flat=True)) == {date(2026, 7, 3), date(2026, 9, 1)}
