"""Papers of a campaign: the application and the acceptance sheet of a brand project, the summary of any other. Nothing is typed for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from branches.access.models import User
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from responsibilities.campaigns.figures import PERCENT
from responsibilities.campaigns.models import Campaign, CampaignState
from responsibilities.campaigns.selectors.applying import known_of
from responsibilities.campaigns.selectors.page import Page

APPLICATION, ACCEPTANCE, SUMMARY = "application", "acceptance", "summary"
_JUDGED = (CampaignState.SUBMITTED, CampaignState.ACCEPTED, CampaignState.FAILED)
_HELD = (CampaignState.PUBLISHED, CampaignState.CANCELLED)


@dataclass(frozen=True)
class Paper:
    """key: in its address; name: of the button; fits: whether a campaign has it; make: what it says to a reader."""

    key: str
    name: str
    fits: Callable[[Campaign], bool]
    make: Callable[[User, Page], Sheet]


def _figure(value: Decimal, unit: str) -> str:
    """Return a figure with its unit as it is read: 40 次, 90%."""
    return f"{value.normalize():f}{unit if unit == PERCENT else f' {unit}'}".rstrip()


def _facts(campaign: Campaign) -> list[tuple[str, str]]:
    rows = [
        ("主办组织", campaign.organisation.name),
        ("类别", campaign.kind_label),
        ("用法", campaign.get_approach_display()),
        ("借助什么", campaign.occasion),
        ("依据文件", campaign.document),
        ("起止", f"{clock.in_full(campaign.starts)}至{clock.in_full(campaign.last_day)}"),
        ("解决什么问题", campaign.problem),
        ("特色做法", campaign.difference),
    ]
    return [(label, value) for label, value in rows if value]


def _rests_on(page: Page) -> list[tuple[str, str]]:
    rows = [
        ("服务的重点业务", "、".join(row.item.name for row in page.work)),
        ("依据的制度", "、".join(f"《{row.version.policy.title}》" for row in page.policies)),
    ]
    return [(label, value) for label, value in rows if value]


def _application(user: User, page: Page) -> Sheet:
    campaign = page.campaign
    known = known_of(user, campaign.organisation)
    has = [
        ("承担的重点业务", "、".join(known.work)),
        ("活动记录", f"今年 {known.this_year} 次，去年 {known.last_year} 次"),
        ("今年各类", "、".join(f"{name} {number}" for name, number in known.kinds)),
    ]
    miles = [[row.name, row.due] for row in campaign.milestones.all()]
    goals = [[row.name, _figure(row.planned, row.unit)] for row in campaign.goals.all()]
    return Sheet(
        f"{campaign.title}品牌项目申报表",
        campaign.organisation.name,
        campaign.issued_on or clock.today(),
        parts=[
            SheetPart("项目", facts=[*_facts(campaign), *_rests_on(page)]),
            SheetPart("工作基础", facts=has),
            SheetPart("节点", table=SheetTable(["节点", "时限"], miles, [116, 40])),
            SheetPart("目标", table=SheetTable(["目标", "计划"], goals, [116, 40]), empty="没有设定数量目标。"),
        ],
        signers=["申报组织意见", "机关党委意见"],
    )


def _acceptance(user: User, page: Page) -> Sheet:
    campaign = page.campaign
    judged = [
        fact
        for row in page.closings
        for fact in (
            ("自评", f"{row.get_own_level_display()}。{row.own_text}"),
            ("验收结论", f"{row.get_level_display()}。{row.reason}" if row.level else "待验收"),
        )
    ]
    return Sheet(
        f"{campaign.title}品牌项目验收表",
        campaign.organisation.name,
        campaign.accepted_on or clock.today(),
        parts=[
            SheetPart("项目", facts=[*_facts(campaign), *_rests_on(page)]),
            _milestones(page),
            _goals(page),
            _outcomes(page),
            SheetPart("评议", facts=judged, empty="还没有自评。"),
        ],
        signers=["验收人签字", "机关党委意见"],
    )


def _summary(user: User, page: Page) -> Sheet:
    campaign = page.campaign
    taking = [
        [lane.place.label, f"{lane.number} 次", f"{lane.done}/{len(lane.steps)}" if lane.steps else ""]
        for lane in page.lanes
    ]
    told = f"{len(taking)} 个组织参加，开展活动 {page.records} 次，节点 {len(page.miles)} 个走完 {page.passed} 个。"
    judged = [
        [row.organisation.label, row.get_own_level_display(), row.own_text, row.get_level_display()]
        for row in page.closings
    ]
    heads = ["党组织", "自评", "小结", "评定"]
    return Sheet(
        f"{campaign.title}总结",
        campaign.organisation.name,
        min(clock.today(), campaign.closes_on),
        told=told,
        parts=[
            SheetPart("基本情况", facts=[*_facts(campaign), *_rests_on(page)]),
            SheetPart(
                "参加情况",
                table=SheetTable(["党组织", "活动", "节点完成"], taking, [96, 30, 30]),
                empty="没有组织参加。",
            ),
            _goals(page),
            _outcomes(page),
            SheetPart("总结评议", table=SheetTable(heads, judged, [36, 18, 84, 18], (0, 2)), empty="还没有小结。"),
        ],
    )


def _milestones(page: Page) -> SheetPart:
    rows: list[list[object]] = [
        [step.name, step.due, step.done_on, step.words] for lane in page.lanes for step in lane.steps
    ]
    table = SheetTable(["节点", "时限", "完成日期", "结果"], rows, [52, 28, 28, 48], (0, 3))
    return SheetPart("节点", table=table, empty="没有节点。")


def _goals(page: Page) -> SheetPart:
    rows = [
        [
            bar.row.name,
            _figure(bar.row.planned, bar.row.unit),
            "" if bar.before is None else _figure(bar.before, bar.row.unit),
            "未知" if bar.value is None else _figure(bar.value, bar.row.unit),
        ]
        for bar in page.goals
    ]
    table = SheetTable(["目标", "计划", "之前", "现在"], rows, [72, 28, 28, 28])
    return SheetPart("目标", table=table, empty="没有设定数量目标。")


def _outcomes(page: Page) -> SheetPart:
    return SheetPart("成效", texts=[*_said(page)], empty="还没有登记成效。")


def _said(page: Page) -> Iterable[str]:
    for row in page.outcomes:
        figures = ""
        if row.figure is not None:
            before = "" if row.before is None else f"{_figure(row.before, row.unit)}→"
            figures = f"：{before}{_figure(row.figure, row.unit)}"
        yield f"{row.text}{figures}（{row.organisation.label}，{clock.in_full(row.day)}）。"


PAPERS = {
    paper.key: paper
    for paper in (
        Paper(APPLICATION, "申报表", lambda row: row.is_brand and row.issued_on is not None, _application),
        Paper(ACCEPTANCE, "验收表", lambda row: row.is_brand and row.state in _JUDGED, _acceptance),
        Paper(SUMMARY, "总结", lambda row: not row.is_brand and row.state in _HELD, _summary),
    )
}


def papers_of(campaign: Campaign) -> list[Paper]:
    """Return the papers that a campaign has as it stands."""
    return [paper for paper in PAPERS.values() if paper.fits(campaign)]
