"""Who is told of a transfer: only what was handed to somebody, returned to him, or decided about his own."""

from collections.abc import Iterable

from django.urls import reverse

from branches.notices.models import Notice
from branches.notices.services import notice_send
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import APPOINT, MEMBERS
from common import clock
from common.operator import Actor, account_of
from members.roster.models.members import Member
from members.roster.models.posts import COMMITTEE_SEATS, Post
from members.transfers.models import Transfer

NOTICE = "transfer"
# Of those who may act so many are read, the nearest first.
_READ = 20


def about(transfer: Transfer) -> str:
    return f"transfer/{transfer.pk}"


def _nearest(right: str, place: Organisation, without: Iterable[int | None] = ()) -> list:
    """Return the accounts that hold a right at a place, those of the nearest organisation, but for some (ids)."""
    left_out = set(without)
    able = [row for row in access.who_can(right, place, _READ) if row.user_id not in left_out]
    return list({row.user_id: row.user for row in able if row.organisation_id == able[0].organisation_id}.values())


def tell_taker(by: Actor, transfer: Transfer) -> None:
    """Tell who keeps the roster of the branch that is asked."""
    if transfer.taker is None or transfer.giver is None:
        return
    for user in _nearest(MEMBERS, transfer.taker, [getattr(account_of(by), "pk", None)]):
        notice_send(
            by=by,
            to=user,
            kind=NOTICE,
            text=f"{transfer.giver.label}转来{transfer.member.name}的组织关系，请接收",
            url=reverse("transfer_detail", args=[transfer.pk]),
            about=about(transfer),
        )


def settle(transfer: Transfer) -> None:
    """Take away what asked for an answer that is not wanted any more."""
    Notice.objects.filter(kind=NOTICE, about=about(transfer), read_at__isnull=True).delete()


def tell_asker(by: Actor, transfer: Transfer, words: str) -> None:
    """Tell who asked what became of it."""
    settle(transfer)
    asker, actor = transfer.asked_by, account_of(by)
    if asker is None or not asker.is_active or (actor is not None and actor.pk == asker.pk):
        return
    url = reverse("transfer_detail", args=[transfer.pk])
    notice_send(by=by, to=asker, kind=NOTICE, text=words, url=url, about=about(transfer))


def seats_left(member: Member, place: Organisation | None) -> list[Post]:
    """Return the seats that a member holds today at a branch, which end with his membership there."""
    if place is None:
        return []
    rows = Post.objects.in_force(clock.today()).filter(member=member, organisation=place, kind__in=COMMITTEE_SEATS)
    return list(rows.select_related("organisation__parent"))


def tell_received(by: Actor, transfer: Transfer, seats: list[Post]) -> None:
    """Tell who asked that it is done, and who has to see to it that empty seats are filled and powers handed over."""
    tell_asker(by, transfer, f"{transfer.member.name}的组织关系已由{transfer.to_words}接收")
    if transfer.giver is None:
        return
    # Nobody who leaves fills his own seat.
    leaves = transfer.member.account_id
    if seats:
        names = "、".join(seat.label for seat in seats)
        for user in _nearest(MEMBERS, transfer.giver, [leaves]):
            notice_send(
                by=by,
                to=user,
                kind=NOTICE,
                text=f"{transfer.giver.label}{names}空缺：{transfer.member.name}的组织关系已转出，请按程序补选",
                url=reverse("organisation_detail", args=[transfer.giver.pk]),
                about=f"transfer/{transfer.pk}/seats",
            )
    _tell_of_powers(by, transfer)


def powers_at(member: Member, place: Organisation) -> list[Appointment]:
    """Return the appointments in force that a member's account holds at a branch or its groups."""
    if member.account_id is None:
        return []
    rows = Appointment.objects.in_force(clock.today()).filter(user=member.account_id)
    rows = rows.select_related("organisation__parent", "user")
    return [
        row
        for row in rows
        if row.organisation is not None
        and (
            row.organisation_id == place.pk
            or (row.organisation.kind == Kind.SMALL_GROUP and row.organisation.parent_id == place.pk)
        )
    ]


def _tell_of_powers(by: Actor, transfer: Transfer) -> None:
    """Powers end with the appointment, not with a membership: whoever appoints is asked for the handover (access rule 8)."""
    assert transfer.giver is not None
    for row in powers_at(transfer.member, transfer.giver):
        for user in _nearest(APPOINT, transfer.giver, [transfer.member.account_id]):
            notice_send(
                by=by,
                to=user,
                kind=NOTICE,
                text=f"{transfer.member.name}已转出{transfer.giver.label}，仍有{row.title}的授权，请办理交接",
                url=reverse("appointment_end", args=[row.pk]),
                about=f"transfer/{transfer.pk}/powers/{row.pk}",
            )
