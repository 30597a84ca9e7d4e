"""Who is reminded of what his organisation owes, once a day; exemptions and explanations are in the pages' tests."""

import pytest

from branches.access.services.appointments import appointment_make
from branches.notices.models import Notice
from branches.reach.models import Appointment
from common import clock
from common.errors import Conflict
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.requirements.exemptions import requirement_exempt
from responsibilities.requirements.models import Exemption
from responsibilities.requirements.rules import LIVE_RULES, REQUIREMENT_RULES
from responsibilities.requirements.selectors import one_requirement, requirements
from responsibilities.requirements.services import about, requirement_remind, responsible_for

pytestmark = pytest.mark.django_db


def names(place):
    return {user.username for user in responsible_for(place)}


def test_secretaries_answer_for_a_branch_and_leaders_too_for_a_group(world):
    appointment_make(
        by=OPERATOR, user=world.outsider, role="branch_officer", organisation=world.branch_a, starts=clock.today()
    )
    assert names(world.branch_a) == {"secretary_a"}
    assert names(world.group_a1) == {"secretary_a", "leader_a1"}
    assert names(world.group_a2) == {"secretary_a"}
    assert names(world.general) == {"general_secretary"}
    assert names(world.committee) == {"committee_secretary", "staff"}
    assert names(world.root) == {"party_secretary"}


def test_an_ended_post_and_a_locked_account_answer_for_nothing(world):
    Appointment.objects.filter(user=world.secretary_a).update(ends=clock.today().replace(year=2025))
    assert names(world.branch_a) == set()
    world.secretary_b.is_active = False
    world.secretary_b.save()
    assert names(world.branch_b) == set()


def test_a_reminder_goes_once_to_each_who_answers_and_says_where_there_is_nobody(world):
    Appointment.objects.filter(user=world.secretary_b).update(ends=clock.today().replace(year=2025))
    places = {place.pk: place for place in (world.branch_a, world.branch_b)}
    rows = [
        row for row in requirements(Period.parse("2026-09"), organisations=list(places)) if row.rule == "life-theme-day"
    ]
    sent, nobody = requirement_remind(by=world.staff, rows=rows, places=places)
    assert (sent, nobody) == (1, [world.branch_b])
    notice = Notice.objects.get(kind="reminder")
    assert notice.recipient == world.secretary_a and "主题党日" in notice.text
    assert notice.about == about(next(row for row in rows if row.organisation == world.branch_a.pk))


def test_what_the_committee_owes_is_reminded_to_its_office_but_not_to_whoever_reminds(world):
    rows = requirements(Period.parse("2026Q3"), organisations=[world.committee.pk], rules=list(LIVE_RULES))
    sent, nobody = requirement_remind(by=world.staff, rows=rows[:1], places={world.committee.pk: world.committee})
    assert (sent, nobody) == (1, [])
    assert Notice.objects.get(kind="reminder").recipient == world.committee_secretary


def test_a_requirement_exempted_by_two_superiors_is_exempt_once(world):
    row = one_requirement(world.branch_a, "life-theme-day", Period.parse("2026-02"))
    requirement_exempt(by=world.committee_secretary, organisation=world.branch_a, row=row, reason="疫情")
    with pytest.raises(Conflict):
        requirement_exempt(by=world.committee_secretary, organisation=world.branch_a, row=row, reason="疫情")
    assert Exemption.objects.count() == 1


def test_a_column_is_headed_by_the_narrow_name_where_there_is_one():
    heads = {row.rule: row.column_label for row in REQUIREMENT_RULES}
    assert (heads["life-talks"], heads["life-theme-day"]) == ("谈心", "主题党日")
    assert all(heads.values())
