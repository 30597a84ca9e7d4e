"""Forms of business work: the item, its stop, the filters of the board."""

from django import forms

from branches.places.models.departments import Department
from common import clock
from common.forms.filters import Filter, PeriodField
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from common.periods import QUARTER, YEAR, Period
from members.activities.forms.fields import DayField, PlacesField, TextField
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, WorkKind
from responsibilities.work.rules import item_problems
from responsibilities.work.selectors.board import STATES
from responsibilities.work.selectors.items import covering, leader_accounts
from responsibilities.work.services.items import WorkData, stage_dates


class ListedField(forms.ChoiceField):
    """One of a list of objects that the form has loaded already; cleans to the object or None.

    label_of: what the list calls an object. An id outside the list gets the same message, whatever it belongs to.
    """

    def __init__(self, *, empty="未填", label_of=str, **options):
        self.empty, self.label_of = empty, label_of
        super().__init__(**options)
        self.error_messages["invalid_choice"] = "请在列出的项目中选择。"
        self.offer(())

    def offer(self, objects):
        """Let the user choose among these objects."""
        self.objects = {str(row.pk): row for row in objects}
        self.choices = [("", self.empty), *((pk, self.label_of(row)) for pk, row in self.objects.items())]

    def clean(self, value):
        return self.objects.get(super().clean(value))


def _label(place):
    return place.label


def _name(account):
    return account.name


class WorkForm(Form):
    """An item with its carriers and the planned dates of its stages.

    arranges, own: organisations of work/rights.py: places_to_arrange and places_of_own_work; carriers: of carrier_places.
    item: the saved one, whose organisation never changes.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=1_000_000)
    name = TextField(label="名称", max_length=120, error_messages={"required": "请填写名称。"})
    kind = forms.ChoiceField(label="类别", choices=WorkKind.choices)
    starts = DayField(label="开始", error_messages={"required": "请填写开始日期。"})
    ends = DayField(label="完成", error_messages={"required": "请填写完成日期。"})
    source = TextField(label="来源文件", max_length=200, required=False)
    note = TextField(label="说明", max_length=500, required=False, lines=True, widget=forms.Textarea(attrs={"rows": 2}))
    organisation = ListedField(
        label="部署组织", empty="请选择", label_of=_label, error_messages={"required": "请选择部署组织。"}
    )
    lead = ListedField(label="牵头处室", required=False)
    helpers = forms.MultipleChoiceField(
        label="配合处室",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请在列出的处室中选择。"},
    )
    leader = ListedField(label="分管领导", required=False, label_of=_name)
    leading = ListedField(label="牵头支部", empty="按牵头处室", required=False, label_of=_label)

    def __init__(self, data=None, *, arranges, own, carriers, item=None, initial=None):
        self.item = item
        super().__init__(data, initial=(self._saved() if item else {}) | (initial or {}))
        self._offer_places([*arranges, *own])
        if not arranges:
            self._only_own_work(own)
        self._offer_departments()
        self._offer_leaders()
        self._offer_carriers(carriers)
        self._ask_for_dates()

    def _offer_places(self, places):
        if self.item:
            del self.fields["organisation"]
            return
        offered = list({place.pk: place for place in places}.values())
        self.fields["organisation"].offer(offered)
        self.initial.setdefault("organisation", offered[0].pk if offered else "")
        self.initial.setdefault("kind", WorkKind.AGENCY.value)

    def _only_own_work(self, own):
        """Who arranges nowhere enters the work of his branch, which carries it."""
        self.fields["kind"].choices = [(WorkKind.BRANCH.value, WorkKind.BRANCH.label)]
        self.fields["kind"].help_text = "自行登记的业务，上级纳入后计入四同步。"
        self.initial.setdefault("carriers", [place.pk for place in own[:1]])

    def _offer_departments(self):
        departments = list(Department.objects.filter(closed_on__isnull=True))
        if self.item:
            # What the item names already may stay, also where it was closed since.
            departments += [*self.item.helpers.all(), *([self.item.lead] if self.item.lead else [])]
        self.departments = {row.pk: row for row in departments}
        self.fields["lead"].offer(self.departments.values())
        self.fields["helpers"].choices = [(pk, row.name) for pk, row in self.departments.items()]

    def _offer_leaders(self):
        leaders = {row.pk: row for row in leader_accounts()}
        if self.item and self.item.leader:
            leaders.setdefault(self.item.leader_id, self.item.leader)
        self.fields["leader"].offer(leaders.values())

    def _offer_carriers(self, carriers):
        offered = {place.pk: place for place in carriers}
        if self.item:
            rows = self.item.carriers.filter(ended__isnull=True).select_related("organisation__parent")
            offered |= {row.organisation_id: row.organisation for row in rows}
        self.fields["carriers"] = PlacesField(label="承办支部", places=offered, required=False)
        self.fields["leading"].offer(offered.values())

    def _ask_for_dates(self):
        divided = set()
        if self.item:
            # The dates of a divided stage are those of its milestones.
            divided = {row.stage for row in self.item.stages.filter(milestones__isnull=False)}
        for stage in SyncStageKind:
            if stage not in divided:
                self.fields[f"planned_{stage.value}"] = DayField(label=f"{STAGE_SHORT[stage]}计划日期", required=False)

    def _saved(self):
        item = self.item
        rows = list(item.carriers.filter(ended__isnull=True).order_by("-leads", "pk"))
        values = {name: getattr(item, name) for name in ("version", "name", "kind", "starts", "ends", "source", "note")}
        values |= {
            "lead": item.lead_id or "",
            "leader": item.leader_id or "",
            "helpers": [row.pk for row in item.helpers.all()],
            "carriers": [row.organisation_id for row in rows],
            "leading": next((row.organisation_id for row in rows if row.leads), ""),
        }
        return values | {f"planned_{row.stage}": row.planned_on for row in item.stages.all()}

    def planned_fields(self):
        return [self[f"planned_{stage.value}"] for stage in SyncStageKind if f"planned_{stage.value}" in self.fields]

    def clean(self):
        values = super().clean()
        # Everything at once, also when other fields are wrong: the service sees a form only when each field is right.
        planned = {
            stage: values[f"planned_{stage.value}"] for stage in SyncStageKind if f"planned_{stage.value}" in values
        }
        problems = item_problems(
            values.get("starts"), values.get("ends"), stage_dates(self.item, "planned_on", planned)
        )
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)
        leading = values.get("leading")
        if leading is not None and leading not in (values.get("carriers") or []):
            self.add_error("leading", "牵头支部应在承办支部之中。")
        return values

    def data_of(self):
        """Return the WorkData of a valid form, the leading carrier first."""
        values = self.cleaned_data
        carriers = list(values["carriers"])
        first = values["leading"].pk if values["leading"] else None
        if first is None and values["lead"] is not None:
            first = covering(values["lead"])
        carriers.sort(key=lambda place: place.pk != first)
        leader = values["leader"]
        return WorkData(
            name=values["name"],
            kind=values["kind"],
            starts=values["starts"],
            ends=values["ends"],
            lead=values["lead"],
            helpers=[self.departments[int(pk)] for pk in values["helpers"]],
            leader=leader,
            leader_name=self.item.leader_name if self.item and leader is None and not self.item.leader_id else "",
            carriers=carriers,
            source=values["source"],
            note=values["note"],
            planned={
                stage: values[f"planned_{stage.value}"]
                for stage in SyncStageKind
                if f"planned_{stage.value}" in self.fields
            },
        )


class StopForm(Form):
    """Why and when an item ended before its time."""

    day = DayField(
        label="终止日期",
        latest=clock.today,
        too_late="终止日期不能晚于今天。",
        error_messages={"required": "请填写终止日期。"},
    )
    reason = TextField(
        label="终止原因",
        max_length=300,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明终止原因。"},
    )


def periods():
    """Return the choices of periods: last year, this one with its quarters, the next."""
    this = Period.containing(YEAR, clock.today())
    offered = [this, *this.parts(QUARTER), this.next(), this.previous()]
    return [(str(period), period.label()) for period in offered]


class BoardFilter(Filter):
    """Filters of the board, read from the address.

    choices: board.Choices of everything readable. A branch is its id, or the Organisation where it was searched for.
    """

    state = forms.ChoiceField(
        label="状态",
        required=False,
        widget=forms.HiddenInput,
        choices=[("", "全部"), *STATES.items()],
    )
    period = PeriodField(label="期间")
    department = forms.TypedChoiceField(label="处室", required=False, coerce=int, empty_value=None)
    leader = forms.ChoiceField(label="分管领导", required=False)
    branch = forms.TypedChoiceField(label="党组织", required=False, coerce=int, empty_value=None)
    stage = forms.ChoiceField(label="环节", required=False, choices=[("", "全部"), *SyncStageKind.choices])
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *WorkKind.choices])
    word = TextField(label="名称", required=False, max_length=40)

    def __init__(self, *args, choices, **kwargs):
        shown = (str(choices.period), choices.period.label())
        super().__init__(*args, instead={"period": shown}, **kwargs)
        for name, named in (("department", choices.departments), ("leader", choices.leaders)):
            self.fields[name].choices = [("", "全部"), *sorted(named.items(), key=lambda pair: pair[1])]
        if isinstance(choices.places, list):
            self.fields["branch"].choices = [("", "全部"), *choices.places]
        else:
            self.fields["branch"] = SoughtOrganisationField(
                label="党组织", queryset=choices.places, required=False, empty_label="全部"
            )
        self.fields["period"].offer(periods())

    def narrowing(self):
        """Return (state, keywords of board.narrow) of what is right."""
        values = self.chosen()
        leader = values.get("leader") or None
        names = ("department", "branch", "kind", "stage", "word")
        filters = {name: values[name] for name in names if values.get(name)}
        if leader:
            filters["leader"] = int(leader) if leader.isascii() and leader.isdigit() else leader
        return values.get("state", ""), filters
