"""Memberships, standing, absences and transfers in a member's file."""

from typing import Any

from django.db.models import prefetch_related_objects

from branches.settings import dated
from common import clock
from members.roster.models.members import Member, Membership
from members.roster.models.standing import Standing
from members.roster.sections import Given, Place, Reader, Section, register
from members.transfers.models import LETTER_DAYS
from members.transfers.selectors.listing import transfers_of


def _stays(member: Member) -> list[Membership]:
    """Return where a member belongs and belonged, the latest first."""
    return list(member.memberships.select_related("organisation__parent", "small_group").order_by("-starts"))


def _read(reader: Reader) -> dict[str, Any] | None:
    """Where somebody belonged is read by whoever reads his file; how he stands and where he lives by himself and his secretary."""
    member, today = reader.member, clock.today()
    # What `Member.status` reads is read with it.
    prefetch_related_objects([member], "party_statuses")
    stays = _stays(member)
    standings = sorted(member.party_statuses.all(), key=lambda row: row.starts, reverse=True)
    transfers = transfers_of(member) if reader.closely else []
    line = dated.timeline(LETTER_DAYS) if transfers else []
    return {
        "stays": stays,
        "belongs": any(row.ends is None for row in stays),
        "standings": [
            (row, reader.manages and row.state != Standing.LEFT and not (row.ends is not None and row.ends < today))
            for row in standings
        ],
        "aways": list(member.aways.order_by("-starts", "-pk")),
        "transfers": [(row, row.look_by(line)) for row in transfers],
        "acts": reader.manages and not reader.own,
    }


def _give(member: Member) -> list[Given]:
    stays = [
        (
            row.organisation.name,
            row.small_group.name if row.small_group else "",
            row.starts,
            row.ends or "至今",
            row.reason,
        )
        for row in _stays(member)
    ]
    found = [Given("组织关系", ("党支部", "党小组", "起", "止", "原因"), stays)]
    standings = [
        (row.word, row.starts, row.ends or "", row.ground_words, row.document)
        for row in member.party_statuses.order_by("starts")
    ]
    if standings:
        found.append(Given("党籍状态", ("状态", "起", "止", "依据、情形", "文号"), standings))
    aways = [(row.get_kind_display(), row.place, row.starts, row.ends or "") for row in member.aways.order_by("starts")]
    if aways:
        found.append(Given("外出", ("情形", "所在地", "起", "止"), aways))
    transfers = [
        (row.asked_on, row.get_kind_display(), row.from_words, row.to_words, row.get_state_display())
        for row in reversed(transfers_of(member))
    ]
    if transfers:
        found.append(Given("组织关系接转", ("提出", "类型", "由", "到", "状态"), transfers))
    return found


register(
    Section(
        "belonging",
        "组织关系",
        _read,
        Place(False, 50),
        Place(False, 50),
        template="members/transfers/section.html",
        give=_give,
    )
)
