"""The form that asks for one sentence: an explanation, a reason."""

from typing import Any

from django import forms

from common.forms.form import Form
from common.text import clean_text


class ReasonForm(Form):
    """One sentence with its reason; the label is the caller's."""

    text = forms.CharField(max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str = "说明", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label

    def clean_text(self) -> str:
        text = clean_text(self.cleaned_data["text"])
        if not text:
            raise forms.ValidationError("请填写内容。")
        return text
