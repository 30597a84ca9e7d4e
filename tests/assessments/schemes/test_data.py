import copy

import pytest

from assessments.schemes.data import KEYS, default_scheme, scheme_data
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import BRANCH_SCHEME, install_defaults, scheme_current
from assessments.scoring import scheme_from
from branches.audit.models import AuditEntry
from responsibilities.requirements.rules import COUNTED_RULES
from responsibilities.rulebook import rule


@pytest.mark.parametrize("key", KEYS)
def test_a_default_scheme_names_only_rules_of_the_rulebook(key):
    for _, row in default_scheme(key).indicators():
        assert row.measures, row.key
        for id in row.rules:
            assert rule(id).id == id
    for veto in default_scheme(key).vetoes:
        assert all(rule(id) for id in veto.rules)


def test_the_branch_scheme_has_the_weights_of_the_agency():
    scheme = default_scheme()
    assert [(row.name, row.points) for row in scheme.dimensions] == [
        ("组织生活", 30),
        ("党员教育管理", 20),
        ("四同步", 25),
        ("责任落实", 15),
        ("品牌与承诺", 10),
    ]
    assert scheme.bonus.cap == 5 and scheme.quota_for("quarter") == ()
    assert scheme.quota_for("year")[0].max_ratio * 10 == 3


def test_every_counted_rule_is_read_by_the_branch_scheme():
    read = {measure for _, row in default_scheme().indicators() for measure in row.measures}
    assert {row.measure for row in COUNTED_RULES} <= read


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
    ],
)
def test_a_scheme_that_does_not_add_up_is_refused_in_chinese(change, text):
    data = copy.deepcopy(scheme_data("tongbu-branch"))
    change(data)
    with pytest.raises(ValueError, match=text):
        scheme_from(data)


@pytest.mark.django_db
def test_each_shipped_scheme_is_installed_once_with_an_entry_and_the_newest_of_its_key_holds():
    SchemeVersion.objects.all().delete()
    before = AuditEntry.objects.filter(verb="scheme.install").count()
    for _ in range(2):
        install_defaults()
    assert (
        AuditEntry.objects.filter(verb="scheme.install").count() - before == SchemeVersion.objects.count() == len(KEYS)
    )
    body = scheme_current().body
    newer = SchemeVersion.objects.create(key=BRANCH_SCHEME, version=2, title="二", body=body)
    SchemeVersion.objects.create(key="another", version=9, title="另一套", body=body)
    assert scheme_current() == newer and {scheme_current(key).key for key in KEYS} == set(KEYS)
