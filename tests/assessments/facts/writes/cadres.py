"""Writes of hours and Party workers: a class with people of many branches, a length that is confirmed, posts, staff."""

from datetime import date

from common.operator import OPERATOR
from members.cadres.services.staff import total_note, work_end
from members.education.services.mending import mend_confirm, mend_state
from members.roster.services.members import post_end, post_give
from tests.assessments.facts.writes.agency import write
from tests.members.cadres.made import held, worker
from tests.members.education.made import without_times

SPRING = date(2026, 3, 10)


@write
def class_held(a):
    yield
    people = [*a.world.people("branch_a")[:2], a.world.people("branch_b")[0]]
    held(a.world, present=people, first=SPRING)


@write
def length_confirmed(a):
    without_times(a.world, SPRING)
    mend = mend_state(by=OPERATOR, organisation=a.world.branch_a, kind="lecture", year=2026, hours=1)
    yield
    if mend.state == "waiting":
        mend_confirm(by=OPERATOR, mend=mend)


@write
def seat_given(a):
    yield
    post_give(by=OPERATOR, member=a.world.people("branch_b")[1], organisation=a.world.branch_b, kind="deputy")


@write
def seat_given_up(a):
    post = a.world.people("branch_a")[1].posts.get()
    yield
    post_end(by=OPERATOR, post=post, ends=date(2026, 6, 30))


@write
def staff_counted(a):
    worker(a.world, starts=SPRING)
    yield
    total_note(by=OPERATOR, organisation=a.world.committee, number=200, starts=SPRING)


@write
def staff_gone(a):
    total_note(by=OPERATOR, organisation=a.world.committee, number=200, starts=date(2026, 1, 5))
    work = worker(a.world, starts=SPRING)
    yield
    work_end(by=OPERATOR, work=work, ends=date(2026, 9, 1))
