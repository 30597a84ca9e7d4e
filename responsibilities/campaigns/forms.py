"""Forms of campaigns: filter of the board, the campaign with its milestones and goals, what is said along the way."""

from django import forms

from branches.places.models.organisations import Organisation
from common import clock
from common.forms.fields import DayField, PlainTextField, ask_when
from common.forms.filters import Filter, YearField
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.text import whole_number
from members.activities.models import Activity, ActivityKindCode
from members.care.models import HonourLevel
from responsibilities.campaigns.figures import measure_names, unit_of
from responsibilities.campaigns.models import Approach, CampaignKind, Contest, Level, OutcomeKind, Verdict
from responsibilities.campaigns.rules import (
    Planned,
    application_problems,
    kind_problems,
    outcome_problems,
    problems,
)
from responsibilities.campaigns.selectors.honours import honour_words
from responsibilities.campaigns.services.campaigns import MOST_GOALS, MOST_MILESTONES, CampaignData, Goal
from responsibilities.campaigns.services.taking_part import Award, Outcome
from responsibilities.policies.models import PolicyVersion
from responsibilities.work.models import WorkItem

SPARE = 3
_BY_NAME = "不限，标题写到节点名称即完成"


def _area(rows=2):
    return forms.Textarea(attrs={"rows": rows})


class ReasonForm(Form):
    """One reason; the label is the caller's."""

    reason = PlainTextField(max_length=300, required=False, widget=_area(3))

    def __init__(self, *args, label="原因", **options):
        super().__init__(*args, **options)
        self.fields["reason"].label = label


class BoardFilter(Filter):
    """Filters of the board, read from the address."""

    year = YearField(years=range(clock.today().year - 3, clock.today().year + 2))
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *CampaignKind.choices])
    approach = forms.ChoiceField(label="用法", required=False, choices=[("", "全部"), *Approach.choices])
    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")
    q = PlainTextField(label="查找", required=False, max_length=50)

    def __init__(self, *args, organisations, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = organisations


class RecordFilter(Filter):
    """Filters of the records of a campaign."""

    organisation = SoughtOrganisationField(None, label="参加组织", required=False, empty_label="全部")
    counted = forms.ChoiceField(
        label="计入", required=False, choices=[("", "全部"), ("yes", "已计入"), ("no", "未计入")]
    )

    def __init__(self, *args, organisations, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = organisations


class ManyField(forms.ModelMultipleChoiceField):
    """Rows to tick; an id beyond the column's range is no choice either."""

    default_error_messages = {
        "invalid_choice": "请从列表中选择。",
        "invalid_pk_value": "请从列表中选择。",
        "invalid_list": "请从列表中选择。",
    }

    def __init__(self, queryset, **options):
        super().__init__(queryset, required=False, widget=forms.CheckboxSelectMultiple, **options)

    def clean(self, value):
        if any(whole_number(pk) is None for pk in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)

    def label_from_instance(self, row):
        return getattr(row, "label", None) or str(row)


class _Written(Form):
    """What both kinds of campaign say."""

    title = PlainTextField(label="名称", max_length=60)
    approach = forms.ChoiceField(label="用法", choices=[("", "请选择"), *Approach.choices])
    occasion = PlainTextField(
        label="借助什么", max_length=60, required=False, help_text="写明借助的大事、重点、主题或创建活动。"
    )
    starts = DayField(label="开始日期")
    ends = DayField(label="结束日期")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    items = ManyField(WorkItem.objects.none(), label="服务哪些重点业务")
    policies = ManyField(PolicyVersion.objects.none(), label="依据哪些制度")

    def __init__(self, *args, work, policies, **options):
        super().__init__(*args, **options)
        for name, rows in (("items", work), ("policies", policies)):
            self.fields[name].queryset = rows
            if not rows:
                del self.fields[name]

    def clean(self):
        """Say also what is wrong between the fields, beside what is wrong in one: all at once."""
        values = super().clean() or self.cleaned_data
        # As they were read, also where one of them is refused for the other.
        self.days = values.get("starts"), values.get("ends")
        for name, said in self.between(values).items():
            if name not in self.errors:
                self.add_error(name, said)
        return values

    def between(self, values):
        """Return {field: sentences} of what is wrong with the values that could be read."""
        return problems(values.get("starts"), values.get("ends"), values.get("occasion") or "")

    def data_of(self, milestones, goals, kind):
        """Return the CampaignData of a valid form with its valid rows."""
        values = self.cleaned_data
        return CampaignData(
            kind=kind,
            contest=values.get("contest") or "",
            title=values["title"],
            approach=values["approach"],
            occasion=values["occasion"],
            document=values.get("document") or "",
            starts=values["starts"],
            ends=values["ends"],
            words=values.get("words") or "",
            criteria=values.get("criteria") or [],
            goals=goals,
            milestones=milestones,
            items=list(values.get("items") or ()),
            policies=list(values.get("policies") or ()),
            problem=values.get("problem") or "",
            difference=values.get("difference") or "",
        )


class CampaignForm(_Written):
    kind = forms.ChoiceField(
        label="类别",
        choices=[(key, label) for key, label in CampaignKind.choices if key != CampaignKind.BRAND],
        widget=forms.RadioSelect,
    )
    contest = forms.ChoiceField(label="争创内容", required=False, choices=[("", "不是争创"), *Contest.choices])
    document = PlainTextField(label="依据文件", required=False, max_length=80)
    words = PlainTextField(
        label="记录中会写到的词",
        required=False,
        max_length=60,
        help_text="支部登记的活动写到名称或这些词，系统即建议关联本载体。",
    )
    criteria = PlainTextField(
        label="争创标准", required=False, max_length=2600, widget=_area(3), help_text="一行一条，争创时填写。"
    )
    field_order = ["kind", "contest", "title", "approach", "occasion", "starts", "ends"]

    def between(self, values):
        return super().between(values) | kind_problems(values.get("kind") or "", values.get("contest") or "")

    def clean_criteria(self):
        return [line.strip() for line in self.cleaned_data["criteria"].splitlines() if line.strip()]


class ApplyForm(_Written):
    """A brand project: what it solves and how it differs; the rest is proposed."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="申报组织", empty_label=None)
    problem = PlainTextField(label="解决什么问题", max_length=200, required=False, widget=_area())
    difference = PlainTextField(label="特色做法", max_length=200, required=False, widget=_area())
    field_order = ["organisation", "title", "approach", "problem", "difference", "occasion", "starts", "ends"]

    def __init__(self, *args, places, **options):
        super().__init__(*args, **options)
        field = self.fields["organisation"]
        field.queryset = places
        field.error_messages["invalid_choice"] = "请从列表中选择申报组织。"
        field.label_from_instance = lambda place: place.label

    def between(self, values):
        said = application_problems(values.get("problem") or "", values.get("difference") or "")
        return super().between(values) | said


def _kinds():
    return [("", _BY_NAME), *ActivityKindCode.choices]


class MilestoneForm(Form):
    milestone = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = PlainTextField(label="节点", required=False, max_length=60)
    due = DayField(label="时限", required=False)
    kind = forms.ChoiceField(label="由哪类活动完成", required=False, choices=_kinds)

    def clean(self):
        values = self.cleaned_data
        if values.get("name") and not values.get("due") and "due" not in self.errors:
            self.add_error("due", "请填写时限。")
        if values.get("due") and not values.get("name") and "name" not in self.errors:
            self.add_error("name", "请填写节点。")
        return values

    def row(self):
        """Return the Planned of a valid row, None for an empty one."""
        values = self.cleaned_data
        if not values.get("name"):
            return None
        kinds = (values["kind"],) if values.get("kind") else ()
        return Planned(values["name"], values["due"], kinds, values.get("milestone"))


def _counted():
    """What a goal counts: records of a kind, or a measure that the system keeps anyway."""
    kept = list(measure_names().items())
    kinds = ("活动次数", ActivityKindCode.choices)
    return [("", "请选择"), kinds, *([("系统已有的数据", kept)] if kept else [])]


class GoalForm(Form):
    name = PlainTextField(label="目标", required=False, max_length=60)
    kind = forms.ChoiceField(label="计什么", required=False, choices=_counted)
    planned = forms.DecimalField(
        label="计划", required=False, min_value=0, max_digits=8, decimal_places=2, widget=forms.TextInput
    )
    unit = PlainTextField(label="单位", required=False, max_length=5, initial="次")

    def clean(self):
        values = self.cleaned_data
        if values.get("name"):
            if not values.get("planned") and "planned" not in self.errors:
                self.add_error("planned", "请填写计划数，应大于 0。")
            if not values.get("kind") and "kind" not in self.errors:
                self.add_error("kind", "请选择计什么，系统据此取数。")
        elif values.get("planned") or values.get("kind"):
            self.add_error("name", "请填写目标。")
        return values

    def row(self):
        """Return the Goal of a valid row, None for an empty one."""
        values = self.cleaned_data
        if not values.get("name"):
            return None
        if values["kind"] in measure_names():
            unit = unit_of(values["kind"])
            return Goal(values["name"], values["planned"], measure=values["kind"], unit=unit)
        return Goal(values["name"], values["planned"], (values["kind"],), unit=values.get("unit") or "次")


MilestoneRows = forms.formset_factory(
    MilestoneForm, extra=0, max_num=MOST_MILESTONES + SPARE, validate_max=True, absolute_max=MOST_MILESTONES + 10
)
GoalRows = forms.formset_factory(
    GoalForm, extra=0, max_num=MOST_GOALS + SPARE, validate_max=True, absolute_max=MOST_GOALS + 10
)


def milestone_rows(campaign):
    """Return the initial rows of the milestones of a campaign (None: a new one), with spare ones below."""
    rows = [
        {"milestone": row.pk, "name": row.name, "due": row.due, "kind": row.kinds[0] if row.kinds else ""}
        for row in (campaign.milestones.all() if campaign else ())
    ]
    return rows + [{}] * SPARE


def goal_rows(campaign):
    """Return the initial rows of the goals, with one spare."""
    rows = [
        {"name": row.name, "kind": (row.kinds or [row.measure])[0], "planned": row.planned, "unit": row.unit}
        for row in (campaign.goals.all() if campaign else ())
    ]
    return rows + [{"unit": "次"}] * 2


class InviteForm(Form):
    places = ManyField(Organisation.objects.none(), label="邀请哪些组织")

    def __init__(self, *args, places, **options):
        super().__init__(*args, **options)
        self.fields["places"].queryset = places


class MoveForm(Form):
    due = DayField(label="新的时限")
    reason = PlainTextField(label="改期原因", max_length=200, required=False, widget=_area())


class ProlongForm(Form):
    until = DayField(label="延期至")
    reason = PlainTextField(label="延期原因", max_length=200, required=False, widget=_area())


class DoneForm(Form):
    done_on = DayField(label="完成日期")
    text = PlainTextField(label="结果", max_length=200, required=False, widget=_area())


class OutcomeForm(Form):
    """honours: [(id, words)] of the organisation, which an award may be; enters: whether the user may enter another with it."""

    NEW = "new"

    kind = forms.ChoiceField(label="类别", choices=OutcomeKind.choices)
    text = PlainTextField(
        label="成效", max_length=120, required=False, help_text="获得荣誉的写荣誉名称，选了已登记表彰的可空着。"
    )
    honour = forms.ChoiceField(
        label="表彰", required=False, help_text="获得荣誉时选择；登记一次，表彰名册、考核和本载体引用同一条。"
    )
    level = forms.ChoiceField(
        label="荣誉级别", required=False, choices=[("", "新登记的表彰填写"), *HonourLevel.choices]
    )
    granted_by = PlainTextField(label="授予单位", max_length=60, required=False)
    document = PlainTextField(label="文号", max_length=80, required=False)
    before = forms.DecimalField(
        label="之前", required=False, max_digits=10, decimal_places=2, widget=forms.TextInput, help_text="可不填。"
    )
    figure = forms.DecimalField(label="之后", required=False, max_digits=10, decimal_places=2, widget=forms.TextInput)
    unit = PlainTextField(label="单位", required=False, max_length=5)
    day = DayField(label="日期")

    def __init__(self, *args, honours, enters, **options):
        super().__init__(*args, **options)
        self.honours = {str(row.pk): row for row in honours}
        new = [(self.NEW, "登记一项新的表彰")] if enters else []
        words = [(key, honour_words(row)) for key, row in self.honours.items()]
        self.fields["honour"].choices = [("", "不是表彰"), *words, *new]
        for name in ("level", "granted_by", "document"):
            if enters:
                ask_when(self, name, "honour", self.NEW)
            else:
                del self.fields[name]
        ask_when(self, "honour", "kind", OutcomeKind.AWARD)

    def clean(self):
        values = super().clean() or self.cleaned_data
        chosen = "" if "honour" in self.errors else values.get("honour") or ""
        said = outcome_problems(
            values.get("kind") or "",
            values.get("text") or "",
            honour=bool(chosen),
            new=chosen == self.NEW,
            level=values.get("level") or "",
            granted_by=values.get("granted_by") or "",
        )
        for name, sentence in said.items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return values

    def outcome(self):
        """Return the Outcome of a valid form."""
        values = self.cleaned_data
        names = ("kind", "text", "day", "before", "figure", "unit")
        new = values["honour"] == self.NEW
        award = Award(values["level"], values["granted_by"], values["document"]) if new else None
        return Outcome(**{name: values[name] for name in names}, honour=self.honours.get(values["honour"]), award=award)


class CloseForm(Form):
    """One's own rating and one sentence."""

    own_level = forms.ChoiceField(label="自评", required=False, choices=Level.choices, widget=forms.RadioSelect)
    own_text = PlainTextField(label="小结", max_length=300, required=False, widget=_area(4))


class JudgeForm(Form):
    level = forms.ChoiceField(label="评定", required=False, widget=forms.RadioSelect)
    reason = PlainTextField(label="理由", max_length=200, required=False, widget=_area())

    def __init__(self, *args, brand, **options):
        super().__init__(*args, **options)
        self.fields["level"].choices = (Verdict if brand else Level).choices


class DecideForm(Form):
    """Approve, naming the meeting where one decided, or return with a reason."""

    meeting = forms.ModelChoiceField(
        Activity.objects.none(), label="审定的会议", required=False, empty_label="没有开会审定"
    )
    reason = PlainTextField(label="退回原因", max_length=200, required=False, widget=_area(), help_text="退回时必填。")

    def __init__(self, *args, meetings, **options):
        super().__init__(*args, **options)
        field = self.fields["meeting"]
        field.queryset = meetings
        field.error_messages["invalid_choice"] = "请从列表中选择审定的会议。"
        field.label_from_instance = lambda row: f"{row.day:%m-%d} {row.title}"[:60]
