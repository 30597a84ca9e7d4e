"""Who reads the numbers of what is owed: where they are of few people who are looked after, whoever keeps these people alone."""

from collections.abc import Iterable

from common.operator import Actor
from members.care.rights import keeps_at
from responsibilities.requirements.requirement import Requirement


def read_by(user: Actor, rows: Iterable[Requirement]) -> list[Requirement]:
    """Return the rows as a user reads them: of his own branch with every number."""
    found = list(rows)
    for row in found:
        row.plain = row.few and keeps_at(user, row.organisation)
    return found
