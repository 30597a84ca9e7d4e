"""Resolutions: who reads them, who marks them done."""

from datetime import date

from branches.reach.rights import RECORD
from common.operator import OPERATOR
from members.activities.models import Resolution
from members.activities.services.resolutions import resolution_done
from tests.matrix import Row, only
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS, holders
from tests.members.activities.records import SOME_DAY, submitted

RECORDS_A = tuple(who for who in READS_A if who in holders(RECORD))


def resolution(world):
    record = submitted(world.branch_a, world.secretary_a, day=SOME_DAY)
    return Resolution.objects.create(activity=record, order=1, text="完成整改", due=date(2026, 10, 1))


def done(world):
    row = resolution(world)
    resolution_done(by=OPERATOR, resolution=row, done_on=date(2026, 9, 28))
    return row


def acts(status=200):
    return only(*RECORDS_A, status=status, forbidden=tuple(who for who in READS_A if who not in RECORDS_A))


ROWS = {
    "resolution_list": Row(get=only(*VIEWERS)),
    "resolution_export": Row(post=only(*VIEWERS)),
    "resolution_done": Row(
        kwargs=lambda world: {"pk": resolution(world).pk},
        get=acts(),
        post=acts(302),
        data=lambda world: {"done_on": "2026-09-30"},
    ),
    "resolution_reopen": Row(
        kwargs=lambda world: {"pk": done(world).pk},
        get=acts(),
        post=acts(302),
        data=lambda world: {"reason": "整改不到位"},
    ),
}
