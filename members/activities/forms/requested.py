"""The period a record form was opened for, as from an overdue card: was it held then, or is it made up for now?"""

from common import clock
from common.periods import Period


class RequestedPeriodMixin:
    """For a form with a hidden `period`, `day` and `makes_up_for` (a choice of first days of months)."""

    def requested_period(self):
        """Return the Period of the address or of the post; None without one, or with a text that is none."""
        value = self.data.get("period") if self.is_bound else self.initial.get("period")
        try:
            return Period.parse(str(value)) if value else None
        except ValueError:
            return None

    @property
    def overdue(self):
        """The requested period where it is over, else None: only then is there a choice between then and now."""
        return self.requested if self.requested and self.requested.last < clock.today() else None

    @property
    def overdue_month(self):
        """The value of 补办 for the requested period: its first day. For a month that month, as one picks it below."""
        return str(self.overdue.first) if self.overdue else ""

    def fit_makes_up_for(self, values):
        """Return 补办 as the dates demand it: held within the period is no 补办; after it, and nothing said, it is."""
        chosen, day = values.get("makes_up_for"), values.get("day")
        if not self.overdue or not day:
            return chosen
        if day in self.overdue and chosen == self.overdue_month:
            return ""
        if day > self.overdue.last and "makes_up_for" not in self.data:
            return self.overdue_month
        return chosen
