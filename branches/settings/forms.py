"""A new value of a setting and the day from which it is in force; the agency's start date, and that of who joins later."""

from typing import Any

from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import SET_RULES
from branches.settings.joining import KINDS
from common import clock
from common.forms.fields import DayField, OrganisationField, PlainTextField
from common.forms.form import Form
from common.operator import Actor


class SettingForm(Form):
    value = PlainTextField(label="新值", max_length=12)
    valid_from = DayField(label="从何日起", initial=clock.today)


class ProposalForm(SettingForm):
    reason = PlainTextField(label="理由", max_length=300)


class StartForm(Form):
    day = DayField(label="启用日期", help_text="通常是一个季度或一年的第一天。")


class JoiningForm(Form):
    """A branch or general branch that joined later, and its day; an empty day takes it back."""

    organisation = OrganisationField(Organisation.objects.none(), label="党组织", empty_label="请选择")
    day = DayField(
        label="起记日期",
        required=False,
        help_text="通常是一个季度或一年的第一天；下级党组织随同。空着：改回本机关的启用日期。",
    )

    def __init__(self, *args: Any, user: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = access.organisations_for(user, SET_RULES).filter(kind__in=KINDS, archived_on__isnull=True)
        self.fields["organisation"].queryset = rows  # type: ignore[attr-defined]
