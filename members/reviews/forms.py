from django import forms

from members.activities.forms.fields import TextField


class ReturnForm(forms.Form):
    """Why a record goes back. version: of the record as the reviewer read it."""

    reason = TextField(
        label="退回原因",
        max_length=500,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明退回原因。"},
        help_text="写明要改什么，记录人会收到这段话。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=1_000_000)


class VersionForm(forms.Form):
    """The version of the record as it was read, for a decision without words."""

    version = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)
