"""What the subjects above know of somebody's dues; they put themselves here when the rooms are ready.

kept: which transfers say up to which month the branch that is left collects. approved: on which day somebody was admitted.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date

from members.dues.rules import Kept

# Both: members (ids) in, what is known of each by his id out, one statement.
KEPT: list[Callable[[Collection[int]], Iterable[tuple[int, Kept]]]] = []
APPROVED: list[Callable[[Collection[int]], Mapping[int, date]]] = []
