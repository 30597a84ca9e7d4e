from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from assessments.hearing.services import assessment_freeze, assessment_send, assessment_unfreeze
from assessments.reports import builder, shape
from assessments.reports.models import Report
from assessments.reports.services import assessment_publish
from assessments.results.models import Assessment, AssessmentState, FrozenError, Result, Score
from assessments.results.services import assessment_trial, closed_on
from branches import audit
from branches.audit.guards import AUDIT_TABLES
from branches.audit.models import AuditAnchor, AuditEntry
from branches.audit.verify import verify
from branches.settings import dated as dated_settings
from branches.settings.services import start_set
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, ActivityKind
from members.activities.services.states import is_late
from tests.assessments.hearing.support import heard
from tests.records import counted
from tests.sealing import past_the_guards

Q3 = Period.parse("2026Q3")


def hold(place, kind, day, **values):
    activity = Activity.objects.create(organisation=place, day=day, title=kind, state="accepted", **values)
    ActivityKind.objects.create(activity=activity, kind=kind)
    counted(activity, activity.valid)
    return activity


@pytest.fixture
def quarter(world):
    """A third quarter in which branch A did everything, branch B half, branch C nothing."""
    for place, share in ((world.branch_a, 3), (world.branch_b, 2)):
        for month in (7, 8, 9)[:share]:
            hold(place, "theme_day", date(2026, month, 10))
        hold(place, "assembly", date(2026, 7, 20))
    for month in (7, 8, 9):
        hold(world.branch_a, "committee_meeting", date(2026, month, 5))
        for group in (world.group_a1, world.group_a2):
            hold(group, "group_meeting", date(2026, month, 12))
    hold(world.branch_a, "lecture", date(2026, 8, 3))
    return world


def run(world, day=date(2026, 10, 20)):
    with clock.at(timezone.make_aware(datetime(day.year, day.month, day.day, 9))):
        return assessment_trial(by=world.staff, period=Q3)


def publish(world, assessment, by=None):
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 10))):
        assessment_freeze(by=world.committee_secretary, assessment=heard(assessment))
        return assessment_publish(by=by or world.committee_secretary, assessment=assessment)


def test_a_trial_scores_what_is_built_and_names_every_lost_point(quarter):
    assessment = run(quarter)
    totals = {row.organisation_id: row.total for row in assessment.results.all()}
    assert totals[quarter.branch_a.pk] == Decimal("100.0")
    assert totals[quarter.branch_c.pk] == Decimal("0.0")
    # Branch B has neither committee nor groups: 5 assembly + 6 theme day + 3 lecture apply; 5 + 4 of 14 are won.
    assert totals[quarter.branch_b.pk] == Decimal("64.3")
    result = assessment.results.get(organisation=quarter.branch_b)
    assert (result.so_far, result.out_of, result.grade, result.grade_word) == (9, 14, "", "暂不定等次")
    # Everything of the scheme is measured.
    assert result.covered == 100
    reasons = [reason for score in result.scores.all() for reason in score.reasons]
    assert {tuple(reason["target"]) for reason in reasons} == {
        ("requirement", quarter.branch_b.pk, "life-theme-day", "2026-09"),
        ("requirement", quarter.branch_b.pk, "life-lecture-frequency", "2026Q3"),
    }
    lost = sum(Decimal(reason["points"]) for reason in reasons)
    assert lost == result.out_of - result.so_far


def test_indicators_of_what_nobody_keeps_here_say_so(quarter):
    scores = run(quarter).results.get(organisation=quarter.branch_a).scores
    assert (scores.get(indicator="edu-fees").state, scores.get(indicator="edu-fees").note) == (
        "not_applicable",
        "没有在系统登记党费",
    )
    assert scores.get(indicator="duty-supervision").state == "not_applicable"
    assert scores.get(indicator="life-assembly").note == ""


def test_a_new_trial_replaces_the_earlier_one(quarter):
    first = run(quarter)
    hold(quarter.branch_c, "theme_day", date(2026, 7, 3))
    second = run(quarter)
    assert second.pk == first.pk
    assert second.results.get(organisation=quarter.branch_c).total > 0


def test_an_open_period_cannot_be_frozen(quarter):
    with clock.at(timezone.make_aware(datetime(2026, 10, 5, 9))):
        assessment = assessment_trial(by=quarter.staff, period=Q3)
        with pytest.raises(ValidationError, match="补报"):
            assessment_send(by=quarter.staff, assessment=assessment)
    assert Assessment.objects.get(pk=assessment.pk).state == AssessmentState.TRIAL


def test_a_published_result_does_not_change_when_records_do(quarter):
    report = publish(quarter, run(quarter))
    before = [report.body, list(Result.objects.values_list()), list(Score.objects.values_list())]
    Activity.objects.filter(organisation=quarter.branch_a).update(state="returned")
    report = Report.objects.get(pk=report.pk)
    assert [report.body, list(Result.objects.values_list()), list(Score.objects.values_list())] == before
    result = Result.objects.get(organisation=quarter.branch_a)
    result.total = 1
    for change in (
        result.save,
        result.delete,
        report.save,
        report.delete,
        Result.objects.all().delete,
        Score.objects.all().delete,
        Report.objects.all().delete,
    ):
        with pytest.raises(FrozenError):
            change()
    with pytest.raises(FrozenError):
        Result.objects.update(total=1)
    assert Result.objects.get(organisation=quarter.branch_a).total == Decimal("100.0")


def test_a_trial_made_while_records_still_came_in_is_not_frozen_later(quarter):
    early = run(quarter, date(2026, 10, 2))
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        with pytest.raises(ValidationError, match="重新试算"):
            assessment_freeze(by=quarter.committee_secretary, assessment=heard(early))
        assessment_freeze(by=quarter.committee_secretary, assessment=run(quarter))


def test_a_correction_is_a_new_version_with_a_reason_and_the_old_one_stays(quarter):
    publish(quarter, run(quarter))
    hold(quarter.branch_c, "theme_day", date(2026, 7, 3))
    with pytest.raises(ValidationError) as caught:
        run(quarter)
    assert "reason" in caught.value.message_dict
    second = assessment_trial(by=quarter.staff, period=Q3, reason="补录了丙中心的主题党日")
    assert second.version == 2
    assert Assessment.objects.filter(period="2026Q3", state=AssessmentState.PUBLISHED).count() == 1


def test_whoever_ran_the_trial_does_not_publish_it(quarter):
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=quarter.committee_secretary, period=Q3)
        assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))
        with pytest.raises(Conflict):
            assessment_publish(by=quarter.committee_secretary, assessment=assessment)
        assert assessment_publish(by=quarter.party_secretary, assessment=assessment).pk


def test_states_go_in_order_only(quarter):
    assessment = run(quarter)
    with pytest.raises(Conflict):
        assessment_publish(by=quarter.committee_secretary, assessment=assessment)
    with pytest.raises(Conflict):
        assessment_unfreeze(by=quarter.committee_secretary, assessment=assessment, reason="x")
    publish(quarter, assessment)
    for act in (assessment_freeze, assessment_publish):
        with pytest.raises(Conflict):
            act(by=quarter.committee_secretary, assessment=assessment)


def test_the_report_is_frozen_data_of_the_right_shape_with_the_head_of_the_trail(quarter):
    report = publish(quarter, run(quarter))
    body = shape.check(report.body)
    assert body["state"] == "published"
    assert body["anchor"] == report.anchor
    assert verify(report.anchor).ok
    assert [row["name"] for row in body["branches"]] == ["甲处党支部", "乙处党支部", "丙中心党支部"]


def test_a_trial_report_is_marked(quarter):
    body = builder.build(run(quarter))
    assert body["state"] == "trial"
    assert body["published_on"] is None


def test_each_step_leaves_one_audit_entry(quarter):
    assessment = run(quarter)
    publish(quarter, assessment)
    for verb in ("assessment.trial", "assessment.freeze", "assessment.publish"):
        assert AuditEntry.objects.filter(verb=verb, object_id=assessment.pk).count() == 1


def test_the_command_line_counts_as_the_system(quarter):
    with clock.at(timezone.make_aware(datetime(2026, 10, 20, 9))):
        assessment = assessment_trial(by=OPERATOR, period=Q3)
        assessment_freeze(by=OPERATOR, assessment=heard(assessment))
        assert assessment_publish(by=OPERATOR, assessment=assessment).anchor


def test_a_number_that_no_document_has_is_refused_beside_its_field_and_nothing_is_published(quarter, as_):
    assessment = run(quarter)
    assessment_freeze(by=quarter.committee_secretary, assessment=heard(assessment))
    client, url = as_("committee_secretary"), f"/results/{assessment.pk}/publish/"
    head = {"kind": "report", "signer": "签发人甲", "recipient": "局党组"}
    for number in ("云测党[2026]3号", "3号", "0000"):
        answer = client.post(url, head | {"number": number})
        assert answer.status_code == 422
        assert "文号应写成" in answer.content.decode() and f'value="{number}"' in answer.content.decode()
    assert not Report.objects.exists()
    assert Assessment.objects.get(pk=assessment.pk).state == "frozen"
    assert client.post(url, head | {"number": "云测党〔2026〕3号"}).status_code == 302


def test_an_emptied_trail_that_begins_anew_is_refused_by_the_reports_alone(quarter, settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors")
    report = publish(quarter, run(quarter))
    assert str(AuditAnchor.objects.get()) == report.anchor == report.body["anchor"]
    call_command("verify_audit", verbosity=0)
    past_the_guards(*(f"DELETE FROM {table}" for table in AUDIT_TABLES))
    audit.record(by=OPERATOR, verb="account.lock")
    with pytest.raises(CommandError, match="所印的锚点不符"):
        call_command("verify_audit")


def test_a_period_before_the_agencys_start_is_not_scored_and_its_records_are_not_late(world):
    start_set(by=world.committee_secretary, day=date(2026, 10, 1))
    with pytest.raises(ValidationError) as refused:
        assessment_trial(by=world.staff, period=Period.parse("2026Q3"))
    assert "2026年10月1日启用" in str(refused.value)
    old, new = (Activity(organisation=world.branch_a, day=day) for day in (date(2026, 9, 30), date(2026, 10, 1)))
    much_later = timezone.make_aware(datetime(2026, 12, 1, 9))
    assert not is_late(old, much_later) and is_late(new, much_later)


def test_a_period_counts_as_closed_after_its_days_of_grace(world):
    assert (
        closed_on(Q3) == date(2026, 10, 8) == Q3.last + timedelta(days=dated_settings.whole("grace_days", Q3.last) + 1)
    )


def test_a_trial_is_frozen_from_the_day_on_which_its_period_is_closed(quarter):
    for day, refused in ((7, True), (8, False)):
        with clock.at(timezone.make_aware(datetime(2026, 10, day, 9))):
            trial = assessment_trial(by=quarter.staff, period=Q3)
            if refused:
                with pytest.raises(ValidationError, match="10月8日"):
                    assessment_freeze(by=quarter.committee_secretary, assessment=heard(trial))
            else:
                assert (
                    assessment_freeze(by=quarter.committee_secretary, assessment=heard(trial)).state
                    == AssessmentState.FROZEN
                )
