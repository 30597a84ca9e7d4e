"""What the rooms above know of a seat's holder: how many duties and supervision notices; they put themselves here when they are ready."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from common.operator import Actor
from members.roster.models.posts import PostKind

DUTIES, SUPERVISIONS = "duties", "supervisions"


@dataclass(frozen=True)
class Seat:
    """One person (id) in a seat of an organisation (id). kind: PostKind."""

    place: int
    member: int
    kind: str

    @property
    def leads(self) -> bool:
        return self.kind == PostKind.SECRETARY

    @property
    def key(self) -> tuple[int, int]:
        return self.place, self.member


@dataclass(frozen=True)
class Counted:
    """A number and the list it stands for."""

    number: int
    url: str


# {what is counted: (reader, seats, day) -> {(organisation id, member id): Counted}}; in the reader's reach, in a constant number of statements.
COUNTS: dict[str, Callable[[Actor, Collection[Seat], date], Mapping[tuple[int, int], Counted]]] = {}


def counted(what: str, user: Actor, seats: Collection[Seat], day: date) -> Mapping[tuple[int, int], Counted]:
    """Return {(organisation id, member id): Counted} of seats on a day; nothing while no room above counts it, or without seats."""
    count = COUNTS.get(what)
    return count(user, seats, day) if count is not None and seats else {}
