"""Forms of care: a mark, its end, an event, help, the reason for opening a note, an honour."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from common import clock
from common.forms.fields import PastDayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from members.care.models import NOTE_MOST, EventKind, HelpKind, HelpSource, HonourLevel, MarkKind
from members.care.services.notes import REASON_LEAST, REASON_MOST
from members.dues.models import UseHeading

Choices = Sequence[tuple[str, str]]
_NOTE_HELP = "可以不写；加密保存，打开须写明原因并留痕，导出不含备注。不写病情和家庭情况的细节。"


class _OfMember(Form):
    """people: [(member id, name)] of the branch; without it the member is known."""

    def __init__(self, data: Any = None, *, people: Choices = (), **options: Any) -> None:
        super().__init__(data, **options)
        if people:
            field = forms.TypedChoiceField(label="党员", choices=[("", "请选择"), *people], coerce=int)
            self.fields = {"member": field, **self.fields}


class MarkForm(_OfMember):
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *MarkKind.choices])
    day = PastDayField(label="开始日期", initial=clock.today)
    note = PlainTextField(label="备注", max_length=NOTE_MOST, required=False, help_text=_NOTE_HELP)


class EndForm(Form):
    day = PastDayField(label="结束日期", initial=clock.today)


class EventForm(_OfMember):
    kind = forms.ChoiceField(label="事由", choices=[("", "请选择"), *EventKind.choices])
    day = PastDayField(label="日期", initial=clock.today)
    note = PlainTextField(label="备注", max_length=NOTE_MOST, required=False, help_text=_NOTE_HELP)


class HelpForm(_OfMember):
    kind = forms.ChoiceField(label="形式", choices=HelpKind.choices, initial=HelpKind.GRANT)
    amount = forms.DecimalField(
        label="金额（元）", max_digits=8, decimal_places=2, min_value=Decimal("0.01"), required=False
    )
    source = forms.ChoiceField(label="来源", choices=HelpSource.choices)
    heading = forms.ChoiceField(
        label="党费用途",
        choices=[(code, UseHeading(code).label) for code in (UseHeading.HARDSHIP, UseHeading.DISASTER)],
        help_text="来源为党费的，同时登记一笔党费使用，不写姓名，不必再登记一次。",
    )
    day = PastDayField(label="日期", initial=clock.today)

    def __init__(self, data: Any = None, *, people: Choices = (), meetings: Choices = (), **options: Any) -> None:
        super().__init__(data, people=people, **options)
        self.fields["decided_in"] = forms.ChoiceField(
            label="集体讨论决定的会议",
            choices=[("", "未选择"), *meetings],
            required=False,
            help_text="使用党费必须集体讨论决定（规定第二十条）；没有选择的列为欠缺。",
        )


class NoteForm(Form):
    reason = PlainTextField(
        label="查看原因",
        min_length=REASON_LEAST,
        max_length=REASON_MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="查看会留下记录。",
    )


class HonourForm(Form):
    """members, places: whom the user may enter one for."""

    title = PlainTextField(label="荣誉名称", max_length=60)
    level = forms.ChoiceField(label="级别", choices=HonourLevel.choices)
    granted_on = PastDayField(label="授予日期", initial=clock.today)
    granted_by = PlainTextField(label="授予单位", max_length=60)
    document = PlainTextField(label="文号", max_length=80, required=False)

    def __init__(self, data: Any = None, *, people: Choices, places: Choices, **options: Any) -> None:
        super().__init__(data, **options)
        # Members and organisations in one choice: exactly one holder.
        choices = [("", "请选择"), ("党组织", list(places)), *([("党员", list(people))] if people else [])]
        self.fields = {"holder": forms.ChoiceField(label="获得者", choices=choices), **self.fields}


class HonourFilter(Filter):
    """What is looked for among the honours of a year; read from the address."""

    year = forms.CharField(required=False, max_length=4, widget=forms.HiddenInput)
    q = PlainTextField(label="荣誉或获得者", max_length=60, required=False)


class CancelForm(Form):
    reason = PlainTextField(label="作废原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
