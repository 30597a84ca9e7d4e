"""Exemptions as dated spans: who may agree, which periods they free, how they are listed and taken back."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from branches.audit.models import AuditEntry
from branches.jobs.models import ChangeMark
from branches.reach.access import Forbidden
from branches.settings.models import Setting
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.requirements.exemptions import exemption_make, exemption_revoke, exemptions_of, is_long
from responsibilities.requirements.models import Exemption
from responsibilities.requirements.selectors import one_requirement
from responsibilities.requirements.spans import freed, left_over, long_enough

pytestmark = pytest.mark.django_db
THEME, ASSEMBLY = "life-theme-day", "life-assembly-q"


def make(
    world, by=OPERATOR, place="branch_a", rules=(THEME,), first=date(2026, 7, 1), last=date(2026, 9, 30), **values
):
    return exemption_make(
        by=by,
        organisations=[world.places[place]],
        rules=rules,
        first=first,
        last=last,
        **({"reason": "防汛值守"} | values),
    )


def states(place, rule, *periods):
    day = date(2026, 11, 24)
    return [str(one_requirement(place, rule, Period.parse(period), day).state) for period in periods]


def test_a_span_frees_the_periods_of_which_too_little_remains(world):
    make(world, rules=[THEME, ASSEMBLY], first=date(2026, 7, 20), last=date(2026, 9, 10))
    # July keeps 19 of 31 days, August none, September 20 of 30; the quarter keeps 39 of 92.
    assert states(world.branch_a, THEME, "2026-07", "2026-08", "2026-09") == ["overdue", "exempt", "overdue"]
    assert states(world.branch_a, ASSEMBLY, "2026Q2", "2026Q3") == ["overdue", "exempt"]
    assert states(world.branch_b, THEME, "2026-08") == ["overdue"]
    Setting.objects.create(key="founding_share", value="0.7", valid_from=date(2026, 9, 1))
    assert states(world.branch_a, THEME, "2026-07", "2026-09") == ["overdue", "exempt"]


@pytest.mark.parametrize(
    ("spans", "left", "is_free"),
    [
        ([], 30, False),
        ([(date(2026, 9, 1), date(2026, 9, 15))], 15, False),
        ([(date(2026, 9, 1), date(2026, 9, 16))], 14, True),
        ([(date(2026, 9, 10), date(2026, 9, 12)), (date(2026, 9, 11), date(2026, 9, 30))], 9, True),
        ([(date(2026, 8, 1), date(2026, 12, 31))], 0, True),
        ([(date(2026, 10, 1), date(2026, 10, 31))], 30, False),
    ],
)
def test_spans_that_overlap_free_each_day_once(spans, left, is_free):
    month = Period.parse("2026-09")
    assert (left_over(month, spans), freed(month, spans, Fraction(1, 2))) == (left, is_free)


def test_the_whole_of_a_period_is_always_long_enough():
    month = Period.parse("2026-09")
    assert long_enough(month, month.first, month.last, 1) and not long_enough(month, date(2026, 9, 2), month.last, 1)
    assert long_enough(month, date(2026, 9, 30), month.last, 0) and not long_enough(
        month, date(2026, 10, 1), date.max, 0
    )


@pytest.mark.parametrize(
    ("who", "place", "error"),
    [
        ("committee_secretary", "branch_a", None),
        ("staff", "branch_a", Forbidden),
        ("staff", "root", Forbidden),
        ("general_secretary", "branch_c", Forbidden),
        ("secretary_a", "branch_a", Forbidden),
        ("secretary_b", "branch_a", Http404),
        ("discipline", "branch_a", Forbidden),
    ],
)
def test_only_who_assigns_work_strictly_above_may_exempt(who, place, error, world):
    if error is None:
        assert make(world, by=world.user(who), place=place, rules=["life-all-hands", THEME])
        return
    with pytest.raises(error):
        make(world, by=world.user(who), place=place)
    assert not Exemption.objects.exists()


def test_the_office_exempts_no_upper_level_and_nothing_that_has_begun(world, as_):
    today = clock.today()
    coming = {"first": today, "last": today + timedelta(days=60)}
    assert make(world, by=world.staff, **coming)
    with pytest.raises(Forbidden):
        make(world, by=world.staff, place="committee", rules=["life-all-hands"], **coming)
    data = {"organisations": [world.branch_b.pk], "rules": [THEME], "reason": "任务重", "document": ""}
    data |= {"first": str(today - timedelta(days=40)), "last": str(today)}
    page = as_("staff").post("/exemptions/new/", data)
    assert (
        page.status_code == 422 and "从今天以前开始的免予由机关党委书记登记。" in page.context["form"].errors["first"]
    )
    late = f"/requirements/{world.branch_b.pk}/{THEME}/2026-09/"
    assert f"{late}exempt/" not in as_("staff").get(late).content.decode()
    assert as_("staff").get(f"{late}exempt/").status_code == 403
    assert as_("committee_secretary").get(f"{late}exempt/").status_code == 200
    assert not Exemption.objects.filter(organisation__in=[world.branch_b, world.committee]).exists()


def test_beyond_six_months_who_sets_the_rules_has_to_agree(world):
    assert not is_long(date(2026, 1, 1), date(2026, 6, 30)) and is_long(date(2026, 1, 1), date(2026, 7, 1))
    long = {"first": date(2026, 3, 1), "last": date(2026, 9, 1)}
    with pytest.raises(Forbidden):
        make(world, by=world.staff, **long)
    (row,) = make(world, by=world.committee_secretary, document="云机党发〔2026〕3号", **long)
    with pytest.raises(Forbidden):
        exemption_revoke(by=world.staff, exemption=row, reason="不再需要")


def test_what_is_exempt_already_throughout_is_a_conflict_and_what_is_not_is_added(world):
    make(world)
    with pytest.raises(Conflict):
        make(world, first=date(2026, 8, 1), last=date(2026, 8, 31))
    make(world, first=date(2026, 8, 1), last=date(2026, 10, 31))
    make(world, rules=[THEME, ASSEMBLY])
    assert Exemption.objects.count() == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"rules": []}, "rules"),
        ({"rules": ["no-such-rule"]}, "rules"),
        ({"reason": "  "}, "reason"),
        ({"last": date(2026, 6, 30)}, "last"),
        ({"last": date(2030, 1, 1)}, "last"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(values, field, world):
    with pytest.raises(ValidationError) as told:
        make(world, **values)
    assert field in told.value.message_dict


def test_what_was_agreed_is_listed_exported_taken_back_and_kept(world, as_):
    (row,) = make(world, by=world.committee_secretary, document="云机党发〔2026〕3号")
    staff = as_("staff")
    page = staff.get("/exemptions/").content.decode()
    assert "甲处党支部" in page and "防汛值守" in page and "云机党发〔2026〕3号" in page
    assert "防汛值守" not in staff.get("/exemptions/?state=revoked").content.decode()
    assert "防汛值守" not in staff.get(f"/exemptions/?rule={ASSEMBLY}").content.decode()
    assert "防汛值守" not in as_("secretary_b").get("/exemptions/").content.decode()
    exported = staff.post("/exemptions/export/")
    assert b"".join(exported.streaming_content if exported.streaming else [exported.content])
    ChangeMark.objects.all().delete()
    exemption_revoke(by=world.committee_secretary, exemption=row, reason="值守已结束")
    mark = ChangeMark.objects.get(subject="exemption")
    assert (mark.first_day, mark.last_day) == (date(2026, 1, 1), date(2026, 12, 31))
    entry = AuditEntry.objects.latest("pk")
    assert entry.verb == "requirement.exempt_revoke" and "值守已结束" in entry.payload
    assert "撤销：值守已结束" in staff.get("/exemptions/?state=revoked").content.decode()
    assert states(world.branch_a, THEME, "2026-08") == ["overdue"]


def test_several_are_made_in_one_go_and_listed_before_a_freeze(world, as_):
    data = {
        "organisations": [world.branch_a.pk, world.branch_b.pk],
        "rules": [THEME, ASSEMBLY],
        "first": "2026-07-01",
        "last": "2026-09-30",
        "reason": "防汛值守",
        "document": "",
    }
    assert as_("committee_secretary").post("/exemptions/new/", data).status_code == 302
    (agreed,) = exemptions_of(world.staff, Period.parse("2026Q3"))
    assert agreed.places == (world.branch_a.label, world.branch_b.label)
    assert agreed.row.reason == "防汛值守" and agreed.rules == "党员大会、主题党日"
    assert not exemptions_of(world.staff, Period.parse("2026Q4"))
    assert exemptions_of(world.secretary_b, Period.parse("2026"))[0].places == (world.branch_b.label,)


def test_a_form_that_is_refused_keeps_what_was_typed(world, as_):
    data = {
        "organisations": [world.branch_a.pk],
        "rules": [THEME],
        "first": clock.today(),
        "last": clock.today() + timedelta(days=200),
        "reason": "驻村",
    }
    answer = as_("staff").post("/exemptions/new/", data)
    page = answer.content.decode()
    assert answer.status_code == 422 and "由机关党委书记登记" in page and "驻村" in page
    assert as_("secretary_a").get("/exemptions/new/").status_code == 404


def test_an_archived_branch_owes_what_it_lived_for_and_met_stays_met(world):
    """Judgement 2.5: symmetrical at both ends."""
    place = world.branch_b
    type(place).objects.filter(pk=place.pk).update(archived_on=date(2026, 9, 20))
    place.versions.update(ends=date(2026, 9, 20))
    assert states(place, THEME, "2026-08", "2026-09") == ["overdue", "overdue"]
    row = one_requirement(place, THEME, Period.parse("2026-09"), date(2026, 9, 22))
    assert (row.due, row.state) == (date(2026, 9, 20), "overdue")
    assert states(place, ASSEMBLY, "2026Q3") == ["overdue"]
    type(place).objects.filter(pk=place.pk).update(archived_on=date(2026, 9, 10))
    place.versions.update(ends=date(2026, 9, 10))
    assert states(place, THEME, "2026-09") == ["not_applicable"]
    tomorrow = clock.today() + timedelta(days=1)
    assert one_requirement(place, THEME, Period.containing("month", tomorrow)) is None
