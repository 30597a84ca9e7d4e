"""What development says to dues: on which day somebody was admitted (fee-probation-start)."""

from collections.abc import Collection
from datetime import date

from members.development.models.cases import CaseStep, StepResult
from members.development.steps import APPROVAL


def days_admitted(members: Collection[int]) -> dict[int, date]:
    """Return {member id: day of the approval of his admission}; the latest entry of a member counts."""
    rows = CaseStep.objects.standing().filter(case__member__in=members, key=APPROVAL, result=StepResult.PASSED)
    return dict(rows.order_by("day", "pk").values_list("case__member", "day"))
