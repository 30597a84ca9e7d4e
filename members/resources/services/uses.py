"""Ask for what is another's, answer, take back; each use marks the facts of the owner."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.jobs.marks import mark_days
from branches.jobs.models import ChangeMark
from branches.notices.services import notice_send
from branches.reach import access
from branches.reach.rights import RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text, quoted
from members.activities.models import Activity
from members.activities.services.ties import branch_of, tie_add, tie_remove
from members.activities.ties import TieSource, TieTable
from members.resources import rules
from members.resources.models import EXCLUSIVE, Answer, Resource, ResourceUse, asked_by

# Subject of the change marks: how often what an organisation shares was used by others.
SHARED = "resources"
REASON_MOST = 120
ASKED_AGAIN = "再次申请"


def _mark(use: ResourceUse) -> None:
    """Mark the owner's facts on the day of the record."""
    mark_days([use.resource.organisation_id], [use.activity.day], SHARED)


TABLE = TieTable(model=ResourceUse, field="resource", verb="resource", name="共享资源", mark=_mark)


def clash(resource: Resource, activity: Activity) -> str:
    """Return who has a place or a lecturer at the time of a record, in words, "" where it is free."""
    if resource.kind not in EXCLUSIVE:
        return ""
    rows = ResourceUse.objects.holding().filter(resource=resource, day=activity.day).exclude(activity=activity.pk)
    return clash_among(resource, activity, rows.select_related("activity", "organisation__parent"))


def clash_among(resource: Resource, activity: Activity, rows: Iterable[ResourceUse]) -> str:
    """Return the same of uses at hand, those of one resource on the day of the record."""
    span = (activity.starts_at, activity.ends_at)
    for row in rows:
        held = (row.activity.starts_at, row.activity.ends_at)
        if rules.overlap(span, held):
            return rules.taken_words(resource.name, row.organisation.label, *held)
    return ""


def _locked(resource: int) -> Resource:
    """Return a resource with its row held: who asks for it or answers meanwhile waits."""
    rows = Resource.objects.select_for_update(of=("self",)).select_related("organisation__parent")
    return rows.get(pk=resource)


@one_transaction
def use_ask(*, by: Actor, activity: Activity, resource: Resource, source: TieSource = TieSource.PERSON) -> ResourceUse:
    """Say that a record takes place with something shared, and return the ResourceUse; twice gives the first one.

    One's own is had at once, another's is asked for. ValidationError where it is not open to the record's branch, or taken.
    """
    held = _locked(resource.pk)
    fresh = Activity.objects.select_related("organisation__parent").get(pk=activity.pk)
    guest = branch_of(fresh)
    standing = TABLE.rows.active().filter(activity=fresh, resource=held).first()
    if isinstance(standing, ResourceUse) and not _stale(standing, fresh.day):
        return standing
    if not Resource.objects.living().offered_to(guest).visible_to(by).filter(pk=held.pk).exists():
        raise ValidationError({"resource": rules.not_offered_words(held.name)})
    taken = clash(held, fresh)
    if taken:
        raise ValidationError({"resource": taken})
    if standing is not None:
        # It was declined, or asked for another day than that on which the record is now.
        tie_remove(by=by, table=TABLE, tie=standing, reason=ASKED_AGAIN)
    state = Answer.AGREED if guest.pk == held.organisation_id else Answer.ASKED
    columns = {"organisation": guest, "state": state, "day": fresh.day}
    use = tie_add(by=by, table=TABLE, activity=fresh, subject=held, source=source, columns=columns)
    assert isinstance(use, ResourceUse)
    return use


def _stale(use: ResourceUse, day: date) -> bool:
    return use.state == Answer.DECLINED or use.day != day


@one_transaction
def use_withdraw(*, by: Actor, use: ResourceUse, reason: str) -> ResourceUse:
    """Take a use back with a reason: whoever records there, or reviews the branch."""
    removed = tie_remove(by=by, table=TABLE, tie=use, reason=reason)
    assert isinstance(removed, ResourceUse)
    return removed


def require_waiting(by: Actor, use: ResourceUse) -> None:
    """Raise Conflict unless an ask waits for its answer, and not for that of who asked."""
    if asked_by(by, use):
        raise Conflict(rules.NOT_OWN)
    if use.removed_at is not None or use.state != Answer.ASKED:
        raise Conflict("这项申请已经答复或撤回。")


@one_transaction
def use_answer(*, by: Actor, use: ResourceUse, agree: bool, reason: str = "") -> ResourceUse:
    """The owner agrees, or declines with a reason. ValidationError without one, or where it was given to another meanwhile;
    Conflict where nobody asks any more, or he asked himself.
    """
    held = _locked(use.resource_id)
    access.require(by, RECORD, held.organisation)
    rows = ResourceUse.objects.select_for_update(of=("self",)).select_related("activity", "organisation", "added_by")
    fresh = rows.get(pk=use.pk)
    fresh.resource = held
    require_waiting(by, fresh)
    reason = _checked_reason(agree, reason)
    if agree:
        taken = clash(held, fresh.activity)
        if taken or fresh.day != fresh.activity.day:
            raise ValidationError({"resource": taken or "活动日期已经改变，请对方重新申请。"})
    verb = "resource.use_agree" if agree else "resource.use_decline"
    with audit.change(by=by, verb=verb, obj=fresh, organisation=held.organisation_id, note=reason):
        fresh.state, fresh.reason = (Answer.AGREED, "") if agree else (Answer.DECLINED, reason)
        fresh.answered_by, fresh.answered_at = account_of(by), clock.now()
        fresh.save(update_fields=["state", "reason", "answered_by", "answered_at"])
    _mark(fresh)
    _tell(by, fresh)
    return fresh


def _checked_reason(agree: bool, reason: str) -> str:
    reason = clean_text(reason)
    if not agree and not reason:
        raise ValidationError({"reason": "请写明谢绝的原因。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"谢绝原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    return reason


def _tell(by: Actor, use: ResourceUse) -> None:
    if use.added_by is not None and use.added_by.is_active:
        said = "已同意" if use.state == Answer.AGREED else f"谢绝了（{use.reason}）"
        notice_send(
            by=by,
            to=use.added_by,
            kind="resource",
            text=f"{use.resource.organisation.label}{said}您申请的{quoted(use.resource.name)}，{use.activity}",
            url=reverse("activity_detail", args=[use.activity_id]),
            about=f"resource_use/{use.pk}",
        )


def owners_marked(marks: Iterable[ChangeMark]) -> int:
    """Mark the owners of what records used that these marks say were written; return how many owners and records.

    A record marks its own organisation and its hosts; whose room it used is nobody's of these. By the fill, before it reads
    the marks.
    """
    spans: dict[int, set[date]] = {}
    for mark in marks:
        if mark.subject == "activity" and mark.thing is not None:
            spans.setdefault(mark.thing, set()).update((mark.first_day, mark.last_day))
    if not spans:
        return 0
    rows = ResourceUse.objects.filter(activity__in=spans, state=Answer.AGREED).order_by()
    found = set(rows.values_list("resource__organisation", "activity", "activity__day"))
    for owner, activity, day in sorted(found):
        mark_days([owner], {day, *spans[activity]}, SHARED)
    return len(found)
