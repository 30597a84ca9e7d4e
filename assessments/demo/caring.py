"""A year of commitments and of care in the demo agency: pledges made, reviewed and said of, people visited. All invented."""

import random
from datetime import date, timedelta
from decimal import Decimal

from assessments.demo.duties import moment
from common import clock
from common.operator import OPERATOR
from members.activities.selectors.rosters import roster
from members.activities.services.records import RecordData
from members.activities.services.states import activity_accept, activity_record
from members.care.models import HonourLevel
from members.care.rules import festival_eve
from members.care.services.honours import honour_note
from members.care.services.keeping import event_note, help_note, mark_begin
from members.commitments.models import Commitment, Kept
from members.commitments.rules import Wanted
from members.commitments.services.deciding import branch_publish, branch_review
from members.commitments.services.pledging import commitment_make
from members.commitments.services.saying import pledge_say

PLEDGES = (
    "每季度参加 1 次志愿服务",
    "整理本岗位资料移交清单",
    "帮带 1 名新同志熟悉业务",
    "每月到服务窗口帮办 1 次",
    "按时参加组织生活，有事提前请假",
    "梳理 1 项业务流程，提出改进建议",
)
_HOW = ("还差一次，明年一月补上", "因岗位调整完成一半", "材料已整理，尚未移交")


class Caring:
    """Acts for the branches of a `people.Maker`, with chance of its own, so that nothing before it changes."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.chance = random.Random(20260702)  # nosec B311

    def live(self):
        for number, branch in enumerate(self.maker.branches):
            # Who came in the year is not among them.
            people = list(roster(branch.place, date(self.today.year, 1, 10)).filter(home=branch.place))
            if number % 5 != 3:
                self._pledge(branch, people)
            self._look_after(branch, people, number)
        self._honour()

    def _pledge(self, branch, people):
        year = self.today.year
        day = date(year, 1, 12)
        with clock.at(moment(day)):
            for member in people:
                texts = self.chance.sample(PLEDGES, self.chance.choice([2, 2, 3]))
                commitment_make(by=OPERATOR, member=member, year=year, wanted=[Wanted(text) for text in texts])
        with clock.at(moment(day + timedelta(days=7))):
            branch_review(by=branch.secretary, branch=branch.place, year=year)
            # What is the secretary's own is reviewed by another.
            branch_review(by=OPERATOR, branch=branch.place, year=year)
            branch_publish(by=branch.secretary, branch=branch.place, year=year)
        for row in Commitment.objects.filter(member__in=people, year=year):
            for pledge in row.pledges.standing():
                drawn = self.chance.random()
                if drawn < 0.45:
                    continue
                own = Kept.FULFILLED if drawn < 0.9 else Kept.PARTLY
                how = self.chance.choice(_HOW) if own == Kept.PARTLY else ""
                with clock.at(moment(self.today - timedelta(days=self.chance.randrange(3, 40)))):
                    pledge_say(by=OPERATOR, pledge=pledge, own=own, how=how)

    def _look_after(self, branch, people, number):
        if len(people) < 4:
            return
        year, eve = self.today.year, festival_eve(self.today.year)
        kinds = ("hardship", "old_cadre", "ill") if "离退休" in str(branch.place) else ("hardship", "ill")
        with clock.at(moment(date(year - 1, 12, 20))):
            marked = self.chance.sample(people[2:], min(len(kinds), len(people) - 2))
            for member, kind in zip(marked, kinds, strict=False):
                mark_begin(by=branch.secretary, member=member, kind=kind, day=date(year - 1, 12, 15))
        if eve is not None and number % 6 != 5:
            to_visit = [one for one, kind in zip(marked, kinds, strict=False) if kind != "ill"]
            self._visit(branch, to_visit, eve - timedelta(days=self.chance.randrange(2, 15)))
        day = self.today - timedelta(days=self.chance.randrange(4, 60))
        sick = self.chance.choice(people[2:])
        with clock.at(moment(day)):
            event_note(by=branch.secretary, member=sick, kind="hospital", day=day)
        if number % 3:
            self._visit(branch, [sick], min(self.today, day + timedelta(days=self.chance.randrange(1, 4))))
        if number % 4 == 2:
            with clock.at(moment(day)):
                help_note(
                    by=branch.secretary,
                    member=marked[0],
                    kind="grant",
                    source="budget",
                    day=day,
                    amount=Decimal(self.chance.randrange(5, 20) * 100),
                )

    def _visit(self, branch, people, day):
        there = set(roster(branch.place, day).values_list("pk", flat=True))
        attendance = {member.pk: ("present", "") for member in people if member.pk in there}
        if not attendance:
            return
        with clock.at(moment(day)):
            data = RecordData(kinds=["visit"], day=day, title="走访慰问", chair=branch.people[0], attendance=attendance)
            record = activity_record(by=branch.secretary, organisation=branch.place, data=data)
        if record.state == "submitted" and day < self.today - timedelta(days=3):
            general = branch.place.parent_id == self.maker.general.pk
            with clock.at(moment(day + timedelta(days=2))):
                activity_accept(by=self.maker.users["zongzhi" if general else "ganbu"], activity=record)

    def _honour(self):
        day = date(self.today.year, 7, 1)
        if day > self.today:
            return
        with clock.at(moment(day)):
            for number, branch in enumerate(self.maker.branches):
                common = {"by": OPERATOR, "level": HonourLevel.OWN, "granted_on": day, "granted_by": "局机关党委"}
                if number % 4 == 0:
                    honour_note(organisation=branch.place, title="先进党支部", **common)
                if number % 2 == 0:
                    honour_note(member=branch.people[-1], title="优秀共产党员", **common)
            # From above: offered as bonus where entries of the year are made.
            upper = {"by": OPERATOR, "granted_on": day, "organisation": self.maker.branches[0].place}
            for level, title, giver in (
                (HonourLevel.CITY, "全市先进基层党组织", "市直机关工委"),
                (HonourLevel.PROVINCE, "全省先进基层党组织", "省直机关工委"),
            ):
                honour_note(title=title, level=level, granted_by=giver, **upper)
