"""How a case ends, and what comes after: given up and gone on with, begun anew, admitted with a vote from the approval on."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from branches.jobs.marks import ROSTER
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from common.errors import Conflict
from members.activities.selectors.rosters import roster
from members.development.checks import DOCUMENTS
from members.development.file import CANCEL, EXTEND, TO_FULL
from members.development.models.cases import DevelopmentCase
from members.development.selectors.cases import case_of
from members.development.services import cases
from members.development.standing import SKIPPED, STOPPED
from members.development.waiting import tasks
from members.roster.models.members import Member
from members.roster.models.standing import StageSpell
from members.roster.services.members import member_update
from members.roster.services.stages import stages_follow
from members.transfers.models import Transfer
from members.transfers.services.transfers import member_placed
from tests.members.development.made import a_file, standing, vote
from tests.members.development.written import activist, at, enter, people

pytestmark = pytest.mark.django_db


def text_of(answer):
    return answer.content.decode()


def given_up(world, case, on="2026-07-10"):
    with at(on):
        cases.case_withdraw(by=world.secretary_a, case=case, reason="本人撤回申请")
    return DevelopmentCase.objects.get(pk=case.pk)


def spells(member):
    return [
        (one.stage, str(one.starts or ""), str(one.ends or ""))
        for one in StageSpell.objects.filter(member=member).order_by("starts")
    ]


def on_probation(world, voted="2025-11-20"):
    """甲六, taken over from paper after the vote of the assembly on his admission."""
    person = Member.objects.get(name="甲六")
    days = {"3": date(2024, 6, 1), "15": date.fromisoformat(voted), "17": date(2026, 1, 10)}
    with at("2026-11-01"):
        return cases.case_take_over(by=world.secretary_a, member=person, opened_on=date(2023, 1, 5), days=days)


def test_who_is_given_up_is_an_applicant_again_and_may_apply_anew(world, as_):
    case = activist(world)
    before = spells(case.member)
    given_up(world, case)
    member = Member.objects.get(pk=case.member_id)
    assert member.stage == "applicant" and not member.led_by_case
    assert spells(member)[-1] == ("applicant", "2026-07-10", "")
    assert spells(member)[-2] == (*before[-1][:2], "2026-07-09")
    with at("2026-09-01"):
        page = as_("secretary_a").get(reverse("development_new") + f"?member={member.pk}")
        assert page.context["form"].initial["member"] == str(member.pk) and member.name in text_of(page)
        anew = cases.case_open(by=world.secretary_a, person=member, opened_on=date(2026, 9, 1))
        assert anew.pk != case.pk and case_of(anew).standing.stage == "applicant"


def test_what_was_given_up_is_gone_on_with_as_it_stood(world, as_):
    case = activist(world)
    before = spells(case.member)
    address = reverse("development_resume", args=[case.pk])
    with at("2026-07-09"):
        assert as_("secretary_a").get(address).status_code == 409
    given_up(world, case)
    with at("2026-07-12"):
        page = as_("secretary_a").get(reverse("development_detail", args=[case.pk]))
        assert address in page.content.decode()
        assert as_("secretary_a").post(address, {"reason": ""}).status_code == 422
        assert as_("secretary_a").post(address, {"reason": "登记有误"}).status_code == 302
    row = DevelopmentCase.objects.get(pk=case.pk)
    assert row.closed_on is None and row.outcome == "" and row.member.stage == "activist" and row.member.led_by_case
    assert spells(row.member) == before


def test_nothing_is_gone_on_with_once_there_is_another_case(world):
    case = given_up(world, activist(world))
    with at("2026-09-01"):
        cases.case_open(by=world.secretary_a, person=Member.objects.get(pk=case.member_id), opened_on=date(2026, 9, 1))
        with pytest.raises(Conflict):
            cases.case_resume(by=world.secretary_a, case=case, reason="登记有误")


def test_whoever_is_on_probation_is_not_asked_whether_to_be_given_up(world, as_):
    case = on_probation(world)
    address = reverse("development_withdraw", args=[case.pk])
    with at("2026-11-02"):
        assert address not in as_("secretary_a").get(reverse("development_detail", args=[case.pk])).content.decode()
        assert as_("secretary_a").get(address).status_code == 409


def test_a_new_full_member_votes_from_the_approval_and_not_in_the_meeting_that_voted_on_him(world):
    """党章第七条: on probation nobody votes; full membership itself counts from the end of the probation (第三十三条)."""
    case = on_probation(world)
    enter(world, case, "22", "2026-11-18")
    enter(world, case, "23", "2026-11-25", kind="assembly", vote=vote(TO_FULL, 6, 6, 6), text="表现良好")
    enter(world, case, "24", "2026-12-10", by=world.staff, kind="committee_plenary", place=world.committee)
    member = Member.objects.get(pk=case.member_id)
    assert (member.stage, member.full_on, member.votes_from) == ("full", date(2026, 11, 20), date(2026, 12, 10))

    def votes(day):
        return next(one.votes_on(day) for one in roster(world.branch_a, day) if one.pk == member.pk)

    days = [date(2026, 11, 25), date(2026, 12, 9), date(2026, 12, 10)]
    assert [votes(day) for day in days] == [False, False, True]
    assert [member.votes_on(day) for day in days] == [False, False, True]
    with at("2026-12-20"):
        # What is put right of him later leaves that as it is.
        member_update(by=world.secretary_a, member=member, education="大学本科")
    assert [votes(day) for day in days] == [False, False, True]


def test_a_probation_is_extended_or_cancelled_without_an_application():
    """第三十一、三十二条: whoever does not apply may be kept on probation, or lose it; to become a full member he applies."""
    for decided, outcome in ((vote(CANCEL), "cancelled"), (vote(TO_FULL), "")):
        found = standing(a_file("24", {"s22": None, "s23": {"vote": decided}}))
        assert found.outcome == outcome, decided
    assert "须先办提出转正申请" in found.of("23").note
    extended = standing(a_file("24", {"s22": None, "s23": {"vote": vote(EXTEND, months=6)}}))
    assert str(extended.probation_ends) == "2029-08-29" and extended.outcome == ""


def test_to_cancel_is_offered_where_nobody_applied(world, as_):
    case = on_probation(world)
    with at("2026-12-01"):
        view = case_of(case).standing.of("23")
        assert view.open and "只能讨论延长预备期或取消预备党员资格" in view.note
        assert case_of(case).standing.next.step.key == "22"
        page = text_of(as_("secretary_a").get(reverse("development_step", args=[case.pk, "23"])))
        assert "还没有转正申请，只能讨论延长预备期或取消预备党员资格" in page and "须先办提出转正申请" not in page


def test_once_it_is_voted_without_him_nobody_asks_for_his_application_any_more():
    for decided in (vote(CANCEL), vote(EXTEND, months=6)):
        voted = a_file("23", {"s22": None, "s23": {"vote": decided}})
        found = standing(voted)
        assert found.of("22").state == SKIPPED and found.next.step.key in ("23a", "24"), decided
    # An extension that is approved ends with an application of its own; a vote that was not carried leaves it open.
    assert standing(a_file("24", {"s22": None, "s23": {"vote": vote(EXTEND, months=6)}})).of("22").state != SKIPPED
    lost = standing(a_file("23", {"s22": None, "s23": {"vote": vote(CANCEL, 6, 6, 2)}}))
    assert lost.of("22").open and lost.of("23").state == STOPPED


def test_what_became_of_him_is_told_to_the_branch_and_to_himself(world):
    case = on_probation(world)
    Member.objects.filter(pk=case.member_id).update(account=world.outsider)
    enter(world, case, "22", "2026-11-18")
    enter(world, case, "23", "2026-11-25", kind="assembly", vote=vote(TO_FULL, 6, 6, 6), text="表现良好")
    enter(
        world,
        case,
        "24",
        "2026-12-05",
        by=world.staff,
        kind="committee_plenary",
        place=world.committee,
        result="put_off",
    )
    said = Notice.objects.filter(recipient=world.secretary_a, kind="development").values_list("text", flat=True)
    assert f"{case.member.name}：上级党委审批转正暂缓（2026-12-05）" in said
    assert not Notice.objects.filter(recipient=world.outsider, kind="development").exists()
    enter(world, case, "24", "2026-12-10", by=world.staff, kind="committee_plenary", place=world.committee)
    assert f"{case.member.name}：上级党委审批转正通过（2026-12-10），现为正式党员" in said.all()
    told = Notice.objects.get(recipient=world.outsider, kind="development")
    assert told.text == "您已被批准转为正式党员（2026-12-10），党龄从 2026-11-20 算起" and told.url == reverse(
        "member_own"
    )


def test_papers_of_a_new_full_member_wait_until_all_are_filed(world, as_):
    """第三十六条: his case is over and on no board."""
    case = on_probation(world)
    enter(world, case, "22", "2026-11-18")
    enter(world, case, "23", "2026-11-25", kind="assembly", vote=vote(TO_FULL, 6, 6, 6), text="表现良好")
    enter(world, case, "24", "2026-12-10", by=world.staff, kind="committee_plenary", place=world.committee)
    address = reverse("development_documents", args=[case.pk])
    with at("2026-12-11"):
        (line,) = tasks(world.secretary_a, world.branch_a)
        assert line.url == address and "还缺 6 件" in line.note
        assert address in text_of(as_("secretary_a").get(reverse("development_list")))
        papers = {kind: (date(2026, 12, 11), "组织科") for kind in DOCUMENTS}
        cases.documents_set(by=world.secretary_a, case=DevelopmentCase.objects.get(pk=case.pk), papers=papers)
        assert tasks(world.secretary_a, world.branch_a) == []
        assert address not in text_of(as_("secretary_a").get(reverse("development_list")))


def test_after_a_vote_that_was_not_carried_the_page_says_what_may_be_done(world, as_):
    case = on_probation(world)
    enter(world, case, "22", "2026-11-18")
    enter(world, case, "23", "2026-11-25", kind="assembly", vote=vote(TO_FULL, 6, 6, 2, no=4), text="表现一般")
    with at("2026-11-26"):
        page = text_of(as_("secretary_a").get(reverse("development_detail", args=[case.pk])))
    assert "支部大会讨论转正：赞成 2 票，须超过应到半数（4 票）" in page and "支部大会讨论转正未生效" not in page
    assert "可以再次召开党员大会讨论，或讨论延长预备期、取消预备党员资格。" in page


def test_who_came_from_outside_on_probation_is_voted_on_within_half_a_year_of_its_end(world):
    """第三十五条; and what should have been done elsewhere is nobody's delay here."""
    case = on_probation(world, voted="2025-10-20")
    with at("2026-11-02"):
        found = case_of(case).standing
        assert found.of("22").due is None and "预备期已于 2026-10-20 满" in found.of("22").note
        assert found.of("23").due is None
    Transfer.objects.create(
        member=case.member, kind="in", taker=world.branch_a, outside="海州市财政局", letter="1号", state="received",
        asked_on=date(2026, 10, 1), issued_on=date(2026, 10, 1), received_on=date(2026, 10, 25), closed_on=date(2026, 10, 25),
    )  # fmt: skip
    with at("2026-11-02"):
        assert str(case_of(case).standing.of("23").due) == "2027-04-20"


def test_contacts_who_stayed_behind_are_named(world, as_):
    case = activist(world)
    with at("2026-07-06"):
        people(world, case, "contact", "2026-07-06")
        address = reverse("development_detail", args=[case.pk])
        assert "须另行指定" not in text_of(as_("secretary_a").get(address))
        member_placed(by=world.staff, member=case.member, branch=world.branch_b)
        assert "须另行指定" in text_of(as_("staff").get(address))


def test_what_rests_on_paper_is_not_entered_again_and_the_day_of_joining_not_typed(world, as_):
    person = Member.objects.get(name="甲六")
    page = as_("secretary_a").get(reverse("development_take_over", args=[person.pk]))
    assert page.context["form"].initial["day_15"] == person.joined_on
    case = on_probation(world)
    with at("2026-11-02"):
        said = text_of(as_("secretary_a").get(reverse("development_detail", args=[case.pk])))
    for key in ("5", "6", "9"):
        assert reverse("development_step", args=[case.pk, key]) not in said


def test_who_was_admitted_before_votes_from_his_approval_too(world):
    """The migration: what stood until then, from the end of the probation, months before."""
    case = on_probation(world)
    enter(world, case, "22", "2026-11-18")
    enter(world, case, "23", "2026-11-25", kind="assembly", vote=vote(TO_FULL, 6, 6, 6), text="表现良好")
    enter(world, case, "24", "2026-12-10", by=world.staff, kind="committee_plenary", place=world.committee)
    after = spells(case.member)
    Member.objects.filter(pk=case.member_id).update(votes_from=None)
    stages_follow([Member.objects.get(pk=case.member_id)])
    assert spells(case.member) != after
    ChangeMark.objects.all().delete()
    import_module("members.migrations.0043_votes_from_approval").from_approval(apps, None)
    assert spells(case.member) == after and Member.objects.get(pk=case.member_id).votes_from == date(2026, 12, 10)
    marks = ChangeMark.objects.filter(subject=ROSTER).values_list("organisation", "first_day", "last_day")
    assert list(marks) == [(world.branch_a.pk, date(2026, 11, 20), date(2026, 12, 9))]
