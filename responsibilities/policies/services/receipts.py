"""Take note of a policy with one click, and remind those who have not."""

from datetime import timedelta

from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import DUTIES
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import quoted
from responsibilities.assigning import answers_for, require_assigns
from responsibilities.policies.marks import mark_version
from responsibilities.policies.models import PolicyReceipt, PolicyVersion
from responsibilities.policies.selectors.receipts import Receipt, readable_for, receipts
from responsibilities.requirements.services import responsible_for

REMIND_AGAIN = timedelta(days=3)


def _fresh(version: PolicyVersion) -> PolicyVersion:
    return readable_for(PolicyVersion.objects.filter(pk=version.pk)).get()


def may_note(user: Actor, place: Organisation) -> bool:
    """Whether `user` takes note for an organisation: who answers for it."""
    return user is access.OPERATOR or answers_for(user, place)


@one_transaction
def policy_note(*, by: Actor, version: PolicyVersion, organisation: Organisation) -> PolicyReceipt:
    """Say that an organisation has taken note; twice gives the first one. Conflict where it owes none."""
    place = Organisation.objects.select_related("parent").get(pk=organisation.pk)
    if not may_note(by, place):
        raise access.Forbidden(DUTIES, place)
    fresh = _fresh(version)
    if not receipts([fresh], [place]):
        raise Conflict("这项制度不需要该组织知悉。", record=fresh.policy)
    receipt, made = PolicyReceipt.objects.get_or_create(
        version=fresh, organisation=place, defaults={"noted_by": account_of(by), "noted_at": clock.now()}
    )
    if made:
        audit.record(
            by=by, verb="policy.note", obj=fresh, organisation=place, note=place.label, after=audit.snapshot(receipt)
        )
        mark_version(fresh, place)
    return receipt


def remind_again_on(version: PolicyVersion) -> bool:
    """Whether those who have not taken note may be reminded now: not within three days of the last time."""
    return version.reminded_at is None or clock.now() - version.reminded_at >= REMIND_AGAIN


def owing(version: PolicyVersion) -> list[Receipt]:
    """Return the Receipts of a version that are still owed."""
    places = Organisation.objects.within(version.policy.organisation).in_tree_order()
    return [one for one in receipts([version], places) if one.noted_on is None]


@one_transaction
def receipts_remind(*, by: Actor, version: PolicyVersion) -> tuple[int, int]:
    """Remind those who answer for organisations that have not taken note; return (accounts told, organisations).

    Conflict within three days of the last reminder.
    """
    locked = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    fresh = _fresh(locked)
    require_assigns(by, fresh.policy.organisation)
    if not remind_again_on(locked):
        raise Conflict("三天内已提醒过，请过后再提醒。", record=fresh.policy)
    owed = owing(fresh)
    places = Organisation.objects.select_related("parent").in_bulk([one.organisation for one in owed])
    told = 0
    for one in owed:
        for user in responsible_for(places[one.organisation]):
            if user != by:
                notice_send(
                    by=by,
                    to=user,
                    kind="policy",
                    text=f"请知悉制度{quoted(fresh.policy.title)}，并传达到本组织",
                    url=reverse("policy_detail", args=[fresh.policy_id]),
                    about=f"policy/{fresh.pk}/{one.organisation}",
                )
                told += 1
    PolicyVersion.objects.filter(pk=fresh.pk).update(reminded_at=clock.now())
    audit.record(
        by=by,
        verb="policy.remind",
        obj=fresh,
        organisation=fresh.policy.organisation_id,
        note="、".join(place.label for place in places.values())[:300],
    )
    return told, len(owed)
