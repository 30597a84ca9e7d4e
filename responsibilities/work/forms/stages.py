"""Forms of a stage: its dates and milestones, a reason, a paper."""

from django import forms

from common import clock
from common.forms.form import Form
from common.stale_form import form_mark
from members.activities.forms.fields import DayField, TextField
from responsibilities.work.services import noted
from responsibilities.work.services.stages import MilestoneData, StageData, shown

MOST_MILESTONES = 20


def _day(label, *, actual=False):
    if actual:
        return DayField(label=label, required=False, latest=clock.today, too_late="实际日期不能晚于今天。")
    return DayField(label=label, required=False)


def _lock(form, sentence):
    """Show the actual date as one that stands. Its value is still sent, so that the service sees what was meant."""
    form.fields["happened_on"].widget.attrs["readonly"] = True
    form.fields["happened_on"].help_text = sentence


class StageForm(Form):
    """Business dates of a stage and what happened. edits: whether the planned dates may be changed; corrects: noted ones too.

    A noted date that stands for `by` is shown and not to be written in; whoever sends another all the same is refused by the
    service. locked: whether the stage's own date is one.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    planned_on = _day("业务计划日期")
    happened_on = _day("业务实际日期", actual=True)
    business = TextField(
        label="业务进展", max_length=300, required=False, lines=True, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason = TextField(label="更正已登记日期的原因", max_length=300, required=False)
    # Never rendered: a place for the messages about the list of milestones.
    milestones = forms.Field(required=False)

    def __init__(self, data=None, *, stage, by, edits, corrects=False):
        super().__init__(
            data,
            initial={
                "seen": form_mark(shown(stage)),
                "planned_on": stage.planned_on,
                "happened_on": stage.happened_on,
                "business": stage.business,
            },
        )
        self.fields["planned_on"].disabled = not edits
        rows = list(stage.milestones.order_by("planned_on", "pk"))
        self.locked = noted.locked(by, stage, corrects)
        if self.locked:
            _lock(self, noted.why_locked(stage.item, stage.happened_on))
        if not corrects or not (stage.happened_on or any(row.happened_on for row in rows)):
            del self.fields["reason"]
        initial = [
            {"pk": row.pk, "name": row.name, "planned_on": row.planned_on, "happened_on": row.happened_on}
            for row in rows
        ]
        # Dividing a stage gives up the date that it bears.
        extra = 0 if not edits or self.locked else 1 if rows else 2
        formset = forms.formset_factory(
            MilestoneForm, extra=extra, max_num=MOST_MILESTONES, validate_max=True, absolute_max=MOST_MILESTONES + 5
        )
        self.parts = formset(data, prefix="part", initial=initial, form_kwargs={"edits": edits})
        for row, part in zip(rows, self.parts.initial_forms):
            if noted.locked(by, row, corrects):
                part.locked = True
                _lock(part, noted.why_locked(stage.item, row.happened_on))

    def is_valid(self):
        return super().is_valid() and self.parts.is_valid()

    def refuse(self, error):
        """Put the sentences of a ValidationError of `stage_update` beside their fields, those of a milestone in its row."""
        by_field = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
        # Once, for an error takes what it concerns out of the cleaned data.
        rows = self._sent()
        for name, sentences in by_field.items():
            number, _, column = (name or "").partition("-")
            for sentence in sentences:
                if column and int(number) < len(rows):
                    rows[int(number)].add_error(column, sentence)
                else:
                    self.add_error(name if name in self.fields else "milestones" if column else None, sentence)

    def _sent(self):
        """The rows of milestones that stay: neither empty nor marked to be deleted."""

        def stays(values):
            return values and not values.get("gone") and (values.get("name") or values.get("pk"))

        return [part for part in self.parts.forms if stays(part.cleaned_data)]

    def data_of(self):
        parts = [part.cleaned_data for part in self._sent()]
        rows = [
            MilestoneData(row.get("pk"), row.get("name") or "", row["planned_on"], row["happened_on"]) for row in parts
        ]
        values = self.cleaned_data
        return StageData(
            values["planned_on"], values["happened_on"], values["business"], rows, values.get("reason", "")
        )


class MilestoneForm(Form):
    """One row of the milestones; an empty one is left out. locked: its noted date stands, so it is not deleted either."""

    locked = False

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**53)
    name = TextField(label="节点", max_length=100, required=False)
    planned_on = _day("计划日期")
    happened_on = _day("实际日期", actual=True)
    gone = forms.BooleanField(label="删除", required=False)

    def __init__(self, *args, edits=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].disabled = self.fields["planned_on"].disabled = not edits
        if not edits:
            del self.fields["gone"]

    def clean(self):
        values = super().clean()
        if (values.get("planned_on") or values.get("happened_on")) and not values.get("name"):
            self.add_error("name", "请填写节点名称。")
        return values


class PaperForm(Form):
    """A file in place of a record, where no record can exist."""

    title = TextField(label="材料名称", max_length=120, error_messages={"required": "请填写材料名称。"})
    day = DayField(
        label="材料日期",
        latest=clock.today,
        too_late="材料日期不能晚于今天。",
        error_messages={"required": "请填写日期。"},
    )
    sentence = TextField(
        label="怎样服务这项业务",
        max_length=300,
        lines=True,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请用一句话写明怎样服务这项业务。"},
    )
    file = forms.FileField(label="文件", error_messages={"required": "请选择文件。", "empty": "文件是空的。"})
