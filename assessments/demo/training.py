"""A year of training and study topics in the demo agency: a plan with classes held and to come, topics at every stage. All invented."""

import random
from datetime import date, timedelta
from decimal import Decimal

from assessments.demo.duties import moment
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.operator import OPERATOR
from members.activities.models import ActivityState
from members.activities.services.records import record_data
from members.activities.services.states import activity_accept, activity_record
from members.cadres.services.classes import class_hold, class_write, plan_write
from members.cadres.services.staff import total_note, work_note
from members.cadres.services.topics import topic_found, topic_review, topic_set, topic_used
from members.roster.models.posts import Post

_BRANCH_SEATS = ["secretary", "deputy", "organisation", "publicity", "discipline"]
# (title, purpose, posts, month and day, days, hours)
CLASSES = (
    ("新任书记任职培训", "induction", ["secretary"], (5, 14), 1, 8),
    ("支部书记集中轮训", "rotation", ["secretary"], (7, 8), 2, 16),
    ("支委业务培训班", "rotation", _BRANCH_SEATS[1:], (8, 19), 1, 8),
    ("年末党务干部专题培训", "special", _BRANCH_SEATS, (12, 10), 1, 8),
)
# (title, question, what was found or "", level, what came of it)
TOPICS = (
    (
        "窗口先锋岗如何带动办件提速",
        "先锋岗设在哪里、怎样轮换",
        "设在办件最多的窗口，每季轮换，随办件量调整。",
        "taken",
        "制度：首问负责办法",
    ),
    (
        "青年学习小组怎样不走形式",
        "小组学什么、怎样和业务结合",
        "以经办的实际问题为题，学习后写成改进措施。",
        "taken",
        "",
    ),
    ("离退休党员送学上门", "送什么、多久一次、由谁送", "按身体状况分三类，每季一次，由结对支部承担。", "", ""),
    ("党建与重点项目同步推进", "项目节点怎样进入支部议程", "", "", ""),
)


class Training:
    """Plans, holds and looks into, with chance of its own, so that nothing before it changes."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.staff, self.secretary = maker.users["ganbu"], maker.users["dangwei"]
        self.chance = random.Random(20260801)  # nosec B311

    def live(self):
        committee = Organisation.objects.filter(kind=Kind.COMMITTEE).order_by("pk").first()
        year = self.today.year
        with clock.at(moment(date(year, 1, 15))):
            plan_write(by=self.staff, organisation=committee, year=year, title=f"{year}年党务干部培训计划")
            total_note(by=self.staff, organisation=committee, number=320, starts=date(year, 1, 5))
            for branch in self.maker.branches[:3]:
                member = branch.people[-1]
                work_note(by=self.staff, member=member, organisation=committee, share="full", starts=date(year, 1, 5))
        for row in CLASSES:
            self._class(committee, row)
        for branch, row in zip(self.maker.branches, TOPICS, strict=False):
            self._topic(branch, row)

    def _class(self, committee, row):
        title, purpose, posts, (month, day), days, hours = row
        first = date(self.today.year, month, day)
        last = first + timedelta(days=days - 1)
        values = {
            "title": title,
            "purpose": purpose,
            "posts": posts,
            "first": first,
            "last": last,
            "hours": Decimal(hours),
            "place": "机关三楼会议室",
            "organiser": "inside",
            "lecturer": None,
            "venue": None,
        }
        with clock.at(moment(date(first.year, 1, 16))):
            planned = class_write(by=self.staff, organisation=committee, values=values)
        if last >= self.today - timedelta(days=1):
            return
        with clock.at(moment(last + timedelta(days=1))):
            record = class_hold(by=self.staff, training_class=planned)
            data = record_data(record)
            data.attendance = {
                pk: ("present", "") if self.chance.randrange(10) else ("leave", "出差") for pk in data.attendance
            }
            if data.attendance:
                record = activity_record(by=self.staff, organisation=committee, data=data, activity=record)
                if record.state == ActivityState.SUBMITTED:
                    activity_accept(by=self.secretary, activity=record)

    def _topic(self, branch, row):
        title, question, finding, level, use = row
        lead = Post.objects.filter(organisation=branch.place, kind="secretary").select_related("member").first()
        if lead is None:
            return
        year = self.today.year
        values = {
            "lead": lead.member,
            "title": title,
            "question": question,
            "first": date(year, 2, 10),
            "due": date(year, 12, 15),
        }
        with clock.at(moment(date(year, 2, 10))):
            topic = topic_set(by=self.staff, organisation=branch.place, values=values)
        if not finding or date(year, 8, 28) >= self.today:
            return
        with clock.at(moment(date(year, 8, 28))):
            topic_found(by=OPERATOR, topic=topic, finding=finding)
        if level and date(year, 9, 4) < self.today:
            with clock.at(moment(date(year, 9, 4))):
                topic_review(by=self.secretary, topic=topic, level=level, reason="做法具体，可以推广")
                if use:
                    topic_used(by=OPERATOR, topic=topic, about="policy/0", name=use)
