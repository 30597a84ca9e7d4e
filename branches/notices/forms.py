from django import forms

from common.forms.form import Form


class FeedbackForm(Form):
    text = forms.CharField(
        label="意见建议",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="哪里不好用、哪里重复填报，都可以写。",
    )
    page = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)
