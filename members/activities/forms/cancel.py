"""Why a planned activity is called off."""

from django import forms

from common.forms.form import Form
from members.activities.forms.fields import TextField


class CancelForm(Form):
    """Why a planned activity will not take place."""

    reason = TextField(
        label="取消原因",
        max_length=500,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明取消原因。"},
    )
