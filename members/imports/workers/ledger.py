"""The roster of Party workers who hold no seat (党务干部名册): a person a row, where, full-time or part-time, since when."""

from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.words import REMARK, joined, words
from members.cadres.models import Share

WORKER = [
    Field("name", "姓名", words("党务干部 党务干部姓名 党务工作者 党务人员 党员姓名"), required=True),
    Field("organisation", "党组织", words("从事党务的组织 所在党组织 工作组织 任职组织"), required=True),
    Field("share", "专兼职", words("专职或兼职 专职兼职 专/兼职 专兼职情况"), likeness=False),
    Field("starts", "起", joined("从事党务 从事党务工作 任职 开始", "起 时间 日期 起始 起始时间"), likeness=False),
    Field("branch", "所在党支部", words("组织关系所在支部 党员所在支部 所属党支部"), likeness=False),
    Field("post", "党内职务", words("党内职务名称 党务职务"), likeness=False),
    Field("remark", "备注", REMARK),
]

_GUIDE = {
    "name": Guide("名册上的姓名；担任书记、委员的由党内职务列出，不填在这里。", "张三"),
    "organisation": Guide("为哪个党组织做党务工作。", width=24),
    "share": Guide("空着的按兼职。", choices=tuple(Share.labels), strict=True),
    "starts": Guide("空着的按今天。", "2026-03-01，也可以写 2026年3月1日", kind="date", width=16),
    "branch": Guide("有同名的写明组织关系在哪个支部。", width=24),
    "post": Guide("填了书记、委员等职务的行不登记。", width=16),
    "remark": Guide("", width=18),
}
# What the register exports beside these and nothing reads.
_ASIDE = ("行政职务", "当年学时", "学时未知（条）", "应完成学时", "集中轮训", "任职培训")

WORKER_LEDGER = Ledger(
    "workers", "党务干部", WORKER, "党务干部名册", "姓名、党组织、专兼职、起；书记、委员由党内职务列出", _GUIDE, _ASIDE
)
