"""The filter of the list of corrections, and the reason of a decision."""

from django import forms

from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.rights import MEMBERS
from common.forms.fields import PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from common.forms.sought import SoughtOrganisationField
from members.corrections.models import REASON_MOST, CorrectionState


class CorrectionFilter(Filter):
    """Filters of the list, read from the address."""

    state = forms.ChoiceField(
        label="结果",
        required=False,
        choices=[
            ("", CorrectionState.ASKED.label),
            *((state.value, state.label) for state in (CorrectionState.RIGHT, CorrectionState.WRONG)),
            ("all", "全部"),
        ],
    )
    organisation = SoughtOrganisationField(None, label="党支部", required=False, empty_label="全部")

    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = access.organisations_for(user, MEMBERS).filter(kind=Kind.BRANCH)


class DecideForm(Form):
    """Both answers stand in one form: the button that is pressed says which."""

    reason = PlainTextField(
        label="说明",
        max_length=REASON_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="认定不属实的须写明原因；会告知本人。",
    )
