"""Forms of a draft report: the kind of document with what belongs to it, and the words of one paragraph."""

from typing import Any

from django import forms

from assessments.reports.drafts import LONGEST_PARAGRAPH, Drafted
from assessments.reports.models import DocumentKind
from common.forms.fields import PlainTextField
from common.forms.form import Form


class HeadForm(Form):
    """seen: mark of the draft as it stood when the form was drawn. What belongs to which kind is checked by the service."""

    kind = forms.ChoiceField(
        label="文种", choices=DocumentKind.choices, help_text="报告送上级，写签发人；通报发下级，须有文号。"
    )
    number = PlainTextField(
        label="文号", required=False, max_length=40, help_text="按办公室发文登记填写，如“×党〔2026〕3号”。"
    )
    signer = PlainTextField(label="签发人", required=False, max_length=20)
    recipient = PlainTextField(label="主送", required=False, max_length=60)
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=16)

    @classmethod
    def of(cls, stands: Drafted | None, data: Any = None, usual: Any = None) -> "HeadForm":
        """Return the form of a draft, bound where `data` is given. usual: initial values where there is no draft."""
        if stands is None:
            return cls(data, initial=usual)
        initial = {
            "kind": stands.head.kind,
            "number": stands.head.number,
            "signer": stands.body["signer"],
            "recipient": stands.body["recipient"],
            "seen": stands.mark,
        }
        return cls(data, initial=initial)


class WordsForm(Form):
    """The words of one paragraph."""

    text = forms.CharField(
        label="文字",
        required=False,
        max_length=LONGEST_PARAGRAPH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="数字、名称和升降、按期逾期等判断由系统得出，不能增减或调换；只改其他文字。",
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=16)
