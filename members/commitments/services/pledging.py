"""Write what is pledged: a commitment made or made anew, lines pasted for several members, a pledge changed after publication."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.core.exceptions import ValidationError

from branches import audit
from branches.audit.history import changed_by_another
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from members.commitments.marks import mark_members
from members.commitments.models import REASON_MOST, Commitment, CommitmentState, Pledge
from members.commitments.rights import is_own, require_writer
from members.commitments.rules import PUBLISHED, Wanted, as_last_year, bounds, number_problem, text_problems
from members.roster.models.members import Member

# The version that a form shows where nothing was pledged yet.
NEW = 0
# From this month on the next year's may be made.
NEXT_YEAR_FROM = 12


def view_of(commitment: Commitment) -> dict[str, object]:
    """What the trail keeps of a commitment: itself and what it says."""
    texts = [pledge.text for pledge in commitment.pledges.standing()] if commitment.pk else []
    return {**audit.snapshot(commitment), "pledges": texts}


def years_open() -> tuple[int, ...]:
    """Return the years for which commitments are made today."""
    today = clock.today()
    return (today.year, today.year + 1) if today.month >= NEXT_YEAR_FROM else (today.year,)


def opens_on(year: int) -> date | None:
    """Return from when a coming year's commitments are made, None where they are or were."""
    return date(year - 1, NEXT_YEAR_FROM, 1) if year > max(years_open()) else None


def held(commitment: Commitment) -> Commitment:
    """Return a commitment as it stands, held until the transaction ends."""
    rows = Commitment.objects.select_for_update(of=("self",)).select_related("member__home", "entered_by")
    found: Commitment = rows.get(pk=commitment.pk)
    return found


def require_version(commitment: Commitment, version: int | None) -> None:
    """Raise Conflict where somebody else saved meanwhile."""
    if version is not None and version != commitment.version:
        raise changed_by_another(commitment)


def why_not_pledge(member: Member) -> str:
    """Return why nothing is pledged for somebody any more, "" where it may be."""
    if member.left_on is not None:
        return f"{member.name}的组织关系已于 {clock.in_words(member.left_on)} 离开本机关，不能再作承诺。"
    archived = member.home.archived_on
    return f"{member.home.label}已于 {clock.in_words(archived)} 撤销，不能再作承诺。" if archived else ""


def _check(member: Member, year: int, wanted: Sequence[Wanted]) -> None:
    if why := why_not_pledge(member):
        raise ValidationError(why)
    if year not in years_open():
        raise ValidationError(f"现在不能作 {year} 年的承诺。")
    texts = [one.text for one in wanted]
    wrong = [number_problem(len(texts), *bounds(year)), *text_problems(texts)]
    if wrong := [one for one in wrong if one]:
        raise ValidationError({"own": wrong})


def last_years(member: Member, year: int) -> list[tuple[int, str]]:
    """Return [(number, text)] of what somebody pledged for the year before."""
    rows = Pledge.objects.standing().filter(commitment__member=member, commitment__year=year - 1)
    return list(rows.values_list("order", "text"))


@one_transaction
def commitment_make(
    *, by: Actor, member: Member, year: int, wanted: Sequence[Wanted], version: int | None = None
) -> tuple[Commitment, list[str]]:
    """Make a commitment, or make it anew while it is not published; returns it and what is worth a second look, in sentences.

    version: of the one that the form showed, NEW where there was none; the same form sent twice makes one. Raises
    ValidationError by field: too few or too many, too long, already published (that is changed pledge by pledge).
    """
    member = Member.objects.select_for_update(of=("self",)).select_related("home").get(pk=member.pk)
    require_writer(by, member)
    _check(member, year, wanted)
    row = Commitment.objects.select_for_update(of=("self",)).filter(member=member, year=year).first()
    row = row or Commitment(member=member, year=year)
    row.member = member
    if row.is_public:
        raise ValidationError(PUBLISHED)
    if row.pk and version == NEW and _says(row, wanted):
        return row, []
    if row.pk:
        require_version(row, version)
    with audit.change(by=by, verb="commitment.make", obj=row, organisation=member.home, view=view_of):
        row.organisation, row.entered_by, row.state = member.home, account_of(by), CommitmentState.DRAFTED
        row.reviewed_by, row.return_reason = None, ""
        row.version += bool(row.pk)
        row.full_clean()
        row.save()
        row.pledges.all().delete()
        due = date(year, 12, 31)
        Pledge.objects.bulk_create(
            Pledge(commitment=row, order=number, text=one.text, about=one.about, due=due)
            for number, one in enumerate(wanted, start=1)
        )
        if not is_own(by, member):
            access.require(by, MEMBERS, member.home)
    mark_members([member.pk], year)
    return row, as_last_year([one.text for one in wanted], last_years(member, year))


def _says(commitment: Commitment, wanted: Sequence[Wanted]) -> bool:
    """Whether a commitment that waits says just this."""
    if commitment.state != CommitmentState.DRAFTED or commitment.return_reason:
        return False
    said = list(commitment.pledges.standing().values_list("text", "about"))
    return said == [(one.text, one.about) for one in wanted]


@one_transaction
def commitments_paste(*, by: Actor, year: int, rows: Mapping[Member, Sequence[Wanted]]) -> int:
    """Make the commitments of several members at once, as `commitment_make` does; whole or not at all. Returns how many."""
    for member, wanted in rows.items():
        commitment_make(by=by, member=member, year=year, wanted=wanted)
    return len(rows)


@one_transaction
def pledge_change(*, by: Actor, pledge: Pledge, text: str, reason: str) -> Pledge:
    """Put another pledge in the place of a published one, with the reason; the old one stays to be read.

    Raises Conflict where the year has been judged, or it was changed already.
    """
    commitment = held(pledge.commitment)
    require_writer(by, commitment.member)
    old = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    require_changeable(commitment, old)
    wrong = {}
    if problems := text_problems([text]):
        wrong["text"] = problems[0].replace("第 1 项", "承诺")
    if text == old.text:
        wrong["text"] = "与原来的承诺相同。"
    if not reason:
        wrong["reason"] = PUBLISHED
    elif len(reason) > REASON_MOST:
        wrong["reason"] = f"修改原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"
    if why := why_not_pledge(commitment.member):
        raise ValidationError(why)
    if wrong:
        raise ValidationError(wrong)
    home = commitment.member.home
    with audit.change(by=by, verb="commitment.change", obj=commitment, organisation=home, note=reason, view=view_of):
        old.ended_on = clock.today()
        old.save(update_fields=["ended_on"])
        new = Pledge(commitment=commitment, order=old.order, text=text, due=old.due, replaces=old, reason=reason)
        new.full_clean()
        new.save()
        commitment.version += 1
        commitment.save(update_fields=["version"])
        require_writer(by, commitment.member)
    mark_members([commitment.member_id], commitment.year)
    return new


def require_changeable(commitment: Commitment, pledge: Pledge) -> None:
    """Raise Conflict unless a pledge stands, is published and was not judged."""
    if pledge.ended_on is not None:
        raise Conflict("这一项已经改过，请看修改后的承诺。", record=commitment)
    if commitment.state == CommitmentState.APPRAISED:
        raise Conflict("这个年度已经评定，不能再改。", record=commitment)
    if not commitment.is_public:
        raise Conflict("承诺还没有公开，直接修改即可。", record=commitment)
