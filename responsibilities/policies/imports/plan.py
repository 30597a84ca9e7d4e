"""Plan a catalogue of policies: rows become versions with their steps, held against the policies there are. Reads only."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from branches.imports.places import Place, Places
from branches.imports.report import CHANGED, NEW, UNCHANGED, Cells, Plan
from branches.imports.single import planned
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR, Actor
from common.text import cell_text, fold, is_blank_mark, parse_optional_date, quoted, text_of
from responsibilities.assigning import places_assigned
from responsibilities.policies.imports import cells as read
from responsibilities.policies.imports.ledger import POLICY_LEDGER
from responsibilities.policies.models import ISSUING, Policy, PolicyVersion
from responsibilities.policies.selectors.policies import mechanism_of
from responsibilities.policies.services.policies import MOST_STEPS, CheckData, PolicyData, StepData

TRIAL = "试行"
# Columns that speak of a version; a row that has none of them filled in is a further step of the row above.
_OF_VERSION = ("document", "issued_on", "in_force_from", "in_force_to", "repeal_reason")
# What else is said once a version, in its first row.
_SAID_ONCE = ("organisation", "building", "addressed", "trigger", "planned", "consequence", "summary")


@dataclass
class VersionItem:
    """One version to write. policy, version: those there are, or None; steps, check: as they will stand.

    data: columns that the row leaves empty are empty in it. repealed: why it no longer holds after `until`. action: NEW, or
    CHANGED where only procedure or rule are added.
    """

    row: int
    data: PolicyData
    since: date
    until: date | None
    repealed: str = ""
    steps: list[StepData] = field(default_factory=list)
    check: CheckData | None = None
    policy: Policy | None = None
    version: PolicyVersion | None = None
    action: str = NEW


@dataclass
class _Read:
    """The rows of one version: the cells of its first row, the steps of all."""

    head: Cells
    title: str
    place: Place | None
    rows: list[Cells]
    steps: list[StepData]
    item: VersionItem | None = None

    @property
    def key(self) -> tuple[str, int]:
        return fold(self.title), (self.place.pk or 0) if self.place is not None else 0


@dataclass
class _Ground:
    """What the names of a catalogue may mean, read once. home: whose policies they are where no row says it."""

    places: Places
    home: Place | None
    allowed: set[int]
    organisations: dict[int, Organisation]
    policies: dict[tuple[str, int], Policy]


def _load(by: Actor) -> _Ground:
    rows = Organisation.objects.filter(kind__in=ISSUING, archived_on__isnull=True).in_tree_order()
    if by is not OPERATOR:
        rows = rows.filter(pk__in=places_assigned(by).order_by().values("pk"))
    organisations = {row.pk: row for row in rows.select_related("parent")}
    places = Places.load(by)
    by_pk = {place.pk: place for place in places.all}
    home = next((pk for pk, row in organisations.items() if row.kind != "party_group"), next(iter(organisations), None))
    known = Policy.objects.filter(organisation__in=organisations).prefetch_related(
        "versions__steps", "versions__check_rule"
    )
    policies = {(fold(row.title), row.organisation_id): row for row in known}
    return _Ground(places, by_pk.get(home), set(organisations), organisations, policies)


def plan_policies(by: Actor, files: Any, **options: Any) -> list[Plan]:
    """Return [Plan] of the file in `files` ({"policies": (source, filename)}), under the reach of `by`; options as for planned."""
    return planned(POLICY_LEDGER, files, lambda plan: _judge_rows(plan, by), **options)


def _judge_rows(plan: Plan, by: Actor) -> None:
    ground = _load(by)
    versions = _versions(plan, ground)
    for one in versions:
        _judge(one, ground)
    _check_order(versions, ground)
    for one in versions:
        _count(plan, one)


def _versions(plan: Plan, ground: _Ground) -> list[_Read]:
    """Return the rows put together: one that names no policy, or the one above and nothing of a version, is its next step."""
    found: list[_Read] = []
    seen: dict[tuple[Any, ...], int] = {}
    for row in plan.begin():
        cells = Cells(plan, row)
        said = "" if is_blank_mark(cells.value("title")) else cell_text(cells.value("title"))
        last = found[-1] if found else None
        if last is not None and (not said or _continues(cells, last, said)):
            last.rows.append(cells)
            last.steps += _step(cells, further=True)
            _check_further(cells, last)
            continue
        title = cells.take("title", read.filled("制度名称", 100), "")
        one = _Read(cells, title, _place(cells, ground), [cells], [])
        one.steps += _step(cells, further=False)
        key = (*one.key, *(fold(cell_text(cells.value(name))) for name in _OF_VERSION))
        if title and seen.setdefault(key, cells.number) != cells.number:
            cells.error("title", f"与第 {seen[key]} 行是同一版制度。")
        found.append(one)
    return found


def _differs(cells: Cells, last: _Read, name: str) -> bool:
    """Whether a cell says something else than that of the version's first row."""
    return not is_blank_mark(cells.value(name)) and fold(cells.value(name)) != fold(last.head.value(name))


def _continues(cells: Cells, last: _Read, said: str) -> bool:
    if fold(said) != fold(last.title) or is_blank_mark(cells.value("step")):
        return False
    return not any(_differs(cells, last, name) for name in (*_OF_VERSION, "organisation"))


def _check_further(cells: Cells, last: _Read) -> None:
    """A row without a name that speaks of another version is no step of the one above; nothing it says is dropped unsaid."""
    other = [name for name in _OF_VERSION if _differs(cells, last, name)]
    if other:
        named = "、".join(cells.plan.heading(name) for name in other)
        cells.error("title", f"制度名称没有填写，{named}又与第 {last.head.number} 行不同；另一版请写名称。")
        return
    for name in _SAID_ONCE:
        if _differs(cells, last, name):
            cells.notice(name, f"与第 {last.head.number} 行不同，按第 {last.head.number} 行登记。")


def _place(cells: Cells, ground: _Ground) -> Place | None:
    if is_blank_mark(cells.value("organisation")):
        if ground.home is None:
            cells.error("organisation", "没有您可以登记制度的党组织。")
        return ground.home

    def find(value: Any) -> Place:
        place: Place = ground.places.find(value, ISSUING, anywhere=True)
        if place.pk not in ground.allowed:
            raise ValueError(f"您不能为{quoted(place.label)}登记制度。")
        return place

    found: Place | None = cells.take("organisation", find)
    return found


def _step(cells: Cells, *, further: bool) -> list[StepData]:
    """Return the step of a row; none where it says nothing of one."""
    title = cells.take("step", text_of(80), "")
    seat, days = cells.take("seat", read.seat, ""), cells.take("days", read.days)
    yields = cells.take("yields", read.yields, [])
    if not title:
        if seat or days is not None or yields:
            cells.error("step", "请写明这一步做什么。")
        elif further:
            cells.error("title", "制度名称没有填写，也没有写步骤。")
        return []
    step = StepData(title, seat, days, yields)
    if not seat or days is None or not yields:
        cells.notice("step", f"{quoted(title)}没有写全谁、几个工作日、形成什么，导入后标为制度有、机制无。")
    return [step]


def _judge(one: _Read, ground: _Ground) -> None:
    """Read what a version's first row says of it, and hold it against what is there."""
    cells = one.head
    issued = cells.take("issued_on", read.past_day)
    since = cells.take("in_force_from", parse_optional_date) or issued
    until = cells.take("in_force_to", parse_optional_date)
    trigger, kinds = cells.take("trigger", read.trigger, ("", []))
    repealed = cells.take("repeal_reason", text_of(200), "")
    share, consequence = cells.take("planned", read.planned), cells.take("consequence", text_of(120), "")
    values = {
        "building": cells.take("building", read.building, ""),
        "document": cells.take("document", text_of(80), ""),
        "summary": cells.take("summary", text_of(500), ""),
        "addressed": cells.take("addressed", read.addressed, []),
        "trigger": trigger,
        "trigger_kinds": kinds,
    }
    if len(one.steps) > MOST_STEPS:
        cells.error("step", f"一项制度最多 {MOST_STEPS} 步，现有 {len(one.steps)} 步。")
    if issued is None or since is None or one.place is None or not one.title:
        return
    if since < issued:
        cells.error("in_force_from", "施行日期不能早于印发日期。")
    if until is not None and until < since:
        cells.error("in_force_to", "施行至不能早于施行日期。")
    if repealed and until is None:
        cells.error("in_force_to", "已废止的制度请填写废止日期。")
    organisation = ground.organisations[one.place.pk or 0]
    data = PolicyData(organisation, one.title, issued_on=issued, trial=TRIAL in one.title, **values)
    check = CheckData(share, consequence) if share is not None else None
    one.item = VersionItem(cells.number, data, since, until, repealed, one.steps, check)
    _compare(one, ground.policies.get((fold(one.title), organisation.pk)))


def _compare(one: _Read, policy: Policy | None) -> None:
    """Find the version that is there already; one that stands is not changed, but what its mechanism lacks is added."""
    item = one.item
    assert item is not None
    if policy is None:
        return
    item.policy = policy
    issued = [row for row in policy.versions.all() if row.issued_at is not None]
    same = [row for row in issued if row.in_force_from == item.since]
    if not same:
        _check_follows(one, issued)
        return
    item.version = version = same[0]
    mechanism = mechanism_of(version)
    adds = (not mechanism.steps and bool(item.steps)) or (not mechanism.has_rule and item.check is not None)
    item.action = CHANGED if adds else UNCHANGED
    if mechanism.steps:
        item.steps = []
    if mechanism.has_rule:
        item.check = None
    _say_differences(one, version)


def _say_differences(one: _Read, version: PolicyVersion) -> None:
    """Say what of a version that stands the row says otherwise: it is not changed."""
    item, cells = one.item, one.head
    assert item is not None
    if version.document != item.data.document and item.data.document:
        cells.notice("document", f"已登记为{quoted(version.document)}，未按表更改。")
    if item.repealed and not version.repeal_reason:
        cells.notice("repeal_reason", "已登记为施行中，未按表废止；确已废止的请在制度页面废止。")
    elif item.until is not None and item.until != version.in_force_to:
        held = f"{version.in_force_to:%Y-%m-%d}" if version.in_force_to else "没有截止日期"
        cells.notice("in_force_to", f"已登记为{held}，未按表更改。")


def _check_follows(one: _Read, issued: list[PolicyVersion]) -> None:
    item, cells = one.item, one.head
    assert item is not None and item.policy is not None
    if any(row.issued_at is None for row in item.policy.versions.all()):
        cells.error("title", f"{quoted(one.title)}有一份还没有施行的草案，请先施行或删除。")
    if not issued:
        return
    last = max(issued, key=lambda row: row.number)
    if last.repeal_reason:
        cells.error("title", f"{quoted(one.title)}已经废止，请另立一项。")
    elif last.in_force_from is not None and item.since <= last.in_force_from:
        cells.error("in_force_from", f"新版本生效日期应晚于现行版本（{last.in_force_from:%Y-%m-%d}）。")


def _check_order(versions: list[_Read], ground: _Ground) -> None:
    """Hold the new versions of one policy against one another: none begins with another, none follows a repealed one."""
    by_policy: dict[tuple[str, int], list[_Read]] = {}
    for one in versions:
        if one.item is not None and one.item.action == NEW:
            by_policy.setdefault(one.key, []).append(one)
    for rows in by_policy.values():
        rows.sort(key=lambda one: (one.item.since if one.item else date.min, one.head.number))
        for before, after in zip(rows, rows[1:], strict=False):
            first, second = before.item, after.item
            assert first is not None and second is not None
            if second.since <= first.since:
                after.head.error("in_force_from", f"与第 {first.row} 行的施行日期相同，两版不能同日施行。")
            if first.repealed:
                before.head.error("repeal_reason", "这一版之后还有新版，不写废止原因，新版施行时自行接替。")


def _count(plan: Plan, one: _Read) -> None:
    """Count each row of a version once, and keep the version for writing where none of them is wrong."""
    item = one.item
    wrong = any(cells.wrong for cells in one.rows)
    action = item.action if item is not None else UNCHANGED
    one.head.count(action)
    for cells in one.rows[1:]:
        # A row of a further step is no policy of its own: it is counted where it is wrong.
        if cells.wrong:
            cells.count(UNCHANGED)
    if item is not None and not wrong and action != UNCHANGED:
        plan.items.append(item)
