"""A kind of workbook that is read in: its key, its name on the screen, its columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.tabular.headings import Field


@dataclass(frozen=True)
class Ledger:
    """key: names it in files and lines of commands; name: of what a row is; title: of the file; help: what it holds."""

    key: str
    name: str
    fields: Sequence[Field]
    title: str
    help: str

    def label(self, name: str) -> str:
        """Return the usual heading of a field, or the name itself where the ledger has no such column."""
        return next((field.label for field in self.fields if field.name == name), name)
