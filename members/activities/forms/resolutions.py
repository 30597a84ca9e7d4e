"""The rows of resolutions on the record form."""

from django import forms

from common.forms.form import Form
from members.activities.forms.fields import DayField, PersonField, TextField

MOST = 30


class ResolutionForm(Form):
    """One decision: text, who carries it out, until when. A row without text says nothing."""

    text = TextField(label="决议", max_length=500, required=False)
    due = DayField(label="时限", required=False)

    def __init__(self, *args, people, **options):
        super().__init__(*args, **options)
        self.fields["owner"] = PersonField(label="责任人", people=people, empty="责任人", required=False)

    def clean(self):
        values = self.cleaned_data
        if not values.get("text") and "text" not in self.errors and (values.get("owner") or values.get("due")):
            self.add_error("text", "请写明决议内容。")
        return values


ResolutionFormSet = forms.formset_factory(
    ResolutionForm, extra=1, max_num=MOST, validate_max=True, absolute_max=MOST + 10
)
