"""Planned records as a calendar that a telephone subscribes to (RFC 5545); who reads which, the subjects above say."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.http import HttpResponse
from django.utils import timezone

from common import clock
from members.activities.models import Activity

# Octets of a line before it is folded.
_LINE = 75


class Event(NamedTuple):
    """One record with its organisation, what it is called there, and what is said beside it ("" for nothing)."""

    activity: Activity
    title: str
    said: str = ""


def answered(name: str, product: str, events: Iterable[Event]) -> HttpResponse:
    """Return the answer that a calendar programme reads; name: of the calendar, product: of what made it, in Latin letters."""
    response = HttpResponse(calendar(name, product, events), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


def calendar(name: str, product: str, events: Iterable[Event]) -> bytes:
    """Return a calendar of some events, lines folded and ended as the format asks."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Tongbu//{product}//ZH", f"X-WR-CALNAME:{escaped(name)}"]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(event: Event) -> list[str]:
    activity = event.activity
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
    lines.append(f"SUMMARY:{escaped(f'{event.title}（{activity.organisation.label}）')}")
    if activity.place:
        lines.append(f"LOCATION:{escaped(activity.place)}")
    if event.said:
        lines.append(f"DESCRIPTION:{escaped(event.said)}")
    return [*lines, "END:VEVENT"]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Return a text as a value of the format."""
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
