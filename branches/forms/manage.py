"""Forms of the administrator's and the auditor's pages."""

from django import forms

from branches import clock
from branches.forms.fields import DayField, PlainTextField
from branches.forms.filters import Filter
from branches.models import JobRun


class SettingForm(forms.Form):
    value = PlainTextField(label="新值", max_length=12)
    valid_from = DayField(label="从何日起", initial=clock.today)


class JobFilter(Filter):
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *JobRun.State.choices])


class AuditFilter(Filter):
    who = PlainTextField(label="操作人", max_length=64, required=False)
    verb = forms.ChoiceField(label="动作", required=False)
    object_name = PlainTextField(label="对象", max_length=100, required=False)
    first = DayField(label="自", required=False)
    last = DayField(label="至", required=False)

    def __init__(self, *args, verbs, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [("", "全部"), *verbs]

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "止日不能早于起日。")
        return data
