"""Which ledger a file is, told by its headings: one in the wrong place is led to the right one, not read as wrong rows.

A ledger is known by headings that no other has. The table speaks of ledgers of the rooms above in words and addresses
only, as a template does.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from common.text import fold


@dataclass(frozen=True)
class Kind:
    """One ledger: its key, its name on pages, the name of the page that takes it, and what its headings must hold.

    signs: patterns of which each must be found in a heading of the file.
    """

    key: str
    title: str
    page: str
    signs: tuple[str, ...]

    def fits(self, headings: Iterable[str]) -> bool:
        return all(any(re.search(sign, heading) for heading in headings) for sign in self.signs)


LONGEST = 20
# The more particular first: a ledger of members names organisations too.
LEDGERS = (
    Kind("cases", "发展党员台账", "case_import", (r"申请(?:书)?(?:日期|时间)", r"积极分子|发展对象|预审|政审")),
    Kind("members", "党员台账", "import_start", (r"身份证?(?:件)?(?:号|编号)|证件号|^公民身份", r"姓名|^党员$|名字")),
    Kind("workers", "党务干部名册", "worker_import", (r"专职?/?兼职|专职或兼职", r"姓名|^党务")),
    Kind(
        "care", "关怀对象登记", "care_import", (r"(?:关怀|帮扶|困难|慰问)(?:对象)?(?:类别|类型)", r"姓名|^党员$|对象$")
    ),
    Kind("honours", "表彰登记", "honour_import", (r"荣誉|奖项|表彰(?:名称|项目)", r"授予|颁发|表彰(?:日期|时间|单位)")),
    Kind("activities", "活动台账", "import_start", (r"^应(?:到|出席|参加|参会)", r"^实(?:到|际|出席|参加|参会)")),
    Kind("work", "年度重点业务计划", "work_import", (r"牵头|主责|主办|责任处室", r"完成|结束|时限|办结|截止")),
    Kind(
        "policies",
        "制度目录",
        "policy_import",
        (r"制度|文件(?:名称|标题)", r"(?:印发|发文|发布|制定|出台)(?:日期|时间)"),
    ),
    Kind(
        "organisations",
        "党组织台账",
        "import_start",
        (r"上级|隶属", r"类别|类型|性质|形式|种类|层级", r"全称|简称|名称|^党组织$"),
    ),
)


def _headings(words: Iterable[str]) -> set[str]:
    """Return what may be a heading: sentences of minutes that stand among the first rows are none."""
    return {fold(word) for word in words if len(word) <= LONGEST}


def recognise(words: Iterable[str]) -> Kind | None:
    """Return the Kind of ledger whose headings are among `words` (texts of a file's first rows), or None."""
    headings = _headings(words)
    return next((kind for kind in LEDGERS if kind.fits(headings)), None)


def likely_other(key: str, words: Iterable[str]) -> Kind | None:
    """Return the Kind that a file is, where that is another than the ledger `key` it was given as; None otherwise."""
    words = list(words)
    if any(kind.fits(_headings(words)) for kind in LEDGERS if kind.key == key):
        return None
    return recognise(words)


def said_of(kind: Kind) -> str:
    """Return what is said of a file in the wrong place."""
    return f"这份文件像是{kind.title}，没有按这里的台账读取。"
