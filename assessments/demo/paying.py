"""A year of dues in the demo agency: rates of January, each month collected, some late, some owed, a few uses. All invented."""

import random
from datetime import date, timedelta
from decimal import Decimal

from assessments.demo.duties import moment
from common import clock
from common.periods import MONTH, Period
from members.dues.models import RateKind
from members.dues.rules import fee, months_of
from members.dues.selectors.month import month_lines
from members.dues.services.payments import month_collect
from members.dues.services.rates import RateLine, rates_fix
from members.dues.services.uses import use_note
from members.roster.models.members import PARTY_STAGES, Member

_DAY = timedelta(days=1)
# Of a hundred member-months so many are paid a month late, or not at all.
_LATE, _OWED = 3, 1


class Paying:
    """Collects for the branches of a `people.Maker`, with chance of its own, so that nothing before it changes."""

    def __init__(self, maker):
        self.maker, self.today = maker, clock.today()
        self.chance = random.Random(20260601)  # nosec B311

    def live(self):
        for number, branch in enumerate(self.maker.branches):
            # Somebody always comes in the year and has no amount yet.
            self._rates(branch, spare=number % 9 == 4)
            for month in months_of(self.today.year):
                if month.last < self.today:
                    self._month(branch, month)
            if number % 4 == 1:
                self._use(branch, number)

    def _rates(self, branch, *, spare):
        year, retired = self.today.year, "离退休" in str(branch.place)
        people = list(Member.objects.filter(home=branch.place, stage__in=PARTY_STAGES).order_by("pk"))
        lines = []
        for member in people[: -1 if spare else None]:
            kind = RateKind.RETIRED if retired else RateKind.SALARIED
            amount, band = fee(kind, Decimal(self.chance.randrange(5200, 13800, 100)))
            lines.append(RateLine(member.pk, kind, amount, band, quarterly=retired))
        with clock.at(moment(date(year, 1, 9))):
            rates_fix(by=branch.secretary, branch=branch.place, year=year, since=date(year, 1, 1), lines=lines)

    def _month(self, branch, month):
        in_time, late = [], []
        for line in month_lines(branch.place, month, self.today):
            drawn = self.chance.randrange(100)
            if not line.open or drawn < _OWED:
                continue
            (late if drawn < _OWED + _LATE else in_time).append(line.member)
        for members, day in ((in_time, month.last - 3 * _DAY), (late, month.last + 12 * _DAY)):
            if members and day <= self.today:
                with clock.at(moment(day)):
                    month_collect(by=branch.secretary, branch=branch.place, month=month, members=members, paid_on=day)

    def _use(self, branch, number):
        on = Period.containing(MONTH, self.today).previous().first + 6 * _DAY
        with clock.at(moment(on)):
            use_note(
                by=branch.secretary,
                organisation=branch.place,
                on=on,
                heading="materials" if number % 8 == 1 else "training",
                amount=Decimal(380 + 20 * number),
                purpose="订阅学习资料" if number % 8 == 1 else "党员集中培训",
            )
