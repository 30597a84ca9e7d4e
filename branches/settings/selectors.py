"""What of the agency's settings is in force, since when and by whom, and what begins later."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from branches.settings.dated import KNOWN, Known
from branches.settings.models import ProposalState, Setting, SettingProposal
from branches.settings.start import KEY
from common import clock


@dataclass
class Line:
    """One key: the row in force today (None: the default), those that begin later (the nearest last)."""

    key: str
    known: Known
    now: Setting | None = None
    later: list[Setting] = field(default_factory=list)
    proposed: list[SettingProposal] = field(default_factory=list)

    @property
    def value(self) -> str:
        return self.known.words(self.now.value if self.now else self.known.default)

    @property
    def default(self) -> str:
        return self.known.words(self.known.default)

    @property
    def later_words(self) -> list[tuple[Setting, str]]:
        """What begins later, the nearest first, with its value in words."""
        return [(row, self.known.words(row.value)) for row in reversed(self.later)]

    @property
    def proposed_words(self) -> list[tuple[SettingProposal, str]]:
        return [(row, self.known.words(row.value)) for row in self.proposed]


def setting_lines(rights: Collection[str]) -> list[Line]:
    """Return the Lines of the keys that these rights set, in the order of KNOWN, in two statements."""
    lines = {key: Line(key, known) for key, known in KNOWN.items() if known.right in rights}
    today = clock.today()
    for row in Setting.objects.filter(key__in=lines).select_related("set_by").order_by("-valid_from"):
        line = lines[row.key]
        if row.valid_from > today:
            line.later.append(row)
        elif line.now is None:
            line.now = row
    for proposal in SettingProposal.objects.filter(state=ProposalState.OPEN, key__in=lines).select_related(
        "proposed_by"
    ):
        lines[proposal.key].proposed.append(proposal)
    return list(lines.values())


def proposals_of(key: str) -> list[SettingProposal]:
    """Return every proposal for a key, the newest first."""
    return list(SettingProposal.objects.filter(key=key).select_related("proposed_by", "decided_by"))


def history(key: str) -> list[Setting]:
    """Return every row of a key, the newest first, with who set it."""
    return list(Setting.objects.filter(key=key).select_related("set_by").order_by("-valid_from"))


@dataclass(frozen=True)
class Start:
    """The agency's start date, when it was said and by whom ("" for the operator of the server)."""

    day: date
    said_on: date
    by: str


def start_line() -> Start | None:
    """Return the Start in force, None while nobody has said it."""
    row = next(iter(history(KEY)), None)
    if row is None:
        return None
    return Start(date.fromisoformat(row.value), row.valid_from, row.set_by.name if row.set_by else "")
