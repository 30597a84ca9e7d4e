"""The library on paper: everything that can be asked for, by kind."""

from branches.places.models.organisations import Organisation
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from common.operator import Actor
from members.resources.models import ResourceKind
from members.resources.selectors.library import library

# What is beyond is found in the list.
MOST_PRINTED = 1000
_HEADS, _WIDTHS = ["名称", "所属组织", "说明", "容纳"], [46, 44, 48, 18]


def catalogue_of(user: Actor) -> Sheet:
    """Return the catalogue of what `user` may ask for, at most MOST_PRINTED resources."""
    rows = list(library(user, {})[: MOST_PRINTED + 1])
    shown = [row for row in rows[:MOST_PRINTED] if row.state == "active"]
    parts = []
    for kind in ResourceKind:
        cells = [
            [row.name, row.organisation.label, row.detail, f"{row.capacity} 人" if row.capacity else ""]
            for row in shown
            if row.kind == kind
        ]
        if cells:
            heading = f"{kind.label}（{len(cells)} 项）"
            parts.append(SheetPart(heading, table=SheetTable(_HEADS, cells, _WIDTHS, (0, 1, 2))))
    if not parts:
        parts = [SheetPart("目录", empty="还没有共享资源，各党组织登记的场地、授课人、资料和展陈会列在这里。")]
    told = f"共 {len(shown)} 项，向所属组织申请使用。"
    if len(rows) > MOST_PRINTED:
        told = f"只列出前 {MOST_PRINTED} 项，其余请在列表中查找。"
    root = Organisation.objects.root()
    return Sheet(f"共享资源目录：{len(shown)} 项", root.name if root else "", clock.today(), told=told, parts=parts)
