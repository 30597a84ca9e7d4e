"""The business work of the demo agency: items in every state of the four synchronisations. All invented."""

from datetime import timedelta

from assessments.demo.duties import moment
from branches.places.models.departments import Department
from common import clock
from common.periods import QUARTER, Period
from members.activities.models import Activity
from responsibilities.work.models import SyncStage, SyncStageKind, WorkItem
from responsibilities.work.selectors.candidates import candidates
from responsibilities.work.selectors.points import point_of
from responsibilities.work.services.evidence import evidence_confirm, evidence_link
from responsibilities.work.services.items import WorkData, work_create, work_stop
from responsibilities.work.services.stages import MilestoneData, StageData, stage_update, stage_waive

STUDY, ARRANGE, CARRY, ASSESS = SyncStageKind
MEETINGS = ("committee_meeting", "assembly")
# Which of a branch's records may prove a stage here.
KINDS = {STUDY: MEETINGS, ARRANGE: MEETINGS, CARRY: ("theme_day", "lecture"), ASSESS: ("assembly", "committee_meeting")}
# (name, kind, leading department, leader, further branches, {stage: (days ago, lag of the Party side)}): a lag of None means
# that no record is linked; days below zero are to come; "waits": planned then and nobody has said that it took place.
ITEMS = [
    (
        "高效办成一件事重点事项",
        "state",
        "审批处",
        "lingdao",
        ["服务大厅"],
        {STUDY: (250, 2), ARRANGE: (190, 3), CARRY: (120, 4), ASSESS: (25, 1)},
    ),
    (
        "政务数据共享攻坚",
        "city",
        "数据处",
        "fenguan2",
        ["信息中心"],
        {STUDY: (180, 18), ARRANGE: (130, None), CARRY: (60, None), ASSESS: (-40, None)},
    ),
    (
        "电子证照扩面应用",
        "city",
        "项目处",
        "lingdao",
        [],
        {STUDY: (170, 5), ARRANGE: (110, 2), CARRY: (48, None), ASSESS: (-25, None)},
    ),
    (
        "一体化平台安全整改",
        "city",
        "信息中心",
        "fenguan2",
        [],
        {STUDY: (200, None), ARRANGE: (140, 5), CARRY: (75, 18), ASSESS: (-26, None)},
    ),
    (
        "年度立法项目起草",
        "agency",
        "法规处",
        "fenguan3",
        [],
        {STUDY: (220, 2), ARRANGE: (160, 2), CARRY: (90, 17), ASSESS: (-31, None)},
    ),
    (
        "窗口服务标准化",
        "agency",
        "服务大厅",
        "lingdao",
        ["审批处"],
        {STUDY: (240, 4), ARRANGE: (180, 1), CARRY: (100, 3), ASSESS: (40, 2)},
    ),
    (
        "预算绩效管理改革",
        "agency",
        "财务处",
        "fenguan3",
        [],
        {STUDY: (150, 1), ARRANGE: (95, 3), CARRY: (35, 2), ASSESS: (-5, None)},
    ),
    (
        "干部能力提升行动",
        "agency",
        "人事处",
        "dangzu",
        [],
        {STUDY: (210, -3), ARRANGE: (150, 2), CARRY: (70, 1), ASSESS: (-20, None)},
    ),
    (
        "营商环境评价迎评",
        "city",
        "综合处",
        "dangzu",
        ["法规处", "审批处"],
        {STUDY: (160, 3), ARRANGE: (100, 2), CARRY: (42, 4), ASSESS: (-12, None)},
    ),
    (
        "项目评审提速",
        "agency",
        "评审中心",
        "fenguan2",
        [],
        {STUDY: (130, 2), ARRANGE: (80, 5), CARRY: (3, None), ASSESS: (-60, None)},
    ),
    (
        "政务公开专项整治",
        "agency",
        "办公室",
        "fenguan3",
        [],
        {STUDY: (90, 1), ARRANGE: ("waits", 9), CARRY: (-14, None), ASSESS: (-50, None)},
    ),
    (
        "督查督办流程再造",
        "agency",
        "督查处",
        "dangzu",
        [],
        {STUDY: (140, 25), ARRANGE: (85, None), CARRY: (-10, None), ASSESS: (-45, None)},
    ),
    (
        "满意度回访和整改",
        "agency",
        "项目处",
        "lingdao",
        [],
        {STUDY: (52, 2), ARRANGE: (33, 1), CARRY: (12, 1), ASSESS: (-30, None)},
    ),
    (
        "来年重点任务编制",
        "agency",
        "综合处",
        "dangzu",
        [],
        {STUDY: (5, None), ARRANGE: (-18, None), CARRY: (-30, None), ASSESS: (-60, None)},
    ),
]
# What the minutes of a record say of a work, by stage.
STAGE_SAYS = {
    STUDY: "研究“{name}”，支部书记牵头，党员分片包干",
    ARRANGE: "安排“{name}”，明确党员责任人和完成时限",
    CARRY: "党员突击队推进“{name}”，当月问题当月销号",
    ASSESS: "总结“{name}”，查摆不足，评议党员作用",
}
# (item, stage, sentence): links that wait to be confirmed; "" where the record itself speaks of the work.
WAITING = [
    ("来年重点任务编制", STUDY, ""),
    ("项目评审提速", CARRY, "党员骨干在活动后到评审现场带班，当天问题当天答复"),
]
MILESTONES = [("完成需求清单", 115), ("系统联调", 75), ("全市推广", -20)]


def _say(record, name, words):
    """Let the minutes of a record of the demo speak of a work, as they would in an agency that studies it there."""
    record.content = f"{record.content}\n{words.format(name=name)}。"
    Activity.objects.filter(pk=record.pk).update(content=record.content)


class Work:
    """Adds the items to the agency of a `people.Maker`, with evidence from the records that its branches have."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.staff = maker.users["ganbu"]
        self.branches = {str(branch.place).removesuffix("党支部"): branch for branch in maker.branches}

    def live(self):
        made = [self._item(row) for row in ITEMS]
        self._long_one()
        self._endings(made)

    def _item(self, row, *, source="2026年度重点工作任务分工方案"):
        name, kind, department, leader, further, stages = row
        branches = [self.branches[key] for key in (department, *further)]
        dates, floor = {}, None
        for one in SyncStageKind:
            if one in stages:
                dates[one] = self._dates(branches[0], one, *stages[one], floor=floor)
                floor = dates[one][0]
        planned = {one: row[0] for one, row in dates.items()}
        known = [day for row in dates.values() for day in row[:2] if day]
        item = work_create(
            by=self.staff,
            organisation=self.maker.root,
            data=WorkData(
                name=name,
                kind=kind,
                starts=min(known),
                ends=max(known) + timedelta(days=10),
                lead=Department.objects.get(name=department),
                leader=self.maker.users[leader],
                leader_name=self.maker.users[leader].name,
                carriers=[branch.place for branch in branches],
                source=source.replace("2026", str(self.today.year)),
                planned=planned,
            ),
        )
        # Arranged at its beginning, not on the day of the demo.
        WorkItem.objects.filter(pk=item.pk).update(created=moment(item.starts, 9))
        for kind in SyncStageKind:
            stage = SyncStage.objects.select_related("item__organisation").get(item=item, stage=kind)
            self._happen(branches[0], stage, *dates.get(kind, (None, None, None)))
        return item

    def _dates(self, branch, kind, when, lag, floor=None):
        """Return (planned, happened, record): the business date lies `lag` days before a record that the branch has.

        floor: the business date of the stage before; none lies before it, whatever day the demo is made on.
        """
        floor = floor or self.today - timedelta(days=400)
        if when == "waits":
            return max(floor, self.today - timedelta(days=lag)), None, None
        day = max(floor, self.today - timedelta(days=when))
        if when < 0:
            return day, None, None
        if lag is None:
            return day, day, None
        near = Activity.objects.filter(
            organisation=branch.place, state="accepted", valid=True, kinds__kind__in=KINDS[kind], day__lte=self.today
        )
        fitting = [row for row in near if row.day - timedelta(days=lag) >= floor]
        record = min(fitting, key=lambda row: (abs((row.day - day).days), row.pk), default=None)
        if record is None:
            return day, day, None
        return record.day - timedelta(days=lag), record.day - timedelta(days=lag), record

    def _happen(self, branch, stage, planned, happened, record):
        if happened is not None:
            with clock.at(moment(happened, 18)):
                stage_update(by=self.staff, stage=stage, data=StageData(planned, happened, "按计划完成"))
        if record is not None:
            self._prove(branch, stage, record)

    def _prove(self, branch, stage, record, milestone=None):
        """Link a record that speaks of the work; the committee's staff confirm it, as the record was accepted before."""
        _say(record, stage.item.name, STAGE_SAYS[SyncStageKind(stage.stage)])
        link = evidence_link(by=branch.secretary, stage=stage, milestone=milestone, activity=record)
        return evidence_confirm(by=self.staff, evidence=link)

    def waiting(self):
        """Two links were made after the fact and wait for their confirmation: one record speaks of the work, one was explained."""
        for name, kind, sentence in WAITING:
            stage = SyncStage.objects.select_related("item__organisation").get(item__name=name, stage=kind)
            point = point_of(stage)
            if point.day is None or point.day not in Period.containing(QUARTER, self.today):
                # Nothing waits in a quarter that is over: its results could not be frozen.
                continue
            rows = candidates(self.staff, point, stage.item).offered
            fit = [row for row in rows if not row.same_item and row.outcome != "too_early"]
            mine = [row for row in fit if row.activity.organisation_id in point.carriers]
            if not mine:
                continue
            branch = next(one for one in self.maker.branches if one.place.pk == mine[0].activity.organisation_id)
            if not sentence:
                _say(mine[0].activity, name, STAGE_SAYS[kind])
            evidence_link(by=branch.secretary, stage=stage, activity=mine[0].activity, sentence=sentence)

    def _long_one(self):
        """One item runs long: its implementation has three business dates, the last still to come."""
        row = (
            "政务热线智能升级",
            "city",
            "信息中心",
            "lingdao",
            ["服务大厅"],
            {STUDY: (195, 2), ARRANGE: (150, 3), ASSESS: (-50, None)},
        )
        item = self._item(row)
        stage = SyncStage.objects.select_related("item__organisation").get(item=item, stage=CARRY)
        lines = []
        for name, ago in MILESTONES:
            day = self.today - timedelta(days=ago)
            lines.append(MilestoneData(None, name, day, day if ago > 0 else None))
        stage_update(by=self.staff, stage=stage, data=StageData(milestones=lines))
        first = stage.milestones.order_by("planned_on").first()
        _, _, record = self._dates(self.branches["信息中心"], CARRY, MILESTONES[0][1], 3)
        if record is not None:
            self._prove(self.branches["信息中心"], stage, record, milestone=first)

    def _endings(self, items):
        """One stage was waived, one item was given up."""
        # The last one of this year: the board of the year shows it, also late in the year.
        rows = SyncStage.objects.select_related("item__organisation").filter(item=items[6])
        stage = rows.filter(planned_on__year=clock.today().year).order_by("-planned_on").first() or rows.last()
        stage_waive(by=self.staff, stage=stage, reason="与年度绩效评价合并开展，不单独考核")
        row = (
            "自助终端布设试点",
            "agency",
            "服务大厅",
            "fenguan2",
            [],
            {STUDY: (120, 2), ARRANGE: (60, 3), CARRY: (-30, None), ASSESS: (-70, None)},
        )
        stopped = self._item(row)
        work_stop(by=self.staff, item=stopped, reason="纳入市级统一建设，不再单独实施")
