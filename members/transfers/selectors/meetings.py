"""Which recorded meetings a transfer with a day in the past concerns: their rosters and quorums are judged anew."""

from datetime import date

from django.db.models import Q

from common import clock
from members.activities.models import COUNTING_STATES, Activity
from members.transfers.models import Transfer

# So many are shown; of more the number is said.
MOST = 20


def meetings_since(transfer: Transfer, on: date) -> list[Activity]:
    """Return the records that count which either end, alone or with others, has held from `on` to yesterday, the latest first."""
    places = [place for place in (transfer.giver_id, transfer.taker_id) if place is not None]
    if on >= clock.today() or not places:
        return []
    there = Q(judgements__organisation__in=places) | Q(judgements__organisation__parent__in=places)
    rows = Activity.objects.filter(there, day__range=(on, clock.today()), state__in=COUNTING_STATES)
    return list(
        rows.select_related("organisation__parent").prefetch_related("kinds").distinct().order_by("-day", "-pk")
    )
