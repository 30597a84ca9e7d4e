"""Circulars: written by who assigns work at the committee, read once issued by all it goes to."""

from assessments.circulars.services import circular_issue, circular_make
from common.operator import OPERATOR
from common.periods import Period
from tests.matrix import Row, only
from tests.matrix.duties import ASSIGNS
from tests.matrix.responsibilities import VIEWERS

READERS = tuple(who for who in VIEWERS if who not in ASSIGNS)


def draft(world):
    return {"pk": circular_make(by=OPERATOR, organisation=world.committee, quarter=Period.parse("2026Q3"))[0].pk}


def issued(world):
    made, _ = circular_make(by=OPERATOR, organisation=world.committee, quarter=Period.parse("2026Q3"))
    circular_issue(by=OPERATOR, circular=made)
    return {"pk": made.pk}


def writers(status=200):
    """What is issued: `status` for who writes circulars, 403 for its other readers."""
    return only(*ASSIGNS, status=status, forbidden=READERS)


ROWS = {
    "circular_list": Row(kwargs=lambda world: issued(world) and {}, get=only(*VIEWERS)),
    "circular_make": Row(get=only(*ASSIGNS), post=only(*ASSIGNS, status=302)),
    "circular_detail": Row(kwargs=issued, get=only(*VIEWERS), post=writers(409)),
    "circular_refresh": Row(kwargs=draft, post=only(*ASSIGNS, status=302)),
    "circular_issue": Row(kwargs=draft, get=only(*ASSIGNS), post=only(*ASSIGNS, status=302)),
    "circular_correct": Row(kwargs=issued, get=writers(), post=writers(422)),
    "circular_drop": Row(kwargs=draft, get=only(*ASSIGNS), post=only(*ASSIGNS, status=302)),
    "circular_download": Row(kwargs=issued, post=only(*VIEWERS)),
}
