"""What a start date leaves out is said before it is set, and is what is not owed afterwards."""

from datetime import date

import pytest

from branches.settings.services import setting_set, start_set
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.requirements.left_out import left_out
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.selectors import requirements

pytestmark = pytest.mark.django_db
# What else makes a rule not applicable in the small world is none of this test's business.
ALSO = ("未设支部委员会", "未划分党小组", "没有应谈人员")


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        ("2026-01-01", []),
        ("2026-07-02", []),
        ("2026-07-03", ["2026"]),
        ("2026-11-01", ["2026"]),
        ("2026-11-20", ["2026", "2026Q4", "2026-11"]),
        ("2026-12-17", ["2026", "2026Q4", "2026-12"]),
    ],
)
def test_it_is_what_is_not_owed_once_the_date_is_said(day, periods, world):
    start = date.fromisoformat(day)
    found = left_out(start)
    assert [str(row.period) for row in found] == periods
    start_set(by=OPERATOR, day=start)
    rows = requirements(Period.parse("2026"), organisations=[world.branch_a.pk], as_of=date(2026, 12, 31))
    open_now = {
        (row.rule, str(row.period))
        for row in rows
        if row.state == RequirementState.NOT_APPLICABLE
        and row.period.first < start <= row.period.last
        and not any(word in row.reason for word in ALSO)
    }
    assert open_now == {(rule.rule, str(row.period)) for row in found for rule in row.rules}


def test_what_was_due_before_it_is_named_too(world):
    setting_set(by=OPERATOR, key="org_life_due", value="03-31", valid_from=date(2026, 1, 1))
    (row,) = left_out(date(2026, 5, 1))
    assert [rule.short for rule in row.rules] == ["组织生活会", "民主评议"] and "早于启用日期" in row.why


def test_the_share_is_the_setting(world):
    setting_set(by=OPERATOR, key="founding_share", value="0", valid_from=date(2026, 1, 1))
    assert left_out(date(2026, 12, 31)) == []


def test_the_confirmation_leads_to_it_and_it_names_the_yearly_rules(world, as_):
    client = as_("committee_secretary")
    asked = client.post("/settings/agency-start/", {"day": "2026-11-20"}).content.decode()
    assert 'hx-get="/requirements/left-out/2026-11-20/"' in asked
    said = client.get("/requirements/left-out/2026-11-20/", headers={"HX-Request": "true"}).content.decode()
    assert "2026年度只剩 42 天，不足 50%：组织生活会、民主评议、谈心谈话" in said and "<html" not in said
    assert "都照常计算" in client.get("/requirements/left-out/2026-01-01/").content.decode()
    for wrong in ("2026-02-30", "1999-12-31", "heute"):
        assert client.get(f"/requirements/left-out/{wrong}/").status_code == 404
