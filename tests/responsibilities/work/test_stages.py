"""Stages: business dates, milestones, the order of dates, waivers; who may say what."""

import pytest
from django.core.exceptions import ValidationError

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.notices.models import Notice
from common import clock
from common.operator import OPERATOR
from responsibilities.work.models import Milestone, SyncStage, SyncStageKind, SyncState
from responsibilities.work.selectors.rates import Rate
from responsibilities.work.selectors.stage_words import state_words
from responsibilities.work.services.evidence import evidence_remove
from responsibilities.work.services.stages import MilestoneData, StageData, stage_update
from responsibilities.work.stages import sync_points
from tests.responsibilities.work.support import ago, happened, item_at, linked, point, record_on, stage_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(world):
    return item_at(world.committee, [world.branch_a])


def address(item, kind, page=""):
    return f"/sync/stages/{item.stages.get(stage=kind).pk}/{page}"


def test_a_branch_notes_what_happened_and_leaves_the_plan_alone(world, as_, item):
    stage = happened(item, "study", None, planned=ago(20))
    answer = as_("secretary_a").post(
        address(item, "study"),
        stage_form(planned_on=ago(1).isoformat(), happened_on=ago(18).isoformat(), business="党组会研究"),
    )
    assert answer.status_code == 302
    stage.refresh_from_db()
    assert (stage.planned_on, stage.happened_on, stage.business) == (ago(20), ago(18), "党组会研究")
    assert AuditEntry.objects.filter(verb="work.stage", object_id=stage.pk).count() == 2
    assert ChangeMark.objects.filter(
        subject="work", organisation=world.branch_a, first_day=ago(20), last_day=ago(18)
    ).exists()


def test_whoever_does_not_carry_it_notes_nothing(as_, item):
    for who, status in (("secretary_b", 404), ("leader", 403), ("discipline", 403), ("leader_a1", 404)):
        data = stage_form(happened_on=ago(3).isoformat())
        assert as_(who).post(address(item, "study"), data).status_code == status, who
    assert not SyncStage.objects.filter(happened_on__isnull=False).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"happened_on": ago(-1).isoformat()}, "实际日期不能晚于今天。"),
        ({"happened_on": "1921-06-30"}, "日期应在 1921年7月1日之后。"),
        ({"happened_on": "2001-03-01"}, "早一年以上，请核对年份。"),
        ({"planned_on": "2001-03-01"}, "早一年以上，请核对年份。"),
        ({"happened_on": ago(30).isoformat()}, "早于研究"),
        ({"planned_on": ago(41).isoformat()}, "早于研究"),
        ({"happened_on": "2026-02-30"}, "请填写有效的日期。"),
    ],
)
def test_wrong_dates_are_refused_with_a_sentence(as_, item, changes, sentence):
    happened(item, "study", ago(20), planned=ago(40))
    answer = as_("staff").post(address(item, "arrangement"), stage_form(**changes))
    assert answer.status_code == 422 and sentence in answer.content.decode()
    stage = item.stages.get(stage="arrangement")
    assert (stage.planned_on, stage.happened_on) == (None, None)


def parts(*rows, initial=0, **changes):
    data = stage_form(**{"part-TOTAL_FORMS": str(len(rows)), "part-INITIAL_FORMS": str(initial)})
    for number, row in enumerate(rows):
        data |= {f"part-{number}-{name}": value for name, value in row.items()}
    return data | changes


def test_each_milestone_is_judged_by_itself_and_the_stage_shows_the_worst(world, as_, item):
    rows = (
        {"name": "开工", "planned_on": ago(60).isoformat(), "happened_on": ago(60).isoformat()},
        {"name": "封顶", "planned_on": ago(20).isoformat(), "happened_on": ago(20).isoformat()},
    )
    assert as_("staff").post(address(item, "implementation"), parts(*rows)).status_code == 302
    first, second = Milestone.objects.order_by("planned_on")
    record = record_on(world.branch_a, world.secretary_a, ago(58), kinds=("theme_day",))
    linked(item, "implementation", record, milestone=first)
    states = [row.state for row in sync_points([item.pk]) if row.kind == "implementation"]
    assert states == [SyncState.SYNCHRONISED, SyncState.MISSING]
    page = as_("staff").get("/sync/").content.decode()
    assert "2 个节点，同步 1 个" in page
    # A branch notes the actual date of a milestone, not its name.
    Milestone.objects.filter(pk=first.pk).update(happened_on=None)
    data = parts(
        {"pk": first.pk, "name": "改名", "happened_on": ago(59).isoformat()},
        {"pk": second.pk, "name": "封顶", "happened_on": ago(20).isoformat()},
        initial=2,
    )
    assert as_("secretary_a").post(address(item, "implementation"), data).status_code == 302
    first.refresh_from_db()
    assert (first.name, first.planned_on, first.happened_on) == ("开工", ago(60), ago(59))


def test_a_milestone_with_evidence_is_not_deleted(world, as_, item):
    stage = item.stages.get(stage="implementation")
    milestone = Milestone.objects.create(stage=stage, name="开工", happened_on=ago(9))
    linked(item, "implementation", record_on(world.branch_a, world.secretary_a, ago(8)), milestone=milestone)
    data = parts({"pk": milestone.pk, "name": "开工", "gone": "on"}, initial=1, reason="节点取消")
    answer = as_("staff").post(address(item, "implementation"), data)
    assert answer.status_code == 422 and "不能删除" in answer.content.decode()
    assert Milestone.objects.filter(pk=milestone.pk).exists()


def test_a_wrong_date_of_a_milestone_is_said_beside_it_and_nothing_is_written(as_, item):
    happened(item, "study", ago(50), planned=ago(50))
    rows = (
        {"name": "开工", "planned_on": ago(40).isoformat(), "happened_on": ago(60).isoformat()},
        {"name": "封顶", "planned_on": "2001-03-01"},
    )
    answer = as_("staff").post(address(item, "implementation"), parts(*rows))
    form = answer.context["form"]
    assert answer.status_code == 422 and not Milestone.objects.exists()
    assert "请核对年份" in str(form.parts[1].errors["planned_on"]) and "封顶" in answer.content.decode()
    rows = (rows[0], {"name": "封顶", "planned_on": ago(20).isoformat()})
    form = as_("staff").post(address(item, "implementation"), parts(*rows)).context["form"]
    assert "早于研究" in str(form.parts[0].errors["happened_on"]) and not form.parts[1].errors
    assert not form.errors and not Milestone.objects.exists()


def test_an_assessment_before_the_last_milestone_is_out_of_order(item):
    stage = item.stages.get(stage="implementation")
    rows = [MilestoneData(None, "一期", None, ago(50)), MilestoneData(None, "二期", None, ago(10))]
    stage_update(by=OPERATOR, stage=stage, data=StageData(milestones=rows))
    with pytest.raises(ValidationError, match="早于实施"):
        happened(item, "assessment", ago(20))
    assert item.stages.get(stage="assessment").happened_on is None


def test_a_passed_plan_without_a_word_waits_and_is_not_called_missing(as_, item):
    happened(item, "study", None, planned=ago(40))
    waiting = point(item)
    assert (waiting.state, waiting.waits) == (SyncState.NOT_DUE, True)
    page = as_("secretary_a").get("/sync/?state=waits").content.decode()
    assert "已过，请登记业务日期" in page and "登记日期" in page
    assert "能源保供" not in as_("secretary_a").get("/sync/?state=missing").content.decode().split("</header>")[-1]


def test_a_waiver_names_its_reason_and_its_approver(world, as_, item):
    happened(item, "study", ago(30))
    client = as_("staff")
    assert client.post(address(item, "study", "waive/"), {"text": ""}).status_code == 422
    assert client.post(address(item, "study", "waive/"), {"text": "上级统一组织"}).status_code == 302
    stage = item.stages.get(stage="study")
    assert (stage.waived_by, stage.waived_reason) == (world.staff, "上级统一组织")
    assert point(item).state == SyncState.WAIVED
    assert "上级统一组织" in client.get(f"/sync/{item.pk}/").content.decode()
    # With nothing but freed stages the board does not say that none has fallen due.
    item.stages.exclude(stage="study").update(waived_at=clock.now(), waived_reason="上级统一组织")
    assert "1 项重点业务，各环节免予同步或已终止" in client.get("/sync/").content.decode()
    # The same page takes it back.
    assert client.post(address(item, "study", "waive/")).status_code == 302
    assert point(item).state == SyncState.MISSING
    verbs = AuditEntry.objects.filter(object_type="syncstage").values_list("verb", flat=True)
    assert {"work.waive", "work.unwaive"} <= set(verbs)


def test_nobody_waives_a_stage_of_work_that_his_branch_made_itself(world, as_):
    item = item_at(world.branch_a, [world.branch_a], by=world.secretary_a, kind="branch")
    data = {"text": "忙"}
    assert as_("secretary_a").post(address(item, "study", "waive/"), data).status_code == 403
    assert as_("discipline").post(address(item, "study", "waive/"), data).status_code == 403
    assert as_("secretary_b").post(address(item, "study", "waive/"), data).status_code == 404
    assert item.stages.get(stage=SyncStageKind.STUDY).waived_at is None
    assert as_("staff").post(address(item, "study", "waive/"), data).status_code == 302


def test_a_point_waits_as_of_the_day_on_which_it_is_judged(item):
    happened(item, "study", None, planned=ago(5))
    waits = {days: sync_points([item.pk], as_of=ago(days))[0].waits for days in (0, 4, 5, 9)}
    assert waits == {0: True, 4: True, 5: False, 9: False}


def test_the_words_of_a_point_say_the_day_itself_and_what_came_before(item):
    happened(item, "study", ago(10))
    said = {}
    for days in (12, 10, 7):
        link = linked(item, "study", record_on(item.carriers.get().organisation, OPERATOR, ago(days)))
        said[days] = state_words(point(item))
        evidence_remove(by=OPERATOR, evidence=link, reason="另选")
    assert said == {12: "同步，党建在先", 10: "同步，相差 0 天", 7: "同步，相差 3 天"}


def test_points_are_those_of_the_days_asked_for(item):
    happened(item, "study", ago(20))
    happened(item, "arrangement", None, planned=ago(10))
    for first, last, kinds in (
        (ago(20), ago(10), ["study", "arrangement"]),
        (ago(20), ago(11), ["study"]),
        (ago(19), ago(10), ["arrangement"]),
        (ago(9), ago(0), []),
    ):
        assert [one.kind for one in sync_points([item.pk], first=first, last=last)] == kinds
    assert len(sync_points([item.pk])) == 4


@pytest.mark.parametrize(("done", "lost", "tone"), [(4, 1, "ok"), (79, 21, "soon"), (0, 0, "soon"), (5, 0, "ok")])
def test_four_of_five_is_good_news(done, lost, tone):
    assert Rate(synchronised=done, missing=lost).tone == tone


def test_a_noted_date_is_corrected_by_who_arranges_the_work_alone_with_a_reason_and_those_who_carry_it_are_told(
    world, as_, item
):
    stage = happened(item, "study", ago(40))
    assert point(item).state == SyncState.MISSING
    field = as_("secretary_a").get(address(item, "study")).context["form"]["happened_on"]
    assert " readonly" in str(field) and "更正请报" in field.help_text and world.staff.name in field.help_text
    assert " readonly" not in str(as_("staff").get(address(item, "study")).context["form"]["happened_on"])
    for day in ("", ago(1).isoformat()):
        answer = as_("secretary_a").post(address(item, "study"), stage_form(happened_on=day))
        said = answer.context["form"].errors["happened_on"][0]
        assert (
            answer.status_code == 422 and "业务日期已登记为" in said and "更正请报" in said and world.staff.name in said
        )
    assert point(item).state == SyncState.MISSING
    answer = as_("staff").post(address(item, "study"), stage_form(happened_on=ago(5).isoformat()))
    assert answer.status_code == 422 and answer.context["form"].errors["reason"] == [
        "更正已登记的业务日期，请写明原因。"
    ]
    data = stage_form(happened_on=ago(5).isoformat(), reason="会议改期")
    assert as_("staff").post(address(item, "study"), data).status_code == 302
    stage.refresh_from_db()
    assert (stage.happened_on, stage.noted_by) == (ago(5), world.staff)
    told = Notice.objects.get(recipient=world.secretary_a, about=f"stage/{stage.pk}")
    assert "改为" in told.text and told.text.endswith("原因：会议改期")
    page = as_("secretary_a").get(f"/sync/{item.pk}/").content.decode()
    assert f"<del>{ago(40)}</del> 改为 <ins>{ago(5)}</ins>" in page and "会议改期" in page


def test_a_branch_corrects_on_the_same_day_what_it_noted_itself(world, as_, item):
    client = as_("secretary_a")
    for day in (ago(18), ago(17)):
        assert client.post(address(item, "study"), stage_form(happened_on=day.isoformat())).status_code == 302
    stage = item.stages.get(stage="study")
    assert stage.happened_on == ago(17)
    assert " readonly" not in str(client.get(address(item, "study")).context["form"]["happened_on"])
    SyncStage.objects.filter(pk=stage.pk).update(noted_on=ago(1))
    assert client.post(address(item, "study"), stage_form(happened_on="")).status_code == 422
    # The progress may be written on; the date stays.
    data = stage_form(happened_on=ago(17).isoformat(), business="已部署")
    assert client.post(address(item, "study"), data).status_code == 302


def test_a_branch_gives_up_no_noted_date_of_its_own_work_by_dividing_the_stage_or_deleting_a_milestone(world, as_):
    item = item_at(world.branch_a, [], kind="branch")
    happened(item, "study", ago(40))
    answer = as_("secretary_a").post(address(item, "study"), parts({"name": "一期"}, happened_on=ago(40).isoformat()))
    assert answer.status_code == 422 and "更正请报" in answer.content.decode()
    stage = item.stages.get(stage="implementation")
    row = Milestone.objects.create(stage=stage, name="开工", happened_on=ago(30))
    page = as_("secretary_a").get(address(item, "implementation")).content.decode()
    assert page.count(" readonly") == 1 and "part-0-gone" not in page and "part-1-name" in page
    data = parts({"pk": row.pk, "name": "开工", "happened_on": ago(30).isoformat(), "gone": "on"}, initial=1)
    answer = as_("secretary_a").post(address(item, "implementation"), data)
    assert answer.status_code == 422 and "更正请报" in answer.content.decode()
    assert Milestone.objects.filter(pk=row.pk).exists()
