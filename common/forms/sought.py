"""An organisation of a filter: chosen from a list, or, where there are too many for one, found by a part of its name."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.html import format_html

from common.forms.fields import OrganisationField
from common.text import quoted

# Up to so many are offered at once; of more those are that bear what was typed, up to FOUND.
OFFERED, FOUND = 60, 20


class _SoughtSelect(forms.Select):
    """A select, before which a part of a name is typed where not everything is offered."""

    field: "SoughtOrganisationField"
    text = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        self.text = str(data.get(f"{name}_q", "") or "").strip()[:50]
        return self.field.found_by(self.text, str(data.get(name) or ""))

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        self.choices = self.field.offered(value)
        drawn = super().render(name, value, attrs, renderer)
        if not self.field.searched:
            return drawn
        label = f"查找{self.field.label}"
        return format_html(
            '<input class="form-control" type="search" name="{}_q" value="{}" maxlength="50" placeholder="名称或首字母"'
            ' aria-label="{}">{}',
            name,
            "" if str(value or "").isdigit() else self.text,
            label,
            drawn,
        )


class SoughtOrganisationField(OrganisationField):
    """One of the organisations of a queryset, for a filter. What is typed (`<name>_q`) chooses the only one that bears it; of
    several the form says so and offers them.

    listed: the organisations that are offered while they are few, where these are not all that may be chosen.
    """

    listed: Any = None

    def __init__(self, queryset: Any = None, **options: Any) -> None:
        super().__init__(queryset, widget=_SoughtSelect, **options)
        self.widget.field = self
        self._rows: list[Any] | None = None
        self._named: dict[str, list[Any]] = {}
        self._found: Any = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        copy = super().__deepcopy__(memo)
        copy.widget.field = copy
        copy._rows, copy._named, copy._found = None, {}, None
        return copy

    @property
    def _first(self) -> list[Any]:
        """The first of them, one more than are offered."""
        if self._rows is None:
            rows = self.queryset if self.listed is None else self.listed.select_related("parent")
            self._rows = list(rows[: OFFERED + 1])
        return self._rows

    @property
    def searched(self) -> bool:
        return len(self._first) > OFFERED

    def _bearing(self, text: str) -> list[Any]:
        """Return those whose name or initials hold a text, up to FOUND and one more."""
        if text not in self._named:
            named = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(initials__contains=text.lower())
            self._named[text] = list(self.queryset.filter(named)[: FOUND + 1]) if text else []
        return self._named[text]

    def found_by(self, text: str, pk: str) -> str:
        """Return the id that the address asks for: what was typed goes before what was chosen, unless it holds it."""
        if not text or not self.searched:
            return pk
        rows = self._bearing(text)
        if pk in {str(row.pk) for row in rows}:
            return pk
        # What lies below an organisation often bears its name.
        if rows and all(row.parent_id == rows[0].pk for row in rows[1:]):
            return str(rows[0].pk)
        return f"?{text}"

    def clean(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("?"):
            number = len(self._bearing(value[1:]))
            if not number:
                raise ValidationError(f"没有名称含{quoted(value[1:])}的党组织，请换一个词")
            said = f"{number} 个" if number <= FOUND else f"{FOUND} 个以上"
            raise ValidationError(f"名称含{quoted(value[1:])}的党组织有 {said}，请从列表中选一个")
        return super().clean(value)

    def to_python(self, value: Any) -> Any:
        # What is offered has been read: no statement of its own for what is chosen out of it.
        row = next((row for row in self._rows or () if str(row.pk) == str(value)), None)
        self._found = row if row is not None else super().to_python(value)
        return self._found

    def offered(self, value: Any) -> list[tuple[Any, str]]:
        """Return the choices to draw: all, or the one that is chosen and those that bear what was typed."""
        rows = self._first
        known = {str(row.pk): row for row in rows}
        if self.searched or (self.listed is not None and str(value) not in known):
            known |= {str(row.pk): row for row in self._bearing(self.widget.text)}
            chosen = known.get(str(value)) or self._chosen(value)
            if not self.searched:
                return self._drawn([*rows, *([chosen] if chosen else [])])
            rows = list(
                {row.pk: row for row in [*([chosen] if chosen else []), *self._bearing(self.widget.text)]}.values()
            )
        return self._drawn(rows)

    def _drawn(self, rows: list[Any]) -> list[tuple[Any, str]]:
        return [("", str(self.empty_label)), *((row.pk, self.label_from_instance(row)) for row in rows)]

    def _chosen(self, value: Any) -> Any:
        """Return the one with this id, read when the form was cleaned or now; None for what is no id of these."""
        if self._found is not None and str(self._found.pk) == str(value):
            return self._found
        text = str(value or "")
        return self.queryset.filter(pk=text).first() if text.isascii() and text.isdigit() and len(text) < 19 else None
