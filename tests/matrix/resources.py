"""What is shared: who knows of it, who keeps it, who joins."""

from branches.reach.rights import RECORD
from members.resources import feed
from members.resources.services.library import ResourceData, resource_save
from members.resources.services.offers import offer_ask
from members.resources.services.uses import use_ask
from tests.matrix import Row, everyone, only
from tests.matrix.responsibilities import VIEWERS, holders
from tests.members.resources.made import offered, planned, room

RECORDS = holders(RECORD)
# Who keeps records for the whole branch, not for one of its groups.
KEEPS = tuple(who for who in RECORDS if who != "leader_a1")
KEEPS_A = ("secretary_a", "officer_a", "organiser_a", "staff", "committee_secretary")


def a_room(world):
    return {"pk": room(world.branch_a, world.secretary_a).pk}


def lecture(world):
    data = ResourceData(kind="lecturer", name="甲四")
    return {"pk": resource_save(by=world.secretary_a, organisation=world.branch_a, data=data).pk}


def use(world):
    one = room(world.branch_a, world.secretary_a)
    return {"pk": use_ask(by=world.secretary_b, activity=planned(world.branch_b, world.secretary_b), resource=one).pk}


def plan(world):
    return {"pk": planned(world.branch_a, world.secretary_a).pk}


def offer(world):
    return {"pk": offered(world).pk}


def ask(world):
    return {"pk": offer_ask(by=world.secretary_b, offer=offered(world), organisation=world.branch_b).pk}


def calendar(world):
    return {"token": feed.address_of(world.secretary_b)}


def kept(status=200, reads=VIEWERS):
    return only(*KEEPS_A, status=status, forbidden=tuple(who for who in reads if who not in KEEPS_A))


# Whoever reads branch A or branch B reads what one asks of the other.
READS_BOTH = (
    *("party_secretary", "leader", "assistant", "committee_secretary", "staff", "discipline"),
    *("secretary_a", "officer_a", "organiser_a", "secretary_b"),
)
READS_A = tuple(who for who in READS_BOTH if who != "secretary_b")

ROWS = {
    "resource_list": Row(get=only(*VIEWERS)),
    "resource_export": Row(post=only(*VIEWERS)),
    "resource_catalogue": Row(get=only(*VIEWERS)),
    "resource_catalogue_download": Row(post=only(*VIEWERS)),
    "resource_new": Row(get=only(*KEEPS), post=only(*KEEPS, status=422)),
    "resource_detail": Row(kwargs=a_room, get=only(*VIEWERS)),
    "resource_edit": Row(kwargs=a_room, get=kept(), post=kept(422)),
    "resource_end": Row(kwargs=a_room, get=kept(), post=kept(302), data=lambda world: {"reason": "改作他用"}),
    "resource_agree": Row(kwargs=lecture, get=only("member"), post=only("member", status=302)),
    "resource_use_agree": Row(kwargs=use, post=kept(302, READS_BOTH)),
    "resource_use_decline": Row(
        kwargs=use, get=kept(200, READS_BOTH), post=kept(302, READS_BOTH), data=lambda world: {"reason": "正在维修"}
    ),
    "offer_list": Row(get=only(*VIEWERS)),
    "offer_calendar": Row(kwargs=calendar, get=everyone(anonymous=200), public=True),
    "offer_new": Row(kwargs=plan, get=kept(200, READS_A), post=kept(422, READS_A)),
    "offer_close": Row(kwargs=offer, get=kept(), post=kept(302)),
    "offer_ask": Row(
        kwargs=offer,
        get=only(*RECORDS),
        # Who records for one organisation needs no more than the click; a group has no place of its own.
        post=only(*RECORDS, status=302)
        | dict.fromkeys(("staff", "committee_secretary", "general_secretary", "leader_a1"), 422),
    ),
    "offer_ask_withdraw": Row(
        kwargs=ask,
        post=only(
            *("secretary_b", "staff", "committee_secretary"),
            status=302,
            forbidden=tuple(who for who in READS_A if who not in ("staff", "committee_secretary")),
        ),
    ),
    "offer_ask_agree": Row(kwargs=ask, post=kept(302, READS_BOTH)),
    "offer_ask_decline": Row(
        kwargs=ask, get=kept(200, READS_BOTH), post=kept(302, READS_BOTH), data=lambda world: {"reason": "人数已多"}
    ),
}
