"""Import of a roster of Party workers: upload, preview, confirm or give up, as the ledgers of members are."""

from branches.places.models.organisations import Kind, Organisation
from branches.reach.access import holds_anywhere
from branches.reach.rights import IMPORT, MEMBERS
from common.operator import Actor
from members.imports.one_ledger import LedgerPages
from members.imports.workers.jobs import WORKERS
from members.imports.workers.ledger import WORKER_LEDGER


def may_import(user: Actor) -> bool:
    """Whether `user` takes in such a roster: he imports ledgers, and keeps people."""
    return holds_anywhere(user, IMPORT) and holds_anywhere(user, MEMBERS)


def _places(user: Actor) -> dict[str, list[str]]:
    rows = Organisation.objects.visible_to(user, MEMBERS).exclude(kind=Kind.SMALL_GROUP)
    rows = rows.filter(archived_on__isnull=True).select_related("parent").in_tree_order()
    labels = [(place.label, place.kind) for place in rows[:200]]
    return {
        "organisation": [label for label, _ in labels],
        "branch": [label for label, kind in labels if kind == Kind.BRANCH],
    }


PAGES = LedgerPages(
    "worker_import",
    WORKER_LEDGER,
    WORKERS,
    may=may_import,
    choices=_places,
    home="cadres_register",
    home_label="党务干部",
    page="导入党务干部名册",
    help="一行一人，名册里已有的、不担任书记和委员的专兼职党务人员；同一人改了专兼职的，原来的到前一天为止。",
)
