"""Hours of study in a member's file: what he has against what is owed, from which kinds of record, and what is planned."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from branches.rulebook import rule, short_citation
from common import clock
from members.activities.forms.kinds import short_label
from members.activities.models import Activity, ActivityKind, Length
from members.activities.selectors.ahead import ahead
from members.activities.study import STUDY_KINDS, study_rules, tenths
from members.education.brought import arrived_in, brought_of, stated_of
from members.education.hours import Studied
from members.education.models import MendState, StudyState
from members.education.owed import StudyYear, study_years
from members.roster.models.members import Member
from members.roster.sections import Given, Place, Reader, Section, register

# The tones of the parts of the bar, in the order of the kinds.
TONES = ("a", "b", "c", "d", "a", "b")


@dataclass(frozen=True)
class Source:
    """What one kind of record gave. share: of the bar, in percent."""

    kind: str
    name: str
    count: int
    minutes: int
    share: int
    tone: str

    @property
    def hours(self) -> str:
        return tenths(self.minutes)


def _read(reader: Reader) -> dict[str, Any] | None:
    # Hours of one person are his own and his secretary's.
    if not reader.closely:
        return None
    today = clock.today()
    year: StudyYear = study_years([reader.member.pk], today.year)[reader.member.pk]
    coming = _coming(reader.once("ahead", lambda: ahead(reader.member, today)), today)
    if year.state == StudyState.NOT_OWED and not year.known.records and not coming:
        return None
    planned = sum(minutes for _, _, minutes in coming)
    whole = max(60 * year.owed, year.known.minutes + planned, 1)
    missing = max(0, 60 * year.owed - year.known.minutes)
    return {
        "year": today.year,
        "study": year,
        "sources": _sources(year.known, whole),
        "coming": coming,
        "planned": tenths(planned),
        "planned_share": _share(planned, whole),
        "reach": tenths(year.known.minutes + planned),
        "mark": _share(60 * year.owed, whole),
        "missing": _up(missing),
        "brought": tenths(year.known.brought) if year.known.brought else "",
        "bring_url": _bring_url(reader, today),
        "basis": short_citation(rule("edu-32h")),
        "url": reverse("own_meetings") if reader.own else reverse("member_meetings", args=[reader.member.pk]),
        "finding": f"学时还差 {_up(missing)}" if missing and year.owed else "",
    }


def _bring_url(reader: Reader, today: date) -> str:
    """Return where his secretary states what he brought, "" unless he came from outside this year and nothing stands stated."""
    if not reader.manages or reader.own or arrived_in(reader.member, today.year) is None:
        return ""
    stated = stated_of(reader.member, today.year)
    if stated is not None and stated.state != MendState.RETURNED:
        return ""
    return reverse("education_bring", args=[reader.member.pk])


def _up(minutes: int) -> str:
    """Return what is missing, in tenths, rounded up: what has been done is rounded down."""
    return f"{-(-minutes * 10 // 60) / 10:g}"


def _share(minutes: int, whole: int) -> int:
    return min(100, round(100 * minutes / whole))


def _sources(known: Studied, whole: int) -> list[Source]:
    """Return what each kind of record gave, each record under the first of its kinds."""
    worth = {pk: minutes for pk, minutes in known.records if minutes}
    kinds: dict[int, set[str]] = defaultdict(set)
    for pk, kind in ActivityKind.objects.filter(activity__in=worth).order_by().values_list("activity", "kind"):
        kinds[pk].add(kind)
    sums: dict[str, list[int]] = defaultdict(list)
    for pk, minutes in worth.items():
        sums[next((kind for kind in STUDY_KINDS if kind in kinds[pk]), STUDY_KINDS[0])].append(minutes)
    order = [kind for kind in STUDY_KINDS if kind in sums]
    return [
        Source(
            kind.value,
            short_label(kind),
            len(sums[kind]),
            sum(sums[kind]),
            _share(sum(sums[kind]), whole),
            TONES[number],
        )
        for number, kind in enumerate(order)
    ]


def _coming(plans: list[Activity], today: date) -> list[tuple[date, str, int]]:
    """Return [(day, title, minutes)] of what is planned this year, counts as study and says how long it takes."""
    rules, found = study_rules(), []
    for row in plans:
        length = Length(row.day, row.starts_at, row.ends_at, row.last_day, row.hours_stated)
        minutes = rules.minutes(length)
        counts = any(rules.counts(kind.kind, row.day) for kind in row.kinds.all())
        if counts and minutes and row.day.year == today.year:
            found.append((row.day, row.title or row.kinds_label, min(minutes, rules.cap(row.day) * length.days)))
    return found


def _give(member: Member) -> list[Given]:
    year = clock.today().year
    known = study_years([member.pk], year)[member.pk].known
    named = Activity.objects.in_bulk([pk for pk, _ in known.records])
    rows = [
        (named[pk].day, named[pk].title, tenths(minutes) if minutes is not None else "未知")
        for pk, minutes in known.records
        if pk in named
    ]
    came = brought_of(member, date(year, 1, 1), date(year, 12, 31))
    rows += [(row.counted_on, f"转来学时（{row.proof}）", f"{row.hours:g}") for row in came]
    return [Given(f"{year}年学时", ("日期", "主题", "学时"), rows)]


register(
    Section(
        "hours",
        "学时",
        _read,
        Place(False, 30),
        Place(False, 30),
        template="members/education/section.html",
        give=_give,
    )
)
