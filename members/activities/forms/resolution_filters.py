"""Filters of the list of resolutions, and the two sentences about one of them."""

from django import forms

from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from members.activities.selectors.resolutions import STATES


class ResolutionFilter(Filter):
    """Filters, read from the address."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES.items()])
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    q = PlainTextField(label="查找", required=False, max_length=50)

    def __init__(self, *args, organisations, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = organisations


class DoneForm(Form):
    done_on = DayField(label="办结日期")


class ReopenForm(Form):
    reason = PlainTextField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
