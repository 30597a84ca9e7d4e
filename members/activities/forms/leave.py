"""Why a member asks for leave, and what he is answered."""

from django import forms

from common.forms.form import Form
from members.activities.forms.fields import TextField
from members.activities.models.leave import ANSWER_MOST, REASON_MOST


class LeaveForm(Form):
    """The one thing that is typed."""

    reason = TextField(
        label="请假原因",
        max_length=REASON_MOST,
        widget=forms.TextInput(attrs={"placeholder": "例如：公差、病假"}),
        error_messages={"required": "请写明请假原因。"},
    )


class LeaveAnswerForm(Form):
    """Both answers stand in one form: the button that is pressed says which."""

    answer = TextField(
        label="说明",
        max_length=ANSWER_MOST,
        required=False,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不同意的须写明原因；会告知本人。",
    )
