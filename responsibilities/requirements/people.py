"""What persons owe: a row for each holder of a post, each new secretary and each new member, proved by what they did.

Holders come from the posts of the roster; above the branches, where no post is entered, from the accounts appointed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from branches.places.models.organisations import Kind
from branches.settings.joining import why_not_yet
from common.periods import Period, add_months
from common.together import read_or_each
from members.activities.selectors.counting import (
    LATE,
    ON_TIME,
    UNREVIEWED,
    CountingRecord,
    Lectured,
    Talked,
    Uncounted,
    is_vouched,
)
from responsibilities.requirements.gathered import FEW, LEADS, Asked, Place, seated_at
from responsibilities.requirements.keys import person_key
from responsibilities.requirements.posts import post_rows
from responsibilities.requirements.reckoning import Reckoning, not_alive
from responsibilities.requirements.requirement import Requirement, not_applicable
from responsibilities.requirements.rule import (
    ATTENDANCE,
    LECTURES,
    NEW_MEMBER,
    NEW_SECRETARY,
    RequirementRule,
)
from responsibilities.requirements.spans import ALWAYS, long_enough

_EVENTS = (NEW_SECRETARY, NEW_MEMBER)


@dataclass(frozen=True)
class Holder:
    """Somebody who owes: a member of the roster, or an account without one. starts: date.min where it is not known."""

    key: str
    name: str
    member: int | None
    starts: date
    ends: date


def people_rows(data: Reckoning) -> Iterator[Requirement]:
    """Yield the rows of the personal rules that `data` was asked for."""
    asked = [one for one in data.asked if one.row.personal]
    if not asked:
        return
    people = _People(data, [one for one in asked if one.row.alive and not one.row.by_hours])
    for one in asked:
        if one.row.alive and one.row.by_hours:
            yield from post_rows(data, one)
            continue
        for place in data.places.values():
            if not data.stands(place, one.row, one.period):
                continue
            if not one.row.alive:
                yield not_alive(data.new_row(place, one))
            else:
                yield from people.rows(one, place)


class _People:
    """Holders, new members (read with the rest of `data`) and what they did, read once."""

    def __init__(self, data: Reckoning, asked: list[Asked]):
        self.data = data
        self.first = data.first_event
        self.last = max(data.last, data.as_of)
        found = data.people
        self.holders = self._holders(found.get("secretaries", ()), found.get("leaders", ()))
        self.joined_on: dict[int, date] = {}
        self.joined = self._joined(found.get("joined", ()))
        self.upper = {pk for (pk,) in found.get("upper", ())}
        people = [one for rows in (*self.holders.values(), *self.joined.values()) for one in rows]
        self.members = sorted({one.member for one in people if one.member is not None})
        self.attended: dict[int, list[CountingRecord]] = {}
        self.lectures: list[tuple[CountingRecord, str, int | None]] = []
        self._read_proofs([one.row for one in asked])

    def _kinds(self, rules: Iterable[RequirementRule]) -> list[str]:
        return sorted({kind for rule in rules for kind in rule.every_kind()})

    def _holders(self, posts: Iterable[Any], seats: Iterable[Any]) -> dict[int, list[Holder]]:
        places = {pk: place for pk, place in self.data.places.items() if place.kind != Kind.SMALL_GROUP}
        found: dict[int, list[Holder]] = {}
        for place, member, name, starts, ends in posts:
            if place in places:
                holder = Holder(person_key(member), name, member, starts or date.min, ends or ALWAYS)
                found.setdefault(place, []).append(holder)
        # Who was appointed to lead the upper places at which no post is entered.
        empty = [place for pk, place in places.items() if place.kind in LEADS and pk not in found]
        seated = list(seats)
        for one in empty:
            where, leads = seated_at(one), LEADS[Kind(one.kind)]
            for at, role, user, name, member, starts, ends in seated:
                if at in where and role == leads:
                    holder = Holder(person_key(member, user), name, member, starts, ends or ALWAYS)
                    found.setdefault(one.pk, []).append(holder)
        return found

    def _joined(self, rows: Iterable[Any]) -> dict[int, list[Holder]]:
        """New members of each branch: the day they joined stands for the post."""
        found: dict[int, list[Holder]] = {}
        for place, member, name, starts, ends, joined in rows:
            if place in self.data.places:
                self.joined_on[member] = joined
                if (ends or ALWAYS) >= joined:
                    holder = Holder(person_key(member), name, member, max(starts, joined), ends or ALWAYS)
                    found.setdefault(place, []).append(holder)
        return found

    def _read_proofs(self, rules: list[RequirementRule]) -> None:
        """Read what these people attended and which lectures they gave: of a few in one statement."""
        by_attendance = [row for row in rules if row.proof == ATTENDANCE] if self.members else []
        by_lectures = [row for row in rules if row.proof == LECTURES]
        # Kind by kind: one record of two kinds proves something with each.
        kinds = self._kinds(by_attendance)
        talked = {kind: Talked(self.first, self.last, [kind], self.members, self.data.as_of) for kind in kinds}
        reads: dict[str, Any] = {kind: one.rows() for kind, one in talked.items()}
        names = sorted({holder.name for mine in self.holders.values() for holder in mine})
        given = Lectured(self.first, self.last, self._kinds(by_lectures), names, self.members, self.data.as_of)
        if by_lectures:
            reads["lectures given"] = given.rows()
        found = read_or_each({}, reads, few=len(self.members) <= FEW)
        for kind, one in talked.items():
            for member, records in one.had(found[kind]).items():
                mine = [record for record in records if self.data.in_time(record)]
                self.attended.setdefault(member, []).extend(mine)
        if by_lectures:
            self.lectures = [one for one in given.given(found["lectures given"]) if self.data.in_time(one[0])]

    # ---- rows

    def rows(self, one: Asked, place: Place) -> Iterator[Requirement]:
        if one.row.owes in _EVENTS:
            yield from self._of_events(one, place)
            return
        period = one.period
        day = min(period.last, max(self.data.as_of, period.first), place.ends)
        there = {holder.key: holder for holder in self.holders.get(place.pk, ()) if holder.starts <= day <= holder.ends}
        for holder in there.values():
            row = self._new(one, place, holder)
            rule = one.edition
            history = self.data.before_start(place, period, row.due)
            if rule is None or history:
                yield not_applicable(row, history or "这条规则当期尚未施行")
                continue
            self._count(row, rule, place, holder, (period.first, max(period.last, row.due)))
            blocked = "" if row.expected else "本机关设定为不要求"
            if not blocked and not row.met and not self._held_long_enough(holder, period):
                blocked = f"{holder.starts:%Y年%-m月%-d日}起任职，当期不计"
            yield self.data.settle(row, place, blocked)

    def _held_long_enough(self, holder: Holder, period: Period) -> bool:
        return long_enough(period, holder.starts, ALWAYS, self.data.share(period))

    def _new(self, one: Asked, place: Place, holder: Holder) -> Requirement:
        row = self.data.new_row(place, one)
        row.person, row.person_name = holder.key, holder.name
        return row

    def _of_events(self, one: Asked, place: Place) -> Iterator[Requirement]:
        """Rows of what falls due some months after taking office or joining; each belongs to the year of its due day."""
        for holder, event in self._events(one.row, place):
            months = self.data.months(one.edition or one.row, event)
            due = add_months(event, months)
            if due not in one.period:
                continue
            row = self._new(one, place, holder)
            row.due = due
            if months == 0:
                yield not_applicable(row, "本机关设定为不要求")
                continue
            if event < self.data.start_of(place):
                yield not_applicable(row, why_not_yet(self.data.start, place.kept_from))
                continue
            # The same days whatever other rules are asked for beside it, and so whatever days were read.
            until = max(self.data.as_of, one.period.last)
            self._count(row, one.edition or one.row, place, holder, (event, until))
            yield self.data.judge(row)

    def _events(self, rule: RequirementRule, place: Place) -> Iterator[tuple[Holder, date]]:
        """Yield (person, day of the event) of those who are still there when it is asked or due."""
        if rule.owes == NEW_MEMBER:
            for holder in self.joined.get(place.pk, ()):
                event = self.joined_on[holder.member or 0]
                day = min(self.data.as_of, add_months(event, self.data.months(rule, event)))
                if holder.starts <= day <= holder.ends:
                    yield holder, event
            return
        rows = self.holders.get(place.pk, ())
        for holder in rows:
            before = any(other.key == holder.key and other.starts < holder.starts for other in rows)
            due = add_months(holder.starts, self.data.months(rule, holder.starts)) if holder.starts > date.min else None
            day = min(self.data.as_of, due or self.data.as_of)
            if due and not before and holder.starts <= day <= holder.ends:
                yield holder, holder.starts

    # ---- proofs

    def _count(
        self, row: Requirement, rule: RequirementRule, place: Place, holder: Holder, days: tuple[date, date]
    ) -> None:
        """Count what the person did between two days; after the due day it is late. What a branch says of it waits for its review."""
        records: dict[int, CountingRecord] = {}
        for record in self._proofs(rule, place, holder):
            if record.activity not in records or is_vouched(record, self.upper):
                records[record.activity] = record
        met = []
        for record in sorted(records.values(), key=lambda one: (one.day, one.activity)):
            when = self._when(rule, row, record, days)
            if when is None:
                continue
            if not is_vouched(record, self.upper):
                row.found.append(Uncounted(record.activity, record.day, UNREVIEWED))
                continue
            met.append(record)
            if when == LATE and self.data.is_late(record, LATE, place):
                row.count_late(record.day, makes_up=record.makes_up_for is not None)
            else:
                row.on_time += 1
        row.records = [record.activity for record in met]
        row.waiting = sum(record.accepted for record in met) < row.expected <= len(met)

    def _when(
        self, rule: RequirementRule, row: Requirement, record: CountingRecord, days: tuple[date, date]
    ) -> str | None:
        if rule.owes not in _EVENTS and row.due <= row.period.last:
            return record.meets(row.period)
        if not days[0] <= record.day <= days[1]:
            return None
        return LATE if record.late or record.day > row.due else ON_TIME

    def _proofs(self, rule: RequirementRule, place: Place, holder: Holder) -> Iterator[CountingRecord]:
        if rule.proof == LECTURES:
            for record, name, chair in self.lectures:
                if name == holder.name or (chair is not None and chair == holder.member):
                    yield record
            return
        for record in self.attended.get(holder.member or 0, ()):
            own = record.organisation == place.pk
            if record.kind in rule.kinds and (not own or not rule.own_records or place.kind in rule.own_records):
                yield record
        if place.kind in rule.own_records:
            yield from (row for kind in rule.kinds for row in self.data.own_records(place.pk, kind))
