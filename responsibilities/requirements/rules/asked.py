"""What a row of the tables reads from the rulebook."""

from branches.rulebook import rule


def count(rule_id: str, name: str) -> int:
    """Return how many a rule of the rulebook asks for, in its parameter `name`."""
    return int(rule(rule_id).number(name))
