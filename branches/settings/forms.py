"""A new value of a setting and the day from which it is in force; the agency's start date."""

from django import forms

from common import clock
from common.forms.fields import DayField, PlainTextField


class SettingForm(forms.Form):
    value = PlainTextField(label="新值", max_length=12)
    valid_from = DayField(label="从何日起", initial=clock.today)


class StartForm(forms.Form):
    day = DayField(label="启用日期", help_text="通常是一个季度或一年的第一天。")
