"""The demo agency's aims of the year: counted ones, an amount that was shared out, one judged by stages. All invented."""

from datetime import date, timedelta
from decimal import Decimal

from assessments.demo.duties import moment
from assessments.targets.services.aims import StageData, TargetData, target_add
from assessments.targets.services.plans import plan_approved, plan_issue, plan_make
from assessments.targets.services.shares import proposed, target_divide
from assessments.targets.services.stages import stage_judge, stage_report
from common import clock
from members.activities.models import Activity

TITLE = "党建目标计划"
# (name, field, weight, measure, planned, how it is shared out)
AIMS = [
    ("主题党日按期开展", "thought", 20, "requirement.life-theme-day", 95, "same"),
    ("党课全年不少于 48 次", "thought", 20, "activities.lecture", 48, "divided"),
    ("重点业务闭环率", "organisation", 20, "sync.closure", 80, "own"),
    ("关联重点业务的活动占比", "organisation", 15, "ways.linked", 6, "same"),
    ("督查回复率", "institution", 10, "supervisions.answered", 90, "own"),
]
STAGES = [
    ("形成联学方案", 3, 31, 40, "reached"),
    ("每月开展联学", 9, 30, 40, "mostly"),
    ("总结做法，形成制度", 12, 20, 20, ""),
]


class Targets:
    """Sets the aims of the committee of a `people.Maker` and lives through their stages."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.staff = maker.users["ganbu"]

    def live(self):
        year = self.today.year
        begin = date(year, 1, 26)
        if begin > self.today:
            return
        with clock.at(moment(begin)):
            plan = plan_make(
                by=self.staff,
                organisation=self.maker.committee,
                year=year,
                title=f"{year}年{TITLE}",
                document=f"机关党委〔{year}〕1号",
            )
            for name, field, weight, measure, planned, split in AIMS:
                self._aim(plan, name, field, weight, measure=measure, planned=Decimal(planned), split=split)
            staged = self._aim(
                plan,
                "青年理论学习联学机制",
                "institution",
                15,
                kind="qualitative",
                split="own",
                stages=[StageData(text, date(year, month, day), part) for text, month, day, part, _ in STAGES],
            )
            meeting = Activity.objects.filter(
                organisation=self.maker.committee, kinds__kind="committee_plenary", day__year=year, valid=True
            ).first()
            if meeting is not None:
                plan_approved(by=self.staff, plan=plan, activity=meeting)
            plan_issue(by=self.staff, plan=plan)
        self._stages(staged)

    def _aim(self, plan, name, field, weight, **more):
        applies = [] if more.get("split") == "own" else ["branch"]
        data = TargetData(name=name, field=field, weight=Decimal(weight), applies=applies, **more)
        target = target_add(by=self.staff, plan=plan, data=data)
        if data.split == "divided":
            target_divide(by=self.staff, target=target, amounts=proposed(target))
        return target

    def _stages(self, target):
        """Each stage whose day has passed was reported by the committee's secretary and judged by the office."""
        secretary = self.maker.users["dangwei"]
        for stage, (*_, level) in zip(target.stages.order_by("order"), STAGES, strict=True):
            if not level or stage.due > self.today:
                continue
            with clock.at(moment(stage.due - timedelta(days=5))):
                report = stage_report(
                    by=secretary,
                    stage=stage,
                    organisation=self.maker.committee,
                    own_level="reached",
                    text=f"已完成：{stage.criterion}",
                )
            if report.state == "reported":
                with clock.at(moment(stage.due - timedelta(days=2))):
                    stage_judge(by=self.staff, report=report, level=level, reason="按记录核对")
