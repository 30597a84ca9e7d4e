"""Writes of duty lists, duties and their reports."""

from datetime import date

from assessments.circulars.services import circular_issue, circular_make
from branches.places.services.terms import term_set
from common.operator import OPERATOR
from common.periods import Period
from responsibilities.duties.models import DutyList
from responsibilities.duties.services.duties import duty_add, duty_change, duty_drop
from responsibilities.duties.services.lists import duty_lists_issue
from responsibilities.duties.services.reports import duty_report, duty_report_return
from responsibilities.requirements.selectors import one_requirement
from responsibilities.requirements.services import document_name, document_withdraw, requirement_remind
from tests.assessments.facts.writes.agency import YEAR, write
from tests.responsibilities.duties.world import DOCUMENT, ISSUED, duty, line


@write
def list_issued(a):
    yield
    drafts = list(DutyList.objects.filter(level="party_group"))
    duty_lists_issue(by=OPERATOR, lists=drafts, document=DOCUMENT, issued_on=ISSUED)


@write
def duty_added(a):
    yield
    duty_add(
        by=OPERATOR,
        duty_list=DutyList.objects.get(level="branch", organisation=a.world.branch_a),
        data=line(),
        reason="补",
    )


@write
def duty_changed(a):
    yield
    one = duty("br-promise", organisation=a.world.branch_a)
    duty_change(by=OPERATOR, duty=one, data={"due": "06-30"}, reason="提前")


@write
def duty_dropped(a):
    yield
    duty_drop(by=OPERATOR, duty=duty("br-promise", organisation=a.world.branch_a), reason="合并")


@write
def reported(a):
    yield
    one = duty("br-fee", organisation=a.world.branch_a)
    duty_report(by=a.world.secretary_a, duty=one, slot=f"{YEAR}Q1", text="已收缴")


@write
def report_returned(a):
    one = duty("br-fee", organisation=a.world.branch_a)
    report = duty_report(by=a.world.secretary_a, duty=one, slot=f"{YEAR}Q1", text="已收缴")
    yield
    duty_report_return(by=a.world.staff, report=report, reason="不全")


@write
def circular_issued(a):
    draft, _ = circular_make(by=OPERATOR, organisation=a.world.committee, quarter=Period.parse(f"{YEAR}Q2"))
    yield
    circular_issue(by=OPERATOR, circular=draft)


def _paper(a):
    row = one_requirement(a.world.committee, "resp-thought-report", Period.parse(f"{YEAR}H1"))
    named = {"title": "上半年思想政治工作情况报告", "number": "", "dated_on": date(YEAR, 6, 20)}
    return document_name(by=OPERATOR, organisation=a.world.committee, row=row, **named)


@write
def paper_named(a):
    """The committee's duty to report rests on its requirement, which the paper proves."""
    yield
    _paper(a)


@write
def paper_withdrawn(a):
    document = _paper(a)
    yield
    document_withdraw(by=OPERATOR, document=document)


@write
def reminded(a):
    """The committee's duty to remind of terms rests on its reminders, not on what its branches do."""
    branch = a.world.branch_a
    term_set(by=OPERATOR, organisation=branch, starts=date(YEAR - 2, 6, 1), expires=date(YEAR + 1, 4, 1))
    yield
    row = one_requirement(branch, "term-on-time", Period.parse(f"{YEAR + 1}"))
    requirement_remind(by=a.world.staff, rows=[row], places={branch.pk: branch})
