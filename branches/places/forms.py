"""Forms of the tree: create, rename, move, archive; coverage and terms."""

from django import forms

from branches.places.models.departments import Department
from branches.places.models.groups import ComparisonGroup
from branches.places.models.organisations import ALLOWED_CHILDREN, Kind, Organisation
from branches.reach import access
from branches.reach.intervals import within
from branches.reach.rights import ORGANISE
from common import clock
from common.forms.fields import DayField, OrganisationField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form


def _parents(user):
    kinds = [kind for kind, below in ALLOWED_CHILDREN.items() if below]
    return access.organisations_for(user, ORGANISE).filter(archived_on__isnull=True, kind__in=kinds)


class _NamesForm(Form):
    name = PlainTextField(label="党组织全称", max_length=200, help_text="如：中共××市××局投资处支部委员会")
    short_name = PlainTextField(
        label="简称", max_length=100, required=False, help_text="页面上显示的名称，如：投资处党支部"
    )
    founded = DayField(label="成立日期", required=False, help_text="以批复日期为准，应办事项从这一天起计算。")


class OrganisationNewForm(_NamesForm):
    parent = OrganisationField(Organisation.objects.none(), label="上级党组织")
    kind = forms.ChoiceField(label="组织类别", choices=[row for row in Kind.choices if row[0] != Kind.PARTY_GROUP])
    field_order = ["parent", "kind", "name", "short_name", "founded"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = _parents(user)


class ComparisonGroupForm(Form):
    group = forms.ChoiceField(label="考核类别", choices=ComparisonGroup.choices)
    starts = DayField(label="自何日起", help_text="名次、中位数和名额在同一类别内比较，按考核期最后一天的类别。")


class OrganisationEditForm(_NamesForm):
    on = DayField(
        label="自何日起用新名称", required=False, help_text="只在改名时有用，空着即今天；以往的报告仍用原名称。"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on and on > clock.today():
            raise forms.ValidationError("不能晚于今天。")
        return on


class OrganisationMoveForm(Form):
    parent = OrganisationField(Organisation.objects.none(), label="移到哪个组织之下")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, user, organisation, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [kind for kind, below in ALLOWED_CHILDREN.items() if organisation.kind in below]
        rows = _parents(user).filter(kind__in=kinds).exclude(pk=organisation.parent_id)
        self.fields["parent"].queryset = rows.exclude(within(organisation, ""))


class OrganisationArchiveForm(Form):
    on = DayField(label="最后一天", initial=clock.today)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_on(self):
        if self.cleaned_data["on"] > clock.today():
            raise forms.ValidationError("不能晚于今天。")
        return self.cleaned_data["on"]


class TermForm(Form):
    starts = DayField(label="任期起", required=False, help_text="不清楚的可以空着。")
    expires = DayField(label="任期届满日期")


class TermCloseForm(Form):
    on = DayField(label="换届日期", initial=clock.today, help_text="选举大会召开的日期。")
    next_expires = DayField(label="新一届届满日期", required=False, help_text="填写后，新一届从换届日期起。")


class DepartmentForm(Form):
    name = PlainTextField(label="处室名称", max_length=100)


class CoverageForm(Form):
    department = forms.ModelChoiceField(
        Department.objects.filter(closed_on__isnull=True), label="处室", empty_label="请选择"
    )
    organisation = OrganisationField(Organisation.objects.none(), label="由哪个党组织覆盖")
    starts = DayField(label="从何日起", initial=clock.today)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        rows = access.organisations_for(user, ORGANISE).filter(archived_on__isnull=True)
        self.fields["organisation"].queryset = rows.exclude(kind=Kind.SMALL_GROUP)


class DepartmentFilter(Filter):
    q = PlainTextField(label="处室或党组织", max_length=60, required=False)
    state = forms.ChoiceField(
        label="情况",
        required=False,
        choices=[("", "全部"), ("open", "未覆盖"), ("covered", "已覆盖"), ("shared", "联合覆盖")],
    )


class TreeFilter(Filter):
    q = PlainTextField(label="名称或拼音首字母", max_length=60, required=False)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Kind.choices])
    term = forms.ChoiceField(
        label="情况",
        required=False,
        choices=[("", "全部"), ("expired", "届满未换届"), ("ending", "半年内届满"), ("size", "人数不符")],
    )
    archived = forms.BooleanField(label="含已撤销", required=False)
