"""What is wrong with rosters (roster.faults): who should have been transferred and was not on a day, judged when it is asked; and what a
member asked to have put right and was found right, in the month of that decision.

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
from members.corrections.selectors import found_right
from members.roster.models.members import Membership
from members.roster.models.standing import Away
from members.transfers.models import LETTER_DAYS, Transfer, TransferKind

ROSTER_FAULTS = "roster.faults"
# In the order of the deductions of the indicator.
NOT_TRANSFERRED, NOT_AS_KEPT = 0, 1
FAULTS = ("应转未转超过6个月", "名册与实际不符经审核指出")
MONTHS = 6


@dataclass(frozen=True)
class RosterFault:
    """One member who should have been transferred, or was kept wrongly. organisation: his branch on the day.

    transfer: of an expired letter, its id; correction: of what was found right, its id. kind: place in FAULTS.
    """

    organisation: int
    member: int
    name: str
    words: str
    transfer: int | None = None
    correction: int | None = None

    @property
    def kind(self) -> int:
        return NOT_TRANSFERRED if self.correction is None else NOT_AS_KEPT


def roster_faults(
    day: date, organisations: Collection[int] | None = None, since: date | None = None
) -> list[RosterFault]:
    """Return the RosterFaults of a day at some branches (ids), at all when None, in roster order. Four statements at most.

    since: corrections that were found right from that day on belong to it; from the first of its month unless said.
    """
    first = since or day.replace(day=1)
    return sorted(
        [*_overstayed(day, organisations), *_expired(day, organisations), *_corrected(first, day, organisations)],
        key=lambda fault: (fault.organisation, fault.member),
    )


def _corrected(first: date, last: date, organisations: Collection[int] | None) -> list[RosterFault]:
    """What members were found right in, between two days, at the branch that answered for it then."""
    return [
        RosterFault(
            row.branch_id or 0,
            row.member_id,
            row.member.name,
            f"{row.member.name}请求更正{row.about}，{row.decided_words}认定属实",
            correction=row.pk,
        )
        for row in found_right(first, last, organisations)
    ]


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
