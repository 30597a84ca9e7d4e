"""What a member writes about his own file."""

from django import forms

from common import clock
from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from members.activities.models import AttendanceState
from members.corrections.models import TEXT_MOST, CorrectionItem
from members.corrections.rules import NO_TEXT, text_problem
from members.files.selectors import entries_of_year

# What was missed lately stands among what may be wrong.
_MISSED = (AttendanceState.ABSENT, AttendanceState.LEAVE, AttendanceState.NOT_RECORDED)
_MISSED_SHOWN = 12
_RECORD = "record-"


class CorrectionForm(Form):
    """What is wrong, and what it should be. meeting: the entry that is meant, so that nothing has to be chosen."""

    item = forms.ChoiceField(label="哪一项有误", error_messages={"required": "请选择哪一项有误。"})
    text = PlainTextField(
        label="应当是",
        max_length=TEXT_MOST,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "例如：当天公假，已请假"}),
        error_messages={"required": NO_TEXT},
    )

    def __init__(self, data=None, *, member, meeting=None, **options):
        super().__init__(data, **options)
        self.meeting, self.missed = meeting, {}
        if meeting is not None:
            del self.fields["item"]
            return
        rows = entries_of_year(member, clock.today().year).filter(state__in=_MISSED)
        self.missed = {f"{_RECORD}{row.activity_id}": row for row in rows.select_related("activity")[:_MISSED_SHOWN]}
        items = [(item.value, item.label) for item in CorrectionItem if item != CorrectionItem.ATTENDANCE]
        self.fields["item"].choices = [("", "请选择"), *((key, _said(row)) for key, row in self.missed.items()), *items]

    def clean_text(self):
        text = self.cleaned_data["text"]
        if problem := text_problem(text):
            raise forms.ValidationError(problem)
        return text

    def values(self):
        """Return what the service takes: text, and the record or the item that is meant."""
        data = self.cleaned_data
        row = self.meeting or self.missed.get(data.get("item", ""))
        return {"text": data["text"]} | ({"activity": row.activity} if row is not None else {"item": data["item"]})


def _said(row):
    return f"考勤：{clock.in_words(row.activity.day)} {row.activity.title or row.activity.kinds_label}"


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
