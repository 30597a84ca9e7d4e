"""Forms of the duty lists: filters, one duty, making and issuing lists, reporting, portfolios of leaders."""

from django import forms

from branches.access.models import User
from branches.places.models.departments import Department
from branches.places.models.organisations import tree_order
from common import clock
from common.forms.fields import DayField, OrganisationField, PlainTextField
from common.forms.filters import Filter, YearField
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.stale_form import form_mark
from members.roster.forms import LONG_NUMBER
from responsibilities.duties.checks import policies_for
from responsibilities.duties.models import LEVEL_ORDER, Duty, DutyPeriod, Level, ListState
from responsibilities.duties.selectors.lists import UNNOTED
from responsibilities.duties.services.duties import shown
from responsibilities.duties.slot import NOT_ALIVE, STATE_NAMES
from responsibilities.duties.soft import any_to_come
from responsibilities.policies.models import Policy

VIEWS = [("level", "按层级"), ("item", "按责任事项"), ("overdue", "只看逾期")]


class DutyFilter(Filter):
    """Filters of the board, read from the address."""

    year = YearField()
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    list = forms.ChoiceField(label="责任人", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATE_NAMES.items()])
    level = forms.ChoiceField(
        label="层级", required=False, choices=[("", "全部"), *Level.choices], widget=forms.HiddenInput
    )
    view = forms.ChoiceField(
        label="显示方式",
        required=False,
        choices=VIEWS,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, years, organisations, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].offer(years)
        self.fields["organisation"].queryset = organisations
        if not any_to_come():
            self.take_out("state", NOT_ALIVE)

    def top(self):
        """Return the Organisation that is chosen, before anything else of the address is looked at; None for all or nonsense."""
        field = self["organisation"]
        try:
            return field.field.clean(field.data)
        except forms.ValidationError:
            return None

    def offer_lists(self, lists):
        self.fields["list"].choices = [("", "全部责任人"), *[(str(row.pk), row.holder_name) for row in lists]]


class ListFilter(Filter):
    """Filters of the lists, read from the address."""

    q = PlainTextField(label="姓名或拼音首字母", max_length=30, required=False)
    year = YearField()
    level = forms.ChoiceField(label="层级", required=False, choices=[("", "全部"), *Level.choices])
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *ListState.choices, (UNNOTED, "未知悉")]
    )

    def __init__(self, *args, years, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].offer(years)

    def clean_q(self):
        if LONG_NUMBER.search(self.cleaned_data["q"]):
            raise forms.ValidationError("只能按姓名查找，请勿在地址中留下证件号码或电话。")
        return self.cleaned_data["q"]


class DutyForm(Form):
    """One line of a list. A reason is asked for once the list is issued (修订)."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    text = PlainTextField(label="责任事项", max_length=200, error_messages={"required": "请填写责任事项。"})
    detail = PlainTextField(
        label="要求", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}), empty_value=""
    )
    period = forms.ChoiceField(label="频次", choices=DutyPeriod.choices, initial=DutyPeriod.YEAR)
    times = forms.IntegerField(
        label="次数", initial=1, error_messages={"required": "请填写次数。", "invalid": "次数应是整数。"}
    )
    unit = forms.ChoiceField(label="单位", choices=[("次", "次"), ("学时", "学时")], initial="次")
    due = PlainTextField(
        label="时限", max_length=120, required=False, help_text="每期一个，写月-日，如 06-30,12-31；留空为每期最后一天"
    )
    proof = PlainTextField(label="佐证", max_length=200, required=False)
    serves: "forms.ModelChoiceField[Duty]" = forms.ModelChoiceField(
        None,
        label="服务于上级责任",
        required=False,
        empty_label="无",
        error_messages={"invalid_choice": "请从列表中选择上级的责任。"},
    )
    policy: "forms.ModelChoiceField[Policy]" = forms.ModelChoiceField(
        None,
        label="按制度程序认定",
        required=False,
        empty_label="不按制度",
        help_text="选了制度，每期走完规定次数的程序即为落实，不用文字报告",
        error_messages={"invalid_choice": "请从列表中选择本组织走程序的制度。"},
    )
    reason = PlainTextField(label="修订原因", max_length=300, required=False)

    def __init__(self, *args, uppers, policies, issued, **kwargs):
        """policies: that may prove the duty, None where it is proved otherwise."""
        super().__init__(*args, **kwargs)
        if policies is None or not policies.exists():
            del self.fields["policy"]
        else:
            self.fields["policy"].queryset = policies
        self.fields["serves"].queryset = uppers
        self.fields["serves"].label_from_instance = upper_label
        if not issued:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = "清单已下达，修订须写明原因。"

    @classmethod
    def initial_of(cls, duty):
        """Return the initial values for a duty that is there already."""
        names = ("text", "detail", "period", "times", "unit", "due", "proof")
        return {name: getattr(duty, name) for name in names} | {
            "serves": duty.serves_id,
            "policy": duty.policy_id,
            "seen": form_mark(shown(duty)),
        }

    def data_of(self):
        """Return what the services take: the columns without the reason."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("reason", "seen")}


class MakeForm(Form):
    """Which levels of which year to make lists for."""

    year = forms.IntegerField(
        label="年度", error_messages={"required": "请填写年度。", "invalid": "年度应是四位数字。"}
    )
    levels = forms.MultipleChoiceField(
        label="层级",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个层级。", "invalid_choice": "请从列表中选择。"},
    )

    def __init__(self, *args, levels, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["levels"].choices = levels


class IssueForm(Form):
    """The document and the day of issuing."""

    document = PlainTextField(
        label="下达文件", max_length=120, error_messages={"required": "请填写下达文件的名称或文号。"}
    )
    issued_on = DayField(label="下达日期", error_messages={"required": "请填写下达日期。"})


class ReportForm(Form):
    """What the holder says of one slot, with a file if he wants. seen: what stood there when the form was opened."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=16)
    text = PlainTextField(
        label="落实情况",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明落实情况。"},
    )
    file = forms.FileField(label="佐证材料", required=False, help_text="可以不传；没有记录可证时上传文件或照片")

    def again(self, seen):
        """Return the form as it was filled in, over what stands now; a file has to be chosen anew."""
        data = self.data.copy()
        data["seen"] = seen
        return ReportForm(data)


class ReturnForm(Form):
    """Why a report is returned."""

    reason = PlainTextField(
        label="退回原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明退回的原因。"},
    )


class DropForm(Form):
    """Why a line of an issued list is taken out."""

    reason = PlainTextField(
        label="修订原因", max_length=300, error_messages={"required": "清单已下达，修订须写明原因。"}
    )


class PortfolioForm(Form):
    """A department in a leader's charge, or a branch as his contact point."""

    leader: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        None,
        label="班子成员",
        empty_label="请选择",
        error_messages={"required": "请选择班子成员。", "invalid_choice": "请从列表中选择。"},
    )
    department = forms.ModelChoiceField(
        Department.objects.filter(closed_on__isnull=True),
        label="分管处室",
        required=False,
        empty_label="无",
        error_messages={"invalid_choice": "请从列表中选择。"},
    )
    contact = OrganisationField(None, label="联系支部", required=False, empty_label="无")
    starts = DayField(label="起", required=False, help_text="留空为今天")

    def __init__(self, *args, branches, leaders, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = branches
        self.fields["leader"].queryset = User.objects.filter(pk__in=leaders).order_by("pk")


def year_choices():
    """Return the years offered by filters: next year back to two years ago."""
    this = clock.today().year
    return [this + 1, this, this - 1, this - 2]


def uppers_for(user, duty_list):
    """Return the duties that a line of this list may serve, as the form offers them: visible, same year, further up."""
    levels = LEVEL_ORDER[: LEVEL_ORDER.index(duty_list.level)]
    rows = Duty.objects.visible_to(user).filter(list__year=duty_list.year, list__level__in=levels)
    rows = rows.select_related("list__organisation__parent", "list__holder", "list__member")
    return rows.order_by(*tree_order("list__organisation__"), "list", "order")


def policies_offered(user, duty_list, duty):
    """Return the policies that the form of a duty (None: a new one) offers as its proof; None where none may be."""
    if duty is not None and duty.key:
        return None
    own = Policy.objects.filter(pk=duty.policy_id) if duty is not None and duty.policy_id else Policy.objects.none()
    keys = [row.pk for row in (*policies_for(user, duty_list), *own)]
    return Policy.objects.filter(pk__in=keys).order_by("title", "pk")


def upper_label(duty):
    """Return what the form calls a duty further up: whose it is, and its text."""
    level = f"{duty.list.get_level_display()} " if duty.list.holder_id or duty.list.member_id else ""
    return f"{level}{duty.list.holder_name}：{duty.text}"
