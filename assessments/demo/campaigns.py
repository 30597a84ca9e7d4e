"""Campaigns in the demo agency: one that runs with a milestone overdue, contests, one summed up, brand projects. All invented."""

from datetime import timedelta
from decimal import Decimal

from assessments.demo.duties import moment
from common import clock
from members.activities.models import COUNTING_STATES, Activity
from members.activities.services.ties import tie_confirm
from responsibilities.campaigns.models import CampaignKind, OutcomeKind
from responsibilities.campaigns.rules import Planned
from responsibilities.campaigns.services.brands import brand_accept, brand_apply, brand_approve, brand_submit
from responsibilities.campaigns.services.campaigns import CampaignData, Goal, campaign_save
from responsibilities.campaigns.services.taking_part import (
    Outcome,
    campaign_join,
    campaign_publish,
    closing_judge,
    closing_write,
    milestone_done,
    outcome_add,
)
from responsibilities.campaigns.ties import TABLE, record_tie
from responsibilities.policies.models import PolicyVersion
from responsibilities.work.models import WorkItem


class Campaigning:
    """Sets campaigns up at the committee of a `people.Maker` and lets branches take part."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.staff = maker.users["ganbu"]
        self.branches = {str(branch.place).removesuffix("党支部"): branch for branch in maker.branches}

    def live(self):
        self._present()
        self._ended()
        self._contest()
        self._brands()

    def _ago(self, days):
        return self.today - timedelta(days=days)

    def _start(self, ago, names, **values):
        """Publish a campaign so many days ago in which some branches take part from the first day on."""
        with clock.at(moment(self._ago(ago))):
            campaign = campaign_save(by=self.staff, data=CampaignData(starts=self._ago(ago), **values))
            campaign_publish(by=self.staff, campaign=campaign)
        with clock.at(moment(self._ago(ago), 15)):
            for name in names:
                branch = self.branches[name]
                campaign_join(by=branch.secretary, campaign=campaign, organisation=branch.place)
        return campaign

    def _tie(self, campaign, names, kinds, most, until=1):
        """Tie up to `most` records of each branch, from the first to the last of its months, and let the office confirm that.

        until: days ago after which nothing was tied any more.
        """
        last = min(campaign.last_day, self._ago(until))
        for name in names:
            branch = self.branches[name]
            rows = Activity.objects.filter(
                organisation=branch.place,
                state__in=COUNTING_STATES,
                kinds__kind__in=kinds,
                day__range=(campaign.starts, last),
            )
            held = list(rows.distinct().order_by("day", "pk"))
            for record in held[:: max((len(held) - 1) // (most - 1), 1)][:most]:
                with clock.at(moment(self._ago(0), 8)):
                    tie = record_tie(by=branch.secretary, activity=record, campaign=campaign)
                    tie_confirm(by=self.staff, table=TABLE, tie=tie)

    def _present(self):
        names = ("审批处", "服务大厅", "信息中心", "数据处", "项目处", "综合处")
        names = [name for name in names if name in self.branches]
        campaign = self._start(
            200,
            names,
            kind=CampaignKind.THEME,
            title="高效办成一件事，党员走在前",
            approach="drive",
            occasion="高效办成一件事",
            words="办成一件事",
            ends=self.today + timedelta(days=30),
            goals=[
                Goal("开展主题党日 20 次", Decimal(20), ("theme_day",)),
                Goal("重点业务研究环节同步", Decimal(90), measure="sync.study", unit="%"),
            ],
            items=list(WorkItem.objects.filter(stopped_on__isnull=True).order_by("pk")[:2]),
            policies=list(PolicyVersion.objects.filter(policy__title="重点业务联席研究制度")),
            milestones=[
                Planned("动员部署", self._ago(170), ("theme_day", "committee_meeting")),
                Planned("联合观摩", self._ago(100), ("theme_day", "lecture")),
                Planned("群众评议", self._ago(6)),
                Planned("总结评议", self.today + timedelta(days=20)),
            ],
        )
        self._tie(campaign, names, ("theme_day",), 4)
        branch = self.branches[names[0]]
        with clock.at(moment(self._ago(8))):
            outcome = Outcome(
                OutcomeKind.FIGURE, "办成一件事平均跑动", self._ago(8), Decimal("2.4"), Decimal("0.9"), "次"
            )
            outcome_add(by=branch.secretary, campaign=campaign, organisation=branch.place, data=outcome)
            milestone = campaign.milestones.get(name="群众评议")
            milestone_done(
                by=branch.secretary,
                milestone=milestone,
                organisation=branch.place,
                done_on=self._ago(9),
                text="120 名群众评议，满意 116 名",
            )

    def _ended(self):
        names = [name for name in ("审批处", "法规处", "督查处") if name in self.branches]
        campaign = self._start(
            180,
            names,
            kind=CampaignKind.THEME,
            title="建党纪念系列活动",
            approach="occasion",
            occasion="七一",
            ends=self._ago(60),
            milestones=[Planned("专题党课", self._ago(80), ("lecture",))],
        )
        self._tie(campaign, names, ("lecture",), 2)
        for name in names:
            branch = self.branches[name]
            with clock.at(moment(self._ago(50))):
                closing = closing_write(
                    by=branch.secretary,
                    campaign=campaign,
                    organisation=branch.place,
                    own_level="good",
                    own_text="专题党课和重温誓词结合进行，老党员讲身边事。",
                )
            with clock.at(moment(self._ago(45))):
                closing_judge(by=self.staff, closing=closing, level="fairly", reason="形式好，与业务结合还可加强")

    def _contest(self):
        names = [name for name in ("财务处", "法规处", "审批处") if name in self.branches]
        campaign = self._start(
            300,
            names,
            kind=CampaignKind.CONTEST,
            contest="learning",
            title="争创学习型机关",
            approach="ground",
            occasion="学习型机关创建",
            ends=self.today + timedelta(days=40),
            criteria=["每季度有专题学习", "学习成果用于工作"],
            goals=[Goal("党课和集中学习 12 次", Decimal(12), ("lecture", "study"))],
        )
        self._tie(campaign, names, ("lecture", "study"), 4)

    def _brands(self):
        self._apply("信息中心", "数据红管家", "一处一名党员数据管家", "数据多头报送", 12)
        running = self._apply("法规处", "法治先锋课", "每月一案，边讲边改", "执法标准不一", 150)
        self._approve(running, 140)
        self._tie(running, ["法规处"], ("theme_day",), 3)
        self._said(running, "法规处", "中期交流", 24, "三个处室轮流讲案，整理执法口径 9 条")
        done = self._apply("审批处", "周五联席半小时", "会前沟通，一次审结", "并联审批反复退件", 280)
        self._approve(done, 270)
        self._tie(done, ["审批处"], ("theme_day",), 3, until=43)
        self._said(done, "审批处", "中期交流", 153, "三个处室交流并联审批的做法")
        self._said(done, "审批处", "成果汇报", 43, "向机关党委汇报，退件率由 18% 降到 6%")
        branch = self.branches["审批处"]
        with clock.at(moment(self._ago(40))):
            brand_submit(by=branch.secretary, campaign=done, own_level="good", own_text="退件率由 18% 降到 6%")
        with clock.at(moment(self._ago(30))):
            brand_accept(by=self.staff, campaign=done, level="passed", reason="成效明显，做法可推广")

    def _said(self, campaign, name, milestone, ago, text):
        """A branch says, the day after, that a milestone without kinds of record was reached so many days ago."""
        branch = self.branches[name]
        with clock.at(moment(self._ago(ago - 1))):
            milestone_done(
                by=branch.secretary,
                milestone=campaign.milestones.get(name=milestone),
                organisation=branch.place,
                done_on=self._ago(ago),
                text=text,
            )

    def _apply(self, name, title, difference, problem, ago):
        branch = self.branches[name]
        data = CampaignData(
            kind=CampaignKind.BRAND,
            title=title,
            approach="drive",
            occasion="高效办成一件事",
            starts=self._ago(ago),
            ends=self._ago(ago) + timedelta(days=300),
            problem=problem,
            difference=difference,
            milestones=[
                Planned("启动", self._ago(ago) + timedelta(days=40), ("theme_day",)),
                Planned("中期交流", self._ago(ago) + timedelta(days=130)),
                Planned("成果汇报", self._ago(ago) + timedelta(days=290)),
            ],
        )
        with clock.at(moment(self._ago(ago))):
            return brand_apply(by=branch.secretary, organisation=branch.place, data=data)

    def _approve(self, campaign, ago):
        with clock.at(moment(self._ago(ago))):
            brand_approve(by=self.staff, campaign=campaign)
