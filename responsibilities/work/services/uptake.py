"""Whether work that a branch registered itself weighs: said once for each item by somebody above (judgement 3.4)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.reach.rights import ASSIGN
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.stale_form import require_unchanged
from common.text import quoted
from responsibilities.assigning import responsible_for
from responsibilities.work.models import Uptake, WorkItem
from responsibilities.work.rights import decidable, require
from responsibilities.work.selectors.uptake import seen_own_work
from responsibilities.work.services.items import mark_work

DECIDED = "这项业务刚由他人修改或决定，请看最新的内容再定。"


@one_transaction
def work_take_in(*, by: Actor, item: WorkItem, seen: str = "") -> WorkItem:
    """Let own work of a branch weigh from its first stage on: what is owed, what is proved, what is missing.

    seen: mark of what the writer saw (OwnWork.mark); Conflict where it is something else by now. Forbidden or Http404 for who may
    not decide.
    """
    return _decide(by, item, Uptake.TAKEN, "", seen)


@one_transaction
def work_decline(*, by: Actor, item: WorkItem, reason: str, seen: str = "") -> WorkItem:
    """Say that own work of a branch weighs nothing, and why; its records and links stay. As `work_take_in` otherwise."""
    if not reason.strip():
        raise ValidationError({"reason": "请写明不纳入的原因。"})
    return _decide(by, item, Uptake.DECLINED, reason.strip()[:300], seen)


def _decide(by: Actor, item: WorkItem, uptake: Uptake, reason: str, seen: str) -> WorkItem:
    item = WorkItem.objects.select_for_update().select_related("organisation").get(pk=item.pk)
    require(decidable(by).filter(pk=item.pk).exists(), by, ASSIGN, item)
    if item.uptake == uptake:
        raise Conflict(DECIDED)
    (row,) = seen_own_work([item])
    require_unchanged(seen, row.shown, DECIDED)
    verb = "work.take_in" if uptake == Uptake.TAKEN else "work.decline"
    with audit.change(by=by, verb=verb, obj=item, organisation=item.organisation, view=_said):
        item.uptake, item.uptake_reason = uptake, reason
        item.uptake_by, item.uptake_at = account_of(by), clock.now()
        item.version += 1
        item.save(update_fields=["uptake", "uptake_reason", "uptake_by", "uptake_at", "version"])
    _tell(by, item)
    mark_work(item)
    return item


def _said(item: WorkItem) -> dict[str, Any]:
    return {"是否纳入": item.get_uptake_display(), "不纳入的原因": item.uptake_reason}


def _tell(by: Actor, item: WorkItem) -> None:
    said = "已纳入四同步考核" if item.weighs else f"不纳入四同步考核，原因：{item.uptake_reason}"
    for user in responsible_for(item.organisation):
        if user != by:
            notice_send(
                by=by,
                to=user,
                kind="work",
                text=f"{quoted(item.name)}{said}",
                url=reverse("work_detail", args=[item.pk]),
                about=f"work/{item.pk}",
            )
