"""How far a case has come while its steps are judged one after the other."""

from dataclasses import dataclass, field
from datetime import date

from members.development.file import CaseFile, Entry


@dataclass
class Reached:
    """What the steps before the present one have made of a case.

    paper: keys of the steps that rest on paper. stood: {key: since when it has taken effect, None where paper does not say}.
    extension: the vote that extended the probation, and its approval above.
    """

    file: CaseFile
    today: date
    paper: set[str]
    stood: dict[str, date | None] = field(default_factory=dict)
    probation_ends: date | None = None
    extension: tuple[Entry, Entry] | None = None


def last_entry(file: CaseFile, key: str) -> Entry | None:
    """Return the entry that counts of a step: the latest."""
    return max((one for one in file.entries if one.key == key), key=lambda one: (one.day, one.pk), default=None)
