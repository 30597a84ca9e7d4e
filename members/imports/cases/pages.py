"""Import of a ledger of those in development: upload, preview, confirm or give up, as the ledgers of members are."""

from branches.places.models.organisations import Kind, Organisation
from branches.reach.access import holds_anywhere
from branches.reach.rights import IMPORT, MEMBERS
from common.operator import Actor
from members.imports.cases.jobs import CASES
from members.imports.cases.ledger import CASE_LEDGER
from members.imports.one_ledger import LedgerPages


def may_import(user: Actor) -> bool:
    """Whether `user` takes in such a ledger: he imports ledgers, and keeps people."""
    return holds_anywhere(user, IMPORT) and holds_anywhere(user, MEMBERS)


def _branches(user: Actor) -> dict[str, list[str]]:
    rows = Organisation.objects.visible_to(user, MEMBERS).filter(kind=Kind.BRANCH).in_tree_order()
    return {"organisation": [place.label for place in rows.select_related("parent")[:200]]}


PAGES = LedgerPages(
    "case_import",
    CASE_LEDGER,
    CASES,
    may=may_import,
    choices=_branches,
    home="development_list",
    home_label="发展党员",
    page="导入发展党员台账",
    help="一行一人，名册里已有的人；各环节的日期各占一列，在系统登记以前办的才填。"
    "导入后从下一步起在系统里办理，以前的环节以纸质材料为准。",
)
