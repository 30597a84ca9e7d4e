"""「还属于」: what a record may belong to beside its business work. Each subject offers chips, one rule chooses among them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time

from branches.places.models.organisations import Organisation
from common.operator import Actor
from members.activities.likeness import Likeness, Wanted, likeness
from members.activities.models import Activity
from members.activities.ties import TieTable

# Chips of one subject among which nothing is chosen beforehand; chips of the slot.
OF_SUBJECT, OF_SLOT = 3, 6


@dataclass(frozen=True)
class Draft:
    """What the form says so far, saved or not. hosts: ids of all organisations that hold it, the recording one first.

    place, lecturer: where it is held and who speaks, as written. people: ids of the members who took part. starts_at, ends_at: None while unknown.
    """

    user: Actor
    organisation: Organisation
    day: date
    kinds: tuple[str, ...]
    title: str
    content: str
    decisions: tuple[str, ...]
    hosts: tuple[int, ...]
    activity: Activity | None = None
    place: str = ""
    lecturer: str = ""
    starts_at: time | None = None
    ends_at: time | None = None
    people: frozenset[int] = frozenset()

    def like(self, look: Wanted) -> Likeness:
        """Return where the words of a subject stand in title, minutes and decisions."""
        return likeness(look, self.title, self.content, self.decisions)


@dataclass(frozen=True)
class Chip:
    """One thing the record may belong to, or belongs to.

    key: letter of the subject and id ("c12"). why: a few words on the fit. likeness: weight of the matched words, 0 for none.
    fits: its kind and its days are those of the subject. chosen: the box is ticked; system: the system would tick it.
    standing: 「已关联，未计入：…」, "" where it counts or is not tied. note: what else the tie does.
    """

    key: str
    label: str
    why: str = ""
    likeness: int = 0
    fits: bool = False
    chosen: bool = False
    system: bool = False
    standing: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Belonging:
    """One subject in the slot.

    letter: first of its keys. name: in Chinese. suggest(draft): every candidate near the record, tied ones left out.
    tied(user, activity): the chips of standing ties. tie(by, activity, id, system) and untie(by, activity, id, reason) write;
    system: whether the system had chosen it beforehand. table: of its ties, where later ones wait for whoever reviews the branch.
    """

    letter: str
    name: str
    suggest: Callable[[Draft], list[Chip]]
    tied: Callable[[Actor, Activity], list[Chip]]
    tie: Callable[[Actor, Activity, int, bool], None]
    untie: Callable[[Actor, Activity, int, str], None]
    table: TieTable | None = None


@dataclass(frozen=True)
class Offered:
    """What the slot shows of one subject: chips that stand, chips to choose, and how many more its list holds."""

    subject: Belonging
    tied: list[Chip] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    more: int = 0


def choose(candidates: Sequence[Chip]) -> list[Chip]:
    """Return the chips that are offered of a subject: exactly one with matched words that fits is ticked by the system.

    Of several at most three, the likest first and none ticked; what shares no word with the record is not offered.
    """
    matched = sorted((chip for chip in candidates if chip.likeness), key=lambda chip: (not chip.fits, -chip.likeness))
    fitting = [chip for chip in matched if chip.fits]
    if len(fitting) == 1:
        return [replace(fitting[0], system=True), *[chip for chip in matched if not chip.fits]][:OF_SUBJECT]
    return matched[:OF_SUBJECT]
