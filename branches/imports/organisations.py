"""Plan the ledger of organisations: every row against the tree and against the other rows."""

from dataclasses import dataclass, field
from datetime import date

from branches.imports.places import Place
from branches.imports.report import ADD, CHANGED, KEEP, NEW, UNCHANGED, UPDATE, Cells, Missing
from branches.places.models.departments import Coverage
from branches.places.models.organisations import ALLOWED_CHILDREN, Kind
from branches.places.models.terms import Term
from branches.places.selectors.groups import group_label, groups_on
from branches.places.vocabulary import parse_comparison_group, parse_organisation_kind
from common import clock
from common.names import name_key
from common.operator import OPERATOR
from common.tabular.words import split_names
from common.text import cell_text, is_blank_mark, parse_optional_date, quoted

_LABELS = {"short_name": "简称", "founded": "成立日期", "parent": "上级党组织"}


@dataclass
class OrganisationItem:
    """One row to write. `changes`: {short_name, founded, parent} to change; `expires`: last day of the term to open or
    (`correct_term`: id of the open term) to correct; `departments`: names to cover; `group`: in which the branch is compared from
    now on, "" where nothing changes, `old_group` so far."""

    place: Place
    row: int
    action: str = NEW
    changes: dict = field(default_factory=dict)
    expires: date | None = None
    correct_term: int | None = None
    departments: list = field(default_factory=list)
    group: str = ""
    old_group: str = ""
    old_founded: date | None = None


def plan_organisations(plan, places):
    """Fill `plan` (with its table read) and add the file's organisations to `places`. Reads only.

    Two passes, because parents may come after their children; a row that is wrong in another column still makes its
    name known, so that one mistake is one line (architecture, Contract).
    """
    read = [_read(Cells(plan, row), places) for row in plan.begin()]
    rows = [row for row in read if row is not None]
    places.changed()
    for cells, place, values in rows:
        _resolve_parent(cells, place, values, places)
    places.changed()
    for cells, place, values in rows:
        _check_circle(cells, place, values)
    terms = {term.organisation_id: term for term in Term.objects.filter(closed_on__isnull=True)}
    covered = {
        name_key(row.department.name): row
        for row in Coverage.objects.filter(ends__isnull=True).select_related("department")
    }
    claimed = {}
    groups = groups_on(clock.today())
    for cells, place, values in rows:
        item = _compare(cells, place, values, terms, covered, claimed)
        _compare_group(cells, place, values["group"], groups, item)
        if item.action == CHANGED and plan.mode != KEEP:
            _settle(cells, item, terms)
        if cells.count(item.action) and item.action != UNCHANGED:
            plan.items.append(item)
    if plan.mode != KEEP:
        plan.missing += [_missing(plan, place) for place in places.all if _unnamed(place)]


def _settle(cells, item, terms):
    """Note old and new of each cell of a row that changes something; with only additions wanted it changes nothing."""
    place = item.place
    olds = {"short_name": place.short_name, "parent": place.parent, "founded": item.old_founded}
    changed = [cells.change(name, _text(olds[name]), _text(value)) for name, value in item.changes.items()]
    if item.expires:
        term = terms.get(place.pk)
        changed.append(cells.change("term_ends", term.expires.isoformat() if term else "", item.expires.isoformat()))
    changed += [cells.change("department", "", name) for name in item.departments]
    if item.group:
        changed.append(cells.change("group", group_label(item.old_group), group_label(item.group)))
    if cells.plan.mode == ADD:
        cells.only_added(changed)
        item.action = UNCHANGED
    else:
        cells.changes(place.label, place.by_hand, changed)


def _text(value):
    """Return what a column of a place says, in words."""
    if isinstance(value, Place):
        return value.label
    return value.isoformat() if isinstance(value, date) else (value or "")


def _unnamed(place):
    """Whether a place of the database stands below one that the file names, and no row names it."""
    if place.pk is None or place.row is not None or place.archived_on or not place.within:
        return False
    above, steps = place.parent, 0
    while above is not None and steps <= 10:
        if above.row is not None:
            return True
        above, steps = above.parent, steps + 1
    return False


def _missing(plan, place):
    return Missing(plan.ledger.key, place.label, place.parent.label if place.parent else "")


def _name(value):
    text = cell_text(value)
    if not text:
        raise ValueError("党组织全称没有填写。")
    if len(text) > 200:
        raise ValueError("党组织全称不应超过 200 个字。")
    return "".join(text.split()) if not text.isascii() else text


def _short_name(value):
    text = "" if is_blank_mark(value) else cell_text(value)
    if len(text) > 100:
        raise ValueError("简称不应超过 100 个字。")
    return text


def _group(value):
    return "" if is_blank_mark(value) else parse_comparison_group(value)


def _past(value):
    found = parse_optional_date(value)
    if found and found > clock.today():
        raise ValueError(f"日期 {found.isoformat()} 晚于今天。")
    return found


def _read(cells, places):
    """Read one row's own cells; returns (cells, place, values), or None where the row has no name."""
    values = {
        "name": cells.take("name", _name, ""),
        "short_name": cells.take("short_name", _short_name, ""),
        "kind": cells.take("kind", parse_organisation_kind),
        "founded": cells.take("founded", _past),
        "expires": cells.take("term_ends", parse_optional_date),
        "departments": [] if is_blank_mark(cells.value("department")) else split_names(cells.value("department")),
        "group": cells.take("group", _group, ""),
        "parent": None,
    }
    for department in values["departments"]:
        if len(department) > 100:
            cells.error("department", "处室名称不应超过 100 个字。")
    if not values["name"]:
        cells.count(UNCHANGED)
        return None
    place = places.by_key.get(name_key(values["name"]))
    if place is not None and place.row is not None:
        cells.error("name", f"与第 {place.row} 行重名。")
        cells.count(UNCHANGED)
        return None
    if place is None:
        place = Place(values["name"], values["short_name"], values["kind"], founded=values["founded"])
        places.add(place)
    else:
        if values["short_name"]:
            place.aliases.add(values["short_name"])
        if not place.within:
            cells.error("name", f"没有找到党组织{quoted(values['name'][:40])}，或不在您的导入范围内。")
    place.row = cells.number
    return cells, place, values


def _resolve_parent(cells, place, values, places):
    kind = values["kind"]
    if "parent" in cells.wrong:
        return
    if is_blank_mark(cells.value("parent")):
        if kind == Kind.PARTY_GROUP:
            _check_root(cells, place, places)
        elif kind is not None:
            cells.error("parent", "上级党组织没有填写，只有党组可以没有上级。")
        return
    fitting = tuple(above for above, below in ALLOWED_CHILDREN.items() if kind in below) if kind else None
    try:
        parent = places.find(cells.value("parent"), fitting, anywhere=True)
    except ValueError as error:
        cells.error("parent", str(error))
        return
    if kind and parent.kind and kind not in ALLOWED_CHILDREN[parent.kind]:
        cells.error("parent", f"{Kind(parent.kind).label}之下不能设{Kind(kind).label}。")
        return
    new_place = place.pk is None or place.parent is not parent
    if new_place and parent.pk is not None and not parent.within:
        cells.error("parent", f"没有找到党组织{quoted(parent.label[:40])}，或不在您的导入范围内。")
        return
    if new_place and parent.archived_on:
        cells.error("parent", f"{parent.label}已撤销，不能在其下设组织。")
        return
    values["parent"] = parent
    if place.pk is None:
        place.parent = parent
        parent.children.append(place)


def _check_root(cells, place, places):
    roots = [other for other in places.all if other.kind == Kind.PARTY_GROUP and other is not place]
    if any(other.pk or (other.row or 0) < cells.number for other in roots):
        cells.error("kind", f"已有党组{quoted(roots[0].name)}，一个单位只能有一个党组。")
    elif place.pk is None and places.by is not OPERATOR:
        cells.error("parent", "第一个党组由服务器操作员建立。")


def _check_circle(cells, place, values):
    above, steps = values["parent"], 0
    while above is not None and steps <= 10:
        if above is place:
            cells.error("parent", "上级党组织不能是自己或自己的下级。")
            return
        above, steps = above.parent, steps + 1


def _compare(cells, place, values, terms, covered, claimed):
    item = OrganisationItem(place, cells.number)
    if place.pk is None:
        item.expires, item.departments = values["expires"], _free(cells, place, values, covered, claimed)
        return item
    if values["kind"] and values["kind"] != place.kind:
        cells.error("kind", f"系统中为{Kind(place.kind).label}，组织类别不能通过导入更改。")
    changes = {name: values[name] for name in ("short_name", "founded") if values[name]}
    changes = {name: value for name, value in changes.items() if value != getattr(place, name)}
    if values["parent"] is not None and values["parent"] is not place.parent:
        changes["parent"] = values["parent"]
    if changes and place.by_hand and cells.plan.mode == KEEP:
        labels = "、".join(_LABELS[name] for name in changes)
        cells.notice("name", f"已登记，且经人工登记或修改，未按表更改：{labels}。")
        changes = {}
    item.changes = changes
    if "founded" in changes and cells.plan.mode != ADD:
        item.old_founded, place.founded = place.founded, changes["founded"]
    _compare_term(cells, place, values["expires"], terms, item)
    item.departments = _free(cells, place, values, covered, claimed)
    item.action = CHANGED if changes or item.expires or item.departments else UNCHANGED
    return item


def _compare_term(cells, place, expires, terms, item):
    term = terms.get(place.pk)
    if not expires or (term is not None and term.expires == expires):
        return
    by_hand = place.by_hand and cells.plan.mode != UPDATE
    if term is not None and (term.starts or by_hand):
        cells.notice("term_ends", f"已登记届次（{term.expires} 届满），未按表更改。")
        return
    item.expires, item.correct_term = expires, term.pk if term else None


def _compare_group(cells, place, group, groups, item):
    """Note a group that differs from the one in force; only branches have one."""
    if not group:
        return
    if (place.kind or Kind.BRANCH) != Kind.BRANCH:
        cells.error("group", "只有党支部分考核类别。")
        return
    item.old_group = groups.get(place.pk, "") if place.pk else ""
    if group == item.old_group:
        return
    if item.old_group and cells.plan.mode == KEEP:
        cells.notice("group", f"已登记为{group_label(item.old_group)}，未按表更改。")
        return
    item.group = group
    if item.action == UNCHANGED:
        item.action = CHANGED


def _free(cells, place, values, covered, claimed):
    """Return the departments of the row that no organisation covers yet."""
    found = []
    for name in dict.fromkeys(values["departments"]):
        key = name_key(name)
        held = covered.get(key)
        if held is not None:
            if held.organisation_id != place.pk:
                cells.notice("department", f"处室{quoted(name)}已由其他党组织覆盖，未按表更改。")
        elif claimed.setdefault(key, place) is not place:
            cells.notice("department", f"处室{quoted(name)}已由{claimed[key].label}覆盖，只保留前一处。")
        else:
            found.append(name)
    return found
