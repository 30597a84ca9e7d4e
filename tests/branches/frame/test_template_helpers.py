"""Helpers of the templates, called as plain functions: no database, no settings."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, engines

from branches.frame import states as looks
from branches.templatetags import states
from common import clock
from common.templatetags import tongbu

DAY = date(2026, 11, 27)


class Request:
    """The little of a request that the helpers read."""

    def __init__(self, address):
        from django.http import QueryDict

        self.GET = QueryDict(address, encoding="utf-8")


def test_dates_are_written_as_the_office_writes_them():
    with clock.at(datetime(2026, 3, 1, tzinfo=UTC)):
        assert tongbu.md(DAY) == "11-27"
        assert tongbu.cn_date(DAY) == "11月27日 周五"
        assert tongbu.cn_day(DAY) == "11月27日"
    with clock.at(datetime(2027, 3, 1, tzinfo=UTC)):
        assert tongbu.md(DAY) == "2026-11-27"
        assert tongbu.cn_date(DAY) == "2026年11月27日 周五"
        assert tongbu.cn_day(DAY) == "2026年11月27日"
    assert tongbu.cn_full_date(DAY) == "2026年11月27日"
    assert tongbu.cn_weekday(date(2026, 11, 24)) == "星期二"
    assert tongbu.cn_weekday_short(date(2026, 11, 29)) == "周日"


def test_a_missing_date_is_written_as_nothing():
    for helper in (tongbu.md, tongbu.cn_date, tongbu.cn_day, tongbu.cn_full_date, tongbu.cn_weekday):
        assert helper(None) == ""


def test_masks_leave_no_way_back_to_the_number():
    assert tongbu.mask_id("110101199001011234") == "110*************34"
    assert tongbu.mask_phone("13800005678") == "138****5678"
    assert tongbu.mask_id("1101") == "****"
    assert tongbu.mask_phone("8612") == "****"
    assert tongbu.mask_phone(None) == ""


def test_an_unknown_figure_is_not_a_zero():
    assert tongbu.decimal1(None) == "未知"
    assert tongbu.decimal1(0) == "0.0"
    assert tongbu.decimal1(-3.25) == "−3.2"


def test_a_share_stays_within_the_bar():
    assert tongbu.pct(3, 5) == 60
    assert tongbu.pct(7, 5) == 100
    assert tongbu.pct(-1, 5) == 0
    assert tongbu.pct(None) == 0
    assert tongbu.pct(1, 0) == 0


def test_a_citation_drops_the_trial_mark_on_phones_and_escapes_the_rest():
    words = tongbu.citation("《<条例>（试行）》第十二条")
    assert '<span class="hide-phone">（试行）</span>' in words
    assert "&lt;条例&gt;" in words


def _rendered(text, **values):
    return engines["django"].from_string("{% load tongbu %}" + text).template.render(Context(values))


def test_joined_text_shows_no_gap_where_the_template_breaks_a_line():
    text = "{% joined %}\n  {{ name }}\n  {% if more %}\n    　{{ more }} 项\n  {% endif %}\n{% endjoined %}"
    assert _rendered(text, name="一\n二", more=3) == "一\n二　3 项"
    assert _rendered(text, name="一") == "一"


def test_style_sheets_are_named_as_their_files():
    links = _rendered('{% styles "base/tokens" "components/rail" %}')
    assert links.count("<link rel=") == 2 and 'href="/static/css/components/rail.css"' in links


def test_the_lag_of_a_party_date_before_the_business_date_is_called_early():
    assert states.lag_words(5) == "相差 5 天"
    assert states.lag_words(0) == "当天"
    assert states.lag_words(-2) == "提前 2 天"
    assert states.lag_words(None) == ""


@pytest.mark.parametrize("lag", [-40, -2, 0, 5, 7, 8, 39, 400])
def test_a_rail_never_leaves_its_cell(lag):
    figures = states.rail(lag, 7)
    assert 0 <= figures["left"] <= figures["left"] + figures["width"] <= 100
    assert 0 <= figures["party"] <= 100
    assert figures["tone"] == ("ok" if lag <= 7 else "slow")


def test_a_missing_stage_is_drawn_as_missing_even_within_the_tolerance():
    assert states.rail(3, 7, True)["tone"] == "miss"


def test_the_bands_of_a_ruler_fill_it():
    marks = [{"at": 70, "label": "合格"}, {"at": 80, "label": "良好"}, {"at": 90, "label": "优秀"}]
    ruler = states.ruler(86.5, 50, marks, 99)
    assert [band["width"] for band in ruler["bands"]] == [40, 20, 20, 20]
    assert ruler["now"] == 73
    assert ruler["top"] == 98


def test_sorting_keeps_the_filters_and_drops_the_page():
    context = {"request": Request("kind=branch&page=3&sort=name")}
    state = tongbu.sort_state(context, "name")
    assert state["direction"] == "ascending"
    assert state["href"] == "?kind=branch&sort=-name"
    assert tongbu.sort_state(context, "hours")["href"] == "?kind=branch&sort=hours"


def test_turning_the_page_keeps_the_whole_address():
    context = {"request": Request("kind=a&kind=b&sort=name")}
    assert tongbu.query(context, page=2) == "?kind=a&kind=b&sort=name&page=2"
    assert tongbu.query(context, kind=None) == "?sort=name"


def test_a_cell_due_within_three_days_gets_a_border():
    assert "near" in states.cell_look("due_soon", 3)["classes"]
    assert "near" not in states.cell_look("due_soon", 4)["classes"]
    assert states.cell_look("overdue", 24) == {
        "icon": "alert-triangle",
        "classes": "is-late",
        "name": "逾期24天",
        "days": 24,
    }


def test_a_cell_that_does_not_apply_shows_no_figure():
    assert states.cell_look("not_applicable", 5)["days"] is None


def test_only_missed_deadlines_are_solid_rust():
    solid = {key for key, look in looks.CHIPS.items() if look[2] == "late"}
    deadlines = {"overdue", "overdue_returned", "missing", "term_expired", "not_fulfilled", "missed", "campaign_due"}
    # A letter that ran out, dues that did not come by their day.
    deadlines |= {"transfer_expired", "dues_owed"}
    # Pledges not made, visits not paid, findings not handed in by their day.
    deadlines |= {"pledge_overdue", "care_overdue", "topic_overdue"}
    # A policy in force that no procedure and no rule stand behind: nothing can be run or counted of it.
    deadlines |= {"no_mechanism"}
    # What the machine failed at, or lost, is as urgent to whoever runs it.
    assert solid == deadlines | {"failed", "import_failed", "infected", "lost"}


def test_a_state_that_nobody_drew_is_an_error():
    with pytest.raises(KeyError):
        states.chip_look("no_such_state")


A, B, HIDDEN = (
    '<a class="btn" href="#">甲</a>',
    "<button>乙</button>",
    '<form class="hide-phone"><button>丙</button></form>',
)


@pytest.mark.parametrize(
    ("more", "rest", "folds"),
    [
        ("", A + A + A + A, False),
        (" \n ", A + A + A + A, False),
        (A, A + B, False),
        (A + B, A + B, True),
        (A + HIDDEN, A + B, False),
        (A + HIDDEN, A + B + B, True),
    ],
)
def test_a_head_folds_what_is_wanted_less_where_the_phone_has_room_for_three(more, rest, folds):
    assert tongbu.crowded(more, rest) is folds
