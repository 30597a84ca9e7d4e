"""Plain values as people write them."""

import datetime

import pytest

from common.text import (
    cell_text,
    clean_text,
    fold,
    is_blank_mark,
    parse_count,
    parse_date,
    parse_optional_date,
    person_name,
)

TODAY = datetime.date(2026, 11, 24)
DAY = datetime.date(2026, 1, 8)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, ""),
        ("  \u3000a\u3000 ", "a"),
        ("\u200b\u200d\ufeff", ""),
        ("a\0b\x07\x1b[31m", "ab[31m"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("e\u0301", "\u00e9"),
        ("𠮷😀", "𠮷😀"),
        ("a\r\nb\u2028c", "a\nb\nc"),
        ("\ufffe\uffff\ud800x", "x"),
        ("<b>&amp;' OR 1=1--", "<b>&amp;' OR 1=1--"),
    ],
)
def test_clean_text_removes_the_invisible_and_keeps_the_rest(given, kept):
    assert clean_text(given) == kept


def test_fold_ignores_width_blanks_and_case():
    assert fold(" 加入 党组织\n日期（ＡＢ） ") == "加入党组织日期(ab)"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("雷\u3000佳", "雷佳"),
        (" 孙 峰 ", "孙峰"),
        ("Li   Ming", "Li Ming"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("张\u200b三", "张三"),
    ],
)
def test_names_of_one_person_become_equal(given, name):
    assert person_name(given) == name


@pytest.mark.parametrize(
    "value",
    [
        DAY,
        datetime.datetime(2026, 1, 8, 23, 59),
        46030,
        46030.6,
        "46030",
        20260108,
        20260108.0,
        "2026-01-08",
        "2026/1/8",
        "2026.1.8",
        "2026．1．8",
        "20260108",
        "2026年1月8日",
        "２０２６年１月８日",
        "2026 年 1 月 8 日",
        "2026年1月8日 14:30",
        "2026-01-08 14:30:00",
        "2026-01-08T14:30:00+08:00",
        "2026年1月8日（星期四）下午3点",
        "2026-01-08\u3000 \n",
        "\ufeff2026-1-8",
        "二〇二六年一月八日",
    ],
)
def test_every_spelling_of_a_day_is_read(value):
    assert parse_date(value, today=TODAY) == DAY


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-29",
        "2026年13月40日",
        "0001-01-01",
        "9999-12-31",
        "1921-06-30",
        "2031-11-25",
        "24:00",
        "明天",
        "2026",
        "2026.01",
        2026.1,
        -1,
        0,
        True,
        float("nan"),
        float("inf"),
        1e300,
        "1" * 5000,
        "2026-1-8" + " 1:1" * 5000,
        "",
        None,
        "﹣",
    ],
)
def test_what_is_no_day_of_business_is_refused_with_a_sentence(value):
    with pytest.raises(ValueError, match="。$"):
        parse_date(value, today=TODAY)


def test_the_range_ends_five_years_ahead_also_from_a_leap_day():
    leap = datetime.date(2028, 2, 29)
    assert parse_date("2033-02-28", today=leap) == datetime.date(2033, 2, 28)
    assert parse_date("1921-07-01", today=leap) == datetime.date(1921, 7, 1)
    with pytest.raises(ValueError):
        parse_date("2033-03-01", today=leap)


def test_a_month_alone_counts_only_where_it_may():
    for value in ("1996.05", "1996年5月", "199605", "1996-5"):
        assert parse_date(value, month_only=True, today=TODAY) == datetime.date(1996, 5, 1)
        with pytest.raises(ValueError):
            parse_date(value, today=TODAY)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("12-25", (2025, 12, 25)),
        ("12月25日", (2025, 12, 25)),
        ("12月25", (2025, 12, 25)),
        (" １１／２ ", (2026, 11, 2)),
        ("11.24", (2026, 11, 24)),
        ("2-29", (2024, 2, 29)),
    ],
)
def test_a_month_and_a_day_alone_are_the_last_such_day_where_something_has_happened(value, day):
    assert parse_date(value, today=datetime.date(2026, 11, 24), past=True) == datetime.date(*day)
    with pytest.raises(ValueError, match="不是日期"):
        parse_date(value, today=datetime.date(2026, 11, 24))


@pytest.mark.parametrize("value", ["13-25", "2-30", "0-1", "25", "24:00", 11.24])
def test_what_names_no_such_day_is_refused_with_a_sentence(value):
    with pytest.raises(ValueError, match="。$"):
        parse_date(value, today=datetime.date(2026, 11, 24), past=True)


@pytest.mark.parametrize("mark", ["—", "——", "-", "－", "/", "无", " 无 ", "", None, "\u200b"])
def test_marks_of_nothing_mean_no_date(mark):
    assert is_blank_mark(mark)
    assert parse_optional_date(mark) is None


def test_zero_is_not_a_blank_mark():
    assert not is_blank_mark(0)
    assert not is_blank_mark("0")


@pytest.mark.parametrize(
    ("given", "count"),
    [(16, 16), (16.0, 16), ("１６", 16), ("16人", 16), (" 16 名", 16), (0, 0), ("16.0", 16)],
)
def test_counts_are_read(given, count):
    assert parse_count(given) == count


@pytest.mark.parametrize(
    "value",
    [
        -1,
        "-1",
        1.5,
        "十六",
        "1e5",
        "0x10",
        "1,000",
        float("inf"),
        float("nan"),
        True,
        "",
        None,
        10**30,
        "9" * 5000,
    ],
)
def test_what_is_no_count_is_refused(value):
    with pytest.raises(ValueError, match="。$"):
        parse_count(value)


def test_cells_become_text_without_decimals():
    assert cell_text(19900005664) == "19900005664"
    assert cell_text(19900005664.0) == "19900005664"
    assert cell_text(datetime.datetime(2026, 1, 8)) == "2026-01-08"
