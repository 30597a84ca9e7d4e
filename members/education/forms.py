"""The filter of the page of hours."""

from django import forms

from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.forms.filters import Filter
from common.forms.sought import SoughtOrganisationField


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
