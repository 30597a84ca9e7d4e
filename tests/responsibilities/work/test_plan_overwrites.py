"""What of an item was changed by hand since the plan wrote it, told from the trail."""

from datetime import date

import pytest

from responsibilities.work.models import WorkItem, WorkKind
from responsibilities.work.selectors.rates import by_tree
from responsibilities.work.services.items import WorkData, work_create, work_stop, work_update
from responsibilities.work.services.plan_overwrites import FROM_PLAN, changed_by_hand, overwritten
from tests.responsibilities.work.support import ago, happened, item_at, point

pytestmark = pytest.mark.django_db
PLANNED = {"study": date(2026, 3, 10), "assessment": date(2026, 12, 1)}


def data_of(world, **changes):
    values = {"name": "能源保供", "kind": WorkKind.CITY, "starts": date(2026, 1, 5), "ends": date(2026, 12, 20)}
    return WorkData(
        **values | {"carriers": [world.branch_a], "planned": dict(PLANNED), "leader": world.leader} | changes
    )


def test_what_was_changed_by_hand_is_named_until_the_plan_writes_it_again(world):
    first, other = (
        work_create(by=world.staff, organisation=world.committee, data=data_of(world, name=name), note=FROM_PLAN)
        for name in ("能源保供", "价格监测")
    )
    by_hand = work_create(by=world.staff, organisation=world.committee, data=data_of(world, name="手工登记"))
    found = changed_by_hand([first, other, by_hand])
    assert found[first.pk] == found[other.pk] == {}
    assert set(found[by_hand.pk]) >= {"name", "ends", "leader", "planned_study", "planned_assessment"}
    work_update(by=world.staff, item=first, data=data_of(world, ends=date(2026, 12, 28)))
    happened(first, "arrangement", None, by=world.committee_secretary, planned=date(2026, 5, 5))
    happened(first, "study", date(2026, 3, 11), by=world.committee_secretary)
    assert changed_by_hand([first]) == {
        first.pk: {"ends": "staff 用户", "planned_arrangement": "committee_secretary 用户"}
    }
    assert changed_by_hand([other]) == {other.pk: {}}
    first.refresh_from_db()
    planned = PLANNED | {"arrangement": date(2026, 5, 5), "study": date(2026, 3, 20)}
    work_update(by=world.staff, item=first, data=data_of(world, ends=date(2026, 12, 28), planned=planned))
    assert set(changed_by_hand([first])[first.pk]) == {"ends", "planned_arrangement", "planned_study"}
    first.refresh_from_db()
    work_update(by=world.staff, item=first, data=data_of(world, planned=planned), note=FROM_PLAN)
    assert set(changed_by_hand([first])[first.pk]) == {"planned_arrangement", "planned_study"}


def test_what_was_done_to_an_item_beside_its_plan_is_no_change_by_hand(world):
    item = work_create(by=world.staff, organisation=world.committee, data=data_of(world), note=FROM_PLAN)
    work_stop(by=world.staff, item=item, reason="任务调整")
    assert changed_by_hand([item]) == {item.pk: {}}


def test_only_what_the_plan_would_change_is_said(world):
    stored, hand = data_of(world, ends=date(2026, 12, 28)), {"ends": "甲", "name": "乙", "planned_study": "丙"}
    plan = data_of(world, planned={"study": date(2026, 4, 1)}, source="市委文件")
    found = dict(overwritten(stored, plan, hand))
    assert set(found) == {"ends", "planned_study"}
    assert found["ends"] == "“能源保供”的这一项由甲改过（12月28日），导入后改为12月20日。"
    assert overwritten(stored, stored, hand) == overwritten(stored, plan, {}) == []


def test_a_point_stands_at_each_place_up_the_tree_once_and_nowhere_else(world):
    item = item_at(world.committee, [world.branch_a, world.branch_b])
    happened(item, "study", ago(3))
    parents = {place.pk: place.parent_id for place in world.places.values()}
    keys = list(by_tree({item.pk: WorkItem.objects.get(pk=item.pk)}, parents)(point(item)))
    assert keys == [world.branch_a.pk, world.committee.pk, world.root.pk, world.branch_b.pk]
