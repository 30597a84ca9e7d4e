"""Filters of the list of records, read from the address."""

import django_filters
from django import forms
from django.db.models import Q

from branches.reach import access
from branches.reach.intervals import tree_order, within
from common.forms.filters import Filter
from members.activities.forms.record import short_label
from members.activities.models import Activity, ActivityKindCode, ActivityState

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
_KINDS = [(code, short_label(code)) for code in ActivityKindCode.values]


def _places(request):
    return access.organisations_for(request.user).select_related("parent")


def _date(**options):
    return django_filters.DateFilter(
        field_name="day", widget=forms.DateInput(attrs={"type": "date"}), input_formats=["%Y-%m-%d"], **options
    )


class PlaceField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, place):
        return f"{'　' * max(place.level - 1, 0)}{place.label}"


class PlaceFilter(django_filters.ModelChoiceFilter):
    field_class = PlaceField


class ActivityFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="查找", method="search", max_length=50)
    kind = django_filters.ChoiceFilter(label="类型", field_name="kinds__kind", choices=_KINDS, empty_label="全部类型")
    state = django_filters.ChoiceFilter(label="状态", choices=ActivityState.choices, empty_label="全部状态")
    organisation = PlaceFilter(label="党组织", queryset=_places, method="below", empty_label="全部党组织")
    late = django_filters.ChoiceFilter(
        label="报送", choices=[("1", "迟报"), ("0", "按时")], method="by_late", empty_label="不限"
    )
    origin = django_filters.ChoiceFilter(
        label="来源", choices=[("form", "登记"), ("import", "导入")], empty_label="全部来源"
    )

    class Meta:
        model = Activity
        fields = []
        form = Filter

    def search(self, rows, name, value):
        """Text of title, content, place and organisation; pinyin initials of the organisation."""
        words = value.strip()
        if not words:
            return rows
        return rows.filter(
            Q(title__icontains=words)
            | Q(content__icontains=words)
            | Q(place__icontains=words)
            | Q(organisation__name__icontains=words)
            | Q(organisation__short_name__icontains=words)
            | Q(organisation__initials__icontains=words.lower())
        )

    def below(self, rows, name, place):
        """The records of an organisation and of everything below it."""
        return rows.filter(within(place))

    def by_late(self, rows, name, value):
        return rows.filter(late=value == "1")

    def sorted(self):
        """Return the filtered records in the order of the address; an unknown order is said with the filters."""
        if self.data.get("sort") and self.data["sort"] not in SORTS:
            self.form.leave_out("排序", self.data["sort"], "日期从新到旧")
        return self.qs.order_by(*SORTS.get(self.data.get("sort"), SORTS[DEFAULT_SORT]))


# `from` is a word of the language, so these two cannot be written as attributes.
ActivityFilter.base_filters["from"] = _date(label="从", lookup_expr="gte")
ActivityFilter.base_filters["to"] = _date(label="到", lookup_expr="lte")
