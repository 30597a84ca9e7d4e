"""The empty workbooks of the three ledgers, with the organisations that the importer may name in their drop-downs."""

import io
from collections.abc import Mapping, Sequence

from branches.places.models.departments import Department
from branches.places.models.organisations import Kind, Organisation
from branches.reach.rights import IMPORT
from common.operator import Actor
from common.tabular.blank import write_blank
from common.tabular.ledger import Ledger

LINES = (
    "红底的列必填。列的次序可以改，不用的列可以删，表头的叫法按本单位习惯改了也能认。",
    "上传后先核对，有一处错误就一行也不写入；同样的表再导一次不会重复。",
    "“填写说明”“下拉选项”两张表不会被导入，不必删去。",
)


def blank_workbook(user: Actor, ledger: Ledger) -> bytes:
    """Return the empty workbook (xlsx) of a ledger for `user`, in two statements."""
    file = io.BytesIO()
    write_blank(ledger, _names(user, ledger), file, lines=LINES)
    return file.getvalue()


def _names(user: Actor, ledger: Ledger) -> Mapping[str, Sequence[str]]:
    """Return {field name: names of the database to choose from}; short names, which every column understands.

    A name that two organisations share is no answer: such ones are offered in full.
    """
    places = Organisation.objects.visible_to(user, IMPORT).filter(archived_on__isnull=True).in_tree_order()
    rows = list(places.values_list("kind", "short_name", "name"))
    shorts = [short for _, short, _ in rows]

    def named(*kinds: str) -> list[str]:
        return [short if short and shorts.count(short) == 1 else name for kind, short, name in rows if kind in kinds]

    if ledger.key == "members":
        groups = sorted({short or name for kind, short, name in rows if kind == Kind.SMALL_GROUP})
        return {"branch": named(Kind.BRANCH), "group": groups}
    if ledger.key == "activities":
        return {"organisation": named(*Kind.values)}
    departments = Department.objects.filter(closed_on__isnull=True).order_by("pk").values_list("name", flat=True)
    return {
        "parent": named(Kind.PARTY_GROUP, Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH),
        "department": list(departments),
    }
