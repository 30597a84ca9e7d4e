"""A host of a joint record confirms it with the attendance of its own people."""

from django import forms

from common.forms.form import Form
from members.activities.forms.attendance import TilesMixin
from members.activities.selectors.rosters import roster


class HostForm(TilesMixin, Form):
    """Attendance of one host. host: the ActivityHost with its organisation and record."""

    attendance_errors = forms.Field(required=False)
    is_talk = picks = False

    def __init__(self, data=None, *, host):
        super().__init__(data)
        self.organisation, self.day = host.organisation, host.activity.day
        self.members = list(roster(self.organisation, self.day))
        self.people = {member.pk: member for member in self.members}
        self.kept_attendance, self.attendance = {}, {}

    def expected(self):
        """Return the members of the host on the day of the record."""
        return self.members

    def clean(self):
        values = super().clean()
        self.attendance = self.clean_tiles()
        missing = sum(state == "not_recorded" for state, _ in self.attendance.values())
        if missing and not self.errors:
            self.add_error("attendance_errors", f"还有 {missing} 人未登记考勤。")
        if not self.members:
            self.add_error("attendance_errors", "当天名册上没有本组织的党员，无法登记考勤。")
        return values
