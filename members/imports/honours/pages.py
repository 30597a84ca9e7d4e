"""Import of a list of honours: upload, preview, confirm or give up, as the ledgers of members are."""

from branches.places.models.organisations import Kind, Organisation
from branches.reach.access import holds_anywhere
from branches.reach.rights import IMPORT, MEMBERS
from common.operator import Actor
from members.imports.honours.jobs import HONOURS
from members.imports.honours.ledger import HONOUR_LEDGER
from members.imports.one_ledger import LedgerPages


def may_import(user: Actor) -> bool:
    """Whether `user` takes in such a list: he imports ledgers, and keeps people."""
    return holds_anywhere(user, IMPORT) and holds_anywhere(user, MEMBERS)


def _branches(user: Actor) -> dict[str, list[str]]:
    rows = Organisation.objects.visible_to(user, MEMBERS).filter(kind=Kind.BRANCH, archived_on__isnull=True)
    return {"organisation": [place.label for place in rows.select_related("parent").in_tree_order()[:200]]}


PAGES = LedgerPages(
    "honour_import",
    HONOUR_LEDGER,
    HONOURS,
    may=may_import,
    choices=_branches,
    home="honour_list",
    home_label="表彰",
    page="导入表彰登记",
    help="一项荣誉一行，获得者是名册上的党员或党组织；已经登记的不重复登记。",
)
