"""Forms of assessment: which period, which reason, which number."""

from django import forms

from common import clock
from common.forms.form import Form
from common.periods import QUARTER, YEAR, Period


def assessable_periods():
    """Return the choices of periods that can be assessed: the last six quarters and this and last year."""
    this = Period.containing(QUARTER, clock.today())
    found, period = [], this
    for _ in range(6):
        found.append((str(period), period.label()))
        period = period.previous()
    year = Period.containing(YEAR, clock.today())
    return [*found, (str(year), year.label()), (str(year.previous()), year.previous().label())]


class TrialForm(Form):
    period = forms.ChoiceField(label="考核期")
    reason = forms.CharField(
        label="更正原因", required=False, max_length=300, help_text="已发布过的考核期须写明为什么更正。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = assessable_periods()

    def clean_period(self):
        return Period.parse(self.cleaned_data["period"])
