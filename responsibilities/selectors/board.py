"""The board of the four synchronisations: which items, in which order, with one cell for each stage."""

from dataclasses import dataclass, field, replace

from django.urls import reverse

from branches import clock
from branches.models import Organisation
from branches.periods import YEAR, Period
from members.models import ActivityState
from responsibilities.models import STAGE_SHORT, Stage, SyncState, WorkCarrier, WorkItem
from responsibilities.selectors.work import (
    NextStep,
    items_in,
    linked_records,
    next_step,
    proof_label,
    stage_name,
)
from responsibilities.sync import STAGES, closure, sync_points, worst
from responsibilities.work_rights import Powers

WAITS, CLOSED, OPEN = "waits", "closed", "open"
# What `state` of the address may say, besides nothing.
STATES = {
    SyncState.MISSING.value: "缺失",
    SyncState.LAGGING.value: "滞后",
    WAITS: "待登记",
    CLOSED: "已闭环",
    OPEN: "未闭环",
    SyncState.SYNCHRONISED.value: "同步",
    SyncState.WAIVED.value: "免予同步",
    "due": "应同步",
}
_SEGMENT = {
    SyncState.SYNCHRONISED: "ok",
    SyncState.LAGGING: "slow",
    SyncState.MISSING: "miss",
    SyncState.NOT_DUE: "idle",
    SyncState.WAIVED: "na",
}


@dataclass(frozen=True)
class Place:
    """An organisation as the board names it."""

    label: str
    parent: int | None


@dataclass
class Selection:
    """The items that the address asks for and their points; `counted` are the points of the period, stage, branch asked for.

    tree: {organisation id: Place} of the whole tree. helpers: {item id: ids of helping departments}.
    """

    period: Period
    items: dict = field(default_factory=dict)
    points: list = field(default_factory=list)
    counted: list = field(default_factory=list)
    tree: dict = field(default_factory=dict)
    helpers: dict = field(default_factory=dict)

    def of(self, points):
        """Return {item id: [points]}."""
        found = {pk: [] for pk in self.items}
        for point in points:
            if point.item in found:
                found[point.item].append(point)
        return found

    def label(self, place):
        return self.tree[place].label if place in self.tree else ""

    def carried_by(self, point):
        """Ids of those who carry the point; where nobody does, of who arranged the item."""
        return point.carriers or [self.items[point.item].organisation_id]

    def below(self, place):
        """Whether an id lies at or below `place`: a function of the id."""

        def inside(pk):
            while pk is not None and pk != place:
                pk = self.tree[pk].parent if pk in self.tree else None
            return pk is not None

        return inside


@dataclass
class Cell:
    """One stage of one item. show: the worst point; parts: (points synchronised, all points) where it has milestones."""

    kind: str
    show: object
    parts: tuple | None
    words: str
    label: str = ""
    url: str = ""
    more: int = 0
    pick: str = ""
    note: str = ""
    supervise: bool = False

    @property
    def name(self):
        return Stage(self.kind).label


@dataclass
class Line:
    """One item on the board."""

    item: object
    cells: list
    segments: list
    done: int
    owed: int
    carriers: list
    next: NextStep

    @property
    def closed(self):
        return self.done == self.owed > 0

    @property
    def leader(self):
        return self.item.leader.name if self.item.leader_id else self.item.leader_name


def this_year():
    return Period.containing(YEAR, clock.today())


def load(user, period):
    """Return the Selection of all that `user` may read in a Period; eight statements at any size.

    A point counts when its day lies in the period, or when it has no date yet.
    """
    found = Selection(period, {row.pk: row for row in items_in(user, period)})
    found.points = sync_points(list(found.items))
    found.counted = [point for point in found.points if point.day is None or point.day in period]
    rows = Organisation.objects.order_by("tree_id", "lft").values_list("pk", "short_name", "name", "parent")
    found.tree = {pk: Place(short or name, parent) for pk, short, name, parent in rows}
    helped = WorkItem.helpers.through.objects.filter(workitem__in=list(found.items))
    for item, department in helped.values_list("workitem", "department"):
        found.helpers.setdefault(item, set()).add(department)
    return found


def narrow(found, *, department=None, leader=None, branch=None, kind="", stage="", word=""):
    """Return the Selection reduced to what the filters say.

    department: id of the leading or a helping one. leader: account id, or a name as written. branch: id of an
    organisation; points carried at or below it count. kind: WorkKind. stage: Stage. word: part of the name.
    """

    def keeps(item):
        departments = {item.lead_id} | found.helpers.get(item.pk, set())
        return (
            (not department or department in departments)
            and (not leader or leader in (item.leader_id, item.leader_name))
            and (not kind or item.kind == kind)
            and (not word or word.lower() in item.name.lower())
        )

    items = {pk: item for pk, item in found.items.items() if keeps(item)}
    counted = [point for point in found.counted if point.item in items and (not stage or point.kind == stage)]
    if branch:
        inside = found.below(branch)
        carried = [point for point in found.points if any(inside(place) for place in found.carried_by(point))]
        kept = {point.item for point in carried}
        items = {pk: item for pk, item in items.items() if pk in kept}
        counted = [point for point in counted if any(inside(place) for place in found.carried_by(point))]
    points = [point for point in found.points if point.item in items]
    return replace(found, items=items, points=points, counted=counted)


def fits(state, counted, all_points):
    """Whether an item belongs under a state of the address; counted, all_points: its own points."""
    if not state:
        return True
    done, owed = closure(all_points)
    if state == CLOSED:
        return done == owed > 0
    if state == OPEN:
        return not done == owed > 0
    if state == WAITS:
        return any(point.waits for point in counted)
    if state == "due":
        return any(point.state in (SyncState.SYNCHRONISED, SyncState.LAGGING, SyncState.MISSING) for point in counted)
    return any(point.state == state for point in counted)


def ordered(selection, state=""):
    """Return the ids of the items that fit `state`, those with most problems first."""
    counted, whole = selection.of(selection.counted), selection.of(selection.points)

    def rank(pk):
        states = [point.state for point in counted[pk]]
        days = max((point.lag or 0 for point in counted[pk] if point.state == SyncState.MISSING), default=0)
        done, owed = closure(whole[pk])
        return (
            -states.count(SyncState.MISSING),
            -states.count(SyncState.LAGGING),
            -sum(point.waits for point in counted[pk]),
            -days,
            done == owed > 0,
            selection.items[pk].starts,
            pk,
        )

    return sorted((pk for pk in selection.items if fits(state, counted[pk], whole[pk])), key=rank)


def lines(user, selection, ids):
    """Return the Lines of these items, in this order, in a constant number of statements."""
    whole = selection.of(selection.points)
    points = [point for pk in ids for point in whole[pk]]
    records = linked_records(points, user)
    names = {pk: place.label for pk, place in selection.tree.items()}
    present = _present_carriers(ids)
    places = {place for mine in present.values() for place in mine}
    powers = Powers(user, places | {selection.items[pk].organisation_id for pk in ids})
    found = []
    for pk in ids:
        item, mine = selection.items[pk], whole[pk]
        carriers = present.get(pk, [])
        links, notes = powers.links(item, carriers), powers.notes(item, carriers)
        cells = [_cell(kind, [point for point in mine if point.kind == kind], records, links, notes) for kind in STAGES]
        for cell in cells:
            cell.supervise = cell.show.state == SyncState.MISSING and powers.assigns(item.organisation_id)
        done, owed = closure(mine)
        found.append(
            Line(
                item=item,
                cells=cells,
                segments=[_SEGMENT[cell.show.state] for cell in cells],
                done=done,
                owed=owed,
                carriers=[names.get(place, "") for place in carriers],
                next=next_step(mine, names, item),
            )
        )
    return found


def _present_carriers(ids):
    """Return {item id: [ids of those who carry it today, the leading one first]}: former ones act no more."""
    found = {}
    rows = WorkCarrier.objects.filter(item__in=ids, ended__isnull=True).order_by("-leads", "pk")
    for item, place in rows.values_list("item", "organisation"):
        found.setdefault(item, []).append(place)
    return found


def day_words(day):
    """Return 11-27, or 2027-03-15 in another year than this."""
    if day is None:
        return ""
    return f"{day:%m-%d}" if day.year == clock.today().year else f"{day:%Y-%m-%d}"


def _cell(kind, points, records, links, notes):
    show = worst(points)
    done = sum(point.state == SyncState.SYNCHRONISED for point in points)
    cell = Cell(kind, show, (done, len(points)) if show.milestone else None, words(show))
    proofs = sorted(show.proofs, key=lambda proof: (not proof.counts, proof.day, proof.evidence))
    if proofs:
        first = proofs[0]
        record = records.get(first.activity)
        cell.label = proof_label(record) if record else f"材料 {day_words(first.day)}"
        if not first.counts:
            cell.label += "（未计入）"
        elif record is not None and record.state == ActivityState.SUBMITTED:
            # It counts from submission on (decisions 20); the reader sees that nobody has reviewed it yet.
            cell.label += "（待审核）"
        if record is None:
            cell.url = reverse("work_detail", args=[show.item])
        elif record.open:
            cell.url = reverse("activity_detail", args=[record.pk])
        cell.more = len(proofs) - 1
    if links and show.state not in (SyncState.SYNCHRONISED, SyncState.WAIVED) and show.happened:
        cell.pick = pick_url(show)
    if notes and show.state == SyncState.NOT_DUE and show.happened is None:
        cell.note = reverse("stage_edit", args=[show.stage])
    return cell


def pick_url(point):
    """Return the address of the picker of evidence for a point."""
    url = reverse("evidence_pick", args=[point.stage])
    return f"{url}?milestone={point.milestone}" if point.milestone else url


def words(point):
    """What a cell says of a point that is not due or waived."""
    if point.state == SyncState.WAIVED:
        return point.reason
    if point.happened:
        return f"业务 {day_words(point.happened)}，待开展党建工作"
    if point.planned is None:
        return "业务日期未定"
    if point.waits:
        return f"计划 {day_words(point.planned)} 已过，请登记业务日期"
    return f"业务计划 {day_words(point.planned)}"


def standing(point):
    """How a point stands, in one phrase: the headline of the page on which it is put right."""
    if point.state == SyncState.MISSING:
        return f"缺失，业务开展后已 {point.lag} 天未见党建记录"
    if point.state == SyncState.LAGGING:
        return f"滞后，党建晚 {point.lag} 天"
    if point.state == SyncState.SYNCHRONISED:
        return "同步，党建在先" if point.lag < 0 else f"同步，相差 {point.lag} 天"
    return f"免予同步，{point.reason}" if point.state == SyncState.WAIVED else words(point)


def counts(selection):
    """Return {state: number} for the segments: points of missing, lagging and waiting, items of all and closed."""
    whole = selection.of(selection.points)
    closed = 0
    for mine in whole.values():
        done, owed = closure(mine)
        closed += done == owed > 0
    states = [point.state for point in selection.counted]
    return {
        "": len(selection.items),
        SyncState.MISSING.value: states.count(SyncState.MISSING),
        SyncState.LAGGING.value: states.count(SyncState.LAGGING),
        WAITS: sum(point.waits for point in selection.counted),
        CLOSED: closed,
    }


def stage_counts(selection):
    """Return [(Stage, short name, synchronised, lagging, missing)] for the heads of the columns."""
    found = []
    for kind in Stage:
        states = [point.state for point in selection.counted if point.kind == kind]
        found.append(
            {
                "kind": kind.value,
                "label": kind.label,
                "short": STAGE_SHORT[kind],
                "synchronised": states.count(SyncState.SYNCHRONISED),
                "lagging": states.count(SyncState.LAGGING),
                "missing": states.count(SyncState.MISSING),
            }
        )
    return found


def finding(selection):
    """Return the headline: how many points are not synchronised, and in which stage most."""
    if not selection.items:
        return "还没有重点业务"
    columns = stage_counts(selection)
    wrong = {row["label"]: row["lagging"] + row["missing"] for row in columns}
    number, due = sum(wrong.values()), sum(row["synchronised"] for row in columns)
    if number:
        return f"{number} 处不同步，{max(wrong, key=wrong.get)}最多"
    return f"应同步 {due} 处，全部同步" if due else f"{len(selection.items)} 项重点业务，还没有到期的环节"


def export_rows(selection, ids):
    """Return (columns, rows) of the board as a table, one row for each point."""
    whole = selection.of(selection.counted)
    columns = [
        "重点业务", "类别", "牵头处室", "分管领导", "承办支部", "环节", "业务计划", "业务实际", "党建日期", "相差天数", "状态",
        "佐证数", "原因",
    ]  # fmt: skip
    rows = []
    for pk in ids:
        item = selection.items[pk]
        for point in whole[pk]:
            rows.append(
                [
                    item.name,
                    item.get_kind_display(),
                    item.lead.name if item.lead_id else "",
                    item.leader.name if item.leader_id else item.leader_name,
                    "、".join(selection.label(place) for place in point.carriers),
                    stage_name(point),
                    point.planned,
                    point.happened,
                    point.party,
                    point.lag,
                    SyncState(point.state).label,
                    len(point.proofs),
                    point.reason,
                ]
            )
    return columns, rows
