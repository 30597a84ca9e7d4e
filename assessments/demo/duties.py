"""The duty lists of the demo agency at five levels, what was reported of them, and supervision. All invented."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from assessments.circulars.services import circular_change, circular_issue, circular_make
from branches.places.models.departments import Department
from common import clock
from common.periods import QUARTER, YEAR, Period
from responsibilities.assigning import committees_assigned
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyList, Level
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.selectors.lists import missing_lists
from responsibilities.duties.services.lists import duty_list_note, duty_lists_issue, duty_lists_make
from responsibilities.duties.services.portfolios import portfolio_make
from responsibilities.duties.services.reports import duty_report, duty_report_accept, duty_report_return
from responsibilities.duties.templates import template

DOCUMENT = "政数党〔{year}〕5号"
CIRCULAR = "政数机党通〔{year}〕{number}号"
WORDS = "已按要求完成，有关材料存档备查。"
CHARGES = {
    "lingdao": (["审批处", "项目处"], "项目处"),
    "fenguan2": (["数据处"], "数据处"),
    "fenguan3": (["法规处", "财务处", "办公室"], "财务处"),
    "dangzu": (["综合处", "人事处", "督查处"], "信息中心"),
}


def moment(day, hour=10):
    """That hour of a day, and of today never later than it is."""
    return min(timezone.make_aware(datetime.combine(day, time(hour, 0))), clock.now())


class Duties:
    """Makes and issues the lists of the year, and lets most holders say what no record shows."""

    def __init__(self, maker):
        self.maker, self.chance, self.today = maker, maker.chance, clock.today()
        self.staff, self.year = maker.users["ganbu"], Period(YEAR, clock.today().year)
        self.branches = {str(branch.place).removesuffix("党支部"): branch for branch in maker.branches}

    def live(self):
        self._charges()
        issued = min(self.today, self.year.first + timedelta(days=40))
        with clock.at(moment(issued)):
            duty_lists_make(by=self.staff, year=self.year.year, levels=list(LEVEL_ORDER))
            lists = list(DutyList.objects.filter(year=self.year.year))
            document = DOCUMENT.format(year=self.year.year)
            duty_lists_issue(by=self.staff, lists=lists, document=document, issued_on=issued)
        self._note(issued)
        self._report(issued)
        self._circulate(issued)
        self._still_to_issue()

    def _circulate(self, issued):
        """The committee's circulars: of each quarter that is over, the third five days late; a draft of the running one."""
        committee = committees_assigned(self.staff)[0]
        for number, quarter in enumerate(self.year.parts(QUARTER), 1):
            if quarter.first > self.today:
                break
            day = max(issued, quarter.last + timedelta(days=20 if number == 3 else 9))
            over = day <= self.today
            with clock.at(moment(day if over else self.today)):
                made, _ = circular_make(by=self.staff, organisation=committee, quarter=quarter)
                if over:
                    number_of = CIRCULAR.format(year=self.year.year, number=number)
                    circular_change(by=self.staff, circular=made, data={"number": number_of})
                    circular_issue(by=self.staff, circular=made)

    def _still_to_issue(self):
        """A branch founded since then has a list of its own, drafted and not issued yet."""
        if any(row.level == Level.BRANCH for row in missing_lists(self.staff, self.year.year, [Level.BRANCH])):
            duty_lists_make(by=self.staff, year=self.year.year, levels=[Level.BRANCH])

    def _charges(self):
        for username, (departments, contact) in CHARGES.items():
            leader = self.maker.users[username]
            for name in departments:
                department = Department.objects.get(name=name)
                self._charge(leader, department=department)
            self._charge(leader, contact=self.branches[contact].place)

    def _charge(self, leader, **what):
        portfolio_make(by=self.staff, organisation=self.maker.root, leader=leader, starts=self.year.first, **what)

    def _note(self, issued):
        """Most holders have taken note; two branches and one leader have not yet."""
        rows = DutyList.objects.exclude(level=Level.MEMBER).select_related("organisation", "holder", "member")
        holders = holders_each(list(rows), self.today)
        late = {self.branches["督查处"].place.pk, self.branches["信息中心"].place.pk}
        for row in rows:
            people = holders[row.pk]
            if not people or row.organisation_id in late or people[0] == self.maker.users["fenguan3"]:
                continue
            with clock.at(moment(min(self.today, issued + timedelta(days=self.chance.randrange(1, 6))), 15)):
                duty_list_note(by=people[0], duty_list=row)

    def _report(self, issued):
        rows = Duty.objects.filter(source="").exclude(list__level=Level.MEMBER)
        rows = list(rows.select_related("list__organisation", "list__holder", "list__member").order_by("pk"))
        slots, holders = duty_slots(rows), holders_each(list({row.list_id: row.list for row in rows}.values()))
        for duty in rows:
            for slot in slots[duty.pk]:
                if slot.expected and slot.due <= self.today and holders[duty.list_id]:
                    self._say(duty, slot, holders[duty.list_id][0], issued)

    def _say(self, duty, slot, holder, issued):
        line = template(duty.key)
        if line is not None and line.paper:
            # Nobody judges these, and the demo keeps no papers.
            return
        shown = duty.list.holder_id == self.maker.users["lingdao"].pk
        if self.chance.random() < 0.12 and not shown:
            return
        day = max(issued, slot.due - timedelta(days=self.chance.randrange(1, 12)))
        day = min(self.today, day + timedelta(days=20 if self.chance.random() < 0.08 else 0))
        with clock.at(moment(day)):
            report = duty_report(by=holder, duty=duty, slot=slot.key, text=WORDS)
        if report.state != "reported":
            return
        judge = self._judge(duty)
        if shown and slot.due > self.today - timedelta(days=190):
            with clock.at(moment(min(self.today, day + timedelta(days=3)))):
                duty_report_return(by=judge, report=report, reason="请写明时间、参加人员和办理结果。")
        elif day < self.today - timedelta(days=75) or self.chance.random() < 0.6:
            with clock.at(moment(min(self.today, day + timedelta(days=3)))):
                duty_report_accept(by=judge, report=report)

    def _judge(self, duty):
        if duty.list.level == Level.BRANCH:
            under = duty.organisation.parent_id == self.maker.general.pk
            return self.maker.users["zongzhi"] if under else self.staff
        if duty.list.level == Level.GENERAL_BRANCH:
            return self.staff
        return self.maker.users["dangzu"]
