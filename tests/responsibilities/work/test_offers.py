"""Which stages a record is offered and which it stands for: only work that its organisation carries, and no other's."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from responsibilities.work.models import WorkCarrier, WorkItem
from responsibilities.work.selectors.candidates import SPAN, all_points, items_near, links_of, offers
from responsibilities.work.selectors.items import item_stages
from responsibilities.work.selectors.stage_links import linked_points
from responsibilities.work.services.stages import MilestoneData
from tests.members.activities.records import draft
from tests.responsibilities.work.support import ago, happened, item_at, linked, record_on

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def test_work_that_a_branch_no_longer_carries_is_not_offered_to_it(world):
    item = item_at(world.committee, [world.branch_a, world.branch_b])
    assert set(items_near(world.secretary_b, world.branch_b, ago(0))) == {item.pk}
    WorkCarrier.objects.filter(item=item, organisation=world.branch_b).update(ended=ago(3))
    assert items_near(world.secretary_b, world.branch_b, ago(0)) == {}
    assert set(items_near(world.secretary_a, world.branch_a, ago(0))) == {item.pk}
    day = ago(0)
    for starts, ends, near in ((day + SPAN, None, True), (day + SPAN + DAY, None, False), (ago(900), day - SPAN, True)):
        WorkItem.objects.filter(pk=item.pk).update(starts=starts, ends=ends or starts)
        assert bool(items_near(world.secretary_a, world.branch_a, day)) is near, (starts, ends)
    WorkItem.objects.filter(pk=item.pk).update(ends=day - SPAN - DAY)
    assert items_near(world.secretary_a, world.branch_a, day) == {}
    WorkItem.objects.filter(pk=item.pk).update(ends=day, stopped_on=day, stop_reason="取消")
    assert items_near(world.secretary_a, world.branch_a, day) == {}


def test_the_whole_list_holds_work_that_ended_within_the_year_and_not_what_is_long_over(world):
    recent = item_at(world.committee, [world.branch_a], name="刚结束的", starts=ago(500), ends=ago(200))
    over = item_at(world.committee, [world.branch_a], name="早已结束", starts=ago(900), ends=ago(500))
    to_come = item_at(world.committee, [world.branch_a], name="明后年的", starts=ago(-500), ends=ago(-900))
    record = draft(world.branch_a, world.secretary_a)
    labels = " ".join(label for _, label in all_points(world.secretary_a, record))
    assert recent.name in labels
    assert over.name not in labels and to_come.name not in labels
    first, last = record.day - 3 * SPAN, record.day + 3 * SPAN
    for starts, ends, listed in (
        (ago(900), first, True),
        (ago(900), first - DAY, False),
        (last, last, True),
        (last + DAY, last + DAY, False),
    ):
        WorkItem.objects.filter(pk=recent.pk).update(starts=starts, ends=ends)
        assert any(recent.name in label for _, label in all_points(world.secretary_a, record)) is listed


def test_a_record_names_the_stages_it_is_linked_to_once_and_no_others(world):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    parts = [MilestoneData(None, "春季", ago(12), ago(11)), MilestoneData(None, "夏季", ago(10), ago(9))]
    happened(item, "arrangement", None, milestones=parts)
    record = record_on(world.branch_a, world.secretary_a, ago(18))
    assert linked_points(record.pk) == []
    linked(item, "study", record)
    whole = linked(item, "arrangement", record)
    found = linked_points(record.pk)
    assert [(one, point.kind, point.name) for one, point in found] == [
        (item, "study", ""),
        (item, "arrangement", "春季"),
    ]
    assert whole.stage_id == found[1][1].stage


def test_a_link_says_of_itself_whether_it_counts(world):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    record, unfit = (record_on(world.branch_a, world.secretary_a, ago(day)) for day in (18, 19))
    good = linked(item, "study", record)
    before = draft(world.branch_a, world.secretary_a, day=ago(17))
    waiting = linked(item, "study", before)
    assert [(row.evidence, row.counts) for row in links_of(world.secretary_a, record)] == [(good.pk, True)]
    assert [(row.evidence, row.counts) for row in links_of(world.secretary_a, before)] == [(waiting.pk, False)]
    assert links_of(world.secretary_a, unfit) == []
    views, _, _ = item_stages(item, world.secretary_a)
    lines = {line["record"].pk: line["counts"] for line in views[0].evidence}
    assert lines == {record.pk: True, before.pk: False}


def test_what_a_record_is_linked_to_is_not_offered_again(world):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    happened(item, "arrangement", ago(15))
    record = record_on(world.branch_a, world.secretary_a, ago(14))
    linked(item, "study", record)
    assert [row.point.kind for row in offers(world.secretary_a, record)] == ["arrangement"]


def test_a_date_out_of_order_is_said_beside_the_milestone_that_is_nearest_to_it(world):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "arrangement", ago(30))
    rows = [MilestoneData(None, "早", None, ago(60)), MilestoneData(None, "晚", None, ago(20))]
    with pytest.raises(ValidationError) as raised:
        happened(item, "study", None, milestones=rows)
    assert set(raised.value.error_dict) == {"1-happened_on"}, "the later one lies after the next stage"
    with pytest.raises(ValidationError) as raised:
        happened(item, "implementation", None, milestones=[MilestoneData(None, "晚", None, ago(3)), *rows[:1]])
    assert set(raised.value.error_dict) == {"1-happened_on"}, "the earlier one lies before the stage in front"


def test_only_a_record_of_whoever_carries_the_work_is_offered_it(world):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    own = draft(world.branch_a, world.secretary_a, day=ago(18))
    other = draft(world.branch_b, world.secretary_b, day=ago(18))
    talk = draft(world.branch_a, world.secretary_a, kinds=("talk",), day=ago(18), content="")
    assert len(offers(world.secretary_a, own)) == 1
    assert offers(world.secretary_b, other) == [] == offers(world.secretary_a, talk)


def test_a_chip_says_in_words_how_the_record_fits(world):
    item = item_at(world.committee, [world.branch_a], name="迎峰度夏能源保供攻坚行动")
    happened(item, "study", ago(18))
    record = draft(world.branch_a, world.secretary_a, day=ago(18), title="迎峰度夏", content="研究能源保供。")
    (offer,) = offers(world.secretary_a, record)
    assert offer.reasons == ["缺失已 18 天", "写到“迎峰度夏能源保供”", "与业务同一天"] or offer.reasons[1].startswith(
        "写到"
    )
    assert offer.sentence == "研究能源保供。"
    record.title, record.content = "参观", "参观展览。"
    (offer,) = offers(world.secretary_a, record)
    assert offer.reasons == ["缺失已 18 天", "还没有写到这项业务", "与业务同一天"] and offer.sentence == ""
