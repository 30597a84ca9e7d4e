"""Forms of the hearing: an objection, its answer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from assessments.hearing.models import Counting, Decision
from common.forms.form import Form
from common.text import clean_text, quoted
from members.activities.models import Activity

OBJECT_TO = "object"
OPINIONS = [("confirm", "确认"), (OBJECT_TO, "异议")]
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


class OpinionForm(Form):
    """What a branch says of all its losses at once: for each 确认, which is what stands there untouched, or 异议 with a reason."""

    def __init__(
        self, *args: Any, lines: Sequence[tuple[str, str]], records: QuerySet[Activity], **kwargs: Any
    ) -> None:
        """lines: [(indicator, name)] to which the branch may object today."""
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        offered = list(records[:MOST])
        choices = [
            ("", "不附记录"),
            *((str(row.pk), f"{row.day:%m-%d} {row.kinds_label} {row.title}"[:60]) for row in offered),
        ]
        self.offered = {str(row.pk): row for row in offered}
        for key, name in self.lines:
            self.fields[f"say-{key}"] = forms.ChoiceField(
                label=f"{name}的意见", choices=OPINIONS, initial=OPINIONS[0][0]
            )
            self.fields[f"why-{key}"] = forms.CharField(
                label=f"{name}的异议理由", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
            )
            self.fields[f"record-{key}"] = forms.ChoiceField(label=f"{name}的有关记录", required=False, choices=choices)
            self.initial.setdefault(f"say-{key}", OPINIONS[0][0])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for key, name in self.lines:
            silent = f"why-{key}" not in self.errors and not clean_text(data.get(f"why-{key}") or "")
            if data.get(f"say-{key}") == OBJECT_TO and silent:
                self.add_error(f"why-{key}", f"请写明对{quoted(name)}有异议的理由。")
        return data

    def objections(self) -> list[tuple[str, str, list[Activity]]]:
        """Return [(indicator, reason, records)] of what is objected to."""
        found = []
        for key, _ in self.lines:
            if self.cleaned_data[f"say-{key}"] == OBJECT_TO:
                record = self.offered.get(self.cleaned_data[f"record-{key}"])
                found.append((key, clean_text(self.cleaned_data[f"why-{key}"]), [record] if record else []))
        return found


class AnswerForm(Form):
    """Whether an objection is taken, and why."""

    decision = forms.ChoiceField(label="是否采纳", choices=Decision.choices, widget=forms.RadioSelect)
    counting = forms.ChoiceField(
        label="计入办法",
        required=False,
        choices=[("", "请选择"), *Counting.choices],
        help_text="部分采纳的，写明按什么计。",
    )
    answer = forms.CharField(
        label="答复理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="采纳的，先处理有关记录并重新试算，得分由系统重新计算，不用手工填写。",
    )

    def clean_answer(self) -> str:
        return clean_text(self.cleaned_data["answer"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("decision") != Decision.PARTLY:
            data["counting"] = ""
        elif not data.get("counting") and "counting" not in self.errors:
            self.add_error("counting", "部分采纳的，请选择计入办法。")
        return data
