"""What branches owe about dues, reckoned the slow way: one organisation, one member, one month at a time.

Written from the rulebook (fee-monthly, fee-fix-yearly, fee-publish, life-dues-day) and decisions 204, 205 and 260, not from the product.
"""

from datetime import date

from common.periods import Period
from members.dues.models import DuesRate
from members.roster.models.members import Member, Membership
from tests.members.dues import slow
from tests.responsibilities.requirements.slow_levels import SlowLevels
from tests.responsibilities.requirements.slow_requirements import DEFAULTS, alive, bounds, days, label

DEFAULTS |= {"dues_day_per_month": "0"}
MONTHLY = ("fee-monthly", "life-dues-day")


class SlowDues(SlowLevels):
    """Adds the four rules of dues to what the upper levels and persons owe."""

    def __init__(self, as_of):
        super().__init__(as_of)
        self.rates = list(DuesRate.objects.select_related("member"))
        self.stays = list(Membership.objects.all())
        self.states = {}

    def rows(self, year):
        found = super().rows(year)
        for place in self.places:
            if place.kind == "branch":
                for number in range(1, 13):
                    for rule in MONTHLY:
                        if (row := self.of_month(place, rule, year, number)) is not None:
                            found[place.pk, rule, label(1, year, number), ""] = row
                if (row := self.of_amounts(place, year)) is not None:
                    found[place.pk, "fee-fix-yearly", str(year), ""] = row
            if place.kind in ("branch", "committee") and (row := self.of_publication(place, year)) is not None:
                found[place.pk, "fee-publish", str(year), ""] = row
        return found

    # ---- what is known of each month

    def of_branch(self, place, year, number):
        """The states of the member-months of a branch, none where nobody of the month has an amount of the year or the one before."""
        if not self.states:
            months = [Period("month", year, one) for one in range(1, 13)]
            paying = {rate.member_id for rate in self.rates if rate.year in (year, year - 1)}
            keep = set()
            for member in Member.objects.prefetch_related("memberships", "stage_spells", "party_statuses"):
                for month in months:
                    branch = slow.branch(member, month)
                    state = "not_applicable" if month.last < self.start else slow.state(member, month, self.as_of)
                    self.states.setdefault((branch, month.number), []).append(state)
                    keep |= {(branch, month.number)} if member.pk in paying else set()
            self.states = {key: states if key in keep else [] for key, states in self.states.items()}
        return self.states.get((place.pk, number), [])

    def asked(self, place, year, number):
        """The states of those whose dues of the month are asked for: of what is not due yet, while the month runs."""
        running = self.as_of <= bounds(1, year, number)[1]
        wanted = ("paid", "paid_late", "owed", *(["not_due"] if running else []))
        return [state for state in self.of_branch(place, year, number) if state in wanted]

    # ---- the rules

    def of_month(self, place, rule, year, number):
        first, last = bounds(1, year, number)
        states = self.asked(place, year, number)
        once = rule == "life-dues-day"
        if not states or once and not int(self.setting("dues_day_per_month", first)):
            return None
        on_time, late = states.count("paid"), states.count("paid_late")
        numbers = (len(states), on_time, late)
        if once:
            numbers = (1, 1, 0) if on_time else (1, 0, 1) if late else (1, 0, 0)
        return self.owed(place, rule, (first, last), numbers, last)

    def of_amounts(self, place, year):
        first, last = bounds(12, year, 1)
        states = [state for state in self.of_branch(place, year, 1) if state != "not_applicable"]
        if not states or first > self.as_of:
            return None
        fixed = len(states) - states.count("unknown")
        return self.owed(place, "fee-fix-yearly", (first, last), (len(states), fixed, 0), date(year, 1, 31))

    def of_publication(self, place, year):
        first, last = bounds(12, year, 1)
        if not self.keeps(place, first, last):
            return None
        numbers = (1, *self.of_records(place, {"dues"}, "dues_published", first, last))
        return self.owed(place, "fee-publish", (first, last), numbers, last)

    def keeps(self, place, first, last):
        """Whether somebody with an amount of the year or the one before belonged there within it; a committee: below it."""
        paying = {rate.member_id for rate in self.rates if rate.year in (first.year, first.year - 1)}
        branches = {
            stay.organisation_id
            for stay in self.stays
            if stay.member_id in paying and stay.starts <= last and (stay.ends is None or stay.ends >= first)
        }
        if place.kind == "branch":
            return place.pk in branches
        return any(self.above(one) == place for one in self.places if one.pk in branches)

    def owed(self, place, rule, span, numbers, due):
        first, last = span
        if not any(alive(place, day) for day in days(first, last)):
            return None
        ended = place.archived_on if place.archived_on and place.archived_on < last else last
        if self.history(place, ended, first, last):
            return 0, 0, "not_applicable", ended
        due = min(due, ended)
        expected, on_time, late = numbers
        lived = [day for day in days(first, last) if alive(place, day) and day >= self.start]
        if not self.enough(lived, first, last) and on_time + late < expected:
            return 0, 0, "not_applicable", due
        return self.judged(place, rule, span, numbers, due)
