"""Hours of study: rosters' keepers read them, secretaries state unknown lengths, whoever reviews them confirms."""

from common import clock
from tests.matrix import Row, only
from tests.matrix.members import MANAGERS, MANAGES_A
from tests.members.education.made import arrived, brought, stated, without_times

REVIEWS_A = ("staff", "committee_secretary")
READS = ("party_secretary", "leader", "discipline", "assistant", "secretary_a", "officer_a", "organiser_a")


def mend(world):
    return {"pk": stated(world).pk}


def lecture(world):
    without_times(world)
    return {"kind": "lecture", "year": clock.today().year}


def of_a(world):
    return {"pk": world.people("branch_a")[3].pk}


def newcomer(world):
    return {"pk": arrived(world).pk}


def brought_hours(world):
    return {"pk": brought(world).pk}


ROWS = {
    "education_list": Row(get=only(*MANAGERS)),
    # Who keeps one roster has its ledger; who keeps many has to name a branch.
    "education_export": Row(post=only(*(who for who in MANAGERS if who not in REVIEWS_A)), grave=True),
    "education_unknown": Row(get=only(*MANAGERS)),
    "education_mend": Row(
        kwargs=lecture,
        get=only("secretary_a", "organiser_a", "secretary_b", "secretary_c"),
        post=only("secretary_a", "organiser_a", "secretary_b", "secretary_c", status=422),
    ),
    "education_mend_confirm": Row(kwargs=mend, post=only(*REVIEWS_A, status=302, forbidden=READS)),
    "education_mend_return": Row(
        kwargs=mend, get=only(*REVIEWS_A, forbidden=READS), post=only(*REVIEWS_A, status=422, forbidden=READS)
    ),
    "education_bring": Row(
        kwargs=newcomer,
        get=only(*MANAGES_A),
        post=only(*MANAGES_A, status=302),
        data=lambda world: {"hours": "8", "proof": "原单位机关党委学时证明"},
    ),
    "education_brought_confirm": Row(kwargs=brought_hours, post=only(*REVIEWS_A, status=302, forbidden=READS)),
    "education_brought_return": Row(
        kwargs=brought_hours,
        get=only(*REVIEWS_A, forbidden=READS),
        post=only(*REVIEWS_A, status=422, forbidden=READS),
    ),
    "education_certificate": Row(
        kwargs=of_a,
        get=only(*MANAGES_A, "member", forbidden=("party_secretary", "leader", "assistant", "discipline", "officer_a")),
    ),
    "education_certificate_download": Row(
        kwargs=of_a,
        post=only(
            *MANAGES_A, "member", forbidden=("party_secretary", "leader", "assistant", "discipline", "officer_a")
        ),
    ),
}
