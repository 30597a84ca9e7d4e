"""What may be joined as a calendar (RFC 5545), at an address that is signed for one account and ends with its password."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac

from branches.access.models import User
from common import agencies, clock
from members.resources.models import Offer

_SALT = "offers"
# Octets of a line before it is folded.
_LINE = 75


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


def calendar(offers: Iterable[Offer]) -> bytes:
    """Return the calendar of some offers; offers: with their record and its organisation."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tongbu//offers//ZH", "X-WR-CALNAME:可参加的活动"]
    for offer in offers:
        lines += _event(offer)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(offer: Offer) -> list[str]:
    activity = offer.activity
    uid = hashlib.sha256(f"{activity.uid}".encode()).hexdigest()[:32]
    lines = ["BEGIN:VEVENT", f"UID:{uid}@tongbu", f"DTSTAMP:{_moment(clock.now())}"]
    if activity.starts_at is None:
        lines.append(f"DTSTART;VALUE=DATE:{activity.day:%Y%m%d}")
        lines.append(f"DTEND;VALUE=DATE:{activity.day + timedelta(days=1):%Y%m%d}")
    else:
        zone = timezone.get_default_timezone()
        begin = datetime.combine(activity.day, activity.starts_at, zone)
        lines.append(f"DTSTART:{_moment(begin)}")
        if activity.ends_at is not None:
            lines.append(f"DTEND:{_moment(datetime.combine(activity.day, activity.ends_at, zone))}")
    title = activity.title or activity.kinds_label
    lines.append(f"SUMMARY:{_text(f'{title}（{activity.organisation.label}）')}")
    if activity.place:
        lines.append(f"LOCATION:{_text(activity.place)}")
    said = f"名额 {offer.places} 个党组织，{clock.in_words(offer.until)}截止报名"
    return [*lines, f"DESCRIPTION:{_text(said)}", "END:VEVENT"]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for mark, said in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(mark, said)
    return text


def _folded(line: str) -> Iterator[str]:
    """Yield the parts of a line, none of more than 75 octets, characters kept whole."""
    part, size, room = "", 0, _LINE
    for character in line:
        octets = len(character.encode())
        if size + octets > room:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part
