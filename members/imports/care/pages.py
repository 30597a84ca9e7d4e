"""Import of whom a branch looks after, by whoever keeps its roster himself: upload, preview, confirm or give up."""

from common.operator import Actor
from members.imports.care.jobs import MARKS
from members.imports.care.ledger import CARE_LEDGER
from members.imports.care.plan import branches_kept
from members.imports.one_ledger import LedgerPages


def may_import(user: Actor) -> bool:
    """Whether `user` takes in such a table: of nobody else's branch than his own."""
    return bool(branches_kept(user))


def _branches(user: Actor) -> dict[str, list[str]]:
    return {"organisation": [place.label for place in branches_kept(user)]}


PAGES = LedgerPages(
    "care_import",
    CARE_LEDGER,
    MARKS,
    may=may_import,
    choices=_branches,
    home="care_list",
    home_label="激励关怀",
    page="导入关怀对象登记",
    help="一人一类一行，本支部名册上的人。核对页只列行号和列名，不显示姓名、类别和备注；上传的文件加密保存，导入后删除。",
)
