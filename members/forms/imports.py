"""Upload of ledgers, and headings assigned by hand."""

from django import forms

from branches.imports.report import LEDGER_NAMES
from branches.workbooks import WORKBOOKS

_HELP = {
    "organisations": "党组织基本情况表：全称、简称、类别、上级、成立日期、任期届满日期、处室",
    "members": "党员信息表：姓名、公民身份号码、人员类别、所在党支部、入党日期等",
    "activities": "组织生活台账：日期、党组织、活动类型、应到、实到等",
}
_FILES = {"work": "年度重点业务计划"}
_FIELDS = {"work": "、".join(column.label for column in WORKBOOKS["work"][:-1])}


class UploadForm(forms.Form):
    """Some ledgers at once (default: organisations, members, activities); names of one are known to the others."""

    def __init__(self, *args, ledgers=tuple(_HELP), **kwargs):
        super().__init__(*args, **kwargs)
        self.ledgers = ledgers
        for ledger in ledgers:
            name = LEDGER_NAMES[ledger]
            self.fields[ledger] = forms.FileField(
                label=_FILES.get(ledger, f"{name}台账"),
                required=False,
                help_text=f"{_HELP.get(ledger) or _FIELDS[ledger]}。xlsx 或 csv，不大于 10 MB。",
                widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
                max_length=255,
            )

    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(ledger) for ledger in self.ledgers) and not self.errors:
            raise forms.ValidationError("请至少选择一份台账。")
        return cleaned

    @property
    def uploads(self):
        return {ledger: self.cleaned_data[ledger] for ledger in self.ledgers if self.cleaned_data.get(ledger)}


class ColumnsForm(forms.Form):
    """One select for each heading that nobody knew: which field it is, or none."""

    def __init__(self, ledgers, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.headings = {}
        for entry in ledgers:
            choices = [("", "不导入"), *map(tuple, entry["free"])]
            for number, heading in enumerate(entry["unknown"][:60]):
                key = f"{entry['ledger']}-{number}"
                self.headings[key] = (entry["ledger"], heading)
                self.fields[key] = forms.ChoiceField(
                    label=f"{LEDGER_NAMES[entry['ledger']]}：{heading[:30]}", choices=choices, required=False
                )

    def clean(self):
        cleaned = super().clean()
        taken = set()
        for key, (ledger, _) in self.headings.items():
            name = cleaned.get(key)
            if name and (ledger, name) in taken:
                self.add_error(key, "这个字段已指定给另一列。")
            elif name:
                taken.add((ledger, name))
        return cleaned

    @property
    def columns(self):
        """The assignments as {ledger: {heading: field}}."""
        found = {}
        for key, (ledger, heading) in self.headings.items():
            if self.cleaned_data.get(key):
                found.setdefault(ledger, {})[heading] = self.cleaned_data[key]
        return found
