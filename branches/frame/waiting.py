"""What a subject says of the work that waits for somebody, for the start pages: lines to be done, and sentences to be read."""

from collections.abc import Callable
from dataclasses import dataclass

from branches.places.models.organisations import Organisation
from common.operator import Actor


@dataclass(frozen=True)
class Task:
    """One line: state (key of a chip), word in its place or "", what it is, what to do, where.

    rank: orders the lines of a subject, the worst first; lines of one rank stand as they come.
    """

    state: str
    title: str
    note: str
    url: str
    word: str = ""
    rank: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sentence:
    """What a leader reads of a subject: words with their number, and the list behind them.

    further: what follows in the same sentence, [(words, the list behind these)].
    """

    text: str
    url: str
    further: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Waiting:
    """One subject on the start pages.

    name: in Chinese. url: name of the address of its list. tasks(user, organisation): what waits for him there.
    sentences(user, organisation): what leaders and the Party group read instead; none where it has nothing to tell them.
    """

    name: str
    url: str
    tasks: Callable[[Actor, Organisation], list[Task]]
    sentences: Callable[[Actor, Organisation], list[Sentence]] | None = None
