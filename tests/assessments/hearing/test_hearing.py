"""Results are sent to the branches, confirmed or objected to, answered by two, and only then frozen (judgement 7)."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from assessments.hearing.models import Objection, Opinion
from assessments.hearing.rules import CONFIRMED, OBJECTED, SILENT, WAITING, heard, last_day
from assessments.hearing.selectors import hearing
from assessments.hearing.services import (
    answer_draft,
    answer_release,
    answer_return,
    assessment_freeze,
    assessment_send,
    objection_make,
    objection_withdraw,
    result_confirm,
)
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import assessment_trial
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from branches.settings.models import Setting
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from tests.assessments.results.test_results import Q3, hold, quarter  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]

# A Tuesday after the quarter and its grace; five working days later is the Tuesday after.
SENT, LAST = date(2026, 10, 20), date(2026, 10, 27)


def on(day):
    return time_machine.travel(datetime.fromisoformat(f"{day}T10:00:00+08:00"), tick=False)


def text_of(answer):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", answer.content.decode()))


@pytest.fixture
def sent(quarter):  # noqa: F811
    with on(SENT):
        return assessment_send(by=quarter.staff, assessment=assessment_trial(by=quarter.staff, period=Q3))


def objected(world, assessment, indicator="life-theme", **values):
    values = {"reason": "九月主题党日已经开展", "by": world.secretary_b, "organisation": world.branch_b} | values
    return objection_make(assessment=assessment, indicator=indicator, **values)


def state_of(assessment, place):
    return hearing(Assessment.objects.get(pk=assessment.pk))[place.pk].state


def test_a_trial_is_sent_with_a_notice_to_each_branch_and_a_last_day(world, sent):
    assert (sent.state, sent.heard_until) == (AssessmentState.SENT, LAST)
    notice = Notice.objects.get(recipient=world.secretary_b, kind="hearing")
    assert (
        notice.url == f"/results/{sent.pk}/branches/{world.branch_b.pk}/" and "10月27日前确认或提出异议" in notice.text
    )
    assert AuditEntry.objects.filter(verb="assessment.send").count() == 1
    with on(SENT), pytest.raises(Conflict):
        assessment_send(by=world.staff, assessment=sent)


def test_what_was_computed_before_the_period_closed_is_not_sent(quarter):  # noqa: F811
    with on(date(2026, 10, 5)):
        early = assessment_trial(by=quarter.staff, period=Q3)
    with on(SENT), pytest.raises(ValidationError, match="重新试算后再送支部"):
        assessment_send(by=quarter.staff, assessment=early)
    assert Assessment.objects.get(pk=early.pk).state == AssessmentState.TRIAL


def test_silence_until_the_last_day_is_as_good_as_a_yes_and_not_before(world, sent):
    with on(LAST), pytest.raises(ValidationError, match="还可以确认或提出异议，10月27日截止"):
        assert {row.state for row in hearing(sent).values()} == {WAITING}
        assessment_freeze(by=world.committee_secretary, assessment=sent)
    with on(LAST + timedelta(days=1)):
        assert {row.state for row in hearing(sent).values()} == {SILENT}
        assert assessment_freeze(by=world.committee_secretary, assessment=sent).state == AssessmentState.FROZEN


def test_when_all_have_confirmed_nobody_waits_for_the_last_day(world, sent):
    with on(SENT):
        for who, place in ((world.secretary_a, world.branch_a), (world.secretary_b, world.branch_b)):
            result_confirm(by=who, assessment=sent, organisation=place)
        result_confirm(by=OPERATOR, assessment=sent, organisation=world.branch_c)
        assert assessment_freeze(by=world.committee_secretary, assessment=sent).state == AssessmentState.FROZEN


def test_a_confirmation_holds_for_the_points_that_were_confirmed(world, sent):
    with on(SENT):
        result_confirm(by=world.secretary_b, assessment=sent, organisation=world.branch_b)
        assert state_of(sent, world.branch_b) == CONFIRMED
        hold(world.branch_b, "theme_day", date(2026, 9, 10))
        again = assessment_trial(by=world.staff, period=Q3)
        assert again.pk == sent.pk and again.state == AssessmentState.SENT and again.heard_until == LAST
        assert state_of(sent, world.branch_b) == WAITING
        assert Opinion.objects.count() == 1


def test_an_objection_waits_for_two_persons_and_its_points_come_from_a_new_trial(world, sent, as_):
    with on(SENT):
        client = as_("secretary_b")
        page = client.get(f"/results/{sent.pk}/branches/{world.branch_b.pk}/")
        url = f"/results/{sent.pk}/branches/{world.branch_b.pk}/object/life-theme/"
        assert url in page.content.decode() and "提交意见" in page.content.decode()
        empty = client.post(url, {"reason": " "})
        assert empty.status_code == 422 and not Objection.objects.exists()
        record = hold(world.branch_b, "theme_day", date(2026, 9, 10))
        assert client.post(url, {"reason": "九月已经开展", "records": [record.pk]}).status_code == 302
        row = Objection.objects.get()
        assert (row.points, row.maximum, row.turn, list(row.records.all())) == (4, 6, 1, [record])
        assert state_of(sent, world.branch_b) == OBJECTED
    with on(LAST + timedelta(days=1)):
        with pytest.raises(ValidationError, match="乙处党支部的异议还没有答复"):
            assessment_freeze(by=world.committee_secretary, assessment=sent)
        draft = {"decision": "accepted", "answer": "记录属实，计入九月"}
        assert as_("staff").post(f"/objections/{row.pk}/draft/", draft).status_code == 302
        with pytest.raises(Conflict, match="另一位"):
            answer_release(by=world.staff, objection=row)
        release = f"/objections/{row.pk}/release/"
        refused = as_("committee_secretary").post(release, follow=True)
        assert "没有变化" in text_of(refused) and Objection.objects.get().state == "drafted"
        assessment_trial(by=world.staff, period=Q3)
        as_("committee_secretary").post(release)
        row.refresh_from_db()
        assert (row.state, row.points_after, row.released_by) == ("answered", 6, world.committee_secretary)
        assert "已答复：采纳" in Notice.objects.filter(recipient=world.secretary_b).latest("pk").text
        page = text_of(as_("secretary_b").get(f"/results/{sent.pk}/branches/{world.branch_b.pk}/"))
        assert "（4.0→6.0分）" in page
        assert assessment_freeze(by=world.committee_secretary, assessment=sent).state == AssessmentState.FROZEN


def test_after_a_refusal_one_more_objection_that_the_party_groups_secretary_releases(world, sent):
    with on(SENT):
        row = objected(world, sent)
        answer_draft(by=world.staff, objection=row, decision="refused", answer="没有这样的记录")
        answer_release(by=world.committee_secretary, objection=row)
        again = objected(world, sent, reason="记录在系统里")
        assert again.turn == 2
        answer_draft(by=world.staff, objection=again, decision="refused", answer="日期在期后")
        with pytest.raises(PermissionDenied):
            answer_release(by=world.committee_secretary, objection=again)
        answer_release(by=world.party_secretary, objection=again)
        with pytest.raises(Conflict, match="不能再提"):
            objected(world, sent)


def test_after_an_answer_the_branch_has_as_many_days_again(world, sent):
    with on(SENT):
        row = objected(world, sent)
    with on(LAST):
        answer_draft(by=world.staff, objection=row, decision="refused", answer="没有记录")
        answer_release(by=world.committee_secretary, objection=row)
    later = date(2026, 11, 3)
    with on(later):
        assert state_of(sent, world.branch_b) == WAITING and state_of(sent, world.branch_a) == SILENT
        with pytest.raises(ValidationError, match="11月3日截止"):
            assessment_freeze(by=world.committee_secretary, assessment=sent)
    with on(later + timedelta(days=1)):
        with pytest.raises(Conflict, match="已经过了"):
            objected(world, sent)
        assessment_freeze(by=world.committee_secretary, assessment=sent)


def test_nobody_answers_his_own_and_who_comes_late_is_not_heard(world, sent):
    with on(LAST + timedelta(days=1)):
        with pytest.raises(Conflict, match="异议期已过"):
            objected(world, sent)
    with on(LAST):
        row = objected(world, sent, by=OPERATOR)
        Objection.objects.filter(pk=row.pk).update(made_by=world.staff)
        with pytest.raises(Conflict, match="自己提出"):
            answer_draft(by=world.staff, objection=row, decision="refused", answer="不符")


def test_a_draft_goes_back_with_a_reason_and_an_objection_is_withdrawn(world, sent):
    with on(SENT):
        row = objected(world, sent)
        answer_draft(by=world.staff, objection=row, decision="refused", answer="不符")
        answer_return(by=world.committee_secretary, objection=row, reason="理由写具体")
        row.refresh_from_db()
        assert (row.state, row.sent_back) == ("open", "理由写具体")
        assert "退回修改：理由写具体" in Notice.objects.get(recipient=world.staff, kind="hearing").text
        with pytest.raises(Conflict, match="还有异议没有答复"):
            result_confirm(by=world.secretary_b, assessment=sent, organisation=world.branch_b)
        objection_withdraw(by=world.secretary_b, objection=row)
        result_confirm(by=world.secretary_b, assessment=sent, organisation=world.branch_b)
        assert state_of(sent, world.branch_b) == CONFIRMED


def test_a_sister_and_a_superior_do_not_speak_for_a_branch(world, sent, as_):
    with on(SENT):
        url = f"/results/{sent.pk}/branches/{world.branch_c.pk}/"
        assert as_("secretary_b").get(url).status_code == 404
        assert as_("general_secretary").get(url).status_code == 404
        assert as_("secretary_b").post(f"{url}confirm/").status_code == 404
        assert as_("staff").post(f"{url}confirm/").status_code == 404
        assert not Opinion.objects.exists()


def test_the_secretarys_workbench_says_until_when(world, sent, as_):
    with on(SENT):
        page = as_("secretary_b").get("/").content.decode()
        assert f"/results/{sent.pk}/branches/{world.branch_b.pk}/" in page and "10月27日前确认或提出异议" in page
        result_confirm(by=world.secretary_b, assessment=sent, organisation=world.branch_b)
        names = [group.name for group in as_("secretary_b").get("/").context["groups"]]
        assert "考核结果" not in names


def test_the_window_is_counted_in_working_days_and_without_days_there_is_none(world):
    # The National Day holidays of 2026 end on 7 October.
    assert last_day(date(2026, 9, 30)) == date(2026, 10, 13)
    # No notice for 2035: Monday to Friday.
    assert last_day(date(2035, 6, 1)) == date(2035, 6, 8)
    Setting.objects.create(key="objection_days", value="0", valid_from=date(2026, 1, 1))
    assert last_day(SENT) == SENT - timedelta(days=1)


def test_how_far_a_branch_is_heard():
    day = date(2026, 10, 27)

    def state(today=day, until=day, confirmed=False, unanswered=False, again=None):
        return heard(1, until=until, today=today, confirmed=confirmed, unanswered=unanswered, again_until=again).state

    later = day + timedelta(days=1)
    assert [state(), state(later), state(confirmed=True), state(confirmed=True, unanswered=True)] == [
        WAITING,
        SILENT,
        CONFIRMED,
        OBJECTED,
    ]
    assert [state(later, again=later), state(later, again=day), state(later, confirmed=True, again=later)] == [
        WAITING,
        SILENT,
        CONFIRMED,
    ]


def test_the_office_sees_who_has_said_what_and_freezes_from_there(world, sent, as_):
    with on(SENT):
        objected(world, sent)
        panel = text_of(as_("committee_secretary").get(f"/results/{sent.pk}/hearing/"))
        assert "还不能冻结" in panel and "乙处党支部的异议还没有答复" in panel and "待答复" in panel
    with on(LAST + timedelta(days=1)):
        objection_withdraw(by=world.secretary_b, objection=Objection.objects.get())
        page = as_("committee_secretary").get(f"/results/{sent.pk}/hearing/").content.decode()
        assert "冻结结果" in page and clock.today() == LAST + timedelta(days=1)
