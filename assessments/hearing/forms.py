"""Forms of the hearing: an objection, its answer."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from assessments.hearing.models import Decision
from common.forms.form import Form
from common.text import clean_text
from members.activities.models import Activity

# More records than these are not looked through; the reason names what is meant.
MOST = 60


class _Records(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.day:%-m月%-d日} {obj.kinds_label} {obj.title}"


class ObjectionForm(Form):
    """The reason, and the records that it names."""

    reason = forms.CharField(
        label="异议理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明哪件事已经做了、什么时候、在哪条记录里。",
    )
    records = _Records(
        queryset=Activity.objects.none(), label="有关记录", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, records: QuerySet[Activity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["records"]
        assert isinstance(field, _Records)
        ids = [row.pk for row in records[:MOST]]
        field.queryset = records.filter(pk__in=ids)
        if not ids:
            del self.fields["records"]

    def clean_reason(self) -> str:
        return clean_text(self.cleaned_data["reason"])


class AnswerForm(Form):
    """Whether an objection is taken, and why."""

    decision = forms.ChoiceField(label="是否采纳", choices=Decision.choices, widget=forms.RadioSelect)
    answer = forms.CharField(
        label="答复理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="采纳的，先处理有关记录并重新试算，得分由系统重新计算，不用手工填写。",
    )

    def clean_answer(self) -> str:
        return clean_text(self.cleaned_data["answer"])
