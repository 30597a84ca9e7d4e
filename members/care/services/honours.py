"""Write honours: given once, to one member or one organisation; a wrong entry is cancelled with a reason."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from branches import audit
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from members.care.models import Honour
from members.roster.models.members import PARTY_STAGES, Member


@one_transaction
def honour_note(
    *,
    by: Actor,
    title: str,
    level: str,
    granted_on: date,
    granted_by: str,
    document: str = "",
    member: Member | None = None,
    organisation: Organisation | None = None,
    right: str = MEMBERS,
) -> Honour:
    """Note an honour of a member or of an organisation. right: what its writer holds there.

    Raises ValidationError by field: a day to come, two holders or none, an archived organisation, the same one twice.
    """
    if (member is None) == (organisation is None):
        raise ValidationError({"holder": "请填写一名党员或一个党组织，只填一项。"})
    if member is not None and member.stage not in PARTY_STAGES:
        raise ValidationError({"holder": f"{member.name}还不是党员，表彰只登记党员和党组织受到的。"})
    place: Any = organisation if organisation is not None else member.home  # type: ignore[union-attr]
    if granted_on > clock.today():
        raise ValidationError({"granted_on": "授予日期不能晚于今天。"})
    if place.archived_on:
        raise ValidationError(f"{place.label}已于 {clock.in_words(place.archived_on)} 撤销，不能再登记表彰。")
    # Of the same entered twice at once the second waits here, and is told.
    Organisation.objects.select_for_update().get(pk=place.pk)
    row = Honour(member=member, organisation_held=organisation, place=place, title=title, level=level)
    row.granted_on, row.granted_by, row.document = granted_on, granted_by, document
    same = Honour.objects.filter(cancelled_on__isnull=True, title=title, granted_on=granted_on, level=level)
    if same.filter(member=member, organisation_held=organisation).exists():
        raise ValidationError({"title": "这项表彰已经登记。"})
    with audit.change(by=by, verb="honour.note", obj=row, organisation=place):
        row.full_clean()
        row.save()
        access.require(by, right, place)
    return row


def require_standing(honour: Honour) -> None:
    """Raise Conflict once an honour is cancelled."""
    if honour.cancelled_on is not None:
        raise Conflict("这项登记已经作废。")


@one_transaction
def honour_cancel(*, by: Actor, honour: Honour, reason: str) -> Honour:
    """Cancel what was entered wrongly; it stays to be read."""
    row = Honour.objects.select_for_update(of=("self",)).select_related("place").get(pk=honour.pk)
    require_standing(row)
    if not reason:
        raise ValidationError({"reason": "请填写作废原因。"})
    with audit.change(by=by, verb="honour.cancel", obj=row, organisation=row.place, note=reason):
        row.cancelled_on, row.cancel_reason = clock.today(), reason
        row.save(update_fields=["cancelled_on", "cancel_reason"])
        access.require(by, MEMBERS, row.place)
    return row
