"""What party group and committee of the demo agency did in the year: meetings, study, lectures, visits to branches."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from common import clock
from common.periods import YEAR, Period
from members.activities.models import AttendanceState
from members.activities.selectors.rosters import expected
from members.activities.services.records import RecordData, activity_create
from members.activities.services.states import activity_submit

# (kind, where it is kept, month, day, title, who speaks): one row for each thing that was done
HELD = [
    ("party_group_meeting", "root", 1, 12, "研究年度重点业务和党建工作安排", ""),
    ("party_special", "root", 3, 5, "专题研究机关党建和全面从严治党", ""),
    ("study_group", "root", 2, 26, "集体学习：数字政府建设与作风", ""),
    ("study_group", "root", 5, 21, "集体学习：依法行政", ""),
    ("study_group", "root", 8, 27, "集体学习：优化营商环境", ""),
    ("party_special", "root", 8, 13, "专题研究意识形态工作", ""),
    ("party_group_meeting", "root", 8, 20, "听取机关党委和支部书记汇报", ""),
    ("lecture", "root", 6, 30, "党课：把群众的事办在前面", "dangzu"),
    ("lecture", "root", 9, 18, "党课：分管领域的责任与担当", "lingdao"),
    ("committee_plenary", "committee", 1, 22, "讨论年度党建计划和责任清单", ""),
    ("committee_plenary", "committee", 7, 16, "通报上半年组织生活检查情况", ""),
    ("all_hands", "committee", 7, 1, "机关党员干部大会", ""),
]
# What a meeting of these kinds says it was about, by its title.
TOPICS = {
    "专题研究机关党建和全面从严治党": ["governance", "party_building"],
    "专题研究意识形态工作": ["ideology"],
}
# (who, branch, month, day)
VISITS = [("dangzu", "信息中心党支部", 4, 17), ("lingdao", "项目处党支部", 5, 15), ("fenguan2", "数据处党支部", 6, 11)]


class Above:
    """Lives through the year above the branches of a `people.Maker`."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.places = {"root": maker.root, "committee": maker.committee}

    def live(self):
        for kind, place, month, day, title, speaker in HELD:
            self._hold(self.places[place], kind, month, day, title, speaker)
        for who, branch, month, day in VISITS:
            self._hold(self.maker.root, "visit_branch", month, day, f"到{branch}联系点指导", who)

    def _hold(self, place, kind, month, day, title, speaker):
        on = Period(YEAR, self.today.year).first.replace(month=month, day=day)
        if on > self.today - timedelta(days=2):
            return
        name = self.maker.users[speaker].name if speaker else ""
        data = RecordData(
            kinds=[kind],
            day=on,
            title=title,
            starts_at=time(9, 0),
            ends_at=time(11, 0),
            place="四楼会议室",
            chair_name=name or self.maker.users["dangzu"].name,
            lecturer_name=name if kind == "lecture" else "",
            topics=TOPICS.get(title, []),
            recorder_name=self.maker.users["ganbu"].name,
            attendance={member.pk: (AttendanceState.PRESENT, "") for member in expected(place, [kind], on)},
            content=f"一、传达有关文件。\n二、{title}。\n三、明确分工和时限。",
        )
        with clock.at(timezone.make_aware(datetime.combine(on + timedelta(days=1), time(16, 0)))):
            record = activity_create(by=self.maker.users["ganbu"], organisation=place, data=data)
            activity_submit(by=self.maker.users["ganbu"], activity=record)
