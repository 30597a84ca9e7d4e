"""The change mark of Party workers: the committee whose share of full-time staff may be another now."""

from datetime import date

from branches.jobs.marks import mark
from branches.places.models.organisations import Kind, Organisation
from common import clock

SUBJECT = "cadres"


def committees_over(organisation: Organisation) -> list[int]:
    """Return the ids of the committees of which the staff of an organisation are counted: itself or those above it."""
    rows = Organisation.objects.above(organisation).filter(kind=Kind.COMMITTEE).order_by()
    own = [organisation.pk] if organisation.kind == Kind.COMMITTEE else []
    return [*own, *rows.values_list("pk", flat=True)]


def mark_staff(organisation: Organisation, first: date, last: date | None = None) -> None:
    """Say that the staff of the committees over an organisation may be others from a day on."""
    today = clock.today()
    for place in committees_over(organisation):
        mark(place, min(first, today), max(last or today, today), SUBJECT)
