"""Which department is covered by whom, as of a day (两个全覆盖)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from branches.places.models.departments import Coverage, Department
from branches.places.models.organisations import Organisation
from common import clock


@dataclass(frozen=True)
class Covered:
    """A department with the coverage in force; `shared`: the other departments the same organisation covers."""

    department: Department
    coverage: Coverage | None
    shared: tuple[Department, ...] = ()

    @property
    def organisation(self) -> Organisation | None:
        return self.coverage.organisation if self.coverage else None


def coverage_of_departments(day: date | None = None) -> list[Covered]:
    """Return a Covered for each department that is open on `day` (default today), in the order of entry."""
    day = day or clock.today()
    rows = Coverage.objects.in_force(day).select_related("organisation__parent", "department")
    by_department = {row.department_id: row for row in rows.order_by("starts", "pk")}
    by_organisation: dict[int, list[Department]] = {}
    for row in by_department.values():
        by_organisation.setdefault(row.organisation_id, []).append(row.department)
    covered = []
    for department in Department.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day)):
        coverage = by_department.get(department.pk)
        beside = by_organisation.get(coverage.organisation_id, []) if coverage else []
        covered.append(Covered(department, coverage, tuple(other for other in beside if other.pk != department.pk)))
    return covered
