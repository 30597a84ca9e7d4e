"""What a member writes about his own file."""

from django import forms

from common.forms.fields import PlainTextField
from common.forms.form import Form


class CorrectionForm(Form):
    text = PlainTextField(
        label="哪里不对，应当是什么",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="党支部书记会收到通知，核对后修改。",
        error_messages={"required": "请写明哪里不对，应当是什么。"},
    )
