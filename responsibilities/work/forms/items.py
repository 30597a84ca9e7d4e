"""Forms of business work: the item, its stop, the filters of the board."""

from django import forms

from branches.places.models.departments import Department
from common import clock
from common.forms.filters import Filter, PeriodField
from common.periods import QUARTER, YEAR, Period
from members.activities.forms.fields import DayField, PlacesField, TextField
from responsibilities.work.models import STAGE_SHORT, SyncStageKind, WorkKind
from responsibilities.work.rules import item_faults
from responsibilities.work.selectors.board import STATES
from responsibilities.work.selectors.items import covering, leader_accounts
from responsibilities.work.services.items import WorkData, stage_dates


class ListedField(forms.ChoiceField):
    """One of a list of objects that the form has loaded already; cleans to the object or None.

    An id outside the list gets the same message, whatever it belongs to.
    """

    def __init__(self, *, objects, empty="未填", label_of=str, **options):
        self.objects = {str(row.pk): row for row in objects}
        choices = [("", empty), *((pk, label_of(row)) for pk, row in self.objects.items())]
        super().__init__(choices=choices, **options)
        self.error_messages["invalid_choice"] = "请在列出的项目中选择。"

    def clean(self, value):
        return self.objects.get(super().clean(value))


class WorkForm(forms.Form):
    """An item with its carriers and the planned dates of its stages.

    arranges, own: organisations of work_rights.places_to_arrange and places_of_own_work; carriers: of carrier_places. item:
    the saved one, whose organisation never changes.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=1_000_000)
    name = TextField(label="名称", max_length=120, error_messages={"required": "请填写名称。"})
    kind = forms.ChoiceField(label="类别", choices=WorkKind.choices)
    starts = DayField(label="开始", error_messages={"required": "请填写开始日期。"})
    ends = DayField(label="完成", error_messages={"required": "请填写完成日期。"})
    source = TextField(label="来源文件", max_length=200, required=False)
    note = TextField(label="说明", max_length=500, required=False, lines=True, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data=None, *, arranges, own, carriers, item=None, initial=None):
        self.item = item
        self.only_own = not arranges
        values = self._saved() if item else {}
        super().__init__(data, initial=values | (initial or {}))
        places = {place.pk: place for place in [*arranges, *own]}
        if item is None:
            self.fields["organisation"] = ListedField(
                label="部署组织", objects=places.values(), empty="请选择", label_of=lambda row: row.label
            )
            self.fields["organisation"].error_messages["required"] = "请选择部署组织。"
            self.initial.setdefault("organisation", next(iter(places), ""))
            self.initial.setdefault("kind", WorkKind.AGENCY.value)
        if self.only_own:
            self.fields["kind"].choices = [(WorkKind.BRANCH.value, WorkKind.BRANCH.label)]
            self.initial.setdefault("carriers", [place.pk for place in own[:1]])
        departments = list(Department.objects.filter(closed_on__isnull=True))
        kept = list(item.helpers.all()) if item else []
        everyone = {row.pk: row for row in [*departments, *kept, *([item.lead] if item and item.lead_id else [])]}
        self.fields["lead"] = ListedField(label="牵头处室", objects=everyone.values(), required=False)
        self.fields["helpers"] = forms.MultipleChoiceField(
            label="配合处室",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(pk, row.name) for pk, row in everyone.items()],
            error_messages={"invalid_choice": "请在列出的处室中选择。"},
        )
        self.departments = everyone
        leaders = {row.pk: row for row in leader_accounts()}
        if item and item.leader_id:
            leaders.setdefault(item.leader_id, item.leader)
        self.fields["leader"] = ListedField(
            label="分管领导", objects=leaders.values(), required=False, label_of=lambda row: row.name
        )
        offered = {place.pk: place for place in carriers}
        if item:
            rows = item.carriers.filter(ended__isnull=True).select_related("organisation__parent")
            offered |= {row.organisation_id: row.organisation for row in rows}
        self.fields["carriers"] = PlacesField(label="承办支部", places=offered, required=False)
        self.fields["leading"] = ListedField(
            label="牵头支部",
            objects=offered.values(),
            empty="按牵头处室",
            required=False,
            label_of=lambda row: row.label,
        )
        for stage in SyncStageKind:
            self.fields[f"planned_{stage.value}"] = DayField(label=f"{STAGE_SHORT[stage]}计划日期", required=False)
        divided = item and {row.stage for row in item.stages.filter(milestones__isnull=False)}
        for stage in divided or ():
            # The dates of a divided stage are those of its milestones.
            del self.fields[f"planned_{stage}"]

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
        faults = item_faults(values.get("starts"), values.get("ends"), stage_dates(self.item, "planned_on", planned))
        for name, sentence in faults.items():
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


class StopForm(forms.Form):
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
    found = [this, *this.parts(QUARTER), this.next(), this.previous()]
    return [(str(period), period.label()) for period in found]


class BoardFilter(Filter):
    """Filters of the board, read from the address.

    found: the Selection of everything readable, from which the choices come.
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

    def __init__(self, *args, found, **kwargs):
        shown = (str(found.period), found.period.label())
        super().__init__(*args, instead={"period": shown}, **kwargs)
        leads = {row.lead_id: row.lead.name for row in found.items.values() if row.lead_id}
        helping = {pk for mine in found.helpers.values() for pk in mine} - set(leads)
        if helping:
            leads |= dict(Department.objects.filter(pk__in=helping).values_list("pk", "name"))
        leaders = {}
        for row in found.items.values():
            if row.leader_id or row.leader_name:
                leaders[str(row.leader_id or row.leader_name)] = row.leader.name if row.leader_id else row.leader_name
        self.fields["department"].choices = [("", "全部"), *sorted(leads.items(), key=lambda pair: pair[1])]
        self.fields["leader"].choices = [("", "全部"), *sorted(leaders.items(), key=lambda pair: pair[1])]
        self.fields["branch"].choices = [("", "全部"), *self._places(found)]
        self.fields["period"].offer(periods())

    def _places(self, found):
        wanted = {place for point in found.points for place in found.carried_by(point)}
        for place in list(wanted):
            above = found.tree[place].parent if place in found.tree else None
            while above is not None:
                wanted.add(above)
                above = found.tree[above].parent
        return [(pk, place.label) for pk, place in found.tree.items() if pk in wanted]

    def narrowing(self):
        """Return (state, keywords of board.narrow) of what is right."""
        values = self.chosen()
        leader = values.get("leader") or None
        names = ("department", "branch", "kind", "stage", "word")
        wanted = {name: values[name] for name in names if values.get(name)}
        if leader:
            wanted["leader"] = int(leader) if leader.isascii() and leader.isdigit() else leader
        return values.get("state", ""), wanted
