"""Transfers with both ends, standings, absences, ends of membership, the roster of a day."""

from common import clock
from tests.matrix import Row, only
from tests.matrix.branches import branch_a
from tests.matrix.members import MANAGERS, MANAGES_A, READS_A, first_of_a
from tests.members.transfers.support import abroad, asked, sent_out, standing

# Who keeps the roster of branch A or of branch B, and who of the others reads one of the two.
ENDS = (*MANAGES_A, "secretary_b")
TAKES = ("staff", "committee_secretary", "secretary_b")
READERS = tuple(who for who in READS_A if who not in ENDS)


def inside(world):
    return {"pk": asked(world).pk}


def letter(world):
    return {"pk": sent_out(world).pk}


def status(world):
    return {"pk": standing(world.people("branch_a")[3], "lost").pk}


def away(world):
    return {"pk": abroad(world.people("branch_a")[3], clock.today()).pk}


def today(name, **more):
    return lambda world: {name: clock.today().isoformat()} | more


def at_a(status=200, reads=READS_A):
    """Who keeps the roster of A; who reads it gets a page that says who does."""
    return only(*MANAGES_A, status=status, forbidden=tuple(who for who in reads if who not in MANAGES_A))


def kept(status=200):
    """Pages of who keeps a roster: to others they do not exist."""
    return only(*MANAGES_A, status=status)


def given(status=200):
    return only(*MANAGES_A, status=status, forbidden=("secretary_b", *READERS))


def taken(status=200):
    return only(*TAKES, status=status, forbidden=tuple(who for who in (*ENDS, *READERS) if who not in TAKES))


ROWS = {
    "transfer_list": Row(get=only(*MANAGERS)),
    "transfer_export": Row(post=only(*MANAGERS), grave=True),
    "transfer_in": Row(get=only(*MANAGERS), post=only(*MANAGERS, status=422)),
    "transfer_detail": Row(kwargs=inside, get=only(*ENDS, forbidden=READERS)),
    "transfer_receive": Row(kwargs=inside, get=taken(), post=taken(302)),
    "transfer_return": Row(
        kwargs=inside, get=taken(), post=taken(302), data=lambda world: {"reason": "不在本支部工作"}
    ),
    "transfer_withdraw": Row(kwargs=inside, get=given(), post=given(302)),
    "transfer_issue": Row(kwargs=letter, get=at_a(), post=at_a(302), data=today("issued_on", letter="8号")),
    "transfer_letter": Row(kwargs=letter, get=at_a()),
    "transfer_letter_download": Row(kwargs=letter, post=at_a()),
    "transfer_ask": Row(kwargs=first_of_a, get=kept(), post=kept(302), data=lambda world: {"taker": world.branch_b.pk}),
    "transfer_out": Row(kwargs=first_of_a, get=kept(), post=kept(302), data=lambda world: {"outside": "外单位党支部"}),
    "member_transfer": Row(kwargs=first_of_a, get=kept(), post=kept(422)),
    "member_status": Row(kwargs=first_of_a, get=kept(), post=kept(302), data=today("starts", state="lost")),
    "member_status_end": Row(kwargs=status, get=kept(), post=kept(302), data=today("ends")),
    "member_away": Row(
        kwargs=first_of_a, get=kept(), post=kept(302), data=today("starts", kind="abroad", place="某国")
    ),
    "member_away_end": Row(kwargs=away, get=kept(), post=kept(302), data=today("ends")),
    "member_leave": Row(kwargs=first_of_a, get=kept(), post=kept(302), data=today("on", ground="deceased"), grave=True),
    "member_roll": Row(kwargs=branch_a, get=only(*READS_A)),
    "member_roll_download": Row(kwargs=branch_a, post=at_a()),
}
