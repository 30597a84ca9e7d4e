"""Filters of lists, read from the address: what is not understood is left out, and one line says so and what is shown."""

from django import forms

from common import clock
from common.periods import Period
from common.text import EARLIEST


class Filter(forms.Form):
    """Base of the filters of lists. It is never invalid: a wrong value is taken out, kept for the line, and not drawn.

    instead: {field: (value, words)} of what stands in for a wrong value where that is not the empty choice.
    """

    def __init__(self, *args, instead=None, **options):
        super().__init__(*args, **options)
        self.instead = instead or {}
        self.left_out = []

    def full_clean(self):
        super().full_clean()
        if not self.is_bound or not self._errors:
            return
        wrong = {name: errors[0] for name, errors in self._errors.as_data().items() if name in self.fields}
        given, self.data = self.data, self.data.copy()
        for name, error in wrong.items():
            value, words = self.instead.get(name, ("", self._empty_choice(name)))
            # Only the messages of our own forms are sentences of their own; those of the fields carry a code.
            said = "" if error.code else error.messages[0].rstrip("。")
            self.leave_out(self.fields[name].label or name, given.get(name, ""), words, said)
            self.data[name] = value
        self._errors = forms.utils.ErrorDict()

    def leave_out(self, label, value, words, said=""):
        """Say that a value of the address was not understood; also for what stands beside the form, such as the order."""
        part = said or f"{label}“{str(value)[:20]}”"
        self.left_out.append(f"{part}（显示{words}）" if words else part)

    def _empty_choice(self, name):
        field = self.fields[name]
        if getattr(field, "empty_label", None):
            return field.empty_label
        choices = list(getattr(field, "choices", ()))
        return dict(choices).get("", choices[0][1]) if choices else "全部"

    def chosen(self):
        """Return the values that are right."""
        self.is_valid()
        return getattr(self, "cleaned_data", {})

    def narrows(self):
        """Whether anything is left out of the list: a value that is seen and is not what stands there by itself."""
        shown = {name: value for name, (value, _) in self.instead.items()}
        chosen = self.chosen()
        visible = [field.name for field in self.visible_fields()]
        return any(chosen.get(name) and str(chosen[name]) != shown.get(name) for name in visible)

    def ignored(self):
        """Return the line about what was left out, or ""."""
        self.is_valid()
        return f"已忽略不能识别的筛选条件：{'；'.join(self.left_out)}。" if self.left_out else ""


class PeriodField(forms.CharField):
    """A period of the address, up to next year; one that is not among the choices joins them while it is shown."""

    def __init__(self, *, offered=(), **options):
        super().__init__(max_length=7, required=False, **options)
        self.offer(offered)

    def offer(self, periods):
        """periods: [(period as written, label)]."""
        self.widget = forms.Select(choices=periods)

    def clean(self, value):
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

    def __init__(self, *, label="年度", years=(), **options):
        super().__init__(label=label, coerce=int, empty_value=None, required=False, **options)
        self.offer(years)

    def offer(self, years):
        self.choices = [(year, f"{year}年") for year in years]


def asked_for(field, text, fallback):
    """Return what a field makes of a text of the address, `fallback` for none or nonsense: where a form is not at hand yet."""
    try:
        value = field.clean(text)
    except forms.ValidationError:
        return fallback
    return fallback if value in field.empty_values else value
