"""Honours of members and organisations as an office keeps them (表彰登记): one honour of one holder a row."""

from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import REMARK, joined, words
from members.care.models import HonourLevel

HOLDERS = ("党员", "党组织")

HONOUR = [
    Field(
        "holder", "获得者", words("获奖者 受表彰者 表彰对象 获奖对象 姓名 获得人 获得者名称 受表彰对象"), required=True
    ),
    Field("kind", "类别", words("获得者类别 对象类别 个人或集体 个人/集体"), likeness=False),
    Field(
        "title",
        "荣誉名称",
        words("荣誉 荣誉称号 称号 表彰名称 奖项 奖项名称 获得荣誉 表彰项目 所获荣誉"),
        required=True,
    ),
    Field("level", "级别", words("荣誉级别 表彰级别 奖项级别 层级"), required=True),
    Field("granted_on", "授予日期", joined("授予 表彰 颁发 获奖 获得", "日期 时间"), required=True),
    Field("granted_by", "授予单位", words("颁发单位 表彰单位 授奖单位 颁奖单位 授予机关 表彰机关"), required=True),
    Field("document", "文号", words("表彰文件 表彰文号 发文字号 文件号 依据")),
    Field("organisation", "所在组织", words("所在党支部 所属党支部 党支部 所在支部 所在党组织 党组织")),
    Field("remark", "备注", REMARK),
]

_GUIDE = {
    "holder": Guide("名册上的姓名，或党组织的名称；一项一行。", "张三", width=24),
    "kind": Guide("空着的先按姓名找，再按党组织找。", choices=HOLDERS, strict=True),
    "title": Guide("", "优秀共产党员", width=28),
    "level": Guide("", choices=tuple(HonourLevel.labels), strict=True),
    "granted_on": Guide("", "2026-07-01，也可以写 2026年7月1日", kind="date", width=16),
    "granted_by": Guide("", width=24),
    "document": Guide("", width=22),
    "organisation": Guide("有同名的写明组织关系在哪个支部。", width=24),
    "remark": Guide("", width=18),
}

HONOUR_LEDGER = Ledger(
    "honours", "表彰", HONOUR, "表彰登记", "获得者、荣誉名称、级别、授予日期、授予单位、文号", _GUIDE
)
