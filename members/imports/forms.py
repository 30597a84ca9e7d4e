"""Upload of ledgers, and headings assigned by hand."""

from django import forms

from branches.imports.report import ADD, UPDATE
from common.forms.form import Form
from members.imports.agency import LEDGERS

THREE = tuple(LEDGERS.values())
MODES = [
    (ADD, "只新增：系统中已有的一律不改"),
    (UPDATE, "更新：已有的按表更改，先逐格对照原值和新值；表中空白的不改，表中没有的不删"),
]


class UploadForm(Form):
    """Some ledgers at once (default: organisations, members, activities); names of one are known to the others."""

    def __init__(self, *args, ledgers=THREE, modes=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.ledgers = [ledger.key for ledger in ledgers]
        for ledger in ledgers:
            self.fields[ledger.key] = forms.FileField(
                label=ledger.title,
                required=False,
                help_text=f"{ledger.help}。xlsx 或 csv，不大于 10 MB。",
                widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
                max_length=255,
            )
        if modes:
            self.fields["mode"] = forms.ChoiceField(
                label="系统中已有的党组织、党员",
                choices=MODES,
                initial=ADD,
                required=False,
                widget=forms.RadioSelect,
                help_text="已登记的活动不由导入更改，只补充没有登记的。",
            )

    def clean_mode(self):
        return self.cleaned_data["mode"] or ADD

    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(ledger) for ledger in self.ledgers) and not self.errors:
            raise forms.ValidationError("请至少选择一份台账。")
        return cleaned

    @property
    def uploads(self):
        return {ledger: self.cleaned_data[ledger] for ledger in self.ledgers if self.cleaned_data.get(ledger)}


class ColumnsForm(Form):
    """One select for each heading that nobody knew: which field it is, or none. modes: another mode may be asked for."""

    def __init__(self, ledgers, *args, modes=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.headings = {}
        self._modes = modes
        for entry in ledgers:
            choices = [("", "不导入"), *map(tuple, entry["free"])]
            for number, heading in enumerate(entry["unknown"][:60]):
                key = f"{entry['ledger']}-{number}"
                self.headings[key] = (entry["ledger"], heading)
                self.fields[key] = forms.ChoiceField(
                    label=f"{entry.get('name', entry['ledger'])}：{heading[:30]}", choices=choices, required=False
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
    def mode(self):
        """The mode to check anew with, or "" where none was chosen."""
        asked = self.data.get("mode", "") if self._modes else ""
        return asked if asked in dict(MODES) else ""

    @property
    def columns(self):
        """The assignments as {ledger: {heading: field}}."""
        found = {}
        for key, (ledger, heading) in self.headings.items():
            if self.cleaned_data.get(key):
                found.setdefault(ledger, {})[heading] = self.cleaned_data[key]
        return found
