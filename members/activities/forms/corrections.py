"""Why an accepted record is corrected."""

from django import forms

from common.forms.form import Form
from members.activities.forms.fields import TextField


class CorrectionForm(Form):
    """The reason stays with the new version, for its reviewer and for whoever reads both."""

    reason = TextField(
        label="更正原因",
        max_length=500,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明哪里有误、依据什么更正，审核人会看到。",
        error_messages={"required": "请写明更正原因。"},
    )
