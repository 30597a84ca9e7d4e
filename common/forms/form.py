"""The form that every form of ours is: what it says of a wrong field names the field and what to write there."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.numbers import holds_identity_number
from common.text import quoted

# What Django says itself never names the field; it is replaced, what a form or field of ours says stays. {} is the field.
_CHOICE = {
    "required": "请选择{}。",
    "invalid_choice": "{}请从列表中选择。",
    "invalid_list": "{}请从列表中选择。",
    "invalid_pk_value": "{}请从列表中选择。",
}
_FILE = {
    "required": "请选择{}。",
    "missing": "请选择{}。",
    "invalid": "{}没有传上来，请重新选择。",
    "empty": "{}是空的，请重新选择。",
    "max_length": "{}的名称太长：最多 %(max)d 个字，现在有 %(length)d 个。",
}
_ANY = {
    "required": "请填写{}。",
    "max_length": "{}最多 %(limit_value)d 个字，现在有 %(show_value)d 个。",
    "min_length": "{}至少 %(limit_value)d 个字，现在有 %(show_value)d 个。",
    "max_value": "{}不能大于 %(limit_value)s。",
    "min_value": "{}不能小于 %(limit_value)s。",
    "max_digits": "{}最多 %(max)s 位数字。",
    "max_decimal_places": "{}的小数最多 %(max)s 位。",
    "max_whole_digits": "{}的整数部分最多 %(max)s 位。",
    "null_characters_not_allowed": "{}中有不能保存的字符，请重新填写。",
}
_BY_KIND: tuple[tuple[type[forms.Field], Mapping[str, str]], ...] = (
    (forms.ChoiceField, _CHOICE),
    (forms.ModelChoiceField, _CHOICE),
    (forms.FileField, _FILE),
    (forms.BooleanField, {"required": "请勾选{}。"}),
    (forms.DateField, {"invalid": "{}应是有效的日期，如 2026-03-05。"}),
    (forms.TimeField, {"invalid": "{}应是有效的时间，如 14:30。"}),
    (forms.IntegerField, {"invalid": "{}应是整数。"}),
    (forms.UUIDField, {"invalid": "{}无效，请重新载入页面再填。"}),
)
# IntegerField is the parent of these, so they are asked first.
_NUMBERS = (forms.DecimalField, forms.FloatField)


def _sentences(field: forms.Field) -> dict[str, str]:
    if isinstance(field, _NUMBERS):
        return _ANY | {"invalid": "{}应是数字。"}
    found = dict(_ANY)
    for kind, words in _BY_KIND:
        if isinstance(field, kind):
            found |= words
    return found


def _djangos(field: forms.Field) -> Iterator[tuple[str, Any]]:
    """Yield (code, sentence) that the field says as Django made it, or not at all by itself: a validator's."""
    stock: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        if kind.__module__.startswith("django."):
            stock |= kind.__dict__.get("default_error_messages", {})
    for code in _sentences(field):
        if code not in field.error_messages or field.error_messages[code] is stock.get(code):
            yield code, stock.get(code)


def name_field(field: forms.Field, label: str) -> None:
    """Put sentences that name `label` in place of those of Django which `field` still says."""
    words = _sentences(field)
    # "%" stands for a value in these sentences.
    name = quoted(label).replace("%", "％") if label else "这一项"
    for code, _ in list(_djangos(field)):
        field.error_messages[code] = words[code].format(name)


class Form(forms.Form):
    """A form whose sentences name the field by the label that stands on the page."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            hidden = field.widget.is_hidden
            name_field(field, "" if hidden else str(self[name].label))
        super().full_clean()

    def _clean_form(self) -> None:
        super()._clean_form()  # type: ignore[misc]  # private to Django
        self._refuse_identity_numbers()

    def _refuse_identity_numbers(self) -> None:
        """An identity number has its field in the roster, where it is encrypted; elsewhere it would stand in clear in
        records, notices and the trail, for ever (control C46).
        """
        for name, field in self.fields.items():
            taken = getattr(field, "numbers", False) or isinstance(field.widget, forms.PasswordInput)
            value = self.cleaned_data.get(name)
            if isinstance(value, str) and not taken and holds_identity_number(value):
                self.add_error(name, "这里不能写公民身份号码，请删去；号码只登记在党员名册的专用栏。")

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django's; a column of a model that a service found empty is named as well."""
        if field in self.fields and isinstance(error, ValidationError) and not hasattr(error, "error_dict"):
            for one in error.error_list:
                if one.code in ("blank", "null"):
                    one.message = self.fields[field].error_messages["required"]
        super().add_error(field, error)
