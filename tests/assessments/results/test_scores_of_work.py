"""Business work in the score: a stage that lags or is missing costs points, says why, and leads to the page that mends it."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments.hearing.services import assessment_freeze
from assessments.results.models import Assessment
from assessments.results.selectors.estimates import estimate_of
from assessments.results.services import assessment_trial
from assessments.scoring import rounded
from branches.settings.services import start_set
from common import clock
from common.periods import Period
from members.activities.models import Activity, ActivityJudgement, ActivityKind
from responsibilities.requirements.exemptions import exemption_make
from responsibilities.work.models import StageEvidence, SyncStage, SyncStageKind, WorkCarrier, WorkItem
from responsibilities.work.selectors.waiting import pending_in
from responsibilities.work.services.evidence import evidence_confirm
from tests.assessments.hearing.support import heard
from tests.records import counted

Q3 = Period.parse("2026Q3")
DAY = timezone.make_aware(datetime(2026, 10, 20, 9))


def record(place, day, kind="committee_meeting"):
    activity = Activity.objects.create(organisation=place, day=day, title="研究能源保供", state="accepted")
    ActivityKind.objects.create(activity=activity, kind=kind)
    counted(activity, activity.valid)
    return activity


@pytest.fixture
def work(world):
    """An item carried by branch A: studied in step, arranged 18 days late, implementation missing, assessment to come."""
    item = WorkItem.objects.create(
        organisation=world.committee, name="能源保供", starts=date(2026, 7, 1), ends=date(2026, 12, 20)
    )
    WorkCarrier.objects.create(item=item, organisation=world.branch_a, leads=True)
    days = {
        SyncStageKind.STUDY: date(2026, 7, 6),
        SyncStageKind.ARRANGEMENT: date(2026, 8, 3),
        SyncStageKind.IMPLEMENTATION: date(2026, 9, 7),
    }
    stages = {
        kind: SyncStage.objects.create(item=item, stage=kind, happened_on=days.get(kind), planned_on=date(2026, 12, 10))
        for kind in SyncStageKind
    }
    for kind, day in ((SyncStageKind.STUDY, date(2026, 7, 8)), (SyncStageKind.ARRANGEMENT, date(2026, 8, 21))):
        StageEvidence.objects.create(stage=stages[kind], activity=record(world.branch_a, day), confirmed_at=clock.now())
    # Something owed, so that the branches are assessed at all.
    record(world.branch_b, date(2026, 7, 20), "assembly")
    return stages


def scores(world, place):
    with clock.at(DAY):
        assessment = assessment_trial(by=world.staff, period=Q3)
    return {row.indicator: row for row in assessment.results.get(organisation=place).scores.all()}


def test_each_stage_is_scored_with_its_reason(world, work):
    found = scores(world, world.branch_a)
    assert (found["sync-study"].points, found["sync-study"].lost) == (found["sync-study"].maximum, Decimal("0"))
    # Three things are due of the four from which the dimension weighs in full.
    assert [found[f"sync-{key}"].maximum for key in ("study", "arrange", "implement")] == [
        Decimal("4.5"),
        Decimal("4.5"),
        6,
    ]
    assert found["sync-arrange"].points == rounded(found["sync-arrange"].maximum / 2) == Decimal("2.3")
    assert found["sync-implement"].points == Decimal("0")
    late = found["sync-arrange"].reasons[0]
    missing = found["sync-implement"].reasons[0]
    assert late["text"] == "“能源保供”安排环节滞后 18 天"
    assert missing["text"] == "“能源保供”实施环节未见党建记录，业务日期 9月7日"
    assert missing["target"] == ["stage", work[SyncStageKind.IMPLEMENTATION].item_id, "implementation"]
    # The business side of the assessment has not happened: nothing is lost for it.
    assert found["sync-assess"].lost == 0
    assert found["sync-study"].evidence[0]["text"] == "支委会 07-08"


def test_a_branch_without_business_work_loses_nothing_by_it(world, work):
    found = scores(world, world.branch_b)
    assert found["sync-study"].state == "not_applicable"
    assert found["sync-study"].note != "尚未纳入计算"


def test_a_waived_stage_and_one_below_its_quorum(world, work):
    SyncStage.objects.filter(pk=work[SyncStageKind.IMPLEMENTATION].pk).update(
        waived_at=timezone.now(), waived_reason="合并"
    )
    SyncStage.objects.filter(pk=work[SyncStageKind.IMPLEMENTATION].pk).update(
        waived_at=timezone.make_aware(datetime(2026, 9, 9, 9))
    )
    ActivityJudgement.objects.filter(activity__day=date(2026, 7, 8)).update(valid=False)
    found = scores(world, world.branch_a)
    assert found["sync-implement"].lost == 0
    assert found["sync-study"].points == Decimal("0")


def test_the_estimate_leads_from_the_lost_point_to_the_stage(world, as_, work):
    stage = work[SyncStageKind.IMPLEMENTATION]
    SyncStage.objects.filter(pk=stage.pk).update(happened_on=date(2026, 10, 7))
    with clock.at(timezone.make_aware(datetime(2026, 11, 24, 9))):
        page = as_("secretary_a").get(f"/organisations/{world.branch_a.pk}/estimate/").content.decode()
    assert "“能源保供”实施环节未见党建记录" in page
    assert f'href="/sync/{stage.item_id}/#stage-{stage.stage}"' in page


def test_the_panel_shows_the_heaviest_losses_and_leads_to_all_of_them(world, as_, work):
    client, address = as_("secretary_a"), f"/organisations/{world.branch_a.pk}/estimate/"
    with clock.at(timezone.make_aware(datetime(2026, 12, 30, 9))):
        whole = client.get(address)
        panel = client.get(address, headers={"HX-Request": "true"})
    losses = whole.context["score"]["losses"]
    assert len(losses) > 5 and whole.content.decode().count('class="dj-loss-points"') == len(losses)
    text = panel.content.decode()
    assert text.count('class="dj-loss-points"') == 5
    assert f'href="{address}">全部 {len(losses)} 条失分原因</a>' in text


def test_what_waits_to_be_confirmed_costs_nothing_stands_apart_and_is_settled_before_a_freeze(world, as_, work):
    stage = work[SyncStageKind.IMPLEMENTATION]
    link = StageEvidence.objects.create(
        stage=stage, activity=record(world.branch_a, date(2026, 9, 9)), branch=world.branch_a, sentence="研究能源保供"
    )
    found = scores(world, world.branch_a)
    assert found["sync-implement"].lost == 0 and found["sync-implement"].state != "known"
    assessment = Assessment.objects.get()
    with clock.at(DAY):
        page = as_("staff").get(f"/results/{assessment.pk}/").content.decode()
        estimate = as_("secretary_a").get(f"/organisations/{world.branch_a.pk}/estimate/").content.decode()
        with pytest.raises(ValidationError, match="“能源保供”同步实施 1 处佐证待确认"):
            assessment_freeze(by=world.committee_secretary, assessment=heard(assessment))
        evidence_confirm(by=world.staff, evidence=link)
        assert pending_in(Q3) == []
        assessment_freeze(by=world.committee_secretary, assessment=heard(assessment_trial(by=world.staff, period=Q3)))
    assert "1 处佐证待确认" in page and f"/sync/{stage.item_id}/#stage-implementation" in page
    assert "处佐证待确认" not in estimate, "the running quarter has none"


def test_what_nobody_has_confirmed_wins_nothing_in_the_estimate(world, as_, work):
    stage = work[SyncStageKind.IMPLEMENTATION]
    SyncStage.objects.filter(pk=stage.pk).update(happened_on=date(2026, 10, 7))
    address = f"/organisations/{world.branch_a.pk}/estimate/"
    with clock.at(timezone.make_aware(datetime(2026, 11, 24, 9))):
        found = record(world.branch_a, date(2026, 10, 9))
        before = as_("secretary_a").get(address).context["score"]
        link = StageEvidence.objects.create(stage=stage, activity=found, branch=world.branch_a, sentence="研究能源保供")
        answer = as_("secretary_a").get(address)
        waiting = answer.context["score"]
        evidence_confirm(by=world.staff, evidence=link)
        after = as_("secretary_a").get(address).context["score"]
    assert (waiting["result"].total, waiting["grade"]) == (before["result"].total, before["grade"])
    assert [row["points"] for row in waiting["losses"] if "/sync/" in row["url"]]
    text = answer.content.decode()
    assert "确认前按没有这些佐证估算" in text and "有记录但不计入（待上级确认）" in text
    assert after["result"].total > waiting["result"].total
    # What it will be is said beside it, and comes true.
    assert (before["confirmed"], waiting["confirmed"], after["confirmed"]) == (None, after["result"].total, None)
    assert f"确认后 {after['result'].total}%" in text


def test_the_trial_names_the_exemptions_of_its_period(world, as_, work):
    def page(assessment):
        return as_("committee_secretary").get(f"/results/{assessment.pk}/").content.decode()

    with clock.at(DAY):
        assert "集中办公场所搬迁" not in page(assessment_trial(by=world.staff, period=Q3))
        exemption_make(
            by=world.committee_secretary,
            organisations=[world.branch_b, world.branch_c],
            rules=["life-theme-day"],
            first=date(2026, 9, 1),
            last=date(2026, 9, 30),
            reason="集中办公场所搬迁",
        )
        assessment = assessment_trial(by=world.staff, period=Q3)
        text = page(assessment)
        assert "集中办公场所搬迁" in text and f"{world.branch_b.label}、{world.branch_c.label}" in text
        assert "/exemptions/?period=2026Q3" in text
        assessment_freeze(by=world.committee_secretary, assessment=heard(assessment))
        assert "集中办公场所搬迁" in page(assessment), "whoever publishes reads them too"


def test_what_lags_is_lost_for_good_and_what_is_missing_can_be_made_up(world, as_, work):
    for kind in (SyncStageKind.IMPLEMENTATION, SyncStageKind.ARRANGEMENT):
        SyncStage.objects.filter(pk=work[kind].pk).update(happened_on=date(2026, 10, 7))
    Activity.objects.filter(stage_evidence__stage=work[SyncStageKind.ARRANGEMENT]).update(day=date(2026, 11, 2))
    with clock.at(timezone.make_aware(datetime(2026, 11, 24, 9))):
        answer = as_("secretary_a").get(f"/organisations/{world.branch_a.pk}/estimate/")
    regain = {loss["url"]: loss["regain"] for loss in answer.context["score"]["losses"] if "/sync/" in loss["url"]}
    item = work[SyncStageKind.STUDY].item_id
    assert regain == {f"/sync/{item}/#stage-implementation": True, f"/sync/{item}/#stage-arrangement": False}


def test_an_estimate_of_nothing_is_none_and_one_of_little_has_no_grade(world, as_):
    path = f"/organisations/{world.branch_b.pk}/estimate/"
    with clock.at(timezone.make_aware(datetime(2026, 12, 4, 9))):
        start_set(by=world.committee_secretary, day=date(2026, 12, 4))
        page = as_("secretary_b").get(path).content.decode()
        assert "尚无应计分的事项，暂不估算" in page and "dj-score-figure" not in page
        start_set(by=world.committee_secretary, day=date(2026, 11, 14))
        page = as_("secretary_b").get(path).content.decode()
        assert "按已计分的 1 项估算" in page
        page = as_("secretary_a").get(path.replace(str(world.branch_b.pk), str(world.branch_a.pk))).content.decode()
        assert "按已计分的 4 项估算" in page and "暂不定等次" in page


def _scored(branch):
    """Return the points of the indicator of implementation in the running quarter, exact."""
    rows = estimate_of(branch)["result"].indicators
    return next(row.exact for row in rows if row.key == "sync-implement")


def test_the_picker_says_what_the_score_wins_back_with_the_stage(world, as_, work):
    stage, item = work[SyncStageKind.IMPLEMENTATION], work[SyncStageKind.STUDY].item
    SyncStage.objects.filter(pk=stage.pk).update(happened_on=date(2026, 10, 7))
    held = record(world.branch_a, date(2026, 10, 9))
    client, asked = as_("secretary_a"), {"HX-Request": "true"}
    url = f"/organisations/{world.branch_a.pk}/estimate/stages/{{}}/"
    with clock.at(timezone.make_aware(datetime(2026, 11, 24, 9))):
        page = client.get(f"/sync/stages/{stage.pk}/evidence/").content.decode()
        assert f'hx-get="{url.format(stage.pk)}"' in page
        losses = client.get(f"/organisations/{world.branch_a.pk}/estimate/").context["score"]["result"].reasons()
        lost = next(reason for _, reason in losses if list(reason.target)[:3] == ["stage", item.pk, stage.stage])
        said = client.get(url.format(stage.pk), headers=asked)
        assert said.context["gain"].points == rounded(lost.points) and lost.points > lost.regain > 0, (
            "found in time, not made good late"
        )
        assert f">{rounded(lost.points)} 分</a>" in said.content.decode()
        before = _scored(world.branch_a)
        link = StageEvidence.objects.create(stage=stage, activity=held, confirmed_at=clock.now())
        assert rounded(_scored(world.branch_a) - before) == rounded(lost.points), "so much it really is"
        link.delete()
        nothing = client.get(url.format(work[SyncStageKind.ASSESSMENT].pk), headers=asked).content.decode()
        assert "四季度没有因这个环节失分" in nothing
        assessment_freeze(by=world.committee_secretary, assessment=heard(assessment_trial(by=world.staff, period=Q3)))
        settled = client.get(url.format(work[SyncStageKind.ARRANGEMENT].pk), headers=asked).content.decode()
        assert "三季度结果已冻结，不再变动" in settled
