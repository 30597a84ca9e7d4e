"""Filters of the list of records, read from the address."""

from django import forms
from django.db.models import Q, QuerySet

from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.intervals import tree_order, within
from branches.reach.rights import MEMBERS
from common.forms.filters import Filter
from common.forms.sought import SoughtOrganisationField
from members.activities.forms.kinds import short_label
from members.activities.models import (
    COUNTING_STATES,
    NO_WAY,
    Activity,
    ActivityKindCode,
    ActivityState,
    BuildingField,
    Way,
)
from members.activities.selectors.natures import with_roster
from members.roster.models.members import Member

SORTS = {
    "day": ["day", "pk"],
    "-day": ["-day", "-pk"],
    "organisation": [*tree_order("organisation__"), "-day", "-pk"],
    "-organisation": [*tree_order("organisation__", reverse=True), "-day", "-pk"],
    "title": ["title", "-day", "-pk"],
    "-title": ["-title", "-day", "-pk"],
    "submitted": ["submitted_at", "pk"],
    "-submitted": ["-submitted_at", "-pk"],
}
DEFAULT_SORT = "-day"
# As facts count them: what was submitted and not returned; numbers lead here with it.
COUNTING = "counting"
_KINDS = [(code, short_label(code)) for code in ActivityKindCode.values]


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"], widget=widget)


class ActivityFilter(Filter):
    q = forms.CharField(label="查找", required=False, max_length=50)
    kind = forms.ChoiceField(label="类型", required=False, choices=[("", "全部类型"), *_KINDS])
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部状态"), (COUNTING, "计入数据的"), *ActivityState.choices]
    )
    organisation = SoughtOrganisationField(
        Organisation.objects.none(), label="党组织", required=False, empty_label="全部党组织"
    )
    late = forms.ChoiceField(label="报送", required=False, choices=[("", "不限"), ("1", "迟报"), ("0", "按时")])
    origin = forms.ChoiceField(
        label="来源", required=False, choices=[("", "全部来源"), ("form", "登记"), ("import", "导入")]
    )

    # Who entered or chaired it (经手); the register of cadres leads here with it.
    handled = forms.ModelChoiceField(
        Member.objects.none(), label="经手人", required=False, empty_label="全部", widget=forms.HiddenInput
    )

    # Of the records with a roster, as facts and the matrix count them.
    way = forms.ChoiceField(
        label="方式",
        required=False,
        choices=[("", "全部方式"), *Way.choices, ("none", NO_WAY), ("any", "服务业务")],
    )
    building = forms.ChoiceField(label="方面", required=False, choices=[("", "全部方面"), *BuildingField.choices])

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = access.organisations_for(user)
        # Of nobody else: what a person entered is not looked up by who merely reads the records.
        self.fields["handled"].queryset = Member.objects.visible_to(user, MEMBERS)
        # The matrix of ways and fields leads here with them; nobody else has to look past them.
        for name in ("way", "building"):
            if not self.data.get(name):
                self.fields[name].widget = forms.HiddenInput()
        # `from` is a word of the language, so these two cannot be written as attributes.
        self.fields["from"] = _day("从")
        self.fields["to"] = _day("到")

    def narrow(self, records: QuerySet[Activity]) -> QuerySet[Activity]:
        """Return the records that fit, without an order."""
        chosen = self.chosen()
        conditions = {
            "kind": lambda code: Q(kinds__kind=code),
            "state": lambda state: Q(state__in=COUNTING_STATES) if state == COUNTING else Q(state=state),
            "organisation": within,
            "late": lambda late: Q(late=late == "1"),
            "origin": lambda origin: Q(origin=origin),
            "from": lambda day: Q(day__gte=day),
            "to": lambda day: Q(day__lte=day),
            "way": _of_way,
            "handled": lambda member: Q(chair=member) | Q(author=member.account_id, author__isnull=False),
            "building": lambda building: Q(building=building, pk__in=with_roster().order_by().values("pk")),
            "q": _mentions,
        }
        for name, condition in conditions.items():
            if chosen.get(name):
                records = records.filter(condition(chosen[name]))
        return records

    def order(self) -> list[str]:
        """Return what to order by, as the address has it; an unknown order is said with the filters."""
        sort = self.data.get("sort", "")
        if sort and sort not in SORTS:
            self.leave_out("排序", sort, "日期从新到旧")
        return SORTS.get(sort, SORTS[DEFAULT_SORT])


def _of_way(way: str) -> Q:
    """Records with a roster of a way; "none": that serve no business, "any": that serve some."""
    said = {"none": Q(way=""), "any": ~Q(way="")}.get(way, Q(way=way))
    return said & Q(pk__in=with_roster().order_by().values("pk"))


def _mentions(words: str) -> Q:
    """Text of title, content, place and organisation; pinyin initials of the organisation."""
    return (
        Q(title__icontains=words)
        | Q(content__icontains=words)
        | Q(place__icontains=words)
        | Q(organisation__name__icontains=words)
        | Q(organisation__short_name__icontains=words)
        | Q(organisation__initials__icontains=words.lower())
    )
