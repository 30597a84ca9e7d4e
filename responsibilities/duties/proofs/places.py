"""Proofs that are no single record: requirements, sync stages, terms of office, supervisions, lists issued below."""

from datetime import timedelta

from django.db.models import Q

from branches.places.models.organisations import Kind
from branches.places.models.terms import Term
from branches.settings import dated as dated_settings
from common import clock
from common.periods import YEAR, Period
from responsibilities.duties.models import DutyList, Level, ListState
from responsibilities.duties.slot import DutySlot, nothing_owed, period_slot, periods_of, record_step
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.selectors import requirement_name, requirements
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, SyncState, WorkItem
from responsibilities.work.stages import sync_points


def owed(question, duties):
    """One slot for each requirement of the duty's rules at its branch; exempt and not applicable ones are not owed."""
    rules = {rule for duty in duties for rule in duty.rule_ids if rule in REQUIREMENT_RULES_BY_ID}
    branches = sorted({pk for duty in duties for pk in question.with_groups(duty.list.organisation_id)})
    rows = {}
    wanted = [REQUIREMENT_RULES_BY_ID[rule] for rule in sorted(rules)]
    span = Period(YEAR, question.span.year)
    for row in requirements(span, organisations=branches, as_of=question.as_of, rules=wanted) if wanted else ():
        place = question.places[row.organisation]
        branch = place.parent_id if place.kind == Kind.SMALL_GROUP else place.pk
        rows.setdefault((branch, row.rule), []).append(row)
    found = {}
    for duty in duties:
        mine = [row for rule in duty.rule_ids for row in rows.get((duty.list.organisation_id, rule), ())]
        slots = [_requirement(question, duty, row) for row in mine]
        slots.sort(key=lambda slot: (slot.due, slot.key))
        found[duty.pk] = slots or nothing_owed(duty, "本年度没有这类应办义务")
    return found


def slot_key(row, place):
    """Return the key of the slot that a Requirement makes in its branch's duties. place: its Organisation."""
    return f"{row.rule}/{row.period}" + (f"/{place.pk}" if place.kind == Kind.SMALL_GROUP else "")


def _requirement(question, duty, row):
    place = question.places[row.organisation]
    group = place.kind == Kind.SMALL_GROUP
    slot = DutySlot(
        duty.pk,
        slot_key(row, place),
        (place.short_name if group else "") + requirement_name(row),
        row.due,
        expected=row.expected if row.applies else 0,
        done=row.done if row.applies else 0,
        records=list(row.records),
        text=row.reason or f"应办 {row.expected}，已办 {row.done}",
        url=f"/requirements/{row.organisation}/{row.rule}/{row.period}/",
        mend=record_step(row.organisation, row.row.kinds[0], row.period),
    )
    if row.state == State.MET_LATE:
        slot.late = max(1, row.expected - row.on_time)
    return slot


def stages(question, duties):
    """One slot for each business date of the work items: all of them for the levels above, those in charge, those carried."""
    points = sync_points(as_of=question.as_of, first=question.span.first, last=question.span.last)
    rows = WorkItem.objects.order_by().values_list("pk", "name", "leader", "leader_name")
    items = {pk: (name, leader, written) for pk, name, leader, written in rows}
    carried, charged = _by_carrier(points), _by_leader(points, items)
    tolerance = dated_settings.timeline("sync_tolerance_days")
    found = {}
    for duty in duties:
        mine = points
        if duty.list.level == Level.LEADER:
            holder = duty.list.holder
            mine = [*charged.get(holder.pk, ()), *charged.get(holder.name, ())]
        elif duty.list.level == Level.BRANCH:
            mine = carried.get(duty.list.organisation_id, ())
        slots = [_stage(question, duty, point, items[point.item][0], tolerance) for point in mine]
        slots.sort(key=lambda slot: (slot.due, slot.key))
        found[duty.pk] = slots or nothing_owed(duty, "本年度没有相关的重点业务")
    return found


def _by_carrier(points):
    found = {}
    for point in points:
        for place in set(point.carriers):
            found.setdefault(place, []).append(point)
    return found


def _by_leader(points, items):
    """Points by the leader in charge of their item: by account, or by name where it was written down without one."""
    found = {}
    for point in points:
        _, leader, written = items[point.item]
        if leader or written:
            found.setdefault(leader or written, []).append(point)
    return found


def _stage(question, duty, point, item, tolerance):
    due = point.day + timedelta(days=int(dated_settings.at(tolerance, point.day)))
    text = {
        SyncState.SYNCHRONISED: f"党建活动 {point.party:%m-%d}" if point.party else "",
        SyncState.LAGGING: f"滞后 {point.lag} 天",
        SyncState.MISSING: "业务已开展，未见党建记录",
        SyncState.WAIVED: f"免予同步：{point.reason}",
        SyncState.NOT_DUE: "业务尚未开展" if point.happened is None else "业务已开展，在容许天数之内",
    }[point.state]
    fulfilled = point.state in (SyncState.SYNCHRONISED, SyncState.LAGGING)
    return DutySlot(
        duty.pk,
        f"stage/{point.stage}" if point.milestone is None else f"node/{point.milestone}",
        f"{item} {STAGE_SHORT[SyncStageKind(point.kind)]}" + (f"（{point.name}）" if point.name else ""),
        # The Party side is owed only once the business side has happened.
        due if point.happened else max(due, question.as_of),
        expected=0 if point.state == SyncState.WAIVED else 1,
        done=int(fulfilled),
        late=int(point.state == SyncState.LAGGING),
        records=[proof.activity for proof in point.proofs if proof.counts and proof.activity],
        text=text,
        url=f"/sync/{point.item}/",
        mend=("补佐证", f"/sync/stages/{point.stage}/evidence/" + _milestone(point)),
    )


def _milestone(point):
    return f"?milestone={point.milestone}" if point.milestone else ""


def terms(question, duties):
    """One slot for each term of office that ends in the year, or ended before and is not renewed, at or below the place.

    What ended before is owed in this list from the year's first day on: before that nothing of the list is overdue.
    """
    rows = Term.objects.filter(expires__lte=question.span.last).filter(
        Q(closed_on__isnull=True) | Q(closed_on__gte=question.span.first)
    )
    rows = list(rows.order_by("expires", "pk"))
    found = {}
    for duty in duties:
        slots = []
        for row in rows:
            if not question.below(duty.list.organisation_id, row.organisation_id):
                continue
            closed = row.closed_on if row.closed_on and row.closed_on <= question.as_of else None
            place = question.places[row.organisation_id]
            slots.append(
                DutySlot(
                    duty.pk,
                    f"term/{row.pk}",
                    f"{place.short_name}届满",
                    max(row.expires, question.span.first),
                    done=int(closed is not None),
                    late=int(closed is not None and closed > row.expires),
                    text=_ended(row, question.span.first) + (f"{closed:%m-%d} 换届" if closed else "未见换届登记"),
                    url=f"/organisations/{place.pk}/",
                )
            )
        found[duty.pk] = slots or nothing_owed(duty, "本年度没有届满的党组织")
    return found


def _ended(row, first):
    """Return when a term carried over from an earlier year ended, in words; "" for one that ends in the year."""
    return f"{row.expires} 届满，" if row.expires < first else ""


def supervisions(question, duties):
    """Supervisions due in the year at or below the place (in a leader's charge): each its own slot, or by the period."""
    rows = Supervision.objects.filter(due__range=(question.span.first, question.span.last)).order_by("due", "pk")
    rows = [row for row in rows if clock.day_of(row.issued_at) <= question.as_of]
    found = {}
    for duty in duties:
        if duty.list.level == Level.LEADER:
            places = question.places_in_charge(duty.list.holder_id)
            mine = [row for row in rows if row.holder_id == duty.list.holder_id or row.organisation_id in places]
        else:
            mine = [row for row in rows if question.below(duty.list.organisation_id, row.organisation_id)]
        if duty.period in ("month", "quarter", "half"):
            found[duty.pk] = [_by_period(question, duty, *part, mine) for part in periods_of(duty)]
        else:
            found[duty.pk] = [_supervision(question, duty, row) for row in mine] or nothing_owed(
                duty, "本年度没有到期的督查"
            )
    return found


def _closed(question, row):
    """Return the day a supervision was closed, or None when it was not on the day of judging."""
    day = clock.day_of(row.closed_at) if row.closed_at else None
    return day if day and day <= question.as_of else None


def _supervision(question, duty, row):
    closed = _closed(question, row)
    return DutySlot(
        duty.pk,
        f"supervision/{row.pk}",
        # By its number: a notice to a person is not read by everybody who reads this duty.
        f"{row.year}年第{row.number}号督查",
        row.due,
        done=int(closed is not None),
        late=int(closed is not None and closed > row.due),
        text=f"{closed:%m-%d} 销号" if closed else "未销号",
        url=f"/supervision/{row.pk}/",
    )


def _by_period(question, duty, period, due, rows):
    slot = period_slot(duty, period, due, expected=0, url="/supervision/")
    for row in rows:
        if row.due not in period:
            continue
        closed = _closed(question, row)
        slot.expected += 1
        slot.done += closed is not None
        slot.late += closed is not None and closed > row.due
    slot.text = f"到期 {slot.expected} 件，销号 {slot.done} 件" if slot.expected else "当期没有到期的督查"
    return slot


def lists(question, duties):
    """Branches below with an issued list of the year, out of all that stand."""
    issued = dict(
        DutyList.objects.filter(
            level=Level.BRANCH, year=question.span.year, state=ListState.ISSUED, issued_on__lte=question.as_of
        )
        .order_by()
        .values_list("organisation", "issued_on")
    )
    branches = [
        row
        for row in question.places.values()
        if row.kind == Kind.BRANCH and (row.archived_on is None or row.archived_on > question.day)
    ]
    found = {}
    for duty in duties:
        found[duty.pk] = []
        for period, due in periods_of(duty):
            # A branch founded after the due date could not have had a list by then.
            last = min(due, question.as_of)
            standing = [row.pk for row in branches if row.founded is None or row.founded <= last]
            below = [pk for pk in standing if question.below(duty.list.organisation_id, pk)]
            slot = period_slot(duty, period, due, expected=len(below))
            days = [issued[pk] for pk in below if pk in issued]
            slot.done, slot.late = len(days), sum(day > due for day in days)
            slot.text = f"{len(below)} 个党支部，已下达 {len(days)} 份清单"
            slot.url = f"/duties/lists/?year={question.span.year}&level=branch"
            found[duty.pk].append(slot)
    return found
