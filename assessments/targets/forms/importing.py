"""The form of a sheet of targets."""

from typing import Any

from django import forms

from common.forms.form import Form
from common.uploads.archives import RefusedFile
from common.uploads.sniffing import check_upload

MOST_BYTES = 1024 * 1024


class SheetForm(Form):
    file = forms.FileField(
        label="党建目标表",
        help_text="xlsx 或 csv，不大于 1 MB。序号、目标、类型、方面、计量项、应达、单位、权重、责任组织、责任领导、阶段、时限、标准。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        max_length=255,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            check_upload(file, ("xlsx", "csv"), max_bytes=MOST_BYTES)
        except RefusedFile as error:
            raise forms.ValidationError(str(error)) from None
        return file
