"""A version of a scheme tried on a past period beside another one, computed by the worker; nothing of a result changes (judgement 6.9)."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from assessments.entries.selectors import applied
from assessments.results.by_hand import scored
from assessments.results.selectors.scores import facts_in_parts
from assessments.results.services import root_of_results
from assessments.results.simulation_models import Simulation
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import parsed, scheme_of
from assessments.scoring.schemes import Scheme
from branches import audit
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.places.models.groups import ComparisonGroup
from branches.places.models.organisations import Organisation
from branches.places.selectors.groups import group_label, groups_on
from branches.places.selectors.names import labels
from branches.reach import access
from branches.reach.rights import ASSESS
from branches.settings.start import agency_start
from common import clock
from common.database import one_transaction
from common.operator import Actor, account_of
from common.periods import MONTHS_IN, Period

KIND = "simulate_scheme"
# So many years back a version is tried at most.
YEARS = 3


@dataclass(frozen=True)
class Simulated:
    """One organisation by both versions: totals (None where none is due or something is unknown), grades, what changes."""

    place: int
    name: str
    before: Decimal | None
    after: Decimal | None
    grade_before: str = ""
    grade_after: str = ""
    group: str = ""

    @property
    def change(self) -> Decimal | None:
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def fall(self) -> Decimal:
        """How much less it is, without sign."""
        return -(self.change or Decimal(0))


def past_periods(version: SchemeVersion) -> list[Period]:
    """Return the closed periods on which a version is tried, the newest first, the shortest kind first; the running one of a kind
    of which none has passed."""
    today, start = clock.today(), agency_start()
    found: list[Period] = []
    for kind in sorted(version.body["periods"], key=MONTHS_IN.__getitem__):
        period, mine = Period.containing(kind, today), list[Period]()
        running = period
        while period.year > today.year - YEARS:
            period = period.previous()
            if period.last >= start:
                mine.append(period)
        found += mine or [running]
    return found


def others_of(version: SchemeVersion) -> list[SchemeVersion]:
    """Return the versions of the same scheme beside which one may be tried, the newest first."""
    return list(SchemeVersion.objects.filter(key=version.key).exclude(pk=version.pk).order_by("-version"))


def beside(version: SchemeVersion, period: Period, others: Iterable[SchemeVersion]) -> SchemeVersion | None:
    """Return the version beside which one is tried when nobody has chosen: that which holds for the period, else the newest other."""
    held = scheme_of(period, version.key)
    rest = list(others)
    return held if held.pk != version.pk else next(iter(rest), None)


def mark_of(version: SchemeVersion, other: SchemeVersion) -> str:
    """Return what tells whether figures rest on the bodies as they are."""
    said = json.dumps([version.body, other.body], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def kept(version: SchemeVersion, other: SchemeVersion, period: Period) -> Simulation | None:
    """Return the figures that are there, with the job that makes new ones."""
    rows = Simulation.objects.filter(version=version, other=other, period=str(period))
    return rows.select_related("job").first()


def is_running(row: Simulation | None) -> bool:
    return row is not None and row.job is not None and row.job.state in (JobRun.State.QUEUED, JobRun.State.RUNNING)


@one_transaction
def simulation_ask(*, by: Actor, version: SchemeVersion, other: SchemeVersion, period: Period) -> Simulation:
    """Have the worker try a version beside another on a period; the figures of before stay until then."""
    access.require_anywhere(by, ASSESS)
    if version.key != other.key or version.pk == other.pk:
        raise ValidationError("请选择同一方案的两个版本。")
    if period not in past_periods(version):
        raise ValidationError("请选择已经结束的考核期。")
    row = kept(version, other, period) or Simulation(version=version, other=other, period=str(period))
    if is_running(row):
        return row
    with audit.change(by=by, verb="scheme.simulate", obj=row, organisation=root_of_results(), view=_seen):
        row.asked_by, row.asked = account_of(by), clock.now()
        row.save()
    row.job = jobs.enqueue(by=by, kind=KIND, simulation=row.pk)
    row.save()
    return row


def _seen(row: Simulation) -> dict:
    return audit.snapshot(row, hide={"body", "mark", "job"})


@jobs.job(KIND, alone=True)
def _simulate(by: Actor, *, simulation: int) -> str:
    if not access.holds_anywhere(by, ASSESS):
        raise jobs.JobFailed("考核评分的权限已终止，没有试算。")
    row = Simulation.objects.select_related("version", "other").filter(pk=simulation).first()
    if row is None:
        return "方案版本已删除。"
    mark = mark_of(row.version, row.other)
    try:
        rows = simulate(row.version, row.other, Period.parse(row.period))
    except ValueError as error:
        Simulation.objects.filter(pk=row.pk).update(problem=str(error)[:300], mark=mark)
        return str(error)
    body = {"rows": [_line(one) for one in rows]}
    Simulation.objects.filter(pk=row.pk).update(body=body, mark=mark, made=clock.now(), problem="")
    return f"试算 {len(rows)} 个党组织"


def _line(row: Simulated) -> dict:
    return {
        "place": row.place,
        "name": row.name,
        "before": None if row.before is None else str(row.before),
        "after": None if row.after is None else str(row.after),
        "grades": [row.grade_before, row.grade_after],
        "group": row.group,
    }


def simulate(version: SchemeVersion, other: SchemeVersion, period: Period) -> list[Simulated]:
    """Return a Simulated for each organisation that both versions assess in a period, by group and in tree order; `other` is before.

    Entries by hand count by either as far as it knows them. Raises ValueError (Chinese) for a draft that does not add up yet.
    """
    schemes: list[Scheme] = [parsed(other), parsed(version)]
    by_old, by_new = (applied(scheme, period) for scheme in schemes)
    groups = groups_on(min(period.last, clock.today()))
    found = []
    for (old, _), (new, _) in facts_in_parts(schemes, period):
        both = [pk for pk in old if pk in new]
        names = labels(both)
        for pk in both:
            before = scored(schemes[0], old[pk], by_old.get(pk))
            after = scored(schemes[1], new[pk], by_new.get(pk))
            label = group_label(groups.get(pk, ""))
            found.append(
                Simulated(pk, names[pk], before.total, after.total, before.grade or "", after.grade or "", label)
            )
    order = [str(group.label) for group in ComparisonGroup]
    return sorted(found, key=lambda row: order.index(row.group) if row.group in order else len(order))


def rows_for(user: Actor, row: Simulation | None) -> list[Simulated]:
    """Return the figures of the organisations that `user` assesses."""
    if row is None or not row.made:
        return []
    mine = set(Organisation.objects.visible_to(user, ASSESS).values_list("pk", flat=True))
    return [
        Simulated(
            one["place"],
            one["name"],
            None if one["before"] is None else Decimal(one["before"]),
            None if one["after"] is None else Decimal(one["after"]),
            one["grades"][0],
            one["grades"][1],
            one.get("group", ""),
        )
        for one in row.body["rows"]
        if one["place"] in mine
    ]


def finding(rows: Iterable[Simulated]) -> str:
    """Return what a trial says in one line: 8 个升、3 个降、3 个不变，等次变化 1 个."""
    known = [row for row in rows if row.change is not None]
    if not known:
        return ""
    up, down = (sum(bool(row.change and sign * row.change > 0) for row in known) for sign in (1, -1))
    said = f"{up} 个升、{down} 个降、{len(known) - up - down} 个不变"
    grades = sum(row.grade_before != row.grade_after for row in known)
    return f"{said}，等次变化 {grades} 个" if grades else f"{said}，等次没有变化"
