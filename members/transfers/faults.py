"""What is wrong with rosters on a day (roster.faults): who should have been transferred and was not, judged when it is asked.

Rules: edu-transfer-6m (党员教育管理工作条例 article 25: six months or more elsewhere, at one place, and the membership goes there),
edu-floating (who is registered where he is as a floating member owes no transfer); how long a letter is good is the agency's own setting.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from branches.settings import dated
from common import clock
from common.periods import add_months
from members.roster.models.members import Membership
from members.roster.models.standing import Away
from members.transfers.models import LETTER_DAYS, Transfer, TransferKind

ROSTER_FAULTS = "roster.faults"
# In the order of the deductions of the indicator. Who is not transferred is the first; of the second nothing is kept yet.
FAULTS = ("应转未转超过6个月", "名册与实际不符经审核指出")
MONTHS = 6


@dataclass(frozen=True)
class RosterFault:
    """One member who should have been transferred. organisation: his branch on the day; transfer: of an expired letter, its id."""

    organisation: int
    member: int
    name: str
    words: str
    transfer: int | None = None


def roster_faults(day: date, organisations: Collection[int] | None = None) -> list[RosterFault]:
    """Return the RosterFaults of a day at some branches (ids), at all when None, in roster order. Three statements at most."""
    return sorted(
        [*_overstayed(day, organisations), *_expired(day, organisations)],
        key=lambda fault: (fault.organisation, fault.member),
    )


def _overstayed(day: date, organisations: Collection[int] | None) -> list[RosterFault]:
    """Members six months or longer at one place elsewhere, neither registered there nor with a transfer under way."""
    under_way = Transfer.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day), asked_on__lte=day)
    rows = Away.objects.in_force(day).filter(fixed=True).exclude(registered_on__lte=day)
    # No six months are shorter; the day itself is reckoned below.
    rows = rows.filter(starts__lte=day - timedelta(days=181))
    rows = rows.filter(~Exists(under_way.filter(member=OuterRef("member")).order_by()))
    stays = Membership.objects.in_force(day)
    if organisations is not None:
        stays = stays.filter(organisation__in=organisations)
    homes = stays.filter(member=OuterRef("member")).order_by()
    rows = rows.filter(Exists(homes)).annotate(at=homes.values("organisation")[:1])
    return [
        RosterFault(at, member, name, f"{name}{clock.in_words(starts)}起在{place}，满 {MONTHS} 个月未转组织关系")
        for at, member, name, place, starts in rows.order_by("pk").values_list(
            "at", "member", "member__name", "place", "starts"
        )
        if add_months(starts, MONTHS) <= day
    ]


def _expired(day: date, organisations: Collection[int] | None) -> list[RosterFault]:
    """Members with a letter that ran out before the day, unreceived."""
    rows = Transfer.objects.filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=day), kind=TransferKind.OUT, issued_on__lt=day
    )
    rows = rows.exclude(received_on__lte=day)
    if organisations is not None:
        rows = rows.filter(giver__in=organisations)
    columns = ("pk", "giver", "member", "member__name", "issued_on", "outside")
    sent = list(rows.order_by("pk").values_list(*columns))
    found, line = [], dated.timeline(LETTER_DAYS) if sent else []
    for pk, at, member, name, issued_on, outside in sent:
        until = issued_on + timedelta(days=int(dated.at(line, issued_on)))
        if until < day:
            words = f"{name}转往{outside}的介绍信{clock.in_words(until)}到期，没有接收回执"
            found.append(RosterFault(at, member, name, words, pk))
    return found
