"""What a form says of a wrong field names the field; a sentence of our own stays."""

import re
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.utils.translation import override

from common.forms.fields import DayField, PlainTextField
from common.forms.form import Form

ROOT = Path(__file__).parents[2]


class Sample(Form):
    place = PlainTextField(label="地点", max_length=3)
    day = DayField(label="日期")
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲")])
    number = forms.IntegerField(label="人数", min_value=1, max_value=9)
    rate = forms.DecimalField(label="比例 %", max_digits=3, decimal_places=1)
    file = forms.FileField(label="附件")
    agreed = forms.BooleanField(label="同意")
    own = forms.CharField(label="理由", error_messages={"required": "请写明理由。"})
    mark = forms.IntegerField(widget=forms.HiddenInput)


RIGHT = {
    "place": "会议室",
    "day": "2026-03-05",
    "kind": "a",
    "number": "3",
    "rate": "1.5",
    "agreed": "on",
    "own": "有",
    "mark": "1",
}


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("place", "", "请填写“地点”。"),
        ("place", "第一会议室", "“地点”最多 3 个字，现在有 5 个。"),
        ("own", "甲\x00", "“理由”中有不能保存的字符，请重新填写。"),
        ("day", "", "请填写“日期”。"),
        ("day", "2026-02-30", "“日期”应是有效的日期，如 2026-03-05。"),
        ("kind", "", "请选择“类型”。"),
        ("kind", "b", "“类型”请从列表中选择。"),
        ("number", "三", "“人数”应是整数。"),
        ("number", "0", "“人数”不能小于 1。"),
        ("number", "10", "“人数”不能大于 9。"),
        ("rate", "多", "“比例 ％”应是数字。"),
        ("rate", "1.55", "“比例 ％”的小数最多 1 位。"),
        ("agreed", "", "请勾选“同意”。"),
        ("own", "", "请写明理由。"),
        ("mark", "", "请填写这一项。"),
    ],
)
def test_a_wrong_field_is_named_and_told_what_to_write(field, typed, sentence):
    assert Sample(RIGHT | {field: typed}).errors[field] == [sentence]


def test_a_file_that_was_not_chosen_is_asked_for_by_name():
    assert Sample(RIGHT).errors == {"file": ["请选择“附件”。"]}


def test_no_sentence_of_django_is_left_in_any_kind_of_field():
    """Also none that Django brings with its next version: every code of the fields that we use has a sentence."""

    class Every(Form):
        pass

    form = Every({})
    with override("zh-hans"):
        kinds = (
            forms.CharField,
            forms.DateField,
            forms.TimeField,
            forms.IntegerField,
            forms.DecimalField,
            forms.BooleanField,
            forms.UUIDField,
        )
        form.fields = {kind.__name__: kind(label=kind.__name__) for kind in kinds}
        form.fields |= {
            kind.__name__: kind(label=kind.__name__, choices=[("a", "a")])
            for kind in (forms.ChoiceField, forms.MultipleChoiceField)
        }
        form.full_clean()
        for name, field in form.fields.items():
            for code, sentence in field.error_messages.items():
                assert name in str(sentence), (name, code, sentence)


def test_every_form_of_the_rooms_is_one_of_these():
    """A form derived from Django's own would say 这个字段是必填项 again."""
    rooms = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == ROOT] + [ROOT / "common"]
    derived = re.compile(r"^class \w+\([^)]*\bforms\.(Form|ModelForm)\b", re.M)
    found = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in room.rglob("*.py")
        if derived.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["common/forms/form.py"]
