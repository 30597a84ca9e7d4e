"""What is held only after a period's end and its days of grace changes no result of the period, also of a corrected version
(judgement 7.1); what happened in time and is entered later counts."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assessments.reports.work import seen
from assessments.results.periods import closed_on, counted_until
from assessments.results.selectors.estimates import estimate_of
from assessments.results.selectors.scoring_items import duty_entries
from assessments.results.services import assessment_trial
from common import clock
from members.activities.models import ActivityJudgement, Resolution
from tests.assessments.results.test_results import Q3, hold, publish, quarter, run  # noqa: F401
from tests.responsibilities.duties.world import issued
from tests.responsibilities.work.support import happened, item_at, linked

pytestmark = pytest.mark.django_db


def made_up(place, kind, day, owed, **values):
    """A meeting of `day` that is marked to make up for `owed`."""
    record = hold(place, kind, day, **values)
    ActivityJudgement.objects.filter(activity=record).update(makes_up_for=owed, late=True)
    return record


def trial(world, day, reason=""):
    with clock.at(timezone.make_aware(datetime(day.year, day.month, day.day, 9))):
        return assessment_trial(by=world.staff, period=Q3, reason=reason)


def theme(assessment, place):
    return assessment.results.get(organisation=place).scores.get(indicator="life-theme")


def test_grace_is_the_border_to_the_day(quarter):  # noqa: F811
    last = counted_until(Q3)
    assert last == date(2026, 9, 30) + timedelta(days=7) == closed_on(Q3) - timedelta(days=1)
    before = theme(trial(quarter, date(2026, 11, 20)), quarter.branch_b)
    assert before.points == 4, "two of three"
    late = made_up(quarter.branch_b, "theme_day", last + timedelta(days=1), date(2026, 9, 10))
    after = theme(trial(quarter, date(2026, 11, 20)), quarter.branch_b)
    assert after.points == 4 and after.lost == 2
    assert "截止后补办，不再计入当期结果" in after.reasons[0]["text"]
    assert [proof["url"] for proof in after.evidence].count(f"/activities/{late.pk}/") == 0
    type(late).objects.filter(pk=late.pk).update(day=last)
    ActivityJudgement.objects.filter(activity=late).update(makes_up_for=date(2026, 9, 10))
    within = theme(trial(quarter, date(2026, 11, 20)), quarter.branch_b)
    assert within.points == 5, "made up within the days of grace counts half"


def test_a_corrected_version_does_not_take_it_in_either_but_what_was_entered_late(quarter):  # noqa: F811
    publish(quarter, trial(quarter, date(2026, 10, 20)))
    made_up(quarter.branch_b, "theme_day", date(2026, 10, 25), date(2026, 9, 10))
    again = trial(quarter, date(2026, 11, 20), reason="补录")
    assert again.version == 2 and theme(again, quarter.branch_b).points == 4
    # It was held in September and found only now.
    record = hold(quarter.branch_b, "theme_day", date(2026, 9, 12))
    ActivityJudgement.objects.filter(activity=record).update(late=True)
    assert theme(trial(quarter, date(2026, 11, 20)), quarter.branch_b).points == 5
    # The requirement itself goes on to be made good; the running estimate of that quarter is the result's.
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        found = estimate_of(quarter.branch_b, Q3)
    scores = {row.key: row.points for row in found["result"].indicators}
    assert scores["life-theme"] == 5


def test_a_stage_shown_after_the_period_is_missing_for_its_result(quarter):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        item = item_at(quarter.root, [quarter.branch_a])
        happened(item, "study", date(2026, 8, 3))
        linked(item, "study", hold(quarter.branch_a, "committee_meeting", date(2026, 10, 20), content="能源保供"))
    assessment = trial(quarter, date(2026, 11, 20))
    score = assessment.results.get(organisation=quarter.branch_a).scores.get(indicator="sync-study")
    assert (score.points, score.state) == (0, "known")
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        linked(item, "study", hold(quarter.branch_a, "committee_meeting", date(2026, 8, 20), content="能源保供"))
    assessment = trial(quarter, date(2026, 11, 20))
    score = assessment.results.get(organisation=quarter.branch_a).scores.get(indicator="sync-study")
    assert score.points == (score.maximum / 2).quantize(Decimal("0.1"), "ROUND_HALF_UP"), (
        "lagging, and held within the period"
    )


def test_within_the_tolerance_of_its_business_date_a_stage_is_in_step_whatever_the_border(quarter):  # noqa: F811
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        item = item_at(quarter.root, [quarter.branch_a])
        happened(item, "study", date(2026, 9, 30))
        linked(item, "study", hold(quarter.branch_a, "committee_meeting", date(2026, 10, 7), content="能源保供"))
    score = (
        trial(quarter, date(2026, 11, 20)).results.get(organisation=quarter.branch_a).scores.get(indicator="sync-study")
    )
    assert score.points == score.maximum


def test_a_resolution_carried_out_after_the_period_is_as_good_as_open(quarter, as_):  # noqa: F811
    meeting = hold(quarter.branch_a, "assembly", date(2026, 7, 2))
    row = Resolution.objects.create(
        activity=meeting, order=1, text="整改", due=date(2026, 9, 1), done_on=date(2026, 10, 1)
    )

    def state():
        score = trial(quarter, date(2026, 11, 20)).results.get(organisation=quarter.branch_a)
        return score.scores.get(indicator="duty-resolution").points

    half = state()
    row.done_on = date(2026, 10, 20)
    row.save()
    assert half and state() == 0
    last = trial(quarter, date(2026, 11, 20))
    reason = last.results.get(organisation=quarter.branch_a).scores.get(indicator="duty-resolution").reasons[0]["text"]
    assert reason == "决议“整改”在考核期截止后办结（10月20日），时限 9月1日，不计入"
    # Nothing that the rule refuses is promised.
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 10))):
        page = as_("staff").get(f"/results/{last.pk}/branches/{quarter.branch_a.pk}/").content.decode()
    assert reason.replace("“", "&ldquo;") in page or reason in page
    assert "逾期办结" not in page


def test_the_chapters_of_the_report_take_in_no_more_than_the_scores(quarter):  # noqa: F811
    issued(quarter)
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        item = item_at(quarter.root, [quarter.branch_a])
        happened(item, "study", date(2026, 8, 3))
    day, last = date(2026, 11, 20), counted_until(Q3)

    def told():
        with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
            found = seen(Q3, day)
            rows = duty_entries(Q3, last, [quarter.branch_a.pk, quarter.branch_b.pk], day)
        heads = {stand.level: stand.head for stand in found.stands}
        overdue = sum(row.item.state == "overdue" for row in rows)
        return [point.state for point in found.due], heads["branch"].fulfilled, overdue

    before = told()
    assert before[0] == ["missing"]
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        meeting = hold(quarter.branch_a, "committee_meeting", date(2026, 10, 20), content="能源保供")
        linked(item, "study", meeting)
    made_up(quarter.branch_b, "theme_day", last + timedelta(days=1), date(2026, 9, 10))
    assert told() == before
    with clock.at(timezone.make_aware(datetime(2026, 11, 20, 9))):
        study = next(point for point in seen(Q3, day).due if point.kind == "study")
    assert study.found == "考核期截止后开展，不计入当期"
    score = trial(quarter, day).results.get(organisation=quarter.branch_a).scores.get(indicator="sync-study")
    assert "有记录但不计入（考核期截止后开展" in score.reasons[0]["text"]
    # What was made up by the last day of grace is in both.
    made_up(quarter.branch_b, "theme_day", last, date(2026, 9, 10))
    states, fulfilled, overdue = told()
    assert states == before[0] and fulfilled > before[1] and overdue < before[2]
