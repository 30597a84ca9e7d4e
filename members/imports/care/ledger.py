"""Whom a branch looks after, as its own table has it (关怀对象登记): a person and a kind a row, since when, a note."""

from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import joined, words
from members.care.models import NOTE_MOST, MarkKind

MARK = [
    Field("name", "姓名", words("党员姓名 党员 关怀对象 帮扶对象 慰问对象"), required=True),
    Field(
        "kind",
        "关怀类别",
        words("类别 关怀类型 帮扶类别 帮扶类型 慰问类别 慰问对象类别 困难类别 困难类型 人员类别"),
        required=True,
        likeness=False,
    ),
    Field("day", "开始日期", joined("开始 起始 登记 认定", "日期 时间"), likeness=False),
    Field("organisation", "党支部", words("所在党支部 所属党支部 支部 所在支部 党组织 所在党组织")),
    Field("note", "备注", words("情况说明 困难情况 备注说明 说明 具体情况"), likeness=False),
]

_GUIDE = {
    "name": Guide("本支部名册上的姓名；一人几类的，一类一行。", "张三"),
    "kind": Guide("", choices=tuple(MarkKind.labels), strict=True, width=20),
    "day": Guide("空着的按今天。", "2026-03-01，也可以写 2026年3月1日", kind="date", width=16),
    "organisation": Guide("空着的按您管理名册的支部。", width=24),
    "note": Guide(f"可以空着，不超过 {NOTE_MOST} 字；加密保存，核对时不显示。", width=24),
}

CARE_LEDGER = Ledger("care", "关怀对象", MARK, "关怀对象登记", "姓名、关怀类别、开始日期、备注", _GUIDE)
