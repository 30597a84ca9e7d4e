"""The only writer of the tree of organisations. Nothing outside this module knows mptt.

Every write takes the tree lock first, then reads the rows it builds on: with reach by interval a corrupt tree would be
an access fault.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F

from branches import audit
from branches.jobs.marks import mark
from branches.places.models.organisations import ALLOWED_CHILDREN, BEGINNING, Kind, Organisation, OrganisationVersion
from common import clock, database
from common.database import one_transaction
from common.names import initials_of, name_key
from common.operator import Actor

TREE_LOCK = 7_302_002
ARCHIVED = "该组织已撤销，不再改名或移动。"


def lock() -> None:
    """Take the tree lock for the rest of the transaction."""
    database.advisory_lock(TREE_LOCK)


def _fresh(organisation: Organisation | int) -> Organisation:
    pk = getattr(organisation, "pk", organisation)
    return Organisation.objects.select_for_update().get(pk=pk)


def _check_place(kind: str, parent: Organisation | None) -> None:
    if parent is None:
        if kind != Kind.PARTY_GROUP:
            raise ValidationError({"parent": "只有党组可以没有上级党组织。"})
        if Organisation.objects.filter(parent__isnull=True).exists():
            raise ValidationError({"parent": "已有党组，一个单位只能有一个党组。"})
        return
    if parent.archived_on:
        raise ValidationError({"parent": f"{parent.label}已撤销，不能在其下设组织。"})
    if kind not in ALLOWED_CHILDREN[parent.kind]:
        raise ValidationError({"parent": f"{parent.get_kind_display()}之下不能设{Kind(kind).label}。"})


def _open_version(organisation: Organisation, starts: date) -> OrganisationVersion:
    return OrganisationVersion.objects.create(
        organisation=organisation,
        name=organisation.name,
        short_name=organisation.short_name,
        kind=organisation.kind,
        parent_id=organisation.parent_id,
        starts=starts,
    )


def _new_version(organisation: Organisation, on: date) -> OrganisationVersion:
    """Close the open version the day before `on` and open the next; two changes on one day leave the later state."""
    current = organisation.versions.get(ends__isnull=True)
    if current.starts >= on:
        current.name, current.short_name = organisation.name, organisation.short_name
        current.kind, current.parent_id = organisation.kind, organisation.parent_id
        current.save()
        return current
    current.ends = on - timedelta(days=1)
    current.save()
    return _open_version(organisation, on)


def _name_free(key: str, pk: int | None = None) -> None:
    if Organisation.objects.filter(name_key=key).exclude(pk=pk).exists():
        raise ValidationError({"name": "已有同名的党组织。"})


@one_transaction
def organisation_create(
    *,
    by: Actor,
    name: str,
    kind: str,
    parent: Organisation | int | None = None,
    short_name: str = "",
    founded: date | None = None,
) -> Organisation:
    """Create an organisation below `parent` and return it.

    by: User or OPERATOR (the caller has checked the right). kind: a Kind value. founded: date, not in the future.
    Raises ValidationError keyed by field.
    """
    lock()
    parent = _fresh(parent) if parent is not None else None
    _check_place(kind, parent)
    if founded and founded > clock.today():
        raise ValidationError({"founded": "成立日期不能晚于今天。"})
    key = name_key(name)
    _name_free(key)
    organisation = Organisation(
        name=name,
        name_key=key,
        short_name=short_name or name,
        initials=initials_of(short_name or name),
        kind=kind,
        parent=parent,
        founded=founded,
    )
    with audit.change(by=by, verb="organisation.create", obj=organisation, organisation=organisation):
        organisation.clean_fields(exclude=["parent"])
        organisation.insert_at(parent, position="last-child", save=False)
        organisation.save()
        _open_version(organisation, founded or BEGINNING)
    mark(organisation, founded or BEGINNING, clock.today(), "tree")
    return organisation


@one_transaction
def organisation_update(
    *,
    by: Actor,
    organisation: Organisation | int,
    name: str | None = None,
    short_name: str | None = None,
    founded: date | None = None,
    on: date | None = None,
) -> Organisation:
    """Rename an organisation from the day `on` (default today), or correct its founding date; None leaves as it is."""
    lock()
    organisation = _fresh(organisation)
    renamed = (name is not None and name != organisation.name) or (
        short_name is not None and short_name != organisation.short_name
    )
    new_founding = founded if founded != organisation.founded else None
    if not renamed and new_founding is None:
        return organisation
    with audit.change(by=by, verb="organisation.update", obj=organisation, organisation=organisation):
        _rename(organisation, name, short_name)
        if new_founding is not None:
            _set_founding(organisation, new_founding)
        if renamed and organisation.archived_on:
            raise ValidationError(ARCHIVED)
        organisation.version += 1
        organisation.clean_fields(exclude=["parent"])
        organisation.save()
        if renamed:
            _new_version(organisation, on or clock.today())
    return organisation


def _rename(organisation: Organisation, name: str | None, short_name: str | None) -> None:
    if name is not None and name != organisation.name:
        key = name_key(name)
        _name_free(key, organisation.pk)
        organisation.name, organisation.name_key = name, key
    if short_name is not None and short_name != organisation.short_name:
        organisation.short_name, organisation.initials = short_name, initials_of(short_name)


def _set_founding(organisation: Organisation, founded: date) -> None:
    """Move the founding, and with it the beginning of the first version."""
    if founded > clock.today():
        raise ValidationError({"founded": "成立日期不能晚于今天。"})
    first = organisation.versions.order_by("starts").first()
    if first.ends and founded > first.ends:
        raise ValidationError({"founded": "成立日期晚于已有的变更记录。"})
    first.starts = founded
    first.save()
    mark(organisation, min(founded, organisation.founded or founded), clock.today(), "tree")
    organisation.founded = founded


@one_transaction
def organisation_move(*, by: Actor, organisation: Organisation | int, parent: Organisation | int) -> Organisation:
    """Move an organisation (with all below it) under another parent from today on."""
    lock()
    organisation, parent = _fresh(organisation), _fresh(parent)
    if organisation.parent_id is None:
        raise ValidationError({"parent": "党组不能移动。"})
    if organisation.archived_on:
        raise ValidationError(ARCHIVED)
    if organisation.contains(parent):
        raise ValidationError({"parent": "不能移动到自己或自己的下级之下。"})
    _check_place(organisation.kind, parent)
    if organisation.parent_id == parent.pk:
        return organisation
    old_parent = organisation.parent_id
    with audit.change(by=by, verb="organisation.move", obj=organisation, organisation=organisation):
        organisation.version += 1
        organisation.move_to(parent, "last-child")
        organisation.save()
        organisation.refresh_from_db()
        _new_version(organisation, clock.today())
    for touched in (old_parent, parent, organisation):
        mark(touched, clock.today(), clock.today(), "tree")
    return organisation


@one_transaction
def organisation_archive(*, by: Actor, organisation: Organisation | int, on: date | None = None) -> Organisation:
    """Archive an organisation: its last day is `on` (default today). History stays; nothing may hang below it."""
    lock()
    organisation = _fresh(organisation)
    on = on or clock.today()
    if organisation.parent_id is None:
        raise ValidationError("党组不能撤销。")
    if organisation.archived_on:
        raise ValidationError("该组织已撤销。")
    if organisation.children.filter(archived_on__isnull=True).exists():
        raise ValidationError("该组织之下还有未撤销的组织，请先移动或撤销它们。")
    with audit.change(by=by, verb="organisation.archive", obj=organisation, organisation=organisation):
        organisation.archived_on = on
        organisation.version += 1
        organisation.clean_fields(exclude=["parent"])
        organisation.save()
        if not organisation.versions.filter(ends__isnull=True, starts__lte=on).update(ends=on):
            # Its last change would come after its end, and the open version would stay open for ever.
            raise ValidationError({"on": "撤销日期不能早于最近一次变更（成立、改名或移动）的日期。"})
    mark(organisation, on, clock.today(), "tree")
    return organisation


def note_imported(ids: Iterable[int]) -> None:
    """Note that the organisations `ids` now stand as an import left them; a later change by hand shows (decisions 12)."""
    Organisation.objects.filter(pk__in=ids).update(imported_version=F("version"))


@one_transaction
def rebuild() -> None:
    """Compute all intervals anew from the parents (repair; see `check_tree`)."""
    lock()
    Organisation.objects.rebuild()


_WALK = """
WITH RECURSIVE walk(id, depth) AS (
    SELECT id, 0 FROM branches_organisation WHERE parent_id IS NULL
    UNION ALL
    SELECT child.id, walk.depth + 1 FROM branches_organisation child JOIN walk ON child.parent_id = walk.id
    WHERE walk.depth < 50
)
SELECT id, depth FROM walk
"""


@dataclass(frozen=True)
class _Node:
    """A row of the tree as it is checked; depth: as the parents give it, None where the root is not reached."""

    id: int
    parent_id: int | None
    kind: str
    level: int
    lft: int
    rght: int
    tree_id: int
    short_name: str
    depth: int | None

    @property
    def name(self) -> str:
        return f"{self.short_name}（{self.id}）"


def _nodes() -> dict[int, _Node]:
    with connection.cursor() as cursor:
        cursor.execute(_WALK)
        depths = dict(cursor.fetchall())
    columns = ("id", "parent_id", "kind", "level", "lft", "rght", "tree_id", "short_name")
    rows = Organisation.objects.order_by().values(*columns)
    return {row["id"]: _Node(**row, depth=depths.get(row["id"])) for row in rows}


def check_tree() -> list[str]:
    """Compare the intervals with the parents; return the problems in Chinese, none when the tree is well formed.

    The reference is a recursive CTE over `parent`: one root, everything reached from it once, level = depth, children
    inside their parents, siblings apart, edges without gaps, kinds nested as allowed.
    """
    nodes = _nodes()
    roots = [node for node in nodes.values() if node.parent_id is None]
    children: dict[int, list[_Node]] = {}
    for node in nodes.values():
        if node.parent_id is not None:
            children.setdefault(node.parent_id, []).append(node)
    problems = []
    if nodes and len(roots) != 1:
        problems.append(f"应有一个根，现有 {len(roots)} 个")
    if len({node.tree_id for node in nodes.values()}) > 1:
        problems.append("组织分属多棵树")
    for node in nodes.values():
        problems += _problems_of(node)
        if node.parent_id is not None:
            problems += _problems_below(node, nodes[node.parent_id])
    problems += _shared_edges(nodes.values())
    for siblings in [roots, *children.values()]:
        problems += _overlaps(siblings)
    problems += ["区间有空缺" for root in roots if root.rght - root.lft + 1 != 2 * len(nodes)]
    return problems


def _problems_of(node: _Node) -> Iterator[str]:
    if node.depth is None:
        yield f"{node.name}从根不可达"
    elif node.depth != node.level:
        yield f"{node.name}层级为 {node.level}，应为 {node.depth}"
    if node.lft >= node.rght:
        yield f"{node.name}区间颠倒"


def _problems_below(node: _Node, parent: _Node) -> Iterator[str]:
    if not parent.lft < node.lft < node.rght < parent.rght:
        yield f"{node.name}不在上级的区间内"
    if node.kind not in ALLOWED_CHILDREN[parent.kind]:
        yield f"{node.name}不应设在{parent.short_name}之下"


def _shared_edges(nodes: Iterable[_Node]) -> Iterator[str]:
    """Each end of an interval is a number of its own."""
    owners: dict[tuple[int, int], str] = {}
    for node in nodes:
        for edge in (node.lft, node.rght):
            if (node.tree_id, edge) in owners:
                yield f"{node.name}的边界 {edge} 与{owners[node.tree_id, edge]}重复"
            owners[node.tree_id, edge] = node.name


def _overlaps(siblings: Iterable[_Node]) -> Iterator[str]:
    ordered = sorted(siblings, key=lambda node: node.lft)
    for first, second in zip(ordered, ordered[1:]):
        if first.rght >= second.lft:
            yield f"{first.short_name}与{second.short_name}区间重叠"
