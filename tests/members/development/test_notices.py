"""The public notice (第十三条): after the consent, replaced by another with a reason, and what is offered while it hangs."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.notices.models import Notice as Told
from branches.reach.access import Forbidden
from members.development.models.cases import CaseStep
from members.development.models.papers import PublicNotice
from members.development.selectors.cases import case_of
from members.development.services import notices
from members.roster.models.members import Member
from tests.members.development.written import (
    HEARD,
    activist,
    at,
    enter,
    people,
    post,
    until_consent,
    until_listed,
    until_vote,
)

pytestmark = pytest.mark.django_db


def url(case):
    return reverse("development_notice", args=[case.pk])


def page(as_, who, case):
    return " ".join(as_(who).get(reverse("development_detail", args=[case.pk])).content.decode().split())


def sent(day="2027-07-12", places="二楼公示栏", **more):
    return {"posted_on": day, "places": places, **more}


def test_a_notice_hangs_after_the_consent_and_no_earlier(world, as_):
    """dev-object-consent, dev-public-5wd, 第十三条: consent first, then the notice."""
    case = activist(world)
    people(world, case, "contact", "2026-07-03")
    enter(world, case, "7", "2027-07-02", kind="committee_meeting", text=HEARD)
    with at("2027-07-09"):
        assert "须先办上级党委同意。" in as_("secretary_a").get(url(case)).content.decode()
        answer = as_("secretary_a").post(url(case), sent("2027-07-09"))
        said = answer.content.decode()
        assert answer.status_code == 422 and "须先办上级党委同意，再公示（《发展党员工作细则》第十三条）。" in said
        assert "二楼公示栏" in said, "what was typed is kept"
    enter(world, case, "8", "2027-07-08", by=world.staff)
    with at("2027-07-09"):
        answer = as_("secretary_a").post(url(case), sent("2027-07-07"))
        assert answer.status_code == 422
        assert "张贴日期不能早于上级党委同意（2027-07-08）" in answer.content.decode()
        assert as_("secretary_a").post(url(case), sent("2027-07-08")).status_code == 302
    assert PublicNotice.objects.get().posted_on == date(2027, 7, 8)


def test_a_notice_that_was_wrong_is_replaced_with_a_reason_and_stays_in_the_history(world, as_):
    case = until_consent(world)
    old = post(world, case)
    with at("2027-07-12"):
        assert "更换公示" in page(as_, "secretary_a", case)
        form = as_("secretary_a").get(url(case)).context["form"]
        assert form["places"].value() == "一楼公示栏\n内网"
        answer = as_("secretary_a").post(url(case), sent())
        assert answer.status_code == 422 and "请填写更换原因" in answer.content.decode().replace("“", "").replace(
            "”", ""
        )
        answer = as_("secretary_a").post(url(case), sent(reason="地点写错，重新公示"))
        assert answer.status_code == 302
        new = case_of(case).file.notice
        assert (new.posted, new.places, new.objections) == (date(2027, 7, 12), ("二楼公示栏",), None)
        assert "2027-07-09 张贴的公示已更换：地点写错，重新公示" in page(as_, "secretary_a", case)
    old.refresh_from_db()
    assert (old.remove_reason, old.removed_by) == ("地点写错，重新公示", world.secretary_a)
    entry = AuditEntry.objects.get(verb="development.notice_end")
    assert "地点写错" in entry.payload and entry.object_id == old.pk


def test_one_of_the_same_day_is_replaced_too_and_an_earlier_one_counts_as_the_newest(world, as_):
    case = until_consent(world)
    post(world, case)
    with at("2027-07-12"):
        nothing = sent("2027-07-09", "一楼公示栏\n内网", reason="重新公示")
        answer = as_("secretary_a").post(url(case), nothing)
        assert answer.status_code == 422 and "没有更换" in answer.content.decode()
        assert as_("secretary_a").post(url(case), sent("2027-07-09", reason="地点有误")).status_code == 302
        assert case_of(case).file.notice.places == ("二楼公示栏",)
        assert as_("secretary_a").post(url(case), sent("2027-07-08", reason="日期有误")).status_code == 302
        assert case_of(case).file.notice.posted == date(2027, 7, 8)
    assert PublicNotice.objects.standing().count() == 1 and PublicNotice.objects.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicNotice.objects.create(case=case, posted_on=date(2027, 7, 8), places=["公示栏"])


def test_who_was_listed_by_a_notice_that_is_replaced_is_listed_no_more_and_both_sides_are_told(world):
    case = until_listed(world)
    assert Member.objects.get(pk=case.member_id).stage == "candidate"
    post(world, case, "2027-07-20", ("2027-07-21", "2027-07-27"), reason="公示期内撤下，重新公示")
    found = case_of(case).standing.of("8a")
    assert found.state == "stopped" and "公示期至 2027-07-27" in found.note
    assert Member.objects.get(pk=case.member_id).stage == "activist"
    assert Told.objects.filter(recipient=world.staff, text__contains="公示已更换，申一现为入党积极分子").exists()


def test_a_notice_that_a_decision_rests_on_is_replaced_by_those_who_decided(world, as_):
    case = until_vote(world)
    with at("2027-08-21"):
        assert as_("secretary_a").get(url(case)).status_code == 403
        assert "更换公示" not in page(as_, "secretary_a", case)
        with pytest.raises(Forbidden):
            values = {"posted_on": date(2027, 7, 9), "places": ["公示栏"], "reason": "更正地点"}
            notices.notice_post(by=world.secretary_a, case=case, **values)
        assert "更换公示" in page(as_, "staff", case)
        notices.notice_post(by=world.staff, case=case, **values)
    PublicNotice.objects.standing().update(first=date(2027, 7, 12), last=date(2027, 7, 16))
    assert case_of(case).standing.of("15").state == "done", "the days are the same"


def test_listing_is_offered_from_its_first_day_on_and_the_day_is_told_before(world, as_):
    """dev-public-5wd: what would take no effect is not offered."""
    case = until_consent(world)
    post(world, case)
    listing = reverse("development_step", args=[case.pk, "8a"])
    with at("2027-07-16"):
        shown = page(as_, "secretary_a", case)
        assert listing not in shown and "2027-07-17 起可列为发展对象" in shown
        assert "2027-07-17 起可以办理" in as_("secretary_a").get(listing).content.decode()
    with at("2027-07-17"):
        assert listing in page(as_, "secretary_a", case)
        assert "起可以办理" not in as_("secretary_a").get(listing).content.decode()


def test_nobody_is_offered_to_be_proposed_before_a_year_of_cultivation(world, as_):
    """dev-object-1y, 第十三条."""
    case = activist(world)
    people(world, case, "contact", "2026-07-03")
    proposing = reverse("development_step", args=[case.pk, "7"])
    with at("2027-06-20"):
        shown = page(as_, "secretary_a", case)
        assert proposing not in shown and "2027-07-01 起可以办理" in shown and "07-01 起" in shown
        assert "2027-07-01 起可以办理；此前的登记不生效。" in as_("secretary_a").get(proposing).content.decode()
    early = enter(world, case, "7", "2027-06-25", kind="committee_meeting", text=HEARD)
    with at("2027-06-26"):
        shown = page(as_, "secretary_a", case)
        assert proposing not in shown and "2027-07-01 起可以办理" in shown, "stopped, it is offered no earlier either"
    assert case_of(case).standing.of("7").entry.pk == early.pk
    with at("2027-07-01"):
        assert proposing in page(as_, "secretary_a", case)


def test_what_waits_for_another_step_is_not_offered_once_more(world, as_):
    """第十八条: entered without political review and training, it takes no effect until they are there."""
    case = until_listed(world)
    people(world, case, "introducer", "2027-07-20")
    enter(world, case, "12", "2027-07-21", kind="committee_meeting")
    with at("2027-07-22"):
        shown = page(as_, "secretary_a", case)
        assert reverse("development_step", args=[case.pk, "12"]) not in shown
        assert "须先办政治审查、集中培训。" in shown
        form = as_("secretary_a").get(reverse("development_step", args=[case.pk, "13"]))
        assert form.status_code == 403
        form = as_("secretary_a").get(reverse("development_step", args=[case.pk, "14"])).content.decode()
        assert "须先办上级党委预审；此前的登记不生效。" in form


def test_board_and_case_say_how_many_days_a_notice_has_hung(world, as_, monkeypatch):
    monkeypatch.setattr("members.development.selectors.board.is_workday", lambda day: day.weekday() < 5)
    case = until_consent(world)
    post(world, case)
    with at("2027-07-14"):
        board = as_("secretary_a").get(reverse("development_list")).content.decode()
        assert "公示 3/5 个工作日" in board and "7月9日张贴，到 7月16日满" in board
        shown = page(as_, "secretary_a", case)
        assert "公示 3/5" in shown and "公示地点：一楼公示栏、内网" in shown
        assert "《发展党员工作细则》第十三条，工作日已扣除节假日和调休" in shown


def test_the_working_days_are_known_once_their_year_is_published(world, monkeypatch):
    case = until_consent(world)
    with at("2027-07-09"):
        values = {"posted_on": date(2027, 7, 9), "places": ["公示栏"]}
        assert notices.notice_post(by=world.secretary_a, case=case, **values).last is None
        monkeypatch.setattr("common.workdays.is_workday", lambda day: day.weekday() < 5)
        found = case_of(case).file.notice
    assert (found.first, found.last) == (date(2027, 7, 12), date(2027, 7, 16))


def test_before_a_notice_hangs_the_address_of_the_listing_leads_to_it(world, as_):
    case = until_consent(world)
    address = reverse("development_step", args=[case.pk, "8a"])
    with at("2027-07-09"):
        answer = as_("secretary_a").get(address, follow=True)
        assert answer.redirect_chain == [(reverse("development_notice", args=[case.pk]), 302)]
        assert "须先登记公示" in answer.content.decode()
        answer = as_("secretary_a").post(address, {"day": "2027-07-09", "objections": "2", "text": "已处理"})
        assert answer.status_code == 422 and "还没有公示，请先登记公示" in answer.context["form"].errors["day"][0]
    assert not CaseStep.objects.filter(case=case, key="8a").exists()


def test_a_refused_notice_writes_nothing(world):
    case = until_consent(world)
    with at("2027-07-09"), pytest.raises(ValidationError):
        notices.notice_post(by=world.secretary_a, case=case, posted_on=date(2027, 7, 9), places=[" "])
    assert not PublicNotice.objects.exists() and not AuditEntry.objects.filter(verb="development.notice").exists()
