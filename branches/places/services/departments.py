"""Departments and who covers them: one organisation at a time, by date (两个全覆盖)."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError

from branches import audit
from branches.jobs.marks import mark
from branches.places.models.departments import Coverage, Department
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ORGANISE
from common import clock
from common.database import one_transaction
from common.operator import Actor


@one_transaction
def department_create(*, by: Actor, name: str) -> Department:
    """Create an administrative unit. Raises ValidationError keyed "name" when the name is taken."""
    department = Department(name=name)
    department.full_clean()
    department.save()
    audit.record(by=by, verb="department.create", obj=department, after={"name": name})
    return department


@one_transaction
def department_close(*, by: Actor, department: Department, on: date | None = None) -> Department:
    """Close a department; its last day is `on` (default today), and its coverage ends with it."""
    department = Department.objects.select_for_update().get(pk=department.pk)
    if department.closed_on:
        raise ValidationError("该处室已撤销。")
    on = on or clock.today()
    if Coverage.objects.filter(department=department, ends__isnull=True).exists():
        coverage_end(by=by, department=department, ends=on)
    department.closed_on = on
    department.save()
    audit.record(by=by, verb="department.close", obj=department, after={"closed_on": str(on)})
    return department


def _open(department: Department) -> Coverage | None:
    rows = Coverage.objects.select_for_update().filter(department=department, ends__isnull=True)
    return rows.select_related("organisation").first()


@one_transaction
def coverage_set(
    *, by: Actor, department: Department, organisation: Organisation, starts: date | None = None
) -> Coverage:
    """Let `organisation` cover `department` from `starts` (default today); an earlier coverage ends the day before.

    Raises ValidationError by field; Http404 or Forbidden when one of the two organisations lies beyond the reach.
    """
    starts = starts or clock.today()
    department = Department.objects.select_for_update().get(pk=department.pk)
    if department.closed_on:
        raise ValidationError({"department": "该处室已撤销。"})
    if organisation.archived_on:
        raise ValidationError({"organisation": "该组织已撤销。"})
    current = _open(department)
    if current and current.organisation_id == organisation.pk:
        raise ValidationError({"department": "该处室已由这一组织覆盖。"})
    before = None
    if current:
        access.require(by, ORGANISE, current.organisation)
        before = audit.snapshot(current)
        if current.starts and current.starts >= starts:
            raise ValidationError({"starts": f"不能早于现有覆盖的次日（现有覆盖从 {current.starts} 起）。"})
        current.ends = starts - timedelta(days=1)
        current.save()
        mark(current.organisation, starts, clock.today(), "coverage")
    elif Coverage.objects.filter(department=department, ends__gte=starts).exists():
        raise ValidationError({"starts": "该日之前的覆盖尚未结束。"})
    coverage = Coverage(department=department, organisation=organisation, starts=starts)
    coverage.full_clean(exclude=["ends"])
    coverage.save()
    access.require(by, ORGANISE, organisation)
    audit.record(
        by=by,
        verb="coverage.set",
        obj=coverage,
        organisation=organisation,
        before=before,
        after=audit.snapshot(coverage),
    )
    mark(organisation, starts, clock.today(), "coverage")
    return coverage


@one_transaction
def coverage_end(*, by: Actor, department: Department, ends: date | None = None) -> Coverage:
    """End the open coverage of a department; `ends` is its last day (default today)."""
    current = _open(department)
    if current is None:
        raise ValidationError("该处室没有正在生效的覆盖。")
    access.require(by, ORGANISE, current.organisation)
    ends = ends or clock.today()
    if current.starts and ends < current.starts:
        raise ValidationError({"ends": f"不能早于覆盖开始的日期（{current.starts}）。"})
    with audit.change(by=by, verb="coverage.end", obj=current, organisation=current.organisation):
        current.ends = ends
        current.save()
    mark(current.organisation, ends, clock.today(), "coverage")
    return current
