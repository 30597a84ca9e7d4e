"""Forms of the roster: a person's data, transfers, posts, the reason for an unmasked look."""

import re
from typing import Any

from django import forms

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, VIEW
from common import clock
from common.forms.fields import DayField, OrganisationField, PastDayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.text import person_name
from members.roster import identity
from members.roster.models.members import PARTY_STAGES, Member, MemberStage
from members.roster.models.posts import PostKind, seat_problem
from members.roster.phone import parse_phone
from members.roster.rules import full_day_problem
from members.roster.selectors.listing import LEFT

LONG_NUMBER = re.compile(r"\d{6,}")


def branches_of(user):
    """Return the branches whose roster `user` manages."""
    return access.organisations_for(user, MEMBERS).filter(kind=Kind.BRANCH, archived_on__isnull=True)


def groups_of(user):
    """Return the small groups within `user`'s management of rosters."""
    return access.organisations_for(user, MEMBERS).filter(kind=Kind.SMALL_GROUP, archived_on__isnull=True)


class RosterFilter(Filter):
    q = PlainTextField(label="姓名或拼音首字母", max_length=30, required=False)
    organisation = SoughtOrganisationField(
        Organisation.objects.none(), label="党组织", required=False, empty_label="全部"
    )
    stage = forms.ChoiceField(
        label="类别",
        required=False,
        choices=[("", "党员"), *MemberStage.choices, ("all", "含发展对象等全部"), (LEFT, "已离开的党员")],
    )
    sort = forms.ChoiceField(
        label="排序",
        required=False,
        widget=forms.HiddenInput,
        choices=[
            (key, key or "按组织") for key in ("", "initials", "-initials", "joined_on", "-joined_on", "home", "-home")
        ],
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = access.organisations_for(user, VIEW)
        if not access.holds_anywhere(user, MEMBERS):
            # Who applies is read by those who keep a roster.
            party = [(stage.value, stage.label) for stage in PARTY_STAGES]
            self.fields["stage"].choices = [("", "党员"), *party, (LEFT, "已离开的党员")]

    def clean_q(self):
        if LONG_NUMBER.search(self.cleaned_data["q"]):
            raise forms.ValidationError("只能按姓名查找，请勿在地址中留下证件号码或电话。")
        return self.cleaned_data["q"]


def _plain(name, label, required=False, **options):
    limit = Member._meta.get_field(name).max_length
    return PlainTextField(label=label, max_length=limit, required=required, **options)


class MemberForm(Form):
    """A person's data. Identity number and phone are shown nowhere: left empty, they stay as they are."""

    name = _plain("name", "姓名", required=True)
    sex = forms.ChoiceField(label="性别", choices=[("", "未填"), ("男", "男"), ("女", "女")], required=False)
    stage = forms.ChoiceField(label="人员类别", choices=MemberStage.choices)
    joined_on = DayField(label="加入党组织日期", required=False, help_text="支部党员大会通过为预备党员之日。")
    full_on = DayField(label="转为正式党员日期", required=False)
    birth_date = DayField(label="出生日期", required=False)
    identity = PlainTextField(
        label="公民身份号码",
        max_length=30,
        required=False,
        numbers=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = PlainTextField(
        label="手机号码",
        max_length=30,
        required=False,
        numbers=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    ethnicity = _plain("ethnicity", "民族")
    education = _plain("education", "学历")
    work_post = _plain("work_post", "工作岗位")
    exempt_from = DayField(
        label="不作硬性要求起",
        required=False,
        help_text="年老体弱、行动不便、重病的党员（党员教育管理工作条例第二十三条）。",
    )
    exempt_reason = _plain("exempt_reason", "不作硬性要求的原因")
    remark = _plain("remark", "备注")

    def clean_name(self):
        return person_name(self.cleaned_data["name"])

    def clean_identity(self):
        text = self.cleaned_data["identity"]
        if not text:
            return ""
        try:
            return identity.parse_identity(text, today=clock.today())
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_phone(self):
        try:
            return parse_phone(self.cleaned_data["phone"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self):
        data = super().clean()
        if data.get("exempt_from") and not data.get("exempt_reason"):
            self.add_error("exempt_reason", "请填写原因。")
        check_full_day(self, data)
        return data

    def values(self):
        """Return the values for the service: an empty identity number or phone means «unchanged»."""
        data = dict(self.cleaned_data)
        for name in ("identity", "phone"):
            if not data.get(name):
                data.pop(name, None)
        return data


def check_full_day(form: forms.Form, data: dict[str, Any]) -> None:
    """Say beside the day of full membership where the stage has none."""
    stage, full_on = data.get("stage"), data.get("full_on")
    if stage and "full_on" not in form.errors and (words := full_day_problem(stage, full_on)):
        form.add_error("full_on", words)


class MemberNewForm(MemberForm):
    branch = OrganisationField(Organisation.objects.none(), label="党支部")
    small_group = OrganisationField(
        Organisation.objects.none(), label="党小组", required=False, empty_label="不编入小组"
    )
    starts = DayField(label="组织关系起", required=False, help_text="空着即从入党日期或支部成立日期起（以晚的为准）。")
    field_order = ["name", "sex", "branch", "small_group", "starts", "stage", "joined_on", "full_on"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches_of(user)
        self.fields["small_group"].queryset = groups_of(user)


class MemberEditForm(MemberForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("identity", "phone"):
            self.fields[name].help_text = "不改就空着。"


class TransferForm(Form):
    branch = OrganisationField(Organisation.objects.none(), label="转到党支部")
    small_group = OrganisationField(
        Organisation.objects.none(), label="党小组", required=False, empty_label="不编入小组"
    )
    on = PastDayField(label="从何日起", initial=clock.today)
    reason = PlainTextField(label="原因", max_length=100, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = branches_of(user)
        self.fields["small_group"].queryset = groups_of(user)


class PostForm(Form):
    organisation = OrganisationField(Organisation.objects.none(), label="党组织")
    kind = forms.ChoiceField(label="党内职务", choices=PostKind.choices, help_text="党组成员选“委员”。")
    starts = PastDayField(label="任职起", required=False, initial=clock.today, help_text="不清楚的可以空着。")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = access.organisations_for(user, MEMBERS).filter(archived_on__isnull=True)

    def clean(self):
        data = super().clean()
        place, kind = data.get("organisation"), data.get("kind")
        if place and kind and (place.kind == Kind.SMALL_GROUP) != (kind == PostKind.GROUP_LEADER):
            self.add_error("kind", "党小组只设组长，组长只设在党小组。")
        elif place and kind and (problem := seat_problem(kind, place.kind)):
            self.add_error("kind", problem)
        return data


class PostEndForm(Form):
    ends = DayField(label="最后一天", initial=clock.today)


class UnmaskForm(Form):
    field = forms.ChoiceField(label="号码", choices=[("identity", "公民身份号码"), ("phone", "手机号码")])
    reason = PlainTextField(label="查看原因", max_length=100)


class AccountLinkForm(Form):
    username = PlainTextField(
        label="用户名",
        max_length=64,
        required=False,
        help_text="填本人的用户名；本人还没有账号的，请在“党员账号”建立。留空为取消关联。",
    )
