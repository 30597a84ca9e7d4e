"""Evidence of a stage: the picker, links of records, their removal with a reason, papers, doubts."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from common import clock
from common.operator import OPERATOR
from members.activities.services.states import activity_return, activity_submit, activity_withdraw
from responsibilities.proof_files.models import ProofFile
from responsibilities.work.models import Milestone, StageEvidence, SyncState
from responsibilities.work.rules import common_word, fit
from responsibilities.work.selectors.candidates import candidates, point_of
from tests.members.activities.records import draft
from tests.responsibilities.work.support import ago, happened, item_at, linked, point, record_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(world):
    item = item_at(world.committee, [world.branch_a], name="能源保供与迎峰度冬")
    happened(item, "study", ago(40))
    return item


def pick(item, kind="study"):
    return f"/sync/stages/{item.stages.get(stage=kind).pk}/evidence/"


def test_two_clicks_from_the_board_link_the_nearest_record(world, as_, item):
    far = record_on(world.branch_a, world.secretary_a, ago(10), kinds=("theme_day",), title="参观")
    near = record_on(world.branch_a, world.secretary_a, ago(38), kinds=("assembly",), title="讨论保供方案")
    client = as_("secretary_a")
    assert pick(item) in client.get("/sync/").content.decode(), "the board's cell leads to the picker"
    page = client.get(pick(item))
    offered = page.context["found"]
    assert [row.activity.pk for row in offered] == [near.pk, far.pk]
    assert offered[0].reasons == ["相差 2 天", "支部党员大会", "标题提到“保供”", "选用后为同步"]
    assert client.post(pick(item), {"activity": near.pk}).status_code == 302
    found = point(item)
    assert (found.state, found.lag, found.party) == (SyncState.SYNCHRONISED, 2, ago(38))
    assert AuditEntry.objects.filter(verb="work.link").count() == 1
    assert ChangeMark.objects.filter(subject="work", organisation=world.branch_a, first_day=ago(40)).exists()
    # Linked twice it stays one link, and it is offered no more.
    client.post(pick(item), {"activity": near.pk})
    assert StageEvidence.objects.count() == 1
    assert [row.activity.pk for row in client.get(pick(item)).context["found"]] == [far.pk]


def test_the_picker_says_what_each_record_would_make_of_the_stage(world, as_, item):
    late = record_on(world.branch_a, world.secretary_a, ago(10))
    offers = as_("secretary_a").get(pick(item))
    assert "选用后为滞后" in offers.content.decode()
    linked(item, "study", record_on(world.branch_a, world.secretary_a, ago(39)))
    # The stage is proved already; another record, however late, takes nothing from it.
    (row,) = as_("secretary_a").get(pick(item)).context["found"]
    assert row.activity == late and "选用后为同步" in row.reasons
    # Before the business date is known nothing is promised.
    happened(item, "arrangement", None, planned=ago(5))
    page = as_("secretary_a").get(pick(item, "arrangement"))
    assert page.context["found"] and "选用后为" not in page.content.decode()


def test_a_late_record_lags_and_a_draft_does_not_count_yet(world, item):
    waiting = draft(world.branch_a, world.secretary_a, day=ago(20))
    linked(item, "study", waiting, by=world.secretary_a)
    assert point(item).state == SyncState.MISSING
    activity_submit(by=world.secretary_a, activity=waiting)
    found = point(item)
    assert (found.state, found.lag) == (SyncState.LAGGING, 20)
    activity_withdraw(by=world.secretary_a, activity=waiting)
    assert point(item).state == SyncState.MISSING
    activity_submit(by=world.secretary_a, activity=waiting)
    waiting.refresh_from_db()
    activity_return(by=world.staff, activity=waiting, reason="补充决议")
    assert point(item).state == SyncState.MISSING


def test_one_joint_record_serves_several_items(world, as_, item):
    other = item_at(world.committee, [world.branch_b], name="价格监测")
    happened(other, "implementation", ago(38))
    record = record_on(world.branch_a, world.secretary_a, ago(38), kinds=("theme_day",), hosts=[world.branch_b])
    linked(item, "study", record)
    linked(other, "implementation", record)
    assert fit(point(other, "implementation"), record, other) == []
    assert [point(item).state, point(other, "implementation").state] == [SyncState.SYNCHRONISED] * 2
    page = as_("staff").get(f"/activities/{record.pk}/stages/").content.decode()
    assert "已关联 2 个业务环节" in page


def test_what_hardly_fits_is_said_and_not_refused(world, as_, item):
    foreign = record_on(world.branch_b, world.secretary_b, ago(120), kinds=("theme_day",))
    stage = item.stages.get(stage="study")
    doubts = fit(point_of(stage), foreign, item)
    assert doubts == ["记录比业务日期早 80 天。", "乙处党支部不是承办支部，也不是共同举办方。"]
    assert as_("staff").post(pick(item), {"activity": foreign.pk}).status_code == 302
    assert point(item).state == SyncState.SYNCHRONISED, "earlier is never a fault"
    page = as_("staff").get(f"/sync/{item.pk}/").content.decode()
    assert all(doubt in page for doubt in doubts)
    assert doubts[0] in as_("staff").get(f"/activities/{foreign.pk}/stages/").content.decode()
    talk = draft(world.branch_a, world.secretary_a, kinds=("talk",), day=ago(40), content="")
    assert "谈心谈话只记时间和对象，看不出与业务的关系。" in fit(point_of(stage), talk, item)
    after = item_at(world.committee, [world.branch_a], name="早已完成", ends=ago(100), starts=ago(200))
    late = record_on(world.branch_a, world.secretary_a, ago(20))
    assert any("业务完成" in sentence for sentence in fit(point(after), late, after))


def test_who_may_not_link_and_foreign_ids_are_refused(world, as_, item):
    record = record_on(world.branch_a, world.secretary_a, ago(38))
    foreign = record_on(world.branch_b, world.secretary_b, ago(38))
    for who, status in (("secretary_b", 404), ("leader", 403), ("discipline", 403), ("party_secretary", 403)):
        assert as_(who).post(pick(item), {"activity": record.pk}).status_code == status, who
    client = as_("secretary_a")
    assert client.post(pick(item), {"activity": foreign.pk}).status_code == 404, "a record that he may not read"
    assert client.post(pick(item), {"activity": "9999999"}).status_code == 404
    assert client.post(pick(item), {"activity": "x"}).status_code == 404
    other = item_at(world.committee, [world.branch_a], name="另一项")
    milestone = Milestone.objects.create(stage=other.stages.get(stage="study"), name="节点")
    assert client.post(pick(item), {"activity": record.pk, "milestone": milestone.pk}).status_code == 404
    assert not StageEvidence.objects.exists()


def test_the_service_links_only_what_the_writer_may_read_at_both_ends(world, item):
    own, foreign = (record_on(world.places[f"branch_{key}"], world.user(f"secretary_{key}"), ago(38)) for key in "ab")
    others = item_at(world.committee, [world.branch_b], name="别人的业务")
    for stage, activity in ((item, foreign), (others, own)):
        with pytest.raises(Http404):
            linked(stage, "study", activity, by=world.secretary_a)
    assert not StageEvidence.objects.exists()


def test_a_link_is_taken_back_with_a_reason_and_stays_to_be_read(world, as_, item):
    record = record_on(world.branch_a, world.secretary_a, ago(38))
    row = linked(item, "study", record)
    client, address = as_("secretary_a"), f"/sync/evidence/{row.pk}/remove/"
    assert client.post(address, {"text": "　"}).status_code == 422
    assert as_("leader").post(address, {"text": "不对"}).status_code == 403
    assert client.post(address, {"text": "与业务无关"}).status_code == 302
    row.refresh_from_db()
    assert (row.removed_by, row.remove_reason) == (world.secretary_a, "与业务无关")
    assert point(item).state == SyncState.MISSING
    assert client.post(address, {"text": "再次"}).status_code == 409
    page = client.get(f"/sync/{item.pk}/").content.decode()
    assert "撤下的佐证" in page and "与业务无关" in page
    entry = AuditEntry.objects.get(verb="work.unlink")
    assert "与业务无关" in entry.payload
    # It may be linked anew.
    assert client.post(pick(item), {"activity": record.pk}).status_code == 302
    assert StageEvidence.objects.active().count() == 1


def paper_form(**changes):
    data = {"title": "批复", "day": ago(39).isoformat(), "file": SimpleUploadedFile("批复.txt", "同意。".encode())}
    return {key: value for key, value in (data | changes).items() if value is not None}


def test_a_paper_is_kept_only_with_title_date_and_file_and_read_only_through_its_stage(
    world, as_, item, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    address = pick(item).replace("evidence", "paper")
    client = as_("secretary_a")
    assert "只在无法形成活动记录时使用" in client.get(address).content.decode()
    for changes in ({"title": ""}, {"day": ""}, {"file": None}, {"day": ago(-1).isoformat()}):
        assert client.post(address, paper_form(**changes)).status_code == 422, changes
    bad = SimpleUploadedFile("批复.exe", b"MZ\x90\x00")
    assert client.post(address, paper_form(file=bad)).status_code == 422
    assert not ProofFile.objects.exists() and not list(tmp_path.rglob("*.txt"))
    assert client.post(address, paper_form()).status_code == 302
    assert point(item).state == SyncState.SYNCHRONISED
    paper = ProofFile.objects.get()
    assert as_("leader").get(f"/papers/{paper.pk}/").status_code == 200
    answer = client.get(f"/papers/{paper.pk}/")
    assert b"".join(answer.streaming_content).decode() == "同意。"
    assert as_("secretary_b").get(f"/papers/{paper.pk}/").status_code == 404
    assert as_("administrator").get(f"/papers/{paper.pk}/").status_code == 404


def test_the_number_of_statements_of_the_picker_does_not_grow(world, item, django_assert_max_num_queries):
    stage = item.stages.get(stage="study")
    for number in range(12):
        record_on(world.branch_a, world.secretary_a, ago(30 + number))
    with django_assert_max_num_queries(11):
        found = candidates(world.staff, point_of(stage), item)
    assert len(found) == 12


def test_records_of_others_and_cancelled_ones_are_not_offered(world, item):
    record_on(world.branch_b, world.secretary_b, ago(40))
    own = record_on(world.branch_a, world.secretary_a, ago(45))
    planned = draft(world.branch_a, world.secretary_a, day=clock.today() + timedelta(days=2))
    assert planned.state == "planned"
    found = candidates(world.staff, point_of(item.stages.get(stage="study")), item)
    assert [row.activity.pk for row in found] == [own.pk]


@pytest.mark.parametrize(
    ("name", "title", "word"),
    [
        ("能源保供与迎峰度冬", "专题研究保供工作", "保供"),
        ("价格监测与民生商品保供", "价格监测部署会", "价格监测"),
        ("重点工作推进", "重点工作推进会", ""),
        ("优化营商环境", "学习党章", ""),
        ("数字经济", "", ""),
    ],
)
def test_the_common_word_is_one_that_tells_something(name, title, word):
    assert common_word(name, title) == word


def test_the_operator_links_too(world, item):
    record = record_on(world.branch_a, world.secretary_a, ago(38))
    assert linked(item, "study", record, by=OPERATOR).added_by is None


def test_a_general_branch_carries_through_its_branches(world, as_):
    item = item_at(world.committee, [world.general])
    happened(item, "study", ago(40))
    record = record_on(world.branch_c, world.secretary_c, ago(38))
    stage = item.stages.get(stage="study")
    assert fit(point_of(stage), record, item) == []
    assert record.pk in [row.activity.pk for row in candidates(world.staff, point_of(stage), item)]
    foreign = record_on(world.branch_b, world.secretary_b, ago(38))
    assert "乙处党支部不是承办支部，也不是共同举办方。" in fit(point_of(stage), foreign, item)


def test_a_record_in_time_is_offered_before_a_likelier_one_that_leaves_the_stage_lagging(world, as_, item):
    late = record_on(world.branch_a, world.secretary_a, ago(23), kinds=("assembly",), title="能源保供与迎峰度冬")
    timely = record_on(world.branch_a, world.secretary_a, ago(40), kinds=("theme_day",), title="参观")
    offered = as_("secretary_a").get(pick(item)).context["found"]
    assert [row.activity.pk for row in offered] == [timely.pk, late.pk]
