"""Forms of policies: filters, a version with its steps and rule, putting in force, beginning and doing."""

import re

from django import forms

from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from common import clock
from common.forms.fields import DayField, OrganisationField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.text import clean_text, fold
from members.activities.models import Activity, ActivityKindCode, BuildingField
from responsibilities.assigning import places_assigned
from responsibilities.policies.flags import FLAGS, OPEN_MATTERS
from responsibilities.policies.models import (
    ADDRESSABLE,
    ISSUING,
    MOST_DAYS,
    YIELDS,
    CountedFrom,
    PolicySeat,
    Trigger,
)
from responsibilities.policies.services.policies import MOST_STEPS, CheckData, PolicyData, StepData
from responsibilities.policies.words import WRONG_DAYS, days_of, seat_of, yields_of

SPARE_ROWS = 3
STATES = (("in_force", "现行"), ("draft", "草案"), ("repealed", "已废止"))
# Records of the last months among which the deciding one is chosen.
MOST_RECORDS = 100
_BETWEEN = re.compile(r"\s*[\t｜|]\s*")


class PolicyFilter(Filter):
    """Filters of the list, read from the address."""

    state = forms.ChoiceField(label="状态", required=False, choices=STATES, widget=forms.HiddenInput)
    flag = forms.ChoiceField(
        label="机制", required=False, choices=[("", "全部"), *FLAGS.items(), *OPEN_MATTERS.items()]
    )
    building = forms.ChoiceField(label="方面", required=False, choices=[("", "全部"), *BuildingField.choices])
    q = PlainTextField(label="名称或首字母", required=False, max_length=50)


class RunFilter(Filter):
    """Filters of the runs of a policy."""

    organisation = SoughtOrganisationField(None, label="党组织", required=False, empty_label="全部")

    def __init__(self, *args, organisations, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = organisations


class ReasonForm(Form):
    """One reason; the label is the caller's."""

    reason = PlainTextField(max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, label="原因", **options):
        super().__init__(*args, **options)
        self.fields["reason"].label = label


class StewardField(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return user.name


def _stewards(user):
    """Return the accounts appointed at the committee or the party group: whoever may explain a policy."""
    places = places_assigned(user).filter(kind__in=ISSUING).order_by()
    seats = Appointment.objects.in_force(clock.today()).filter(organisation__in=places.values("pk")).order_by()
    return User.objects.filter(pk__in=seats.values("user"), is_active=True).order_by("name", "pk")


class PolicyForm(Form):
    """What a version says, beside its steps."""

    title = PlainTextField(label="制度名称", max_length=100)
    document = PlainTextField(label="文号", max_length=80, required=False)
    issued_on = DayField(label="印发日期")
    file = forms.FileField(label="正文", required=False, help_text="全文以文件为准，不必重新录入。")
    organisation = OrganisationField(Organisation.objects.none(), label="制定组织")
    building = forms.ChoiceField(label="所属方面", choices=BuildingField.choices, initial=BuildingField.INSTITUTION)
    addressed = forms.MultipleChoiceField(
        label="适用组织",
        required=False,
        choices=[(kind.value, kind.label) for kind in ADDRESSABLE],
        widget=forms.CheckboxSelectMultiple,
        help_text="这些组织知悉制度，并各自走程序；不选则由制定组织自己走。",
    )
    trigger = forms.ChoiceField(label="何时启动程序", choices=Trigger.choices, initial=Trigger.MANUAL)
    trigger_kinds = forms.MultipleChoiceField(
        label="启动程序的记录",
        required=False,
        choices=ActivityKindCode.choices,
        widget=forms.SelectMultiple(attrs={"size": 4}),
        help_text="仅在“有记录时”启动的制度填写。",
    )
    steward = StewardField(queryset=User.objects.none(), label="解释人", required=False, empty_label="未指定")
    trial = forms.BooleanField(label="试行", required=False)
    summary = PlainTextField(label="摘要", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        places = places_assigned(user).filter(kind__in=ISSUING, archived_on__isnull=True)
        self.fields["organisation"].queryset = places
        self.fields["steward"].queryset = _stewards(user)
        if not self.is_bound and "organisation" not in self.initial:
            self.initial["organisation"] = places.exclude(kind="party_group").first() or places.first()

    def clean_issued_on(self):
        day = self.cleaned_data["issued_on"]
        if day and day > clock.today():
            raise forms.ValidationError("印发日期不能晚于今天。")
        return day

    def clean(self):
        values = super().clean()
        if values.get("trigger") == Trigger.RECORD and not values.get("trigger_kinds"):
            self.add_error("trigger_kinds", "请选择哪些记录启动程序。")
        return values

    def data_of(self):
        """Return the PolicyData of a valid form."""
        return PolicyData(**{name: self.cleaned_data[name] for name in self.fields})

    @staticmethod
    def initial_of(version):
        """Return what stands in the form of a draft."""
        policy = version.policy
        found = {name: getattr(policy, name) for name in ("organisation", "title", "building", "steward", "trial")}
        names = ("document", "issued_on", "summary", "trigger", "trigger_kinds")
        found |= {name: getattr(version, name) for name in names}
        found["addressed"] = list(version.addressees.values_list("kind", flat=True))
        return found


_ONE_OF = [("", "未写明"), *YIELDS.items()]


class StepForm(Form):
    title = PlainTextField(label="做什么", max_length=80, required=False)
    seat = forms.ChoiceField(label="由谁办理", required=False, choices=[("", "未写明"), *PolicySeat.choices])
    days = forms.IntegerField(
        label="几个工作日",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
    )
    yields = forms.ChoiceField(label="形成什么", required=False, choices=_ONE_OF)
    or_yields = forms.ChoiceField(label="或", required=False, choices=[("", "无"), *YIELDS.items()])
    counted_from = forms.ChoiceField(label="起算", choices=CountedFrom.choices, required=False)
    optional = forms.BooleanField(label="可不办", required=False)

    def clean_days(self):
        days = self.cleaned_data["days"]
        if days is not None and not 0 <= days <= MOST_DAYS:
            raise forms.ValidationError(WRONG_DAYS)
        return days

    def clean(self):
        values = self.cleaned_data
        said = values.get("seat") or values.get("days") is not None or values.get("yields")
        if said and not values.get("title") and "title" not in self.errors:
            self.add_error("title", "请写明这一步做什么。")
        return values

    def data_row(self):
        """Return the StepData of a valid row, None for an empty one."""
        values = self.cleaned_data
        if not values.get("title"):
            return None
        return StepData(
            title=values["title"],
            seat=values["seat"],
            days=values["days"],
            yields=[code for code in (values["yields"], values["or_yields"]) if code],
            counted_from=values["counted_from"] or CountedFrom.PREVIOUS,
            optional=values["optional"],
        )


StepFormSet = forms.formset_factory(
    StepForm, extra=0, max_num=MOST_STEPS + SPARE_ROWS, validate_max=True, absolute_max=MOST_STEPS + 20
)


def rows_of(steps):
    """Return the initial rows of kept steps, with spare rows below."""
    rows = []
    for step in steps:
        first, second = (list(step.yields) + ["", ""])[:2]
        rows.append(
            {
                "title": step.title,
                "seat": step.seat,
                "days": step.days,
                "yields": first,
                "or_yields": second,
                "counted_from": step.counted_from,
                "optional": step.optional,
            }
        )
    return rows + [{"counted_from": CountedFrom.PREVIOUS}] * SPARE_ROWS


class ProcedureForm(Form):
    """A pasted table in place of the rows, and the assessment rule."""

    pasted = PlainTextField(
        label="粘贴程序表",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一步，三列或四列：（做什么｜）谁｜几个工作日｜形成什么。粘贴后代替下面的各步。",
    )
    has_check = forms.BooleanField(label="按期办结率作为考核规则", required=False, initial=True)
    planned = forms.IntegerField(
        label="按期率应达（%）",
        required=False,
        initial=90,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3}),
    )
    consequence = PlainTextField(label="达不到怎么办", max_length=120, required=False)

    def clean_pasted(self):
        text = self.data.get(self.add_prefix("pasted"), "")
        self.steps = steps_of(text) if text.strip() else []
        return self.cleaned_data["pasted"]

    def clean_planned(self):
        planned = self.cleaned_data["planned"]
        if planned is not None and not 1 <= planned <= 100:
            raise forms.ValidationError("应达比例在 1 至 100 之间。")
        return planned

    def check_data(self):
        """Return the CheckData of a valid form, None without a rule."""
        values = self.cleaned_data
        if not values["has_check"]:
            return None
        planned = 90 if values["planned"] is None else values["planned"]
        return CheckData(planned, values["consequence"])

    @staticmethod
    def initial_of(check):
        """Return what stands in the form of a version with this rule (None: without one)."""
        if check is None:
            return {"has_check": False, "planned": 90}
        return {"has_check": True, "planned": check.planned, "consequence": check.consequence}


def steps_of(text):
    """Return the StepData of a pasted table of three columns (谁, 几个工作日, 形成什么) or four (做什么 first).

    What names no seat or no yield of ours is left empty, so that the policy is flagged, and stays in the title. Raises
    ValidationError with the number of a line that is no row.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [clean_text(cell) for cell in _BETWEEN.split(line.strip())]
        if not any(cells):
            continue
        if len(cells) not in (3, 4):
            raise forms.ValidationError(f"第 {number} 行有 {len(cells)} 列，应是三列或四列。")
        title, who, days, what = cells if len(cells) == 4 else [cells[2], *cells]
        try:
            count = days_of(days)
        except ValueError as error:
            raise forms.ValidationError(f"第 {number} 行：{error}") from None
        if not found and count is None and fold(who) in ("谁", "由谁办理", "责任主体"):
            continue
        seat, yields = seat_of(who), yields_of(what)
        words = title if seat or not who else f"{title}（{who}）"
        if not words:
            raise forms.ValidationError(f"第 {number} 行没有写明做什么。")
        found.append(StepData(words[:80], seat, count, yields))
    if len(found) > MOST_STEPS:
        raise forms.ValidationError(f"一项制度最多 {MOST_STEPS} 步，现有 {len(found)} 步。")
    return found


class RecordChoice(forms.ModelChoiceField):
    def label_from_instance(self, record):
        return f"{record.day:%Y-%m-%d}　{record.organisation.label}　{record.title or record}"[:80]


class IssueForm(Form):
    """Put a draft in force."""

    in_force_from = DayField(label="施行日期")
    in_force_to = DayField(label="试行至", required=False)
    decided_in = RecordChoice(
        queryset=Activity.objects.none(),
        label="审议记录",
        required=False,
        empty_label="没有登记，以文号为准",
    )

    def __init__(self, *args, user, version, **options):
        super().__init__(*args, **options)
        rows = Activity.objects.visible_to(user).filter(
            kinds__kind__in=("party_group_meeting", "committee_plenary", "committee_meeting", "assembly")
        )
        keys = list(
            rows.filter(organisation__kind__in=ISSUING, state__in=("submitted", "accepted"))
            .order_by("-day", "-pk")
            .values_list("pk", flat=True)[:MOST_RECORDS]
        )
        self.fields["decided_in"].queryset = (
            Activity.objects.filter(pk__in=keys)
            .select_related("organisation__parent")
            .prefetch_related("kinds")
            .order_by("-day", "-pk")
        )
        if not version.policy.trial:
            del self.fields["in_force_to"]


class RepealForm(ReasonForm):
    day = DayField(label="废止日期", initial=clock.today)
    field_order = ["day", "reason"]


class BeginForm(Form):
    """Begin a run by hand."""

    organisation = OrganisationField(Organisation.objects.none(), label="发起组织")
    subject = PlainTextField(label="事项", max_length=80)
    about = PlainTextField(label="说明", max_length=120, required=False)

    def __init__(self, *args, places, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = places
        if not self.is_bound:
            self.initial.setdefault("organisation", places.first())


class TieForm(Form):
    """Name the record that shows a step."""

    activity = RecordChoice(queryset=Activity.objects.none(), label="记录", empty_label="请选择")

    def __init__(self, *args, records, **options):
        super().__init__(*args, **options)
        self.fields["activity"].queryset = records


class DoneForm(Form):
    """Say that a step was done today."""

    text = PlainTextField(label="办理情况", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
