"""Accounts in one go, and their slips."""

from branches.access.models import CodeSlip
from branches.reach.models import Appointment
from members.slips.services import members_make
from tests.matrix import Row, only
from tests.matrix.members import MANAGERS

LEAD = ("committee_secretary", "general_secretary")


def of_a(world):
    """A member of branch A without an account, as the list of boxes sends him."""
    return {"organisation": world.branch_a.pk, "member": world.people("branch_a")[4].pk}


def of_c(world):
    """The secretary that the roster of branch C names, after the appointment of the present one is gone."""
    Appointment.objects.filter(user=world.secretary_c).update(ends="2020-01-01")
    return {"member": world.people("branch_c")[0].pk}


def a_slip(world):
    """A slip of a member of branch A."""
    member = world.people("branch_a")[5]
    if not CodeSlip.objects.exists():
        members_make(by=world.secretary_a, place=world.branch_a, names={member.pk: "jialiu"})
    return {"slip": CodeSlip.objects.get().pk}


ROWS = {
    "slip_list": Row(get=only(*MANAGERS), grave=True),
    "slip_secretaries": Row(get=only(*LEAD), grave=True),
    "slip_members": Row(get=only(*MANAGERS), grave=True),
    "slip_secretaries_make": Row(get=only(*LEAD, status=302), post=only(*LEAD), data=of_c, grave=True),
    "slip_members_make": Row(
        get=only(*MANAGERS, status=302),
        post=only("committee_secretary", "staff", "secretary_a", "organiser_a"),
        data=of_a,
        grave=True,
    ),
    "slip_again": Row(
        get=only(*MANAGERS, status=302),
        post={
            **only("committee_secretary", "staff", "secretary_a", "organiser_a"),
            **dict.fromkeys(("general_secretary", "secretary_b", "secretary_c"), 302),
        },
        data=a_slip,
        grave=True,
    ),
}
