"""Planned records that others may join: opened, asked for, agreed; who was agreed to becomes a host of the record."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import RECORD
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor, account_of
from common.text import quoted
from members.activities.models import Activity, ActivityHost, ActivityState
from members.activities.services.records import activity_update, record_data
from members.resources import rules
from members.resources.models import GUESTS, Answer, Offer, OfferAsk, asked_by
from members.resources.services.uses import _checked_reason

MOST_PLACES = 50


@one_transaction
def offer_open(*, by: Actor, activity: Activity, places: int, until: date) -> Offer:
    """Let others join a planned record, or change how many and until when; return the Offer. ValidationError beside the field."""
    held = Activity.objects.select_for_update(of=("self",)).select_related("organisation__parent").get(pk=activity.pk)
    access.require(by, RECORD, held.organisation)
    if held.state != ActivityState.PLANNED or held.day < clock.today():
        raise Conflict("只有还没有开展的计划活动可以邀请联办。", record=held)
    errors = {}
    offer = Offer.objects.filter(activity=held).first() or Offer(activity=held, added_by=account_of(by))
    taken = taken_places(offer) if offer.pk else 0
    if not 1 <= places <= MOST_PLACES:
        errors["places"] = f"名额应在 1 至 {MOST_PLACES} 之间。"
    elif places < taken:
        errors["places"] = f"已有 {taken} 个党组织报名，名额不能少于 {taken}。"
    if wrong := rules.dates_wrong(until, held.day):
        errors["until"] = wrong
    if errors:
        raise ValidationError(errors)
    with audit.change(by=by, verb="offer.open", obj=offer, organisation=held.organisation_id):
        offer.places, offer.until, offer.closed_at = places, until, None
        offer.save()
    return offer


@one_transaction
def offer_close(*, by: Actor, offer: Offer) -> Offer:
    """Let nobody else join; who was agreed to stays."""
    held = _locked(offer)
    access.require(by, RECORD, held.activity.organisation)
    require_open(held)
    with audit.change(by=by, verb="offer.close", obj=held, organisation=held.activity.organisation_id):
        held.closed_at = clock.now()
        held.save(update_fields=["closed_at"])
    return held


def require_open(offer: Offer) -> None:
    """Raise Conflict once nobody can join any more."""
    if offer.closed_at is not None:
        raise Conflict(rules.CLOSED)


def _locked(offer: Offer) -> Offer:
    """Return an offer with its row held: of two who want the last place the second finds it taken."""
    rows = Offer.objects.select_for_update(of=("self",)).select_related("activity__organisation__parent")
    return rows.get(pk=offer.pk)


def taken_places(offer: Offer) -> int:
    """Return how many places are taken: asked for, or agreed to and still a host of the record."""
    hosts = ActivityHost.objects.filter(activity=offer.activity_id).order_by().values("organisation")
    rows = OfferAsk.objects.taking().filter(offer=offer)
    return rows.filter(Q(state=Answer.ASKED) | Q(organisation__in=hosts)).count()


def why_not_join(offer: Offer, organisation: Organisation) -> str:
    """Return why an organisation cannot ask for a place, "" where it can."""
    if offer.closed_at is not None:
        return rules.CLOSED
    if offer.activity.state != ActivityState.PLANNED or offer.activity.day < clock.today():
        return rules.NOT_PLANNED
    if organisation.kind not in GUESTS or organisation.archived_on is not None:
        return "由党支部或党总支报名。"
    if organisation.pk == offer.activity.organisation_id:
        return "这是本组织的活动，不用报名。"
    if offer.until < clock.today():
        return rules.past_words(offer.until)
    asked = OfferAsk.objects.taking().filter(offer=offer, organisation=organisation, state=Answer.ASKED)
    host = ActivityHost.objects.filter(activity=offer.activity_id, organisation=organisation)
    if asked.exists() or host.exists():
        return f"{organisation.label}已经报名。"
    return rules.FULL if taken_places(offer) >= offer.places else ""


@one_transaction
def offer_ask(*, by: Actor, offer: Offer, organisation: Organisation) -> OfferAsk:
    """Ask for a place and return the OfferAsk; ValidationError where there is none or it is too late."""
    held = _locked(offer)
    access.require(by, RECORD, organisation)
    if why := why_not_join(held, organisation):
        raise ValidationError(why)
    # Agreed to once, and since taken off the record's hosts by its owner: that ask is over.
    OfferAsk.objects.taking().filter(offer=held, organisation=organisation).update(withdrawn_at=clock.now())
    ask = OfferAsk(offer=held, organisation=organisation, asked_by=account_of(by), asked_at=clock.now())
    with audit.change(by=by, verb="offer.ask", obj=ask, organisation=organisation.pk, note=str(held)):
        ask.save()
    return ask


def _held_ask(ask: OfferAsk) -> OfferAsk:
    offer = _locked(ask.offer)
    rows = OfferAsk.objects.select_for_update(of=("self",)).select_related("organisation__parent", "asked_by")
    fresh = rows.get(pk=ask.pk)
    fresh.offer = offer
    require_asked(fresh)
    return fresh


def require_asked(ask: OfferAsk) -> None:
    """Raise Conflict once an ask was answered or taken back."""
    if ask.state != Answer.ASKED or ask.withdrawn_at is not None:
        raise Conflict("这项报名已经答复或撤回。")


@one_transaction
def offer_ask_withdraw(*, by: Actor, ask: OfferAsk) -> OfferAsk:
    """Take an ask back before it is answered; its place is free again."""
    fresh = _held_ask(ask)
    access.require(by, RECORD, fresh.organisation)
    with audit.change(by=by, verb="offer.withdraw", obj=fresh, organisation=fresh.organisation_id):
        fresh.withdrawn_at = clock.now()
        fresh.save(update_fields=["withdrawn_at"])
    return fresh


@one_transaction
def offer_answer(*, by: Actor, ask: OfferAsk, agree: bool, reason: str = "") -> OfferAsk:
    """The owner agrees, which makes the guest a host of the record, or declines with a reason; Conflict as for uses."""
    fresh = _held_ask(ask)
    activity = fresh.offer.activity
    access.require(by, RECORD, activity.organisation)
    if asked_by(by, fresh):
        raise Conflict(rules.NOT_OWN)
    reason = _checked_reason(agree, reason)
    if agree and activity.state != ActivityState.PLANNED:
        raise Conflict(rules.NOT_PLANNED, record=activity)
    if agree and activity.day < clock.today():
        raise Conflict(rules.DAY_PASSED, record=activity)
    verb = "offer.agree" if agree else "offer.decline"
    with audit.change(by=by, verb=verb, obj=fresh, organisation=activity.organisation_id, note=reason):
        fresh.state, fresh.reason = (Answer.AGREED, "") if agree else (Answer.DECLINED, reason)
        fresh.answered_by, fresh.answered_at = account_of(by), clock.now()
        fresh.save(update_fields=["state", "reason", "answered_by", "answered_at"])
    if agree:
        data = record_data(activity)
        if fresh.organisation_id not in {place.pk for place in data.hosts}:
            data.hosts.append(fresh.organisation)
            activity_update(by=by, activity=activity, data=data)
    _tell(by, fresh)
    return fresh


def _tell(by: Actor, ask: OfferAsk) -> None:
    if ask.asked_by is not None and ask.asked_by.is_active:
        said = "已同意" if ask.state == Answer.AGREED else f"谢绝了（{ask.reason}）"
        notice_send(
            by=by,
            to=ask.asked_by,
            kind="resource",
            text=f"{ask.offer.activity.organisation.label}{said}{ask.organisation.label}参加{quoted(ask.offer)}",
            url=reverse("offer_list"),
            about=f"offer_ask/{ask.pk}",
        )
