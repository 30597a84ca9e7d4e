"""Writes of cases: steps, reviews, a record returned, a case that goes elsewhere; uses of dues at a committee."""

from datetime import date

from common.operator import OPERATOR
from members.activities.models import Activity
from members.activities.services.states import mark_activity
from members.development.models.cases import DevelopmentCase
from members.development.services import cases, steps
from members.development.services.steps import StepData
from members.dues.services.uses import use_note
from members.roster.services.members import member_transfer
from tests.assessments.facts.writes.agency import TODAY, YEAR, record, write


def _case(a, opened=date(YEAR, 5, 12)):
    values = {"name": "申一", "sex": "女", "birth_date": date(1996, 1, 2)}
    person = cases.NewPerson(a.world.branch_a, values)
    return cases.case_open(by=OPERATOR, person=person, opened_on=opened)


def _talked(a, case, day):
    row = record(a.world.branch_a, "talk", day, [case.member])
    return row, steps.step_add(by=OPERATOR, case=case, key="2", data=StepData(activity=row))


def _activist(a, case):
    _talked(a, case, date(YEAR, 5, 20))
    row = record(a.world.branch_a, "committee_meeting", date(YEAR, 5, 20), a.people["branch_a"])
    steps.step_add(by=OPERATOR, case=case, key="3", data=StepData(activity=row, text="党员推荐"))


@write
def case_opened(a):
    yield
    _case(a)


@write
def case_talked_late(a):
    case = _case(a)
    yield
    _talked(a, case, date(YEAR, 8, 1))


@write
def talk_of_a_case_returned(a):
    row, _ = _talked(a, _case(a), date(YEAR, 5, 20))
    yield
    Activity.objects.filter(pk=row.pk).update(state="returned", return_reason="x")
    row.refresh_from_db()
    mark_activity(row)


@write
def late_step_explained_and_accepted(a):
    _, entry = _talked(a, _case(a), date(YEAR, 8, 1))
    yield
    steps.step_explain(by=a.world.secretary_a, entry=entry, text="出差")
    entry.refresh_from_db()
    steps.step_accept(by=a.world.staff, entry=entry)


@write
def activist_reviewed(a):
    case = _case(a)
    _activist(a, case)
    yield
    cases.review_add(by=OPERATOR, case=case, day=date(YEAR, 11, 20), text="表现良好")


@write
def case_withdrawn(a):
    case = _case(a, TODAY)
    yield
    cases.case_withdraw(by=OPERATOR, case=DevelopmentCase.objects.get(pk=case.pk), reason="本人不再申请")


@write
def applicant_transferred(a):
    case = _case(a)
    yield
    member_transfer(by=OPERATOR, member=case.member, branch=a.world.branch_b, on=date(YEAR, 6, 1))


@write
def dues_used_without_a_meeting(a):
    yield
    use_note(
        by=OPERATOR, organisation=a.world.committee, on=date(YEAR, 7, 1), heading="training", amount=100, purpose="培训"
    )


@write
def meeting_on_dues_returned(a):
    row = record(a.world.committee, "committee_plenary", date(YEAR, 6, 20))
    use_note(
        by=OPERATOR,
        organisation=a.world.committee,
        on=date(YEAR, 7, 1),
        heading="training",
        amount=100,
        purpose="培训",
        decided_in=row,
    )
    yield
    Activity.objects.filter(pk=row.pk).update(state="returned", return_reason="x")
    row.refresh_from_db()
    mark_activity(row)
