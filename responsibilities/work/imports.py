"""Plan and write a year plan of business work: every row against departments, branches and the items there are."""

from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError

from branches.imports.places import Places
from branches.imports.report import CHANGED, NEW, UNCHANGED, Cells, read_ledger
from branches.imports.run import nothing_around, run
from branches.places.models.departments import Coverage, Department
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import ASSIGN, ORGANISE
from common import clock, progress
from common.operator import OPERATOR
from common.tabular.words import nearest, split_names
from common.text import cell_text, fold, is_blank_mark, parse_date, parse_optional_date, person_name, quoted
from responsibilities.work.ledger import WORK_LEDGER
from responsibilities.work.models import SyncStageKind, WorkItem, WorkKind
from responsibilities.work.rights import OWN_WORK, places_to_arrange
from responsibilities.work.rules import item_problems
from responsibilities.work.selectors.items import LEADERS
from responsibilities.work.services.items import WorkData, work_create, work_update
from responsibilities.work.services.plan_overwrites import FROM_PLAN, changed_by_hand, overwritten

KEY = WORK_LEDGER.key
_KINDS = {fold(kind.label): kind for kind in WorkKind} | {
    "委重点": WorkKind.AGENCY,  # the label until 2026-11
    "国家": WorkKind.STATE,
    "市": WorkKind.CITY,
    "市级": WorkKind.CITY,
    "委": WorkKind.AGENCY,
    "局": WorkKind.AGENCY,
    "局重点": WorkKind.AGENCY,
    "机关重点": WorkKind.AGENCY,
    "支部": WorkKind.BRANCH,
}


@dataclass
class WorkRow:
    """One row to write. item: the one there is, or None; data: as it will stand."""

    row: int
    organisation: object
    data: WorkData
    item: object = None
    action: str = NEW


@dataclass
class _Known:
    """What names of a plan may mean, read once."""

    organisation: object
    places: Places
    departments: dict
    covers: dict
    leaders: dict
    items: dict
    branches: dict
    hand: dict
    seen: dict = field(default_factory=dict)


def _load(by):
    if by is OPERATOR:
        organisation = Organisation.objects.root()
    else:
        organisation = next(iter(places_to_arrange(by)), None)
    departments = {fold(row.name): row for row in Department.objects.filter(closed_on__isnull=True)}
    leaders = {}
    serving = Appointment.objects.in_force(clock.today()).filter(role__in=LEADERS, user__is_active=True)
    for row in serving.select_related("user"):
        leaders.setdefault(fold(person_name(row.user.name)), {})[row.user_id] = row.user
    items = {}
    rows = WorkItem.objects.filter(organisation=organisation).select_related("organisation", "lead", "leader")
    for item in rows.prefetch_related("helpers", "stages", "carriers__organisation"):
        items[(fold(item.name), item.starts.year)] = item
    return _Known(
        organisation,
        Places.load(by),
        departments,
        dict(Coverage.objects.filter(ends__isnull=True).values_list("department", "organisation")),
        leaders,
        items,
        Organisation.objects.in_bulk(),
        changed_by_hand(items.values()),
    )


def plan_work(by, files, *, columns=None, sheets=None, strict=True):
    """Return [Plan] of the file in `files` ({"work": (source, filename)}), under the reach of `by`. Reads only.

    Items belong to the topmost organisation at which `by` arranges work. Arguments as of members.imports.plan_files.
    """
    if KEY not in files:
        return []
    source, filename = files[KEY]
    plan = read_ledger(
        WORK_LEDGER,
        source,
        filename,
        columns=(columns or {}).get(KEY),
        sheet=(sheets or {}).get(KEY),
        strict=strict,
    )
    if plan.errors:
        return [plan]
    known = _load(by)
    for row in plan.begin():
        cells = Cells(plan, row)
        found = _row(cells, known)
        if cells.count(found.action if found else UNCHANGED) and found and found.action != UNCHANGED:
            plan.items.append(found)
    return [plan]


def blank_choices():
    """Return {field name: words} of the empty year plan: what the database adds to its drop-downs. All whom it may concern
    may arrange work of the whole agency."""
    departments = list(Department.objects.filter(closed_on__isnull=True).order_by("pk").values_list("name", flat=True))
    branches = Organisation.objects.filter(kind=Kind.BRANCH, archived_on__isnull=True).in_tree_order()
    names = [short or name for short, name in branches.values_list("short_name", "name")]
    return {"kind": list(WorkKind.labels), "lead": departments, "helpers": departments, "carriers": names}


def _text(most, empty=""):
    def read(value):
        text = "" if is_blank_mark(value) else " ".join(cell_text(value).split())
        if not text and empty:
            raise ValueError(empty)
        if len(text) > most:
            raise ValueError(f"不应超过 {most} 个字。")
        return text

    return read


def _kind(value):
    if is_blank_mark(value):
        return WorkKind.AGENCY
    found = _KINDS.get(fold(value))
    if found is None:
        labels = "、".join(WorkKind.labels)
        raise ValueError(f"没有{quoted(cell_text(value)[:20])}这个类别，可填：{labels}。")
    return found


def _department(known, text):
    found = known.departments.get(fold(text))
    if found is not None:
        return found
    names = {key: row.name for key, row in known.departments.items()}
    # Names of departments are three or four characters long: two that agree are a hint.
    close = nearest(text, names, 50)
    sentence = f"没有找到处室{quoted(text[:30])}"
    raise ValueError(f"{sentence}，是否为{quoted(names[close])}？" if close else sentence + "。")


def _lead(known):
    def read(value):
        text = _text(100, "牵头处室没有填写。")(value)
        return _department(known, text)

    return read


def _helpers(known):
    return lambda value: [] if is_blank_mark(value) else [_department(known, name) for name in split_names(value)]


def _carriers(known):
    def read(value):
        if is_blank_mark(value):
            return []
        found = []
        for name in split_names(value):
            place = known.places.find(name, OWN_WORK)
            if place.kind not in OWN_WORK:
                raise ValueError(f"{quoted(place.label)}不是党支部，不能承办。")
            if place.archived_on is not None:
                raise ValueError(f"{place.label}已撤销，不能承办。")
            if place.pk not in found:
                found.append(place.pk)
        return found

    return read


def _leader(cells, known):
    text = person_name(cells.take("leader", _text(64), "") or "")
    if not text:
        return None, ""
    found = list(known.leaders.get(fold(text), {}).values())
    if len(found) == 1:
        return found[0], found[0].name[:64]
    why = "有几个同名的账号" if found else "没有这个名字的领导账号"
    cells.notice("leader", f"{quoted(text)}{why}，按姓名保存。")
    return None, text


def _row(cells, known):
    name = cells.take("name", _text(120, "名称没有填写。"), "")
    kind = cells.take("kind", _kind, WorkKind.AGENCY)
    lead = cells.take("lead", _lead(known))
    helpers = cells.take("helpers", _helpers(known), [])
    carriers = cells.take("carriers", _carriers(known), [])
    starts, ends = cells.take("starts", parse_date), cells.take("ends", parse_date)
    source = cells.take("source", _text(200), "")
    leader, leader_name = _leader(cells, known)
    planned = {stage: cells.take(f"planned_{stage.value}", parse_optional_date) for stage in SyncStageKind}
    for field_name, problem in item_problems(starts, ends, {stage: [day] for stage, day in planned.items()}).items():
        cells.error(field_name, problem)
    if known.organisation is None:
        cells.error("name", "没有您可以部署业务的党组织。")
    if not name or not starts or cells.wrong:
        return None
    key = (fold(name), starts.year)
    if key in known.seen:
        cells.error("name", f"与第 {known.seen[key]} 行重名。")
        return None
    known.seen[key] = cells.number
    if not carriers and lead is not None and lead.pk in known.covers:
        place = known.branches.get(known.covers[lead.pk])
        if place is not None and place.kind in OWN_WORK:
            carriers = [place.pk]
            cells.notice("carriers", f"没有填写，按牵头处室取{quoted(place.label)}。")
    data = WorkData(
        name=name,
        kind=kind,
        starts=starts,
        ends=ends,
        lead=lead,
        helpers=helpers,
        leader=leader,
        leader_name=leader_name,
        carriers=[known.branches[pk] for pk in carriers],
        source=source,
        planned={stage: day for stage, day in planned.items() if day is not None},
    )
    return _compared(cells, known, key, data)


def _compared(cells, known, key, data):
    item = known.items.get(key)
    if item is None:
        return WorkRow(cells.number, known.organisation, data)
    has = cells.plan.table.matched
    stored = _data_of(item)
    # A column that the file does not have changes nothing.
    missing = {
        "kind": "kind" not in has,
        "helpers": "helpers" not in has,
        "leader": "leader" not in has,
        "leader_name": "leader" not in has,
        "carriers": "carriers" not in has,
        "source": "source" not in has,
        "note": True,
    }
    data = replace(data, **{name: getattr(stored, name) for name, absent in missing.items() if absent})
    same = _plain(replace(data, planned=stored.planned | data.planned)) == _plain(stored)
    for column, sentence in [] if same else overwritten(stored, data, known.hand[item.pk]):
        cells.notice(column, sentence)
    return WorkRow(cells.number, known.organisation, data, item, UNCHANGED if same else CHANGED)


def _data_of(item):
    carriers = sorted(
        (row for row in item.carriers.all() if row.ended is None), key=lambda row: (not row.leads, row.pk)
    )
    return WorkData(
        name=item.name,
        kind=item.kind,
        starts=item.starts,
        ends=item.ends,
        lead=item.lead,
        helpers=list(item.helpers.all()),
        leader=item.leader,
        leader_name=item.leader_name,
        carriers=[row.organisation for row in carriers],
        source=item.source,
        note=item.note,
        planned={SyncStageKind(row.stage): row.planned_on for row in item.stages.all() if row.planned_on},
    )


def _plain(data):
    """The data as values that compare: the leading carrier first, the others in any order."""
    carriers = [place.pk for place in data.carriers]
    return (
        fold(data.name),
        str(data.kind),
        data.starts,
        data.ends,
        getattr(data.lead, "pk", None),
        sorted({row.pk for row in data.helpers} - {getattr(data.lead, "pk", None)}),
        getattr(data.leader, "pk", None),
        data.leader_name,
        carriers[:1],
        sorted(carriers[1:]),
        data.source,
        {str(stage): day for stage, day in data.planned.items()},
    )


def write_work(plans, by):
    """Write the planned rows; the caller holds the transaction. A refusal names its row."""
    for plan in plans:
        for row in plan.items:
            try:
                if row.item is None:
                    work_create(by=by, organisation=row.organisation, data=row.data, note=FROM_PLAN)
                else:
                    work_update(by=by, item=row.item, data=row.data, note=FROM_PLAN)
            except ValidationError as error:
                raise ValidationError(f"第 {row.row} 行：{'；'.join(error.messages)}") from None
            progress.tick()


def import_work(by, files, *, what="导入重点业务", around=nothing_around, **options):
    """Plan and write a year plan, all or nothing; returns [Plan]. `files` and options as for plan_work."""
    if by is not OPERATOR:
        access.require_anywhere(by, ASSIGN)
        access.require_anywhere(by, ORGANISE)
    return run(lambda: plan_work(by, files, **options), write_work, by, what=what, around=around)
