"""What the rooms above offer somebody to pledge; they put themselves here when they are ready."""

from collections.abc import Callable

from members.commitments.suggested import Suggested
from members.roster.models.members import Member

# (member, year) -> sentences from the work and the targets of his branch, each with the address it speaks of; few statements.
OFFERS: list[Callable[[Member, int], list[Suggested]]] = []
