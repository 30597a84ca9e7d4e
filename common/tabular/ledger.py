"""A kind of workbook that is read in: its key, its name on the screen, its columns, how they are filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from common.tabular.headings import Field


@dataclass(frozen=True)
class Guide:
    """How a column of an empty workbook is filled in.

    hint: one sentence; example: how it is written; kind: text, date or number; choices: the words of its drop-down;
    strict: no other word is taken; width: of the column, in narrow characters; need: of a required column that some rows
    leave empty, who fills it in.
    """

    hint: str = ""
    example: str = ""
    kind: str = "text"
    choices: tuple[str, ...] = ()
    strict: bool = False
    width: int = 14
    need: str = ""


@dataclass(frozen=True)
class Ledger:
    """key: names it in files and lines of commands; name: of what a row is; title: of the file; help: what it holds;
    guide: {field name: Guide} of its empty workbook; aside: headings of the product's own export that no field reads."""

    key: str
    name: str
    fields: Sequence[Field]
    title: str
    help: str
    guide: Mapping[str, Guide] = field(default_factory=dict)
    aside: tuple[str, ...] = ()

    def label(self, name: str) -> str:
        """Return the usual heading of a field, or the name itself where the ledger has no such column."""
        return next((field.label for field in self.fields if field.name == name), name)

    def guide_of(self, name: str) -> Guide:
        """Return the Guide of a field, an empty one where nothing need be said."""
        return self.guide.get(name, Guide())
