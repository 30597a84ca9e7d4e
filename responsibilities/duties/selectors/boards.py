"""Which board a user's lists of a year make: one that judges them, or one made of what is kept."""

from datetime import date

from django.db.models import Count

from branches.access.models import User
from branches.places.models.organisations import Organisation
from responsibilities.duties.kept import keeper
from responsibilities.duties.selectors.board import Board, issued_lists
from responsibilities.duties.selectors.wide_board import WideBoard

# So many lists are judged for a page: those of a branch with its members, of a small general branch. They cost the same in an
# agency of any size, and are judged this minute.
JUDGED = 50


def board_of(
    user: User,
    year: int,
    as_of: date,
    *,
    top: Organisation | None = None,
) -> Board | WideBoard:
    """Return the board of all lists that the user may read. top: within this organisation."""
    below = Organisation.objects.within(top).order_by().values("pk") if top else None
    lists, keep = issued_lists(user, year, below), keeper()
    if keep is None:
        return Board(user, year, as_of, lists)
    counts = dict(lists.order_by().values_list("level").annotate(lists=Count("pk")))
    if sum(counts.values()) <= JUDGED:
        return Board(user, year, as_of, lists)
    age = keep.age(year)
    if age is None:
        return Board(user, year, as_of, lists)
    return WideBoard(user, year, as_of, lists, counts, top=top, keep=keep, age=age)
