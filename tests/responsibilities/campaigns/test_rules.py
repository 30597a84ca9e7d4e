"""Pure decisions on campaigns: stages by the days, what is wrong with one, which record closes which milestone."""

from datetime import date

import pytest

from responsibilities.campaigns.models import Campaign
from responsibilities.campaigns.rules import (
    Asked,
    Held,
    Planned,
    Stage,
    closed_by,
    crowded,
    fits,
    milestone_problems,
    milestone_state,
    problems,
    stage_of,
)

FIRST, LAST = date(2026, 3, 10), date(2026, 12, 18)


def campaign(state="published", kind="theme", **columns):
    return Campaign(kind=kind, state=state, starts=FIRST, ends=LAST, **columns)


@pytest.mark.parametrize(
    ("day", "unwritten", "stage"),
    [
        (date(2026, 3, 9), 3, Stage.PLANNED),
        (FIRST, 3, Stage.RUNNING),
        (LAST, 3, Stage.RUNNING),
        (date(2026, 12, 19), 3, Stage.REVIEW),
        (date(2027, 1, 17), 3, Stage.REVIEW),
        (date(2027, 1, 18), 3, Stage.UNSUMMED),
        (date(2026, 12, 19), 0, Stage.SUMMED),
    ],
)
def test_the_stage_of_a_campaign_follows_from_the_day(day, unwritten, stage):
    assert stage_of(campaign(), day, unwritten) == stage


@pytest.mark.parametrize(
    ("state", "stage"),
    [("draft", "draft"), ("cancelled", "campaign_cancelled"), ("applied", "applied"), ("accepted", "brand")],
)
def test_what_was_decided_stands_whatever_the_day(state, stage):
    assert {stage_of(campaign(state), day, 1) for day in (FIRST, date(2028, 1, 1))} == {stage}


def test_a_brand_project_is_due_after_its_last_day_as_prolonged():
    brand = campaign("approved", "brand")
    assert stage_of(brand, date(2026, 12, 19), 1) == Stage.DUE
    brand.prolonged_to = date(2027, 3, 1)
    assert stage_of(brand, date(2027, 3, 1), 1) == Stage.RUNNING
    assert stage_of(brand, date(2027, 3, 2), 1) == Stage.DUE


def test_what_is_wrong_with_a_campaign_is_said_at_its_field():
    assert problems(FIRST, FIRST, "x")["ends"] == ["结束日期应晚于开始日期。"]
    assert problems(FIRST, LAST, " ")["occasion"] == ["载体须写明借助的大事、重点、主题或创建活动。"]
    rows = [Planned("总结", date(2026, 12, 19)), Planned("动员", date(2026, 3, 9)), Planned("总结", LAST)]
    assert milestone_problems(FIRST, LAST, rows) == [
        "节点“总结”在载体结束之后。",
        "节点“动员”在载体开始之前。",
        "节点“总结”重复了。",
    ]
    assert milestone_problems(FIRST, LAST, [Planned("总结", LAST), Planned("动员", FIRST)]) == []
    assert problems(FIRST, LAST, "x") == {}
    assert problems(None, LAST, "x") == {} and milestone_problems(None, None, rows) == ["节点“总结”重复了。"], "unread"


def held(pk, day, *kinds, title="一次活动"):
    return Held(pk, date(2026, 4, day), title, frozenset(kinds))


def test_a_record_fits_by_its_kind_or_else_by_the_name_in_its_title():
    theme = Asked(1, "动员部署", FIRST, ("theme_day", "lecture"))
    assert fits(theme, held(1, 1, "lecture")) and not fits(theme, held(1, 1, "assembly", title="动员部署"))
    named = Asked(1, "群众评议", FIRST)
    assert fits(named, held(1, 1, "assembly", title="召开群众评议会")) and not fits(named, held(1, 1, "assembly"))
    whole = Asked(1, "总结评议", FIRST)
    for title in ("120 名群众评议，满意 116 名", "半年总结会"):
        assert not fits(whole, held(1, 1, "assembly", title=title)), "a part of its name"
    assert fits(whole, held(1, 1, "assembly", title="载体总结评议会"))
    assert not fits(Asked(1, "工作", FIRST), held(1, 1, "assembly", title="工作")), "a word that tells nothing"


def test_the_first_record_that_fits_closes_a_milestone_and_closes_no_other():
    first, second = Asked(1, "一", date(2026, 4, 10), ("lecture",)), Asked(2, "二", date(2026, 4, 20), ("lecture",))
    records = [held(7, 9, "lecture"), held(8, 3, "lecture"), held(9, 12, "lecture")]
    assert {pk: row.activity for pk, row in closed_by([second, first], records).items()} == {1: 8, 2: 7}
    assert {pk: row.activity for pk, row in closed_by([second, first], records, {1}).items()} == {2: 8}
    assert closed_by([first], []) == {}


def closing(asked, records):
    found = {pk: row.activity for pk, row in closed_by(asked, records).items()}
    assert found == {pk: row.activity for pk, row in closed_by(asked[::-1], records[::-1]).items()}, (
        "whatever the order"
    )
    return found


def test_no_milestone_is_lost_because_another_took_its_record():
    study, lecture = Asked(1, "专题学习", date(2026, 4, 10), ("lecture", "study")), Asked(2, "党课", LAST, ("lecture",))
    assert closing([study, lecture], [held(7, 2, "lecture"), held(8, 9, "study")]) == {1: 8, 2: 7}
    # One by its name and one by a kind: the record that says the name is the first one's.
    kind, name = Asked(1, "学习", date(2026, 4, 10), ("lecture",)), Asked(2, "专题党课", LAST)
    said, other = held(7, 2, "lecture", title="专题党课"), held(8, 9, "lecture")
    assert closing([kind, name], [said, other]) == {1: 8, 2: 7}
    assert closing([kind, name], [said]) == {2: 7}
    # Three in a row have to give way.
    chain = [
        Asked(pk, str(pk), date(2026, 4, 10 + pk), kinds) for pk, kinds in ((1, "ab"), (2, "bc"), (3, "cd"), (4, "a"))
    ]
    records = [held(1, 1, "a"), held(2, 2, "b"), held(3, 3, "c"), held(4, 4, "d")]
    assert closing(chain, records) == {1: 2, 2: 3, 3: 4, 4: 1}


def test_of_the_ways_that_close_as_many_the_one_in_time_is_taken():
    early, late = (
        Asked(1, "一", date(2026, 4, 10), ("lecture",)),
        Asked(2, "二", date(2026, 4, 20), ("lecture", "study")),
    )
    # The later record would be late for the first of them.
    assert closing([early, late], [held(7, 8, "lecture"), held(8, 15, "study", "lecture")]) == {1: 7, 2: 8}
    name = Asked(3, "专题党课", date(2026, 4, 20))
    records = [held(7, 8, "lecture", title="专题党课"), held(8, 15, "lecture", title="再上专题党课")]
    assert closing([early, name], records) == {1: 7, 3: 8}, "though its name comes first"


@pytest.mark.parametrize(
    ("done", "today", "state"),
    [
        (date(2026, 5, 20), date(2026, 6, 1), "met"),
        (date(2026, 5, 21), date(2026, 6, 1), "met_late"),
        (None, date(2026, 5, 21), "overdue"),
        (None, date(2026, 5, 20), "due_soon"),
        (None, date(2026, 5, 6), "due_soon"),
        (None, date(2026, 5, 5), "not_due"),
    ],
)
def test_the_state_of_a_milestone(done, today, state):
    assert milestone_state(date(2026, 5, 20), done, today) == state


def test_what_is_said_by_hand_after_the_due_date_is_late():
    due, today = date(2026, 5, 20), date(2026, 8, 1)
    assert milestone_state(due, date(2026, 5, 10), today, due) == "met"
    assert milestone_state(due, date(2026, 5, 10), today, date(2026, 5, 21)) == "met_late"
    assert milestone_state(due, date(2026, 5, 22), today, due) == "met_late"


def test_the_sentence_of_one_too_many():
    assert crowded(2) == "已参加 2 项载体，建议并入或错开。"
