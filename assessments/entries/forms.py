"""The forms of an entry: what, about whom, why and on what it rests; of a vote its counts; of a self-rating its sentence."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from assessments.entries.items import EntryItem
from assessments.entries.models import EntryKind
from assessments.scoring.numbers import plain
from assessments.scoring.schemes import Indicator
from branches.places.models.organisations import Organisation
from common.forms.fields import OrganisationField, PlainTextField
from common.forms.form import Form
from members.activities.models import Activity
from members.care.models import Honour

# In the order in which they are offered.
_GROUPS = (
    EntryKind.BONUS,
    EntryKind.VETO,
    EntryKind.SCORE,
    EntryKind.DEDUCT,
    EntryKind.CONDITION,
    EntryKind.ADJUST,
    EntryKind.QUOTA,
)
# More meetings than these are found by a word.
MOST = 40


class EntryForm(Form):
    organisation = OrganisationField(None, label="党组织")
    item = forms.ChoiceField(label="事项")
    points = forms.DecimalField(
        label="分值",
        required=False,
        max_digits=6,
        decimal_places=2,
        help_text="人工评分和调整才填写，扣减填负数；加分、否决按方案。",
    )
    indicator = forms.ChoiceField(
        label="计零分的指标", required=False, help_text="只在方案规定“该项计零分”的情形选择。"
    )
    reason = PlainTextField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    document = PlainTextField(label="依据", max_length=120, help_text="文号、通报或材料名称。")
    # Of a bonus that is offered from the honours of the period.
    honour = forms.ModelChoiceField(
        Honour.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "这项表彰不在您能看到的范围内，或登记已经作废。"},
    )

    def __init__(self, *args, organisations, items, indicators, honours, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["honour"].queryset = honours
        self.fields["organisation"].queryset = organisations
        self.fields["item"].choices = [("", "请选择"), *_grouped(items)]
        self.fields["indicator"].choices = [("", "不选"), *indicators]


def _grouped(items: dict[str, EntryItem]):
    for kind in _GROUPS:
        mine = [(item.key, item.label) for item in items.values() if item.kind == kind and not item.levels]
        if mine:
            yield EntryKind(kind).label, mine


class _Meeting(forms.ModelChoiceField):
    default_error_messages = {"invalid_choice": "请选择已审核通过的会议记录。"}

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.day:%-m月%-d日} {obj.organisation.label} {obj.kinds_label} {obj.title}"


class TallyForm(Form):
    """The counts of one vote and the record of the meeting at which they were counted."""

    organisation = OrganisationField(None, label="党组织")
    activity = _Meeting(
        Activity.objects.none(),
        label="会议记录",
        empty_label="请选择",
        help_text="票在哪次会上发出和清点，选那次会的记录；没有列出的，用上面的查找。",
    )
    expected = forms.IntegerField(label="发出票数", min_value=1, max_value=99999)
    invalid = forms.IntegerField(
        label="无效票", min_value=0, max_value=99999, initial=0, help_text="空白、多选和无法辨认的，不计入得分。"
    )
    reason = PlainTextField(label="说明", max_length=300, help_text="如参加测评的人员范围、监票人。")

    field_order = ["organisation", "activity", "expected"]

    def __init__(
        self,
        *args: Any,
        item: EntryItem,
        organisations: QuerySet[Organisation],
        meetings: QuerySet[Activity],
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.item = item
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["activity"].queryset = meetings  # type: ignore[attr-defined]
        for place, name in enumerate(item.levels):
            self.fields[f"level_{place}"] = forms.IntegerField(
                label=f"{name}（票）", min_value=0, max_value=99999, required=False
            )
        self.order_fields(
            ["organisation", "activity", "expected", *(f"level_{place}" for place in range(len(item.levels)))]
        )

    def rows(self) -> list[list[forms.BoundField]]:
        """Return the fields as they stand: papers in a line, levels in a line, the others each by itself."""
        levels = [self[f"level_{place}"] for place in range(len(self.item.levels))]
        return [
            [self["organisation"]],
            [self["activity"]],
            [self["expected"], self["invalid"]],
            levels,
            [self["reason"]],
        ]

    def data_of_tally(self) -> dict[str, Any]:
        """Return what the service takes of a vote; valid forms only."""
        given = self.cleaned_data
        counts = {name: given[f"level_{place}"] for place, name in enumerate(self.item.levels)}
        return {key: given[key] for key in ("activity", "invalid", "expected")} | {"counts": counts}


class SelfForm(Form):
    """What an organisation says of one indicator: a level or a figure, and one sentence."""

    text = PlainTextField(
        label="自评说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text="用一句话说明做了什么。"
    )

    def __init__(self, *args: Any, row: Indicator, high: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row.method == "graded":
            levels = [(name, f"{name}（{plain(points)} 分）") for name, points in row.levels]
            self.fields["level"] = forms.ChoiceField(label="自评档次", choices=[("", "请选择"), *levels])
        else:
            label = f"自评（0 至 {high}）" if row.method == "manual" else "自评数值"
            self.fields["points"] = forms.DecimalField(label=label, max_digits=6, decimal_places=2, min_value=0)
        self.order_fields(["level", "points", "text"])
