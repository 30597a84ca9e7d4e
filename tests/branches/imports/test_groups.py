"""The group in which a branch is compared, as a column of the ledger of organisations: in, out, and in again unchanged."""

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from branches.imports.ledger import organisations_import
from branches.places.models.groups import OrganisationGroup
from branches.places.models.organisations import Organisation
from branches.places.selectors.groups import groups_on
from branches.places.services.groups import comparison_group_set
from branches.places.vocabulary import parse_comparison_group
from common import clock
from common.operator import OPERATOR
from tests.branches.imports.test_organisations import HEADS, NEW

pytestmark = pytest.mark.django_db
WITH = [*HEADS, "考核类别"]
TODAY = timezone.make_aware(datetime(2026, 11, 20, 9))


def bring_in(*rows, heads=WITH, by=OPERATOR):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([heads, *rows])
    return organisations_import(by, text.getvalue().encode(), "organisations.csv")


def of_b(world, group):
    return [world.branch_b.name, "", "党支部", "机关党委", "", "", "", group]


def rows():
    return list(OrganisationGroup.objects.values_list("organisation", "group", "starts"))


def test_a_new_branch_comes_in_with_its_group_from_its_founding(world):
    plan = bring_in([*NEW, "窗口单位"])
    assert not plan.errors
    branch = Organisation.objects.get(short_name="丁处党支部")
    assert rows() == [(branch.pk, "service", date(2019, 5, 1))]


@pytest.mark.parametrize("head", ["考核类别", "考核类型", "考评分类", "考核分组"])
def test_the_headings_that_offices_give_it(world, head):
    assert not bring_in(of_b(world, "离退休党支部"), heads=[*HEADS, head]).errors
    assert groups_on(date(2026, 1, 1)) == {world.branch_b.pk: "retired"}


def test_without_the_column_nothing_changes_and_the_same_again_writes_nothing(world):
    bring_in(of_b(world, "机关支部"))
    before = rows()
    assert bring_in(of_b(world, "机关支部")).counts["unchanged"] == 1
    assert bring_in(of_b(world, "—")).counts["unchanged"] == 1
    assert bring_in(of_b(world, "")[:-1], heads=HEADS).counts["unchanged"] == 1
    assert rows() == before


def test_what_is_set_is_kept_by_the_command_and_said(world):
    with clock.at(TODAY):
        comparison_group_set(by=OPERATOR, organisation=world.branch_b, group="agency", starts=date(2020, 1, 1))
        plan = bring_in(of_b(world, "窗口"))
        assert [one.sentence for one in plan.notices] == ["已登记为机关支部，未按表更改。"]
        assert groups_on(date(2026, 11, 20)) == {world.branch_b.pk: "agency"}


@pytest.mark.parametrize(
    "place, group, sentence",
    [
        ("branch_b", "一类", "没有认出考核类别“一类”，可用：机关支部、窗口和事业单位支部、离退休支部。"),
        ("general", "机关支部", "只有党支部分考核类别。"),
    ],
)
def test_what_is_no_group_is_said_by_its_cell_and_nothing_is_written(world, place, group, sentence):
    organisation = getattr(world, place)
    kind = "党支部" if place == "branch_b" else "党总支"
    plan = bring_in([organisation.name, "", kind, "机关党委", "", "", "", group])
    assert [(one.heading, one.text) for one in plan.errors] == [("考核类别", sentence)]
    assert rows() == []


def test_what_was_exported_goes_in_again_unchanged(world, as_):
    with clock.at(TODAY):
        bring_in(of_b(world, "窗口和事业单位支部"))
        before = rows()
        client = as_("staff")
        answer = client.post(reverse("organisation_export"))
        data = b"".join(answer.streaming_content) if answer.streaming else answer.content
        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        lines = [list(line) for line in sheet.iter_rows(values_only=True)]
        # A line above the headings says who exported it.
        lines = lines[1:]
        assert lines[0] == [
            *("党组织全称", "简称", "组织类别", "上级党组织", "成立日期", "书记（组长）", "党员数", "任期届满日期"),
            "考核类别",
        ]
        assert {line[0]: line[-1] for line in lines}[world.branch_b.name] == "窗口和事业单位支部"
        plan = organisations_import(OPERATOR, data, "党组织名单.xlsx")
        assert not plan.errors and plan.counts["new"] == plan.counts.get("changed", 0) == 0
        assert rows() == before


def test_every_word_of_the_drop_down_is_understood(world):
    for word, group in (
        ("机关支部", "agency"),
        ("窗口和事业单位支部", "service"),
        ("离退休支部", "retired"),
        (" 窗口 ", "service"),
    ):
        assert parse_comparison_group(word) == group
