"""Entries by hand: made by whoever assesses, approved by another who publishes; only then they count."""

from decimal import Decimal
from typing import TypedDict

from django.core.exceptions import ValidationError

from assessments.ballots.models import Tally
from assessments.ballots.services import tally_make
from assessments.entries.items import EntryItem, bounds_of, entry_items, self_rated
from assessments.entries.models import EntryKind, EntryState, ManualEntry, SelfRating
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import BRANCH_SCHEME, parsed, scheme_of
from assessments.scoring.numbers import exact, plain
from assessments.scoring.schemes import Scheme
from branches import audit
from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.reach import fresh as reach_now
from branches.reach.rights import ASSESS, ASSESS_COMMITTEE, DUTIES, PUBLISH, RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from common.periods import Period
from common.text import quoted
from members.activities.models import Activity
from members.care.models import Honour


class TallyData(TypedDict):
    """What is typed of a vote: the record of its meeting, ballots by level, invalid ones, ballots issued."""

    activity: Activity | None
    counts: dict[str, int | None]
    invalid: int
    expected: int


def right_to_judge(organisation: Organisation) -> str:
    """Return the right that scores of an organisation by hand ask for: its own office does not judge the committee."""
    return ASSESS_COMMITTEE if organisation.kind in (Kind.COMMITTEE, Kind.PARTY_GROUP) else ASSESS


@one_transaction
def entry_make(
    *,
    by: Actor,
    period: Period,
    organisation: Organisation,
    item: str,
    reason: str,
    document: str,
    points: Decimal | None = None,
    indicator: str = "",
    tally: TallyData | None = None,
    honour: Honour | None = None,
    key: str = BRANCH_SCHEME,
) -> ManualEntry:
    """Enter something about an organisation in a period and return the ManualEntry, which waits for approval.

    item: key of an EntryItem of the version by which the period is assessed. points: where the scheme leaves them open.
    indicator: of a veto that sets one to zero. tally: of a vote. honour: that a bonus is for. Raises ValidationError by field.
    """
    access.require(by, right_to_judge(organisation), organisation)
    scheme = parsed(scheme_of(period, key))
    _not_frozen(key, period)
    found = entry_items(scheme, period.kind).get(item)
    if found is None:
        raise ValidationError({"item": "请选择方案中的一项。"})
    if organisation.kind not in scheme.applies:
        raise ValidationError({"organisation": f"{scheme.title}不考核这个党组织。"})
    _written(reason=reason, document=document)
    row = ManualEntry(
        scheme_key=key,
        period=str(period),
        organisation=organisation,
        kind=found.kind,
        item=found.key,
        label=found.label,
        indicator=_indicator(scheme, found, indicator),
        points=_points(found, points),
        reason=reason.strip(),
        document=document.strip(),
        made_by=account_of(by),
        made=clock.now(),
    )
    if not found.repeated and _said(row, found):
        raise ValidationError({"item": "这个党组织这一项已经登记过；要改的，先撤回或不予采纳，再重新登记。"})
    if row.kind == EntryKind.SCORE and _rated_by(row, by):
        raise ValidationError({"item": "这一项的自评由您填写，由另一位同志评定。"})
    row.honour, row.tally = _honour(row, period, honour), _tally(by, period, organisation, scheme, found, tally)
    with audit.change(by=by, verb="entry.make", obj=row, organisation=organisation):
        row.save()
    return row


def _honour(row: ManualEntry, period: Period, honour: Honour | None) -> Honour | None:
    """Return the honour of a bonus: of the organisation itself, standing, of the period, and not entered in it yet."""
    if honour is None:
        return None
    fresh = Honour.objects.select_for_update().get(pk=honour.pk)
    if row.kind != EntryKind.BONUS:
        raise ValidationError({"item": "表彰只登记为加分。"})
    if fresh.organisation_held_id != row.organisation.pk or fresh.cancelled_on is not None:
        raise ValidationError({"organisation": "这项表彰不是这个党组织的，或登记已经作废。"})
    if not period.first <= fresh.granted_on <= period.last:
        raise ValidationError({"item": f"这项表彰不在{period.label()}内授予。"})
    same = ManualEntry.objects.filter(scheme_key=row.scheme_key, period=row.period, honour=fresh)
    if same.filter(state__in=(EntryState.OPEN, EntryState.APPROVED)).exists():
        raise ValidationError({"item": "这项表彰已经登记加分。"})
    return fresh


def _written(**texts: str) -> None:
    """Raise ValidationError by field for what is not written down."""
    missing = {"reason": "请写明理由。", "document": "请写明依据，如文号或材料名称。"}
    for name, value in texts.items():
        if not value.strip():
            raise ValidationError({name: missing[name]})


def _said(row: ManualEntry, item: EntryItem) -> bool:
    """Whether the same stands already; of a score another level is the same."""
    same = ManualEntry.objects.filter(
        scheme_key=row.scheme_key, period=row.period, organisation=row.organisation, indicator=row.indicator
    ).filter(state__in=(EntryState.OPEN, EntryState.APPROVED), kind=row.kind)
    if row.kind != EntryKind.SCORE:
        return same.filter(item=row.item).exists()
    return (same.filter(item__startswith=f"{item.slot}/") if item.slot else same).exists()


def _rated_by(row: ManualEntry, by: Actor) -> bool:
    """Whether `by` has said what the organisation thinks of this indicator: nobody answers his own."""
    own = SelfRating.objects.filter(
        scheme_key=row.scheme_key, period=row.period, organisation=row.organisation_id, indicator=row.indicator
    )
    return own.filter(made_by=account_of(by), made_by__isnull=False).exists()


def _not_frozen(key: str, period: Period) -> None:
    frozen = SchemeVersion.objects.filter(key=key, assessments__period=str(period), assessments__state="frozen")
    if frozen.exists():
        raise Conflict("该考核期的结果已冻结，解除冻结后才能登记或审定。")


def _points(item: EntryItem, points: Decimal | None) -> Decimal | None:
    if item.low is None or item.high is None:
        if points is not None:
            raise ValidationError({"points": "这一项的分值由方案规定，不用填写。"})
        return None
    if points is None or (item.kind != EntryKind.SCORE and not points):
        raise ValidationError({"points": "请填写分值。"})
    if not item.low <= exact(points) <= item.high:
        raise ValidationError({"points": f"分值应在 {plain(item.low)} 至 {plain(item.high)} 之间。"})
    return points


def _tally(
    by: Actor, period: Period, organisation: Organisation, scheme: Scheme, item: EntryItem, data: TallyData | None
) -> Tally | None:
    if not item.levels:
        if data is not None:
            raise ValidationError({"item": "只有测评票才登记票数。"})
        return None
    if data is None:
        raise ValidationError({"item": "测评票请在“登记测评票”填写各档票数和会议记录。"})
    about = next(row.name for _, row in scheme.indicators() if row.key == item.indicator)
    return tally_make(by=by, about=about, voted_on=organisation, period=period, levels=item.levels, **data)


def _indicator(scheme: Scheme, item: EntryItem, indicator: str) -> str:
    if not item.names_indicator:
        if indicator:
            raise ValidationError({"indicator": "只有计零分的情形才选择指标。"})
        return item.indicator
    if indicator not in {row.key for _, row in scheme.indicators()}:
        raise ValidationError({"indicator": "请选择计零分的指标。"})
    return indicator


@one_transaction
def entry_approve(*, by: Actor, entry: ManualEntry) -> ManualEntry:
    """Let an entry count, by another than its author."""
    entry = _open(by, entry, PUBLISH)
    if _own(by, entry):
        raise ValidationError("自己登记的由另一位有权限的同志审定。")
    if entry.kind == EntryKind.SCORE and _rated_by(entry, by):
        raise ValidationError("这一项的自评由您填写，由另一位有权限的同志审定。")
    return _decide(by, entry, EntryState.APPROVED)


@one_transaction
def entry_decline(*, by: Actor, entry: ManualEntry, answer: str) -> ManualEntry:
    """Do not take an entry, with the reason; its author withdraws it the same way."""
    own = _own(by, entry)
    entry = _open(by, entry, right_to_end(entry.organisation, own=own))
    if not answer.strip():
        raise ValidationError({"reason": "请写明原因。"})
    return _decide(by, entry, EntryState.WITHDRAWN if own else EntryState.DECLINED, answer.strip())


def right_to_end(organisation: Organisation, *, own: bool) -> str:
    """Return the right that not taking an entry asks for; what was said of the committee its own secretary does not decline."""
    judges = right_to_judge(organisation)
    return judges if own or judges == ASSESS_COMMITTEE else PUBLISH


def _own(by: Actor, entry: ManualEntry) -> bool:
    return entry.made_by_id is not None and entry.made_by_id == getattr(account_of(by), "pk", None)


def _open(by: Actor, entry: ManualEntry, right: str) -> ManualEntry:
    access.require(by, right, entry.organisation)
    fresh = ManualEntry.objects.select_for_update().get(pk=entry.pk)
    if fresh.state != EntryState.OPEN:
        raise Conflict(f"这一项刚刚已由他人处理，现在的状态是{quoted(fresh.get_state_display())}。")
    _not_frozen(fresh.scheme_key, Period.parse(fresh.period))
    return fresh


def _decide(by: Actor, entry: ManualEntry, state: str, answer: str = "") -> ManualEntry:
    with audit.change(by=by, verb=f"entry.{state}", obj=entry, organisation=entry.organisation_id):
        entry.state, entry.answer = state, answer
        entry.decided_by, entry.decided = account_of(by), clock.now()
        entry.save()
    return entry


# ---- what an organisation says of itself


def speaks_for(by: Actor, organisation: Organisation) -> bool:
    """Whether `by` says what an organisation thinks of itself: who holds a seat there and reports its duties; of the committee,
    which has its office above, who records for it."""
    if by is OPERATOR:
        return True
    now = reach_now(by, at=organisation.pk)
    if organisation.kind == Kind.COMMITTEE:
        return now.holds(RECORD, organisation.pk)
    return now.holds(DUTIES, organisation.pk) and any(seat.organisation == organisation.pk for seat in now.seats)


@one_transaction
def self_rate(
    *,
    by: Actor,
    period: Period,
    organisation: Organisation,
    indicator: str,
    text: str,
    points: Decimal | None = None,
    level: str = "",
    key: str = BRANCH_SCHEME,
) -> SelfRating:
    """Say for an organisation what it thinks of an indicator that people judge; said again it replaces what was said.

    Until the result is sent to it. Raises ValidationError by field (points, level, text), Conflict afterwards.
    """
    if not speaks_for(by, organisation):
        access.require(by, DUTIES, organisation)
        raise access.Forbidden(DUTIES, organisation, "自评由本组织填写")
    scheme = parsed(scheme_of(period, key))
    known = {row.key: row for row in self_rated(scheme)}
    if indicator not in known or organisation.kind not in scheme.applies:
        raise ValidationError("这一项不用自评。")
    _not_sent(key, period)
    row = known[indicator]
    levels = [name for name, _ in row.levels]
    if row.method == "graded" and level not in levels:
        raise ValidationError({"level": "请选择一档。"})
    low, high = bounds_of(row)
    if row.method != "graded" and (points is None or not low <= exact(points) <= high):
        raise ValidationError({"points": f"请填写 {plain(low)} 至 {plain(high)} 之间的数。"})
    if not text.strip():
        raise ValidationError({"text": "请用一句话说明。"})
    where = {"scheme_key": key, "period": str(period), "organisation": organisation, "indicator": indicator}
    found = SelfRating.objects.select_for_update().filter(**where).first() or SelfRating(**where)
    with audit.change(by=by, verb="entry.self", obj=found, organisation=organisation):
        found.level, found.points = (level, None) if row.method == "graded" else ("", points)
        found.text, found.made_by, found.made = text.strip(), account_of(by), clock.now()
        found.save()
    return found


def _not_sent(key: str, period: Period) -> None:
    sent = SchemeVersion.objects.filter(
        key=key, assessments__period=str(period), assessments__state__in=("sent", "frozen", "published")
    )
    if sent.exists():
        raise Conflict("这一期的结果已送达，不能再改自评；对得分有不同意见的，请提出异议。")
