"""People on their way into the Party in the demo agency, one at each bend of it. All invented."""

from datetime import time, timedelta

from assessments.demo.duties import moment
from common import clock
from members.activities.models import AttendanceState
from members.activities.selectors.rosters import expected, has_committee
from members.activities.services.records import RecordData
from members.activities.services.states import activity_accept, activity_record
from members.development.file import ADMIT, CONTACT, INTRODUCER, Vote
from members.development.services import cases, notices
from members.development.services.steps import StepData, step_add, step_explain
from members.roster.models.members import Member, MemberStage

_HEARD = "听取党小组、培养联系人、党员和群众意见，均同意列为发展对象"
# What a record of a step is called, and how long it lasts.
_TITLES = {
    "talk": "与入党申请人谈话",
    "committee_meeting": "研究发展党员工作",
    "assembly": "讨论发展党员事项",
    "training": "发展对象集中培训",
    "oath": "新党员入党宣誓",
}
# Branch, days ago of: application, talk, activist, contacts and reviews, discussion, consent, notice, listing, introducers and political
# review, training, review of the committee of the branch, pre-review, form, meeting. What is not there yet is left out.
_WAYS = (
    ("服务大厅", {"1": 37}),
    ("数据处", {"1": 22}),
    ("信息中心", {"1": 150, "2": 110, "3": 60, "4": 55}),
    ("数据处", {"1": 260, "2": 240, "3": 190, "4": 185, "5": 184}),
    ("服务大厅", {"1": 250, "2": 230, "3": 174, "4": 170, "5": 169}),
    ("办公室", {"1": 450, "2": 430, "3": 380, "4": 375, "5": 374, "6": (200, 20)}),
    ("综合处", {"1": 480, "2": 455, "3": 400, "4": 395, "5": 394, "6": (220, 40), "7": 24, "8": 12, "8a": 6}),
    ("审批处", {"1": 490, "2": 470, "3": 430, "4": 425, "5": 424, "6": (250, 70), "7": 60, "8": 50, "8a": 45, "list": 35, "9": 30}),
    (
        "评审中心",
        {
            "1": 495, "2": 480, "3": 470, "4": 465, "5": 464, "6": (300, 130), "7": 100, "8": 92, "8a": 88, "list": 78,
            "9": 76, "10": 70, "11": (60, 59, 58), "12": 30, "13": 20, "14": 18,
        },
    ),
)  # fmt: skip


class Developing:
    """Lets branches of a `people.Maker` lead applicants, and its office decide."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.branches = {str(branch.place).removesuffix("党支部"): branch for branch in maker.branches}
        self.staff = maker.users["ganbu"]

    def live(self):
        for number, (name, days) in enumerate(_WAYS):
            if name in self.branches:
                self._go(self.branches[name], number, days)
        for member in Member.objects.filter(stage=MemberStage.PROBATIONARY).select_related("home").order_by("pk")[:3]:
            self._take_over(member)

    def _at(self, ago, hour=10):
        return clock.at(moment(self.today - timedelta(days=ago), hour))

    def _day(self, ago):
        return self.today - timedelta(days=ago)

    def _go(self, branch, number, days):
        born = self.today.replace(year=self.today.year - 27 - number % 5, day=1)
        values = {"name": self.maker._name(), "sex": "男女"[number % 2], "birth_date": born}
        with self._at(days["1"]):
            person = cases.NewPerson(branch.place, values)
            case = cases.case_open(by=branch.secretary, person=person, opened_on=self._day(days["1"]))
        for key, ago in days.items():
            if key != "1":
                self._step(branch, case, key, ago)
        self._explain(branch, case)

    def _step(self, branch, case, key, ago):
        if key == "5":
            self._people(branch, case, CONTACT, ago)
        elif key == "9":
            self._people(branch, case, INTRODUCER, ago)
        elif key == "6":
            for day in ago:
                with self._at(day):
                    text = "思想上进，工作踏实，同意继续培养"
                    cases.review_add(by=branch.secretary, case=case, day=self._day(day), text=text)
        elif key == "8a":
            with self._at(ago):
                places = ["机关一楼公示栏", "内网公告"]
                notices.notice_post(by=branch.secretary, case=case, posted_on=self._day(ago), places=places)
        elif key == "11":
            for day in ago:
                self._enter(branch, case, key, day)
        else:
            self._enter(branch, case, "8a" if key == "list" else key, ago)

    def _enter(self, branch, case, key, ago):
        kinds = {"2": "talk", "11": "training", "15": "assembly"}
        # The committee of the branch, and the assembly where there is none.
        deciding = "committee_meeting" if has_committee(branch.place, self._day(ago)) else "assembly"
        kinds |= dict.fromkeys(("3", "7", "12"), deciding)
        by = self.staff if key in ("4", "8", "13") else branch.secretary
        data = StepData(day=self._day(ago))
        data.text = {"3": "党员推荐", "7": _HEARD, "15": "政治立场坚定，工作表现突出"}.get(key, "")
        data.document = {"8": "机关党委批复", "10": "人事处档案室", "13": "机关党委预审通知"}.get(key, "")
        if key == "8a":
            data.objections = 0
        if key in kinds:
            data.activity = self._record(branch, case, kinds[key], ago)
        if key == "15":
            voters = len([one for one in branch.people if one.full_on])
            data.vote = Vote(ADMIT, voters, voters, voters, 0, 0)
        with self._at(ago, 18):
            step_add(by=by, case=case, key=key, data=data)

    def _record(self, branch, case, kind, ago):
        day = self._day(ago)
        people = expected(branch.place, [kind], day) if kind != "talk" else [case.member]
        attendance = {member.pk: (AttendanceState.PRESENT, "") for member in people}
        data = RecordData(
            kinds=[kind],
            day=day,
            title=f"{_TITLES[kind]}（{case.member.name}）",
            starts_at=time(9, 0),
            ends_at=time(17, 0) if kind == "training" else time(10, 0),
            place="三楼会议室",
            chair=branch.people[0],
            recorder_name=branch.people[-1].name,
            content="" if kind == "talk" else "按程序研究办理。",
            attendance=attendance,
        )
        with self._at(ago, 16):
            record = activity_record(by=branch.secretary, organisation=branch.place, data=data)
        reviewer = self.maker.users["zongzhi"] if branch.place.parent_id == self.maker.general.pk else self.staff
        with self._at(ago, 17):
            return activity_accept(by=reviewer, activity=record) if record.state == "submitted" else record

    def _people(self, branch, case, role, ago):
        day = self._day(ago)
        chosen = [one for one in branch.people if one.full_on is not None and one.full_on <= day][1:3]
        with self._at(ago, 11):
            cases.roles_set(by=branch.secretary, case=case, role=role, people=chosen, starts=day)

    def _explain(self, branch, case):
        """The talk that came late is explained: it waits for the committee."""
        entry = case.entries.filter(key="2").first()
        if entry is not None and branch.place.short_name.startswith("信息中心"):
            with self._at(5):
                step_explain(by=branch.secretary, entry=entry, text="当月支部换届，支委暂缺，换届后即补谈")

    def _take_over(self, member):
        """A probationer of the roster, whose way until here is on paper."""
        joined = member.joined_on
        days = {"3": joined - timedelta(days=700), "15": joined, "17": joined + timedelta(days=40)}
        if days["17"] >= self._day(3):
            return
        with self._at(3):
            cases.case_take_over(by=self.staff, member=member, opened_on=joined - timedelta(days=900), days=days)
