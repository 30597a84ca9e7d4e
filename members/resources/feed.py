"""What may be joined as a calendar, at an address that is signed for one account and ends with its password."""

from collections.abc import Iterable

from django.core import signing
from django.http import HttpResponse
from django.utils.crypto import salted_hmac

from branches.access.models import User
from common import agencies, clock
from members.activities.calendars import Event, answered
from members.resources.models import Offer

_SALT = "offers"


def _seal(user: User) -> str:
    """Return what the address rests on beside the account: changed with the password, so that old addresses end."""
    return salted_hmac(_SALT, user.password, secret=agencies.signing_key()).hexdigest()[:20]


def _signer() -> signing.Signer:
    return signing.Signer(key=agencies.signing_key(), salt=_SALT)


def address_of(user: User) -> str:
    """Return the token of the address under which an account's calendar is read without signing in."""
    return _signer().sign(f"{user.pk}.{_seal(user)}")


def account_at(token: str) -> User | None:
    """Return the account that a token was made for, None where it is none, or ended."""
    try:
        pk, _, seal = _signer().unsign(token).partition(".")
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first() if pk.isdigit() and len(pk) < 18 else None
    return user if user is not None and _seal(user) == seal else None


def calendar(offers: Iterable[Offer]) -> HttpResponse:
    """Return the calendar of some offers; offers: with their record and its organisation."""
    return answered("可参加的活动", "offers", [_event(offer) for offer in offers])


def _event(offer: Offer) -> Event:
    activity = offer.activity
    said = f"名额 {offer.places} 个党组织，{clock.in_words(offer.until)}截止报名"
    return Event(activity, activity.title or activity.kinds_label, said)
