"""A case that is over: nothing of it is next, due or waited for, on no page and in no number; what was missed until then stays."""

from datetime import date

import pytest
from django.urls import reverse

from members.development.measured import case_limits, heard_before
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.selectors.cases import case_of
from members.development.selectors.queue import waiting_above
from members.development.services import cases, steps
from members.development.waiting import tasks
from tests.members.development.made import a_file, day, standing
from tests.members.development.written import activist, applicant, at, enter, until_vote

pytestmark = pytest.mark.django_db


def given_up(world, case, on):
    with at(on):
        cases.case_withdraw(by=world.secretary_a, case=case, reason="本人撤回申请")
    return DevelopmentCase.objects.get(pk=case.pk)


def test_the_page_lists_no_step_as_due(world, as_):
    case = given_up(world, activist(world), "2026-07-10")
    with at("2027-09-01"):
        answer = as_("secretary_a").get(reverse("development_detail", args=[case.pk]))
        rows = [row for stage in answer.context["stages"] for row in stage.rows]
        left = [row for row in rows if not row.view.stood]
        assert {(row.when, row.state, row.word) for row in left} == {("未办", "", "")}
        assert not any(row.acts or row.may_remove or row.may_explain for row in rows)
        page = answer.content.decode()
        assert "2026-07-10，不再发展：本人撤回申请" in page
        assert "逾期" not in page and "现在等什么" not in page and "接下来" not in page
        assert case_of(case).standing.next is None


def test_a_step_that_is_opened_after_the_end_leads_to_the_case(world, as_):
    case = given_up(world, applicant(world), "2026-07-10")
    address = reverse("development_detail", args=[case.pk])
    with at("2026-07-11"):
        for answer in (
            as_("secretary_a").get(reverse("development_step", args=[case.pk, "2"])),
            as_("secretary_a").post(reverse("development_withdraw", args=[case.pk]), {"reason": "本人撤回申请"}),
        ):
            assert answer.status_code == 409 and f'href="{address}">打开最新内容' in answer.content.decode()


def test_nothing_of_it_waits_for_branch_or_committee(world):
    case = activist(world)
    with at("2026-07-05"):
        assert [one.view.step.key for one in waiting_above(world.staff)] == ["4"]
    given_up(world, case, "2026-07-10")
    with at("2027-09-01"):
        assert waiting_above(world.staff) == []
        assert tasks(world.secretary_a, world.branch_a) == [] and tasks(world.staff, world.committee) == []


def test_its_file_says_how_it_ended_and_no_next_step(world, as_):
    case = given_up(world, applicant(world), "2026-06-10")
    with at("2026-09-01"):
        page = as_("secretary_a").get(reverse("member_detail", args=[case.member_id])).content.decode()
    assert "不再发展" in page and "下一步：2" not in page


def test_what_was_missed_until_then_stays_and_nothing_of_later_is_counted(world):
    late = given_up(world, applicant(world, "2026-06-01"), "2026-07-10")
    early = given_up(world, applicant(world, "2026-07-15", "申二"), "2026-07-20")
    as_of = date(2026, 12, 1)
    limits = case_limits(as_of, [late.pk, early.pk])
    assert [(one.case, one.key, one.due) for one in limits] == [(late.pk, "2", date(2026, 7, 1))]


def test_nobody_has_to_hear_what_ended_before(world):
    """A general branch and the Party group hear what is decided; a case given up before that is not decided (第二十二条)."""
    values = {"name": "申丙", "sex": "女", "birth_date": date(1996, 1, 2)}
    with at("2027-06-01"):
        person = cases.NewPerson(world.branch_c, values)
        case = cases.case_open(by=world.secretary_c, person=person, opened_on=date(2027, 6, 1))
    other = until_vote(world)
    # The way of the other, as if it were of the branch below the general branch.
    other.member.__class__.objects.filter(pk=other.member_id).update(home=world.branch_c)
    with at("2027-08-25"):
        assert [one.case for one in heard_before(date(2027, 8, 25), ["15a"])] == [other.pk]
        cases.case_withdraw(by=world.secretary_c, case=other, reason="本人撤回申请")
    assert heard_before(date(2027, 12, 31), ["15a"]) == [] and case.closed_on is None


def test_a_step_that_was_stopped_stays_so_without_a_limit():
    stopped = a_file("15", {"s15": None}, closed_on=day("2028-02-20"))
    found = standing(stopped, "2028-02-20")
    assert found.over and found.next is None and found.of("15").state == "ended" and found.of("15").due is None


def test_the_papers_of_a_full_member_are_still_filed():
    """dev-archive, 第三十六条: filed after the approval, which ended the case."""
    over = a_file("24", closed_on=day("2029-04-10"))
    found = standing(over, "2029-04-10")
    assert found.outcome == "full" and found.of("25").state == "ready" and found.of("21").state == "done"


def test_an_explanation_is_neither_asked_nor_taken_of_it(world, as_):
    case = applicant(world)
    entry = enter(world, case, "2", "2026-07-20", kind="talk")
    with at("2026-07-21"):
        steps.step_explain(by=world.secretary_a, entry=entry, text="支委暂缺")
    given_up(world, case, "2026-07-22")
    with at("2026-07-23"):
        page = as_("staff").get(reverse("development_detail", args=[case.pk])).content.decode()
        assert reverse("development_entry_accept", args=[CaseStep.objects.get(key="2").pk]) not in page
