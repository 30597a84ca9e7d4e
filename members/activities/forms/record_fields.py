"""The fields of the record form that are the same for every organisation and day."""

from django import forms

from common import clock
from common.forms.form import Form
from members.activities.forms.fields import DayField, TextField
from members.activities.models import ActivityKindCode, Topic
from members.activities.services.records import PLAN_AHEAD, PLAN_TOO_FAR


class RecordFields(Form):
    """Fields only; chair and hosts follow the organisation and are added by ActivityForm."""

    organisation = forms.CharField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    record = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=1_000_000)
    period = forms.CharField(widget=forms.HiddenInput, required=False)
    kinds = forms.MultipleChoiceField(
        label="类型",
        choices=ActivityKindCode.choices,
        error_messages={"required": "请选择活动类型。", "invalid_choice": "没有这种活动类型。"},
    )
    title = TextField(label="主题", max_length=200, required=False)
    day = DayField(
        label="日期",
        latest=lambda: clock.today() + PLAN_AHEAD,
        too_late=PLAN_TOO_FAR,
        error_messages={"required": "请填写日期。"},
    )
    starts_at = forms.TimeField(
        label="开始时间", required=False, error_messages={"invalid": "请按 14:30 的样式填写时间。"}
    )
    ends_at = forms.TimeField(
        label="结束时间", required=False, error_messages={"invalid": "请按 16:30 的样式填写时间。"}
    )
    # Of a training alone.
    last_day = DayField(
        label="结束日期", required=False, latest=lambda: clock.today() + PLAN_AHEAD, too_late=PLAN_TOO_FAR
    )
    hours_stated = forms.DecimalField(
        label="培训学时",
        required=False,
        max_digits=5,
        decimal_places=1,
        error_messages={"invalid": "请填写数字，如 20 或 20.5。", "max_decimal_places": "学时最多一位小数。"},
    )
    place = TextField(label="地点", max_length=100, required=False)
    chair_name = TextField(label="主持人", max_length=64, required=False)
    recorder_name = TextField(label="记录人", max_length=64, required=False)
    lecturer_name = TextField(label="授课人", max_length=64, required=False)
    content = TextField(label="议程与决议", max_length=20000, required=False, lines=True, strip=False)
    topics = forms.MultipleChoiceField(
        label="议题",
        required=False,
        choices=Topic.choices,
        error_messages={"invalid_choice": "请在列出的议题中选择。"},
    )
    # To the reviewer who returned the record.
    answer = TextField(label="答复审核人", max_length=500, required=False)
    # What was chosen in the slot 关联业务 before a draft exists; only carried along, the room above makes links of it.
    links = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    # Never rendered: a place for the messages about the tiles.
    attendance_errors = forms.Field(required=False)
    # With which of several kinds the record makes up for an earlier period; all of them where nothing was asked.
    made_up = forms.MultipleChoiceField(
        required=False, choices=ActivityKindCode.choices, error_messages={"invalid_choice": "请选择列出的类型。"}
    )
    made_up_asked = forms.BooleanField(required=False)
    makes_up_for = forms.ChoiceField(
        label="补办", required=False, error_messages={"invalid_choice": "请选择列出的月份。"}
    )
