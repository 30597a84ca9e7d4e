"""Runs that open by themselves: on the first day of a period, and with the record that begins one."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from branches.places.models.organisations import Organisation
from branches.settings.joining import start_at
from branches.settings.start import agency_start
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import COUNTING_STATES, Activity, ActivityJudgement
from responsibilities.policies.models import PERIODIC, PolicyRun, PolicyVersion, Trigger
from responsibilities.policies.seats import SeatMap
from responsibilities.policies.selectors.steps import open_runs
from responsibilities.policies.services.runs import addresses, cancelled, run_open


def runs_turn(as_of: date | None = None) -> int:
    """Open what opens by itself as of a day (default today), cancel runs of organisations that are gone; return how many opened.

    Safe to run twice and at once: what is open already is not opened again.
    """
    today = as_of or clock.today()
    _cancel_gone(today)
    rows = PolicyVersion.objects.issued().filter(in_force_from__lte=today).exclude(trigger=Trigger.MANUAL)
    rows = rows.select_related("policy__organisation").prefetch_related("addressees", "steps").order_by("pk")
    seats: list[SeatMap] = []
    return sum(open_of(version, today, seats) for version in rows)


def open_of(version: PolicyVersion, today: date, seats: list[SeatMap] | None = None) -> int:
    """Open the runs of one version that are due by `today`; return how many. seats: shared by several versions."""
    shared = [] if seats is None else seats
    if all(step.optional for step in version.steps.all()):
        return 0
    if version.trigger in PERIODIC:
        return _open_periodic(version, today, shared)
    return _open_by_records(version, today, shared) if version.trigger == Trigger.RECORD else 0


def _map(shared: list[SeatMap], day: date) -> SeatMap:
    if not shared:
        shared.append(SeatMap(day))
    return shared[0]


def _span(version: PolicyVersion, today: date) -> tuple[date, date]:
    """Return between which days a version opens runs: not before it was entered here, whatever its day in force says."""
    assert version.in_force_from is not None and version.issued_at is not None
    entered = clock.day_of(version.issued_at)
    return max(version.in_force_from, entered.replace(day=1)), min(today, version.in_force_to or today)


def _initiators(version: PolicyVersion, first: date, last: date) -> list[Organisation]:
    """Return the organisations that run a procedure of their own at some time between two days."""
    issuer = version.policy.organisation
    rows = Organisation.objects.within(issuer).select_related("parent").in_tree_order()
    found = []
    for place in rows:
        lives = (place.founded or date.min) <= last and (place.archived_on or date.max) >= first
        if lives and addresses(version, place):
            found.append(place)
    return found


def _periods(kind: str, first: date, last: date) -> Iterable[Period]:
    period = Period.containing(kind, first)
    while period.first <= last:
        yield period
        period = period.next()


def _open_periodic(version: PolicyVersion, today: date, shared: list[SeatMap]) -> int:
    """Open the runs of the periods that begin on or after the day in force."""
    first, last = _span(version, today)
    if last < first:
        return 0
    have = set(PolicyRun.objects.filter(version=version).exclude(period="").values_list("organisation", "period"))
    # A run of the same period under the version before it is the one of that period.
    earlier = PolicyRun.objects.filter(version__policy=version.policy_id).exclude(period="").exclude(version=version)
    have |= set(earlier.values_list("organisation", "period"))
    start, since, opened = agency_start(), version.in_force_from or first, 0
    for place in _initiators(version, first, last):
        for period in _periods(version.trigger, first, last):
            # Of a period that had begun what was held before the rule applied could never count.
            if (place.pk, str(period)) in have or period.first < since:
                continue
            day = max(period.first, first, place.founded or date.min, start_at(place, start))
            if day in period and day <= min(last, place.archived_on or date.max):
                opened += _opened_once(version, place, day, _map(shared, today), period=period)
    return opened


def _open_by_records(version: PolicyVersion, today: date, shared: list[SeatMap]) -> int:
    first, last = _span(version, today)
    judged = ActivityJudgement.objects.filter(
        valid=True,
        kind__in=version.trigger_kinds,
        activity__state__in=COUNTING_STATES,
        activity__day__range=(first, last),
    )
    began = PolicyRun.objects.filter(version__policy=version.policy_id, activity__isnull=False).order_by()
    have = set(began.values_list("activity", "organisation"))
    places = {place.pk: place for place in _initiators(version, first, last)}
    rows = judged.filter(organisation__in=places).order_by("activity__day", "activity", "organisation")
    wanted = [row for row in dict.fromkeys(rows.values_list("activity", "organisation")) if row not in have]
    records = Activity.objects.prefetch_related("kinds").in_bulk([activity for activity, _ in wanted])
    opened = 0
    for activity, place in wanted:
        record = records[activity]
        opened += _opened_once(
            version,
            places[place],
            record.day,
            _map(shared, today),
            subject=record.title or str(record),
            activity=record,
        )
    return opened


@one_transaction
def _opened_once(
    version: PolicyVersion,
    place: Organisation,
    day: date,
    seats: SeatMap,
    *,
    period: Period | None = None,
    subject: str = "",
    activity: Activity | None = None,
) -> bool:
    words = subject if period is None else f"{version.policy.title}（{period.label()}）"
    try:
        with transaction.atomic():
            run_open(
                OPERATOR,
                version,
                place,
                subject=words[:80],
                opened_on=day,
                seats=seats,
                period="" if period is None else str(period),
                activity=activity,
            )
    except IntegrityError:
        # Another turn was faster.
        return False
    return True


def _cancel_gone(today: date) -> None:
    rows = open_runs(PolicyRun.objects.filter(organisation__archived_on__lt=today), today)
    rows = rows.select_related("organisation__parent")
    for run in rows:
        place = run.organisation
        _cancel(run, f"{place.label}已于 {place.archived_on:%Y-%m-%d} 撤销")


@one_transaction
def _cancel(run: PolicyRun, reason: str) -> None:
    fresh = PolicyRun.objects.select_for_update().get(pk=run.pk)
    if fresh.cancelled_on is None:
        cancelled(OPERATOR, fresh, reason)
