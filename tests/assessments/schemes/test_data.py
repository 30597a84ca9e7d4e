import copy

import pytest

from assessments.schemes.data import VERSIONS, default_scheme, scheme_data
from assessments.schemes.measures import MEASURES
from assessments.scoring import scheme_from
from branches.rulebook import rule
from responsibilities.requirements.rules import COUNTED_RULES

SHIPPED = [(key, number) for key, numbers in VERSIONS.items() for number in numbers]


@pytest.mark.parametrize("key, number", SHIPPED)
def test_a_default_scheme_names_only_rules_of_the_rulebook(key, number):
    scheme = default_scheme(key, number)
    assert (scheme.key, scheme.version) == (key, number)
    for _, row in scheme.indicators():
        assert row.measures, row.key
        for id in row.rules:
            assert rule(id).id == id
    for veto in scheme.vetoes:
        assert all(rule(id) for id in veto.rules)


@pytest.mark.parametrize("number", VERSIONS["tongbu-branch"])
def test_the_branch_scheme_has_the_weights_of_the_agency(number):
    scheme = default_scheme(version=number)
    assert [(row.name, row.points) for row in scheme.dimensions] == [
        ("组织生活", 30),
        ("党员教育管理", 20),
        ("四同步", 25),
        ("责任落实", 15),
        ("品牌与承诺", 10),
    ]
    assert scheme.bonus.cap == 5 and scheme.quota_for("quarter") == ()
    assert scheme.quota_for("year")[0].max_ratio * 10 == 3


@pytest.mark.parametrize("number", VERSIONS["tongbu-branch"])
def test_every_counted_rule_is_read_by_the_branch_scheme(number):
    read = {measure for _, row in default_scheme(version=number).indicators() for measure in row.measures}
    assert {row.measure for row in COUNTED_RULES} <= read


def test_the_second_version_keeps_the_points_of_the_first_and_takes_one_fault_once():
    first, second = default_scheme(), default_scheme(version=2)
    assert [(row.key, row.points) for _, row in first.indicators()] == [
        (row.key, row.points) for _, row in second.indicators()
    ]
    assert (second.spread, second.grade_min_points) == (False, 30)
    assert {row.key: row.full_from for row in second.dimensions if row.full_from != 1} == {"sync": 4, "duty": 4}
    rows = {row.key: row for _, row in second.indicators()}
    assert set(rows["duty-done"].counted_in) == rows.keys() - {"duty-done"}
    assert (rows["duty-debrief"].method, rows["duty-debrief"].measures) == ("ratio", ("requirement.oa-debrief",))
    assert "requirement.oa-debrief" in MEASURES and "education.hours" not in MEASURES


@pytest.mark.parametrize(
    "change, text",
    [
        (lambda data: data["dimensions"][0].update(points=31), "组织生活"),
        (lambda data: data.update(total=99), "99"),
        (lambda data: data["dimensions"][0]["indicators"][0].update(method="rank"), "rank"),
        (lambda data: data["dimensions"][0]["indicators"][0].update(key="sync-study"), "重复"),
        (lambda data: data["grades"].reverse(), "等次"),
        (lambda data: data["vetoes"][0].update(cap="一流"), "一流"),
        (lambda data: data["dimensions"][0]["indicators"][0].update(late_factor=2), "晚报"),
        (lambda data: data["dimensions"][0]["indicators"][0].update(ranked_by="总分"), "ranked_by.*还不会计算"),
        (lambda data: data["bonus"]["items"][0].update(per="each"), "per.*还不会计算"),
        (lambda data: data.update(votes_rule={"min_valid": 3}), "votes_rule.*还不会计算"),
    ],
)
def test_a_scheme_that_does_not_add_up_is_refused_in_chinese(change, text):
    data = copy.deepcopy(scheme_data("tongbu-branch"))
    change(data)
    with pytest.raises(ValueError, match=text):
        scheme_from(data)
