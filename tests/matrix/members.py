"""The tree with its people, rosters, files, handover."""

from datetime import date

from branches.reach.models import Appointment
from branches.reach.rights import IDENTITY, MEMBERS, ROLES
from members.files.calendar import address_make
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member
from members.roster.models.posts import Post
from members.roster.services.accounts import link_propose
from tests.matrix import Row, everyone, only
from tests.matrix.branches import VIEWERS, WRITE_A, branch_a
from tests.members.corrections.made import held, mine
from tests.members.transfers.support import left
from tests.world import CAST

MANAGERS = tuple(who for who, (role, _) in CAST.items() if role and MEMBERS in ROLES[role].rights)
UNMASKERS = tuple(who for who, (role, _) in CAST.items() if role and IDENTITY in ROLES[role].rights)
# Who reads branch A as a whole: the leader of a small group of it does not.
READS_A = (
    "party_secretary",
    "leader",
    "assistant",
    "committee_secretary",
    "staff",
    "discipline",
    "secretary_a",
    "officer_a",
    "organiser_a",
)
MANAGES_A = ("committee_secretary", "staff", "secretary_a", "organiser_a")


def first_of_a(world):
    return {"pk": world.people("branch_a")[3].pk}


def a_link_for_outsider(world):
    if not LinkProposal.objects.exists():
        link_propose(by=world.secretary_a, member=world.people("branch_a")[0], username="outsider")
    return {"pk": LinkProposal.objects.get().pk}


def meeting_of_member(world):
    return {"pk": held(mine(world)).pk}


def calendar_of_member(world):
    return {"token": address_make(by=world.member, member=mine(world))}


def post_of_a(world):
    return {"pk": Post.objects.filter(organisation=world.branch_a).first().pk}


def officer(world):
    return {"pk": Appointment.objects.get(user=world.officer_a).pk}


def somebody_long_gone(world):
    left(Member.objects.get(name="甲四"), "已转出", date(2020, 1, 1))
    return {}


ROWS = {
    "organisation_list": Row(get=only(*VIEWERS)),
    "organisation_export": Row(post=only(*VIEWERS), grave=True),
    "organisation_detail": Row(kwargs=branch_a, get=only(*READS_A)),
    "organisation_archive": Row(kwargs=branch_a, get=WRITE_A, post=WRITE_A, grave=True),
    "member_list": Row(get=only(*VIEWERS)),
    "member_export": Row(post=only(*MANAGERS), grave=True),
    "member_new": Row(get=only(*MANAGERS), post=only(*MANAGERS, status=422)),
    "who_saw": Row(get=only("auditor")),
    "member_own": Row(get=everyone(404, member=200)),
    "own_meetings": Row(get=everyone(404, member=200)),
    "own_meeting": Row(kwargs=meeting_of_member, get=everyone(404, member=200)),
    "own_calendar": Row(
        get=everyone(404, member=200), post=everyone(404, member=200), data=lambda world: {"do": "make"}
    ),
    "own_calendar_feed": Row(kwargs=calendar_of_member, get=everyone(anonymous=200), public=True),
    "own_export": Row(post=everyone(404, member=200)),
    "member_meetings": Row(kwargs=first_of_a, get=only(*MANAGES_A)),
    "own_correction": Row(
        # The form stands on his own page.
        get=everyone(404, member=302),
        post=everyone(404, member=302),
        data=lambda world: {"item": "stage", "text": "入党日期应为 6 月"},
    ),
    "member_detail": Row(kwargs=first_of_a, get=only(*READS_A)),
    "member_edit": Row(kwargs=first_of_a, get=only(*MANAGES_A), post=only(*MANAGES_A, status=422)),
    "forget_list": Row(get=only(*UNMASKERS)),
    "forget_confirm": Row(
        kwargs=somebody_long_gone,
        post=only(*UNMASKERS, status=302),
        data=lambda world: {"member": Member.objects.get(name="甲四").pk, "confirmed": "1"},
        grave=True,
    ),
    "member_unmask": Row(
        kwargs=first_of_a,
        post=only(*UNMASKERS),
        data=lambda world: {"field": "phone", "reason": "核对联系方式"},
        grave=True,
    ),
    "own_links": Row(get=everyone()),
    "own_link_answer": Row(
        kwargs=a_link_for_outsider, post=only("outsider", status=302), data=lambda world: {"answer": "yes"}
    ),
    "member_account": Row(kwargs=first_of_a, get=only(*MANAGES_A), post=only(*MANAGES_A), grave=True),
    "member_post_new": Row(kwargs=first_of_a, get=only(*MANAGES_A), post=only(*MANAGES_A)),
    "member_post_end": Row(kwargs=post_of_a, get=only(*MANAGES_A), post=only(*MANAGES_A)),
    "appointment_end": Row(
        kwargs=officer,
        get=only("committee_secretary", "secretary_a"),
        post=only("committee_secretary", "secretary_a"),
        grave=True,
    ),
    "appointment_withdraw": Row(
        kwargs=officer,
        get=only("committee_secretary", "secretary_a"),
        post=only("committee_secretary", "secretary_a"),
        grave=True,
    ),
}
