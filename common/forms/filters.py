"""Filters of lists, read from the address: what is not understood is left out, and one line says so and what is shown."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from common import clock
from common.forms.form import Form
from common.periods import Period
from common.text import EARLIEST, quoted


class Filter(Form):
    """Base of the filters of lists. It is never invalid: a wrong value is taken out, kept for the line, and not drawn.

    instead: {field: (value, words)} of what stands in for a wrong value where that is not the empty choice.
    """

    def __init__(self, *args: Any, instead: dict[str, tuple[str, str]] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.instead = instead or {}
        self.left_out: list[str] = []

    def take_out(self, name: str, value: str) -> None:
        """Offer a field without one of its choices: nothing could fit it now."""
        field: Any = self.fields[name]
        field.choices = [choice for choice in field.choices if choice[0] != value]

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound or not self.errors:
            return
        wrong = {name: errors[0] for name, errors in self.errors.as_data().items() if name in self.fields}
        shown = QueryDict(mutable=True)
        shown.update(self.data)  # what the page draws: the address without its wrong values
        for name, error in wrong.items():
            value, words = self.instead.get(name, ("", self._empty_choice(name)))
            # Only the messages of our own forms are sentences of their own; those of the fields carry a code.
            said = "" if error.code else error.messages[0].rstrip("。")
            self.leave_out(str(self.fields[name].label or name), self.data.get(name, ""), words, said)
            shown[name] = value
        self.data = shown
        self.errors.clear()

    def leave_out(self, label: str, value: object, words: str, said: str = "") -> None:
        """Say that a value of the address was not understood; also for what stands beside the form, such as the order."""
        part = said or f"{label}{quoted(str(value)[:20])}"
        self.left_out.append(f"{part}（显示{words}）" if words else part)

    def _empty_choice(self, name: str) -> str:
        field = self.fields[name]
        if empty_label := getattr(field, "empty_label", None):
            return str(empty_label)
        choices = list(getattr(field, "choices", ()))
        return dict(choices).get("", choices[0][1]) if choices else "全部"

    def chosen(self) -> dict[str, Any]:
        """Return the values that are right."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})

    def narrows(self) -> bool:
        """Whether anything is left out of the list: a value that is seen and is not what stands there by itself."""
        shown = {name: value for name, (value, _) in self.instead.items()}
        chosen = self.chosen()
        visible = [field.name for field in self.visible_fields()]
        return any(chosen.get(name) and str(chosen[name]) != shown.get(name) for name in visible)

    def heading_of_none(self, what: str, otherwise: str) -> str:
        """Return the heading of a list with nothing in it. That there is none yet (`otherwise`) is not known of a narrowed one."""
        return f"没有符合条件的{what}" if self.narrows() else otherwise

    def said(self) -> str:
        """Return what is chosen, in words: each field by its label, each choice as the list calls it; "" where nothing is."""
        parts = []
        for name, value in self.chosen().items():
            if not value or name not in self.fields:
                continue
            # A box that is ticked says what its label says.
            field: Any = self.fields[name]
            offered = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField)
            named = dict(_flat(field.choices)) if offered else {}
            some = value if isinstance(value, list | tuple | set) else [value]
            words = "、".join(str(named.get(str(one), _called(one))) for one in some if one is not True)
            parts.append(f"{field.label or name}：{words}" if words else str(field.label or name))
        return "；".join(parts)

    def ignored(self) -> str:
        """Return the line about what was left out, or ""."""
        self.is_valid()
        return f"已忽略不能识别的筛选条件：{'；'.join(self.left_out)}。" if self.left_out else ""


def _called(value: Any) -> str:
    """Return what a value is called on a page: an organisation or period by its label."""
    label = getattr(value, "label", None)
    return str(label() if callable(label) else label or value)


def _flat(choices: Iterable[Any]) -> Iterable[tuple[str, Any]]:
    """Yield (value, words) of choices, of those that stand in groups too."""
    for value, words in choices:
        if isinstance(words, list | tuple):
            yield from _flat(words)
        else:
            yield str(value), words


class PeriodField(forms.CharField):
    """A period of the address, up to next year; one that is not among the choices joins them while it is shown."""

    def __init__(self, *, offered: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(max_length=7, required=False, **options)
        self.offer(offered)

    def offer(self, periods: Sequence[tuple[str, str]]) -> None:
        """periods: [(period as written, label)]."""
        self.widget = forms.Select(choices=periods)

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            period = Period.parse(text)
        except ValueError:
            raise forms.ValidationError("没有这个期间。", code="invalid") from None
        if not EARLIEST.year <= period.year <= clock.today().year + 1:
            raise forms.ValidationError("没有这个期间。", code="invalid")
        if str(period) not in dict(self.widget.choices):
            self.widget.choices = [*self.widget.choices, (str(period), period.label())]
        return period


class YearField(forms.TypedChoiceField):
    """A year out of those that a list offers."""

    def __init__(self, *, label: str = "年度", years: Iterable[int] = (), **options: Any) -> None:
        super().__init__(label=label, coerce=int, empty_value=None, required=False, **options)
        self.offer(years)

    def offer(self, years: Iterable[int]) -> None:
        self.choices = [(year, f"{year}年") for year in years]


def asked_for(field: forms.Field, text: str | None, fallback: Any) -> Any:
    """Return what a field makes of a text of the address, `fallback` for none or nonsense: where a form is not at hand yet."""
    try:
        value = field.clean(text)
    except forms.ValidationError:
        return fallback
    return fallback if value in field.empty_values else value


REPORTED = "reported"


def reported_words(query: Mapping[str, str]) -> str:
    """Return what a page of today says to whoever comes from a frozen report, "" for anybody else.

    query: of the address; REPORTED names the day of the report's figures, nonsense is ignored.
    """
    try:
        day = date.fromisoformat(query.get(REPORTED, ""))
    except ValueError:
        return ""
    return f"报告中的数据截至 {day:%Y年%-m月%-d日}，本页为当前情况。" if day < clock.today() else ""
