"""Filter of the trail, read from the address."""

from django import forms

from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter


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
