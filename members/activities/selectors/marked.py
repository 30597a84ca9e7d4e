"""Which records change marks name, for whatever rests on them."""

from collections.abc import Sequence

from django.db.models import Q

from branches.jobs.models import ChangeMark


def of_marked_records(marks: Sequence[ChangeMark]) -> Q:
    """Return the condition over rows with an `activity` «the record may be one of those that these change marks name».

    marks: ChangeMarks of subject "activity" (organisation, first_day, last_day), at least one. Wider than the marks by
    intention, their days taken together: one comparison, however many organisations changed.
    """
    return Q(
        activity__organisation__in={mark.organisation_id for mark in marks},
        activity__day__range=(min(mark.first_day for mark in marks), max(mark.last_day for mark in marks)),
    )
