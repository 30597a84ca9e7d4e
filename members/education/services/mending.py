"""State how long records took of which nobody knows it, and confirm such a list: only then it counts (据实补填)."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.urls import reverse

from branches import audit
from branches.access.beside import givers_of
from branches.access.resets import barred
from branches.jobs.marks import mark_days
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.models import OrganisationGrant
from branches.reach.rights import RECORD, REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text
from members.activities.models import Activity, ActivityKindCode
from members.activities.study import study_rules
from members.education.models import BroughtHours, LengthMend, MendedRecord, MendState
from members.education.unknown import unknown_records, waiting_among, with_groups, without_length

MOST_HOURS = Decimal(8)
REASON_MOST = 200
TOO_LONG = "补填时长不超过 8 小时。"


@one_transaction
def mend_state(*, by: Actor, organisation: Organisation, kind: str, year: int, hours: Decimal) -> LengthMend:
    """Say how long the records of a kind and year took that have no length; without anybody above who reviews, it counts at once.

    Raises ValidationError by field: hours out of range, an archived organisation, nothing left to state.
    """
    if organisation.archived_on:
        raise ValidationError(
            f"{organisation.label}已于 {clock.in_words(organisation.archived_on)} 撤销，不能再补填时长。"
        )
    if hours > MOST_HOURS:
        raise ValidationError({"hours": TOO_LONG})
    if hours <= 0:
        raise ValidationError({"hours": "补填时长应大于 0。"})
    # Of two who state the same the second finds nothing left.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    rows = unknown_records(without_length(with_groups(organisation), year), study_rules())
    waiting = waiting_among([row.pk for row, _ in rows])
    records = [row for row, mine in rows if mine == kind and row.pk not in waiting]
    if not records:
        label = ActivityKindCode(kind).label if kind in ActivityKindCode.values else "这一类"
        raise ValidationError({"hours": f"没有待补填的{label}记录，可能已由他人补填。"})
    mend = LengthMend(organisation=organisation, kind=kind, hours=hours, stated_by=account_of(by))
    note = f"{year}年 {len(records)} 条记录"
    with audit.change(by=by, verb="length.state", obj=mend, organisation=organisation, note=note):
        mend.full_clean(exclude=["stated_by", "decided_by"])
        mend.save()
        MendedRecord.objects.bulk_create(MendedRecord(mend=mend, activity=row) for row in records)
        access.require(by, RECORD, organisation)
    if not OrganisationGrant.objects.giving(REVIEW, clock.today()).above(organisation).exists():
        _count(by, mend)
    return mend


def why_not_decide(user: Actor, mend: LengthMend | BroughtHours) -> str:
    """Return why `user`, who reviews the organisation, may not confirm what it stated, or ""."""
    account = account_of(user)
    if account is None:
        return ""
    if mend.stated_by_id == account.pk:
        return "本人登记的事项由他人审定。"
    if mend.stated_by_id in givers_of(account):
        return "您的一次性口令由填报人发放不久，请由另一位同志确认。"
    if type(mend).objects.filter(barred(account.pk, "stated_by", "stated"), pk=mend.pk).exists():
        return "填报人的口令刚由您申请或确认重置，请由另一位同志确认。"
    return ""


def _held(by: Actor, mend: LengthMend) -> LengthMend:
    rows = LengthMend.objects.select_for_update(of=("self",)).select_related("organisation__parent", "stated_by")
    fresh = rows.get(pk=mend.pk)
    access.require(by, REVIEW, fresh.organisation)
    if fresh.state != MendState.WAITING:
        raise Conflict(f"这份补填{fresh.get_state_display()}，不能再改。")
    problem = why_not_decide(by, fresh)
    if problem:
        raise Conflict(problem)
    return fresh


@one_transaction
def mend_confirm(*, by: Actor, mend: LengthMend) -> int:
    """Say that a list is true: from now on its records have this length. Returns of how many."""
    fresh = _held(by, mend)
    fresh.decided_by, fresh.decided = account_of(by), clock.now()
    number = _count(by, fresh)
    _tell(by, fresh, f"补填的{fresh.get_kind_display()}时长已确认，{number} 条记录计入学时")
    return number


def _count(by: Actor, mend: LengthMend) -> int:
    """Give the records of a list their length; those that got times meanwhile keep these."""
    rows = Activity.objects.select_for_update(of=("self",)).filter(
        pk__in=mend.records.order_by().values("activity"), hours_mended__isnull=True
    )
    records = [row for row in rows.order_by("pk") if row.length.minutes is None]
    places: dict[int, list[Any]] = {}
    for row in records:
        places.setdefault(row.organisation_id, []).append(row.day)
    with audit.change(
        by=by, verb="length.confirm", obj=mend, organisation=mend.organisation, note=f"{len(records)} 条记录"
    ):
        mend.state = MendState.CONFIRMED
        mend.save()
        Activity.objects.filter(pk__in=[row.pk for row in records]).update(
            hours_mended=mend.hours, version=F("version") + 1, changed=clock.now()
        )
    audit.record_many(
        by=by,
        verb="activity.mend",
        rows=(
            audit.Row(row, row.organisation_id, row.title, {"hours_mended": str(mend.hours)}, {"hours_mended": None})
            for row in records
        ),
    )
    for place, days in places.items():
        mark_days([place], days, "activity", kinds=[mend.kind])
    return len(records)


@one_transaction
def mend_return(*, by: Actor, mend: LengthMend, reason: str) -> None:
    """Give a list back with a reason; its records stay of unknown length and can be stated anew."""
    fresh = _held(by, mend)
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请填写退回原因。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"退回原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    with audit.change(by=by, verb="length.return", obj=fresh, organisation=fresh.organisation):
        fresh.state, fresh.reason = MendState.RETURNED, reason
        fresh.decided_by, fresh.decided = account_of(by), clock.now()
        fresh.save()
    _tell(by, fresh, f"补填的{fresh.get_kind_display()}时长被退回：{reason}")


def _tell(by: Actor, mend: LengthMend, text: str) -> None:
    if mend.stated_by is not None:
        notice_send(
            by=by,
            to=mend.stated_by,
            kind="length_mend",
            text=text[:200],
            url=f"{reverse('education_unknown')}?organisation={mend.organisation_id}",
            about=f"length_mend/{mend.pk}",
        )
