"""Form fields shared by the pages of this room: text that is kept as typed, dates in range, people of a list."""

import datetime
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from common import clock
from common.text import EARLIEST, clean_text
from members.roster.namesakes import called

_CONTROL = "含有不能保存的控制字符，请删去。"


class TextField(forms.CharField):
    """Text in NFC; invisible characters only count as empty, control characters are refused and never dropped."""

    def __init__(self, *, lines=False, **options):
        self.lines = lines
        super().__init__(**options)

    def to_python(self, value):
        text = super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
        allowed = "\n\t" if self.lines else ""
        if any(unicodedata.category(c) == "Cc" and c not in allowed for c in text):
            raise ValidationError(_CONTROL)
        if not clean_text(text):
            return ""
        return unicodedata.normalize("NFC", text)


class DayField(forms.DateField):
    """A date between 1921-07-01 and `latest` (a callable, default: no limit but five years ahead)."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ["%Y-%m-%d"]

    def __init__(self, *, latest=None, too_late="日期太远，请核对。", **options):
        self.latest, self.too_late = latest, too_late
        super().__init__(input_formats=["%Y-%m-%d"], **options)
        self.error_messages["invalid"] = "请填写有效的日期。"

    def clean(self, value):
        day = super().clean(value)
        if day is None:
            return None
        if day < EARLIEST:
            raise ValidationError(f"日期应在 {clock.in_words(EARLIEST)}之后。")
        latest = self.latest() if self.latest else clock.today() + datetime.timedelta(days=5 * 366)
        if day > latest:
            raise ValidationError(self.too_late)
        return day


class PersonField(forms.ChoiceField):
    """One of the people of a list that the form has loaded already; cleans to the Member or None.

    people: {id: Member}. An id outside the list gets the same message, whoever it belongs to.
    """

    def __init__(self, *, people, empty="未填", **options):
        self.people = {str(pk): member for pk, member in people.items()}
        choices = [("", empty), *((str(pk), label) for pk, label in called(people.values()).items())]
        super().__init__(choices=choices, **options)
        self.error_messages["invalid_choice"] = "请在本组织人员中选择。"

    def clean(self, value):
        return self.people.get(super().clean(value))


class PlacesField(forms.MultipleChoiceField):
    """Some of a list of organisations that the form has loaded already; cleans to the Organisations.

    places: {id: Organisation}. An id outside the list gets the same message, whatever it belongs to.
    """

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, places, **options):
        self.places = {str(pk): place for pk, place in places.items()}
        super().__init__(choices=[(pk, place.label) for pk, place in self.places.items()], **options)
        self.error_messages["invalid_choice"] = "请在列出的党组织中选择。"

    def clean(self, value):
        return [self.places[pk] for pk in dict.fromkeys(super().clean(value))]


# Up to so many organisations are offered at once; of more those are offered that are chosen or searched for.
OFFERED, FOUND = 60, 20


class SoughtPlacesField(PlacesField):
    """Some of the organisations of a queryset, which are searched for where there are more than OFFERED.

    places: the queryset, in the order of the list. chosen: ids that are ticked. text: part of a name, or pinyin initials.
    """

    def __init__(self, *, places, chosen=(), text="", **options):
        rows = list(places.select_related("parent")[: OFFERED + 1])
        self.searched = len(rows) > OFFERED
        self.found = 0
        if self.searched:
            rows = self._sought(places.select_related("parent"), chosen, text.strip())
        super().__init__(places={place.pk: place for place in rows}, **options)

    def _sought(self, places, chosen, text):
        ids = [int(pk) for pk in map(str, chosen) if pk.isascii() and pk.isdigit() and len(pk) < 19]
        rows = list(places.filter(pk__in=ids))
        if text:
            named = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(initials__contains=text.lower())
            found = list(places.filter(named).exclude(pk__in=ids)[:FOUND])
            self.found = len(found)
            rows += found
        return rows
