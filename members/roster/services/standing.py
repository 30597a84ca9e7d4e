"""Write how members stand in the Party, where they are while they are away, and how a membership ends."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q

from branches import audit
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from members.roster import rules
from members.roster.models.members import PARTY_STAGES, Member, Membership
from members.roster.models.posts import Post
from members.roster.models.standing import Away, End, PartyStatus, Standing, standing_on
from members.roster.services.backdating import require_recent
from members.roster.services.members import TAKEN, last_membership, mark_roster, member_transfer, post_close

_DAY = timedelta(days=1)
LEFT_ALREADY = "组织关系已经不在本机关，不能再登记。"
# What ledgers call it → how he stands, and of who left why.
WORDS: dict[str, tuple[str, str]] = {
    **{state.label: (state.value, "") for state in Standing if state != Standing.LEFT},
    "已转出": (Standing.LEFT.value, End.TRANSFERRED.value),
    "已去世": (Standing.LEFT.value, End.DECEASED.value),
    "已出党": (Standing.LEFT.value, End.UNSAID.value),
}


def held(member: Member) -> Member:
    """Return a member with his row held: whoever changes his standing or his membership waits for each other."""
    # Held alone and read afterwards: joined with the branch that it had before, the row of who has just moved is not found.
    Member.objects.select_for_update().only("pk").get(pk=member.pk)
    found: Member = Member.objects.select_related("home__parent__parent").get(pk=member.pk)
    return found


@one_transaction
def status_set(
    *,
    by: Actor,
    member: Member,
    state: str,
    starts: date,
    ends: date | None = None,
    ground: str = "",
    document: str = "",
    decided_in: Any = None,
) -> PartyStatus:
    """Note how a member stands from a day on; what stood until then ends on its eve. Returns the PartyStatus.

    state: one of rules.OFFERED. Raises ValidationError by field (rules.standing_problems); not for who has left.
    """
    fresh = held(member)
    if state not in rules.OFFERED:
        raise ValidationError({"state": "请从列表中选择。"})
    if wrong := rules.standing_problems(state, starts, ends, ground, document, decided_in is not None):
        raise ValidationError(wrong)
    stay = last_membership(fresh)
    if stay is None or (stay.ends is not None and stay.ends < starts):
        raise ValidationError({"starts": LEFT_ALREADY})
    row = PartyStatus(member=fresh, state=state, ground=ground, document=document, starts=starts, ends=ends)
    row.decided_in = decided_in
    _put(by, fresh, row)
    return row


def _put(by: Actor, member: Member, row: PartyStatus) -> None:
    """Save a new row after what stood before has ended, with entry and marks."""
    rows = list(PartyStatus.objects.select_for_update().filter(member=member))
    before = standing_on(rows, row.starts)
    later = [one for one in rows if one.starts >= row.starts]
    if later:
        raise ValidationError(
            {"starts": f"{clock.in_words(later[0].starts)}起已登记为{later[0].word}，请选择更晚的日期。"}
        )
    for one in rows:
        if one.ends is None or one.ends >= row.starts:
            one.ends = row.starts - _DAY
            one.save(update_fields=["ends"])
    row.full_clean()
    row.save()
    access.require(by, MEMBERS, member.home)
    require_recent(by, member.home, row.starts, "starts")
    audit.record(
        by=by,
        verb="member.status",
        obj=member,
        organisation=member.home,
        before=audit.snapshot(before) if before else None,
        after=audit.snapshot(row),
        note=f"{clock.in_full(row.starts)}起{row.word}",
    )
    _mark(member, row.starts)


@one_transaction
def status_end(*, by: Actor, row: PartyStatus, ends: date) -> PartyStatus:
    """Let a standing end with `ends` as its last day: from the next one he stands as a member does. Conflict once it has ended."""
    member = held(row.member)
    fresh = PartyStatus.objects.select_for_update().get(pk=row.pk)
    if fresh.ends is not None and fresh.ends < clock.today():
        raise Conflict(f"这项{fresh.word}已经结束。")
    if fresh.state == Standing.LEFT:
        raise Conflict(LEFT_ALREADY)
    if not fresh.starts <= ends <= clock.today():
        raise ValidationError({"ends": f"最后一天应在 {clock.in_words(fresh.starts)}至今天之间。"})
    before = audit.snapshot(fresh)
    fresh.ends = ends
    fresh.save(update_fields=["ends"])
    access.require(by, MEMBERS, member.home)
    require_recent(by, member.home, ends + _DAY, "ends")
    audit.record(
        by=by,
        verb="member.status_end",
        obj=member,
        organisation=member.home,
        before=before,
        after=audit.snapshot(fresh),
    )
    _mark(member, ends + _DAY)
    return fresh


def _mark(member: Member, first: date) -> None:
    """Say that who is expected and who votes has changed from a day on, wherever the member belongs since."""
    first = min(first, clock.today())
    rows = Membership.objects.filter(Q(ends__isnull=True) | Q(ends__gte=first), member=member)
    for place, starts, ends in rows.order_by().values_list("organisation", "starts", "ends"):
        mark_roster(place, max(first, starts), ends)


# ---- the end of a membership


@one_transaction
def member_leave(
    *, by: Actor, member: Member, ground: str, on: date, document: str = "", decided_in: Any = None
) -> PartyStatus:
    """End a membership by death or by a decision of `on`; returns the PartyStatus. Raises ValidationError by field.

    Who died is out from the next day, everybody else from the day of the decision (教育管理条例 article 31). Seats end with it.
    """
    fresh = held(member)
    probationary = fresh.probationary_on(on)
    if wrong := rules.end_problems(ground, on, document, decided_in is not None, probationary=probationary):
        raise ValidationError(wrong)
    row = PartyStatus(member=fresh, state=Standing.LEFT, ground=ground, document=document, decided_in=decided_in)
    row.starts = on
    return membership_close(by=by, member=fresh, row=row, last=rules.last_day(ground, on))


def membership_close(*, by: Actor, member: Member, row: PartyStatus, last: date) -> PartyStatus:
    """End the open membership of a member on `last`, with all his seats; row: how he stands since, not saved.

    In the caller's transaction, with the member's row held. Raises ValidationError where it has ended, or begins later.
    """
    stay = last_membership(member)
    if stay is None or stay.ends is not None:
        raise ValidationError({"on": LEFT_ALREADY})
    if last < stay.starts:
        raise ValidationError({"on": f"日期应晚于现有组织关系的开始日期（{stay.starts}）。"})
    stay.ends = last
    stay.reason = stay.reason or row.ground_words[:100]
    stay.save(update_fields=["ends", "reason"])
    Member.objects.filter(pk=member.pk).update(left_on=row.starts, version=F("version") + 1)
    Away.objects.filter(member=member, ends__isnull=True, starts__lte=last).update(ends=last)
    for post in Post.objects.filter(Q(ends__isnull=True) | Q(ends__gt=last), member=member).select_related(
        "organisation"
    ):
        post_close(by, post, max(last, post.starts or last))
    _put(by, member, row)
    mark_roster(stay.organisation, last + _DAY)
    return row


# ---- away


@one_transaction
def away_set(
    *,
    by: Actor,
    member: Member,
    kind: str,
    place: str,
    starts: date,
    fixed: bool = False,
    registered_on: date | None = None,
) -> Away:
    """Note that a member lives or works elsewhere from a day on; what was noted before ends on its eve. Returns the Away."""
    fresh = held(member)
    stay = last_membership(fresh)
    if stay is None or stay.ends is not None:
        raise ValidationError(LEFT_ALREADY)
    wrong = {}
    if starts > clock.today():
        wrong["starts"] = "外出日期不能晚于今天。"
    if registered_on is not None and not starts <= registered_on <= clock.today():
        wrong["registered_on"] = "登记日期应在外出之后，且不晚于今天。"
    open_ = Away.objects.select_for_update().filter(member=fresh, ends__isnull=True).first()
    if open_ is not None and open_.starts >= starts:
        wrong["starts"] = f"{clock.in_words(open_.starts)}起已登记外出，请选择更晚的日期。"
    if wrong:
        raise ValidationError(wrong)
    if open_ is not None:
        open_.ends = starts - _DAY
        open_.save(update_fields=["ends"])
    row = Away(member=fresh, kind=kind, place=place, starts=starts, fixed=fixed, registered_on=registered_on)
    row.full_clean()
    row.save()
    access.require(by, MEMBERS, fresh.home)
    require_recent(by, fresh.home, starts, "starts")
    audit.record(by=by, verb="member.away", obj=fresh, organisation=fresh.home, after=audit.snapshot(row))
    _mark(fresh, starts)
    return row


@one_transaction
def away_end(*, by: Actor, row: Away, ends: date) -> Away:
    """Note the last day on which a member was away. Conflict once that is known."""
    member = held(row.member)
    fresh = Away.objects.select_for_update().get(pk=row.pk)
    if fresh.ends is not None:
        raise Conflict("这次外出已经结束。")
    if not fresh.starts <= ends <= clock.today():
        raise ValidationError({"ends": f"最后一天应在 {clock.in_words(fresh.starts)}至今天之间。"})
    before = audit.snapshot(fresh)
    fresh.ends = ends
    fresh.save(update_fields=["ends"])
    access.require(by, MEMBERS, member.home)
    require_recent(by, member.home, ends + _DAY, "ends")
    audit.record(
        by=by, verb="member.away_end", obj=member, organisation=member.home, before=before, after=audit.snapshot(fresh)
    )
    _mark(member, ends + _DAY)
    return fresh


# ---- what a ledger says


def statuses_follow(*, by: Actor, members: Iterable[Member], words: Mapping[int, str]) -> None:
    """Bring the standing of members to what a ledger calls it from today on, in the caller's transaction.

    words: {member id: a key of WORDS}; one that is not there changes nothing. Who is called gone belongs nowhere from today
    on; who is called 正常 again belongs to his last branch again.
    """
    for member in members:
        word = words.get(member.pk)
        if word is not None and word in WORDS and word != member.status:
            _follow(by, held(member), *WORDS[word])


def _follow(by: Actor, member: Member, state: str, ground: str) -> None:
    today = clock.today()
    rows = list(PartyStatus.objects.select_for_update().filter(member=member))
    # What was said today is said anew, not ended before it began.
    for row in rows:
        if row.starts >= today:
            row.delete()
        elif row.ends is None or row.ends >= today:
            row.ends = today - _DAY
            row.save(update_fields=["ends"])
    stay = last_membership(member)
    if state != Standing.NORMAL:
        row = PartyStatus(member=member, state=state, ground=ground, starts=today)
        if state == Standing.LEFT and stay is not None and stay.ends is None and stay.starts < today:
            membership_close(by=by, member=member, row=row, last=today - _DAY)
            return
        if state == Standing.LEFT:
            _gone_on_arrival(member, stay, today)
        _put(by, member, row)
        return
    Member.objects.filter(pk=member.pk).update(left_on=None, forgotten_on=None)
    if stay is not None and stay.ends is not None and member.home.archived_on is None and member.stage in PARTY_STAGES:
        Membership.objects.create(member=member, organisation=member.home, starts=max(today, stay.ends + _DAY))
    access.require(by, MEMBERS, member.home)
    audit.record(by=by, verb="member.status", obj=member, organisation=member.home, after={"state": state}, note="正常")
    _mark(member, today)


def _gone_on_arrival(member: Member, stay: Membership | None, today: date) -> None:
    """Somebody whom a ledger brings and calls gone in one row belonged here for that day at most."""
    if stay is not None and stay.ends is None:
        stay.ends = max(today - _DAY, stay.starts)
        stay.save(update_fields=["ends"])
        mark_roster(stay.organisation_id, stay.ends)
    Member.objects.filter(pk=member.pk).update(left_on=today)


@one_transaction
def member_back(
    *, by: Actor, member: Member, branch: Organisation, on: date, small_group: Organisation | None = None
) -> Membership:
    """Take somebody back who had left: his last standing ends on the eve, his membership begins on `on`. ValidationError by field."""
    fresh = held(member)
    stay = last_membership(fresh)
    row = standing_on(PartyStatus.objects.filter(member=fresh), on)
    if (stay is not None and stay.ends is None) or row is None or row.state != Standing.LEFT:
        raise ValidationError({"identity": TAKEN})
    return member_transfer(by=by, member=fresh, branch=branch, small_group=small_group, on=on, reason="转入")
