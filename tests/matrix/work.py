"""Business work: the board, items and their stages, evidence, the year plan."""

from datetime import date, timedelta

from branches.reach.rights import ASSIGN, DUTIES, ORGANISE, RECORD, REVIEW, ROLES
from common import clock
from common.operator import OPERATOR
from responsibilities.work.models import WorkKind
from responsibilities.work.services.evidence import evidence_link
from responsibilities.work.services.items import WorkData, work_create
from tests.matrix import Row, only
from tests.matrix.imports import batch, running
from tests.matrix.members import READS_A
from tests.matrix.responsibilities import VIEWERS
from tests.members.activities.records import draft
from tests.world import CAST


def holders(*rights):
    return tuple(who for who, (role, _) in CAST.items() if role and set(rights) <= ROLES[role].rights)


ARRANGERS = holders(ASSIGN, ORGANISE)
ENTERS = tuple(dict.fromkeys((*ARRANGERS, *holders(RECORD, DUTIES))))
# Who reads the item of the committee that branch A carries; its own people note what happened and link records.
SPEAK_A = ("secretary_a", "officer_a", "organiser_a")
ON_A = (*ARRANGERS, *SPEAK_A)
# Who reviews branch A: strictly above it.
REVIEWS_A = ("committee_secretary", "staff")
RECORDS_A = ("committee_secretary", "staff", "secretary_a", "officer_a", "organiser_a")


def item(world):
    """An item of the agency that branch A carries, with a planned date that has passed."""
    today = clock.today()
    data = WorkData(
        name="能源保供",
        kind=WorkKind.CITY,
        starts=date(today.year, 1, 1),
        ends=date(today.year, 12, 31),
        carriers=[world.branch_a],
        planned={"study": today - timedelta(days=20)},
    )
    return work_create(by=OPERATOR, organisation=world.committee, data=data)


def item_pk(world):
    return {"pk": item(world).pk}


def own_pk(world):
    """An item that branch A registered itself."""
    today = clock.today()
    data = WorkData(
        "窗口服务", WorkKind.BRANCH, date(today.year, 1, 1), date(today.year, 12, 31), carriers=[world.branch_a]
    )
    return {"pk": work_create(by=world.secretary_a, organisation=world.branch_a, data=data).pk}


def stage_pk(world):
    return {"pk": item(world).stages.get(stage="study").pk}


def record(world):
    return draft(world.branch_a, world.secretary_a, day=clock.today() - timedelta(days=20))


def link_pk(world):
    stage = item(world).stages.get(stage="study")
    sentence = "讨论了能源保供的分工和时限"
    return {"pk": evidence_link(by=OPERATOR, stage=stage, activity=record(world), sentence=sentence, recording=True).pk}


def record_pk(world):
    return {"pk": record(world).pk}


def on_item(*who, status=200):
    """Some of those who read the item may; the others of them are told who can, the rest sees nothing."""
    return only(*who, status=status, forbidden=tuple(one for one in READS_A if one not in who))


ROWS = {
    "sync_board": Row(get=only(*VIEWERS)),
    "sync_export": Row(post=only(*VIEWERS)),
    "sync_rates": Row(get=only(*VIEWERS)),
    "sync_rates_export": Row(post=only(*VIEWERS)),
    "work_new": Row(
        get=only(*ENTERS, forbidden=tuple(who for who in VIEWERS if who not in ENTERS)),
        post=only(*ENTERS, status=422, forbidden=tuple(who for who in VIEWERS if who not in ENTERS)),
    ),
    "work_detail": Row(kwargs=item_pk, get=only(*READS_A)),
    "work_edit": Row(kwargs=item_pk, get=on_item(*ARRANGERS), post=on_item(*ARRANGERS, status=422)),
    "work_stop": Row(kwargs=item_pk, get=on_item(*ARRANGERS), post=on_item(*ARRANGERS, status=422)),
    "own_work": Row(
        get=only(*ARRANGERS, forbidden=tuple(who for who in VIEWERS if who not in ARRANGERS)),
        post=only(*ARRANGERS, status=302, forbidden=tuple(who for who in VIEWERS if who not in ARRANGERS)),
    ),
    "work_take_in": Row(kwargs=own_pk, get=on_item(*ARRANGERS), post=on_item(*ARRANGERS, status=302)),
    "work_decline": Row(kwargs=own_pk, get=on_item(*ARRANGERS), post=on_item(*ARRANGERS, status=422)),
    "stage_edit": Row(kwargs=stage_pk, get=on_item(*ON_A), post=on_item(*ON_A, status=422)),
    "stage_waive": Row(kwargs=stage_pk, get=on_item(*ARRANGERS), post=on_item(*ARRANGERS, status=422)),
    "evidence_pick": Row(kwargs=stage_pk, get=on_item(*ON_A), post=on_item(*ON_A, status=302)),
    "evidence_paper": Row(kwargs=stage_pk, get=on_item(*ON_A), post=on_item(*ON_A, status=422)),
    "evidence_remove": Row(kwargs=link_pk, get=on_item(*ON_A), post=on_item(*ON_A, status=422)),
    "evidence_withdraw": Row(kwargs=link_pk, post=on_item(*ON_A, status=409)),
    "confirmation_list": Row(get=only(*holders(REVIEW)), post=only(*holders(REVIEW), status=302)),
    "confirmation_detail": Row(kwargs=link_pk, get=on_item(*REVIEWS_A)),
    "confirmation_confirm": Row(kwargs=link_pk, post=on_item(*REVIEWS_A, status=302)),
    "confirmation_return": Row(kwargs=link_pk, get=on_item(*REVIEWS_A), post=on_item(*REVIEWS_A, status=422)),
    "record_link_review": Row(kwargs=record_pk, get=on_item(*REVIEWS_A), post=on_item(*REVIEWS_A, status=302)),
    "way_matrix": Row(get=only(*VIEWERS)),
    "way_hint": Row(get=only(*VIEWERS)),
    "way_matrix_export": Row(post=only(*VIEWERS)),
    "record_links": Row(get=only(*holders(RECORD)), post=only(*holders(RECORD))),
    "record_stage_links": Row(kwargs=record_pk, get=only(*READS_A), post=on_item(*RECORDS_A, status=302)),
    "stage_consequence": Row(
        kwargs=lambda world: {"key": "sync_tolerance_days", "value": "9", "day": f"{clock.today().year + 1}-01-01"},
        get=only("committee_secretary", "staff"),
    ),
    "work_import": Row(get=only(*ARRANGERS), post=only(*ARRANGERS)),
    "work_import_sheet": Row(get=only(*ARRANGERS)),
    "work_import_preview": Row(kwargs=batch, get=only("staff")),
    "work_import_progress": Row(kwargs=running, get=only("staff")),
    "work_import_cancel": Row(kwargs=running, post=only("staff", status=302)),
    "work_import_columns": Row(kwargs=batch, post=only("staff", status=302)),
    "work_import_apply": Row(kwargs=batch, post=only("staff", status=302)),
    "work_import_discard": Row(kwargs=batch, post=only("staff", status=302)),
    "work_import_errors": Row(kwargs=batch, post=only("staff")),
}
