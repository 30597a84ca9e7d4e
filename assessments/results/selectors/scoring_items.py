"""What branches owed in a period, as the scheme reads it: one Entry for each thing, from the functions that pages use."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from assessments import scoring
from assessments.results.periods import counted_until
from assessments.schemes.measures import DUTY
from common import clock
from common.periods import HALF, MONTH, QUARTER, YEAR, Period
from common.text import quoted
from members.activities.selectors.resolutions import ResolutionItem, resolution_items
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.progress import DONE, LEFT_OUT, duty_slots
from responsibilities.duties.slot import DutySlot, counts_on
from responsibilities.measures import DUTIES_DONE, RESOLUTIONS_DONE, issued_duties
from responsibilities.policies.measured import NOTED, ON_TIME, PolicyItem, receipt_items, step_items
from responsibilities.policies.models import PolicyVersion, RunStep
from responsibilities.requirements.rule import RequirementRule
from responsibilities.requirements.selectors import Requirement, requirements
from responsibilities.supervision.models import SUPERVISIONS_ANSWERED
from responsibilities.supervision.selectors.notices import SupervisionItem, supervision_items
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, SyncState, WorkCarrier, WorkItem
from responsibilities.work.stages import SyncPoint, confirmed, sync_points

SYNC = "sync."
# What a reason says of a thing of which there is a record that does not count; of others none was found.
NOT_COUNTED, TOO_LATE = "有记录但不计入", "，不计入"
# How an estimate counts a stage whose evidence waits to be confirmed.
STOOD, CONFIRMED = "stood", "confirmed"


@dataclass(frozen=True)
class Entry:
    """One thing owed: at which organisation, for which measure, as an item to be scored; ids of the records that count."""

    place: int
    measure: str
    item: scoring.Item
    records: tuple = ()


def due_within(
    period: Period,
    rules: Collection[RequirementRule],
    organisations: Collection[int] | None = None,
    as_of: date | None = None,
) -> list[Requirement]:
    """Return the requirements of some rules whose due date lies in `period` (decisions 22), those of longer periods included.

    What was held after the period was closed meets none of them (judgement 7.1).
    """
    until = counted_until(period)
    # A rule of longer periods has none within a shorter one.
    rows = requirements(
        period, organisations=organisations, as_of=as_of, rules=rules, carried=period.kind == YEAR, held_until=until
    )
    order = (MONTH, QUARTER, HALF, YEAR)
    for kind in order[order.index(period.kind) + 1 :]:
        longer = [rule for rule in rules if rule.period == kind]
        if longer:
            whole = Period.containing(kind, period.last)
            rows += requirements(
                whole,
                organisations=organisations,
                as_of=as_of,
                rules=longer,
                carried=kind == YEAR,
                held_until=until,
            )
    return [row for row in rows if row.due in period]


def item_name(row: Requirement, places: dict[int, str]) -> str:
    """Return how a reason names a requirement: 10月支委会; 第二党小组10月党小组会 for a group of the branch."""
    group = places.get(row.organisation)
    who = f"（{row.person_name}）" if row.person_name else ""
    return f"{group or ''}{'' if row.period.kind == YEAR else row.period.short()}{row.row.short}{who}"


def requirement_entries(rows: list[Requirement], names: dict[int, str]) -> list[Entry]:
    """Return the Entries of Requirements. names: {group id: short name}; the place of a group's row is the group."""
    return [Entry(row.organisation, row.row.measure, requirement_item(row, names), tuple(row.records)) for row in rows]


def requirement_item(row: Requirement, names: dict[int, str]) -> scoring.Item:
    """Return a requirement as an item to be scored. names: as of `requirement_entries`."""
    expected = max(row.expected, 1)
    on_time = min(row.on_time, expected)
    late = min(row.late, expected - on_time)
    partial = row.state in (scoring.OVERDUE, scoring.MET_LATE)
    return scoring.Item(
        row.state,
        item_name(row, names),
        ("requirement", row.organisation, row.rule, str(row.period), *([row.person] if row.person else ())),
        expected=expected,
        done=on_time if partial else None,
        late=late if partial else None,
        unit=row.row.counted_unit,
        text=_lost_text(row, names),
        late_word=row.late_word,
    )


def _lost_text(row: Requirement, names: dict[int, str]) -> str:
    """Return why nothing of what was found counts, "" where nothing was found or something counts."""
    if row.row.counts_members or row.done or not row.found:
        return ""
    return f"{item_name(row, names)}{NOT_COUNTED}（{row.found[-1].reason}）"


_SYNC_STATES = {
    SyncState.SYNCHRONISED: scoring.MET,
    SyncState.LAGGING: scoring.MET_LATE,
    SyncState.MISSING: scoring.OVERDUE,
    SyncState.NOT_DUE: scoring.NOT_DUE,
    # In no denominator until somebody else has said yes; a result is not frozen before that.
    SyncState.TO_CONFIRM: scoring.NOT_DUE,
    SyncState.WAIVED: scoring.WAIVED,
    SyncState.ENDED: scoring.NOT_APPLICABLE,
}


def sync_entries(
    period: Period,
    until: date,
    organisations: Collection[int] | None = None,
    as_of: date | None = None,
    *,
    waiting: str = "",
) -> list[Entry]:
    """Return the Entries of the stages whose business date lies in `period`, one for each branch that carries the item.

    A stage that lags counts as late; one that is not due or waived is left out (rulebook, oa-liangzhangpi).
    waiting: how what waits to be confirmed counts, STOOD (as before, missing once its days are over) or CONFIRMED (as it will
    where somebody says yes); "" leaves it out.
    """
    items = None
    if organisations is not None:
        items = WorkCarrier.objects.filter(organisation__in=organisations).order_by().values("item")
    points = sync_points(items, as_of=as_of or clock.today(), first=period.first, last=period.last, held_until=until)
    if waiting == CONFIRMED:
        points = [confirmed(point, as_of or clock.today()) for point in points]
    names = dict(WorkItem.objects.filter(pk__in={point.item for point in points}).values_list("pk", "name"))
    wanted = None if organisations is None else set(organisations)
    return [
        Entry(place, f"{SYNC}{point.kind}", _sync_item(point, names[point.item], waiting == STOOD), _records(point))
        for point in points
        if not point.left_out
        for place in point.carriers
        if wanted is None or place in wanted
    ]


def _sync_item(point: SyncPoint, item: str, stood: bool) -> scoring.Item:
    state = SyncState(point.state)
    if stood and state == SyncState.TO_CONFIRM and (point.lag or 0) > point.tolerance:
        state = SyncState.MISSING
    name = f"{quoted(item)}{STAGE_SHORT[SyncStageKind(point.kind)]}环节{f'（{point.name}）' if point.name else ''}"
    since = f"{point.happened:%-m月%-d日}" if point.happened else ""
    why = f"{NOT_COUNTED}（{point.found}）" if point.found else "未见党建记录"
    return scoring.Item(
        _SYNC_STATES[state],
        name,
        ("stage", point.item, point.kind),
        unit="个环节",
        text=f"{name}{why}，业务日期 {since}" if state == SyncState.MISSING else "",
        late_text=f"{name}滞后 {point.lag} 天" if state == SyncState.LAGGING else "",
    )


def _records(point: SyncPoint) -> tuple[int, ...]:
    return tuple(proof.activity for proof in point.proofs if proof.counts and proof.activity)


def duty_entries(
    period: Period,
    until: date,
    organisations: Collection[int] | None = None,
    as_of: date | None = None,
    keys: Collection[str] = (),
) -> list[Entry]:
    """Return the Entries of the duties of branches that fell due in `period`, one for each slot.

    What nobody can know (hours of imported records) is left out and costs nothing. keys: of duties that are read each by
    itself (`duties.<key>`), of whatever level, instead of all of them together.
    """
    as_of = as_of or clock.today()
    rows = issued_duties(period.year, as_of, organisations)
    rows = rows.filter(key__in=keys) if keys else rows.filter(list__level=Level.BRANCH)
    duties = list(rows.select_related("list__organisation", "list__holder"))
    slots = duty_slots(duties, as_of=as_of, held_until=until)
    return [
        Entry(
            duty.list.organisation_id,
            f"{DUTY}{duty.key}" if keys else DUTIES_DONE,
            _duty_item(duty, slot, as_of, alone=bool(keys)),
            tuple(slot.records),
        )
        for duty in duties
        for slot in slots[duty.pk]
        if counts_on(slot, period.year) in period and slot.state not in LEFT_OUT
    ]


def _late_word(slot: DutySlot) -> str:
    """How a slot was fulfilled late, in the words of its own page (judgement 1.7)."""
    if not slot.proved:
        return "迟报"
    return f"{slot.late_word}完成" if slot.late_word in ("补录", "补办") else slot.late_word


def _duty_item(duty: Duty, slot: DutySlot, as_of: date, *, alone: bool) -> scoring.Item:
    name = f"{quoted(duty.text)}{slot.name}"
    if slot.state in DONE:
        state = scoring.MET_LATE if slot.missed else scoring.MET
    else:
        state = scoring.OVERDUE if slot.behind(as_of) else scoring.NOT_DUE
    return scoring.Item(
        state,
        name,
        ("duty", duty.pk, slot.key),
        unit="项",
        text=f"{name}未落实，{slot.due:%-m月%-d日}到期" if state == scoring.OVERDUE else "",
        late_text=f"{name}{_late_word(slot)}" if state == scoring.MET_LATE else "",
        # What is not counted anywhere else is counted here.
        rests_on=slot.rests_on if alone or not duty.key else (*slot.rests_on, f"{DUTY}{duty.key}"),
    )


def supervision_entries(
    period: Period, until: date, organisations: Collection[int] | None = None, as_of: date | None = None
) -> list[Entry]:
    """Return the Entries of the notices to be answered in `period` (rule resp-gongwei): answered in time is met."""
    return [
        Entry(row.organisation, SUPERVISIONS_ANSWERED, whole_item(row, "督查", ("supervision", row.pk), "件", "回复"))
        # An answer after the period was closed is none.
        for row in supervision_items(period, organisations, min(as_of or clock.today(), until))
    ]


def resolution_entries(
    period: Period, until: date, organisations: Collection[int] | None = None, as_of: date | None = None
) -> list[Entry]:
    """Return the Entries of the resolutions to be carried out in `period`."""
    return [
        Entry(
            row.organisation,
            RESOLUTIONS_DONE,
            whole_item(row, "决议", ("activity", row.activity), "项", "办结"),
            (row.activity,),
        )
        for row in resolution_items(period, organisations, as_of, until)
    ]


def policy_entries(
    period: Period, until: date, organisations: Collection[int] | None = None, as_of: date | None = None
) -> list[Entry]:
    """Return the Entries of steps of procedures and of notes of policies that fell due in `period`."""
    day = min(as_of or clock.today(), until)
    steps = [row for row in step_items(day) if row.due in period]
    notes = [row for row in receipt_items(day) if row.due in period]
    if organisations is not None:
        steps = [row for row in steps if row.organisation in organisations]
        notes = [row for row in notes if row.organisation in organisations]
    named = RunStep.objects.select_related("run", "step").in_bulk([row.step for row in steps])
    titles = PolicyVersion.objects.select_related("policy").in_bulk([row.thing for row in notes])
    found = []
    for row in steps:
        name = f"{quoted(named[row.step].run.subject)}：{named[row.step].step.title}"
        found.append(Entry(row.organisation, ON_TIME, _policy_item(row, name, ("policy_run", row.thing), "步", "办结")))
    for row in notes:
        name = f"制度{quoted(titles[row.thing].policy.title)}"
        target = ("policy", titles[row.thing].policy_id)
        found.append(Entry(row.organisation, NOTED, _policy_item(row, name, target, "项", "知悉")))
    return found


def _policy_item(row: PolicyItem, name: str, target: tuple, unit: str, act: str) -> scoring.Item:
    state = scoring.MET_LATE if row.late else scoring.MET
    if not row.done:
        state = scoring.OVERDUE if row.overdue else scoring.NOT_DUE
    return scoring.Item(
        state,
        name,
        target,
        unit=unit,
        text=f"{name}未{act}，时限 {row.due:%-m月%-d日}" if row.overdue else "",
        late_text=f"{name}逾期{act}" if row.late else "",
    )


def whole_item(row: SupervisionItem | ResolutionItem, noun: str, target: tuple, unit: str, act: str) -> scoring.Item:
    """One thing that is either done or not: a notice to answer (回复), a resolution to carry out (办结)."""
    name = f"{noun}{quoted(row.name)}"
    after = row.after if isinstance(row, ResolutionItem) else None
    missing = f"{name}未{act}，时限 {row.due:%-m月%-d日}"
    if after is not None:
        missing = f"{name}在考核期截止后{act}（{after:%-m月%-d日}），时限 {row.due:%-m月%-d日}{TOO_LATE}"
    return scoring.Item(
        row.state,
        name,
        target,
        unit=unit,
        text=missing if row.state == scoring.OVERDUE else "",
        late_text=f"{name}逾期{act}",
    )


def further_entries(
    period: Period,
    organisations: Collection[int] | None = None,
    as_of: date | None = None,
    until: date | None = None,
) -> list[Entry]:
    """Return the Entries of everything but requirements that fell due in `period`. until: as `counted_until` has it."""
    last = until or counted_until(period)
    return [
        entry
        for entries in (sync_entries, duty_entries, supervision_entries, resolution_entries, policy_entries)
        for entry in entries(period, last, organisations, as_of)
    ]
