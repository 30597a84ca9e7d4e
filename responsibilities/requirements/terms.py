"""Terms of office: held on time by each organisation, reminded of by the committee above it."""

from collections.abc import Iterator
from datetime import date

from branches.notices.models import Notice
from branches.places.models.organisations import Kind
from branches.settings.joining import why_not_yet
from common import clock
from common.periods import Period, add_months
from members.activities.selectors.counting import CountingRecord, counting_records
from responsibilities.requirements.addresses import about_key
from responsibilities.requirements.gathered import Asked, Place, months_before
from responsibilities.requirements.reckoning import Reckoning
from responsibilities.requirements.requirement import Requirement, not_applicable
from responsibilities.requirements.rule import TERM, TERMS_BELOW


def term_rows(data: Reckoning) -> Iterator[Requirement]:
    """Yield the rows of the rules about terms that `data` was asked for."""
    asked = [one for one in data.asked if one.row.owes in (TERM, TERMS_BELOW)]
    if not asked:
        return
    of_terms = _OfTerms(data, asked)
    for one in asked:
        for place in data.places.values():
            if data.stands(place, one.row, one.period):
                row = of_terms.held(one, place) if one.row.owes == TERM else of_terms.reminded(one, place)
                if row is not None:
                    yield row


class _OfTerms:
    def __init__(self, data: Reckoning, asked: list[Asked]):
        self.data = data
        months = months_before(asked)
        self.terms: dict[int, list[tuple[date, date | None]]] = {}
        # {organisation with a term: the committee above it}
        self.above: dict[int, int] = {}
        for place, expires, closed, *above in data.terms:
            self.terms.setdefault(place, []).append((expires, closed))
            committee = next((pk for pk, kind in zip(above[::2], above[1::2]) if kind == Kind.COMMITTEE), None)
            if committee is not None:
                self.above[place] = committee
        kinds = sorted({kind for one in asked for kind in one.row.kinds})
        first, last = add_months(data.span.first, -months), max(data.span.last, data.as_of)
        self.elections: dict[int, list[CountingRecord]] = {}
        for record in counting_records(first, last, kinds, list(self.terms), data.as_of) if kinds else ():
            if not data.in_time(record):
                continue
            self.elections.setdefault(record.organisation, []).append(record)
        self.reminders = self._reminders(asked)

    def _reminders(self, asked: list[Asked]) -> dict[str, date]:
        """{what a notice is about: the day the first was sent}, of the rules that reminders are sent for."""
        keys = {
            about_key(place, one.row.reminds, Period.containing(one.row.period, expires))
            for one in asked
            if one.row.reminds
            for place, terms in self.terms.items()
            for expires, _ in terms
        }
        if not keys:
            return {}
        rows = Notice.objects.filter(about__in=keys).order_by("-sent").values_list("about", "sent")
        return {about: clock.day_of(sent) for about, sent in rows if clock.day_of(sent) <= self.data.until}

    def held(self, one: Asked, place: Place) -> Requirement | None:
        """The row of a term that expires in the period: held when it was renewed, or an election is recorded."""
        terms = [term for term in self.terms.get(place.pk, ()) if term[0] in one.period]
        if not terms:
            return None
        expires, closed = terms[-1]
        row = self.data.new_row(place, one)
        row.due = expires
        if expires < self.data.start_of(place):
            return not_applicable(row, why_not_yet(self.data.start, place.kept_from))
        soon = add_months(expires, -one.row.soon_months)
        records = sorted(
            (record for record in self.elections.get(place.pk, ()) if soon <= record.day), key=lambda record: record.day
        )[:1]
        row.records = [record.activity for record in records]
        days = [record.day for record in records]
        days += [closed] if closed is not None and closed <= self.data.until else []
        if days:
            if min(days) <= expires:
                row.on_time = 1
            else:
                row.count_late(min(days))
        return self.data.judge(row)

    def reminded(self, one: Asked, place: Place) -> Requirement | None:
        """The row of a committee: as many reminders as terms below it come within the months before their end."""
        expected, on_time, late, open_days = 0, 0, 0, []
        row = self.data.new_row(place, one)
        last = None
        for pk, terms in self.terms.items():
            for expires, closed in terms if self.above.get(pk) == place.pk else ():
                day = add_months(expires, -one.row.months)
                if day not in one.period or day < self.data.start_of(place) or (closed and closed <= day):
                    continue
                expected, last = expected + 1, max(last or day, day)
                sent = self.reminders.get(about_key(pk, one.row.reminds, Period.containing(one.row.period, expires)))
                if sent is None:
                    open_days.append(day)
                    row.open_places.append(pk)
                elif sent <= day:
                    on_time += 1
                else:
                    late += 1
        if not expected or last is None:
            return not_applicable(row, "下级没有当期应提醒的届满")
        # A reminder after its day was sent late, not entered late.
        row.expected, row.on_time, row.late, row.made_up = expected, on_time, late, late
        row.due = min(open_days, default=last)
        return self.data.judge(row)
