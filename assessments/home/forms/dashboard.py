"""Filters of the dashboard, read from the address."""

from django import forms

from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.forms.filters import Filter, PeriodField
from common.forms.sought import SoughtOrganisationField
from common.periods import QUARTER, Period


def _quarters():
    period, found = Period.containing(QUARTER, clock.today()), []
    for _ in range(5):
        found.append((str(period), period.label()))
        period = period.previous()
    return found


class DashboardFilter(Filter):
    period = PeriodField(label="期间")
    top = SoughtOrganisationField(Organisation.objects.none(), label="范围", required=False, empty_label="全部党支部")
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部状态"),
            ("overdue", "有逾期"),
            ("due_soon", "有临期"),
            ("submitted", "有待审核"),
            ("returned", "有退回"),
        ],
    )
    order = forms.ChoiceField(
        label="排序", required=False, choices=[("lag", "按落后程度"), ("tree", "按组织顺序")], widget=forms.HiddenInput
    )

    # The group that is open where the map is folded: the id of what its branches stand below.
    group = forms.IntegerField(label="分组", required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args, tops, many=False, **kwargs):
        """tops: organisations that may be chosen. many: more branches than the map shows unfolded; upper levels alone are offered."""
        super().__init__(*args, **kwargs)
        self.many = many
        self.fields["top"].queryset = tops
        if many:
            # Branches are found by their names.
            self.fields["top"].listed = tops.filter(kind__in=(Kind.COMMITTEE, Kind.GENERAL_BRANCH))
        self.fields["period"].offer(_quarters())
        for name in ("period", "top", "state"):
            self.fields[name].widget.attrs["data-submit"] = ""

    def clean_period(self):
        period = self.cleaned_data["period"]
        if period is not None and period.kind != QUARTER:
            raise forms.ValidationError("总览按季度显示，请选择季度。")
        return period
