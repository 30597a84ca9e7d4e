"""Write what dues were used for (fee-use), and in which meeting it was decided (fee-collective)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from branches import audit
from branches.audit.history import changed_by_another
from branches.jobs.marks import mark
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.operator import Actor
from common.stale_form import form_mark
from members.dues.marks import SUBJECT
from members.dues.models import DuesUse


def use_view(use: DuesUse) -> dict[str, Any]:
    """Return what the form of a use shows of it."""
    shown = {name: getattr(use, name) for name in ("on", "heading", "amount", "purpose")}
    return shown | {"decided_in": str(use.decided_in_id or "")}


@one_transaction
def use_note(
    *,
    by: Actor,
    organisation: Organisation,
    on: date,
    heading: str,
    amount: Decimal,
    purpose: str,
    decided_in: Any = None,
    use: DuesUse | None = None,
    seen: str = "",
) -> DuesUse:
    """Note a use, or correct one (use). seen: the mark of what the form of a correction showed.

    Raises ValidationError by field: a day to come, an archived organisation, a meeting held elsewhere; Stale for an older form.
    """
    if organisation.archived_on:
        raise ValidationError(
            f"{organisation.label}已于 {clock.in_words(organisation.archived_on)} 撤销，不能再登记党费使用。"
        )
    if on > clock.today():
        raise ValidationError({"on": "使用日期不能晚于今天。"})
    if decided_in is not None and decided_in.organisation_id != organisation.pk:
        raise ValidationError({"decided_in": "请选择本组织的会议。"})
    row = DuesUse(organisation=organisation)
    if use is not None:
        row = DuesUse.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=use.pk)
        if seen and seen != form_mark(use_view(row)):
            raise changed_by_another(row)
    days = [on, *([row.on] if row.pk else [])]
    with audit.change(by=by, verb="dues.use", obj=row, organisation=organisation):
        row.on, row.heading, row.amount, row.purpose, row.decided_in = on, heading, amount, purpose, decided_in
        row.full_clean()
        row.save()
        access.require(by, MEMBERS, organisation)
    mark(organisation, min(days), clock.today(), SUBJECT)
    return row
