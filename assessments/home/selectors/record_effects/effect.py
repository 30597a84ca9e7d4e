"""One line of what a record counts for."""

from dataclasses import dataclass

from responsibilities.requirements.selectors import Requirement


@dataclass
class Effect:
    """One line of the panel: what (义务, 学时, 考核), the words, and how it looks ("ok", "soon", "late", "none")."""

    kind: str
    title: str
    note: str
    mark: str
    tone: str
    url: str = ""
    # The Requirement whose kind of record this is, as one that counts; None where nothing is counted.
    owed: Requirement | None = None
    # It counts as made up or reported late.
    late: bool = False
    # [(name, address)] folded behind the line.
    names: tuple = ()
    # Whether the record counts for something by this line; the other lines say why it does not.
    counts: bool = False

    @property
    def rule(self) -> str:
        """Rule of the requirement that it counts for, or ""."""
        return self.owed.rule if self.owed and self.counts else ""
