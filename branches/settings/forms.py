"""A new value of a setting and the day from which it is in force."""

from django import forms

from common import clock
from common.forms.fields import DayField, PlainTextField


class SettingForm(forms.Form):
    value = PlainTextField(label="新值", max_length=12)
    valid_from = DayField(label="从何日起", initial=clock.today)
