"""Write what members pay a month: a year's rates at once, or one member's with its reasons. The pay is used to reckon and not kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from branches import audit
from branches.audit.history import changed_by_another
from branches.places.models.organisations import Organisation
from common import clock
from common.database import one_transaction
from common.errors import changed_by
from common.fields import conceal
from common.operator import Actor
from common.stale_form import form_mark
from members.dues import rules
from members.dues.marks import mark_members
from members.dues.models import DuesPayment, DuesRate
from members.dues.rights import require_keeper
from members.roster.models.members import Member

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RateLine:
    """One member's rate as it was reckoned or typed. band: id of the rule that gave it.

    seen: the mark of the rate that stood when this one was reckoned (rate_mark), "" where nobody looked.
    """

    member: int
    kind: str
    amount: Decimal
    band: str
    quarterly: bool = False
    reason: str = ""
    approved_by: str = ""
    decided_in: Any = None
    seen: str = ""


def rate_mark(rate: DuesRate | None) -> str:
    """Return the mark of a member's rate, and of none, for the form that fixes another (common/stale_form.py)."""
    columns = ("pk", "kind", "amount", "band", "quarterly", "reduced_reason", "approved_by", "decided_in_id", "starts")
    return form_mark({} if rate is None else {name: getattr(rate, name) for name in columns})


def _told(row: DuesRate) -> dict[str, Any]:
    """What the trail keeps of a rate: amounts are for the branch and the payer alone."""
    return audit.snapshot(row, hide=("amount",))


@one_transaction
def rates_fix(*, by: Actor, branch: Organisation, year: int, since: date, lines: Sequence[RateLine]) -> int:
    """Fix the rates of members of a branch for a year; return how many are new or another.

    since: first day of the month from which a rate that is another holds; the first one of a year holds from its beginning.
    Raises ValidationError: somebody is not in the branch, a month since was paid at the rate that would be overwritten; Stale where
    somebody's rate is another by now than it was for who fixes it.
    """
    if branch.archived_on:
        raise ValidationError(f"{branch.label}已于 {clock.in_words(branch.archived_on)} 撤销，不能再核定党费。")
    people = {row.pk: row for row in Member.objects.select_for_update(of=("self",)).filter(home=branch)}
    if any(line.member not in people for line in lines):
        raise ValidationError("名单中有人已不在本支部，请重新核对。")
    open_ = {
        row.member_id: row
        for row in DuesRate.objects.select_for_update(of=("self",)).filter(
            member__in=people, year=year, ends__isnull=True
        )
    }
    entries: list[audit.Row] = []
    first = clock.today()
    for line in lines:
        member = people[line.member]
        row = _written(member, open_.get(member.pk), line, year, since, entries)
        if row is not None:
            first = min(first, row.starts)
    require_keeper(by, branch)
    if entries:
        audit.record_many(by=by, verb="dues.rate", rows=entries)
        mark_members([line.member for line in lines], first, [branch.pk])
    return len(entries)


def _same(row: DuesRate, line: RateLine) -> bool:
    plain = (row.kind, row.amount, row.band, row.quarterly) == (line.kind, line.amount, line.band, line.quarterly)
    return plain and not row.reduced_reason and not line.reason


def _written(
    member: Member, kept: DuesRate | None, line: RateLine, year: int, since: date, entries: list[audit.Row]
) -> DuesRate | None:
    """Write one line; return the row, None where it stood so already."""
    if kept is not None and _same(kept, line):
        return None
    if line.seen and line.seen != rate_mark(kept):
        raise changed_by_another(kept) if kept is not None else changed_by(None)
    before = None
    starts = date(year, 1, 1) if kept is None else since
    row = DuesRate(member=member, year=year, starts=starts)
    if kept is not None and kept.starts >= since:
        if (
            DuesPayment.objects.standing()
            .filter(member=member, month__range=(kept.starts, date(year, 12, 31)))
            .exists()
        ):
            raise ValidationError({"since": f"{member.name}已按原数额交过党费，请从之后的月份起调整。"})
        # Nobody has paid by it: it was entered wrongly.
        row, before = kept, _told(kept)
    elif kept is not None:
        kept.ends = since - _DAY
        kept.save(update_fields=["ends"])
    row.kind, row.amount, row.band, row.quarterly = line.kind, line.amount, line.band, line.quarterly
    row.approved_by, row.decided_in = line.approved_by, line.decided_in
    conceal(row, "reduced_reason", line.reason)
    row.full_clean(exclude=["uid", "member", "decided_in"], validate_unique=False, validate_constraints=False)
    row.save()
    entries.append(audit.Row(row, member.home_id, f"{member.name} {year} 年党费", _told(row), before))
    return row


@one_transaction
def rate_set(
    *,
    by: Actor,
    member: Member,
    year: int,
    since: date,
    kind: str,
    amount: Decimal,
    band: str,
    quarterly: bool = False,
    reduced: bool = False,
    reason: str = "",
    approved_by: str = "",
    decided_in: Any = None,
    seen: str = "",
) -> int:
    """Fix one member's rate. reduced: it is less than the rule gives, or nothing; seen: as of RateLine.

    Raises ValidationError by field: less without reason, meeting and consent (fee-hardship), more than the cap; Stale for an older form.
    """
    if wrong := rules.rate_problems(amount, reason, approved_by, reduced=reduced, decided=decided_in is not None):
        raise ValidationError(wrong)
    line = RateLine(member.pk, kind, amount, band, quarterly, reason, approved_by, decided_in, seen)
    return rates_fix(by=by, branch=member.home, year=year, since=since, lines=[line])
