"""What the tests of transfers share: asking, sending, standing, through the services."""

from datetime import date

from common import clock
from common.operator import OPERATOR
from members.roster.models.members import Member, Membership
from members.roster.models.standing import PartyStatus, Standing
from members.roster.services.standing import away_set, status_set
from members.transfers.services.transfers import transfer_ask, transfer_out


def asked(world, number=3, taker="branch_b", by="secretary_a"):
    """A member of branch A that another branch is asked to take."""
    member = world.people("branch_a")[number]
    return transfer_ask(by=world.user(by), member=member, taker=world.places[taker], reason="工作调动")


def sent_out(world, number=3, letter="云测组〔2026〕7号", by="secretary_a"):
    member = world.people("branch_a")[number]
    return transfer_out(by=world.user(by), member=member, outside="中共云川市档案馆支部委员会", letter=letter)


def standing(member, state, starts=None, ends=None, **words):
    words = {"ground": "失去联系6个月以上，查找无果", "document": "机关党委〔2026〕3号"} | words
    return status_set(by=OPERATOR, member=member, state=state, starts=starts or clock.today(), ends=ends, **words)


def abroad(member, starts, **words):
    return away_set(by=OPERATOR, member=member, kind="abroad", place="某国", starts=starts, **words)


def left(member, word="已去世", since=None):
    """Somebody who is gone, noted as a ledger of long ago left him: his membership stays as it is."""
    grounds = {"已去世": "deceased", "已转出": "transferred", "已出党": "unsaid"}
    since = since or clock.today()
    Member.objects.filter(pk=member.pk).update(left_on=since)
    PartyStatus.objects.filter(member=member).delete()
    return PartyStatus.objects.create(member=member, state=Standing.LEFT, ground=grounds[word], starts=since)


def stays(member):
    """Return [(short name, first day, last day)] of a member's memberships, in order."""
    rows = Membership.objects.filter(member=member).order_by("starts")
    return list(rows.values_list("organisation__short_name", "starts", "ends"))


def places_on(member, day: date):
    """Return how many memberships a member has on a day."""
    return Membership.objects.filter(member=member).in_force(day).count()
