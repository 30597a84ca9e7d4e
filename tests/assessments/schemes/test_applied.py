"""Each method and feature of a scheme by name: applied by the service, or it stops the installation."""

import copy

import pytest

from assessments.schemes import services
from assessments.schemes.applying import check_applied
from assessments.schemes.data import VERSIONS, default_scheme, scheme_data
from assessments.schemes.models import SchemeVersion
from assessments.scoring import scheme_from
from assessments.scoring.schemes import METHODS
from common.operator import OPERATOR

HAND, RECORDS = ["by-hand"], ["requirement.life-theme-day"]
ONE = [{"when": "缺一次", "points": 1, "per": "each"}]
STEPS = {"base_at": "0.5", "step": "0.1", "step_points": 1}
BANDS = [["0.9", 5], [None, 0]]
LEVELS = {"好": 5, "差": 0}


def with_row(key="tongbu-branch", version=2, **values):
    """A shipped scheme whose first indicator is another one."""
    data = copy.deepcopy(scheme_data(key, version))
    row = data["dimensions"][0]["indicators"][0]
    kept = {name: row[name] for name in ("key", "name", "points")}
    data["dimensions"][0]["indicators"][0] = kept | values
    return data


# Of each method how people and how records may give it; None: not in this way.
WAYS = {
    "ratio": (None, {}),
    "deduct": ({"deductions": [*ONE, {"when": "其他"}]}, {"deductions": ONE}),
    "graded": ({"levels": LEVELS}, None),
    "bands": ({"bands": BANDS}, {"bands": BANDS}),
    "steps": (STEPS, STEPS),
    "count": ({"points_each": 1}, {"points_each": 1}),
    "votes": ({"levels": {"好": 100, "差": 0}}, None),
    "derived": (None, None),
    "manual": ({}, None),
}
SHAPES = {
    "deduct": {"deductions": ONE}, "graded": {"levels": LEVELS}, "bands": {"bands": BANDS}, "steps": STEPS,
    "count": {"points_each": 1}, "votes": {"levels": {"好": 100, "差": 0}},
}  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("measures, way", [(HAND, 0), (RECORDS, 1)])
def test_a_method_is_applied_in_this_way_or_stops_the_installation(method, measures, way):
    wanted = WAYS[method][way]
    data = with_row(method=method, measures=measures, **(wanted if wanted is not None else SHAPES.get(method, {})))
    if wanted is not None:
        check_applied(scheme_from(data))
    else:
        with pytest.raises(ValueError, match="党员大会"):
            check_applied(scheme_from(data))


@pytest.mark.parametrize(
    "values, sentence",
    [
        ({"method": "deduct", "measures": RECORDS, "deductions": [*ONE, *ONE]}, "只设一种情形"),
        ({"method": "deduct", "measures": RECORDS, "deductions": [{"when": "按程度"}]}, "只设一种情形"),
        ({"method": "deduct", "measures": RECORDS, "deductions": ONE, "sub_items": [2, 3]}, "只设一种情形"),
        ({"method": "deduct", "measures": HAND, "deductions": [{"when": "缺", "points": 1, "per": "monthly"}]}, "计法"),
        ({"method": "deduct", "measures": HAND, "deductions": [{"when": "缺", "points": 1, "part": 1}]}, "小项不存在"),
        ({"method": "bands", "measures": RECORDS, "bands": [[90, 5], [None, 0]]}, "0 至 1 之间"),
        ({"method": "steps", "measures": RECORDS, **STEPS, "base_at": 50}, "0 至 1 之间"),
        ({"method": "manual", "measures": HAND, "aspects": ["配备"]}, "分方面取低"),
        ({"method": "ratio", "measures": [*HAND, *RECORDS]}, "请选择一种"),
        ({"method": "ratio", "measures": ["below.oa-debrief"]}, "所属党组织"),
        ({"method": "ratio", "measures": ["results.own"]}, "由结果换算"),
        ({"method": "derived", "measures": ["results.own"]}, "不能互相换算"),
        ({"method": "derived", "measures": ["results.mean", "results.ballots"]}, "请选择一项"),
        ({"method": "derived", "measures": ["results.rank"]}, "请选择一项"),
        ({"method": "graded", "measures": HAND, "levels": {"好": 6}}, "应在 0 至5之间"),
        ({"method": "votes", "measures": HAND, "levels": {"好": 120}}, "应计 0 至 100"),
    ],
)
def test_what_would_be_printed_and_never_applied_is_refused_with_its_reason(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_applied(scheme_from(with_row(**values)))


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"applies": ["secretary"]}, "考核对象"),
        ({"periods": ["month"]}, "考核期"),
        ({"quota_tie": "lot"}, "不在可用之列"),
        ({"grade_on": "rank"}, "不在可用之列"),
        ({"quotas": [{"grade": "优秀", "periods": ["year"]}]}, "名额"),
        ({"quotas": [{"grade": "优秀", "max_ratio": 2, "periods": ["year"]}]}, "名额"),
        ({"votes_rule": {}}, "还不会计算"),
        ({"formula": "x"}, "还不会计算"),
    ],
)
def test_what_holds_for_the_whole_too(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_applied(scheme_from(scheme_data("tongbu-branch", 2) | changes))


@pytest.mark.django_db
def test_installation_itself_stops_and_leaves_nothing(monkeypatch):
    before = SchemeVersion.objects.count()
    data = with_row(method="votes", measures=RECORDS, levels={"好": 100}) | {"version": 7}
    monkeypatch.setattr(services, "shipped", lambda key, number: data)
    with pytest.raises(ValueError, match="按人工登记计分"):
        services.scheme_install(by=OPERATOR, key="tongbu-branch", number=2)
    assert SchemeVersion.objects.count() == before


@pytest.mark.parametrize("key, number", [(key, number) for key, numbers in VERSIONS.items() for number in numbers])
def test_everything_in_the_shipped_schemes_is_applied(key, number):
    check_applied(default_scheme(key, number))


def test_the_four_defaults_have_the_points_bounds_and_quotas_of_the_rulebook():
    debrief, star = default_scheme("tongbu-debrief"), default_scheme("tongbu-star")
    assert [(row.key, row.points, row.method) for _, row in debrief.indicators()] == [
        ("vote-superior", 40, "votes"),
        ("vote-members", 30, "votes"),
        ("result-score", 30, "derived"),
    ]
    levels = dict(debrief.indicators()[0][1].levels)
    assert levels == {"好": 100, "较好": 80, "一般": 60, "差": 40} and debrief.indicators()[0][1].min_valid == 3
    assert debrief.bounds == (("好", 90), ("较好", 75), ("一般", 60), ("差", None))
    assert [(row.grade, row.max_ratio * 10) for row in (*debrief.quotas, *star.quotas)] == [("好", 3), ("五星", 3)]
    assert [(row.key, row.points, row.measures) for _, row in star.indicators()] == [
        ("base-score", 70, ("results.own",)),
        ("appraisal-debrief", 30, ("results.ballots",)),
    ]
    assert star.bounds == (("五星", 90), ("四星", 80), ("三星", 70), ("二星", 60), ("一星", None))
    assert debrief.vetoes[0].cap == "一般" and star.vetoes[0].cap == "二星"
    first, second = default_scheme("tongbu-committee"), default_scheme("tongbu-committee", 2)
    assert [(row.key, row.points) for _, row in first.indicators()] == [
        (row.key, row.points) for _, row in second.indicators()
    ]
    closing = next(row for _, row in second.indicators() if row.key == "sync-close")
    assert closing.measures == ("sync.closure",) and not second.spread
    assert second.applies == ("committee", "general_branch")
