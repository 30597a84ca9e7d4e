"""The board with nothing, or with one thing, on it."""

import pytest

from branches.settings.models import Setting
from branches.settings.start import KEY
from responsibilities.work.models import SyncStage
from responsibilities.work.selectors.board import load, this_year
from responsibilities.work.selectors.items import next_step
from responsibilities.work.stages import sync_points
from tests.responsibilities.work.support import ago, happened, item_at
from tests.responsibilities.work.test_board import shown

pytestmark = pytest.mark.django_db


def test_an_empty_board_names_the_first_thing_to_do(as_):
    page = as_("staff").get("/sync/").content.decode()
    assert "没有您可以查看的重点业务" in page and "登记重点业务" in page
    assert "缺失 0 处" not in page, "no row of zeros"
    page = as_("leader").get("/sync/").content.decode()
    assert "登记重点业务</a>" not in page and "先登记" not in page, "nobody is told to do what he may not"


def test_of_as_many_problems_what_is_missing_longest_comes_first(world, as_):
    for name, days in (("缺二十天", 20), ("缺四十天", 40)):
        happened(item_at(world.committee, [world.branch_a], name=name), "study", ago(days))
    assert shown(as_("staff").get("/sync/")) == ["缺四十天", "缺二十天"]


def test_of_two_stages_that_are_missing_the_longer_one_is_the_next_step(world):
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(20))
    happened(item, "arrangement", ago(19))
    SyncStage.objects.filter(item=item, stage="arrangement").update(happened_on=ago(40))
    assert next_step(sync_points([item.pk])).text == "承办支部补“同步安排”的佐证"


def test_what_lies_before_the_start_of_the_agency_counts_nowhere_and_what_lies_in_the_year_does(world, as_):
    Setting.objects.filter(key=KEY).update(value=ago(30).isoformat())
    item = item_at(world.committee, [world.branch_a])
    happened(item, "study", ago(40))
    happened(item, "arrangement", ago(20))
    answer = as_("staff").get("/sync/")
    counted = {column["kind"]: column["missing"] + column["lagging"] for column in answer.context["columns"]}
    assert counted == {"study": 0, "arrangement": 1, "implementation": 0, "assessment": 0}
    selection = load(world.staff, this_year())
    assert [point.kind for point in selection.counted] == ["arrangement", "implementation", "assessment"]
