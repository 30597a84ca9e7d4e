"""Who must have a second factor, and what a session without one may do (control C09).

Whoever has a device gives a code before he is signed in at all, whichever way he comes: until then the session knows no
account, and nothing needs to ask. Whoever must have one and has none is signed in, and led to enrolment alone
(branches/frame/middleware.py).
"""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Exists, OuterRef

from branches.access.models import FactorDevice, User
from branches.reach.models import Appointment
from branches.reach.rights import REPORTS, ROLES, SYSTEM_ROLES, VIEW

# The mark of a session in which a code was given.
GIVEN = "factor"
# Who answers for accounts, trail and results gives a factor of this system even where the provider asked for one.
ALWAYS_LOCAL = (*SYSTEM_ROLES, "committee_secretary")
_READS = {VIEW, REPORTS}


def devices(account: str = "pk") -> Exists:
    """Return the condition «the account has a device in use»; account: the column of the row that holds its id."""
    return Exists(FactorDevice.objects.filter(user=OuterRef(account), confirmed=True))


def device_of(user: User) -> FactorDevice | None:
    """Return the device in use of an account."""
    return FactorDevice.objects.filter(user=user, confirmed=True).first()


def has_device(user: User) -> bool:
    """Return whether an account has a device in use; the account of a request knows it already (branches/backends.py)."""
    known: bool | None = getattr(user, "has_factor", None)
    return device_of(user) is not None if known is None else known


def is_demanded(appointments: Iterable[Appointment]) -> bool:
    """Return whether this installation demands a factor of whoever holds these appointments: a right beyond reading."""
    return settings.SECOND_FACTOR == "demanded" and any(ROLES[row.role].named_rights - _READS for row in appointments)


def is_always_local(appointments: Iterable[Appointment]) -> bool:
    """Return whether whoever holds these appointments may not do without a factor of this system at single sign-on."""
    return any(row.role in ALWAYS_LOCAL for row in appointments)
