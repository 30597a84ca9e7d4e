"""The word searched for everywhere."""

from django import forms

from common.forms.fields import PlainTextField
from common.forms.form import Form
from members.roster.forms import LONG_NUMBER


class SearchForm(Form):
    q = PlainTextField(label="名称或首字母", max_length=60, required=False)

    def clean_q(self):
        if LONG_NUMBER.search(self.cleaned_data["q"]):
            raise forms.ValidationError("请输入名称，勿输入证件号码或电话。")
        return self.cleaned_data["q"]
