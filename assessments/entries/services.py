"""Entries by hand: made by whoever assesses, approved by another who publishes; only then they count."""

from decimal import Decimal

from django.core.exceptions import ValidationError

from assessments.entries.ballots import ballots_from
from assessments.entries.items import EntryItem, entry_items
from assessments.entries.models import EntryKind, EntryState, ManualEntry
from assessments.schemes.models import SchemeVersion
from assessments.schemes.services import BRANCH_SCHEME, parsed, scheme_of
from assessments.scoring.numbers import exact, plain
from assessments.scoring.schemes import Scheme
from branches import audit
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.periods import Period
from common.text import quoted


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
    ballots: str = "",
    key: str = BRANCH_SCHEME,
) -> ManualEntry:
    """Enter something about an organisation in a period and return the ManualEntry, which waits for approval.

    item: key of an EntryItem of the version by which the period is assessed. points: where the scheme leaves them open.
    indicator: of a veto that sets one to zero. ballots: of a vote, as typed (ballots.py). Raises ValidationError by field.
    """
    access.require(by, ASSESS, organisation)
    scheme = parsed(scheme_of(period, key))
    _not_frozen(key, period)
    found = entry_items(scheme, period.kind).get(item)
    if found is None:
        raise ValidationError({"item": "请选择方案中的一项。"})
    if organisation.kind not in scheme.applies:
        raise ValidationError({"organisation": f"{scheme.title}不考核这个党组织。"})
    for name, value in (("reason", reason), ("document", document)):
        if not value.strip():
            raise ValidationError({name: "请写明理由。" if name == "reason" else "请写明依据，如文号或材料名称。"})
    row = ManualEntry(
        scheme_key=key,
        period=str(period),
        organisation=organisation,
        kind=found.kind,
        item=found.key,
        label=found.label,
        indicator=_indicator(scheme, found, indicator),
        points=_points(found, points),
        ballots=_ballots(found, ballots),
        reason=reason.strip(),
        document=document.strip(),
        made_by=account_of(by),
    )
    if not found.repeated and _said(row):
        raise ValidationError({"item": "这个党组织这一项已经登记过；要改的，先撤回或不予采纳，再重新登记。"})
    with audit.change(by=by, verb="entry.make", obj=row, organisation=organisation):
        row.save()
    return row


def _said(row: ManualEntry) -> bool:
    """Whether the same stands already; of a score another level is the same."""
    same = ManualEntry.objects.filter(
        scheme_key=row.scheme_key, period=row.period, organisation=row.organisation, indicator=row.indicator
    ).filter(state__in=(EntryState.OPEN, EntryState.APPROVED), kind=row.kind)
    return (same if row.kind == EntryKind.SCORE else same.filter(item=row.item)).exists()


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


def _ballots(item: EntryItem, text: str) -> dict | None:
    if not item.levels:
        if text.strip():
            raise ValidationError({"ballots": "只有测评票才填写票数。"})
        return None
    try:
        return ballots_from(text, item.levels)
    except ValueError as error:
        raise ValidationError({"ballots": str(error)}) from None


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
    return _decide(by, entry, EntryState.APPROVED)


@one_transaction
def entry_decline(*, by: Actor, entry: ManualEntry, answer: str) -> ManualEntry:
    """Do not take an entry, with the reason; its author withdraws it the same way."""
    own = _own(by, entry)
    entry = _open(by, entry, ASSESS if own else PUBLISH)
    if not answer.strip():
        raise ValidationError({"reason": "请写明原因。"})
    return _decide(by, entry, EntryState.WITHDRAWN if own else EntryState.DECLINED, answer.strip())


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
