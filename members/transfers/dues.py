"""What transfers say to dues: up to which month the branch that is left collects (「党费交至」)."""

from collections.abc import Collection, Iterator

from members.dues.rules import Kept
from members.transfers.models import Transfer, TransferState


def months_kept(members: Collection[int]) -> Iterator[tuple[int, Kept]]:
    """Yield (member id, Kept) of received transfers that name a month; of one who came from elsewhere the giver is None."""
    rows = Transfer.objects.filter(
        member__in=members, state=TransferState.RECEIVED, dues_until__isnull=False, received_on__isnull=False
    )
    columns = ("member", "giver", "dues_until", "received_on")
    for member, giver, until, since in rows.order_by("-received_on", "-pk").values_list(*columns):
        yield member, Kept(giver, until, since)
