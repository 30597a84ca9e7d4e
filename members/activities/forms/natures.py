"""The form in which somebody says the way and the field of a record himself."""

from django import forms

from common.forms.form import Form
from members.activities.models import NO_WAY, BuildingField, Way


class NatureForm(Form):
    way = forms.ChoiceField(
        label="服务业务的方式",
        required=False,
        choices=[("", NO_WAY), *Way.choices],
        error_messages={"invalid_choice": "请在列出的方式中选择。"},
    )
    building = forms.ChoiceField(
        label="所属方面",
        choices=BuildingField.choices,
        error_messages={"required": "请选择所属方面。", "invalid_choice": "请在列出的方面中选择。"},
    )
