"""Practices in the demo agency: one that spreads, one proven, two candidates, one retired. All invented."""

from datetime import timedelta

from assessments.demo.duties import moment
from branches.places.models.organisations import Organisation
from common import clock
from members.activities.models import Activity, ActivityState, BuildingField, Way
from responsibilities.campaigns.models import Campaign, CampaignState
from responsibilities.policies.models import CountedFrom
from responsibilities.policies.services import issuing
from responsibilities.policies.services.policies import CheckData, PolicyData, StepData, policy_save
from responsibilities.policies.services.receipts import policy_note
from responsibilities.practices.services.adoptions import adoption_judge, adoption_report, practice_adopt
from responsibilities.practices.services.practices import (
    PracticeData,
    Sources,
    practice_formalise,
    practice_propose,
    practice_prove,
    practice_retire,
)

_THEME_DAY, _LINKED, _PRESENT = "requirement.life-theme-day", "ways.linked", "attendance.present"
# Branch, days ago, how adapted, result, words, level, reason of the judgement; what is not yet there is "".
_ADOPTED = (
    (
        "综合处",
        190,
        "改在周四，赶在党组会之前",
        "adapted",
        "议题提前对好，会后当天分工",
        "same",
        "出席本来就高，变化不大",
    ),
    ("财务处", 180, "", "kept", "与预算例会合开，不另占时间", "better", "两会合开，资料只备一份"),
    ("数据处", 170, "", "kept", "议题对了，分工还没有印发", "worse", "会开了，分工没有落到纸面"),
    ("项目处", 160, "", "kept", "与项目调度会一并进行", "", ""),
    ("督查处", 150, "只在有重点业务的周召开", "adapted", "有事则开，没有事不开", "better", "到会齐了，会也少了"),
    ("法规处", 35, "", "", "", "", ""),
)


class Practices:
    """Lets branches of a `people.Maker` propose, adopt and report, and its office decide."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.staff, self.head = maker.users["ganbu"], maker.users["dangwei"]
        self.committee = Organisation.objects.get(kind="committee")
        self.branches = {str(branch.place).removesuffix("党支部"): branch for branch in maker.branches}

    def live(self):
        self._spreading()
        self._proven()
        self._candidates()
        self._retired()

    def _at(self, ago, hour=10):
        return clock.at(moment(self.today - timedelta(days=ago), hour))

    def _propose(self, name, ago, started, **values):
        branch = self.branches[name]
        data = PracticeData(started=self.today - timedelta(days=started), **values)
        with self._at(ago):
            return practice_propose(by=branch.secretary, organisation=branch.place, data=data)

    def _prove(self, practice, ago, reason):
        with self._at(ago):
            return practice_prove(by=self.staff, practice=practice, reason=reason)

    def _spreading(self):
        brand = Campaign.objects.filter(state=CampaignState.ACCEPTED, title="周五联席半小时").first()
        practice = self._propose(
            "审批处",
            215,
            225,
            title="周五联席半小时",
            problem="党建和业务各开各的会，一项业务走两遍，人也到不齐",
            steps="周五对好下周的业务和支部议题\n定牵头人\n会上一并研究\n会后三日内印发分工",
            building=BuildingField.ORGANISATION,
            way=Way.MERGE,
            measure=_PRESENT,
            sources=Sources(campaign=brand),
        )
        self._prove(practice, 205, "会议减少一半，出席率提高")
        for row in _ADOPTED:
            self._adopt(practice, row)
        with self._at(150):
            version = practice_formalise(
                by=self.staff, practice=practice, organisation=self.committee, title="周五联席会商制度"
            )
            version = policy_save(by=self.staff, version=version, check=CheckData(90), **_policy(version, self.today))
        with self._at(145):
            issuing.policy_put_in_force(by=self.head, version=version, in_force_from=self.today - timedelta(days=145))
        for number, branch in enumerate(self.maker.branches):
            with self._at(144 - number % 3):
                policy_note(by=branch.secretary, version=version, organisation=branch.place)

    def _adopt(self, practice, row):
        """row: one of _ADOPTED."""
        name, ago, adapted, result, text, level, reason = row
        branch = self.branches.get(name)
        if branch is None:
            return
        with self._at(ago):
            row = practice_adopt(by=branch.secretary, practice=practice, organisation=branch.place, adapted=adapted)
        if not result:
            return
        with self._at(max(ago - 125, 4)):
            row = adoption_report(by=branch.secretary, adoption=row, result=result, text=text)
        if level:
            with self._at(max(ago - 130, 2)):
                adoption_judge(by=self.staff, adoption=row, level=level, reason=reason)

    def _proven(self):
        practice = self._propose(
            "法规处",
            130,
            200,
            title="一案一改党课",
            problem="党课讲法条，听完与手头工作对不上",
            steps="每月选一件被纠正的案卷\n处室和支部同堂讲\n当场列出要改的一至三处\n下月回看",
            building=BuildingField.THOUGHT,
            way=Way.PERMEATE,
            measure=_LINKED,
        )
        self._prove(practice, 120, "课后整改逐月回看，重点业务研究跟上")
        self._adopt(practice, ("信息中心", 100, "案卷换成数据差错", "", "", "", ""))

    def _candidates(self):
        branch = self.branches["项目处"]
        record = (
            Activity.objects.filter(
                organisation=branch.place,
                state=ActivityState.ACCEPTED,
                valid=True,
                day__lt=self.today - timedelta(days=40),
            )
            .order_by("-day", "-pk")
            .first()
        )
        self._propose(
            "项目处",
            18,
            90,
            title="党小组驻点重大项目",
            problem="项目现场的事要等回机关开会才定",
            steps="党小组会开到项目现场\n能定的当场定\n定不了的三日内带回支委会",
            building=BuildingField.CONDUCT,
            way=Way.AROUND,
            sources=Sources(activity=record),
        )
        self._propose(
            "服务大厅",
            9,
            200,
            title="窗口首问联办",
            problem="群众在窗口之间来回问，首接的人不负责到底",
            steps="首问党员认领\n跨窗口的当场联办\n当天对账",
            building=BuildingField.CONDUCT,
            measure=_THEME_DAY,
        )

    def _retired(self):
        practice = self._propose(
            "财务处",
            260,
            300,
            title="月末集中补学",
            problem="平时学习时间难保证",
            steps="月末半天集中补学",
            building=BuildingField.THOUGHT,
        )
        self._prove(practice, 250, "学时达到要求")
        with self._at(120):
            practice_retire(by=self.staff, practice=practice, reason="集中补学代替不了按月学习，不再推广")


def _policy(version, today):
    """Return what the office adds to the draft: when it was issued, to whom, who does each step in how many days."""
    issued = today - timedelta(days=150)
    steps = [
        StepData(
            step.title,
            "branch_secretary",
            days,
            ["document"],
            counted_from=CountedFrom.TRIGGER if step.order == 1 else CountedFrom.PREVIOUS,
        )
        for step, days in zip(version.steps.all(), (2, 1, 3, 3), strict=False)
    ]
    data = PolicyData(
        organisation=version.policy.organisation,
        title=version.policy.title,
        building=version.policy.building,
        document=f"机党发〔{issued.year}〕18号",
        issued_on=issued,
        addressed=["branch"],
        summary=version.summary,
    )
    return {"data": data, "steps": steps}
