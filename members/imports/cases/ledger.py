"""The ledger of those in development (发展党员台账): a person a row, a column for the day of each step that was taken on paper."""

from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import REMARK, joined, words

_DAYS = "日期 时间"
# {step: (heading, other headings)}: of the steps whose days offices keep.
DAYS = {
    "1": ("申请日期", joined("递交入党申请书 入党申请 递交申请 申请入党 入党申请书", _DAYS)),
    "2": ("谈话日期", joined("派人谈话 申请人谈话 首次谈话", _DAYS)),
    "3": (
        "确定积极分子日期",
        joined(
            "确定入党积极分子 确定为入党积极分子 列为入党积极分子 确定为积极分子 列为积极分子 入党积极分子 积极分子",
            _DAYS,
        ),
    ),
    "4": ("积极分子备案日期", joined("入党积极分子备案 备案", _DAYS)),
    "7": ("支委会讨论日期", joined("讨论发展对象 支委会讨论发展对象", _DAYS)),
    "8": ("上级同意日期", joined("上级党委同意 党委同意 发展对象备案 上级备案", _DAYS)),
    "8a": ("列为发展对象日期", joined("确定发展对象 列为发展对象 确定为发展对象 发展对象", _DAYS)),
    "10": ("政治审查日期", joined("政审 政治审查", _DAYS)),
    "11": ("集中培训日期", joined("短期集中培训 培训 集中培训结束", _DAYS)),
    "13": ("预审日期", joined("上级预审 党委预审", _DAYS)),
    "15": ("支部大会通过日期", joined("接收预备党员 支部大会讨论 支部大会接收 接收为预备党员 入党", _DAYS)),
    "16": ("审批前谈话日期", joined("上级谈话 党委派人谈话", _DAYS)),
    "17": ("审批日期", joined("党委审批 上级审批 上级党委审批 批准为预备党员", _DAYS)),
    "20": ("入党宣誓日期", joined("宣誓", _DAYS)),
}

CASE = [
    Field("name", "姓名", words("党员姓名 申请人 申请人姓名 发展对象姓名"), required=True),
    Field("organisation", "党支部", words("所在党支部 所属党支部 支部 党组织 所在党组织"), required=True),
    *(Field(f"day_{key}", label, other, required=key == "1", likeness=False) for key, (label, other) in DAYS.items()),
    Field("remark", "备注", REMARK),
]

_DAY = "2026-03-01，也可以写 2026年3月1日"
_GUIDE = {
    "name": Guide("名册里已有、还没有登记发展进程的人。", "张三"),
    "organisation": Guide("", width=24),
    **{f"day_{key}": Guide("在系统登记以前办的；没有办的空着。", _DAY, kind="date", width=16) for key in DAYS},
    "remark": Guide("", width=18),
}
CASE_LEDGER = Ledger(
    "cases",
    "发展进程",
    CASE,
    "发展党员台账",
    "姓名、党支部，各环节的日期；类别以名册为准",
    _GUIDE,
)
