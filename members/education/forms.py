"""Forms of hours: the filter of the pages, how long records took, why a list of lengths is given back."""

from decimal import Decimal

from django import forms

from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.forms.fields import PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from members.education.models import PROOF_MOST
from members.education.services.mending import REASON_MOST, TOO_LONG


class StudyFilter(Filter):
    """Which branch and which year, read from the address."""

    organisation = SoughtOrganisationField(None, label="党支部", required=False, empty_label="全部")
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = access.organisations_for(user, MEMBERS).filter(kind=Kind.BRANCH)
        now = clock.today().year
        self.fields["year"].choices = [
            ("", f"{now}年"),
            *[(str(year), f"{year}年") for year in (now - 1, now - 2)],
        ]


class UnknownFilter(StudyFilter):
    """The same for records of unknown length, which organisations above the branches have as well."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        places = access.organisations_for(user, MEMBERS).exclude(kind=Kind.SMALL_GROUP)
        self.fields["organisation"].queryset = places
        self.fields["organisation"].label = "党组织"


class MendForm(Form):
    """How long the records of one kind took, each of them."""

    hours = forms.DecimalField(
        label="每次时长（小时）",
        max_digits=3,
        decimal_places=1,
        min_value=Decimal("0.1"),
        max_value=8,
        error_messages={"max_value": TOO_LONG},
    )


class BringForm(Form):
    """What somebody studied elsewhere before he came, and who certified it."""

    hours = forms.DecimalField(label="转来学时", max_digits=5, decimal_places=1, min_value=Decimal("0.1"))
    proof = PlainTextField(label="证明", max_length=PROOF_MOST, help_text="出具证明的党组织和证明名称、日期。")


class MendReturnForm(Form):
    reason = PlainTextField(label="退回原因", max_length=REASON_MOST, widget=forms.Textarea(attrs={"rows": 3}))
