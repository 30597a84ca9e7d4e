"""Forms of what is shared: filter, resource, offer, joining, a reason."""

from django import forms

from branches.places.models.organisations import Organisation
from common.forms.fields import DayField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from members.activities.forms.fields import SoughtPlacesField
from members.resources.models import GUESTS, OpenTo, ResourceKind, under_one_committee
from members.resources.selectors.library import ENDED
from members.resources.services.offers import MOST_PLACES


class ResourceFilter(Filter):
    """Filters of the library, read from the address."""

    q = PlainTextField(label="查找", required=False, max_length=50)
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *ResourceKind.choices])
    day = DayField(label="这一天空闲", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "可用的"), (ENDED, "已停用")])


class ResourceForm(Form):
    organisation = SoughtOrganisationField(None, label="所属组织")
    kind = forms.ChoiceField(label="类别", choices=ResourceKind.choices)
    name = PlainTextField(label="名称", max_length=60, help_text="授课人填写姓名。")
    detail = PlainTextField(label="说明", required=False, max_length=200, help_text="地点、设备、专长、怎样借用。")
    capacity = forms.IntegerField(label="容纳人数", required=False, min_value=1, max_value=100_000)
    open_to = forms.ChoiceField(label="开放范围", choices=OpenTo.choices, initial=OpenTo.COMMITTEE)
    agreed = forms.BooleanField(
        label="授课人本人已同意", required=False, help_text="授课人有账号的，由本人登录确认，不用勾选。"
    )

    def __init__(self, data=None, *, user, keeps, resource=None, initial=None):
        super().__init__(data, initial=initial)
        if resource is not None:
            del self.fields["organisation"]
        else:
            self.fields["organisation"].queryset = keeps
        said = data if data is not None else {}
        chosen = data.getlist("guests") if data is not None else (initial or {}).get("guests", ())
        places = Organisation.objects.filter(under_one_committee(user, ""), kind__in=GUESTS, archived_on__isnull=True)
        self.sought = said.get("guests_q", "")[:50]
        self.fields["guests"] = SoughtPlacesField(
            label="开放的党组织", places=places.in_tree_order(), chosen=chosen, text=self.sought, required=False
        )


class OfferForm(Form):
    places = forms.IntegerField(label="名额（党组织数）", min_value=1, max_value=MOST_PLACES)
    until = DayField(label="报名截止")


class JoinForm(Form):
    """For which organisation somebody joins who records for several."""

    organisation = SoughtOrganisationField(None, label="参加的党组织")

    def __init__(self, data=None, *, guests):
        super().__init__(data)
        self.fields["organisation"].queryset = guests


class ReasonForm(Form):
    """One reason; the label is the caller's. most: characters."""

    reason = PlainTextField(widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, label="原因", most=200, **options):
        super().__init__(*args, **options)
        self.fields["reason"] = PlainTextField(
            label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 3, "maxlength": most})
        )
