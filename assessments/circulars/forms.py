"""Forms of circulars: which quarter, the words of a draft, why it is corrected."""

from typing import Any

from django import forms

from assessments.circulars.services import WORDS, shown
from branches.places.models.organisations import Organisation
from common import clock
from common.forms.fields import DayField, OrganisationField, PlainTextField
from common.forms.form import Form
from common.periods import QUARTER, Period
from common.stale_form import form_mark
from responsibilities.circulars.models import Circular


def _quarters() -> list[tuple[str, str]]:
    """The running quarter and the seven before it."""
    period, found = Period.containing(QUARTER, clock.today()), []
    for _ in range(8):
        found.append((str(period), period.label()))
        period = period.previous()
    return found


class MakeForm(Form):
    """organisation: of the committees whose circulars the user writes."""

    organisation = OrganisationField(None, label="印发单位", empty_label=None)
    period = forms.ChoiceField(label="通报期")

    def __init__(self, *args: Any, committees: list[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        places = Organisation.objects.filter(pk__in=[place.pk for place in committees]).in_tree_order()
        self.fields["organisation"].queryset = places  # type: ignore[attr-defined]  # an OrganisationField
        self.fields["period"].choices = _quarters()  # type: ignore[attr-defined]  # a ChoiceField

    def clean_period(self) -> Period:
        return Period.parse(self.cleaned_data["period"])


class WordsForm(Form):
    """The words of a draft; its numbers are not among them. seen: the draft as it stood when the form was drawn."""

    title = PlainTextField(label="标题", max_length=120)
    number = PlainTextField(
        label="文号",
        required=False,
        max_length=40,
        help_text="按办公室发文登记填写，如“×党〔2026〕3号”，没有就留空。",
    )
    recipient = PlainTextField(label="主送", required=False, max_length=120)
    opening = PlainTextField(label="开头", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    asks = forms.CharField(label="要求", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    until = DayField(label="办理时限")
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=16)

    @classmethod
    def of(cls, circular: Circular, data: Any = None) -> "WordsForm":
        """Return the form of a draft, bound where `data` is given."""
        return cls(data, initial={name: getattr(circular, name) for name in WORDS} | {"seen": seen(circular)})


def seen(circular: Circular) -> str:
    """Return the mark of a draft as it stands."""
    return form_mark(shown(circular))


class SeenForm(Form):
    """A step about a draft, with the draft as it stood when the page was drawn."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=16)


class CorrectForm(Form):
    reason = PlainTextField(label="更正原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
