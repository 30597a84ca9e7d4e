"""Import of a catalogue of policies: upload, preview, confirm or give up, as the ledgers of members are."""

from branches.reach.access import holds_anywhere
from branches.reach.rights import IMPORT
from common.operator import Actor
from members.imports.one_ledger import LedgerPages
from responsibilities.policies.imports.jobs import CATALOGUE
from responsibilities.policies.imports.ledger import POLICY_LEDGER
from responsibilities.policies.rights import issuing_places, writes_anywhere


def may_import(user: Actor) -> bool:
    """Whether `user` takes in a catalogue: he imports ledgers, and writes policies."""
    return holds_anywhere(user, IMPORT) and writes_anywhere(user)


PAGES = LedgerPages(
    "policy_import",
    POLICY_LEDGER,
    CATALOGUE,
    may=may_import,
    choices=lambda user: {"organisation": [place.label for place in issuing_places(user)]},
    home="policy_list",
    home_label="制度",
    page="导入制度目录",
    help="一行一项制度的一版；有步骤的，从第二步起每步一行，名称空着。标题行和列的次序不限。"
    "已登记的版本不改动，缺程序或考核规则的照表补上；没有步骤的先标为制度有、机制无。",
)
