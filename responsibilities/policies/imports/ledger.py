"""The catalogue of an agency's policies (制度汇编目录): its columns under all the headings that offices give them."""

from branches.places.models.organisations import Kind
from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import REMARK, joined, words
from members.activities.models import BuildingField
from responsibilities.policies.models import ADDRESSABLE, MOST_DAYS, PERIODIC, YIELDS, PolicySeat, Trigger

POLICY = [
    Field(
        "title",
        "制度名称",
        words("制度 名称 文件名称 制度文件 文件标题 标题 规章制度 规章制度名称 办法名称"),
        required=True,
    ),
    Field("document", "文号", words("发文字号 发文号 文件编号 文件号 制度编号")),
    Field("organisation", "制定组织", joined("制定 发文 印发 发布", "机关 单位 部门 主体")),
    Field(
        "issued_on",
        "印发日期",
        joined("印发 发文 发布 制定 出台 成文", "日期 时间"),
        required=True,
    ),
    Field("in_force_from", "施行日期", joined("施行 实施 生效 执行", "日期 时间")),
    Field("in_force_to", "施行至", words("有效期至 有效期止 失效日期 失效时间 废止日期 废止时间 试行至")),
    Field("building", "所属方面", words("方面 类别 制度类别 分类 所属类别 建设方面")),
    Field("addressed", "适用组织", words("适用范围 适用对象 适用于")),
    Field("trigger", "何时启动程序", words("何时启动 启动 频次 周期 启动条件")),
    Field("step", "步骤", words("程序步骤 工作步骤 流程步骤 环节 做什么 工作内容"), likeness=False),
    Field("seat", "由谁办理", words("谁办理 办理主体 责任主体 办理人 责任人")),
    Field("days", "几个工作日", words("工作日 办理时限 办理时限(工作日) 时限(工作日)"), likeness=False),
    Field("yields", "形成什么", words("形成成果 形成材料 形成的材料 工作成果 产出")),
    Field("planned", "按期率应达（%）", words("考核规则 按期率 按期办结率 应达按期率 考核标准")),
    Field("consequence", "达不到怎么办", words("考核结果运用 未达到的处理 责任追究")),
    Field("repeal_reason", "废止原因", words("废止说明 失效原因")),
    Field("summary", "摘要", words("主要内容 内容摘要 制度摘要")),
    Field("remark", "备注", REMARK),
]

_DAY = "2026-03-01，也可以写 2026年3月1日"
_KINDS = tuple(Kind(code).label for code in ADDRESSABLE)
_TRIGGERS = tuple(Trigger(code).label for code in (Trigger.MANUAL, *PERIODIC))
_GUIDE = {
    "title": Guide(
        "一行一项制度的一版，几版按施行日期排；写步骤的，从第二步起每步一行，名称空着。名称里有“试行”的按试行登记。",
        "意见建议办理制度",
        width=36,
        need="每项制度的第一行必填",
    ),
    "document": Guide("", "机党发〔2026〕4号", width=22),
    "organisation": Guide("党组、机关党委或党总支；空着的按您所在的机关党委。", width=22),
    "issued_on": Guide("", _DAY, kind="date", need="每项制度的第一行必填"),
    "in_force_from": Guide("空着的按印发日期。", _DAY, kind="date"),
    "in_force_to": Guide("试行截止或已废止的日期；仍在施行的空着。", _DAY, kind="date"),
    "building": Guide("空着的按制度建设。", choices=tuple(BuildingField.labels), strict=True),
    "addressed": Guide("要知悉并走程序的组织类别，几类之间用顿号分开。", "党总支、党支部", choices=_KINDS),
    "trigger": Guide("按周期的选周期；由某类记录启动的，写记录的类型。", "每季度", choices=_TRIGGERS, width=16),
    "step": Guide("这一步做什么。没有步骤的制度也可导入，导入后标为制度有、机制无。", "支委会研究", width=24),
    "seat": Guide("", choices=tuple(PolicySeat.labels), strict=True, width=16),
    "days": Guide(f"0 至 {MOST_DAYS}。", "5", kind="number", width=12),
    "yields": Guide("文件、决定，或记录的类型。", "支委会", choices=tuple(YIELDS.values()), width=16),
    "planned": Guide("按期办结率作为考核规则的，写应达到的百分比。", "90", width=16),
    "consequence": Guide("", "在季度通报中点名", width=24),
    "repeal_reason": Guide("只写已废止的。", width=18),
    "summary": Guide("", width=30),
    "remark": Guide("", width=18),
}
# What the list exports beside these and nothing reads.
_ASIDE = ("版次", "步骤数", "全程（工作日）", "本年运行", "其中逾期", "机制")

POLICY_LEDGER = Ledger(
    "policies", "制度", POLICY, "制度目录", "、".join(column.label for column in POLICY[:-1]), _GUIDE, _ASIDE
)
