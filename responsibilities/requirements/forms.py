"""Filters of requirements, of the rulebook and of exemptions; a new exemption; a paper that proves a requirement."""

from typing import Any

from django import forms

from branches.places.models.organisations import Organisation
from common import clock
from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter, PeriodField
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.operator import Actor
from responsibilities.requirements.exemptions import places_to_exempt
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.rules import LIVE_RULES, REQUIREMENT_RULES, any_to_come


class RequirementFilter(Filter):
    """Filters of the list, read from the address."""

    period = PeriodField(label="期间")
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    rule = forms.ChoiceField(
        label="义务", required=False, choices=[("", "全部"), *[(row.rule, row.short) for row in REQUIREMENT_RULES]]
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *RequirementState.choices])

    scope = forms.ChoiceField(
        label="范围", required=False, choices=[("", "含下级"), ("own", "仅本组织"), ("below", "仅下级")]
    )

    # What a figure of the dashboard is made of (of_the_map in the view): it opens the rows it counts.
    map = forms.ChoiceField(
        label="驾驶舱",
        required=False,
        choices=[("", "不限"), ("shown", "本季所列"), ("due", "本季所列已到期"), ("earlier", "本年以前季度所欠")],
    )

    def __init__(self, *args, organisations, periods, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["period"].offer(periods)
        if not any_to_come():
            self.take_out("state", RequirementState.NOT_ALIVE)


class RuleFilter(Filter):
    """Filters of the rulebook, read from the address."""

    q = PlainTextField(label="文字", required=False, max_length=100)
    group = forms.ChoiceField(label="类别", required=False)
    status = forms.ChoiceField(
        label="出处", required=False, choices=[("", "全部"), ("cited", "法规条文"), ("own", "本机关设定")]
    )
    kind = forms.ChoiceField(
        label="作用",
        required=False,
        choices=[("", "全部"), ("owed", "产生应办义务"), ("later", "尚未启用"), ("other", "其他要求")],
    )

    def __init__(self, *args, groups, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "全部"), *groups.items()]
        if not any_to_come():
            self.take_out("kind", "later")


class ExemptionFilter(Filter):
    """Filters of the list of exemptions, read from the address."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("now", "有效"), ("coming", "尚未开始"), ("past", "已结束"), ("revoked", "已撤销")],
    )
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    rule = forms.ChoiceField(
        label="义务", required=False, choices=[("", "全部"), *[(row.rule, row.short) for row in LIVE_RULES]]
    )
    period = PeriodField(label="期间")

    def __init__(self, *args: Any, organisations: Any, periods: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["period"].offer([("", "全部"), *periods])  # type: ignore[attr-defined]


class _Places(forms.ModelMultipleChoiceField):
    def label_from_instance(self, organisation: Organisation) -> str:
        return organisation.label


class ExemptionForm(Form):
    """Which rules, for which organisations, between which days, and why."""

    organisations = _Places(
        Organisation.objects.none(),
        label="党组织",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择党组织。", "invalid_choice": "请从列表中选择。"},
    )
    rules = forms.MultipleChoiceField(
        label="义务",
        widget=forms.CheckboxSelectMultiple,
        choices=[(row.rule, row.label) for row in LIVE_RULES],
        error_messages={"required": "请选择免予的义务。", "invalid_choice": "请从列表中选择。"},
    )
    first = DayField(label="自", initial=clock.today, help_text="今天以前开始的由机关党委书记登记。")
    last = DayField(label="至", help_text="包括这一天；超过 6 个月的由机关党委书记登记。")
    reason = PlainTextField(label="原因", max_length=300)
    document = PlainTextField(label="文号", max_length=100, required=False, help_text="同意免予的文件，没有的不填。")

    def __init__(self, *args: Any, user: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisations"].queryset = places_to_exempt(user)  # type: ignore[attr-defined]


class DocumentForm(Form):
    """A paper as the office's register has it."""

    title = PlainTextField(label="文件名称", max_length=200)
    number = PlainTextField(label="文号", max_length=100, required=False, help_text="没有编号的不填。")
    dated_on = DayField(label="成文日期")
