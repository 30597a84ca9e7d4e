"""Forms of commitments: what somebody pledges, lines pasted, a return, a change, what came of a pledge, the appraisal."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from common.forms.fields import PlainTextField
from common.forms.form import Form
from common.text import clean_text
from members.activities.models import Activity
from members.commitments.models import HOW_MOST, RATING_MOST, REASON_MOST, TEXT_MOST, Kept, Pledge
from members.commitments.rules import grade_field
from members.commitments.suggested import Suggested

_LINES_MOST = 2000


class PledgesForm(Form):
    """What is pledged: sentences that are offered, and lines of one's own. bounds: (fewest, most) of the year."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, offered: Sequence[Suggested], bounds: tuple[int, int], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["offered"] = forms.MultipleChoiceField(
            label="可以直接选用",
            choices=[(one.key, one.text) for one in offered],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["own"] = forms.CharField(
            label="另写",
            required=False,
            max_length=_LINES_MOST,
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
            help_text=f"可以不写；每行一项，每项不超过 {TEXT_MOST} 字。连同上面选用的共 {bounds[0]} 至 {bounds[1]} 项。",
        )

    def clean_own(self) -> list[str]:
        return [text for line in self.cleaned_data["own"].splitlines() if (text := clean_text(line))]


class PasteForm(Form):
    text = forms.CharField(
        label="姓名和承诺",
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off"}),
        help_text="每行一名党员，写成“姓名：第一项；第二项”。没有公开的承诺会被新写的替换。",
    )


class ReturnForm(Form):
    reason = PlainTextField(
        label="退回原因",
        max_length=REASON_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本人会收到这段话。",
    )


class ChangeForm(Form):
    text = PlainTextField(label="新的承诺", max_length=TEXT_MOST)
    reason = PlainTextField(
        label="修改原因",
        max_length=REASON_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="原来的承诺保留，与原因一并公开。",
    )


class RatingForm(Form):
    """What a member says of himself before the review."""

    text = PlainTextField(
        label="自评",
        max_length=RATING_MOST,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": RATING_MOST}),
        error_messages={"required": "请写明一年来的表现和不足。"},
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SayForm(Form):
    """What came of a pledge. offered: [(record, where its words stand)] at which the member was."""

    own = forms.ChoiceField(label="兑现情况", choices=Kept.choices, widget=forms.RadioSelect)
    how = PlainTextField(
        label="情况", max_length=HOW_MOST, required=False, help_text="部分兑现和未兑现的写一句；兑现的可以不写。"
    )

    def __init__(self, data: Any = None, *, offered: Iterable[tuple[Activity, str]], **options: Any) -> None:
        super().__init__(data, **options)
        rows = [(str(record.pk), f"{record.day:%m-%d} {record.title or record.kinds_label}") for record, _ in offered]
        self.fields["activity"] = forms.ChoiceField(
            label="可以说明的记录",
            choices=[("", "不选"), *rows],
            required=False,
            help_text="本人参加、写到承诺中词语的记录；没有合适的不必选。",
        )


class AppraiseForm(Form):
    """The meeting, and the grade of each pledge: one's own word unless the meeting said otherwise."""

    def __init__(
        self, data: Any = None, *, meetings: Sequence[tuple[str, str]], pledges: Iterable[Pledge], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["meeting"] = forms.ChoiceField(
            label="民主评议会议",
            choices=meetings if len(meetings) == 1 else [("", "请选择"), *meetings],
            error_messages={"required": "请选择当年的民主评议会议。"},
        )
        self.rows = list(pledges)
        for pledge in self.rows:
            self.fields[grade_field(pledge.pk)] = forms.ChoiceField(
                label=pledge.text, choices=Kept.choices, required=False, initial=pledge.own, widget=forms.RadioSelect
            )

    def grades(self) -> dict[int, str]:
        return {pledge.pk: grade for pledge in self.rows if (grade := self.cleaned_data.get(grade_field(pledge.pk)))}

    def pairs(self) -> dict[int, Any]:
        """Return {pledge id: its bound field}."""
        return {pledge.pk: self[grade_field(pledge.pk)] for pledge in self.rows}
