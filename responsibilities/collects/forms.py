"""Forms of asking once: the collection with its fields, and the small form that an organisation fills in."""

import re

from django import forms

from branches.places.models.organisations import Organisation
from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.text import whole_number
from responsibilities.collects.models import CollectState, FieldKind
from responsibilities.collects.selectors import known_figures
from responsibilities.collects.services.answers import name_of
from responsibilities.collects.services.collects import MOST_FIELDS, FieldData
from responsibilities.collects.values import LONGEST

SPARE_ROWS = 3
_BETWEEN = re.compile(r"[、，,；;\n/]+")


class CollectFilter(Filter):
    """Filters of the list, read from the address."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *CollectState.choices])
    q = PlainTextField(label="查找", required=False, max_length=50)


class PlacesField(forms.ModelMultipleChoiceField):
    """Organisations to tick."""

    default_error_messages = {
        "invalid_choice": "请从列表中选择填报组织。",
        "invalid_pk_value": "请从列表中选择填报组织。",
        "invalid_list": "请从列表中选择填报组织。",
    }

    def clean(self, value):
        # An id beyond the column's range is no choice either; the database would refuse the whole statement.
        if any(whole_number(pk) is None for pk in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)

    def label_from_instance(self, organisation):
        return organisation.label


class CollectForm(Form):
    title = PlainTextField(label="征集事项", max_length=120)
    purpose = PlainTextField(
        label="用途", max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text="填报组织会看到为什么要填。"
    )
    due = DayField(label="时限")
    targets = PlacesField(
        label="填报组织",
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, askable, **options):
        super().__init__(*args, **options)
        self.fields["targets"].queryset = askable


class FieldForm(Form):
    """One thing to ask. `figure` is a radio button drawn beside the label: taken from the system, nobody is asked."""

    label = PlainTextField(label="内容", required=False, max_length=60)
    kind = forms.ChoiceField(label="类型", required=False, choices=FieldKind.choices, initial=FieldKind.NUMBER)
    options = PlainTextField(label="选项", required=False, max_length=250)
    required = forms.BooleanField(label="必填", required=False, initial=True)
    figure = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean_figure(self):
        key = self.cleaned_data["figure"]
        if key and key not in known_figures.BY_KEY:
            raise forms.ValidationError("请从列出的内容中选择取用项。")
        return key

    def clean(self):
        values = self.cleaned_data
        if not values.get("label") and values.get("options"):
            self.add_error("label", "请写明要征集的内容。")
        return values

    def data_row(self):
        """Return the FieldData of a valid row, None for an empty one."""
        values = self.cleaned_data
        if not values.get("label"):
            return None
        options = tuple(part for part in (text.strip() for text in _BETWEEN.split(values["options"])) if part)
        return FieldData(
            label=values["label"],
            kind=values.get("kind") or FieldKind.NUMBER,
            options=options,
            required=values["required"],
            figure=values["figure"],
        )


FieldFormSet = forms.formset_factory(
    FieldForm, extra=0, max_num=MOST_FIELDS + SPARE_ROWS, validate_max=True, absolute_max=MOST_FIELDS + 20
)


def rows_of(collect):
    """Return the initial rows of the fields of a draft (None: a new one), with spare rows below."""
    rows = []
    for field in collect.fields.all() if collect else ():
        rows.append(
            {
                "label": field.label,
                "kind": field.kind,
                "options": "、".join(field.options),
                "required": field.required,
                "figure": field.figure,
            }
        )
    return rows + [{"kind": FieldKind.NUMBER, "required": True}] * SPARE_ROWS


class AnswerForm(Form):
    """The fields of a collection for one organisation; what is wrong in them the service says."""

    def __init__(self, *args, fields, answers, **options):
        super().__init__(*args, **options)
        for field in fields:
            old = answers.get(field.pk)
            self.fields[name_of(field)] = self._drawn(field, old)

    @staticmethod
    def _drawn(field, old):
        label = field.label if field.required else f"{field.label}（选填）"
        initial = old.value if old else ""
        if field.kind == FieldKind.FILE:
            help_text = f"已上传：{old.paper.name}；再传一个即替换。" if old and old.paper else ""
            return forms.FileField(label=label, required=False, help_text=help_text)
        widget = forms.TextInput(attrs={"maxlength": LONGEST})
        if field.kind == FieldKind.NUMBER:
            widget = forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 20})
        elif field.kind == FieldKind.DATE:
            widget = forms.DateInput(attrs={"type": "date"})
        elif field.kind == FieldKind.CHOICE:
            widget = forms.RadioSelect(choices=[(option, option) for option in field.options])
        elif field.kind == FieldKind.TEXT:
            widget = forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST})
        return forms.CharField(label=label, required=False, initial=initial, widget=widget)
