"""Forms of assessment: which period, which reason, which number."""

from django import forms

from assessments.results.matrix import CHANGE, TREE
from assessments.schemes.selectors import assessed_periods, scheme_titles
from assessments.schemes.services import BRANCH_SCHEME
from branches.places.models.groups import ComparisonGroup
from common import clock
from common.forms.filters import Filter, YearField
from common.forms.form import Form
from common.periods import HALF, QUARTER, YEAR, Period

# How many of each kind of period are offered, the running one included.
OFFERED = {QUARTER: 6, HALF: 3, YEAR: 2}


def assessable_periods():
    """Return the choices of periods that can be assessed: the newest of each kind that a scheme assesses."""
    found = []
    for kind, number in OFFERED.items():
        period = Period.containing(kind, clock.today())
        for _ in range(number):
            found.append(period)
            period = period.previous()
    return [(str(period), period.label()) for period in assessed_periods(found)]


class TrialForm(Form):
    key = forms.ChoiceField(label="方案", required=False)
    period = forms.ChoiceField(label="考核期")
    reason = forms.CharField(
        label="更正原因", required=False, max_length=300, help_text="已发布过的考核期须写明为什么更正。"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = assessable_periods()
        self.fields["key"].choices = scheme_titles()

    def clean_key(self):
        return self.cleaned_data["key"] or BRANCH_SCHEME

    def clean_period(self):
        return Period.parse(self.cleaned_data["period"])


# Stands in the address for the branches that belong to no group.
NO_GROUP = "none"


class ScoreFilter(Filter):
    """What of the matrix of scores is shown; all of it stands in the address."""

    year = YearField()
    group = forms.ChoiceField(label="类别", required=False, choices=[])
    part = forms.ChoiceField(label="方面", required=False, widget=forms.HiddenInput)
    order = forms.ChoiceField(
        label="排序",
        required=False,
        choices=[(TREE, "按组织顺序"), (CHANGE, "按变化大小")],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, years, parts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].offer(years)
        self.fields["group"].choices = [("", "全部类别"), *ComparisonGroup.choices, (NO_GROUP, "未设类别")]
        self.fields["part"].choices = [("", "总得分率"), *parts]
        for name in ("year", "group"):
            self.fields[name].widget.attrs["data-submit"] = ""
