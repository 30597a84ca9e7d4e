"""Take note of a policy with one click, and remind those who have not."""

from django.core.exceptions import ValidationError
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
from responsibilities.policies.services.reminders import TOO_SOON, may_remind_again
from responsibilities.requirements.services import responsible_for_each


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


def owing(version: PolicyVersion) -> list[Receipt]:
    """Return the Receipts of a version that are still owed."""
    places = Organisation.objects.within(version.policy.organisation).in_tree_order()
    return [one for one in receipts([version], places) if one.noted_on is None]


@one_transaction
def receipts_remind(*, by: Actor, version: PolicyVersion) -> tuple[int, int]:
    """Remind those who answer for organisations that have not taken note; return (accounts told, organisations).

    Conflict within three days of the last reminder; ValidationError where nobody answers for any of them.
    """
    locked = PolicyVersion.objects.select_for_update().get(pk=version.pk)
    fresh = _fresh(locked)
    require_assigns(by, fresh.policy.organisation)
    if not may_remind_again(locked.reminded_at):
        raise Conflict(TOO_SOON, record=fresh.policy)
    owed = owing(fresh)
    places = Organisation.objects.select_related("parent").in_bulk([one.organisation for one in owed])
    answering = responsible_for_each(list(places.values()))
    told = set()
    for one in owed:
        for user in answering[one.organisation]:
            if user != by:
                notice_send(
                    by=by,
                    to=user,
                    kind="policy",
                    text=f"请知悉制度{quoted(fresh.policy.title)}，并传达到本组织",
                    url=reverse("policy_detail", args=[fresh.policy_id]),
                    about=f"policy/{fresh.pk}/{one.organisation}",
                )
                told.add(user)
    if not told:
        # Nobody has heard of it: it is no reminder that the next one has to wait for.
        raise ValidationError(f"{len(owed)} 个组织没有可通知的负责人，请先任命。")
    PolicyVersion.objects.filter(pk=fresh.pk).update(reminded_at=clock.now())
    audit.record(
        by=by,
        verb="policy.remind",
        obj=fresh,
        organisation=fresh.policy.organisation_id,
        note="、".join(place.label for place in places.values())[:300],
    )
    return len(told), len(owed)
