"""The way back: which duties a record proves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db.models import Q

from branches.places.models.organisations import Kind, Organisation, tree_order
from common import clock
from common.operator import Actor
from members.activities.models import Activity
from responsibilities.duties.models import BY_POLICY, Duty, Level, ListState
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.proofs.places import proves_above, slot_key
from responsibilities.duties.proofs.sources import proved_by_system
from responsibilities.duties.slot import periods_of
from responsibilities.policies.models import StepRecord
from responsibilities.requirements.selectors import Requirement
from responsibilities.work.models import WorkItem

# Of a branch: proved by each record of the template's kinds that it holds, whoever was there.
BY_KIND = ("activities", "hours", "debrief")
_BELOW = (Kind.BRANCH, Kind.SMALL_GROUP)
_UPPER = (Level.PARTY_GROUP, Level.COMMITTEE, Level.GENERAL_BRANCH)


def duties_of_record(
    activity: Activity, *, user: Actor | None = None, as_of: date | None = None
) -> list[tuple[Duty, str]]:
    """Return [(Duty, slot key)] of the issued duties whose proof holds this record, from the top level down.

    activity: an Activity. user: only duties he may read (all when None). The number of statements does not depend on
    how many lists there are; the slots are those of duties/progress.py, so both ways always agree.
    """
    as_of = as_of or clock.today()
    years = {activity.day.year} | ({activity.makes_up_for.year} if activity.makes_up_for else set())
    hosts = list(activity.hosts.filter(confirmed_at__isnull=False).values_list("organisation_id", flat=True))
    near = Organisation.objects.filter(pk__in=[activity.organisation_id, *hosts])
    above = Q(pk__in=[])
    for place in near:
        above |= Q(pk=place.pk) | Q(pk__in=Organisation.objects.above(place).order_by().values("pk"))
    places = Organisation.objects.filter(above).order_by().values("pk")
    people = activity.attendance.order_by().values("member")
    near_it = Q(list__organisation__in=places) & ~Q(list__level=Level.MEMBER)
    near_it |= Q(list__level=Level.MEMBER) & (Q(list__member__in=people) | Q(list__member=activity.chair_id))
    near_it |= Q(list__level__in=(Level.PARTY_GROUP, Level.PARTY_GROUP_SECRETARY, Level.LEADER, Level.COMMITTEE))
    # A branch's or general branch's debriefing is held above it and proved by who was there.
    near_it |= Q(source="debrief", list__level__in=(Level.GENERAL_BRANCH, Level.BRANCH))
    # A step of a procedure may wait above whoever runs it, and a run that was begun last year closes in this one.
    run_by = StepRecord.objects.active().filter(activity=activity).order_by().values("step__run__organisation")
    by_run = Q(source=BY_POLICY, list__organisation__in=run_by, list__year__in=years | {activity.day.year - 1})
    rows = Duty.objects.filter(Q(near_it, list__year__in=years) | by_run, list__state=ListState.ISSUED).exclude(
        source=""
    )
    if user is not None:
        rows = rows.visible_to(user)
    rows = rows.select_related("list__organisation", "list__holder", "list__member__account")
    duties = [
        duty for duty in rows.order_by(*tree_order("list__organisation__"), "order", "pk") if proved_by_system(duty)
    ]
    slots = duty_slots(duties, as_of=as_of)
    return [(duty, slot.key) for duty in duties for slot in slots[duty.pk] if activity.pk in slot.records]


def duties_of_item(item: WorkItem, carriers: Iterable[int], *, user: Actor | None = None) -> list[Duty]:
    """Return the issued Duties that the stages of a work item prove, from the top level down, in one statement.

    item: a WorkItem. carriers: ids of the organisations that carry it. user: only duties he may read (all when None).
    """
    upper = Q(list__level__in=(Level.PARTY_GROUP, Level.PARTY_GROUP_SECRETARY, Level.COMMITTEE))
    mine = Q(list__level=Level.LEADER, list__holder=item.leader_id or 0)
    mine |= Q(list__level=Level.BRANCH, list__organisation__in=carriers)
    rows = Duty.objects.filter(
        upper | mine,
        source__in=("stages", "minuted", "led"),
        list__state=ListState.ISSUED,
        list__year__range=(item.starts.year, item.ends.year),
    )
    if user is not None:
        rows = rows.visible_to(user)
    return list(
        rows.select_related("list__organisation", "list__holder").order_by(*tree_order("list__organisation__"), "pk")
    )


def duties_of_requirement(
    row: Requirement, *, user: Actor | None = None, place: Organisation | None = None
) -> list[tuple[Duty, str]]:
    """Return [(Duty, slot key)] of the issued duties that a Requirement counts for: lines of its organisation with its rule.

    A branch's rest on its requirements; above it some do, and others are proved by the same records, papers or terms.

    row: a Requirement (requirements/selectors.py). user: only duties he may read (all when None). place: its Organisation
    where it is at hand. One statement.
    """
    place = place or Organisation.objects.get(pk=row.organisation)
    if place.kind in _BELOW:
        duties = [duty for duty in _of_branch(place, [row.period.year], user) if _by_rule(duty, [row])]
        return [(duty, slot_key(row, place)) for duty in duties]
    if row.person:
        # A person's lists name him by account or roster, not by the office that his requirement stands at.
        return []
    above = [duty for duty in _issued(place.pk, _UPPER, [row.period.year], user) if row.rule in duty.rule_ids]
    shown = [duty for duty in above if duty.source != "requirements" or proves_above(row.rule)]
    return [(duty, _slot_above(duty, row, place)) for duty in shown]


def _slot_above(duty: Duty, row: Requirement, place: Organisation) -> str:
    """The key of the slot in which a requirement falls due, "" where the duty's slots are things (terms)."""
    if duty.source == "requirements":
        return slot_key(row, place)
    return next((str(period) for period, _ in periods_of(duty) if row.period.last in period), "")


def branch_duties(
    place: Organisation, rows: Sequence[Requirement], codes: Iterable[str], day: date, carriers: Collection[int] = ()
) -> list[Duty]:
    """Return the issued Duties of a branch that a record still to be saved will serve, in the order of the list.

    place: where it is recorded, the branch or a small group of it. rows: the Requirements it will count for. codes: its
    kinds. day: its date, or the earlier one that it makes up for. carriers: ids of the organisations that carry the stages
    it is linked to. Once it counts, `duties_of_record` names the same.
    """
    years = {day.year} | {row.period.year for row in rows}
    return [
        duty
        for duty in _of_branch(place, years, None)
        if _by_rule(duty, rows)
        or (duty.list.year == day.year and _by_kind(duty, place, codes))
        or (duty.source == "stages" and duty.list.organisation_id in carriers)
    ]


def _of_branch(place: Organisation, years: Iterable[int], user: Actor | None) -> list[Duty]:
    """Issued duties of these years that the system proves, of the branch itself or of that a small group belongs to."""
    branch = place.parent_id if place.kind == Kind.SMALL_GROUP else place.pk
    return _issued(branch, (Level.BRANCH,), years, user)


def _issued(place: int | None, levels: Sequence[Level], years: Iterable[int], user: Actor | None) -> list[Duty]:
    rows = Duty.objects.filter(
        list__organisation=place, list__level__in=levels, list__year__in=years, list__state=ListState.ISSUED
    ).exclude(source="")
    if user is not None:
        rows = rows.visible_to(user)
    rows = rows.select_related("list__organisation").order_by(*tree_order("list__organisation__"), "order", "pk")
    return [duty for duty in rows if proved_by_system(duty)]


def _by_rule(duty: Duty, rows: Iterable[Requirement]) -> bool:
    """Whether a duty of a branch is proved by one of these Requirements."""
    return duty.source == "requirements" and any(
        row.rule in duty.rule_ids and row.period.year == duty.list.year for row in rows
    )


def _by_kind(duty: Duty, place: Organisation, codes: Iterable[str]) -> bool:
    """Whether a duty is proved by a record of these kinds as such, at the list's own organisation."""
    return duty.source in BY_KIND and place.pk == duty.list.organisation_id and bool(set(kinds_of(duty)) & set(codes))
