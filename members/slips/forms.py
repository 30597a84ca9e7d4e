"""The filters of the lists, and the user names on the page of the check."""

from collections.abc import Sequence
from typing import Any

from django import forms

from branches.access.models import User
from branches.places.models.organisations import Organisation
from common.forms.fields import OrganisationField, PlainTextField
from common.forms.filters import Filter
from common.forms.form import Form
from members.slips.rows import Row
from members.slips.services import name_key

STATES = [("unused", "未使用"), ("expired", "已过期"), ("used", "已用未设密码"), ("active", "已启用")]


class SlipFilter(Filter):
    q = PlainTextField(label="姓名或用户名", max_length=64, required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES])


class BranchFilter(Filter):
    """Of which branch the members are shown; the first one where the address names none."""

    organisation = OrganisationField(Organisation.objects.none(), label="党支部", required=False, empty_label=None)

    def __init__(self, *args: Any, branches: Any, first: Organisation | None, **options: Any) -> None:
        if first is not None:
            options["instead"] = {"organisation": (str(first.pk), first.label)}
        super().__init__(*args, **options)
        self.fields["organisation"].queryset = branches  # type: ignore[attr-defined]
        self.fields["organisation"].initial = first and first.pk


class NamesForm(Form):
    """A user name for each person, as proposed until it is changed."""

    def __init__(self, *args: Any, rows: Sequence[Row], **options: Any) -> None:
        super().__init__(*args, **options)
        self.members = {name_key(row.member): row.member for row in rows if row.member is not None}
        for row in rows:
            if row.member is None:
                continue
            self.fields[name_key(row.member)] = PlainTextField(
                label=f"{row.member.name}的用户名",
                max_length=64,
                initial=row.username,
                validators=User._meta.get_field("username").validators,
                widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        seen: dict[str, str] = {}
        for key, username in list(self.cleaned_data.items()):
            if username.lower() in seen:
                self.add_error(key, f"与{self.members[seen[username.lower()]].name}的用户名相同。")
            seen.setdefault(username.lower(), key)
        return self.cleaned_data

    def names(self) -> dict[int, str]:
        """Return {id of the member: user name}."""
        return {member.pk: self.cleaned_data[key] for key, member in self.members.items()}

    def lines(self) -> list[Any]:
        """Return the bound fields in the order of the rows."""
        return [self[key] for key in self.members]
