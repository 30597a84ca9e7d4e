"""Writes of exemptions, charges, coverage, posts, appointments, terms and the tree."""

from datetime import date, timedelta

from branches.access.services.appointments import appointment_end, appointment_make
from branches.places import tree
from branches.places.models.departments import Department
from branches.places.services.departments import coverage_set
from branches.places.services.terms import term_close, term_set
from branches.reach.models import Appointment
from branches.settings.joining import joining_set
from branches.settings.services import start_set
from common.operator import OPERATOR
from members.activities.judgement import judgements_write
from members.activities.selectors.rosters import committee
from members.roster.services.members import member_transfer, member_update, post_end, post_give
from responsibilities.duties.services.portfolios import portfolio_end, portfolio_make
from responsibilities.requirements.exemptions import exemption_make, exemption_revoke, requirement_exempt
from tests.assessments.facts.writes.agency import TODAY, YEAR, account_link, record, row_of, write


@write
def exempted(a):
    yield
    row = row_of(a.world.branch_a, "life-theme-day", f"{YEAR}-02")
    requirement_exempt(by=a.world.committee_secretary, organisation=a.world.branch_a, row=row, reason="疫情")


@write
def exempted_from_debriefing(a):
    """From a rule that no fact counts: the duty that rests on it is not owed either."""
    yield
    exemption_make(
        by=OPERATOR,
        organisations=[a.world.branch_a],
        rules=["oa-debrief"],
        first=date(YEAR, 1, 1),
        last=date(YEAR, 12, 31),
        reason="疫情",
    )


@write
def exemption_of_a_month_to_come_revoked(a):
    row = row_of(a.world.branch_a, "life-theme-day", f"{YEAR}-12")
    exemption = requirement_exempt(
        by=a.world.committee_secretary, organisation=a.world.branch_a, row=row, reason="疫情"
    )
    yield
    exemption_revoke(by=a.world.committee_secretary, exemption=exemption, reason="已结束")


@write
def exemption_revoked(a):
    row = row_of(a.world.branch_a, "life-theme-day", f"{YEAR}-02")
    exemption = requirement_exempt(
        by=a.world.committee_secretary, organisation=a.world.branch_a, row=row, reason="疫情"
    )
    yield
    exemption_revoke(by=a.world.committee_secretary, exemption=exemption, reason="已结束")


@write
def start_said(a):
    yield
    start_set(by=a.world.committee_secretary, day=date(YEAR, 6, 10))


@write
def start_moved_back(a):
    start_set(by=a.world.committee_secretary, day=date(YEAR, 9, 1))
    yield
    start_set(by=a.world.committee_secretary, day=date(YEAR, 2, 20))


@write
def joined_later(a):
    yield
    joining_set(by=a.world.committee_secretary, place=a.world.branch_a, day=date(YEAR, 6, 10))


@write
def joining_taken_back(a):
    joining_set(by=a.world.committee_secretary, place=a.world.branch_a, day=date(YEAR, 9, 1))
    yield
    joining_set(by=a.world.committee_secretary, place=a.world.branch_a, day=None)


@write
def charged(a):
    for day in (date(YEAR, 2, 3), date(YEAR, 9, 3)):
        record(a.world.branch_a, "visit_branch", day, chair_name=a.world.leader.name)
    yield
    portfolio_make(
        by=OPERATOR,
        organisation=a.world.root,
        leader=a.world.leader,
        contact=a.world.branch_a,
        starts=date(YEAR, 1, 1),
    )


@write
def charge_ended(a):
    record(a.world.branch_a, "visit_branch", date(YEAR, 9, 3), people=[], content=f"{a.world.leader.name}到会指导。")
    row = portfolio_make(
        by=OPERATOR,
        organisation=a.world.root,
        leader=a.world.leader,
        contact=a.world.branch_a,
        starts=date(YEAR, 1, 1),
    )
    yield
    portfolio_end(by=OPERATOR, portfolio=row, ends=date(YEAR, 6, 1))


@write
def covered_by_another(a):
    office = Department.objects.create(name=f"综合处{Department.objects.count()}")
    coverage_set(by=OPERATOR, department=office, organisation=a.world.branch_a, starts=date(YEAR, 1, 1))
    portfolio_make(by=OPERATOR, organisation=a.world.root, leader=a.world.leader, department=office)
    record(a.world.branch_b, "talk", date(YEAR, 9, 3), people=[a.people["branch_b"][0], a.people["branch_a"][0]])
    yield
    coverage_set(by=OPERATOR, department=office, organisation=a.world.branch_c, starts=TODAY)


@write
def post_ended(a):
    office = Department.objects.create(name=f"综合处{Department.objects.count()}")
    coverage_set(by=OPERATOR, department=office, organisation=a.world.branch_a, starts=date(YEAR, 1, 1))
    portfolio_make(by=OPERATOR, organisation=a.world.root, leader=a.world.leader, department=office)
    yield
    post_end(by=OPERATOR, post=a.world.branch_a.posts.get(kind="secretary"))


@write
def appointment_changed(a):
    """Who answers for the branch decides which debriefing meeting counts for it."""
    record(a.world.committee, "debrief", date(YEAR, 2, 9), people=[a.people["branch_a"][0]])
    yield
    row = Appointment.objects.get(user=a.world.secretary_a, role="branch_secretary")
    appointment_end(by=OPERATOR, appointment=row, ends=TODAY - timedelta(days=1), reason="调离")


@write
def appointment_made(a):
    record(a.world.committee, "debrief", date(YEAR, 2, 9), people=[a.people["branch_c"][0]])
    account_link(a.people["branch_c"][0], "outsider")
    yield
    appointment_make(
        by=OPERATOR, user=a.world.outsider, role="branch_secretary", organisation=a.world.branch_c, starts=TODAY
    )


@write
def account_linked(a):
    record(a.world.committee, "debrief", date(YEAR, 2, 9), people=[a.people["branch_c"][0]])
    yield
    account_link(a.people["branch_c"][0], "secretary_c")


@write
def term_ended(a):
    term_set(by=OPERATOR, organisation=a.world.branch_a, starts=date(2023, 5, 1), expires=date(YEAR, 5, 1))
    yield
    term_close(by=OPERATOR, organisation=a.world.branch_a, on=date(YEAR, 4, 30), next_expires=date(YEAR + 3, 4, 30))


@write
def term_to_come(a):
    yield
    term_set(by=OPERATOR, organisation=a.world.branch_a, starts=date(2023, 5, 1), expires=date(YEAR, 12, 20))


@write
def transferred(a):
    yield
    member_transfer(
        by=OPERATOR, member=a.people["branch_a"][2], branch=a.world.branch_b, on=date(YEAR, 8, 1), reason="调动"
    )


@write
def moved(a):
    yield
    tree.organisation_move(by=OPERATOR, organisation=a.world.branch_a, parent=a.world.general)


@write
def archived(a):
    yield
    tree.organisation_archive(by=OPERATOR, organisation=a.world.branch_c, on=TODAY)


@write
def seat_given_since_a_day_gone_by(a):
    """Just half of the committee was there; with two seats more, held since before, it was less."""
    branch, day, people = a.world.branch_a, date(YEAR, 8, 10), a.world.people("branch_a")
    for member in people[:2]:
        post_give(by=OPERATOR, member=member, organisation=branch, kind="commissioner", starts=date(YEAR, 1, 5))
    seats = committee(branch, day)
    judgements_write(record(branch, "committee_meeting", day, people=seats[: (len(seats) + 1) // 2]))
    yield
    for member in [one for one in people if one not in seats][:2]:
        post_give(by=OPERATOR, member=member, organisation=branch, kind="publicity", starts=date(YEAR, 8, 1))


@write
def date_of_joining_corrected(a):
    """One of five was no full member then: of four voters two were there."""
    branch, people = a.world.branch_a, a.world.people("branch_a")
    meeting = record(branch, "assembly", date(YEAR, 10, 20), people=people[:2])
    judgements_write(meeting)
    yield
    member_update(by=OPERATOR, member=people[4], full_on=date(YEAR, 11, 1))
