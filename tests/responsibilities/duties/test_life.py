"""Founding, archiving, exemption and the agency's start: nobody gains a point by them, and nobody loses one that he earned."""

from datetime import date

import pytest

from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from branches.settings.services import start_set
from common.operator import OPERATOR
from members.activities.models import Attendance
from members.roster.models.members import Member
from responsibilities.duties.models import DutyReport
from responsibilities.duties.progress import duty_slots
from responsibilities.requirements.models import Exemption
from tests.responsibilities.duties.test_own_acts import held
from tests.responsibilities.duties.world import duty, issued

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 11, 24)


def lived(place, **days):
    Organisation.objects.filter(pk=place.pk).update(**days)


def year(world, key="br-debrief", place="branch_b", as_of=AS_OF):
    one = duty(key, organisation=world.places[place])
    return next(slot for slot in duty_slots([one], as_of=as_of)[one.pk] if slot.key == "2026")


def debriefed(world, day=date(2026, 11, 5)):
    """The secretary of branch B is present at the committee's meeting."""
    secretary = Member.objects.get(name="乙一")
    Member.objects.filter(pk=secretary.pk).update(account=world.secretary_b)
    meeting = held(world.committee, "debrief", day)
    Attendance.objects.create(activity=meeting, member=secretary, organisation=world.branch_b, state="present")


def exempt(place, first, last, rules=("oa-debrief",)):
    Exemption.objects.create(organisation=place, rules=list(rules), first=first, last=last, reason="同意顺延")


def numbers(slot):
    return slot.expected, slot.done, slot.state


@pytest.mark.parametrize("met", [False, True])
def test_archiving_late_in_the_year_wipes_nothing_out_and_takes_nothing_away(world, met):
    issued(world)
    if met:
        debriefed(world)
    lived(world.branch_b, archived_on=date(2026, 11, 20))
    slot = year(world)
    # It owes what it owes by its last day.
    assert slot.due == date(2026, 11, 20) and numbers(slot) == ((1, 1, "closed") if met else (1, 0, "overdue"))


@pytest.mark.parametrize(
    "days", [{"archived_on": date(2026, 5, 20)}, {"founded": date(2026, 9, 1)}], ids=["archived", "founded"]
)
def test_of_a_year_of_which_little_was_lived_nothing_is_owed_unless_it_was_met(world, days):
    issued(world)
    lived(world.branch_b, **days)
    slot = year(world, as_of=date(2027, 1, 1))
    assert numbers(slot) == (0, 0, "not_applicable") and slot.text.endswith("当期不计")
    debriefed(world, date(2026, 5, 5) if "archived_on" in days else date(2026, 11, 5))
    assert numbers(year(world)) == (1, 1, "closed")


def test_what_was_reported_before_it_was_archived_stays(world):
    issued(world)
    one = duty("br-promise", organisation=world.branch_b)
    DutyReport.objects.create(
        duty=one, slot="2026", text="已公布", state="accepted", reported_at="2026-02-20T01:00:00Z"
    )
    lived(world.branch_b, archived_on=date(2026, 3, 20))
    assert numbers(year(world, "br-promise")) == (1, 1, "accepted")
    DutyReport.objects.update(state="returned", return_reason="补充")
    assert numbers(year(world, "br-promise")) == (0, 0, "not_applicable")


def test_who_is_exempt_from_the_rule_is_not_behind_with_the_duty_and_loses_nothing(world):
    issued(world)
    exempt(world.branch_b, date(2026, 1, 1), date(2026, 12, 31))
    slot = year(world, as_of=date(2027, 1, 1))
    assert numbers(slot) == (0, 0, "not_applicable") and slot.text == "已同意免予：同意顺延"
    # The branch beside it owes as before; three weeks are no year; another rule frees nothing.
    assert year(world, place="branch_a", as_of=date(2027, 1, 1)).state == "overdue"
    debriefed(world)
    assert numbers(year(world)) == (1, 1, "closed")


@pytest.mark.parametrize(
    "span",
    [
        (date(2026, 12, 10), date(2026, 12, 31), ("oa-debrief",)),
        (date(2026, 1, 1), date(2026, 12, 31), ("life-theme-day",)),
    ],
)
def test_a_short_exemption_or_one_from_another_rule_frees_nothing(world, span):
    issued(world)
    exempt(world.branch_b, *span)
    assert numbers(year(world, as_of=date(2027, 1, 1))) == (1, 0, "overdue")


def test_a_revoked_exemption_frees_nothing(world):
    issued(world)
    exempt(world.branch_b, date(2026, 1, 1), date(2026, 12, 31))
    Exemption.objects.update(revoked="2026-06-01T00:00:00Z", revoke_reason="误批")
    assert year(world, as_of=date(2027, 1, 1)).state == "overdue"


def test_a_start_moved_late_makes_history_of_the_year_and_no_point_of_what_was_before(world):
    issued(world)
    debriefed(world, date(2026, 3, 5))
    assert year(world).state == "closed"
    start_set(by=OPERATOR, day=date(2026, 9, 1))
    assert numbers(year(world)) == (0, 0, "not_applicable")
    start_set(by=OPERATOR, day=date(2026, 3, 1))
    assert numbers(year(world)) == (1, 1, "closed")


def test_nobody_renews_the_term_of_an_organisation_that_is_gone(world):
    issued(world)
    term = Term.objects.create(organisation=world.branch_b, expires=date(2026, 10, 1))
    one = duty("br-term", organisation=world.branch_b)

    def owed():
        return [slot.state for slot in duty_slots([one], as_of=AS_OF)[one.pk] if slot.key == f"term/{term.pk}"]

    assert owed() == ["overdue"]
    lived(world.branch_b, archived_on=date(2026, 10, 2))
    assert owed() == ["overdue"], "it ran out while the branch stood"
    lived(world.branch_b, archived_on=date(2026, 9, 30))
    assert owed() == []
