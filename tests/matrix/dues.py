"""Dues: who notes and reads amounts at the branch itself, who reads states and sums above."""

from common import clock
from tests.matrix import Row, only
from tests.matrix.members import MANAGERS, MANAGES_A, READS_A
from tests.members.dues.made import fixed, paid, this_month, used

KEEPS_A = ("secretary_a", "organiser_a")
# Without a branch in the address each finds his own; those above keep many and name one.
KEEPERS = (*KEEPS_A, "secretary_b", "secretary_c")
ABOVE = ("staff", "committee_secretary")
# Keeps the roster of one branch from above it: he reads its sums.
NEAR = ("general_secretary",)
READERS = tuple(who for who in READS_A if who not in MANAGES_A)
YEAR = clock.today().year


def year(world):
    return {"year": YEAR}


def rate(world):
    return {"year": YEAR, "pk": world.people("branch_a")[3].pk}


def month(world):
    fixed(world)
    return {"month": str(this_month())}


def payment(world):
    return month(world) | {"pk": world.people("branch_a")[3].pk}


def noted(world):
    fixed(world)
    return {"pk": paid(world, world.people("branch_a")[3]).pk}


def use(world):
    return {"pk": used(world).pk}


def of_use(world):
    return {"on": clock.today().isoformat(), "heading": "training", "amount": "100", "purpose": "教材"}


def own(status=200):
    """Amounts of the own branch; who stands above has to name one, and is then told that the branch itself does it."""
    return only(*KEEPERS, status=status, forbidden=NEAR)


def of_a(status=200, also=()):
    return only(*KEEPS_A, status=status, forbidden=(*ABOVE, *also))


ROWS = {
    "dues_list": Row(get=only(*ABOVE) | dict.fromkeys((*KEEPERS, *NEAR), 302)),
    "dues_month": Row(
        kwargs=month,
        get=only(*KEEPERS, *NEAR) | dict.fromkeys(ABOVE, 302),
        post=own(422) | dict.fromkeys(ABOVE, 302),
    ),
    "dues_payment": Row(kwargs=payment, get=of_a(), post=of_a(422)),
    "dues_payment_cancel": Row(
        kwargs=noted, get=of_a(also=READERS), post=of_a(302, also=READERS), data=lambda world: {"reason": "登记错了"}
    ),
    "dues_rates": Row(kwargs=year, get=own(), post=own(422)),
    "dues_rates_confirm": Row(kwargs=year, post=own(302)),
    "dues_rate": Row(kwargs=rate, get=of_a(), post=of_a(422)),
    "dues_publish": Row(kwargs=year, get=only(*MANAGERS)),
    "dues_publish_download": Row(kwargs=year, post=only(*MANAGERS)),
    "dues_export": Row(kwargs=year, post=own(), grave=True),
    "dues_uses": Row(kwargs=year, get=only(*MANAGERS)),
    "dues_use_new": Row(get=only(*MANAGERS), post=only(*MANAGERS, status=302), data=of_use),
    "dues_use_edit": Row(kwargs=use, get=only(*MANAGES_A), post=only(*MANAGES_A, status=302), data=of_use),
}
