from django import forms

from common.forms.filters import Filter
from common.forms.form import Form
from members.activities.forms.fields import TextField
from members.activities.models import ReturnField

# What records are returned for most; taken as it stands, or with a word added.
USUAL = (
    "应到、实到与名册不一致，请核对考勤。",
    "请假、缺席的同志没有写明原因。",
    "议程与决议过于简略，请补写讨论情况和决议。",
    "决议没有写明责任人和时限。",
    "日期或起止时间有误，请核对。",
    "与另一条记录内容相同，请核对是否重复登记。",
    "关联的业务环节与会议内容不符，请核对。",
)


class ReturnForm(Form):
    """Why a record goes back. version: of the record as the reviewer read it; field: the part to be changed."""

    field = forms.ChoiceField(
        label="请修改",
        required=False,
        choices=[("", "不指定"), *ReturnField.choices],
        help_text="记录人打开记录时直接到这一项。",
        error_messages={"invalid_choice": "请在列出的项目中选择。"},
    )
    usual = forms.ChoiceField(
        label="常用原因",
        required=False,
        choices=[("", "自己写"), *((text, text) for text in USUAL)],
        error_messages={"invalid_choice": "请在列出的原因中选择。"},
    )
    reason = TextField(
        label="退回原因",
        max_length=400,
        required=False,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明要改什么，记录人会收到这段话；选了常用原因的，可以不写或补充一句。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=1_000_000)

    def clean(self):
        values = super().clean()
        said = " ".join(filter(None, (values.pop("usual", ""), values.get("reason", ""))))
        if not said and not self.errors:
            self.add_error("reason", "请写明退回原因。")
        values["reason"] = said
        return values


class ReviewFilter(Filter):
    """The filter of the queue: by what the system found in a record."""

    found = forms.ChoiceField(label="疑点", required=False, choices=[("", "全部"), ("1", "有疑点"), ("0", "无疑点")])


class VersionForm(Form):
    """The version of the record as it was read, for a decision without words."""

    version = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)
