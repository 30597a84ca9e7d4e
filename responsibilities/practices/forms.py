"""Forms of practices: filter of the library, the practice, what is said along its way."""

from django import forms

from branches.places.models.organisations import Organisation
from common.forms.fields import DayField, OrganisationField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from members.activities.models import Activity, BuildingField, Way
from responsibilities.practices.kept import keeper
from responsibilities.practices.models import GOES_ON, AdoptionLevel, AdoptionResult, Stage
from responsibilities.practices.selectors.library import BY_STAGE, SORTS
from responsibilities.practices.services.practices import PracticeData


def _area(rows=2):
    return forms.Textarea(attrs={"rows": rows})


def _measures(empty):
    return [("", empty), *keeper().measures().items()]


class LibraryFilter(Filter):
    """Filters of the library, read from the address; the state is the strip above it."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *Stage.choices], widget=forms.HiddenInput
    )
    building = forms.ChoiceField(label="方面", required=False, choices=[("", "全部"), *BuildingField.choices])
    measure = forms.ChoiceField(label="按问题找", required=False)
    organisation = SoughtOrganisationField(None, label="所属组织", required=False, empty_label="全部")
    q = PlainTextField(label="名称或首字母", required=False, max_length=50)
    sort = forms.ChoiceField(label="排序", required=False, choices=list(SORTS.items()))

    def __init__(self, *args, organisations, **options):
        super().__init__(*args, instead={"sort": (BY_STAGE, SORTS[BY_STAGE])}, **options)
        self.fields["organisation"].queryset = organisations
        self.fields["measure"].choices = _measures("全部数据")


class MeasureField(forms.ChoiceField):
    """A measure; of one that is not counted by months the service says why it cannot be compared."""

    def valid_value(self, value):
        return len(value) <= 60


class PracticeForm(Form):
    """A practice; filled in from what it grew from."""

    organisation = OrganisationField(Organisation.objects.none(), label="所属组织", empty_label=None)
    title = PlainTextField(label="名称", max_length=60)
    problem = PlainTextField(label="解决什么问题", max_length=200, widget=_area())
    steps = PlainTextField(
        label="做法步骤", max_length=1500, widget=_area(6), help_text="一行一步；定型为制度时各步直接带过去。"
    )
    started = DayField(label="从哪天开始这样做")
    measure = MeasureField(
        label="看哪项数据", required=False, help_text="系统比较前后各几个整月，不另填报；只列按月计的数据。"
    )
    building = forms.ChoiceField(label="所属方面", choices=BuildingField.choices)
    way = forms.ChoiceField(label="服务业务的方式", required=False, choices=[("", "未写明"), *Way.choices])
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    activity = forms.IntegerField(required=False, widget=forms.HiddenInput)
    campaign = forms.IntegerField(required=False, widget=forms.HiddenInput)
    policy = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, places, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = places
        self.fields["measure"].choices = _measures("先不选（不作前后比较）")

    def data_of(self, sources=None):
        """Return the PracticeData of a valid form."""
        names = ("title", "problem", "steps", "started", "building", "measure", "way")
        values = {name: self.cleaned_data[name] for name in names}
        return PracticeData(**values) if sources is None else PracticeData(**values, sources=sources)

    @staticmethod
    def initial_of(practice):
        """Return what stands in the form of a candidate."""
        names = ("organisation", "title", "problem", "steps", "started", "measure", "building", "way", "version")
        return {name: getattr(practice, name) for name in names}


class ReasonForm(Form):
    """One reason; the label is the caller's."""

    reason = PlainTextField(max_length=300, required=False, widget=_area(3))

    def __init__(self, *args, label="原因", **options):
        super().__init__(*args, **options)
        self.fields["reason"].label = label


class ProveForm(ReasonForm):
    decided_in = forms.ModelChoiceField(
        Activity.objects.none(), label="认定的会议", required=False, empty_label="没有开会认定"
    )
    field_order = ["reason", "decided_in"]

    def __init__(self, *args, meetings, **options):
        super().__init__(*args, label="认定的依据", **options)
        field = self.fields["decided_in"]
        field.queryset = meetings
        field.error_messages["invalid_choice"] = "请从列表中选择认定的会议。"
        field.label_from_instance = lambda row: f"{row.day:%m-%d} {row.title}"[:60]


class FormaliseForm(Form):
    organisation = OrganisationField(Organisation.objects.none(), label="制定组织", empty_label=None)
    title = PlainTextField(label="制度名称", max_length=100)

    def __init__(self, *args, places, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = places


class AdoptForm(Form):
    adapted = PlainTextField(
        label="怎样改动", max_length=200, required=False, widget=_area(), help_text="照原样做的不用填。"
    )


class ReportForm(Form):
    result = forms.ChoiceField(label="结果", required=False, choices=AdoptionResult.choices, widget=forms.RadioSelect)
    text = PlainTextField(label="说明", max_length=200, required=False, widget=_area(3))

    def __init__(self, *args, early="", **options):
        """early: why only that it was dropped can be said yet."""
        super().__init__(*args, **options)
        if early:
            field = self.fields["result"]
            field.choices = [(key, label) for key, label in AdoptionResult.choices if key not in GOES_ON]
            field.error_messages["invalid_choice"] = early


class JudgeForm(Form):
    level = forms.ChoiceField(label="评定", required=False, choices=AdoptionLevel.choices, widget=forms.RadioSelect)
    reason = PlainTextField(label="评定理由", max_length=200, required=False, widget=_area())
