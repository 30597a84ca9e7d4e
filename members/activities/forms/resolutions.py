"""The rows of resolutions on the record form."""

from django import forms

from common.forms.form import Form
from members.activities.forms.fields import DayField, PersonField, TextField

MOST = 30


class ResolutionForm(Form):
    """One decision: text, who carries it out, until when. A row without text says nothing."""

    text = TextField(label="决议", max_length=500, required=False)
    due = DayField(label="时限", required=False)

    def __init__(self, *args, people, day=None, kept=(), **options):
        """day: of the meeting, None while it is not known. kept: due dates that stand there already, from before this was asked."""
        super().__init__(*args, **options)
        self.day, self.kept = day, kept
        self.fields["owner"] = PersonField(label="责任人", people=people, empty="责任人", required=False)

    def clean_due(self):
        """What is due on the day of the meeting is carried out there and then: nothing is left to follow up, or to win by."""
        due = self.cleaned_data.get("due")
        if due and self.day and due <= self.day and due not in self.kept:
            raise forms.ValidationError("时限应晚于会议当天；当场办结的不必写时限。")
        return due

    def clean(self):
        values = self.cleaned_data
        if not values.get("text") and "text" not in self.errors and (values.get("owner") or values.get("due")):
            self.add_error("text", "请写明决议内容。")
        return values


ResolutionFormSet = forms.formset_factory(
    ResolutionForm, extra=1, max_num=MOST, validate_max=True, absolute_max=MOST + 10
)
