"""The agency's settings: who sets which, from which day, with the consequence before; the date from which it reckons."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.settings import dated
from branches.settings.dated import KNOWN
from branches.settings.models import Setting
from branches.settings.selectors import history, setting_lines
from branches.settings.services import setting_set, start_set
from branches.settings.start import EARLIEST, KEY, agency_start
from common import clock
from common.operator import OPERATOR

GRACE = "/settings/grace_days/"
START = "/settings/agency-start/"


def test_a_value_is_set_after_its_consequence_was_read_and_counts_from_its_day(world, as_):
    client = as_("committee_secretary")
    day = clock.today() + timedelta(days=30)
    data = {"value": "10", "valid_from": day.isoformat()}
    asked = client.post(GRACE, data).content.decode()
    assert "由 7 改为 10" in asked and f"{clock.in_words(day)}起" in asked
    assert not Setting.objects.filter(key="grace_days").exists()
    assert client.post(GRACE, data | {"confirmed": "1"})["Location"] == "/settings/"
    assert dated.whole("grace_days", day - timedelta(days=1)) == 7
    assert dated.whole("grace_days", day) == 10
    mark = ChangeMark.objects.filter(subject="setting").get()
    assert (mark.organisation, mark.first_day, mark.last_day) == (world.root, day, day)
    assert AuditEntry.objects.latest("pk").verb == "setting.set"
    page = client.get("/settings/").content.decode()
    assert day.isoformat() in page and "committee_secretary 用户" in page


def test_an_earlier_value_reaches_only_to_the_next_one(world):
    setting_set(by=OPERATOR, key="grace_days", value="10", valid_from=date(2026, 7, 1))
    setting_set(by=OPERATOR, key="grace_days", value="9", valid_from=date(2026, 3, 1))
    mark = ChangeMark.objects.filter(subject="setting").latest("pk")
    assert (mark.first_day, mark.last_day) == (date(2026, 3, 1), date(2026, 6, 30))


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}])
@pytest.mark.parametrize("value", ["", "abc", "-1", "61", "NaN", "inf", "1e400", "7.5", "1,0", "７天"])
def test_a_value_out_of_its_range_is_told_at_the_field(value, confirmed, world, as_):
    answer = as_("committee_secretary").post(
        GRACE, {"value": value, "valid_from": clock.today().isoformat()} | confirmed
    )
    assert answer.status_code == 200 and 'aria-invalid="true"' in answer.content.decode()
    assert not Setting.objects.filter(key="grace_days").exists()


def test_a_value_that_is_history_stays_and_one_to_come_may_be_replaced(world):
    past, coming = clock.today() - timedelta(days=3), clock.today() + timedelta(days=3)
    for day in (past, coming):
        setting_set(by=OPERATOR, key="founding_share", value="0.4", valid_from=day)
    with pytest.raises(ValidationError):
        setting_set(by=OPERATOR, key="founding_share", value="0.3", valid_from=past)
    setting_set(by=OPERATOR, key="founding_share", value="0.3", valid_from=coming)
    for value in ("0.5", "0.6"):
        setting_set(by=OPERATOR, key="founding_share", value=value)
    assert Setting.objects.get(key="founding_share", valid_from=clock.today()).value == "0.6"
    assert Setting.objects.get(key="founding_share", valid_from=coming).value == "0.3"


@pytest.mark.parametrize("who", ["committee_secretary", "administrator"])
def test_an_unknown_setting_does_not_exist(who, as_):
    assert as_(who).get("/settings/secret_key/").status_code == 404


def test_settings_of_the_business_are_not_the_administrators_nor_technical_ones_the_business(world, as_):
    business, system = as_("committee_secretary"), as_("administrator")
    backdate = "/settings/appointment_backdate_days/"
    assert business.get(GRACE).status_code == system.get(backdate).status_code == 200
    assert system.get(GRACE).status_code == business.get(backdate).status_code == system.get(START).status_code == 404
    listed = system.get("/settings/").content.decode()
    assert "任职起最多" in listed and "宽限" not in listed and "启用日期" not in listed
    for by, key in ((world.administrator, "grace_days"), (world.committee_secretary, "appointment_backdate_days")):
        with pytest.raises(Http404):
            setting_set(by=by, key=key, value="5")
    for by in (world.administrator, world.staff, world.secretary_a):
        with pytest.raises(Http404):
            start_set(by=by, day=date(2026, 1, 1))


def test_the_start_is_said_moved_and_kept_as_history(world, as_):
    client = as_("committee_secretary")
    asked = client.post(START, {"day": "2026-07-01"}).content.decode()
    assert "自2026年7月1日起计算义务和得分" in asked and "不再计算" in asked and agency_start() == EARLIEST
    assert client.post(START, {"day": "2026-07-01", "confirmed": "1"}).status_code == 302
    assert agency_start() == date(2026, 7, 1)
    assert "将补算" in client.post(START, {"day": "2026-03-01"}).content.decode()
    client.post(START, {"day": "2026-03-01", "confirmed": "1"})
    assert agency_start() == date(2026, 3, 1)
    mark = ChangeMark.objects.filter(subject="setting").latest("pk")
    assert (mark.first_day, mark.last_day) == (date(2026, 1, 1), date(clock.today().year, 12, 31))
    # One row a day: the trail holds what was said in between.
    row = Setting.objects.get(key=KEY, valid_from=clock.today())
    assert (row.value, row.set_by) == ("2026-03-01", world.committee_secretary)
    said = [one for one in AuditEntry.objects.filter(verb="setting.start") if "2026-07-01" in one.payload]
    assert len(said) == 2


@pytest.mark.parametrize("day", ["", "abc", "1999-12-31", "2099-01-01", "2000-01-01"])
def test_a_start_that_cannot_be_is_told_at_the_field(day, world, as_):
    answer = as_("committee_secretary").post(START, {"day": day, "confirmed": "1"})
    assert answer.status_code == 200 and 'aria-invalid="true"' in answer.content.decode()
    assert agency_start() == EARLIEST


def test_the_page_tells_what_holds_today_from_what_is_to_come(world):
    day, today = timedelta(days=1), clock.today()
    for value, valid_from in (("5", today - day), ("6", today), ("8", today + day), ("9", today + 2 * day)):
        setting_set(by=OPERATOR, key="grace_days", value=value, valid_from=valid_from)
    lines = {line.key: line for line in setting_lines({KNOWN["grace_days"].right})}
    line = lines["grace_days"]
    assert line.now.value == "6" and [row.value for row in line.later] == ["9", "8"]
    assert [row.value for row in history("grace_days")] == ["9", "8", "6", "5"]
    assert {line.known.right for line in lines.values()} == {KNOWN["grace_days"].right}
    assert all(line.now is None and not line.later for key, line in lines.items() if key != "grace_days")


def test_a_proposal_for_the_business_concerns_nobody_who_keeps_the_machine(world, as_):
    data = {"value": "10", "valid_from": (clock.today() + timedelta(days=30)).isoformat(), "reason": "提前准备"}
    assert as_("staff").post(GRACE, data).status_code == 302
    (line,) = [line for line in setting_lines({"set_rules"}) if line.key == "grace_days"]
    assert len(line.proposed) == 1
    assert as_("administrator").get("/settings/").status_code == 200
    assert not any(line.proposed for line in setting_lines({"manage_accounts"}))
