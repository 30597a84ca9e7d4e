"""Forms of plans and targets."""

from django import forms

from assessments.targets.measured import MEASURED
from assessments.targets.models import Direction, Split, StageLevel, Target, TargetKind
from assessments.targets.rules import ShareState
from assessments.targets.selectors.pages import plan_label
from assessments.targets.services.aims import StageData, TargetData, figures_asked
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from members.activities.models import Activity, ActivityKindCode, BuildingField
from responsibilities.collects.models import CollectField
from responsibilities.portfolios.models import LeaderPortfolio

# Stages that the form has rows for.
STAGE_ROWS = 6
_MONTHS = [(month, f"{month}月") for month in range(1, 13)]
_KINDS = [(kind.value, kind.label) for kind in (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)]


class TargetFilter(Filter):
    """Filters of the tree of targets, read from the address."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)
    plan = forms.TypedChoiceField(label="计划", required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *ShareState.choices])
    q = PlainTextField(label="查找", required=False, max_length=50)

    def __init__(self, *args, plans, **options):
        super().__init__(*args, **options)
        self.plans = plans
        years = sorted({clock.today().year, *(plan.year for plan in plans)}, reverse=True)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]
        self.fields["plan"].choices = [("", "最上级的计划"), *((plan.pk, plan_label(plan)) for plan in plans)]

    def draw(self, year, offered, plan):
        """Draw the year and the plan that are shown, which nobody may have named, and the plans of that year."""
        drawn = self.data.copy()
        drawn["year"], drawn["plan"] = str(year), str(plan.pk) if plan is not None else ""
        self.data = drawn
        choices = [(row.pk, plan_label(row)) for row in offered]
        self.fields["plan"].choices = choices or [("", "没有计划")]


class LetterFilter(Filter):
    """Whose 目标责任书, read from the address."""

    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="默认")

    def __init__(self, *args, organisations, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = organisations


class PlanForm(Form):
    organisation = forms.ModelChoiceField(
        label="制定组织",
        queryset=Organisation.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": "请选择您部署工作的党组织。"},
    )
    year = forms.TypedChoiceField(label="年度", coerce=int)
    title = PlainTextField(label="计划名称", max_length=60)
    document = PlainTextField(label="文号", max_length=80, required=False)

    def __init__(self, *args, places, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = places
        this = clock.today().year
        self.fields["year"].choices = [(year, f"{year}年") for year in (this, this + 1)]
        # A plan like last year's keeps its name unless another is typed.
        self.fields["title"].required = self.data.get("like") != "last"


class FigureField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return f"{obj.collect.title}：{obj.label}"


class TargetForm(Form):
    """One target: four entries make a quantitative one."""

    name = PlainTextField(label="目标", max_length=80)
    code = PlainTextField(label="序号", max_length=12, required=False, help_text="不填的按顺序编号；下级目标写作 2.1。")
    field = forms.ChoiceField(label="方面", choices=BuildingField.choices)
    parent = forms.ModelChoiceField(
        label="上级目标", queryset=Target.objects.none(), required=False, empty_label="没有"
    )
    kind = forms.ChoiceField(
        label="类型", choices=TargetKind.choices, initial=TargetKind.QUANTITATIVE, widget=forms.RadioSelect
    )
    measure = forms.ChoiceField(label="计量项", required=False)
    collect = FigureField(
        label="征集的数字",
        queryset=CollectField.objects.none(),
        required=False,
        empty_label="不用征集",
        help_text="计量项选“信息征集的数字”时填写；各组织填报后自动相加。",
        error_messages={"invalid_choice": "请从列表中选择征集过的数字。"},
    )
    direction = forms.ChoiceField(label="方向", choices=Direction.choices, initial=Direction.AT_LEAST)
    planned = forms.DecimalField(label="应达", required=False, max_digits=10, decimal_places=2, min_value=0)
    base = forms.DecimalField(label="上年数值", required=False, max_digits=10, decimal_places=2, min_value=0)
    weight = forms.DecimalField(label="权重", max_digits=5, decimal_places=2, min_value=0)
    split = forms.ChoiceField(label="分解方式", choices=Split.choices, initial=Split.SAME)
    applies = forms.MultipleChoiceField(
        label="责任组织", required=False, choices=_KINDS, widget=forms.CheckboxSelectMultiple, initial=[Kind.BRANCH]
    )
    first_month = forms.TypedChoiceField(label="起始月", choices=_MONTHS, coerce=int, initial=1)
    last_month = forms.TypedChoiceField(label="截止月", choices=_MONTHS, coerce=int, initial=12)
    holder = forms.ModelChoiceField(
        label="责任领导", queryset=LeaderPortfolio.objects.none(), required=False, empty_label="未指定"
    )

    def __init__(self, *args, plan, user, target=None, **options):
        super().__init__(*args, **options)
        self.fields["collect"].queryset = figures_asked(user)
        others = Target.objects.filter(plan=plan).order_by("code")
        self.fields["parent"].queryset = others.exclude(pk=target.pk) if target is not None else others
        self.fields["measure"].choices = [
            ("", "先不选（软任务）"),
            *((row.measure, row.name) for row in MEASURED.values()),
        ]
        self.fields["holder"].queryset = (
            LeaderPortfolio.objects.in_force(clock.today())
            .filter(organisation__in=plan.organisation.get_family())
            .select_related("leader", "department", "contact")
        )

    def clean(self):
        values = super().clean()
        first, last = values.get("first_month"), values.get("last_month")
        if first and last and last < first:
            self.add_error("last_month", "截止月不能早于起始月。")
        return values

    def target_data(self, stages: list[StageData]) -> TargetData:
        """Return what was typed; call after is_valid()."""
        return TargetData(**self.cleaned_data, stages=stages)


class StageForm(Form):
    """One stage of a qualitative target; an empty row is none."""

    criterion = PlainTextField(label="标准", required=False, max_length=120)
    due = DayField(label="时限", required=False)
    part = forms.IntegerField(label="占比（%）", required=False, min_value=1, max_value=100)
    kinds = forms.MultipleChoiceField(label="活动类型", required=False, choices=ActivityKindCode.choices)
    word = PlainTextField(label="关键词", required=False, max_length=20)

    def clean(self):
        values = self.cleaned_data
        if not any(values.get(name) for name in ("criterion", "due", "part")):
            return values
        for name, sentence in (("criterion", "请填写标准。"), ("due", "请填写时限。"), ("part", "请填写占比。")):
            if not values.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return values

    def stage_data(self) -> StageData | None:
        values = self.cleaned_data
        if not values.get("criterion"):
            return None
        return StageData(values["criterion"], values["due"], values["part"], values["kinds"], values["word"])


StageFormSet = forms.formset_factory(StageForm, extra=0, max_num=STAGE_ROWS, absolute_max=STAGE_ROWS)


class AdjustForm(Form):
    planned = forms.DecimalField(label="应达", max_digits=10, decimal_places=2, min_value=0)
    reason = PlainTextField(label="调整原因", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class ReportForm(Form):
    """What an organisation says of a stage."""

    own_level = forms.ChoiceField(label="自评", widget=forms.RadioSelect)
    text = PlainTextField(label="完成情况", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    activity = forms.ModelChoiceField(
        label="依据的活动记录", queryset=Activity.objects.none(), required=False, empty_label="没有"
    )

    def __init__(self, *args, records, **options):
        super().__init__(*args, **options)
        self.fields["own_level"].choices = StageLevel.choices
        self.fields["activity"].queryset = records


class JudgeForm(Form):
    level = forms.ChoiceField(label="评定", widget=forms.RadioSelect)
    reason = PlainTextField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["level"].choices = StageLevel.choices
