"""Filters of requirements and of the rulebook."""

from django import forms

from common.forms.fields import OrganisationField, PlainTextField
from common.forms.filters import Filter, PeriodField
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.rules import REQUIREMENT_RULES


class RequirementFilter(Filter):
    """Filters of the list, read from the address."""

    period = PeriodField(label="期间")
    organisation = OrganisationField(queryset=None, label="党组织", required=False, empty_label="全部")
    rule = forms.ChoiceField(
        label="义务", required=False, choices=[("", "全部"), *[(row.rule, row.short) for row in REQUIREMENT_RULES]]
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *RequirementState.choices])

    def __init__(self, *args, organisations, periods, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        self.fields["period"].offer(periods)


class RuleFilter(Filter):
    """Filters of the rulebook, read from the address."""

    q = PlainTextField(label="文字", required=False, max_length=100)
    group = forms.ChoiceField(label="类别", required=False)

    def __init__(self, *args, groups, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "全部"), *groups.items()]
