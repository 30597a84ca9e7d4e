"""The words of the ledgers: what a cell means, and what is said about a word nobody knows."""

import json
from collections import Counter

import pytest

from branches.places.vocabulary import parse_organisation_kind
from common.tabular import read_table
from common.tabular.words import split_names
from common.text import parse_count, parse_date, parse_optional_date
from members.activities.absences import absence_state, parse_absentees
from members.activities.vocabulary import ACTIVITY_KINDS, parse_activity_kinds
from members.imports.agency import LEDGERS
from members.roster.identity import parse_identity
from members.roster.seat_names import parse_posts
from members.roster.vocabulary import parse_category, parse_education, parse_sex, parse_status
from tests.paths import DATA

PARSERS = {
    "organisations": {
        "kind": parse_organisation_kind,
        "founded": parse_optional_date,
        "term_ends": parse_optional_date,
    },
    "members": {
        "identity": parse_identity,
        "sex": parse_sex,
        "birth_date": parse_date,
        "education": parse_education,
        "category": parse_category,
        "joined_on": parse_date,
        "full_on": parse_optional_date,
        "party_post": parse_posts,
        "status": parse_status,
    },
    "activities": {
        "date": parse_date,
        "kind": parse_activity_kinds,
        "expected": parse_count,
        "present": parse_count,
        "absent": parse_absentees,
    },
}


def read(office, ledger):
    """Return the table and the wrong cells as [(ledger, row number, heading)]."""
    path = next((DATA / office).glob(f"{ledger}.*"))
    table = read_table(path, path.name, LEDGERS[ledger].fields)
    wrong = []
    for row in table.rows:
        for name, parser in PARSERS[ledger].items():
            try:
                parser(row.values[name])
            except ValueError:
                wrong.append((ledger, row.number, table.matched[name]))
    return table, wrong


@pytest.mark.parametrize("office", ["agency", "agency-restyled"])
def test_every_cell_of_a_sound_office_is_understood(office):
    expected = json.loads((DATA / office / "expected_counts.json").read_text())
    for ledger in LEDGERS:
        table, wrong = read(office, ledger)
        assert wrong == []
        if ledger == "members":
            categories = Counter(parse_category(r.values["category"]) for r in table.rows)
            assert categories["probationary"] == expected["probationary"]
        if ledger == "organisations":
            kinds = Counter(parse_organisation_kind(r.values["kind"]) for r in table.rows)
            assert kinds["branch"] == expected["branches"]


def test_the_wrong_cells_of_the_broken_office_are_found_and_no_others():
    found = [mistake for ledger in LEDGERS for mistake in read("agency-broken", ledger)[1]]
    assert found == [
        ("members", 11, "公民身份证号码"),
        ("members", 50, "加入党组织日期"),
        ("members", 78, "人员类别"),
        ("activities", 58, "活动类型"),
    ]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("党组", "party_group"),
        ("党的基层委员会", "committee"),
        ("机关党委", "committee"),
        ("中共机关委员会", "committee"),
        ("党总支", "general_branch"),
        ("党的总支部委员会", "general_branch"),
        ("党 支 部", "branch"),
        ("离退休党支部", "branch"),
        ("支部委员会", "branch"),
        ("党小组", "small_group"),
    ],
)
def test_kinds_of_organisations(given, code):
    assert parse_organisation_kind(given) == code


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ("主题党日+党课", ["theme_day", "lecture"]),
        ("主题党日＋党课", ["theme_day", "lecture"]),
        ("主题党日、党课", ["theme_day", "lecture"]),
        ("主题党日活动/书记讲党课", ["theme_day", "lecture"]),
        ("主题党日和党课", ["theme_day", "lecture"]),
        ("主题党日 党课", ["theme_day", "lecture"]),
        ("主题党日（党课）", ["theme_day", "lecture"]),
        ("支部党员大会暨换届选举大会", ["assembly", "election"]),
        ("党员大会（扩大）", ["assembly"]),
        ("支委会", ["committee_meeting"]),
        ("支部委员会会议", ["committee_meeting"]),
        ("3月份支委会", ["committee_meeting"]),
        ("2026年第一季度党员大会", ["assembly"]),
        ("党小组会", ["group_meeting"]),
        ("组织生活会、民主评议党员", ["org_life", "member_review"]),
        ("谈心谈话", ["talk"]),
        ("党组理论学习中心组集体学习", ["study_group"]),
        ("党费收缴", ["dues"]),
        ("集中培训", ["training"]),
    ],
)
def test_kinds_of_activities(given, codes):
    assert parse_activity_kinds(given) == codes


def test_every_official_name_and_code_means_itself():
    for code, label in ACTIVITY_KINDS.items():
        assert parse_activity_kinds(label) == [code]
        assert parse_activity_kinds(code) == [code]


@pytest.mark.parametrize(
    ("parser", "given", "says"),
    [
        (parse_activity_kinds, "团建聚餐", "可填：支部党员大会"),
        (parse_activity_kinds, "支委回", "是否为“支委会”"),
        (parse_activity_kinds, "主题党日+聚餐", "“聚餐”无法识别"),
        (parse_activity_kinds, "", "没有填写"),
        (parse_activity_kinds, "—", "没有填写"),
        (parse_activity_kinds, "党课" * 3000, "无法识别"),
        (parse_category, "临时党员", "可填：正式党员、预备党员"),
        (parse_category, "预备党圆", "是否为“预备党员”"),
        (parse_category, None, "没有填写"),
        (parse_organisation_kind, "党之部", "是否为“党支部”"),
        (parse_education, "文盲", "可填：博士研究生"),
        (parse_posts, "宣传委圆", "是否为“宣传委员”"),
        (parse_posts, "处长", "无法识别"),
        (parse_sex, "未知", "可填：男、女"),
        (parse_status, "?", "可填：正常"),
    ],
)
def test_an_unknown_word_is_named_with_a_suggestion(parser, given, says):
    with pytest.raises(ValueError, match=says):
        parser(given)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("正式党员", "full"),
        ("中共党员", "full"),
        ("中共预备党员", "probationary"),
        ("积极分子", "activist"),
        ("发展对象", "candidate"),
        ("入党申请人", "applicant"),
    ],
)
def test_categories(given, code):
    assert parse_category(given) == code


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("大学", "bachelor"),
        ("本科（学士）", "bachelor"),
        ("研究生", "postgraduate"),
        ("研究生（硕士）", "master"),
        ("博士研究生", "doctor"),
        ("大专", "college"),
        ("省委党校研究生", "postgraduate"),
        ("—", ""),
    ],
)
def test_education(given, code):
    assert parse_education(given) == code


@pytest.mark.parametrize(
    ("given", "posts"),
    [
        ("支部书记", [("secretary", "branch")]),
        ("党支部书记兼组织委员", [("secretary", "branch"), ("organisation_officer", "")]),
        ("副书记、纪检委员", [("deputy_secretary", ""), ("discipline_officer", "")]),
        ("组织、宣传委员", [("organisation_officer", ""), ("publicity_officer", "")]),
        ("组宣委员", [("organisation_officer", ""), ("publicity_officer", "")]),
        ("机关党委专职副书记", [("full_time_deputy_secretary", "committee")]),
        ("机关纪委书记", [("secretary", "discipline")]),
        ("党组成员", [("party_group_member", "party_group")]),
        ("第二党小组组长", [("group_leader", "small_group")]),
        ("支部委员", [("committee_member", "branch")]),
        ("普通党员", []),
        ("无", []),
        (None, []),
    ],
)
def test_posts(given, posts):
    assert [tuple(p) for p in parse_posts(given)] == posts


@pytest.mark.parametrize(
    "given",
    [
        "何嘉兰(病假)、石静英(公假)",
        "何嘉兰（病假），石静英（公假）",
        "何嘉兰 病假；石静英 公假",
        "病假：何嘉兰；公假：石静英",
        "何嘉兰(病假)石静英(公假)",
        "1.何嘉兰（病假）\n2.石静英（公假）",
        "何嘉兰（病假）、石静英（公假），共2人",
        "何嘉兰同志（病假）；石　静英（公假）。",
        "何嘉兰-病假、石静英:公假",
        "何嘉兰病假、石静英公假",
    ],
)
def test_one_pair_of_absentees_in_many_spellings(given):
    found = [tuple(a) for a in parse_absentees(given)]
    assert found == [("何嘉兰", "病假", "leave"), ("石静英", "公假", "leave")]


def test_a_shared_reason_and_a_column_of_reasons():
    both = [("张三", "出差", "leave"), ("李四", "出差", "leave")]
    assert [tuple(a) for a in parse_absentees("张三、李四（均出差）")] == both
    assert [tuple(a) for a in parse_absentees("张三、李四", "出差")] == both
    found = parse_absentees("张三、李四", "病假、公假")
    assert [a.reason for a in found] == ["病假", "公假"]
    found = parse_absentees("张三、李四", "李四（病假）")
    assert [(a.reason, a.state) for a in found] == [("", "absent"), ("病假", "leave")]
    assert [a.name for a in parse_absentees(None, "张三(病假)")] == ["张三"]


@pytest.mark.parametrize("given", ["无", "—", "", None, "全勤", "全部到齐", "无缺席人员", 0, "0人"])
def test_nobody_was_away(given):
    assert parse_absentees(given) == []


def test_a_cell_beyond_measure_is_refused():
    with pytest.raises(ValueError, match="2000"):
        parse_absentees("(" + ")" * 30_000 + "x")


def test_leave_needs_a_reason():
    assert {absence_state(r) for r in ("病假", "事假", "公假", "出差", "借调", "住院", "因公外出")} == {"leave"}
    assert {absence_state(r) for r in ("", None, "无", "无故缺席", "旷会", "未请假", "原因不明")} == {"absent"}
    assert [tuple(a) for a in parse_absentees("张三、李四（无故缺席）")] == [
        ("张三", "", "absent"),
        ("李四", "无故缺席", "absent"),
    ]


def test_names_of_several_organisations_in_one_cell():
    assert split_names("甲党支部、乙党支部\n丙党支部；—") == ["甲党支部", "乙党支部", "丙党支部"]
