"""Which cadres of which year."""

from django import forms

from common.forms.filters import Filter, YearField
from common.names import initials_of
from common.text import fold


class CadreFilter(Filter):
    """Filters of the list, read from the address: year, and a name or its pinyin initials."""

    year = YearField()
    q = forms.CharField(label="姓名", required=False, max_length=30)

    def __init__(self, *args, years, **options):
        super().__init__(*args, **options)
        self.fields["year"].offer(years)

    def matches(self, name):
        """Return whether a name holds what was asked for, as written or by its initials."""
        wanted = fold(self.chosen().get("q", ""))
        return not wanted or wanted in fold(name) or initials_of(name).startswith(wanted)
