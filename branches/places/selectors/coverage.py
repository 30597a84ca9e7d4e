"""Which department is covered by whom, as of a day (两个全覆盖)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from branches.places.models.departments import Coverage, Department
from branches.places.models.organisations import Organisation
from common import clock
from common.together import count_together


@dataclass(frozen=True)
class Covered:
    """A department with the coverage in force; `shared`: the other departments the same organisation covers."""

    department: Department
    coverage: Coverage | None
    shared: tuple[Department, ...] = ()

    @property
    def organisation(self) -> Organisation | None:
        return self.coverage.organisation if self.coverage else None


@dataclass(frozen=True)
class CoverageNumbers:
    """How many departments there are, how many of them are covered, how many organisations cover more than one."""

    departments: int
    covered: int
    shared: int

    @property
    def uncovered(self) -> int:
        return self.departments - self.covered


def open_departments(day: date | None = None) -> QuerySet[Department]:
    """Return the departments that are open on `day` (default today), in the order of entry."""
    return Department.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day or clock.today())).order_by("pk")


def departments_covered_by(organisations: Organisation | QuerySet[Organisation]) -> QuerySet[Department]:
    """Return the open departments that an organisation, or any of several, covers today."""
    some = [organisations] if isinstance(organisations, Organisation) else organisations.order_by().values("pk")
    return open_departments().filter(_covered(Q(organisation__in=some)))


def _covered(condition: Q | None = None) -> Exists:
    """Return the condition «has a coverage today that fits», over departments."""
    rows = Coverage.objects.in_force(clock.today()).filter(condition or Q(), department=OuterRef("pk"))
    return Exists(rows.order_by())


def departments_fitting(departments: QuerySet[Department], data: Mapping[str, Any]) -> QuerySet[Department]:
    """Return departments as a filter has them, those that nobody covers first. data: cleaned values of DepartmentFilter."""
    state, text = data.get("state"), data.get("q")
    rows = departments.annotate(covered=_covered())
    if state:
        rows = rows.filter(covered=state != "open")
    if state == "shared":
        rows = rows.filter(_covered(Q(organisation__in=_sharing().values("organisation"))))
    if text:
        name, initials = Q(organisation__name__icontains=text), Q(organisation__initials__icontains=text.lower())
        place = name | initials | Q(organisation__short_name__icontains=text)
        rows = rows.filter(Q(name__icontains=text) | _covered(place))
    return rows.order_by("covered", "pk")


def _sharing() -> QuerySet[Any, Any]:
    """Return the organisations that cover more than one department today, as rows of {"organisation", "number"}."""
    rows = Coverage.objects.in_force(clock.today()).filter(department__in=open_departments().order_by())
    each = rows.order_by().values("organisation").annotate(number=Count("department", distinct=True))
    return each.filter(number__gt=1)


def coverage_of(departments: Iterable[Department], day: date | None = None) -> list[Covered]:
    """Return a Covered for each of some departments, as of `day` (default today); one statement."""
    departments = list(departments)
    rows = Coverage.objects.in_force(day or clock.today()).order_by("starts", "pk")
    covering = rows.filter(department__in=[row.pk for row in departments]).order_by().values("organisation")
    rows = rows.filter(organisation__in=covering).select_related("organisation__parent", "department")
    by_department = {row.department_id: row for row in rows}
    by_organisation: dict[int, list[Department]] = {}
    for row in by_department.values():
        by_organisation.setdefault(row.organisation_id, []).append(row.department)
    covered = []
    for department in departments:
        coverage = by_department.get(department.pk)
        beside = by_organisation.get(coverage.organisation_id, []) if coverage else []
        covered.append(Covered(department, coverage, tuple(other for other in beside if other.pk != department.pk)))
    return covered


def coverage_of_departments(day: date | None = None) -> list[Covered]:
    """Return a Covered for each department that is open on `day` (default today), in the order of entry."""
    return coverage_of(open_departments(day), day)


def coverage_numbers(
    departments: QuerySet[Department], organisations: QuerySet[Organisation] | None = None
) -> CoverageNumbers:
    """Return the numbers of some departments, in one statement. organisations: those of which it is told that they cover several."""
    sharing = _sharing()
    if organisations is not None:
        sharing = sharing.filter(organisation__in=organisations.order_by().values("pk"))
    found = count_together(
        {
            "departments": departments.order_by().values_list("pk"),
            "covered": departments.order_by().filter(_covered()).values_list("pk"),
            "shared": sharing.values_list("organisation"),
        }
    )
    return CoverageNumbers(**found)
