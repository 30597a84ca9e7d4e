"""The year plan of business work: its columns under all the headings that offices give them."""

from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import REMARK, joined, words

WORK = [
    Field(
        "name",
        "名称",
        words("业务名称 重点业务 重点业务名称 重点工作 重点工作名称 工作名称 任务名称 重点任务 项目名称 事项 工作事项"),
        required=True,
    ),
    Field("kind", "类别", words("业务类别 重点类别 级别 层级 类型 任务类别 工作类别")),
    Field("lead", "牵头处室", words("牵头单位 牵头部门 责任处室 责任单位 主责处室 主办处室"), required=True),
    Field("helpers", "配合处室", words("配合单位 配合部门 协办处室 协同处室 参与处室 责任配合处室")),
    Field("leader", "分管领导", words("分管委领导 责任领导 牵头领导 分管负责人 委领导 局领导")),
    Field("carriers", "承办支部", words("承办党支部 承办党组织 责任支部 承担支部 牵头支部 党支部")),
    Field("starts", "开始", joined("开始 启动 起始 开工", "日期 时间 -"), required=True),
    Field(
        "ends", "完成", joined("完成 结束 完成时限 办结 截止", "日期 时间 -") + words("时限 完成期限"), required=True
    ),
    Field("source", "来源文件", words("来源 依据 依据文件 文件依据 任务来源 文号")),
    *(
        Field(
            f"planned_{stage}",
            f"{word}计划日期",
            words(f"{word} {word}日期 {word}时间 {word}计划 {word}计划时间 同步{word} 计划{word}日期 业务{word}日期"),
            likeness=False,
        )
        for stage, word in (
            ("study", "研究"),
            ("arrangement", "安排"),
            ("implementation", "实施"),
            ("assessment", "考核"),
        )
    ),
    Field("remark", "备注", REMARK),
]

_DAY = "2026-03-01，也可以写 2026年3月1日"
_PLANNED = Guide("业务本身研究、安排、实施、考核的计划日期；没有定的空着，以后再补。", _DAY, kind="date", width=18)
_GUIDE = {
    "name": Guide("同名、同一年开始的业务只更新，不重复。", "数据共享平台建设", width=32),
    "kind": Guide("从下拉列表中选择。", "本单位重点", width=12, strict=True),
    "lead": Guide("处室的名称，须已登记。", "综合处", width=18),
    "helpers": Guide("几个处室之间用顿号分开。", "财务处、人事处", width=24),
    "leader": Guide("姓名。", width=12),
    "carriers": Guide("党支部的全称或简称，几个之间用顿号分开；空着时由牵头处室的支部承办。", "综合处党支部", width=32),
    "starts": Guide("", _DAY, kind="date"),
    "ends": Guide("", _DAY, kind="date"),
    "source": Guide("文件名称或文号。", width=24),
    **{column.name: _PLANNED for column in WORK if column.name.startswith("planned_")},
    "remark": Guide("", width=24),
}

WORK_LEDGER = Ledger(
    "work", "重点业务", WORK, "年度重点业务计划", "、".join(column.label for column in WORK[:-1]), _GUIDE
)
