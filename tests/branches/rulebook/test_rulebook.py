import ast
import datetime
import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from branches.places.models.organisations import Kind
from branches.rulebook import OWN_SETTING, all_rules, citation, rule, short_citation
from branches.settings import dated
from responsibilities.requirements import rules
from responsibilities.requirements.rules import COUNTED_RULES, LIVE_RULES, REQUIREMENT_RULES, REQUIREMENT_RULES_BY_ID
from tests.paths import ROOT

DOUBTFUL = {
    *("org-committee-size", "org-joint-branch", "org-project-branch", "org-temp-branch", "term-remind-6m"),
    *("elec-secretary", "elec-by-election", "life-talks", "app-no-force", "app-no-kpi"),
    *("sec-lockout", "sec-crypto", "sec-pi-min", "sec-backup"),
}


def test_the_rulebook_holds_every_rule_once_in_three_states_of_certainty():
    rules = all_rules()
    assert len(rules) == len({row.id for row in rules}) == 247
    assert Counter(row.status for row in rules) == {"V": 173, "S": 53, "M": 21}


@pytest.mark.parametrize(
    "id, long, short, phone",
    [
        (
            "life-committee-m",
            "《中国共产党支部工作条例（试行）》第十二条",
            "《支部工作条例（试行）》第十二条",
            "《支部工作条例》第十二条",
        ),
        (
            "life-theme-day",
            "《中国共产党支部工作条例（试行）》第十六条；《中国共产党党员教育管理工作条例》第十六条",
            "《支部工作条例（试行）》第十六条",
            "《支部工作条例》第十六条",
        ),
        (
            "org-fulltime-deputy",
            "《中国共产党党和国家机关基层组织工作条例》第八条、第二十六条第（三）项",
            "《机关基层组织工作条例》第八条、第二十六条第（三）项",
            "《机关基层组织工作条例》第八条、第二十六条第（三）项",
        ),
        (
            "life-talks",
            "《中国共产党支部工作条例（试行）》",
            "《支部工作条例（试行）》",
            "《支部工作条例》",
        ),
        ("care-holidays", "中央组织部年度走访慰问通知", "年度走访慰问通知", "年度走访慰问通知"),
        ("fee-publish", "旗帜网“党建业务通”专栏", "旗帜网党建业务通", "旗帜网党建业务通"),
        ("app-no-kpi", "国办函〔2026〕12号", "国办函〔2026〕12号", "国办函〔2026〕12号"),
        ("sec-least", "GB/T 22239-2019 8.1.4.2", "GB/T 22239 8.1.4.2", "GB/T 22239 8.1.4.2"),
        ("life-lecture-frequency", OWN_SETTING, OWN_SETTING, OWN_SETTING),
        ("oa-excellent-cap", OWN_SETTING, OWN_SETTING, OWN_SETTING),
    ],
)
def test_a_page_cites_only_what_was_verified(id, long, short, phone):
    row = rule(id)
    assert (citation(row), short_citation(row), short_citation(row, phone=True)) == (long, short, phone)


def test_unverified_rules_carry_no_regulation_that_could_be_shown():
    for row in all_rules():
        if row.status != "V":
            assert row.cites == () and citation(row) == OWN_SETTING
        else:
            assert row.cites and not re.search(r"memory|number|第[0-9]", citation(row)), row.id


def test_a_doubtful_article_number_is_never_shown():
    assert {row.id for row in all_rules() if row.article_doubtful} == DOUBTFUL
    for id in DOUBTFUL:
        assert not re.search("第.{1,5}[条章]|8\\.1", citation(rule(id)))


def test_the_development_rules_apply_from_their_day():
    before, after = datetime.date(2026, 5, 10), datetime.date(2026, 5, 11)
    new = {row.id for row in all_rules(on=after)} - {row.id for row in all_rules(on=before)}
    assert new == {row.id for row in all_rules() if row.id.startswith("dev-")} and len(new) == 36


def test_parameters_are_read_as_numbers_and_comparisons_stand_as_written():
    assert rule("life-theme-day").number("per_month") == 1
    assert rule("edu-32h").number("hours") == 32
    assert rule("dev-talk-1m").number("deadline_months") == 1
    assert rule("ma-excellent-third").number("max_ratio") == Fraction(1, 3)
    assert rule("fee-flat").number("flat") == Decimal("0.2")
    assert rule("life-vote-general").conditions == ("present >= expected/2", "yes > expected/2")
    assert rule("life-chair").params == {}
    with pytest.raises(ValueError):
        rule("org-committee-size").number("size")
    with pytest.raises(KeyError):
        rule("life-chair").number("size")
    with pytest.raises(KeyError):
        rule("no-such-rule")


def test_requirement_rows_rest_on_rules_and_say_how_often():
    assert {row.rule: (row.owes, row.frequency(), row.kinds) for row in COUNTED_RULES} == {
        "life-assembly-q": ("branch", "每季度1次", ("assembly", "election")),
        "life-committee-m": ("branch_with_committee", "每月1次", ("committee_meeting",)),
        "life-group-m": ("small_group", "每月1次", ("group_meeting",)),
        "life-theme-day": ("branch", "每月1次", ("theme_day",)),
        "life-lecture-frequency": ("branch", "每季度1次", ("lecture",)),
        "life-org-meeting": ("branch", "每年1次", ("org_life",)),
        "ma-yearly": ("branch", "每年1次", ("member_review",)),
        "life-talks": ("each_member", "每年每人1次", ("talk",)),
    }
    for row in REQUIREMENT_RULES:
        assert rule(row.rule).id == row.rule
        # A number without a verified source is a setting of the agency.
        assert rule(row.rule).citable or row.number_setting or row.months_setting


def test_every_row_of_the_table_of_requirements_stands_in_the_rule_table():
    """Rulebook, table 1.5: 39 rules, all of them alive."""
    assert len(REQUIREMENT_RULES) == len(REQUIREMENT_RULES_BY_ID) == 39
    assert LIVE_RULES == REQUIREMENT_RULES
    assert {kind for row in REQUIREMENT_RULES for kind in row.places} == set(Kind)


def test_meetings_below_their_quorum_meet_nothing_where_a_rule_sets_one():
    assert {id: row.quorum for id, row in REQUIREMENT_RULES_BY_ID.items() if row.quorum} == {
        "life-assembly-q": "voters",
        "life-committee-m": "committee",
        "life-minsheng": "two_thirds",
        "resp-party-group-meeting": "committee",
    }


def test_each_setting_that_a_row_names_is_one_the_agency_can_set():
    named = {key for row in REQUIREMENT_RULES for key in row.settings}
    assert named and named <= set(dated.KNOWN)


def test_no_code_asks_for_a_rule_by_its_id():
    # Demo data names the requirements that it tells of, as tests do.
    tables = {*Path(rules.__file__).parent.glob("*.py")}
    code = [*(ROOT / "responsibilities").rglob("*.py"), *(ROOT / "assessments").rglob("*.py")]
    code = [path for path in code if "demo" not in path.parts and path not in tables]
    asking = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in code
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in REQUIREMENT_RULES_BY_ID
    ]
    assert code and asking == []
