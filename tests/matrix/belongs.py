"""What records belong to beside their business work."""

from branches.reach.rights import RECORD, REVIEW
from tests.matrix import Row, only
from tests.matrix.members import READS_A
from tests.matrix.work import RECORDS_A, REVIEWS_A, holders, on_item, record_pk

ROWS = {
    "record_belongs": Row(get=only(*holders(RECORD)), post=only(*holders(RECORD))),
    "record_belongings": Row(kwargs=record_pk, get=only(*READS_A), post=on_item(*RECORDS_A, status=302)),
    "belongings_waiting": Row(get=only(*holders(REVIEW))),
    # A key of nothing leads back to the record's page.
    "record_belonging_remove": Row(
        kwargs=lambda world: {**record_pk(world), "key": "z1"},
        get=on_item(*RECORDS_A, status=302),
        post=on_item(*RECORDS_A, status=302),
    ),
    "record_belonging_confirm": Row(
        kwargs=lambda world: {**record_pk(world), "key": "z1"}, post=on_item(*REVIEWS_A, status=302)
    ),
}
