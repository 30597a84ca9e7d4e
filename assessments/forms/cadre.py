"""Which cadres of which year."""

from django import forms

from branches.names import initials_of
from branches.text import fold


class CadreFilter(forms.Form):
    """Filters of the list, read from the address: year, and a name or its pinyin initials."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int)
    q = forms.CharField(label="姓名", required=False, max_length=30)

    def __init__(self, data, *, this):
        super().__init__(data)
        self.fields["year"].choices = [("", "本年"), *[(year, f"{year}年") for year in range(this, this - 5, -1)]]

    def matches(self, name):
        """Return whether a name holds what was asked for, as written or by its initials."""
        wanted = fold(self.data.get("q", "")[:30])
        return not wanted or wanted in fold(name) or initials_of(name).startswith(wanted)
