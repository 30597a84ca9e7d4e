"""Filter of the matrix of ways and fields, read from the address."""

from django import forms

from branches.places.models.organisations import Organisation
from branches.reach import access
from common import clock
from common.forms.filters import Filter
from common.forms.sought import SoughtOrganisationField

# Years that can be chosen, the present one first.
YEARS = 4


class WayFilter(Filter):
    organisation = SoughtOrganisationField(
        Organisation.objects.none(), label="党组织", required=False, empty_label="本组织"
    )
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, *args, user, **options):
        this = clock.today().year
        super().__init__(*args, instead={"year": (str(this), f"{this}年")}, **options)
        self.fields["organisation"].queryset = access.organisations_for(user)
        self.fields["year"].choices = [(year, f"{year}年") for year in range(this, this - YEARS, -1)]

    def year_chosen(self) -> int:
        """Return the year of the address, else the present one."""
        return self.chosen().get("year") or clock.today().year
