"""The page of objections: reason and records beside the answer, what each answer does, overdue ones, parts taken."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from assessments.hearing.models import Objection
from assessments.hearing.overdue import objections_overdue
from assessments.hearing.services import answer_draft, answer_release, answer_return, assessment_freeze
from assessments.results.models import Assessment, AssessmentState
from assessments.results.services import assessment_trial
from branches.notices.models import Notice
from tests.assessments.hearing.test_hearing import LAST, SENT, objected, on, sent, text_of  # noqa: F401
from tests.assessments.results.test_results import Q3, hold, quarter  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]


def page(client, row):
    return client.get(f"/objections/{row.pk}/")


def test_all_objections_of_a_branch_stand_on_one_page_those_that_wait_first(world, sent, as_):  # noqa: F811
    with on(SENT):
        first, second = objected(world, sent), objected(world, sent, "life-lecture", reason="已经上过党课")
        answer_draft(by=world.staff, objection=first, decision="refused", answer="没有记录")
        answer_release(by=world.committee_secretary, objection=first)
        answer = page(as_("staff"), first)
        assert [case.row for case in answer.context["cases"]] == [second, first]
        assert answer.context["title"] == "乙处 2 项异议，还有 1 项待答复"
        assert answer.context["cases"][0].form is not None and answer.context["cases"][1].form is None


def test_the_office_sees_what_each_answer_does_before_it_is_given(world, sent, as_):  # noqa: F811
    with on(SENT):
        row = objected(world, sent)
        (case,) = page(as_("staff"), row).context["cases"]
        found = {one.decision: (one.after, one.rate) for one in case.outlooks}
        assert found == {
            "accepted": (6, Decimal("78.6")),
            "partly": (None, None),
            "refused": (4, Decimal("64.3")),
        }
        hold(world.branch_b, "theme_day", date(2026, 9, 10))
        assessment_trial(by=world.staff, period=Q3)
        answer = page(as_("staff"), row)
        effect = answer.context["effect"]
        assert (effect.before, effect.after, effect.before_rate) == (9, 11, Decimal("64.3"))
        assert answer.context["cases"][0].gained == 2 and effect.after_rate == Decimal("78.6")


def test_what_was_objected_to_stays_on_the_page_after_a_new_trial(world, sent, as_):  # noqa: F811
    with on(SENT):
        row = objected(world, sent)
        (before,) = page(as_("staff"), row).context["cases"][0].losses
        assert "主题党日" in before.text and before.word == ""
        # The theme day is entered, and a lecture of which nobody spoke.
        hold(world.branch_b, "theme_day", date(2026, 9, 10))
        hold(world.branch_b, "lecture", date(2026, 9, 11))
        assessment_trial(by=world.staff, period=Q3)
        answer = page(as_("staff"), row)
        (kept,) = answer.context["cases"][0].losses
        assert (kept.text, kept.points, kept.word) == (before.text, before.points, "重新试算后不再扣")
        effect = answer.context["effect"]
        assert (effect.before, effect.before_of, effect.before_rate) == (9, 14, Decimal("64.3"))
        assert (effect.after, effect.other) == (effect.before + 2 + effect.other, 3)
        assert "现在6.0/6.0分" in text_of(answer) and "其他指标的变化" in text_of(answer)
        assert "提出时失分" in text_of(answer)


def test_a_part_is_taken_with_the_way_it_counts_and_never_as_the_whole(world, sent, as_):  # noqa: F811
    with on(SENT):
        row = objected(world, sent)
        url = f"/objections/{row.pk}/draft/"
        refused = as_("staff").post(url, {"decision": "partly", "answer": "按迟报计"})
        assert refused.status_code == 422 and "请选择计入办法" in text_of(refused)
        assert "按迟报计" in refused.content.decode() and Objection.objects.get().state == "open"
        assert as_("staff").post(url, {"decision": "partly", "answer": "属实", "counting": "late"}).status_code == 302
        row.refresh_from_db()
        assert (row.counting, row.get_counting_display()) == ("late", "按迟报计")
        hold(world.branch_b, "theme_day", date(2026, 9, 10))
        assessment_trial(by=world.staff, period=Q3)
        with pytest.raises(ValidationError, match="已是满分，应答复为“采纳”"):
            answer_release(by=world.committee_secretary, objection=row)
        # What is not taken in part carries no way of counting.
        answer_return(by=world.committee_secretary, objection=row, reason="应为采纳")
        answer_draft(by=world.staff, objection=row, decision="accepted", answer="属实", counting="late")
        assert Objection.objects.get().counting == ""
        answer_release(by=world.committee_secretary, objection=row)


def test_an_overdue_answer_is_told_once_to_who_releases_it_and_blocks_by_name(world, sent, as_):  # noqa: F811
    with on(SENT):
        row = objected(world, sent)
        assert objections_overdue() == 0
    with on(LAST + timedelta(days=1)):
        assert (objections_overdue(), objections_overdue()) == (1, 0)
        told = Notice.objects.filter(kind="hearing", text__contains="已逾期")
        assert {notice.recipient for notice in told} >= {world.committee_secretary}
        assert world.secretary_b not in {notice.recipient for notice in told}
        assert set(told.values_list("url", flat=True)) == {f"/objections/{row.pk}/"}
        answer = page(as_("staff"), row)
        assert answer.context["cases"][0].late and "1项逾期" in text_of(answer)
        assert "已逾期；答复之前不能冻结结果" in text_of(answer)
        with pytest.raises(ValidationError, match="乙处党支部的异议还没有答复（“主题党日”，已逾期）"):
            assessment_freeze(by=world.committee_secretary, assessment=sent)
        assert Assessment.objects.get().state == AssessmentState.SENT


def test_the_branch_reads_its_case_and_not_how_others_stand(world, sent, as_):  # noqa: F811
    with on(SENT):
        record = hold(world.branch_b, "theme_day", date(2026, 9, 10))
        row = objected(world, sent, records=[record])
        answer = page(as_("secretary_b"), row)
        assert answer.context["all"] == [] and answer.context["cases"][0].form is None
        assert answer.context["cases"][0].may_withdraw and not answer.context["cases"][0].second
        (seen,) = answer.context["cases"][0].records
        assert seen.record == record and "主题党日计入" in seen.judged
        assert page(as_("secretary_c"), row).status_code == 404
        said = {one.words: one.number for one in page(as_("staff"), row).context["all"]}
        assert said == {"有异议待答复": 1, "还没有回复": 2}


def test_who_drafted_sees_no_button_to_release_and_the_other_one_does(world, sent, as_):  # noqa: F811
    with on(SENT):
        row = objected(world, sent)
        answer_draft(by=world.staff, objection=row, decision="refused", answer="没有记录")
        (drafter,) = page(as_("staff"), row).context["cases"]
        (other,) = page(as_("committee_secretary"), row).context["cases"]
        assert (drafter.second, drafter.form is not None) == (False, True)
        assert other.second and other.form is None
