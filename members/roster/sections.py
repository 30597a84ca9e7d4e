"""The sections of a member's file and of his own page: each subject registers its own in one line, and the pages draw what is there.

The line stands in `<room>/<subject>/section.py`; the rooms read these modules when the application starts (`discover`).
A subject below the pages gives a function that reads and a template; one of a room above gives an address that htmx fills after
the page. What a section gives out of itself when a member takes his data along stands in the same line.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, NamedTuple

from common.operator import Actor
from members.roster.models.members import Member


class Place(NamedTuple):
    """Where a section stands on a page: in the narrow column or the wide one, and its order there."""

    side: bool
    order: int


@dataclass(frozen=True)
class Reader:
    """Who reads whose file. own: it is his own page; manages: he keeps the roster of the member's branch."""

    user: Actor
    member: Member
    own: bool
    manages: bool
    _read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, key: str, read: Callable[[], Any]) -> Any:
        """Return what `read` gives, asked once for all sections that need it."""
        if key not in self._read:
            self._read[key] = read()
        return self._read[key]

    @property
    def closely(self) -> bool:
        """Whether he reads what is for the member himself and whoever keeps his roster: dues, development, talks, care."""
        return self.own or self.manages


@dataclass(frozen=True)
class Given:
    """A table of what is kept of a member, as he takes it along."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


# The context of the template, None where the reader may not read it or it does not concern this member. "finding": what of it belongs
# into the headline of the page, "" or left out where nothing presses; "first": it waits for the reader and stands before all others.
Read = Callable[[Reader], dict[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """One section. file, own: where it stands in a file and on one's own page, None where it does not.

    template: drawn with the context of `read`, beside `reader`, `member` and `section`; without one `address`, the name of an
    address that takes the member's id, is asked by htmx. give: what the member takes along of it.
    """

    key: str
    title: str
    read: Read
    file: Place | None
    own: Place | None
    template: str = "members/files/sections/later.html"
    address: str = ""
    give: Callable[[Member], list[Given]] | None = None


@dataclass(frozen=True)
class Drawn:
    """A section as one reader sees it."""

    section: Section
    context: dict[str, Any] = field(default_factory=dict)


_SECTIONS: dict[str, Section] = {}


def register(section: Section) -> Section:
    """Add a section, once: called by its subject when its module is read."""
    _SECTIONS[section.key] = section
    return section


def discover(room: str) -> None:
    """Read the module `section` of each subject of a room that has one."""
    for subject in iter_modules(import_module(room).__path__):
        if subject.ispkg and find_spec(f"{room}.{subject.name}.section") is not None:
            import_module(f"{room}.{subject.name}.section")


def place_of(section: Section, own: bool) -> Place | None:
    return section.own if own else section.file


def drawn(reader: Reader) -> list[Drawn]:
    """Return what a reader sees of a file, the wide column first, each column in its order."""
    found = []
    placed = [(place, one) for one in _SECTIONS.values() if (place := place_of(one, reader.own)) is not None]
    for _, section in sorted(placed, key=lambda pair: (pair[0], pair[1].key)):
        context = section.read(reader)
        if context is not None:
            found.append(Drawn(section, context))
    return found


def given(member: Member) -> list[Given]:
    """Return everything that a member takes along, in the order of his own page."""
    giving = [one for one in _SECTIONS.values() if one.give is not None]
    giving.sort(key=lambda one: (one.own or one.file or Place(True, 0), one.key))
    return [table for one in giving if one.give is not None for table in one.give(member)]
