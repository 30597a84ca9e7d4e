"""What a member writes about his own file."""

from django import forms

from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form


class CorrectionForm(Form):
    text = PlainTextField(
        label="哪里不对，应当是什么",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="党支部书记会收到通知，核对后修改。",
        error_messages={"required": "请写明哪里不对，应当是什么。"},
    )


class WhoSawFilter(Filter):
    """Whose data, and between which days; several persons may have one name."""

    name = PlainTextField(label="党员姓名", max_length=64, required=False)
    first = DayField(label="自", required=False)
    last = DayField(label="至", required=False)

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "止日不能早于起日。")
        return data
