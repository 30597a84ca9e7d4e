"""What finds out, night by night, whether a change was carried to the facts wrongly: some slots are judged whole and compared.

What differs is put right by that, logged, and told as a warning by /readyz for a week.
"""

import logging
import random
from collections.abc import Iterator
from datetime import date, timedelta

from assessments.facts import fill as rollups
from assessments.facts.families import FAMILIES, Counted
from assessments.facts.family import Family, Places
from assessments.facts.models import Fact, FillState
from assessments.facts.parted import Parted
from assessments.facts.rows import COLUMNS
from branches.jobs import services as jobs
from branches.jobs.models import Heartbeat
from common import clock
from common.periods import Period

log = logging.getLogger("tongbu.rollups")
# The sign that facts differed from what they should have been.
DIFFERED = "facts:differed"
_TOLD_FOR = timedelta(days=7)


def check_some(day: date | None = None) -> list[str]:
    """Judge one slot of each family anew, another each night, and one more that is over; return what differed, in words.

    day: that of the night (default today); it chooses the slots. Does nothing while another fill is running.
    """
    day = day or clock.today()
    with rollups.filled(patience=60) as outcome:
        if outcome.busy:
            return []
        found = [words for family in FAMILIES for words in _check(family, day)]
    if found:
        jobs.beat(DIFFERED)
        log.error("facts differed and were put right: %s", "; ".join(found))
    rollups.fill()
    return found


def warning() -> str:
    """Return what whoever runs the installation should know, "" where nothing was found lately."""
    row = Heartbeat.objects.filter(name=DIFFERED, at__gt=clock.real_now() - _TOLD_FOR).first()
    return f"{row.at:%Y-%m-%d} 夜间核对发现汇总数与记录不符，已重新计算，详见日志" if row else ""


def _check(family: Family, day: date) -> Iterator[str]:
    for period in _chosen(family, day):
        before = _rows(family, period) if isinstance(family, Counted) else None
        places: Places = rollups.refill(family, period)
        differs = before != _rows(family, period) if before is not None else bool(places)
        if differs:
            where = "" if places is None else f" at organisations {sorted(places)[:20]}"
            yield f"{family.key} {period}{where}"
    if isinstance(family, Parted) and (things := family.keep(None, clock.today())):
        yield f"{family.key}: what is kept of {sorted(things)[:20]}"


def _chosen(family: Family, day: date) -> list[Period]:
    """Return the slots of tonight: one in turn, and a random one that is over (the same on every worker)."""
    states = FillState.objects.filter(family=family.key, state=FillState.State.DONE)
    slots = sorted(
        period
        for text in states.values_list("period", flat=True)
        if (period := Period.parse(text)).kind in family.kinds
    )
    if not slots:
        return []
    over = [period for period in slots if period.last < day] or slots
    # The same on every worker, and guards nothing.
    chance = random.Random(f"{family.key} {day.toordinal()}")  # nosec B311
    return sorted({slots[day.toordinal() % len(slots)], chance.choice(over)})


def _rows(family: Family, period: Period) -> set[tuple]:
    rows = Fact.objects.filter(family=family.key, period=str(period))
    return set(rows.values_list("organisation", "measure", *COLUMNS))
