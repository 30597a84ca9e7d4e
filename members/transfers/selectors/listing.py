"""Transfers as lists, pages and exports show them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from branches.audit.selectors import entries_about
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.reach import reach
from branches.reach.rights import MEMBERS
from branches.settings import dated
from common import clock
from common.operator import Actor
from members.resources.models import under_one_committee
from members.roster.models.standing import Away
from members.roster.namesakes import called
from members.transfers.models import LETTER_DAYS, OPEN, Transfer, TransferKind, TransferState

READ = ("member", "giver__parent", "taker__parent", "asked_by")
WAITING, OUT, IN, OVER = "waiting", "out", "in", "over"
# So many of those that wait are shown on top of the list.
MOST = 20


def transfers_listed(user: Actor, data: Mapping[str, Any]) -> QuerySet[Transfer]:
    """Return the transfers with an end whose roster `user` keeps, as far as they fit `data` (TransferFilter), the newest first."""
    rows = Transfer.objects.visible_to(user, MEMBERS)
    state, place = data.get("state") or "", data.get("organisation")
    if state == "":
        rows = rows.open()
    elif state == OUT:
        rows = rows.filter(reach(user, MEMBERS, "giver__"))
    elif state == IN:
        rows = rows.filter(reach(user, MEMBERS, "taker__"))
    elif state == OVER:
        rows = rows.exclude(state__in=OPEN)
    if place:
        rows = rows.filter(Q(giver=place) | Q(taker=place))
    if data.get("q"):
        rows = rows.filter(Q(member__name__icontains=data["q"]) | Q(member__initials__icontains=data["q"].lower()))
    return rows.select_related(*READ).order_by("-asked_on", "-pk")


def named(rows: Iterable[Transfer]) -> list[Transfer]:
    """Set on each transfer `who`: the name of its member as a list of these transfers shows it."""
    found = list(rows)
    names = called(row.member for row in found)
    for row in found:
        row.who = names[row.member_id]  # type: ignore[attr-defined]
    return found


def drawn(user: Actor, rows: Iterable[Transfer]) -> list[Transfer]:
    """Set on each transfer what a list draws of it: `who`, `look`, `until` (of its letter), `mine` (whether it waits for `user`).

    Two statements, whatever the number of rows.
    """
    found = named(rows)
    line = dated.timeline(LETTER_DAYS)
    mine = set(waiting_for(user).filter(pk__in=[row.pk for row in found]).order_by().values_list("pk", flat=True))
    for row in found:
        row.look, row.until = row.look_by(line), row.valid_until(line)  # type: ignore[attr-defined]
        row.mine = row.pk in mine  # type: ignore[attr-defined]
    return found


def ended_by(transfer: Transfer) -> str:
    """Return who gave back or withdrew a transfer, as the trail has it, "" of any other; one statement."""
    if transfer.state not in (TransferState.RETURNED, TransferState.WITHDRAWN):
        return ""
    rows = entries_about({"transfer": [transfer.pk]}, None).filter(verb__in=("transfer.return", "transfer.withdraw"))
    return rows.values_list("actor_name", flat=True).first() or ""


def waiting_for(user: Actor) -> QuerySet[Transfer]:
    """Return what `user` has to receive, the one that has waited longest first."""
    return Transfer.objects.to_receive(user, MEMBERS).select_related(*READ).order_by("asked_on", "pk")


def waiting_or_given(user: Actor) -> QuerySet[Transfer]:
    """Return what `user` has to receive, and what he sent out with a letter, the earliest first; one statement for both."""
    receives = Q(reach(user, MEMBERS, "taker__"), kind=TransferKind.INSIDE, state=TransferState.ASKED)
    sent = Q(reach(user, MEMBERS, "giver__"), kind=TransferKind.OUT, state=TransferState.ISSUED)
    return Transfer.objects.filter(receives | sent).select_related(*READ).order_by("issued_on", "pk")


def expired_among(rows: Iterable[Transfer]) -> list[Transfer]:
    """Return those of some transfers whose letter ran out unreceived; no statement where none has one."""
    sent = [row for row in rows if row.state == TransferState.ISSUED]
    if not sent:
        return []
    line, today = dated.timeline(LETTER_DAYS), clock.today()
    return [row for row in sent if (until := row.valid_until(line)) is not None and until < today]


def expired_of(user: Actor) -> list[Transfer]:
    """Return the transfers out of the agency, given from a roster that `user` keeps, whose letter ran out unreceived."""
    rows = Transfer.objects.given(user, MEMBERS).filter(kind=TransferKind.OUT, state=TransferState.ISSUED)
    return expired_among(rows.select_related(*READ).order_by("issued_on", "pk"))


def takers(user: Actor, own: int) -> QuerySet[Organisation]:
    """Return the branches that a member may be transferred to: all under one committee but his own, known by name to everybody."""
    rows = Organisation.objects.filter(under_one_committee(user, ""), kind=Kind.BRANCH, archived_on__isnull=True)
    return rows.exclude(pk=own).in_tree_order()


def only_branch(user: Actor) -> int | None:
    """Return the id of the branch whose roster `user` keeps where there is but one."""
    rows = access.organisations_for(user, MEMBERS).filter(kind=Kind.BRANCH, archived_on__isnull=True)
    found = list(rows.values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def transfers_of(member: Any) -> list[Transfer]:
    """Return the transfers of one member, the newest first."""
    return list(Transfer.objects.filter(member=member).select_related(*READ).order_by("-asked_on", "-pk"))


def transfers_found(user: Actor, people: QuerySet[Any], most: int) -> tuple[list[Transfer], list[Away]]:
    """Return the transfers and today's absences of some `people`, the newest first, as far as `user` keeps a roster of theirs. Two statements."""
    of_them = {"member__in": people.values("pk")}
    transfers = Transfer.objects.visible_to(user, MEMBERS).filter(**of_them)
    aways = Away.objects.visible_to(user, MEMBERS).in_force(clock.today()).filter(**of_them).select_related("member")
    return (
        list(transfers.select_related(*READ).order_by("-asked_on", "-pk")[:most]),
        list(aways.order_by("-starts", "-pk")[:most]),
    )


COLUMNS = [
    "姓名",
    "人员类别",
    "类型",
    "由",
    "到",
    "提出日期",
    "介绍信编号",
    "开出日期",
    "接收日期",
    "党费交至",
    "状态",
    "原因",
]


def export_row(row: Transfer) -> list[Any]:
    dues: date | None = row.dues_until
    return [
        row.member.name,
        row.member.get_stage_display(),
        row.get_kind_display(),
        row.from_words,
        row.to_words,
        row.asked_on,
        row.letter,
        row.issued_on,
        row.received_on,
        f"{dues:%Y-%m}" if dues else "",
        row.get_state_display(),
        row.return_reason or row.reason,
    ]


def given_away(user: Actor, member: int) -> Transfer | None:
    """Return the last transfer inside the agency by which a branch whose roster `user` keeps gave a member (id) away, if any."""
    if member >= 2**63:
        return None
    rows = Transfer.objects.given(user, MEMBERS).filter(kind=TransferKind.INSIDE, state=TransferState.RECEIVED)
    return rows.filter(member=member).select_related(*READ).order_by("-received_on", "-pk").first()
