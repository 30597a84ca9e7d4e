"""Fields that every form of ours shares: clean text, days within reason, organisations by name."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from common import clock
from common.text import EARLIEST, YEARS_AHEAD, clean_text, last_such_day


class PlainTextField(forms.CharField):
    """Text in NFC without invisible marks; a value of such marks only counts as empty.

    numbers: it may hold an identity number (common/forms/form.py refuses it anywhere else).
    """

    def __init__(self, *, numbers: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.numbers = numbers

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value))


class DayField(forms.DateField):
    """A day between the founding of the Party and five years from today."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        options.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"])
        super().__init__(**options)

    def clean(self, value: Any) -> datetime.date | None:
        day = super().clean(value)
        today = clock.today()
        latest = datetime.date(today.year + YEARS_AHEAD, 12, 31)
        if day and not EARLIEST <= day <= latest:
            raise forms.ValidationError(f"日期应在 {clock.in_words(EARLIEST)}至 {clock.in_words(latest)}之间。")
        return day


class PastDayField(DayField):
    """A day on which something has happened: a month and a day without a year (12-25, 12月25日) are the last such day."""

    def to_python(self, value: Any) -> datetime.date | None:
        if isinstance(value, str) and (day := last_such_day(value, clock.today())) is not None:
            return day
        return super().to_python(value)


class OrganisationField(forms.ModelChoiceField):
    """An organisation out of those that `queryset` offers, indented as in the tree; archived ones say so."""

    default_error_messages = {"invalid_choice": "请从列表中选择。"}

    def __init__(self, queryset: Any, **options: Any) -> None:
        options.setdefault("empty_label", "请选择")
        super().__init__(queryset, **options)

    def _offer(self, queryset: Any) -> None:
        # The label of a small group names its branch: one statement for all, also where a form sets its own queryset.
        self._set_queryset(None if queryset is None else queryset.select_related("parent"))  # type: ignore[attr-defined]  # private to Django

    queryset = property(forms.ModelChoiceField._get_queryset, _offer)  # type: ignore[attr-defined]  # a property in Django too

    def label_from_instance(self, organisation: Any) -> str:
        ended = "（已撤销）" if organisation.archived_on else ""
        return "　" * organisation.level + organisation.label + ended


def ask_when(form: forms.Form, name: str, other: str, *values: str) -> None:
    """Ask the field `name` only while the field `other` has one of some values; who has no JavaScript sees it always."""
    form.fields[name].widget.attrs["data-when"] = f"{other}={'|'.join(values)}"


def take_errors(form: forms.Form, error: ValidationError) -> None:
    """Put a service's ValidationError into `form`: at its fields where they are there, on top otherwise."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)
