"""Write what is shared: entered, changed, agreed to by the lecturer, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.intervals import within
from branches.reach.rights import RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import clean_text, quoted
from members.resources.models import OWNERS, OpenTo, Resource, ResourceGuest, ResourceKind
from members.roster.models.members import Member

NOT_AGREED = "请先征得授课人本人同意，再勾选。"
REASON_MOST = 200


@dataclass(frozen=True)
class ResourceData:
    """What the form says. agreed: of a lecturer without an account, that he has said yes. guests: where open to some alone."""

    kind: str
    name: str
    detail: str = ""
    capacity: int | None = None
    open_to: str = OpenTo.COMMITTEE
    guests: Sequence[Organisation] = ()
    agreed: bool = False


def member_named(organisation: Organisation, name: str) -> Member | None:
    """Return the only member of an organisation (or below it) with this name, None where there is none or several."""
    found = list(Member.objects.filter(within(organisation, "home__"), name=name, left_on__isnull=True)[:2])
    return found[0] if len(found) == 1 else None


@one_transaction
def resource_save(
    *, by: Actor, organisation: Organisation, data: ResourceData, resource: Resource | None = None
) -> Resource:
    """Enter what is shared, or change it (`resource`), and return it; ValidationError beside the field.

    A lecturer who has an account says yes himself and is told; for another the owner says that he has.
    """
    new = resource is None
    if resource is None:
        resource = Resource(organisation=organisation, starts=clock.today(), kind=data.kind)
    else:
        resource = _held(resource)
    access.require(by, RECORD, resource.organisation)
    if resource.organisation.kind not in OWNERS or resource.organisation.archived_on is not None:
        raise ValidationError({"organisation": "请选择现有的机关党委、党总支或党支部。"})
    with audit.change(by=by, verb=f"resource.{'create' if new else 'update'}", obj=resource) as said:
        said.organisation = resource.organisation_id
        resource.kind, resource.name, resource.detail = data.kind, data.name, data.detail
        resource.capacity, resource.open_to = data.capacity, data.open_to
        tell = _lecturer(by, resource, data)
        resource.full_clean(exclude=["organisation", "member", "agreed_on", "ends"], validate_constraints=False)
        _saved(resource)
        _guests(resource, data)
        said.note = "、".join(place.label for place in data.guests)[:300]
    if tell is not None and tell.account is not None:
        _ask_lecturer(by, resource, tell)
    return resource


def _held(resource: Resource) -> Resource:
    rows = Resource.objects.select_for_update(of=("self",)).select_related("organisation__parent", "member__account")
    fresh = rows.get(pk=resource.pk)
    if fresh.ends is not None:
        raise Conflict(f"{quoted(fresh.name)}已于{clock.in_words(fresh.ends)}停用。", record=fresh)
    return fresh


def _saved(resource: Resource) -> None:
    try:
        with transaction.atomic():
            resource.save()
    except IntegrityError:
        label = f"{ResourceKind(resource.kind).label}{quoted(resource.name)}"
        raise ValidationError({"name": f"{resource.organisation.label}已有{label}。"}) from None


def _lecturer(by: Actor, resource: Resource, data: ResourceData) -> Member | None:
    """Keep who a lecturer is and whether he said yes; return the Member who has still to be asked."""
    if resource.kind != ResourceKind.LECTURER:
        resource.member, resource.agreed_on = None, None
        return None
    member = member_named(resource.organisation, resource.name)
    if member is None or resource.member_id != member.pk:
        resource.agreed_on = None
    resource.member = member
    if resource.agreed_on is not None:
        return None
    own = account_of(by)
    if member is not None and member.account_id is not None and (own is None or member.account_id != own.pk):
        return member
    if (member is None or member.account_id is None) and not data.agreed:
        raise ValidationError({"agreed": NOT_AGREED})
    resource.agreed_on = clock.today()
    return None


def _ask_lecturer(by: Actor, resource: Resource, member: Member) -> None:
    if member.account is not None:
        notice_send(
            by=by,
            to=member.account,
            kind="resource",
            text=f"{resource.organisation.label}拟请您为本机关党组织授课，请您本人确认",
            url=reverse("resource_agree", args=[resource.pk]),
            about=f"resource/{resource.pk}/agree",
        )


def _guests(resource: Resource, data: ResourceData) -> None:
    wanted = {place.pk for place in data.guests} if data.open_to == OpenTo.LISTED else set()
    if data.open_to == OpenTo.LISTED and not wanted:
        raise ValidationError({"guests": "请选择向哪些党组织开放。"})
    resource.guests.exclude(organisation__in=wanted).delete()
    have = set(resource.guests.values_list("organisation_id", flat=True))
    ResourceGuest.objects.bulk_create(
        ResourceGuest(resource=resource, organisation_id=pk) for pk in sorted(wanted - have)
    )


@one_transaction
def lecturer_agree(*, by: Actor, resource: Resource) -> Resource:
    """The lecturer himself says yes; Conflict for anybody else."""
    fresh = _held(resource)
    own = account_of(by)
    if own is None or fresh.member is None or fresh.member.account_id != own.pk:
        raise Conflict("由授课人本人确认。", record=fresh)
    if fresh.agreed_on is not None:
        return fresh
    with audit.change(by=by, verb="resource.agree", obj=fresh, organisation=fresh.organisation_id):
        fresh.agreed_on = clock.today()
        fresh.save(update_fields=["agreed_on"])
    return fresh


@one_transaction
def resource_end(*, by: Actor, resource: Resource, reason: str, on: date | None = None) -> Resource:
    """End a resource with a reason, its last day today: asks of it are answered by that, what was used stays.

    By its keeper; a lecturer may also end it himself.
    """
    fresh = _held(resource)
    own = account_of(by)
    himself = own is not None and fresh.member is not None and fresh.member.account_id == own.pk
    if not himself:
        access.require(by, RECORD, fresh.organisation)
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请写明停用的原因。"})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"停用原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    with audit.change(by=by, verb="resource.end", obj=fresh, organisation=fresh.organisation_id, note=reason):
        fresh.ends, fresh.end_reason = on or clock.today(), reason
        fresh.save(update_fields=["ends", "end_reason"])
    return fresh
