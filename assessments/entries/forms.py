"""The form of an entry: what, about whom, why and on what it rests."""

from django import forms

from assessments.entries.items import EntryItem
from assessments.entries.models import EntryKind
from common.forms.fields import OrganisationField, PlainTextField
from common.forms.form import Form

# In the order in which they are offered.
_GROUPS = (EntryKind.BONUS, EntryKind.VETO, EntryKind.SCORE, EntryKind.DEDUCT, EntryKind.ADJUST, EntryKind.QUOTA)


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
    ballots = PlainTextField(
        label="票数",
        required=False,
        max_length=200,
        help_text="只在测评票填写，如“好 12，较好 3，无效 1”；无效票不计入。",
    )
    indicator = forms.ChoiceField(
        label="计零分的指标", required=False, help_text="只在方案规定“该项计零分”的情形选择。"
    )
    reason = PlainTextField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    document = PlainTextField(label="依据", max_length=120, help_text="文号、通报或材料名称。")

    def __init__(self, *args, organisations, items, indicators, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["item"].choices = [("", "请选择"), *_grouped(items)]
        self.fields["indicator"].choices = [("", "不选"), *indicators]


def _grouped(items: dict[str, EntryItem]):
    for kind in _GROUPS:
        mine = [(item.key, item.label) for item in items.values() if item.kind == kind]
        if mine:
            yield EntryKind(kind).label, mine
