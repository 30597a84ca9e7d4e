"""Supervision in the demo agency: a notice in each state. All invented."""

from datetime import timedelta

from django.urls import reverse

from assessments.demo.duties import moment
from common import clock
from responsibilities.supervision.models import Subject
from responsibilities.supervision.services.drafts import supervision_draft
from responsibilities.supervision.services.escalation import supervisions_escalate
from responsibilities.supervision.services.notices import (
    supervision_accept,
    supervision_issue,
    supervision_reply,
    supervision_return,
)
from responsibilities.supervision.services.problems import problem_done, problems_write
from responsibilities.work.models import SyncStage, SyncStageKind


class Supervised:
    """Issues notices below the committee of a `people.Maker` and lets some be answered."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.staff, self.discipline = maker.users["ganbu"], maker.users["jiwei"]
        self.branches = {str(branch.place).removesuffix("党支部"): branch for branch in maker.branches}

    def live(self):
        self._closed("服务大厅", "窗口党员先锋岗台账不实", 70)
        self._closed("审批处", "主题党日记录缺少议定事项", 45, problems=["8月主题党日没有写明议定事项"])
        self._running("信息中心", "组织生活会整改措施未销号", 30)
        returned = self._issue("督查处", "谈心谈话进度偏慢", 24, 14)
        self._reply(returned, "督查处", 16, "正在安排。")
        with clock.at(moment(self._ago(14))):
            supervision_return(by=self.staff, supervision=returned, reason="请列明未谈人员和完成日期。")
        overdue = self._issue("数据处", "党员学习笔记抽查情况", 28, 10, by=self.discipline)
        waiting = self._issue("法规处", "支部委员分工公示", 8, 12)
        self._reply(waiting, "法规处", 2, "已在公示栏公示，见支委会记录。")
        self._stage()
        self._drafted()
        with clock.at(moment(self._ago(0), 9)):
            supervisions_escalate(self.today)
        return overdue

    def _ago(self, days):
        return self.today - timedelta(days=days)

    def _issue(self, branch, title, ago, days, by=None, problems=(), **about):
        with clock.at(moment(self._ago(ago))):
            return supervision_issue(
                by=by or self.staff,
                organisation=self.branches[branch].place,
                title=title,
                expected="请说明原因，提出整改措施和完成时限，并附记录。",
                due=self._ago(ago - days),
                problems=problems,
                **about,
            )

    def _drafted(self):
        """What the leader's assistant wrote for him, still to be issued."""
        with clock.at(moment(self._ago(1))):
            supervision_draft(
                by=self.maker.users["daiban"],
                leader=self.maker.users["lingdao"],
                organisation=self.branches["项目处"].place,
                title="重点项目党员责任区公示情况",
                expected="请报送责任区名单和公示材料。",
                due=self.today + timedelta(days=14),
            )

    def _reply(self, row, branch, ago, text):
        with clock.at(moment(self._ago(ago), 14)):
            return supervision_reply(by=self.branches[branch].secretary, supervision=row, text=text)

    def _measures(self, row, branch, ago):
        measures = ["每次活动后由组织委员核对记录", "列入支委会每月议程", "明确专人负责并按季公示"]
        rows = [(problem, problem.problem, text) for problem, text in zip(row.problems.all(), measures)]
        with clock.at(moment(self._ago(ago), 15)):
            problems_write(by=self.branches[branch].secretary, supervision=row, rows=rows)

    def _closed(self, branch, title, ago, problems=()):
        row = self._issue(branch, title, ago, 14, problems=problems)
        self._reply(row, branch, ago - 6, "已核对并补正，今后按月自查。")
        self._measures(row, branch, ago - 6)
        with clock.at(moment(self._ago(ago - 9))):
            supervision_accept(by=self.staff, supervision=row)
            for problem in row.problems.all():
                problem_done(by=self.branches[branch].secretary, problem=problem, done_on=self._ago(ago - 9))

    def _running(self, branch, title, ago):
        row = self._issue(branch, title, ago, 14, problems=["学习不够系统", "联系群众不够经常", "制度执行不够严格"])
        self._reply(row, branch, ago - 5, "已逐条制定措施，明确责任人。")
        self._measures(row, branch, ago - 5)
        with clock.at(moment(self._ago(ago - 8))):
            supervision_accept(by=self.staff, supervision=row)
            first = row.problems.first()
            problem_done(by=self.branches[branch].secretary, problem=first, done_on=self._ago(ago - 8))

    def _stage(self):
        """A stage that is missing is supervised, due in a few days."""
        stage = SyncStage.objects.select_related("item").get(
            item__name="电子证照扩面应用", stage=SyncStageKind.IMPLEMENTATION
        )
        self._issue(
            "项目处",
            f"{stage.item}同步实施未见党建记录",
            4,
            10,
            subject=Subject.STAGE,
            about=f"stage/{stage.pk}",
            about_name=f"{stage.item} 同步实施",
            about_url=f"{reverse('work_detail', args=[stage.item_id])}#stage-{stage.stage}",
        )
