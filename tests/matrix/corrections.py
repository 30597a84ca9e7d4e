"""Corrections that members ask for: whoever keeps the roster of the member's branch decides, who reads there is told who does."""

from tests.matrix import Row, only
from tests.matrix.members import MANAGERS, MANAGES_A, READS_A
from tests.members.corrections.made import asked

READERS = tuple(who for who in READS_A if who not in MANAGES_A)


def one(world):
    return {"pk": asked(world).pk}


ROWS = {
    "correction_list": Row(get=only(*MANAGERS)),
    "correction_detail": Row(
        kwargs=one,
        get=only(*MANAGES_A, forbidden=READERS),
        post=only(*MANAGES_A, status=302, forbidden=READERS),
        data=lambda world: {"right": "1"},
    ),
}
