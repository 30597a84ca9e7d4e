"""Forms of dues: a month collected, one payment, rates pasted or one by one, uses."""

from datetime import date
from decimal import Decimal

from django import forms

from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.forms.fields import PastDayField, PlainTextField
from common.forms.filters import Filter, PeriodField
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.periods import MONTH, Period
from members.dues.models import RateKind, UseHeading
from members.dues.rules import months_of

REASON_MOST, PURPOSE_MOST, APPROVED_MOST = 200, 60, 80


def month_choices() -> list[tuple[str, str]]:
    """Return [(month, label)] of this month and the eleven before, the latest first."""
    found, month = [], Period.containing(MONTH, clock.today())
    for _ in range(12):
        found.append((str(month), month.label()))
        month = month.previous()
    return found


class DuesFilter(Filter):
    """Filters of the list of branches, read from the address."""

    month = PeriodField(label="月份")
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")

    def __init__(self, *args, user, **kwargs):
        months = month_choices()
        super().__init__(*args, instead={"month": months[0]}, **kwargs)
        self.fields["month"].offer(months)
        self.fields["organisation"].queryset = access.organisations_for(user, MEMBERS)

    def clean_month(self):
        month = self.cleaned_data["month"]
        if month is not None and (month.kind != MONTH or month.first > clock.today()):
            raise forms.ValidationError("没有这个月份。", code="invalid")
        return month


class CollectForm(Form):
    """Who paid. choices: [(member id, name)] of those who can be noted together."""

    paid_on = PastDayField(label="交纳日期", initial=clock.today)

    def __init__(self, data=None, *, choices, **options):
        super().__init__(data, **options)
        self.fields["members"] = forms.TypedMultipleChoiceField(
            label="已交纳的党员", choices=choices, coerce=int, error_messages={"required": "请至少选择一名党员。"}
        )


class PaymentForm(Form):
    amount = forms.DecimalField(label="交纳数额（元）", max_digits=7, decimal_places=2, min_value=0)
    extra = forms.DecimalField(
        label="多交（元）",
        max_digits=8,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="自愿多交的部分；一次多交 1000 元以上的全部上缴中央，出具收据（规定第十一条）。",
    )
    paid_on = PastDayField(label="交纳日期", initial=clock.today)
    late_reason = PlainTextField(
        label="补交原因", max_length=REASON_MOST, required=False, help_text="补交时间超过 6 个月的须写明。"
    )

    # Of a payment that was too little: the one that this makes whole.
    completes = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_extra(self):
        return self.cleaned_data["extra"] or Decimal(0)


class CancelForm(Form):
    reason = PlainTextField(label="作废原因", max_length=REASON_MOST, widget=forms.Textarea(attrs={"rows": 3}))


def _since(year: int, fixed: bool) -> forms.ChoiceField:
    """The month from which an amount that is another holds; fixed: some amount of the year is known already."""
    months = months_of(year)
    today = clock.today()
    first = months[today.month - 1] if fixed and today.year == year else months[0]
    return forms.ChoiceField(
        label="从哪个月起",
        choices=[(month.first.isoformat(), month.label()) for month in months],
        initial=first.first.isoformat(),
        help_text="当年第一次核定的从 1 月起；年内一般不变动（组电明字〔2017〕5号）。",
    )


class _Since(Form):
    def clean_since(self):
        return date.fromisoformat(self.cleaned_data["since"])


class PasteForm(_Since):
    text = forms.CharField(
        label="姓名和计算基数",
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off"}),
        help_text="从表格复制“姓名、基数”两列粘贴；退休、年薪等另写一列类别，按季度交纳的加写“按季”。基数是每月的收入，年薪制的填当月实际领取的薪酬；只用来计算，不保存。",
    )

    def __init__(self, data=None, *, year, fixed, **options):
        super().__init__(data, **options)
        self.fields["since"] = _since(year, fixed)


class ConfirmForm(Form):
    checked = forms.CharField(widget=forms.HiddenInput, max_length=200_000)


class RateForm(_Since):
    kind = forms.ChoiceField(label="类别", choices=RateKind.choices)
    base = forms.DecimalField(
        label="每月计算基数（元）",
        max_digits=10,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=False,
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
        help_text="税后固定、经常性收入，不含改革性补贴；只用来计算，不保存。定额的不填。",
    )
    quarterly = forms.BooleanField(
        label="按季度交纳", required=False, help_text="特殊情况，经党支部同意（规定第十二条）。"
    )
    reduced = forms.DecimalField(
        label="批准少交后的月交数额（元）",
        max_digits=7,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="确有困难、经支部研究并报上一级党委批准的填写，0 为免交（规定第七条）。",
    )
    reduced_reason = PlainTextField(label="少交、免交的原因", max_length=REASON_MOST, required=False)
    approved_by = PlainTextField(label="上一级党委批准", max_length=APPROVED_MOST, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, data=None, *, year, fixed, meetings, **options):
        super().__init__(data, **options)
        self.fields["decided_in"] = forms.ChoiceField(
            label="党支部研究的会议", choices=[("", "未选择"), *meetings], required=False
        )
        self.fields["since"] = _since(year, fixed)

    def clean(self):
        data = super().clean()
        if data.get("reduced") is None:
            if data.get("reduced_reason"):
                self.add_error("reduced", "请填写批准后的月交数额，免交的填 0。")
            elif data.get("kind") != RateKind.FLAT and not data.get("base") and not self.errors:
                self.add_error("base", "请填写计算基数。")
        return data


class UseForm(Form):
    """balance: a sentence about what there is of the year's dues, "" for whoever does not read it."""

    on = PastDayField(label="使用日期", initial=clock.today)
    heading = forms.ChoiceField(label="用途", choices=[("", "请选择"), *UseHeading.choices])
    amount = forms.DecimalField(label="金额（元）", max_digits=10, decimal_places=2, min_value=Decimal("0.01"))
    purpose = PlainTextField(label="事由", max_length=PURPOSE_MOST)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, data=None, *, meetings, balance="", **options):
        super().__init__(data, **options)
        self.fields["amount"].help_text = balance
        self.fields["decided_in"] = forms.ChoiceField(
            label="集体讨论决定的会议",
            choices=[("", "未选择"), *meetings],
            required=False,
            help_text="使用党费必须集体讨论决定（规定第二十条）；没有选择的列为欠缺。",
        )
