"""A branch's check-up: points lost and what brings them back, medians, and one opinion for all losses."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from assessments.hearing.models import Objection, Opinion
from assessments.hearing.selectors import steps_of
from assessments.hearing.services import answer_draft, answer_release, assessment_freeze, objection_make
from assessments.reports.services import assessment_publish
from assessments.results.models import Assessment, AssessmentState, Result, Score
from assessments.results.services import assessment_trial
from assessments.scoring.numbers import plain
from branches.audit.models import AuditEntry
from members.activities.models import Activity
from tests.assessments.hearing.test_hearing import LAST, SENT, objected, on, sent, text_of  # noqa: F401
from tests.assessments.results.test_results import Q3, hold, quarter  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]


def address(assessment, place):
    return f"/results/{assessment.pk}/branches/{place.pk}/"


def opinion(assessment, place):
    return f"{address(assessment, place)}opinion/"


def lines(answer):
    return {line.score.indicator: line for part in answer.context["checkup"].parts for line in part.lines}


def test_the_page_says_what_is_lost_and_what_brings_it_back(world, sent, as_):  # noqa: F811
    with on(SENT):
        answer = as_("secretary_b").get(address(sent, world.branch_b))
        found = answer.context["checkup"]
        # 9 of 14: the lecture (3) and one theme day (2) are missing; entered late each counts half.
        assert (found.lost, found.regain, found.losses) == (5, Decimal("2.5"), 2)
        assert answer.context["title"] == "失 5.0 分，其中 2.5 分还能补回" and found.best == Decimal("82.1")
        theme = lines(answer)["life-theme"]
        (loss,) = theme.losses
        assert loss.mend.points == Decimal("1.0") and loss.mend.rule == "期内已开展的补录，按 50% 计"
        assert loss.mend.url.startswith("/activities/new/?") and "kind=theme_day" in loss.mend.url
        assert as_("secretary_b").get(loss.mend.url).status_code == 200
        assert "补开" not in text_of(answer)
        # Indicators without data stand in dimensions that have some: what is not covered is what has none.
        row = Result.objects.get(organisation=world.branch_b)
        missing = 100 - row.covered
        assert Decimal(answer.context["rest"]["missing"]) == missing
        assert not missing or f"尚无数据{plain(missing)}" in text_of(answer).replace(" ", "")


def test_who_looks_on_gets_neither_buttons_nor_a_form(world, sent, as_):  # noqa: F811
    with on(SENT):
        answer = as_("staff").get(address(sent, world.branch_b))
        assert answer.context["form"] is None and not answer.context["opinions"]
        assert all(loss.mend.url == "" for line in lines(answer).values() for loss in line.losses if loss.mend)
        assert "提交意见" not in text_of(answer)


def test_untouched_is_confirmed_with_one_button(world, sent, as_):  # noqa: F811
    with on(SENT):
        assert as_("secretary_b").post(opinion(sent, world.branch_b)).status_code == 422, "no choice at all is no yes"
        form = as_("secretary_b").get(address(sent, world.branch_b)).context["form"]
        untouched = {field.html_name: field.value() or "" for field in form}
        assert as_("secretary_b").post(opinion(sent, world.branch_b), untouched).status_code == 302
        said = Opinion.objects.get()
        assert (said.organisation, said.points) == (world.branch_b, 9) and not Objection.objects.exists()
        page = as_("secretary_b").get(address(sent, world.branch_b))
        assert page.context["form"] is not None or "已确认" in text_of(page)


def test_several_objections_go_in_one_press_and_the_rest_is_confirmed(world, sent, as_):  # noqa: F811
    with on(SENT):
        record = hold(world.branch_b, "theme_day", date(2026, 9, 10))
        data = {
            "say-life-theme": "object",
            "why-life-theme": "九月主题党日已经开展",
            "record-life-theme": record.pk,
            "say-life-lecture": "confirm",
        }
        assert as_("secretary_b").post(opinion(sent, world.branch_b), data).status_code == 302
        row = Objection.objects.get()
        assert (row.indicator, row.points, list(row.records.all())) == ("life-theme", 4, [record])
        assert not Opinion.objects.exists() and AuditEntry.objects.filter(verb="objection.make").count() == 1


def test_an_objection_without_a_reason_writes_nothing_and_keeps_what_was_typed(world, sent, as_):  # noqa: F811
    with on(SENT):
        data = {
            "say-life-theme": "object",
            "why-life-theme": "九月已经开展",
            "say-life-lecture": "object",
            "why-life-lecture": "  ",
        }
        answer = as_("secretary_b").post(opinion(sent, world.branch_b), data)
        text = answer.content.decode()
        assert answer.status_code == 422 and not Objection.objects.exists() and not Opinion.objects.exists()
        assert "请写明对“党课”有异议的理由。" in text and "九月已经开展" in text
        # A record of another branch is none of its choices.
        foreign = Activity.objects.filter(organisation=world.branch_a).first()
        data |= {"why-life-lecture": "已开展", "record-life-lecture": foreign.pk}
        assert as_("secretary_b").post(opinion(sent, world.branch_b), data).status_code == 422
        assert not Objection.objects.exists()


def test_nobody_else_speaks_for_the_branch_and_nobody_after_the_last_day(world, sent, as_):  # noqa: F811
    data = {"say-life-theme": "confirm", "say-life-lecture": "confirm"}
    with on(SENT):
        for who in ("secretary_a", "staff", "committee_secretary", "leader", "general_secretary"):
            assert as_(who).post(opinion(sent, world.branch_b), data).status_code == 404, who
    with on(LAST + timedelta(days=1)):
        page = as_("secretary_b").get(address(sent, world.branch_b))
        assert page.context["form"] is None and "到期未回复，视为无异议" in text_of(page)
        data["say-life-theme"], data["why-life-theme"] = "object", "已开展"
        as_("secretary_b").post(opinion(sent, world.branch_b), data)
        assert not Objection.objects.exists()


def test_without_a_loss_there_is_nothing_but_to_confirm(world, sent, as_):  # noqa: F811
    with on(SENT):
        answer = as_("secretary_a").get(address(sent, world.branch_a))
        assert answer.context["title"] == "没有失分" and list(answer.context["form"]) == []
        assert as_("secretary_a").post(opinion(sent, world.branch_a)).status_code == 302
        assert Opinion.objects.get().organisation == world.branch_a


def test_records_changed_since_the_trial_are_told_until_it_is_run_again(world, sent, as_):  # noqa: F811
    Activity.objects.update(changed=sent.made - timedelta(days=1))
    with on(SENT + timedelta(days=1)):
        hold(world.branch_b, "theme_day", date(2026, 9, 10))
        page = text_of(as_("staff").get(address(sent, world.branch_b)))
        assert "试算后有1条记录变化" in page and "重新试算" in page
        assert "重新试算</button>" not in as_("secretary_b").get(address(sent, world.branch_b)).content.decode()
    with on(SENT + timedelta(days=2)):
        assessment_trial(by=world.staff, period=Q3)
        answer = as_("staff").get(address(sent, world.branch_b))
        assert answer.context["checkup"].changed == 0 and answer.context["checkup"].losses == 1


def test_medians_are_those_of_the_group_from_five_branches_up(world, sent, as_):  # noqa: F811
    result = Result.objects.get(organisation=world.branch_b)
    with on(SENT):
        answer = as_("secretary_b").get(address(sent, world.branch_b))
        assert lines(answer)["life-theme"].middle.median is None
        for total, name in ((50, "group_a1"), (60, "group_a2"), (70, "committee"), (80, "root")):
            row = Result.objects.create(
                assessment=sent,
                organisation=world.places[name],
                organisation_name="别处",
                state="complete",
                total=total,
                body=result.body,
            )
            Score.objects.create(
                result=row,
                indicator="life-theme",
                name="主题党日",
                dimension="life",
                state="known",
                points=Decimal(total) / 10,
                maximum=10,
                nominal=10,
            )
        answer = as_("secretary_b").get(address(sent, world.branch_b))
        rates = sorted([Decimal(value) for value in (50, 60, 70, 80)] + [Decimal("64.3"), Decimal(100), Decimal(0)])
        assert answer.context["checkup"].middle.median == rates[3]
        assert "别处" not in answer.content.decode()
        assert lines(answer)["life-theme"].middle.median is not None


def test_published_it_shows_the_answer_and_the_points_before_and_after(world, sent, as_):  # noqa: F811
    with on(SENT):
        record = hold(world.branch_b, "theme_day", date(2026, 9, 10))
        row = objected(world, sent, records=[record])
        answer_draft(by=world.staff, objection=row, decision="accepted", answer="记录属实")
        assessment_trial(by=world.staff, period=Q3)
        answer_release(by=world.committee_secretary, objection=row)
    with on(LAST + timedelta(days=1)):
        assessment_freeze(by=world.committee_secretary, assessment=sent)
        assessment_publish(by=world.committee_secretary, assessment=Assessment.objects.get(pk=sent.pk))
        page = as_("secretary_b").get(address(sent, world.branch_b))
        text = text_of(page)
        assert "采纳：记录属实（4.0→6.0分）" in text and "怎样补回" not in text and page.context["form"] is None
        assert as_("secretary_c").get(address(sent, world.branch_b)).status_code == 404
        # A corrected version says so on the old one, and both are read.
        again = assessment_trial(by=world.staff, period=Q3, reason="补记一次")
        Assessment.objects.filter(pk=again.pk).update(state=AssessmentState.PUBLISHED)
        old = as_("secretary_b").get(address(sent, world.branch_b))
        assert "已被第2版更正" in text_of(old) and address(again, world.branch_b) in old.content.decode()
        assert "更正原因：补记一次" in text_of(as_("secretary_b").get(address(again, world.branch_b)))


def test_an_objection_keeps_the_rest_of_the_page_as_it_was(world, sent, as_):  # noqa: F811
    with on(SENT):
        objection_make(
            by=world.secretary_b,
            assessment=sent,
            organisation=world.branch_b,
            indicator="life-theme",
            reason="已开展",
        )
        answer = as_("secretary_b").get(address(sent, world.branch_b))
        assert not lines(answer)["life-theme"].bound and lines(answer)["life-lecture"].bound
        assert "待答复" in text_of(answer) and "补提异议" in text_of(answer)
        # Nothing more to object to is no yes while an answer is owed.
        again = as_("secretary_b").post(opinion(sent, world.branch_b), {"say-life-lecture": "confirm"})
        assert again.status_code == 422 and "还有异议没有答复" in text_of(again) and not Opinion.objects.exists()


def test_the_steps_say_until_when_answers_are_owed(world, sent):  # noqa: F811
    def step():
        return [(row.name, row.when) for row in steps_of(sent) if row.state == "now"]

    with on(SENT):
        assert step() == [("确认或异议", "10月27日前")]
        row = objected(world, sent)
    with on(LAST + timedelta(days=1)):
        assert step() == [("答复", "10月27日前")]
        answer_draft(by=world.staff, objection=row, decision="refused", answer="没有记录")
        answer_release(by=world.committee_secretary, objection=row)
        assert step() == [("冻结", "待办")] and steps_of(sent)[3].when == "10月28日"


@pytest.mark.parametrize(
    "target, text, word",
    [
        (["requirement", 1, "life-theme", "2026-09"], "9月主题党日未见记录", "未见"),
        (["requirement", 1, "life-theme", "2026-09"], "9月主题党日有记录但不计入（到会不足）", "未计入"),
        (["stage", 1, "study"], "“审批改革”研究环节未见党建记录，业务日期 8月1日", "未见"),
        (["stage", 1, "study"], "“审批改革”研究环节有记录但不计入（已退回），业务日期 8月1日", "未计入"),
        (["activity", 1], "决议“整改”未办结，时限 9月1日", "未办结"),
        (["activity", 1], "决议“整改”在考核期截止后办结（10月20日），时限 9月1日，不计入", "未计入"),
        (["supervision", 1], "督查“整改”未回复，时限 9月1日", "未回复"),
        (["duty", 1, "Q3"], "“开展主题党日”三季度未落实，9月30日到期", "未落实"),
        (None, "某项未见记录", "未见"),
    ],
)
def test_uncounted_is_said_only_of_what_there_is_a_record_of(world, sent, as_, target, text, word):  # noqa: F811
    score = Score.objects.get(result__organisation=world.branch_b, indicator="life-theme")
    score.reasons = [{"kind": "missing", "text": text, "points": "2.00", "regain": "0", "target": target}]
    score.save()
    with on(SENT):
        page = text_of(as_("staff").get(address(sent, world.branch_b)))
    assert f"{word}扣2{text.replace(' ', '')}" in page


def test_the_heading_says_how_much_of_what_can_come_back_is_objected_to(world, sent, as_):  # noqa: F811
    with on(SENT):
        row = objected(world, sent)
        answer = as_("secretary_b").get(address(sent, world.branch_b))
        assert answer.context["title"] == "失 5.0 分，其中 2.5 分还能补回（其中 1.0 分已提出异议）"
        answer_draft(by=world.staff, objection=row, decision="refused", answer="没有记录")
        assert "已提出异议" in as_("secretary_b").get(address(sent, world.branch_b)).context["title"]
        answer_release(by=world.committee_secretary, objection=row)
        answer = as_("secretary_b").get(address(sent, world.branch_b))
        assert answer.context["title"] == "失 5.0 分，其中 2.5 分还能补回", "what is answered waits no more"
