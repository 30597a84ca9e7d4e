"""A step of a published report is taken over as a supervision in one click; what is open already is shown instead of a second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from assessments.reports.models import Report
from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import SUPERVISE
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.selectors.about import askable, proposed_due
from responsibilities.supervision.services.notices import supervision_issue

TITLE = 120


@dataclass
class Taken:
    """How a step stands for one reader: notices about it that are open, and whether he may take it over."""

    step: Mapping[str, Any]
    number: int
    notices: list[Supervision] = field(default_factory=list)
    may: bool = False


def taken(user: User, report: Report) -> list[Taken]:
    """Return the steps of a report as they stand for `user`; in two statements however many there are."""
    steps = _steps(report)
    if not steps:
        return []
    open_ones = Supervision.objects.open_about(user, [step["about"] for step in steps])
    named = {place for step in steps for place in step["places"]}
    mine = set(askable(user, named).values_list("pk", flat=True))
    found = []
    for number, step in enumerate(steps, 1):
        notices = [row for row in open_ones.get(step["about"], []) if row.organisation_id in step["places"]]
        left = mine.intersection(step["places"]) - {row.organisation_id for row in notices}
        found.append(Taken(step, number, notices, bool(left)))
    return found


def _steps(report: Report) -> Sequence[Mapping[str, Any]]:
    """The steps that name whom to ask; those of reports before there were chapters name nobody."""
    return [step for step in report.body["actions"] if step.get("places")] if report.body["shape"] >= 3 else []


@one_transaction
def step_take_over(*, by: Actor, report: Report, number: int) -> tuple[list[Supervision], bool]:
    """Issue a step as a supervision to each of its organisations that `by` supervises and that has no open one about it.

    Return (notices about it, whether any was issued now). Raises Http404 for a step that is none, Forbidden where he
    supervises none of them, Conflict where none of them is left to be asked.
    """
    # Of two clicks at once the second finds what the first issued.
    report = Report.objects.select_for_update().get(pk=report.pk)
    steps = _steps(report)
    if not 1 <= number <= len(steps):
        raise Http404
    step = steps[number - 1]
    there = Supervision.objects.open_about(by, [step["about"]]).get(step["about"], [])
    asked = {row.organisation_id for row in there}
    places = list(askable(by, step["places"]).order_by("pk"))
    left = [place for place in places if place.pk not in asked]
    if not left and there:
        return there, False
    if not places:
        first = Organisation.objects.filter(pk__in=step["places"]).order_by("pk").first()
        raise access.Forbidden(SUPERVISE, first)
    made = [_issued(by, report, step, place) for place in left]
    return [*made, *there], True


def _issued(by: Actor, report: Report, step: Mapping[str, Any], place: Organisation) -> Supervision:
    try:
        return supervision_issue(
            by=by,
            organisation=place,
            title=step["text"][:TITLE],
            expected=step["expected"],
            due=max(date.fromisoformat(step["due"]), proposed_due())
            if _past(step)
            else date.fromisoformat(step["due"]),
            subject=step["subject"],
            about=step["about"],
            about_name=f"{report.title}：{step['text']}"[:200],
            about_url=f"{reverse('report_detail', args=[report.pk])}#steps",
        )
    except ValidationError as error:
        raise Conflict(f"{place.label}：{'；'.join(error.messages)}") from None


def _past(step: Mapping[str, Any]) -> bool:
    return date.fromisoformat(step["due"]) < clock.today()
